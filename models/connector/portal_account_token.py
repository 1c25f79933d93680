import contextlib
import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...vatportal import AuthError, PortalError, Secret, UnknownOutcome
from .. import portal_text
from ..concurrency import by_halves
from ..states import OPEN_STATES
from .portal_account import SKEW, WORKS
from .setup import NO_INVOICE

_logger = logging.getLogger(__name__)

RENEW_DAYS = 85
MAX_TRIES = 10
# A renewal that finds a process under way is tried again after so long; after so many days it is told.
PUT_OFF = timedelta(hours=1)
PUT_OFF_DAYS = 3
# What has failed is tried, and told, once a day, however often another account wakes the scheduled action.
RETRY = timedelta(hours=20)


class VatportalAccount(models.Model):
    """Renewing the token, once for all connectors of the account: start, HMAC, confirm, store.

    The old token dies with the confirmation, so the new one is written and committed before anything else happens.
    That a renewal was begun is committed before the portal hears of it: should its answer be lost, or this process
    die, the connectors say so until a renewal has succeeded or the old token was seen to work.
    """

    _inherit = 'vatportal.account'

    token_date = fields.Datetime(string='Token Since')
    auto_renew = fields.Boolean(string='Renew by Itself', help='A scheduled action renews the token when it has the age below.')
    renew_days = fields.Integer(string='Renew after Days', default=RENEW_DAYS, required=True)
    renewal_lost_at = fields.Datetime(string='Renewal without an Answer', help='A renewal was begun then and its answer was lost: the token may be dead.')
    renewal_tried_at = fields.Datetime(help='When the scheduled action last tried to renew the token.')
    renewal_put_off_at = fields.Datetime(help='Since when, or since it was last told, a renewal that is due has waited for processes to end.')

    @api.constrains('renew_days')
    def _check_renew_days(self):
        if any(account.renew_days < 1 for account in self):
            raise ValidationError(self.env._('The token can be renewed after one day at the earliest.'))

    # ------------------------------------------------------------------ renewal

    def _renew_token(self, connector):
        """Replace the token by a new one, for all connectors of this account.

        :param connector: one of them, which goes to the portal
        :return: False when it is done; else what stands against it, the error and what is known of the old token, as
            :meth:`_renewal_problem` takes them
        :raises UserError: when another renewal is at it, or data for it are missing
        """
        self.ensure_one()
        with self._renewal_lock():
            return self._renew_locked(connector)

    @contextlib.contextmanager
    def _renewal_lock(self):
        """Keep other renewals out, and nothing else: the processes go on writing what they note on the account.

        :raises UserError: another renewal is at it
        """
        # In a transaction of its own, for this one is committed before the calls. It ends with this process, too.
        with self.env.registry.cursor() as cr:
            cr.execute('SELECT pg_try_advisory_xact_lock(hashtext(%s))', [f'vatportal.renewal/{self.id}'])
            if not cr.fetchone()[0]:
                raise UserError(self.env._('The token is being renewed by someone else at the moment.'))
            yield

    def _renew_locked(self, connector):
        self.invalidate_recordset()
        self._check_renewal_data(connector)
        was_lost = bool(self.renewal_lost_at)
        login, secret_hash = Secret(self._secret('username')), Secret(self._secret('secret_hash'))
        with connector._client() as client:
            # Whoever renewed it meanwhile makes this fail and run again: nothing has gone to the portal yet.
            self.write({'renewal_lost_at': self.renewal_lost_at or fields.Datetime.now()})
            self.env['vatportal.job']._commit()
            # No transaction is open during the calls, so no lock is held, and the token finds the rows as they are then.
            try:
                key = client.renewal_key(secret_hash, client.start_reset(login))
                token = Secret(client.confirm_reset(login, key))
            except PortalError as error:
                return error, self._renewal_failed(error, client, was_lost)
        self._store_token(token, connector)
        return False

    def _store_token(self, token, connector):
        """Write and commit the new token: from its receipt on it is the only one that the portal takes.

        First into its own row, which nobody else writes; what the account says of it follows.
        """
        self._keep(self.secret_ids, {'token': token})
        # It is in force from here on, whatever stands against what is said of it.
        known = {'renewal_lost_at': False}
        for vals in ({'token_date': fields.Datetime.now(), 'read_methods': False, 'renewal_put_off_at': False, **WORKS, **known}, known):
            try:
                self._keep(self, vals)
                break
            except OperationalError:
                raise
            except Exception:
                _logger.exception('VatPortal: that account %s has a new token could not be written', self.id)
        by_halves(
            self.connector_ids,
            lambda connectors: self._tell_renewed(connectors, connector),
            lambda told, error: _logger.error('VatPortal: the renewal of connector %s could not be told', told.id, exc_info=error),
        )

    def _tell_renewed(self, connectors, through):
        for connector in connectors:
            # Through which one, and by whom, is for those to know who see that.
            told = connector if connector == through else connector.with_user(self.env.ref('base.user_root'))
            told.message_post(body=connector._in_their_language().env._('The token was renewed.'))

    def _keep(self, records, vals):
        """Write and commit, again where another transaction wrote the same row at that moment: the portal is not asked
        once more for that."""
        for left in reversed(range(MAX_TRIES)):
            try:
                with self.env.cr.savepoint():
                    records.write(vals)
                self.env['vatportal.job']._commit()
                return
            except OperationalError:
                if not left:
                    raise
                self.env.cr.rollback()

    def _check_renewal_data(self, connector):
        if lacking := self._renewal_lacks(connector):
            raise UserError(lacking)

    def _renewal_lacks(self, connector):
        """What is to be entered before the token can be renewed, in words; False for nothing."""
        missing = [connector._fields[name]._description_string(self.env) for name in ('username', 'secret_hash') if not self._secret(name)]
        return bool(missing) and self.env._(
            'To renew the token, fill in on the connector: %s. The secret hash stands on the profile page of the portal.', ', '.join(missing)
        )

    def _renewal_failed(self, error, client, was_lost):
        """Write what a failed renewal means; return what is known of the old token, which stays as it is: ``valid``, ``tried`` and
        found to work, ``dead``, or ``unknown``."""
        _logger.info('VatPortal: the token of account %s was not renewed: %s', self.id, error)
        if not isinstance(error, UnknownOutcome) and not was_lost:
            self._keep(self, {'renewal_lost_at': False})
            return 'valid'
        self.env['vatportal.job']._commit()
        alive = self._token_works(client)
        if alive:
            self._keep(self, {'renewal_lost_at': False})
            return 'tried'
        return 'unknown' if alive is None else 'dead'

    def _renewal_problem(self, error, old):
        """What a renewal that ended with ``error`` means, in the language of the context.

        :param old: what is known of the old token, see :meth:`_renewal_failed`
        """
        text = portal_text.explain(self.env, error)
        if isinstance(error, AuthError) and error.reason == 'credentials':
            text = self.env._("The portal does not accept the user or the secret hash. Compare both with the portal's profile page.")
        if error.message:
            text = f'{text} {self.env._("The portal said: %s", error.message)}'
        if old == 'valid':
            return self.env._('%s The old token stays valid.', text)
        if old == 'tried':
            return self.env._('%s The old token was tried and still works; nothing has changed.', text)
        if old == 'unknown':
            return self.env._(
                '%(text)s Whether the portal has made a new token is not known: the old one may be dead. Try again in a while. %(by_hand)s',
                text=text,
                by_hand=self._by_hand_text(),
            )
        return self.env._(
            '%(text)s The portal does not accept the old token any more, and the new one did not arrive. Try again now. %(by_hand)s',
            text=text,
            by_hand=self._by_hand_text(),
        )

    def _by_hand_text(self):
        return self.env._('If that does not help, make a token in the portal under Profile → Access to API and enter it on the connector.')

    def _token_works(self, client):
        """Whether the portal takes the present token; None where it does not say."""
        try:
            client.read_invoices([NO_INVOICE])
        except AuthError as error:
            return None if error.reason != 'credentials' else False
        except PortalError:
            return None
        return True

    # ------------------------------------------------------------------ schedule

    def _cron_renew_tokens(self):
        """Scheduled action: renew the tokens that are due. An account with a process under way, of whichever of its
        connectors, waits for an hour, so that no call is made with the token that is dying."""
        due = self.search([('auto_renew', '=', True), ('auth_method', '=', 'token'), ('connector_ids.active', '=', True)]).filtered(
            lambda account: (account.renewal_lost_at or account._token_is_due()) and not account._was_tried_lately()
        )
        for account in due:
            problem = False
            try:
                problem = account._renew_by_itself()
            except Exception:
                self.env.cr.rollback()
                _logger.exception('VatPortal: the token of account %s could not be renewed', account.id)
            if problem:
                account._tell_renewal_problem(problem)
            self.env['ir.cron']._commit_progress(1)

    def _renew_by_itself(self):
        """Renew the token, or put it off; return what stands against it, see :meth:`_tell_renewal_problem`, or False."""
        if self._is_at_work():
            self._put_renewal_off()
            return False
        self._keep(self, {'renewal_tried_at': fields.Datetime.now()})
        # Its phone is as good as that of any other, where one is needed. The scheduled action has no language.
        connector = self._active_connectors()[:1]._in_their_language()
        try:
            failure = self.with_env(connector.env)._renew_token(connector)
        except UserError as error:
            text = str(error)
            return lambda account: account._renewal_lacks(connector) or text
        return failure and (lambda account: account._renewal_problem(*failure))

    def _active_connectors(self):
        return self.connector_ids.filtered('active')

    def _is_at_work(self):
        """Whether a process of any connector of this account has not ended."""
        return bool(self.env['vatportal.job'].search_count([('connector_id', 'in', self.connector_ids.ids), ('state', 'in', OPEN_STATES)], limit=1))

    def _put_renewal_off(self):
        """Come back to this account in an hour; what has waited for days is told."""
        now = fields.Datetime.now()
        since = self.renewal_put_off_at and min(self.renewal_put_off_at, now)  # a clock may have been ahead
        self.env.ref('l10n_az_vatportal.cron_renew_tokens')._trigger(at=now + PUT_OFF)
        if since and now - since < timedelta(days=PUT_OFF_DAYS):
            self.renewal_put_off_at = since
            return
        if since:
            self._tell_renewal_problem(
                lambda account: account.env._(
                    'Whenever its turn came in the last %s days, a process was under way. Look through the processes '
                    'for one that does not end, or renew the token by hand.',
                    PUT_OFF_DAYS,
                )
            )
        self.renewal_put_off_at = now

    def _token_is_due(self):
        now, age = fields.Datetime.now(), timedelta(days=self.renew_days)
        # How old a token is of which a clock has written that was ahead is not known.
        return not self.token_date or now - self.token_date >= age or self.token_date > now + SKEW

    def _renew_again(self):
        """What a renewal takes was entered: one that has failed is tried again soon, and not with the next turn of the scheduled action."""
        tried = self.filtered('renewal_tried_at')
        if tried:
            tried.renewal_tried_at = False
            self.env.ref('l10n_az_vatportal.cron_renew_tokens')._trigger()

    def _was_tried_lately(self):
        # A moment that lies in the future is that of a clock that has been set right since.
        return bool(self.renewal_tried_at) and timedelta(0) <= fields.Datetime.now() - self.renewal_tried_at < RETRY

    def _tell_renewal_problem(self, problem):
        """Tell those who hear of it on any of the connectors, each of them once, each connector's in their language.

        :param problem: function of this account, in a language → what stands against the renewal
        """
        told = self.env['res.users']
        for connector in self._active_connectors():
            people = connector._told_users() - told
            told |= people
            if people or connector == self._active_connectors()[:1]:
                env = connector._in_their_language().env
                connector.message_post(body=env._('The token was not renewed. %s', problem(self.with_env(env))), partner_ids=people.partner_id.ids)
