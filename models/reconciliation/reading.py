from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..states import BAKU_OFFSET, baku_day
from .query import _values

_FOLDERS = [('incoming', 'Incoming'), ('outgoing', 'Sent')]

# An import tells of its days all that there is: it came to its end, left no kind or status out, read every document, and its
# pages were of one moment. One that is about single documents does not.
_COMPLETE = """
    SELECT job.company_id, job.direction, job.date_from, job.date_to, COALESCE(job.started_at, job.create_date) AS started_at, job.finished_at,
           job.source, job.connector_id
      FROM vatportal_job job
     WHERE job.operation = 'download' AND job.state = 'done' AND job.has_gaps IS NOT TRUE
       AND COALESCE(job.bad_count, 0) = 0 AND COALESCE(job.filters::text, '{}') IN ('{}', 'null', 'false')
       AND NOT EXISTS (SELECT FROM vatportal_job_asked_rel asked WHERE asked.vatportal_job_id = job.id)
"""

# Of each folder every day since the connector was set up, or was first read for.
_DAY = """
    SELECT own.id AS company_id, folder.direction, folder.number, day.day::date AS date
      FROM own
      CROSS JOIN (VALUES ('incoming', 0), ('outgoing', 1)) folder(direction, number)
      CROSS JOIN LATERAL GENERATE_SERIES(
          LEAST(own.since, (SELECT MIN(date_from) FROM complete WHERE complete.company_id = own.id))::timestamp, %(today)s::timestamp, '1 day'
      ) day(day)
"""

_SELECT = """
    SELECT (day.company_id::bigint * 100000 + (day.date - DATE '2000-01-01')) * 2 + day.number AS id,
           day.company_id, day.direction, day.date, last.finished_at AS read_at, last.source, last.connector_id,
           CASE WHEN last.finished_at IS NULL THEN 'never'
                -- What came after it had begun may be missing, however late it ended.
                WHEN last.started_at < day.date + INTERVAL '1 day' - %(baku)s THEN 'running'
                ELSE 'complete' END AS state
      FROM day
      LEFT JOIN LATERAL (
          SELECT complete.* FROM complete
           WHERE complete.company_id = day.company_id AND complete.direction = day.direction
             AND day.date BETWEEN complete.date_from AND complete.date_to
           ORDER BY complete.started_at DESC, complete.finished_at DESC LIMIT 1
      ) last ON TRUE
"""


class VatportalReading(models.Model):
    """How fresh the reconciliation is: when each day of each folder was last read completely. From these readings follows what
    can be said of a document that is not here: that it is not there."""

    _name = 'vatportal.reading'
    _description = 'Readings of e-taxes, by day'
    _inherit = ['vatportal.guard']
    _auto = False
    _order = 'date desc, company_id, direction'
    _rec_name = 'date'
    _depends = {
        'vatportal.job': [
            'operation',
            'state',
            'company_id',
            'connector_id',
            'direction',
            'source',
            'date_from',
            'date_to',
            'started_at',
            'finished_at',
            'has_gaps',
            'bad_count',
            'filters',
            'asked_document_ids',
        ],
        'vatportal.connector': ['company_id'],
    }

    company_id = fields.Many2one('res.company', readonly=True)
    connector_id = fields.Many2one('vatportal.connector', string='Read through', readonly=True)
    direction = fields.Selection(_FOLDERS, string='Folder', readonly=True)
    date = fields.Date('Day', readonly=True)
    state = fields.Selection(
        [('never', 'Never read'), ('running', 'Read before the day was over'), ('complete', 'Read')],
        readonly=True,
        help='Read: an import of all kinds and statuses, begun after the day, came to its end.',
    )
    read_at = fields.Datetime('Last Read', readonly=True, help='When the last complete reading of this day ended.')
    source = fields.Selection([('portal', 'What VatPortal holds'), ('etaxes', 'e-taxes, asked anew')], readonly=True)

    @property
    def _table_query(self):
        own = _values(('id', 'since'), ('integer', 'date'), list(self.env['vatportal.connector']._begun(archived=True).items()))
        values = {'today': baku_day(fields.Datetime.now()), 'baku': BAKU_OFFSET}
        return SQL('WITH own AS (%s), complete AS (%s), day AS (%s) %s', own, SQL(_COMPLETE), SQL(_DAY, **values), SQL(_SELECT, **values))

    def action_read(self):
        """Ask whether these days, and those between them, are to be imported.

        :raises AccessError: for users who may not invoice
        """
        self.check_access('read')
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can import documents from e-taxes.'))
        folders, days = set(self.mapped('direction')), self.mapped('date')
        return self._import_action(self.company_id, folders.pop() if len(folders) == 1 else 'both', min(days), max(days))

    @api.model
    def _import_action(self, companies, folder, first, last):
        """The dialog that imports the days from ``first`` to ``last``, but none that is yet to come.

        :param companies: a company, or several for which one of them reads e-taxes
        :raises UserError: where each of several reads for itself
        """
        owners = companies.browse().union(*map(self.env['vatportal.document']._taxpayer, companies))
        if len(owners) > 1:
            raise UserError(
                self.env._('Choose those of one company: each is read from e-taxes by itself. These are of %s.', ', '.join(companies.mapped('name')))
            )
        today = baku_day(fields.Datetime.now())
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Import from e-taxes'),
            'res_model': 'vatportal.import.wizard',
            'views': [[False, 'form']],
            'target': 'new',
            'context': {
                'default_company_id': owners.id,
                'default_direction': folder,
                'default_period': 'custom',
                'default_date_from': fields.Date.to_string(min(first, today)),
                'default_date_to': fields.Date.to_string(min(last, today)),
            },
        }


class VatportalReconciliation(models.Model):
    _inherit = 'vatportal.reconciliation'

    read_at = fields.Datetime(
        'Day Last Read', compute='_compute_read_at', help='When the folder in which the document is, or would be, was last read completely for this day.'
    )

    @api.depends('date', 'etaxes_date', 'move_id', 'document_id', 'side')
    def _compute_read_at(self):
        Document = self.env['vatportal.document']
        owners = {company: Document._taxpayer(company).id for company in self.company_id}
        day_of = {row: row._day_at_etaxes() for row in self}
        days = [day for day in day_of.values() if day]
        readings = days and self.env['vatportal.reading'].sudo().search(
            [('company_id', 'in', list(owners.values())), ('date', '>=', min(days)), ('date', '<=', max(days))]
        )
        moments = {(reading.company_id.id, reading.direction, reading.date): reading.read_at for reading in readings or ()}
        for row in self:
            row.read_at = moments.get((owners.get(row.company_id), row._folder(), day_of[row]), False)
