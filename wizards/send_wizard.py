from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class VatportalSendWizard(models.TransientModel):
    """Checks invoices, shows all their problems together, and sends those that are ready, a process for each connector.

    What else can be sent has a field of its own beside ``move_ids`` and ``ready_ids``, named in :meth:`_fields_of`.
    """

    _name = 'vatportal.send.wizard'
    _description = 'Send to e-taxes'
    _inherit = ['vatportal.problem.dialog']
    _question_field = 'send_wizard_id'

    move_ids = fields.Many2many('account.move', string='Invoices')
    company_id = fields.Many2one('res.company', compute='_compute_company_id')
    connector_id = fields.Many2one(
        'vatportal.connector',
        compute='_compute_connector_id',
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id)]",
        help='Empty where the invoices belong to several companies: each then goes through the default connector of its company.',
    )
    connector_count = fields.Integer(compute='_compute_company_id')
    sign = fields.Boolean(
        string='Send to e-taxes and Sign',
        compute='_compute_sign',
        store=True,
        readonly=False,
        help='Off: the invoices are imported into VatPortal only, to be signed there; their numbers are fetched by themselves afterwards.',
    )
    ready_ids = fields.Many2many('account.move', string='Ready to Send', compute='_compute_problems')
    ready_count = fields.Integer(compute='_compute_problems')
    move_count = fields.Integer(compute='_compute_problems')
    amount_ready = fields.Float(compute='_compute_problems', digits=(16, 2))
    process_count = fields.Integer(compute='_compute_processes')
    is_large = fields.Boolean(compute='_compute_is_large', help='More than is checked and queued with the press of the button: that goes on behind.')
    processes = fields.Html(compute='_compute_processes', help='Who is asked for PINs, on which phone, and for what.')

    # ------------------------------------------------------------------ what is sent

    @api.model
    def _fields_of(self):
        """{model: (field for what was chosen, field for what is ready)}, for each model that can be sent."""
        return {'account.move': ('move_ids', 'ready_ids')}

    @api.model
    def _open(self, *sources):
        """Return the action that opens this wizard for ``sources``, recordsets of models that can be sent."""
        ids = {}
        for source in sources:
            ids.setdefault(source._name, []).extend(source.ids)
        context = {f'default_{self._fields_of()[model][0]}': [fields.Command.set(found)] for model, found in ids.items()}
        if len(ids) == 1:
            [(context['active_model'], context['active_ids'])] = ids.items()
        return {'type': 'ir.actions.act_window', 'name': self._title(), 'res_model': self._name, 'view_mode': 'form', 'target': 'new', 'context': context}

    def _title(self):
        return self.env._('Send to e-taxes')

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        field, _ready = self._fields_of().get(self.env.context.get('active_model'), (None, None))
        if field in fields_list and not values.get(field):
            values[field] = [fields.Command.set(self.env.context.get('active_ids') or [])]
            self._vatportal_check_links(values)
        return values

    def _usable_fields(self):
        """The pairs of fields of the models that the user may read; the others' can't even be asked whether they are
        empty."""
        return [names for model, names in self._fields_of().items() if self.env[model].has_access('read')]

    def _chosen(self):
        """Yield what was chosen, one recordset for each model."""
        for chosen, _ready in self._usable_fields():
            yield self[chosen]._origin

    def _companies(self):
        companies = self.env['res.company']
        for records in self._chosen():
            # Of thousands nothing else is read.
            companies = companies.union(*(company for [company] in records._read_group([('id', 'in', records.ids)], ['company_id'])))
        return companies

    @api.depends(lambda self: self._chosen_names())
    def _compute_company_id(self):
        for wizard in self:
            companies = wizard._companies()
            wizard.company_id = companies if len(companies) == 1 else False
            wizard.connector_count = self.env['vatportal.connector'].search_count([('company_id', 'in', companies.ids)])

    def _chosen_names(self):
        return [chosen for chosen, _ready in self._fields_of().values()]

    def _problems_follow(self):
        return ['connector_id', *self._chosen_names()]

    @api.depends('company_id')
    def _compute_connector_id(self):
        for wizard in self:
            wizard.connector_id = self.env['vatportal.connector']._default_for(wizard.company_id) if wizard.company_id else False

    @api.depends(lambda self: ['connector_id', *self._chosen_names()])
    def _compute_sign(self):
        for wizard in self:
            connectors = wizard.connector_id or self.env['vatportal.connector'].union(
                *(self.env['vatportal.connector']._default_for(company) for company in wizard._companies())
            )
            wizard.sign = all(connectors.mapped('sign_on_send'))

    @api.depends(lambda self: self._chosen_names())
    def _compute_is_large(self):
        for wizard in self:
            wizard.is_large = sum(len(records) for records in wizard._chosen()) > self.env['vatportal.selection']._at_once()

    @api.depends(lambda self: self._problems_follow())
    @api.depends_context('lang')
    def _compute_problems(self):
        for wizard in self:
            problems, ready_count, amount = [], 0, 0.0
            for _chosen, ready in self._fields_of().values():
                wizard.sudo()[ready] = False
            # What is checked behind is not checked here: it would take longer than a request may.
            for chosen, ready in () if wizard.is_large else self._usable_fields():
                records = wizard[chosen]._origin
                found, able, _values = wizard._check(records)
                problems += [problem for record in records for problem in found[record]]
                wizard[ready] = able
                ready_count += len(able)
                amount += sum(record._vatportal_signed_amount(wizard._connector_for(record)) for record in able)
            wizard.problems = problems
            wizard.alerts = wizard._alerts(problems)
            wizard.move_count = sum(len(records) for records in wizard._chosen())
            wizard.ready_count = ready_count
            wizard.amount_ready = amount

    @api.depends(lambda self: ['problems', *self._chosen_names()])
    @api.depends_context('lang')
    def _compute_processes(self):
        """Each connector's records of a model go as one process, or as many as its size of a batch makes of them."""
        for wizard in self:
            counts, parts = {}, {}
            for _chosen, ready in self._usable_fields():
                for connector, records in wizard[ready].grouped(wizard._connector_for).items():
                    counts[connector] = counts.get(connector, 0) + -(-len(records) // connector.sudo().batch_size)
                    parts.setdefault(connector, []).append(records)
            wizard.process_count = sum(counts.values())
            wizard.processes = wizard._processes_html(counts, parts) if len(counts) > 1 else False

    def _processes_html(self, counts, parts):
        _ = self.env._
        head = Markup('<tr>%s<th class="text-end">%s</th></tr>') % (
            Markup().join(Markup('<th>%s</th>') % text for text in (_('Company'), _('ASAN İmza Phone'), _('Documents'), _('Processes'))),
            _('Total, AZN'),
        )
        rows = []
        for connector, groups in parts.items():
            amount = sum(record._vatportal_signed_amount(connector) for records in groups for record in records)
            names = [name for records in groups for name in records.mapped('name')]
            shown = ', '.join(names[:3]) + (_(' and %s more', len(names) - 3) if len(names) > 3 else '')
            rows.append(
                Markup('<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td class="text-end">%s</td></tr>')
                % (connector.sudo().company_id.display_name, connector.sudo().phone or '', shown, counts[connector], formatLang(self.env, amount, digits=2))
            )
        return Markup('<table class="table table-sm o_vatportal_processes"><thead>%s</thead><tbody>%s</tbody></table>') % (head, Markup().join(rows))

    def _check(self, records):
        """Check ``records``, of one model, see :meth:`VatportalSource._vatportal_check`."""
        found, ready, values = {}, records.browse(), {}
        for connector, group in records.grouped(self._connector_for).items():
            more, able, built = group._vatportal_check(connector)
            found, ready, values = found | more, ready | able, values | built
        return found, records & ready, values

    def _connector_for(self, record):
        self.ensure_one()
        return self.connector_id or self.env['vatportal.connector']._default_for(record.company_id)

    def action_send(self):
        """Send what is ready, and open the live view of the process, or of those that take turns. Of what is too much for
        that, store what was chosen, and open the view of how it is checked and queued.

        The documents and the job are committed before the portal is called. A second click, or a second user with
        the same records, gets the view of the process that is on its way already. Where the portal turns out to have
        something that may be one of the records, or something came up that asks whoever sends, nothing is sent, and this
        dialog opens again with that question.

        :raises AccessError: for users who do not send what was chosen
        :raises UserError: when nothing can be sent, naming what stands against it
        """
        self.ensure_one()
        self.check_access('read')
        for records in self._chosen():
            if records:
                records._vatportal_check_may_send()
        if self.is_large:
            return self.env['vatportal.selection']._start(self._chosen(), self.connector_id, self.sign)._dialog_action()
        jobs = self.env['vatportal.job']
        if self._look_first() and any(problem.get('candidate') for problem in self.problems or []):
            return self._shown_again()
        ready = list(self._ready_by_connector())
        if any(self._has_unseen(problems) for *_ready, problems in ready):
            return self._shown_again()
        for connector, records, values, _problems in ready:
            jobs += jobs._queue(records, connector, self.sign, join=True, values=values)
        if not jobs:
            jobs = jobs.union(*(records.vatportal_document_id.job_ids for records in self._chosen())).filtered(
                lambda job: job.state in ('queued', 'starting', 'running')
            )
            if not jobs:
                raise UserError(self._nothing_to_send())
            return jobs._dialog_action()
        return jobs._start_together()

    def _look_first(self):
        """Let the connector look whether its portal knows something from here that is not known here. What that finds
        stays, whatever becomes of the sending.

        :return: whether it found something
        """
        connectors = self.env['vatportal.connector'].union(*(self._connector_for(record) for records in self._chosen() for record in records)).sudo()
        # Where it was never looked, as after the addon was set up anew, and of several connectors, of which none is to wait
        # for another's portal, the process looks before it begins.
        if len(connectors) != 1 or not connectors.compared_at or not connectors._is_to_be_looked_at():
            return False
        found = connectors._look_before_sending()
        self.env['vatportal.job']._commit()
        self.invalidate_recordset(['problems', 'alerts', *(ready for _chosen, ready in self._usable_fields())])
        return found

    def _ready_by_connector(self):
        """Yield (connector, its records of one model that are ready, the values of their documents, their problems), locked, so
        that nobody else sends them meanwhile, and checked after that.

        :raises UserError: when someone else has one of them in hand at this very moment
        """
        locked = []
        for records in self._chosen():
            locked.append(records.try_lock_for_update(allow_referencing=True))
            if len(locked[-1]) < len(records):
                raise UserError(
                    self.env._(
                        '%s: someone else is sending or changing it at this moment. Wait a little and press the button again.',
                        ', '.join((records - locked[-1])[:5].mapped('display_name')),
                    )
                )
        self.invalidate_recordset(['problems', *(ready for _chosen, ready in self._usable_fields())])
        for records in locked:
            found, able, values = self._check(records)
            for connector, group in able.grouped(self._connector_for).items():
                yield connector, group, values, [problem for record in group for problem in found[record]]

    def _nothing_to_send(self):
        problems = [problem for problem in self.problems or [] if problem['level'] == 'error']
        if not problems:
            return self.env._('There is nothing to send.')
        return '\n'.join([self._none_text(), *(f'{problem["name"]}: {problem["message"]}' for problem in problems)])

    def _none_text(self):
        return self.env._('None of the invoices can be sent:')
