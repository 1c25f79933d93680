from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# So many records are checked and queued in one go: with the press of the button where there are no more of them, else behind.
AT_ONCE = 100
# So many problems are shown beside the progress; all of them stand in the list.
PROBLEMS_SHOWN = 20
# Ended ones are kept for so many days.
KEPT_DAYS = 90


class VatportalSelection(models.Model):
    """More records than are checked and queued with the press of a button: they are, one part after the other, by a
    scheduled action (``selection_run.py``), on behalf and with the rights of whoever pressed.

    Each record chosen has a line, which is stored before anything is queued. A record waits in one selection at most; its
    line leaves *waiting* in the transaction that queues it, so whatever dies in between has queued all of a part or nothing.
    """

    _name = 'vatportal.selection'
    _description = 'Large sending to e-taxes'
    _inherit = ['vatportal.guard']
    _order = 'id desc'
    _rec_name = 'create_date'

    res_model = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True, index=True)
    company_ids = fields.Many2many(
        'res.company', string='Companies at Work', readonly=True, help='Those in which the person worked at the press of the button.'
    )
    connector_id = fields.Many2one('vatportal.connector', readonly=True, ondelete='set null')
    sign = fields.Boolean(default=True, readonly=True)
    user_id = fields.Many2one('res.users', string='Started by', required=True, readonly=True)
    state = fields.Selection([('open', 'In progress'), ('done', 'Done'), ('stopped', 'Stopped')], required=True, default='open', readonly=True, index=True)
    has_looked = fields.Boolean(readonly=True, help='The portal was asked for what is not known here, before anything was queued.')
    finished_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many('vatportal.selection.line', 'selection_id', readonly=True)
    job_ids = fields.Many2many('vatportal.job', string='Processes', readonly=True)
    total_count = fields.Integer(string='Chosen', compute='_compute_counts')
    waiting_count = fields.Integer(string='Left', compute='_compute_counts')
    queued_count = fields.Integer(string='Queued', compute='_compute_counts')
    refused_count = fields.Integer(string='Not Queued', compute='_compute_counts')
    sent_count = fields.Integer(string='At e-taxes Already', compute='_compute_counts')
    stopped_count = fields.Integer(string='Stopped', compute='_compute_counts')
    shown_ids = fields.Json(compute='_compute_shown_ids')

    def _counts(self):
        """Return a dict of selection → how many of its lines are in which state."""
        counts = {selection: Counter() for selection in self}
        for selection, state, count in self.env['vatportal.selection.line']._read_group(
            [('selection_id', 'in', self.ids)], ['selection_id', 'state'], ['__count']
        ):
            counts[selection][state] = count
        return counts

    def _compute_counts(self):
        for selection, counts in self._counts().items():
            selection.total_count = counts.total()
            for state in ('waiting', 'queued', 'refused', 'sent', 'stopped'):
                selection[f'{state}_count'] = counts[state]

    @api.depends_context('vatportal_selections')
    def _compute_shown_ids(self):
        """The selections of one press of a button: one for each company."""
        together = self.browse(self.env.context.get('vatportal_selections') or []).exists()._filtered_access('read')
        for selection in self:
            selection.shown_ids = (selection | together).sorted('id').ids

    # ------------------------------------------------------------------ what is chosen

    @api.model
    def _at_once(self):
        """How many records are checked and queued in one go: the system parameter ``l10n_az_vatportal.send_at_once``."""
        value = self.env['ir.config_parameter'].sudo().get_param('l10n_az_vatportal.send_at_once', '')
        return max(1, int(value)) if value.isdecimal() else AT_ONCE

    @api.model
    def _start(self, sources, connector, sign):
        """Store what was chosen, and have the scheduled action begin; what waits already is not chosen once more.

        :param sources: iterable of recordsets of models that can be sent; the caller has checked that the user sees them
        :param connector: ``vatportal.connector``; none for the default one of each company
        :return: the selections in which all of it waits, new ones and those of before
        """
        selections = self.sudo().browse()
        for records in sources:
            records.fetch(records._vatportal_order_fields)
            for company, own in records._vatportal_in_order().grouped('company_id').items():
                through = connector or self.env['vatportal.connector']._default_for(company)
                selection = self.sudo().create(
                    {
                        'res_model': own._name,
                        'company_id': company.id,
                        'company_ids': [fields.Command.set(self.env.companies.ids)],
                        'connector_id': through.id,
                        'sign': sign,
                        'user_id': self.env.uid,
                    }
                )
                if not selection._store(own):
                    selection.unlink()
                    selection = self.browse()
                selections |= selection | self._waiting_in(own)
        selections._wake()
        return selections.sudo(False).sorted('id')

    def _store(self, records):
        """Make the lines of ``records``, in their order, but of those that wait in a selection; return how many were made.

        Where somebody else has chosen one of them at this moment, the database has the request run again.
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO vatportal_selection_line (selection_id, company_id, res_model, res_id, name, state)
            SELECT %s, %s, %s, chosen.id, chosen.name, 'waiting'
              FROM unnest(%s::int[], %s::varchar[]) WITH ORDINALITY AS chosen(id, name, place)
             ORDER BY chosen.place
                ON CONFLICT DO NOTHING
            """,
            [self.id, self.company_id.id, records._name, records.ids, [record.name or record.display_name for record in records]],
        )
        self.invalidate_recordset(['line_ids'])
        return self.env.cr.rowcount

    @api.model
    def _waiting_in(self, records):
        """The selections in which some of ``records`` wait."""
        lines = self.env['vatportal.selection.line'].sudo()
        return lines.search([('state', '=', 'waiting'), ('res_model', '=', records._name), ('res_id', 'in', records.ids)]).selection_id

    @api.model
    def _is_more_to_come(self, records, user):
        """Whether more of the company of ``records`` waits to be queued on behalf of ``user``: it goes with them."""
        waiting = [('state', '=', 'waiting'), ('res_model', '=', records._name), ('res_id', 'not in', records.ids)]
        lines = self.env['vatportal.selection.line'].sudo()
        return bool(lines.search_count([*waiting, ('company_id', 'in', records.company_id.ids), ('selection_id.user_id', '=', user.id)], limit=1))

    # ------------------------------------------------------------------ the live view

    def _dialog_action(self):
        """Return the action that opens the live view of these selections."""
        companies = self.env.company | self.company_id | self.env.companies
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Send to e-taxes'),
            'res_model': self._name,
            'res_id': self[0].id,
            'views': [[self.env.ref('l10n_az_vatportal.vatportal_selection_view_dialog').id, 'form']],
            'target': 'new',
            'context': {'dialog_size': 'large', 'vatportal_selections': self.ids, 'allowed_company_ids': companies.ids},
        }

    def action_refresh(self):
        """Return what the live view of these selections shows.

        :return: dict with

            - ``finished``, ``stopped``, ``can_stop``
            - ``counts``: {``total``, ``waiting``, ``queued``, ``sent``, ``refused``, ``stopped``}
            - ``alerts``: what stands against some of them, for the component ``ActionableErrors``; ``more``: how many have
              problems that are not among these
            - ``views``: list of {``id``, ``company``, ``phone``, ``what``}, one for each live view of their processes
        :raises AccessError: for users who may not read them
        """
        self.check_access('read')
        self.invalidate_recordset()
        counts = sum(self._counts().values(), Counter())
        told = self.line_ids.search([('selection_id', 'in', self.ids), ('problems', '!=', False)], limit=PROBLEMS_SHOWN, order='state desc, id')
        states = [state for state, _label in told._fields['state'].selection]
        return {
            'finished': all(selection.state != 'open' for selection in self),
            'stopped': any(selection.state == 'stopped' for selection in self),
            'can_stop': any(selection.state == 'open' for selection in self) and self._may_use(),
            'counts': {**dict.fromkeys(states, 0), **counts, 'total': counts.total()},
            'alerts': self.env['vatportal.problem.dialog']._alerts([problem for line in told for problem in line.problems]),
            'more': self.line_ids.search_count([('selection_id', 'in', self.ids), ('problems', '!=', False)]) - len(told),
            'views': self._views(),
        }

    def _views(self):
        # A process shows those who may only read it neither a code nor a button.
        views = self.sudo().job_ids._views().sudo(False)._filtered_access('read')
        return [
            {'id': view.id, 'company': view.company_id.sudo().display_name, 'phone': view.connector_id.sudo().phone or '', 'what': view.name}
            for view in views.sorted('id')
        ]

    @api.model
    def _can_be_sent(self, model):
        """Whether records of ``model`` can be sent: of an addon that is gone, its selections are still here."""
        return model in self.env['vatportal.send.wizard']._fields_of()

    def _may_use(self):
        # What is left of an addon that is gone is seen to by whoever invoices.
        models = {model if self._can_be_sent(model) else 'account.move' for model in self.mapped('res_model')}
        return all(self.env[model]._vatportal_may_send() for model in models)

    # ------------------------------------------------------------------ buttons

    def action_follow(self):
        """Open the live view of these selections."""
        self.check_access('read')
        return self._dialog_action()

    def action_lines(self):
        """Open the list of what was chosen: what is left, or was when it was stopped, and then what was not queued. The filters show the rest.

        :return: an action
        """
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Chosen to Be Sent'),
            'res_model': 'vatportal.selection.line',
            'views': [[False, 'list'], [False, 'kanban']],
            'domain': [('selection_id', 'in', self.ids)],
            'context': {'search_default_refused': 1, 'search_default_waiting': 1, 'search_default_stopped': 1},
        }

    def action_stop(self):
        """Queue nothing more of these selections. What is queued has processes of its own, which are given up there.

        :raises AccessError: for users who may not read them, or may not send
        """
        self.check_access('read')
        if not self._may_use():
            raise AccessError(self.env._('Only invoicing users can stop what is sent to e-taxes.'))
        for selection in self.sudo().filtered(lambda selection: selection.state == 'open'):
            # Where a part is being queued this waits for its end, and the request may be run again.
            selection._end('stopped')
        return True

    @api.autovacuum
    def _gc_selections(self):
        old = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        self.sudo().search([('state', '!=', 'open'), ('finished_at', '<', old)]).unlink()


