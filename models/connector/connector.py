import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import clean_context, ormcache

from ...vatportal import Secret, VatPortalClient
from ..states import SALE_TYPES, baku_day
from . import portal_account
from .portal_account import OF_ACCOUNT

# Whoever may use a connector without seeing its secrets: invoicing users.
_USER_GROUP = 'account.group_account_invoice'
# What may stand in braces in the main note.
_PLACEHOLDERS = {'number', 'date', 'reference', 'origin'}


class VatportalConnector(models.Model):
    """A company at an account of VatPortal, with what is sent through it and how.

    Secrets are readable for the group *Settings* alone; everyone else reaches the portal only through
    :meth:`_client`, the one place that reads them.
    """

    _name = 'vatportal.connector'
    _description = 'VatPortal connector'
    _inherit = ['vatportal.guard', 'mail.thread']
    _order = 'is_default desc, sequence, id'
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env.company.name)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company, index=True)
    is_default = fields.Boolean(string='Default', copy=False, help="The connector that the company's invoices go through unless another one is chosen.")

    phone = fields.Char(
        string='ASAN İmza Phone',
        tracking=True,
        help='994 and nine digits, for instance 994501234567. A partner account needs it. Any other account may need it '
        'for imports from e-taxes: enter it where the portal says that the phone is missing.',
    )

    use_old_sys = fields.Boolean(string='Old e-taxes Site', help='Send through the old (green) site of e-taxes.gov.az.')
    sign_on_send = fields.Boolean(
        string='Sign When Sending',
        default=True,
        help='Send to e-taxes and sign with ASAN İmza. Off: invoices are only imported into VatPortal, to be signed there.',
    )
    taxation = fields.Selection(
        [('vat', 'VAT payer'), ('simplified', 'Simplified taxation')],
        required=True,
        default='vat',
        help='Simplified taxation: the invoices carry no VAT at all.',
    )
    batch_size = fields.Integer(
        string='Invoices per Process',
        required=True,
        default=500,
        help='More invoices than this are sent as several processes, each with its own PIN1 and PIN2.',
    )
    main_info_template = fields.Char(
        string='Main Note',
        required=True,
        default='{number}; {date}',
        help='Proposed as the main note of each invoice. {number}, {date}, {reference} and {origin} are replaced by those of the invoice.',
    )
    rule_ids = fields.One2many('vatportal.kind.rule', 'connector_id', string='Kind Rules', copy=True)
    notify_user_ids = fields.Many2many('res.users', string='Users to Notify', help='Told of codes and failures of processes that no person started.')

    job_count = fields.Integer(compute='_compute_job_count')

    _one_default = models.UniqueIndex('(company_id) WHERE is_default', 'A company has one default VatPortal connector.')
    _batch_size_positive = models.Constraint('CHECK (batch_size > 0)', 'At least one invoice must go into a process.')

    # ------------------------------------------------------------------ integrity

    def _check_phone(self):
        for connector in self:
            if connector.phone and not re.fullmatch(r'994[0-9]{9}', connector.phone):
                raise ValidationError(self.env._('The ASAN İmza phone must be 994 and nine digits, for instance 994501234567.'))
            # One that is archived makes no calls; it is asked for the phone when it comes back.
            if connector.is_partner and not connector.phone and connector.active:
                raise ValidationError(self.env._('A partner account needs the ASAN İmza phone of the company.'))

    @api.constrains('main_info_template')
    def _check_main_info_template(self):
        for connector in self:
            unknown = set(re.findall(r'[{]([^{}]*)[}]', connector.main_info_template)) - _PLACEHOLDERS
            if unknown:
                raise ValidationError(self.env._('Main note: {%s} is none of {number}, {date}, {reference} and {origin}.', min(unknown)))

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._with_bill_date(vals) for vals in self.browse()._entered('create', *vals_list)]
        wanted = [vals.pop('is_default', False) for vals in vals_list]
        changes = self._take_accounts(vals_list)
        for vals in vals_list:
            if vals.get('company_id') and not vals.get('name'):
                vals['name'] = self.env['res.company'].browse(vals['company_id']).sudo().name
        begun = self._begun()
        connectors = super().create(vals_list)
        self._forget_defaults()
        connectors._check_phone()
        connectors._check_phone_of_one_company()
        connectors._tell_entered(changes)
        for connector, default in zip(connectors, wanted, strict=True):
            if not connector.rule_ids:
                # What the context proposes for the connector is nothing for its rules.
                connector.with_context(clean_context(self.env.context)).rule_ids = connector._default_rules()
            if connector.active and (default or not connector._of_company().filtered('is_default')):
                connector.is_default = True
        connectors._propose_on_moves()
        self._begin_or_end(connectors.company_id, begun)
        return connectors

    def _add_missing_default_values(self, values):
        # What a form, or the context, proposes for an account is not to be written on one that is there already.
        values = super()._add_missing_default_values(values)
        return {name: value for name, value in values.items() if name not in OF_ACCOUNT}

    def write(self, vals):
        accounts = self._accounts_before(vals)
        (vals,) = self._entered('write', vals)
        self._check_log_in(vals)
        vals = self._check_account_of(vals)
        self._date_bills(vals)
        companies, begun = self.company_id, self._begun()
        if 'company_id' in vals:
            companies |= companies.browse(vals['company_id'])
            for connector, values in self._to_company(vals):
                super(VatportalConnector, connector).write(values)
        if vals.get('is_default'):
            company_ids = [vals['company_id']] if 'company_id' in vals else self.company_id.ids
            others = (self.with_context(active_test=False).search([('company_id', 'in', company_ids)]) - self).filtered('is_default')
            super(VatportalConnector, others).write({'is_default': False})
            others.flush_recordset(['is_default'])
        if vals.get('active') is False:
            vals['is_default'] = False
        taken = self._take_account(vals)
        result = super().write(vals)
        if {'active', 'is_default', 'company_id', 'sequence'} & vals.keys():
            self._forget_defaults()
        if taken:
            self._write_account(taken)
        if 'phone' in vals:
            self._forget_test()
            self.sudo().account_id._renew_again()
        if {'phone', 'is_partner', 'base_url', 'company_id', 'active'} & (vals.keys() | taken.keys()):
            self._check_phone()
            self._check_phone_of_one_company()
        if {'active', 'is_default', 'company_id'} & vals.keys():
            self._keep_a_default(companies)
            self._propose_on_moves()
        if {'active', 'company_id'} & vals.keys():
            self._begin_or_end(companies, begun)
        elif {'is_default', 'issue_day_counts'} & vals.keys():
            self.env['vatportal.deadline'].sudo()._renew(companies)
        self._forget_changed(accounts)
        return result

    def _move_to(self, account):
        """Make these connectors ones of ``account``; accounts that have none left go."""
        moved = self.filtered(lambda connector: connector.account_id != account)
        moved._forget_seen()
        moved._forget_test()
        left = moved.account_id
        super(VatportalConnector, moved).write({'account_id': account.id})  # pylint: disable=super-method-mismatch
        left._drop_unused()

    def unlink(self):
        accounts, companies, begun = self.sudo().account_id, self.company_id, self._begun()
        result = super().unlink()
        self._forget_defaults()
        self._begin_or_end(companies, begun)
        accounts._drop_unused()
        return result

    def _forget_defaults(self):
        """Which connector is a company's default is asked anew: now, and once more when others can see what was written."""
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    def _of_company(self):
        """All connectors of these connectors' companies."""
        return self.search([('company_id', 'in', self.company_id.ids)])

    def _keep_a_default(self, companies):
        """A company whose default connector was archived, or has gone to another one, goes through its next one."""
        for connectors in self.search([('company_id', 'in', companies.ids)]).grouped('company_id').values():
            if not connectors.filtered('is_default'):
                connectors[0].is_default = True

    def _propose_on_moves(self):
        """Give the invoices that have none, and were not sent, the kind and the main note of their company's
        connector: they were made before there was one."""
        Move = self.env['account.move'].sudo()
        unsent = [('company_id', 'in', self.company_id.ids), ('state', '!=', 'cancel'), ('move_type', 'in', SALE_TYPES), ('vatportal_document_id', '=', False)]
        for field, domain in (
            ('vatportal_kind_id', [('vatportal_kind_proposed_id', '=', False)]),  # else a person cleared it
            ('vatportal_main_info', []),
        ):
            Move._vatportal_compute_in_parts(Move.search([*unsent, (field, '=', False), *domain]).ids, (field,))

    @api.model
    def _begin_or_end(self, companies, before):
        """``companies`` have got a connector, or lost one. Where it was the first, or the last: let all that can be sent say so, or not any
        more, see :meth:`VatportalSource._vatportal_show_unsent`, and have its last day, or none.

        :param before: what :meth:`_begun` was
        """
        now, deadlines = self._begun(), self.env['vatportal.deadline'].sudo()
        changed = companies.filtered(lambda company: now.get(company.id) != before.get(company.id))
        if changed:
            for model in self.env['vatportal.send.wizard']._fields_of():
                self.env[model]._vatportal_show_unsent(changed)
            deadlines._renew_begun(changed)
        if companies - changed:
            # Another default one may count the day of issue, or be taxed otherwise.
            deadlines._renew(companies - changed)

    @api.model
    def _normalized(self, vals):
        """Return ``vals`` with phone, address and token in the form they are stored in."""
        vals = portal_account.normalized(vals)
        if vals.get('phone'):
            vals['phone'] = _phone(vals['phone'])
        return vals

    @api.model
    def _default_rules(self):
        """Rules of a new connector. A return of goods is issued by the buyer who returns them, so a vendor
        credit note is sent as ``returnInvoice``; nothing is proposed for customer credit notes."""

        def rule(move_type, kind, **extra):
            return fields.Command.create({'move_type': move_type, 'kind_id': self.env.ref(f'l10n_az_vatportal.{kind}').id, **extra})

        return [
            rule('out_invoice', 'kind_advance_invoice', down_payment=True, sequence=10),
            rule('out_invoice', 'kind_default_invoice', sequence=20),
            rule('in_refund', 'kind_return_invoice', sequence=30),
        ]

    # ------------------------------------------------------------------ choosing

    @api.model
    def _default_for(self, company):
        """The company's default connector, else its first; an empty recordset where it has none."""
        return self.sudo(False).browse(self._default_ids_for(company.id))

    @ormcache('company_id', "self.env.context.get('active_test', True)")
    def _default_ids_for(self, company_id):
        # Every invoice asks for it, also of companies that send nothing.
        return self.sudo().search([('company_id', '=', company_id)], limit=1)._ids

    @api.model
    @ormcache('archived')
    def _begun(self, archived=False):
        """Company id → the first day of the month in which its first connector was made: what was invoiced before is on the
        books of another system, or was typed at e-taxes. One that was archived since began it all the same, if anything went through it: what was
        only tried and failed does not count.

        :param archived: whether also those companies count all of whose connectors are archived
        """
        connectors = self.sudo().with_context(active_test=False)
        served = connectors.search([('active', '=', False)])._served()
        counting = ['|', ('active', '=', True), ('id', 'in', served.ids)]
        groups = connectors._read_group([('company_id', '!=', False), *counting], ['company_id'], ['create_date:min', 'active:bool_or'])
        return {company.id: baku_day(made).replace(day=1) for company, made, at_work in groups if at_work or archived}

    def _kind_for(self, move):
        """The kind that the first matching rule gives ``move``; empty where none matches."""
        self.ensure_one()
        return self.rule_ids.filtered(lambda rule: rule._matches(move))[:1].kind_id

    def _format_main_info(self, **values):
        """The main note for ``values`` (one string per placeholder), without separators left at its ends."""
        text = re.sub(r'[{](\w+)[}]', lambda match: values.get(match[1]) or '', self.main_info_template)
        return re.sub(r'^[;,\s]+|[;,\s]+$', '', text)

    def _compute_job_count(self):
        counts = dict(self.env['vatportal.job']._read_group([('connector_id', 'in', self.ids)], ['connector_id'], ['__count']))
        for connector in self:
            connector.job_count = counts.get(connector, 0)

    # ------------------------------------------------------------------ the portal

    def _client(self, **limits):
        """Return a :class:`VatPortalClient` for this connector, to be used as a context manager.

        The only place that reads the secrets.

        :param limits: the client's ``timeout`` and ``deadline`` in seconds, where they are not to be its own
        :raises AccessError: for users who may neither invoice nor run the system
        :raises UserError: when the log-in data are missing
        """
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group(_USER_GROUP)):
            raise AccessError(self.env._('Only invoicing users can use the VatPortal connector.'))
        # Masked from here on, should a traceback show its variables.
        names = self._log_in_names()
        row = self.env['vatportal.secret'].sudo().search_fetch([('account_id', '=', self.sudo().account_id.id)], names)
        auth = {name: Secret(row[name] or '') for name in names}
        if not all(auth.values()):
            raise UserError(self.env._('Connector %s: the log-in data for the portal are missing.', self.name))
        if self.is_partner and not self.phone:
            # Without it the portal would not know for which company the call is.
            raise UserError(self.env._('Connector %s: a partner account needs the ASAN İmza phone of the company.', self.name))
        return VatPortalClient(self.base_url, **auth, phone=self.phone, partner=self.is_partner, read_methods=dict(self.read_methods or {}), **limits)

    def _log_in_names(self):
        """The fields of the log-in data that the portal is shown."""
        return ('token',) if self.auth_method == 'token' else ('username', 'password')

    def _has_log_in(self):
        """Whether the log-in data were entered."""
        secrets = self.sudo().secret_ids
        return all(secrets[name] for name in self._log_in_names())

    def action_jobs(self):
        """Open the processes of this connector."""
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Processes'),
            'res_model': 'vatportal.job',
            'view_mode': 'list,form',
            'domain': [('connector_id', 'in', self.ids)],
        }


def _phone(text):
    """``text`` as the portal takes a phone, 994 and nine digits, however it was typed; unchanged where it is none."""
    digits = re.sub(r'\D', '', text)
    number = re.fullmatch(r'(?:(?:00)?9940?|0)([1-9][0-9]{8})', digits)
    return f'994{number[1]}' if number else digits or text
