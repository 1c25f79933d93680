import contextlib
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..vatportal import AddressError, Secret, VatPortalClient, polling, portal_url
from . import portal_text
from .secret import SECRETS

# Whoever may use a connector without seeing its secrets: invoicing users.
_USER_GROUP = 'account.group_account_invoice'
# What a connector remembers of a portal that works.
_WORKS = {'error_count': 0, 'failed_at': False, 'down_since': False, 'down_reason': False, 'retry_at': False, 'last_error': False}
# By how much the clocks of two servers may differ.
SKEW = timedelta(seconds=10)
# What may stand in braces in the main note.
_PLACEHOLDERS = {'number', 'date', 'reference', 'origin'}


class VatportalConnector(models.Model):
    """An account at VatPortal, with what is sent through it and how.

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
    company_id = fields.Many2one(
        'res.company', required=True, default=lambda self: self.env.company, index=True)
    is_default = fields.Boolean(
        string="Default", copy=False,
        help="The connector that the company's invoices go through unless another one is chosen.")

    base_url = fields.Char(
        string="Portal Address", required=True, tracking=True,
        help="Your subdomain at VatPortal (such as mycompany) or the whole address, "
             "https://mycompany.vatportal.az/api")
    auth_method = fields.Selection(
        [('token', "Token"), ('password', "User and password")], string="Log in with",
        required=True, default='token', tracking=True)
    secret_ids = fields.One2many('vatportal.secret', 'connector_id', groups=fields.NO_ACCESS)
    # Whoever enters them gets asterisks back; this addon reads them as superuser.
    token = fields.Char(
        compute='_compute_secrets', search='_search_secret', readonly=False, groups='base.group_system',
        help="In the portal: Profile → Access to API.")
    token_date = fields.Datetime(string="Token Since", copy=False, readonly=True)
    username = fields.Char(
        compute='_compute_secrets', search='_search_secret', readonly=False, string="User", groups='base.group_system')
    password = fields.Char(
        compute='_compute_secrets', search='_search_secret', readonly=False, groups='base.group_system')
    secret_hash = fields.Char(
        compute='_compute_secrets', search='_search_secret', readonly=False, groups='base.group_system',
        help="From the portal's profile page; needed only to renew the token from Odoo.")
    is_partner = fields.Boolean(
        string="Partner Account", tracking=True,
        help="For service firms that act at the portal for several companies: every call then carries the "
             "company's ASAN İmza phone number.")
    phone = fields.Char(
        string="ASAN İmza Phone", tracking=True,
        help="994 and nine digits, for instance 994501234567. A partner account needs it. Any other account may need it "
             "for imports from e-taxes: enter it where the portal says that the phone is missing.")

    use_old_sys = fields.Boolean(
        string="Old e-taxes Site", help="Send through the old (green) site of e-taxes.gov.az.")
    sign_on_send = fields.Boolean(
        string="Sign When Sending", default=True,
        help="Send to e-taxes and sign with ASAN İmza. Off: invoices are only imported into VatPortal, to be "
             "signed there.")
    taxation = fields.Selection(
        [('vat', "VAT payer"), ('simplified', "Simplified taxation")], required=True, default='vat',
        help="Simplified taxation: the invoices carry no VAT at all.")
    batch_size = fields.Integer(
        string="Invoices per Process", required=True, default=500,
        help="More invoices than this are sent as several processes, each with its own PIN1 and PIN2.")
    main_info_template = fields.Char(
        string="Main Note", required=True, default="{number}; {date}",
        help="Proposed as the main note of each invoice. {number}, {date}, {reference} and {origin} are "
             "replaced by those of the invoice.")
    rule_ids = fields.One2many('vatportal.kind.rule', 'connector_id', string="Kind Rules", copy=True)
    notify_user_ids = fields.Many2many(
        'res.users', string="Users to Notify",
        help="Told of codes and failures of processes that no person started.")

    read_methods = fields.Json(readonly=True, copy=False)  # which HTTP method works, per endpoint
    error_count = fields.Integer(readonly=True, copy=False)
    down_since = fields.Datetime(string="Not Working Since", readonly=True, copy=False)
    down_reason = fields.Selection(
        [('unreachable', "Not reachable"), ('answer', "Useless answers"), ('login', "Log-in refused")],
        string="What Does Not Work", readonly=True, copy=False)
    retry_at = fields.Datetime(string="Next Try", readonly=True, copy=False)
    failed_at = fields.Datetime(string="Last Failure", readonly=True, copy=False)
    last_error = fields.Char(readonly=True, copy=False)
    job_count = fields.Integer(compute='_compute_job_count')

    _one_default = models.UniqueIndex(
        '(company_id) WHERE is_default', "A company has one default VatPortal connector.")
    _batch_size_positive = models.Constraint(
        'CHECK (batch_size > 0)', "At least one invoice must go into a process.")

    # ------------------------------------------------------------------ integrity

    @api.constrains('base_url')
    def _check_base_url(self):
        for connector in self:
            try:
                portal_url(connector.base_url)
            except AddressError as error:
                raise ValidationError(self.env._(portal_text.ADDRESS[error.reason])) from None

    @api.constrains('is_partner', 'phone')
    def _check_phone(self):
        for connector in self:
            if connector.phone and not re.fullmatch(r'994[0-9]{9}', connector.phone):
                raise ValidationError(self.env._(
                    "The ASAN İmza phone must be 994 and nine digits, for instance 994501234567."))
            if connector.is_partner and not connector.phone:
                raise ValidationError(self.env._("A partner account needs the ASAN İmza phone of the company."))

    @api.constrains('main_info_template')
    def _check_main_info_template(self):
        for connector in self:
            unknown = set(re.findall(r'[{]([^{}]*)[}]', connector.main_info_template)) - _PLACEHOLDERS
            if unknown:
                raise ValidationError(self.env._(
                    "Main note: {%s} is none of {number}, {date}, {reference} and {origin}.", min(unknown)))

    @api.model_create_multi
    def create(self, vals_list):
        self.browse().check_access('create')
        vals_list = [self._normalized(vals) for vals in vals_list]
        wanted = [vals.pop('is_default', False) for vals in vals_list]
        secrets = [self._take_secrets(vals) for vals in vals_list]
        connectors = super().create(vals_list)
        self.env['vatportal.secret'].sudo().create([
            {'connector_id': connector.id, **values} for connector, values in zip(connectors, secrets, strict=True)])
        connectors.browse().union(*(
            connector for connector, values in zip(connectors, secrets, strict=True) if values.get('token')
        ))._note_new_token()
        for connector, default in zip(connectors, wanted, strict=True):
            if not connector.rule_ids:
                connector.rule_ids = connector._default_rules()
            if connector.active and (default or not connector._of_company().filtered('is_default')):
                connector.is_default = True
        connectors._propose_on_moves()
        return connectors

    def write(self, vals):
        self._check_may_write(vals)
        vals = self._normalized(vals)
        if 'base_url' in vals and not (self.env.su or self.env.user.has_group('base.group_system')):
            moved = self.filtered(lambda connector: connector.base_url != vals['base_url'])
            # Whoever may not see the secrets must not be able to have them sent to an address of their own.
            moved.sudo().secret_ids.write(dict.fromkeys(SECRETS, False))
        if vals.get('is_default'):
            others = (self.with_context(active_test=False)._of_company() - self).filtered('is_default')
            super(VatportalConnector, others).write({'is_default': False})
            others.flush_recordset(['is_default'])
        if vals.get('active') is False:
            vals['is_default'] = False
        if 'company_id' in vals and any(
                connector.job_count and connector.company_id.id != vals['company_id'] for connector in self):
            raise UserError(self.env._(
                "Invoices were sent through this connector, so it stays with its company. Create another one."))
        if {'base_url', 'token', 'username', 'password', 'auth_method', 'phone'} & vals.keys():
            # Another address or another account: what was learnt of the old one does not hold.
            super(VatportalConnector, self.sudo()).write({'read_methods': False, **_WORKS})
        secrets = self._take_secrets(vals)
        result = super().write(vals)
        if secrets:
            self.sudo().secret_ids.write(secrets)
        if secrets.get('token') and 'token_date' not in vals:
            self._note_new_token()
        if {'active', 'is_default'} & vals.keys():
            self._keep_a_default()
            self._propose_on_moves()
        return result

    def _take_secrets(self, vals):
        """Take the secrets out of ``vals`` and return them; they are stored apart from all else.

        :raises AccessError: for anyone who may not write them
        """
        for name in SECRETS:
            if name in vals:
                self._check_field_access(self._fields[name], 'write')
        return self._entered_secrets({name: vals.pop(name) for name in SECRETS if name in vals})

    def _of_company(self):
        """All connectors of these connectors' companies."""
        return self.search([('company_id', 'in', self.company_id.ids)])

    def _keep_a_default(self):
        """A company whose default connector was archived goes through its next one."""
        for connectors in self._of_company().grouped('company_id').values():
            if not connectors.filtered('is_default'):
                connectors[0].is_default = True

    def _propose_on_moves(self):
        """Give the invoices that have none, and were not sent, the kind and the main note of their company's
        connector: they were made before there was one."""
        Move = self.env['account.move'].sudo()
        unsent = [
            ('company_id', 'in', self.company_id.ids), ('state', '!=', 'cancel'),
            ('move_type', 'in', ('out_invoice', 'out_refund', 'in_refund')), ('vatportal_document_id', '=', False)]
        for field, domain in (
                ('vatportal_kind_id', [('vatportal_kind_proposed_id', '=', False)]),  # else a person cleared it
                ('vatportal_main_info', [])):
            moves = Move.search([*unsent, (field, '=', False), *domain])
            self.env.add_to_compute(Move._fields[field], moves)
            moves.modified([field])

    @api.model
    def _normalized(self, vals):
        """Return ``vals`` with phone and address in the form they are stored in."""
        vals = dict(vals)
        if vals.get('phone'):
            vals['phone'] = _phone(vals['phone'])
        if isinstance(vals.get('token'), str):
            vals['token'] = vals['token'].strip()
        if vals.get('base_url'):
            with contextlib.suppress(AddressError):  # the constraint says what is wrong with it
                vals['base_url'] = portal_url(vals['base_url'])
        return vals

    @api.model
    def _default_rules(self):
        """Rules of a new connector. A return of goods is issued by the buyer who returns them, so a vendor
        credit note is sent as ``returnInvoice``; nothing is proposed for customer credit notes."""
        def rule(move_type, kind, **extra):
            return fields.Command.create({
                'move_type': move_type, 'kind_id': self.env.ref(f'l10n_az_vatportal.{kind}').id, **extra})
        return [
            rule('out_invoice', 'kind_advance_invoice', down_payment=True, sequence=10),
            rule('out_invoice', 'kind_default_invoice', sequence=20),
            rule('in_refund', 'kind_return_invoice', sequence=30),
        ]

    # ------------------------------------------------------------------ choosing

    @api.model
    def _default_for(self, company):
        """The company's default connector, else its first; an empty recordset where it has none."""
        return self.sudo().search([('company_id', '=', company.id)]).sudo(False)[:1]

    def _kind_for(self, move):
        """The kind that the first matching rule gives ``move``; empty where none matches."""
        self.ensure_one()
        return self.rule_ids.filtered(lambda rule: rule._matches(move))[:1].kind_id

    def _format_main_info(self, **values):
        """The main note for ``values`` (one string per placeholder), without separators left at its ends."""
        text = re.sub(r'[{](\w+)[}]', lambda match: values.get(match[1]) or '', self.main_info_template)
        return re.sub(r'^[;,\s]+|[;,\s]+$', '', text)

    def _compute_job_count(self):
        counts = dict(self.env['vatportal.job']._read_group(
            [('connector_id', 'in', self.ids)], ['connector_id'], ['__count']))
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
            raise AccessError(self.env._("Only invoicing users can use the VatPortal connector."))
        names = ('token',) if self.auth_method == 'token' else ('username', 'password')
        # Masked from here on, should a traceback show its variables.
        auth = {name: Secret(self.sudo()[name] or '') for name in names}
        if not all(auth.values()):
            raise UserError(self.env._("Connector %s: the log-in data for the portal are missing.", self.name))
        return VatPortalClient(
            self.base_url, **auth, phone=self.phone, partner=self.is_partner,
            read_methods=dict(self.read_methods or {}), **limits)

    def _note_answer(self, methods=None):
        """The portal answered: forget that it was down, remember which HTTP methods it took."""
        self.ensure_one()
        vals = {}
        if self.error_count or self.retry_at:
            vals.update(_WORKS)
        if methods is not None and methods != (self.read_methods or {}):
            vals['read_methods'] = methods
        if vals:
            self.sudo().write(vals)

    def _note_outcome(self, kind, reason, text, methods=None, retry_after=None):
        """Note what a call that reached for the portal came to.

        :param kind: the name of the error's class; None where all went well
        :param reason: its ``reason``
        :param text: what to tell of it
        """
        if kind in ('TransientError', 'UnknownOutcome'):
            self._note_failure(text, retry_after, 'answer' if reason == 'answer' else 'unreachable')
        elif kind == 'AuthError' and reason == 'credentials':
            self._note_failure(text, retry_after, 'login')
        else:
            self._note_answer(methods)

    def _note_failure(self, text, retry_after=None, reason='unreachable'):
        """The portal can't be used: all jobs of this connector wait together, longer each time."""
        self.ensure_one()
        now = fields.Datetime.now()
        delay = max(polling.next_delay(0, self.error_count + 1), retry_after or 0)
        self.sudo().write({
            'error_count': self.error_count + 1,
            'failed_at': now,
            'down_since': min(self.down_since or now, now),
            'down_reason': reason,
            'retry_at': now + timedelta(seconds=delay),
            'last_error': text,
        })

    def _is_waiting(self):
        """Whether the portal is not to be asked before its next try."""
        now = fields.Datetime.now()
        # A failure that lies in the future tells that the clock went back: then it is tried at once.
        return bool(self.retry_at and self.retry_at > now and (not self.failed_at or self.failed_at <= now + SKEW))

    def action_jobs(self):
        """Open the processes of this connector."""
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Processes"),
            'res_model': 'vatportal.job',
            'view_mode': 'list,form',
            'domain': [('connector_id', 'in', self.ids)],
        }


def _phone(text):
    """``text`` as the portal takes a phone, 994 and nine digits, however it was typed; unchanged where it is none."""
    digits = re.sub(r'\D', '', text)
    number = re.fullmatch(r'(?:(?:00)?9940?|0)([1-9][0-9]{8})', digits)
    return f'994{number[1]}' if number else digits or text