class VatportalSelectionLine(models.Model):
    """A record that was chosen to be sent, and what has become of that."""

    _name = 'vatportal.selection.line'
    _description = 'Chosen to be sent to e-taxes'
    _inherit = ['vatportal.guard']
    _order = 'id'
    _log_access = False

    selection_id = fields.Many2one('vatportal.selection', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field='res_model', required=True, readonly=True)
    name = fields.Char(string='Number', readonly=True)
    state = fields.Selection(
        [('waiting', 'Left'), ('queued', 'Queued'), ('sent', 'At e-taxes already'), ('refused', 'Not queued'), ('stopped', 'Stopped')],
        required=True,
        readonly=True,
    )
    problems = fields.Json(string='Found', readonly=True, help='What stands against sending it, or is to be looked at.')
    text = fields.Text(string='Problems', compute='_compute_text')

    _waits_once = models.UniqueIndex("(res_model, res_id) WHERE state = 'waiting'")
    _of_state = models.Index('(selection_id, state, id)')

    @api.depends('problems')
    def _compute_text(self):
        for line in self:
            line.text = '\n'.join(f'{problem["field"]}: {problem["message"]}' for problem in line.problems or [])

    def action_open(self):
        """Open the record to mend: that of the first problem, else what was chosen, as where the user may not see the other.

        :return: an action
        :raises UserError: where it is of an app that is not installed any more
        """
        self.ensure_one()
        self.check_access('read')
        problem = (self.problems or [{}])[0]
        model, record_id = problem.get('res_model') or self.res_model, problem.get('res_id') or self.res_id
        if model not in self.env:
            raise UserError(self.env._('It belongs to an app that is not installed any more.'))
        if self.res_model in self.env and not self.env[model].browse(record_id).exists()._filtered_access('read'):
            model, record_id = self.res_model, self.res_id
        return {'type': 'ir.actions.act_window', 'name': self.name or '', 'res_model': model, 'res_id': record_id, 'views': [[False, 'form']]}
