import contextlib
import hashlib
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...vatportal import AddressError, polling, portal_url
from .. import portal_text
from .secret import MASK, SECRETS

# Fields of the account that a connector shows as its own.
OF_ACCOUNT = (
    'base_url',
    'auth_method',
    'is_partner',
    'phones_at_once',
    'token_date',
    'read_methods',
    'error_count',
    'down_since',
    'down_reason',
    'retry_at',
    'failed_at',
    'last_error',
    'auto_renew',
    'renew_days',
    'renewal_lost_at',
    'renewal_tried_at',
    'renewal_put_off_at',
    'released_until',
    *SECRETS,
)
# What is remembered of a portal that works.
WORKS = {'error_count': 0, 'failed_at': False, 'down_since': False, 'down_reason': False, 'retry_at': False, 'last_error': False}
# By how much the clocks of two servers may differ.
SKEW = timedelta(seconds=10)
# Entered anew, each of these may be what was wrong: what was learnt before does not hold.
_LOG_IN = {'base_url', 'auth_method', 'is_partner', 'token', 'username', 'password'}
# What a new account has of the one that it comes from.
_SETTINGS = ('base_url', 'auth_method', 'is_partner', 'phones_at_once', 'auto_renew', 'renew_days')


class VatportalAccount(models.Model):
    """An account at VatPortal: an address, and whoever logs in there. Behind it may stand connectors of many companies.

    Nobody has access to it but the connectors, which show its fields as their own: whoever sees one connector must not
    learn of the others. Two connectors are of one account when address and user are the same, or the token. What has
    served as an account of its own does not become another one because of what is entered on one connector: that one
    leaves it. What never has is joined with the one that it turns out to be.

    The secrets are kept apart, see ``vatportal.secret``: processes write here all the time.
    """

    _name = 'vatportal.account'
    _description = 'Account at VatPortal'
    _inherit = ['vatportal.guard']
    _rec_name = 'base_url'
    _log_access = False
    _vatportal_is_entered = False

    connector_ids = fields.One2many('vatportal.connector', 'account_id', context={'active_test': False})
    secret_ids = fields.One2many('vatportal.secret', 'account_id', groups=fields.NO_ACCESS)
    login_key = fields.Char(help='Stands for address and user, so that the database keeps two of one apart.', string='Fingerprint of the Log-in Data')

    base_url = fields.Char(
        string='Portal Address', required=True, help='Your subdomain at VatPortal (such as mycompany) or the whole address, https://mycompany.vatportal.az/api'
    )
    auth_method = fields.Selection([('token', 'Token'), ('password', 'User and password')], string='Log in with', required=True, default='token')
    is_partner = fields.Boolean(
        string='Partner Account',
        help="For service firms that act at the portal for several companies: every call then carries the company's ASAN İmza phone number.",
    )
    phones_at_once = fields.Integer(
        string='Phones Asked at Once',
        help='On how many phones of this account a PIN may be asked for at the same time; what is more waits for its turn. 0: on all of them.',
    )

    read_methods = fields.Json()  # which HTTP method works, per endpoint
    error_count = fields.Integer()
    down_since = fields.Datetime(string='Not Working Since')
    down_reason = fields.Selection([('unreachable', 'Not reachable'), ('answer', 'Useless answers'), ('login', 'Log-in refused')], string='What Does Not Work')
    retry_at = fields.Datetime(string='Next Try')
    failed_at = fields.Datetime(string='Last Failure')
    last_error = fields.Char()
    released_until = fields.Datetime()
    turns = fields.Integer(help='How many processes that ask for a PIN were started; see _lock_phone().')

    _one_per_log_in = models.UniqueIndex('(login_key)', 'This user of the portal was entered by somebody else at the same moment. Save again.')

    @api.constrains('base_url')
    def _check_base_url(self):
        for account in self:
            try:
                portal_url(account.base_url)
            except AddressError as error:
                raise ValidationError(self.env._(portal_text.ADDRESS[error.reason])) from None

    @api.constrains('phones_at_once')
    def _check_phones_at_once(self):
        if any(account.phones_at_once < 0 for account in self):
            raise ValidationError(self.env._("The number of phones asked at once can't be negative."))

    # ------------------------------------------------------------------ which account it is

    @api.model
    def _of(self, vals):
        """The account that ``vals`` of a new connector, secrets included, are of, one that is there or a new one; and what
        of ``vals`` is new to it."""
        account = self._find(vals.get('base_url'), vals.get('username'), vals.get('token'))
        if not account:
            return self._new(vals), {}
        # A form gives a default to all else; what the account has by now is better known.
        new = {name: vals[name] for name in (*SECRETS, 'is_partner') if vals.get(name) and vals[name] != account._value(name)}
        if 'token_date' in vals and ('token' in new or not vals.get('token')):
            new['token_date'] = vals['token_date']
        return account, new

    @api.model
    def _find(self, base_url, username, token):
        """The account at that address with that user; with that token, where there is none."""
        accounts = self.search([('base_url', '=', base_url)]) if base_url else self.browse()
        user = _user(username)
        return (
            accounts.filtered(lambda account: user and account._user() == user)
            or accounts.filtered(lambda account: token and account._secret('token') == token)
        )[:1]

    def _user(self):
        return _user(self._secret('username'))

    def _secret(self, name):
        return self.sudo().secret_ids[name]

    def _value(self, name):
        return self._secret(name) if name in SECRETS else self[name]

    def _is_another(self, vals):
        """Whether ``vals``, written on a connector, are the log-in of another account than this one.

        Alone, an address or a user is a correction, and a token a new one of the same account. An address with other
        log-in data, or with none, is that of another.
        """
        moved, turned = self._is_moved(vals), vals.get('is_partner', self.is_partner) != self.is_partner
        other = any((vals[name] or '') != (self._secret(name) or '') for name in SECRETS if name in vals)
        return self._is_another_user(vals) or turned and self._is_proof(vals) or moved and (turned or other)

    def _is_moved(self, vals):
        return vals.get('base_url', self.base_url) != self.base_url

    def _is_another_user(self, vals):
        """Whether ``vals`` name another user of the portal, rather than correct the one who renews the token."""
        old, new = self._user(), _user(vals.get('username'))
        by_password = vals.get('auth_method', self.auth_method) == 'password'
        return bool(old and new) and new != old and (by_password or self._is_proof(vals))

    def _is_proof(self, vals):
        return any(vals.get(name) and vals[name] != self._secret(name) for name in ('token', 'password'))

    def _named(self, vals):
        """The other account, known already, that ``vals`` written on a connector of this one name; or an empty recordset.

        What is typed says more than what is known.
        """
        if not {'base_url', 'username', 'token'} & vals.keys():
            return self.browse()
        moved = self._is_moved(vals)
        user = vals.get('username') if moved or _user(vals.get('username')) != self._user() else None
        token = vals.get('token') if moved or vals.get('token') != self._secret('token') else None
        base_url = vals.get('base_url', self.base_url)
        found = self._find(base_url, user, token) - self
        if not found and moved:
            kept = {name: self._secret(name) for name in ('username', 'token') if name not in vals}
            found = self._find(base_url, kept.get('username'), not self._is_another(vals) and kept.get('token')) - self
        return found

    def _is_one_with(self, found, vals):
        """Whether all of this account is that of ``found``, which ``vals`` name, rather than the connector alone on which
        they are written."""
        if self._is_another(vals) or self._user() and found._user() and self._user() != found._user():
            return False
        if self._is_moved(vals) or self._has_token_of(found) or not self._has_served():
            return True
        # The user is said to be the same. A token is a proof of it there, and nothing here.
        return not vals.get('token') and not found._has_served()

    def _has_token_of(self, other):
        return bool(self._secret('token')) and self._secret('token') == other._secret('token')

    def _has_served(self):
        """Whether anything went through any connector of this account, or was received."""
        return self.connector_ids._has_served()

    def _check_user_of_token(self, vals):
        """:raises UserError: when ``vals`` name the user of one account and the token of another"""
        user, token = _user(vals.get('username')), vals.get('token')
        others = self.search([('base_url', '=', vals.get('base_url', self.base_url))]) - self if user and token else self.browse()
        if others.filtered(lambda other: other._user() and (other._user() == user or other._secret('token') == token)):
            raise UserError(self.env._('The user and the token are known here as those of two accounts at VatPortal. Enter the token of that user.'))

    def _changed_with(self, connectors, vals):
        """Those of this account's connectors of which ``vals``, written on ``connectors``, change the account: all of them,
        or these alone."""
        found = self._named(vals)
        alone = not self._is_one_with(found, vals) if found else self._is_another(vals)
        return connectors if alone else self.connector_ids

    def _place_for(self, connectors, vals):
        """The account that ``connectors``, some of this one, are of once ``vals`` are written on them.

        It may be this one, one that is there already, or a new one with what ``vals`` do not say. An account that
        turns out to be the same as another has all its connectors moved there.
        """
        if not _LOG_IN & vals.keys():
            return self
        another, found = self._is_another(vals), self._named(vals)
        if found:
            if self._is_one_with(found, vals):
                found._absorb(self)
            return found
        if not another or self.connector_ids == connectors:
            if another or self._is_moved(vals):
                self._check_not_renewing()
            return self
        # The log-in data of one account are worth nothing for another.
        return self._apart({name: vals[name] for name in ('base_url', 'is_partner') if name in vals})

    def _apart(self, vals):
        """A new account with the settings of this one and with ``vals``, at which nobody is logged in yet."""
        return self._new({**{name: self[name] for name in _SETTINGS}, **vals})

    def _absorb(self, other):
        """``other`` is this account as well: the newest token that lives is kept, and what only one of them knows."""
        other._check_not_renewing()
        first, second = sorted(self + other, key=VatportalAccount._rank, reverse=True)
        secrets = {name: first._secret(name) or second._secret(name) for name in SECRETS}
        vals = {name: first[name] for name in ('auth_method', 'token_date', 'read_methods', 'renewal_lost_at', 'renew_days', *WORKS)}
        either = {name: self[name] or other[name] for name in ('is_partner', 'auto_renew', 'phones_at_once')}
        (self + other)._renew_again()
        other.connector_ids._move_to(self)
        self.write({**vals, **either})
        self._write_secrets(secrets)

    def _rank(self):
        """What is greater is the better token: one that is not known to be refused, then the younger."""
        works = self.down_reason != 'login' and not self.renewal_lost_at
        return bool(self._secret('token')), works, self.token_date or datetime.min, self.id

    def _check_not_renewing(self):
        """:raises UserError: when the token is being renewed at the moment: the answer must find its place"""
        with self._renewal_lock():
            pass

    # ------------------------------------------------------------------ writing

    @api.model
    def _new(self, vals):
        account = self.create({name: value for name, value in vals.items() if name not in SECRETS})
        self.env['vatportal.secret'].create({'account_id': account.id})
        account._write_secrets({name: vals[name] for name in SECRETS if name in vals})
        return account

    def _enter(self, vals):
        """Write what was entered on a connector of this account, secrets included; return the names of what changed."""
        changed = {name for name, value in vals.items() if self._value(name) != value}
        plain = {name: value for name, value in vals.items() if name not in SECRETS}
        if _LOG_IN & vals.keys():
            # Another address or another account: what was learnt of the old one does not hold.
            plain = {'read_methods': False, **WORKS, **plain}
        if changed & {*_LOG_IN, 'secret_hash'}:
            self._renew_again()
        if vals.get('token'):
            # A new token, and one typed in by hand as well, is a new beginning.
            plain = {'renewal_lost_at': False, 'renewal_put_off_at': False, **plain}
        self.write(plain)
        self._write_secrets({name: value for name, value in vals.items() if name in SECRETS})
        if _LOG_IN & changed:
            self.connector_ids._forget_test()
        return changed

    def _write_secrets(self, secrets):
        if secrets:
            self.sudo().secret_ids.write(secrets)
        key = self._user() and hashlib.sha256(f'{self.base_url}\n{self._user()}'.encode()).hexdigest()
        if (self.login_key or '') != key:
            self.login_key = key or False

    def _drop_unused(self):
        """Remove those of these accounts that no connector is of any more."""
        unused = self.exists().filtered(lambda account: not account.connector_ids)
        for account in unused:
            account._check_not_renewing()
        unused.unlink()

    # ------------------------------------------------------------------ whether it works

    def _is_waiting(self):
        """Whether the portal is not to be asked before its next try."""
        now = fields.Datetime.now()
        # A failure that lies in the future tells that the clock went back: then it is tried at once.
        return bool(self.retry_at and self.retry_at > now and (not self.failed_at or self.failed_at <= now + SKEW))

    def _note_answer(self, methods=None):
        """The portal answered: forget that it was down, remember which HTTP methods it took."""
        vals = self._answer_news(methods)
        if vals:
            self.write(vals)

    def _answer_news(self, methods):
        """What the portal's answer changes of what is known of it."""
        vals = dict(WORKS) if self.error_count or self.retry_at else {}
        return vals if methods is None or methods == (self.read_methods or {}) else {**vals, 'read_methods': methods}

    def _note_failure(self, text, retry_after=None, reason='unreachable'):
        """The portal can't be used: all processes of this account wait together, longer each time.

        Many may fail at the same moment, for each connector has a thread of its own. That is one failure.
        """
        now, waiting = fields.Datetime.now(), self._is_waiting()
        count = self.error_count + (not waiting)
        # Until it refused the log-in data, or since it has, the portal was there.
        turned = reason != self.down_reason and 'login' in (reason, self.down_reason)
        retry_at = now + timedelta(seconds=max(polling.next_delay(0, count), retry_after or 0))
        self.write(
            {
                'error_count': count,
                'failed_at': now,
                'down_since': now if turned else min(self.down_since or now, now),
                'down_reason': reason,
                'retry_at': max(retry_at, self.retry_at) if waiting else retry_at,
                'last_error': text,
            }
        )


def normalized(vals):
    """``vals`` with address and token in the form they are stored in."""
    vals = dict(vals)
    if isinstance(vals.get('token'), str):
        vals['token'] = vals['token'].strip()
        if vals['token'] not in ('', MASK):
            vals.setdefault('token_date', fields.Datetime.now())
    if vals.get('base_url'):
        with contextlib.suppress(AddressError):  # the constraint says what is wrong with it
            vals['base_url'] = portal_url(vals['base_url'])
    return vals


def _user(username):
    return (username or '').strip().lower()
