import tempfile

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

# So many documents a request writes well within Odoo's limits of time.
AT_MOST = 20_000


class VatportalArchiveWizard(models.TransientModel):
    """Makes an archive of a company's documents: those of a period, or those that were selected.

    For accounting managers alone, for it holds the portal's own words, which nobody else reads.
    """

    _name = 'vatportal.archive.wizard'
    _description = 'Archive of e-taxes Documents'
    _inherit = ['vatportal.period', 'vatportal.guard']

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    document_ids = fields.Many2many('vatportal.document', string='Documents')
    period = fields.Selection(
        [('last_year', 'Last year'), ('year', 'This year'), ('last_quarter', 'Last quarter'), ('last_month', 'Last month'), ('custom', 'Other dates')],
        required=True,
        default='last_year',
    )
    direction = fields.Selection([('both', 'Both'), ('incoming', 'Incoming'), ('outgoing', 'Sent')], string='Folder', required=True, default='both')
    with_undated = fields.Boolean(
        string='Also without a Date', default=True, help='Files of e-taxes carry no date: it comes with the next import of their documents from e-taxes.'
    )
    with_books = fields.Boolean(
        string='With Invoices and Bills',
        default=True,
        help='A second list says what became of each document in Odoo. Without it the same documents give the same archive, to the byte.',
    )
    document_count = fields.Integer(string='Number of Documents', compute='_compute_counts')
    undated_count = fields.Integer(string='Documents without a Date', compute='_compute_counts')
    left_out_count = fields.Integer(string='Documents Left Out', compute='_compute_counts')
    limit = fields.Integer(compute='_compute_counts', export_string_translation=False)

    @api.depends('company_id', 'document_ids', 'date_from', 'date_to', 'direction', 'with_undated')
    def _compute_counts(self):
        Document = self.env['vatportal.document']
        for wizard in self:
            wizard.document_count = Document.search_count(wizard._documents_domain())
            wizard.undated_count = Document.search_count(wizard._folder_domain() & Domain('date', '=', False))
            wizard.left_out_count = len(wizard.document_ids) and len(wizard.document_ids) - wizard.document_count
            wizard.limit = AT_MOST

    # ------------------------------------------------------------------ what goes in

    def _directions(self):
        return ['incoming', 'outgoing'] if self.direction == 'both' or self.document_ids else [self.direction]

    def _folder_domain(self):
        return self.env['vatportal.document']._archive_domain(self.company_id, self._directions())

    def _documents_domain(self):
        if self.document_ids:
            return self._folder_domain() & Domain('id', 'in', self.document_ids._origin.ids)
        if not (self.date_from and self.date_to):
            return Domain.FALSE
        period = self.env['vatportal.document']._archive_period(self.date_from, self.date_to)
        return self._folder_domain() & (period | Domain('date', '=', False) if self.with_undated else period)

    def _told(self):
        """What the manifest tells of the choice."""
        if self.document_ids:
            return {'selection': True}
        return {
            'date_from': fields.Date.to_string(self.date_from),
            'date_to': fields.Date.to_string(self.date_to),
            'directions': self._directions(),
            'undated': self.with_undated,
        }

    # ------------------------------------------------------------------ button

    def action_download(self):
        """Make the archive, download it and close the dialog.

        :raises AccessError: for anyone but accounting managers
        :raises UserError: when there is nothing to put into it, or too much
        """
        self.ensure_one()
        if not self.env.user.has_group('account.group_account_manager'):
            raise AccessError(self.env._('Only accounting managers can make archives.'))
        documents = self.env['vatportal.document'].search(self._documents_domain())
        voen = documents._own_voen(self.company_id)
        if not voen:
            raise UserError(documents._no_voen_text(self.company_id))
        if not documents:
            raise UserError(self.env._('There are no documents of e-taxes among these.'))
        if len(documents) > AT_MOST:
            raise UserError(
                self.env._(
                    'These are %(count)s documents, and an archive takes %(limit)s. Make one for each half of the period.', count=len(documents), limit=AT_MOST
                )
            )
        with tempfile.TemporaryFile() as file:
            documents._write_archive(file, voen, with_books=self.with_books, **self._told())
            file.seek(0)
            package = self.env['ir.attachment'].create(
                {'name': self._file_name(voen), 'raw': file.read(), 'mimetype': 'application/zip', 'res_model': self._name, 'res_id': self.id}
            )
        return {'type': 'ir.actions.act_url', 'url': f'/web/content/{package.id}?download=true', 'target': 'new', 'close': True}

    def _file_name(self, voen):
        if self.document_ids:
            return f'e-taxes_{voen}.zip'
        return f'e-taxes_{voen}_{self.date_from}_{self.date_to}.zip'
