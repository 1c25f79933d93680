from odoo import api, fields, models
from odoo.exceptions import UserError


class VatportalSendWizard(models.TransientModel):
    """Checks invoices, shows all their problems together, and sends those that are ready as one process."""

    _name = 'vatportal.send.wizard'
    _description = 'Send to e-taxes'

    move_ids = fields.Many2many('account.move', string="Invoices", required=True)
    company_id = fields.Many2one('res.company', compute='_compute_company_id')
    connector_id = fields.Many2one(
        'vatportal.connector', compute='_compute_connector_id', store=True, readonly=False,
        domain="[('company_id', '=', company_id)]", help="Empty where the invoices belong to several companies: each "
        "then goes through the default connector of its company.")
    connector_count = fields.Integer(compute='_compute_company_id')
    sign = fields.Boolean(
        string="Send to e-taxes and Sign", compute='_compute_sign', store=True, readonly=False,
        help="Off: the invoices are imported into VatPortal only, to be signed there; their numbers are fetched by "
             "themselves afterwards.")
    problems = fields.Json(compute='_compute_problems')
    alerts = fields.Json(compute='_compute_problems')
    ready_ids = fields.Many2many('account.move', string="Ready to Send", compute='_compute_problems')
    ready_count = fields.Integer(compute='_compute_problems')
    move_count = fields.Integer(compute='_compute_problems')
    amount_ready = fields.Float(compute='_compute_problems', digits=(16, 2))

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if 'move_ids' in fields_list and not values.get('move_ids') \
                and self.env.context.get('active_model') == 'account.move':
            values['move_ids'] = [fields.Command.set(self.env.context.get('active_ids', []))]
        return values

    @api.depends('move_ids')
    def _compute_company_id(self):
        for wizard in self:
            companies = wizard.move_ids.company_id
            wizard.company_id = companies if len(companies) == 1 else False
            wizard.connector_count = self.env['vatportal.connector'].search_count(
                [('company_id', 'in', companies.ids)])

    @api.depends('company_id')
    def _compute_connector_id(self):
        for wizard in self:
            wizard.connector_id = wizard.company_id and self.env['vatportal.connector']._default_for(wizard.company_id)

    @api.depends('connector_id', 'move_ids')
    def _compute_sign(self):
        for wizard in self:
            connectors = wizard.connector_id or self.env['vatportal.connector'].union(
                *(wizard._connector_for(move) for move in wizard.move_ids))
            wizard.sign = all(connectors.mapped('sign_on_send'))

    @api.depends('move_ids', 'connector_id')
    def _compute_problems(self):
        for wizard in self:
            problems = [
                problem for move in wizard.move_ids._origin
                for problem in move._vatportal_problems(wizard._connector_for(move))
            ]
            stopped = {problem['move_id'] for problem in problems if problem['level'] == 'error'}
            ready = wizard.move_ids._origin.filtered(lambda move, stopped=stopped: move.id not in stopped)
            wizard.problems = problems
            wizard.alerts = wizard._alerts(problems)
            wizard.ready_ids = ready
            wizard.ready_count = len(ready)
            wizard.move_count = len(wizard.move_ids)
            wizard.amount_ready = sum(abs(move.amount_total_signed) for move in ready)

    def _connector_for(self, move):
        self.ensure_one()
        return self.connector_id or self.env['vatportal.connector']._default_for(move.company_id)

    def _alerts(self, problems):
        """Return ``problems`` for the widget that shows alerts: errors first, each with a link to what to mend."""
        moves = self.env['account.move'].browse({problem['move_id'] for problem in problems})
        names = {move.id: move.display_name for move in moves}
        return {
            f'problem_{index}': {
                'level': 'danger' if problem['level'] == 'error' else 'warning',
                'message': f"{names[problem['move_id']]} · {problem['field']}: {problem['message']}",
                'action_text': self.env._("Open"),
                'action': {
                    'type': 'ir.actions.act_window',
                    'res_model': problem['res_model'],
                    'res_id': problem['res_id'],
                    'views': [[False, 'form']],
                },
            }
            for index, problem in enumerate(sorted(problems, key=lambda problem: problem['level'] != 'error'))
        }

    def action_send(self):
        """Send the invoices that are ready, and open the live view of the process.

        The documents and the job are committed before the portal is called. A second click, or a second user with
        the same invoices, gets the view of the process that is on its way already.

        :raises UserError: when none of the invoices can be sent, naming what stands against it
        """
        self.ensure_one()
        jobs = self.env['vatportal.job']
        for connector, moves in self._ready_by_connector():
            jobs += jobs._queue(moves, connector, self.sign)
        if not jobs:
            jobs = self.move_ids.vatportal_document_id.job_ids.filtered(
                lambda job: job.state in ('queued', 'starting', 'running'))
            if not jobs:
                raise UserError(self._nothing_to_send())
            return jobs._dialog_action()
        jobs._commit()
        jobs._advance()
        self.env.ref('l10n_az_vatportal.cron_advance')._trigger()
        return jobs._dialog_action()

    def _ready_by_connector(self):
        """Yield (connector, its invoices that are ready), locked, so that nobody else sends them meanwhile.

        :raises UserError: when someone else has one of them in hand at this very moment
        """
        locked = self.move_ids.try_lock_for_update(allow_referencing=True)
        if len(locked) < len(self.move_ids):
            raise UserError(self.env._(
                "%s: someone else is sending or changing it at this moment. Wait a little and press the button again.",
                ', '.join((self.move_ids - locked)[:5].mapped('display_name'))))
        self.invalidate_recordset(['problems', 'ready_ids'])
        ready = self.ready_ids & locked
        yield from ready.grouped(self._connector_for).items()

    def _nothing_to_send(self):
        problems = [problem for problem in self.problems or [] if problem['level'] == 'error']
        if not problems:
            return self.env._("There is nothing to send.")
        return '\n'.join([self.env._("None of the invoices can be sent:"), *(
            f"{self.env['account.move'].browse(problem['move_id']).display_name}: {problem['message']}"
            for problem in problems)])
