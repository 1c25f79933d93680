from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.lru import LRU

from .. import portal_text
from .portal_account import OF_ACCOUNT
from .secret import SECRETS

# With these a web server says by itself that no portal is at this address, or none for us.
NOT_HERE = (403, 404, 405, 410)


class VatportalConnector(models.Model):
    """What a connector has of its account at VatPortal, which it may share with others."""

    _inherit = 'vatportal.connector'

    # Odoo's import names the account of a new connector; which one may be named, see _account_for().
    _vatportal_given_fields = _vatportal_own_links = ('account_id',)

    # Not required by the database, for a copy of one is emptied; create() sees to it.
    account_id = fields.Many2one('vatportal.account', string='Account at VatPortal', readonly=True, index=True, ondelete='restrict', exportable=False)
    account_name = fields.Char(string='Account', compute='_compute_account_name')
    shared_note = fields.Char(compute='_compute_shared_note')

    base_url = fields.Char(related='account_id.base_url', readonly=False, required=True, tracking=True)
    auth_method = fields.Selection(related='account_id.auth_method', readonly=False, required=True, default='token', tracking=True)
    is_partner = fields.Boolean(related='account_id.is_partner', readonly=False, tracking=True)
    phones_at_once = fields.Integer(related='account_id.phones_at_once', readonly=False, tracking=True)
    secret_ids = fields.One2many(related='account_id.secret_ids', groups=fields.NO_ACCESS)
    # Whoever enters them gets asterisks back; this addon reads them as superuser.
    token = fields.Char(
        compute='_compute_secrets', search='_search_secret', readonly=False, groups='base.group_system', help='In the portal: Profile → Access to API.'
    )
    username = fields.Char(compute='_compute_secrets', search='_search_secret', readonly=False, string='User', groups='base.group_system')
    password = fields.Char(compute='_compute_secrets', search='_search_secret', readonly=False, groups='base.group_system')
    secret_hash = fields.Char(
        compute='_compute_secrets',
        search='_search_secret',
        readonly=False,
        groups='base.group_system',
        help="From the portal's profile page; needed only to renew the token from Odoo.",
    )

    read_methods = fields.Json(related='account_id.read_methods')
    error_count = fields.Integer(related='account_id.error_count')
    down_since = fields.Datetime(related='account_id.down_since')
    down_reason = fields.Selection(related='account_id.down_reason')
    retry_at = fields.Datetime(related='account_id.retry_at')
    failed_at = fields.Datetime(related='account_id.failed_at')
    last_error = fields.Char(related='account_id.last_error')
    released_until = fields.Datetime(related='account_id.released_until', help='Until when another address can be entered, as an administrator has confirmed.')

    @api.depends('base_url', 'secret_ids.username')
    @api.depends_context('uid')
    def _compute_account_name(self):
        """Who logs in where; the user of the portal is told to those who may see it."""
        told = self.env.user.has_group('base.group_system')
        for connector in self:
            host = (connector.base_url or '').split('//')[-1].split('/')[0].removesuffix('.vatportal.az')
            user = told and connector.sudo().username
            connector.account_name = f'{user} @ {host}' if user else host

    @api.depends('account_id.connector_ids')
    @api.depends_context('lang', 'uid')
    def _compute_shared_note(self):
        """Which other connectors a change of the account changes, as far as the user may know."""
        _, told = self.env._, self.env.user.has_group('base.group_system')
        for connector in self:
            others = connector.sudo().account_id.connector_ids - connector._origin
            seen = others._visible_to(self.env.user)
            names = ', '.join(sorted(seen.mapped('name'))[:10]) + (' …' if len(seen) > 10 else '')
            if seen and seen != others and told:
                note = _('What is changed of the account is changed for %s and for connectors of other companies too.', names)
            elif seen:
                note = _('What is changed of the account is changed for %s too.', names)
            else:
                note = bool(others) and told and _('What is changed of the account is changed for connectors of other companies too.')
            alone = told and _(
                'An address together with other log-in data, or another user with a new token or password, is '
                'another account, and so is a token that is known of one: this connector alone then goes there.'
            )
            # Whoever may not enter log-in data does not take them along to another address.
            alone = alone or _('Another address is the exception: it is that of this connector alone, without the log-in data.')
            connector.shared_note = note and f'{note} {alone}'

    def _visible_to(self, user):
        """Those of these connectors that ``user`` can see, in whichever companies they are at work."""
        return self.filtered(lambda connector: connector.company_id in user.company_ids)

    # ------------------------------------------------------------------ writing

    def _take_account(self, vals):
        """Take out of ``vals`` what belongs to the account and return it."""
        return {name: vals.pop(name) for name in OF_ACCOUNT if name in vals}

    @api.model
    def _take_accounts(self, vals_list):
        """Put in each of ``vals_list`` of new connectors its account in the place of what belongs to that; return for each
        account the names of what that has changed of it."""
        making = self if 'vatportal_given' in self.env.context else self.with_context(vatportal_given=LRU(len(vals_list) or 1))
        changes = {}
        for vals in vals_list:
            account, changed = making._account_for(vals, self._take_account(vals))
            changes[account] = changes.get(account, set()) | changed
            vals['account_id'] = account.id
        return changes

    def _tell_entered(self, changes):
        """These connectors are new: tell the others of their accounts what ``changes`` have come with them, see
        :meth:`_take_accounts`."""
        for account, connectors in self.sudo().grouped('account_id').items():
            others = account.connector_ids - connectors
            if 'is_partner' in changes[account]:
                others._check_phones_there()
            self._tell_changed(connectors, others, changes[account])

    @api.model
    def _account_for(self, vals, taken):
        """The account of a new connector with ``vals``, and with ``taken`` of the account; and the names of what that
        changes of an account which was there already.

        :raises AccessError: for an account behind which the user sees no connector
        :raises UserError: where something is under way that the present log-in alone can settle, when another connector
            that is made at the same time has given other log-in data for the account, or when an account is given together with
            what belongs to it
        """
        Account = self.env['vatportal.account'].sudo()
        account = Account.browse(vals.get('account_id') or ())
        if not account:
            account, new = Account._of(taken)
            self._check_no_other_log_in(account, taken)
            account._check_user_of_token(taken)
            account.connector_ids._check_entered(new)
            return account, account._enter(new) if new else set()
        if not (self.env.su or account.connector_ids._visible_to(self.env.user)):
            raise AccessError(self.env._("You can't use this account: no connector of your companies does."))
        # What stands beside the account would be dropped without a word.
        beside = [name for name, value in taken.items() if value and (name in SECRETS or account[name] != value)]
        if beside:
            labels = ', '.join(self._fields[name]._description_string(self.env) for name in beside)
            raise UserError(
                self.env._(
                    'The account of this connector is given by its ID (account_id), and so is all that belongs to the account. Leave these out, or leave out '
                    'the account and give address and log-in data: %s.',
                    labels,
                )
            )
        return account, set()

    @api.model
    def load(self, fields, data):
        self.browse().check_access('create')
        if not isinstance(fields, (list, tuple)) or not isinstance(data, (list, tuple)):
            raise UserError(self.env._('An import consists of columns and rows.'))
        # Rows are created one by one when they can't be created together.
        return super(VatportalConnector, self.with_context(vatportal_given=LRU(10_000))).load(fields, data)

    def _check_no_other_log_in(self, account, taken):
        """:raises UserError: when connectors that are made together give different log-in data for ``account``"""
        seen = self.env.context.get('vatportal_given')
        if seen is None:
            return
        given = {name: taken[name] for name in SECRETS if taken.get(name)}
        before = seen.get(account.id, {})
        for name in given.keys() & before.keys():
            if given[name] != before[name]:
                raise UserError(
                    self.env._(
                        '%s: connectors of one account at VatPortal are given different ones here. Enter it on one of them; it is that of all.',
                        self._fields[name]._description_string(self.env),
                    )
                )
        seen[account.id] = before | given

    def _write_account(self, taken):
        """Write ``taken`` on the accounts of these connectors, which may come to others by it; tell of it wherever it
        makes a difference.

        :raises AccessError: when it would change what is of companies that the user has no access to
        """
        for account, connectors in self.sudo().grouped('account_id').items():
            before, vals = account.connector_ids, self._entered_by(account, taken)
            place = account._place_for(connectors, vals)
            joined = before - connectors if not account.exists() else before.browse()
            place._check_user_of_token(vals)
            connectors._move_to(place)
            others = place.connector_ids - connectors
            if not self._enters_log_in() and others._visible_to(self.env.user) != others:
                raise AccessError(self.env._('This account serves companies that you have no access to. Ask an administrator to change it.'))
            if place != account:
                self._tell_moved(connectors, joined, before - connectors - joined, others - joined)
                (others - joined)._check_entered(vals)
            changed = place._enter(vals)
            if 'is_partner' in changed or place != account:
                others._check_phones_there()
                connectors._check_phone()
            self._tell_changed(connectors, others, changed)

    def _enters_log_in(self):
        return self.env.su or self.env.user.has_group('base.group_system')

    def _entered_by(self, account, taken):
        """What becomes of ``account`` when the user writes ``taken`` on a connector of it."""
        if self._enters_log_in() or not account._is_moved(taken):
            return taken
        # Whoever may not see the secrets must not be able to have them sent to an address of their own.
        return {**taken, **dict.fromkeys(SECRETS, False)}

    def _check_entered(self, vals):
        """:raises UserError: when ``vals``, entered through another connector of their account, can't be so for these"""
        seen = self._visible_to(self.env.user)
        for connector in self if vals else ():
            connector._check_account_free(vals, told=connector in seen)

    def _check_phones_there(self):
        """:raises ValidationError: where these connectors lack the phone which their account, now a partner's, asks for"""
        lacking = self.filtered(lambda connector: connector.active and connector.is_partner and not connector.phone)
        if names := ', '.join(lacking._visible_to(self.env.user)[:10].mapped('name')):
            raise ValidationError(
                self.env._('A partner account needs the ASAN İmza phone of each company. Enter it first on these connectors of the account: %s.', names)
            )
        if lacking:
            raise ValidationError(
                self.env._('A partner account needs the ASAN İmza phone of each company. Connectors of other companies that use this account have none.')
            )

    def _ask_for_phone(self):
        """Tell the people of these connectors, which have come to a partner's account, that the phone is missing."""
        for connector in self:
            connector.message_post(
                partner_ids=connector._told_users().partner_id.ids,
                body=connector._in_their_language().env._(
                    'This connector has the token or the user of a partner account, which needs the ASAN İmza phone of the company. '
                    'Enter the phone: until then nothing is sent or imported. If the account is another one, an administrator can '
                    'press “Part from This Account” and enter its log-in data.'
                ),
            )

    def _tell_moved(self, connectors, joined, left, others):
        """Write in the chatter of ``connectors`` that they have gone to another account, where ``others`` are.

        :param joined: what else was of their account and has gone along, for both have turned out to be one
        :param left: what stays with it
        """
        for connector in connectors:
            connector._message_log(
                body=self.env._('Now of another account at VatPortal. Other connectors stay with the former one.')
                if left
                else self.env._('Now of another account at VatPortal.')
            )
        for connector in (joined | others if joined else joined).with_user(self.env.ref('base.user_root')):
            connector._message_log(
                body=self.env._('Two accounts at VatPortal have turned out to be one: the newer log-in data are those of all its connectors.')
            )

    def _tell_changed(self, connectors, others, changed):
        """Write in the chatter of all of an account that something of it was changed through ``connectors``."""
        told = changed & {*SECRETS, 'base_url', 'auth_method', 'is_partner', 'auto_renew', 'renew_days', 'phones_at_once'}
        if not (told and others):
            return
        labels = ', '.join(self._fields[name]._description_string(self.env) for name in OF_ACCOUNT if name in told)
        for connector in connectors:
            connector._message_log(body=self.env._('Entered for all connectors of this account: %s.', labels))
        # By whom is for those to know who see that connector.
        for connector in others.with_user(self.env.ref('base.user_root')):
            connector._message_log(body=self.env._('Entered through another connector of this account: %s.', labels))

    def _check_account_of(self, vals):
        """:raises UserError: when ``vals`` would move these connectors to another account by its id"""
        if 'account_id' in vals and any(connector.account_id.id != vals['account_id'] for connector in self):
            raise UserError(self.env._("To move a connector to another account, enter that account's address and log-in."))
        return {name: value for name, value in vals.items() if name != 'account_id'}

    # ------------------------------------------------------------------ the portal

    def _note_answer(self, methods=None):
        """The portal answered; see the account's own."""
        self.sudo().account_id._note_answer(methods)

    def _is_answer_news(self, methods):
        """Whether an answer of the portal changes what is known of it."""
        return bool(self.sudo().account_id._answer_news(methods))

    def _note_outcome(self, kind, reason, text, methods=None, retry_after=None, http_status=None):
        """Note what a call that reached for the portal came to.

        :param kind: the name of the error's class; None where all went well
        :param reason: its ``reason``
        :param text: what to tell of it
        :param http_status: with which a web server refused by itself
        """
        if (kind in ('TransientError', 'UnknownOutcome') and reason != 'size') or http_status in NOT_HERE:
            self._note_failure(text, retry_after, 'answer' if reason == 'answer' else 'unreachable')
        elif kind == 'AuthError' and reason == 'credentials':
            self._note_failure(text, retry_after, 'login')
        else:
            self._note_answer(methods)

    def _note_error(self, error, client):
        """Note that a call by ``client`` ended with ``error``, a :class:`PortalError`, in the language of those who are told."""
        text = portal_text.explain(self._in_their_language().env, error)
        reason, retry_after, http_status = (getattr(error, name, None) for name in ('reason', 'retry_after', 'http_status'))
        self._note_outcome(type(error).__name__, reason, text, client.read_methods, retry_after, http_status)

    def _note_failure(self, text, retry_after=None, reason='unreachable'):
        """The portal can't be used; see the account's own."""
        self.sudo().account_id._note_failure(text, retry_after, reason)

    def _is_waiting(self):
        """Whether the portal is not to be asked before its next try."""
        return self.sudo().account_id._is_waiting()
