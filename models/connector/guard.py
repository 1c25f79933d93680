from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...vatportal.settlement import LOOK_DAYS
from ..states import OPEN_STATES, PENDING_STATES
from .portal_account import OF_ACCOUNT

# What says which account it is, and as whom a connector acts there. A token is a new one of the same account, unless it
# is known as that of another.
IDENTITY = {'base_url', 'auth_method', 'username', 'token', 'is_partner', 'phone', 'company_id'}
# For how long an address that was released can be changed.
RELEASED = timedelta(minutes=15)
# For how long nothing answers at an address before an administrator can release it, whatever is open.
UNREACHABLE_S = 1800


class VatportalConnector(models.Model):
    """Keeps a connector with its account as long as that account alone can tell what became of an invoice.

    Another account has none of them and would take each a second time.
    """

    _inherit = 'vatportal.connector'

    def _check_log_in(self, vals):
        """Before ``vals`` are written: whether the account may become another one by them, for these connectors and for those
        that go along. What was released is used up by that.

        :raises UserError: while something is open at the present account
        """
        if not IDENTITY & vals.keys():
            return
        for connector in self:
            connector._check_account_free(vals)
        for account, connectors in self.sudo().grouped('account_id').items():
            # What is changed of the account is changed for the others of it as well.
            shared = self._entered_by(account, {name: value for name, value in vals.items() if name in OF_ACCOUNT})
            (account._changed_with(connectors, shared) - self)._check_entered(shared)
            if account.released_until and any(connector._account({}) != connector._account(vals) for connector in connectors):
                account.released_until = False

    def _check_account_free(self, vals, told=True):
        """:raises UserError: when ``vals`` would make it another account while something is open at the present one

        :param told: whether the user may know what it is
        """
        connector = self.sudo()
        old, new = connector._account({}), connector._account(vals)
        if old == new or (old[2:] == new[2:] and connector._is_released()):
            return
        connector._check_nothing_open(told)

    def _check_nothing_open(self, told=True):
        """:raises UserError: while something is open of which only the present account can tell how it ends"""
        connector = self.sudo()
        jobs, documents = connector._open_at_account()
        doubtful = documents.filtered(lambda document: document.state == 'rejected')
        if not told and (jobs or documents):
            raise UserError(
                self.env._(
                    'Something is under way at this account, and only it can tell how that ends. Try again later; a new token can be entered at any time.'
                )
            )
        if jobs or documents - doubtful:
            text = self.env._(
                'Connector %(connector)s: %(job)s is under way, and only the present account can tell how it ends. Wait for '
                'its end; then change the address or the account. A new token can be entered at any time.',
                connector=self.name,
                job=jobs[:1].name or documents[:1].display_name,
            )
        elif doubtful:
            until = max(doubtful.mapped('date')) + timedelta(days=LOOK_DAYS)
            text = self.env._(
                "Connector %(connector)s: the portal's answer to %(names)s was lost, and only the present account can tell "
                'whether it has them. Send them again through it, or wait until %(date)s; then change the address or the '
                'account. A new token can be entered at any time.',
                connector=self.name,
                names=', '.join(doubtful[:5].mapped('display_name')),
                date=fields.Date.to_string(until),
            )
        else:
            return
        if connector._is_out_of_reach():
            hint = self.env._(
                'Nothing answers at the present address. If it is wrong or has moved, an administrator can press '
                '“Enter Another Address” on the connector, read what is open, and confirm.'
            )
            text = f'{text} {hint}'
        raise UserError(text)

    def _open_at_account(self):
        """(processes, documents) of which only the present account can tell what became. What a week did not settle is not
        settled by waiting."""
        since = fields.Datetime.now() - timedelta(days=LOOK_DAYS)
        jobs = self.env['vatportal.job'].sudo().search([('connector_id', '=', self.id), ('state', 'in', OPEN_STATES), ('started_at', '>', since)])
        documents = (
            self.env['vatportal.document']
            .sudo()
            .search(
                [
                    ('connector_id', '=', self.id),
                    ('direction', '=', 'outgoing'),
                    ('date', '>', since),
                    '|',
                    ('state', 'in', PENDING_STATES),
                    '&',
                    ('state', '=', 'rejected'),
                    ('doubtful', '=', True),
                ]
            )
        )
        return jobs, documents

    # ------------------------------------------------------------------ released

    def action_release_account(self):
        """Show an administrator what is open at an address where nothing answers, to be confirmed before another one is
        entered.

        :raises AccessError: for anyone but administrators
        :raises UserError: where the portal has answered not long ago
        """
        self.ensure_one()
        self._check_may_release()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Enter Another Address'),
            'res_model': 'vatportal.release.wizard',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_connector_id': self.id},
        }

    def _check_may_release(self):
        self.check_access('write')
        if not self.env.user.has_group('base.group_system'):
            raise AccessError(self.env._('Only administrators can release the account of a connector.'))
        if self.down_reason == 'login':
            raise UserError(self.env._('Connector %s: the portal answers at this address, and refuses the log-in data. Correct these.', self.name))
        if not self._is_out_of_reach():
            raise UserError(self.env._('Connector %s: the portal has answered within the last half an hour. Wait for what is under way.', self.name))

    def _release_account(self):
        """Let another address be entered for this account, whatever is open. The user has read what that is."""
        self._check_may_release()
        account = self.sudo().account_id
        account.released_until = fields.Datetime.now() + RELEASED
        self.sudo().message_post(
            author_id=self.env.user.partner_id.id,
            body=self.env._(
                '%(user)s has released the address %(url)s, at which nothing answers. Open there: %(open)s',
                user=self.env.user.name,
                url=self.base_url,
                open=', '.join(self._open_texts() or ['–']),
            ),
        )
        # By whom is for those to know who see this connector.
        for connector in (account.connector_ids - self).with_user(self.env.ref('base.user_root')):
            jobs, documents = connector._open_at_account()
            connector._message_log(
                body=self.env._(
                    'Through another connector of this account, an administrator has released the address %(url)s, at which nothing '
                    'answers. Open there: %(open)s',
                    url=self.base_url,
                    open=', '.join(jobs.mapped('name') + documents.mapped('display_name') or ['–']),
                )
            )

    def _open_texts(self):
        """What is open at the account, through any of its connectors: each by its name, as far as the user may see it."""
        connectors = self.sudo().account_id.connector_ids
        seen = connectors._visible_to(self.env.user) | self.sudo()
        texts, hidden = [], 0
        for connector in connectors:
            jobs, documents = connector._open_at_account()
            names = jobs.mapped('name') + documents.mapped('display_name')
            if connector in seen:
                texts += names if connector == self else [f'{connector.name}: {name}' for name in names]
            else:
                hidden += len(names)
        if hidden:
            texts.append(self.env._('%s more of other companies', hidden))
        return texts

    # ------------------------------------------------------------------ parted

    def action_part_account(self):
        """Give these connectors an account of their own, at the same address and without log-in data yet: those of the
        account that they leave stay with it.

        :raises AccessError: for anyone but administrators
        :raises UserError: where they share no account, or something is open which that account alone can settle
        """
        self.check_access('write')
        if not self.env.user.has_group('base.group_system'):
            raise AccessError(self.env._('Only administrators can part a connector from its account.'))
        for account, connectors in self.sudo().grouped('account_id').items():
            if connectors == account.connector_ids:
                raise UserError(self.env._('Connector %s: no other one uses this account.', connectors[:1].name))
            for connector in connectors:
                connector._check_nothing_open()
            account._check_not_renewing()
            connectors._move_to(account._apart({'auto_renew': False}))
            self._tell_moved(connectors, connectors.browse(), account.connector_ids, connectors.browse())
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}

    def _is_released(self):
        """Whether an administrator has released the address, and nothing answers there still."""
        return bool(self.released_until) and self.released_until > fields.Datetime.now() and self._is_out_of_reach()

    def _account(self, vals):
        """Address, account, and what else names it there, with ``vals`` written."""

        def value(name):
            return vals[name] if name in vals else self[name]

        company = vals['company_id'] if 'company_id' in vals else self.company_id.id
        # With a token, the user serves to renew it, unless both are new.
        user = (value('username') or '').strip().lower()
        found = self.account_id._named(vals)
        account = self.account_id if not found or self.account_id._has_token_of(found) else found
        return (
            value('base_url'),
            account.id,
            (value('auth_method') == 'password' or self.account_id._is_another_user(vals)) and user,
            bool(value('is_partner')) and (value('phone') or ''),
            company,
        )

    def _is_out_of_reach(self):
        """Whether nothing has answered at this address for a good while: then it may be wrong, or have moved, and
        nothing can be settled through it; or the portal is down, and will have what it was sent when it is up again.
        A portal that refuses the log-in data has answered."""
        down = self.down_reason != 'login' and self.down_since
        return bool(down) and down < fields.Datetime.now() - timedelta(seconds=UNREACHABLE_S)
