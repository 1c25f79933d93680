from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from .document import PENDING_STATES
from .document_doubt import LOOK_DAYS
from .job import OPEN_STATES
from .portal_account import OF_ACCOUNT

# What says which account it is, and as whom a connector acts there. A token does not: it may be a new one of the same
# account.
_IDENTITY = {'base_url', 'auth_method', 'username', 'is_partner', 'phone', 'company_id'}
# For how long nothing answers at an address before another one may be entered whatever is open.
UNREACHABLE_S = 1800


class VatportalConnector(models.Model):
    """Keeps a connector with its account as long as that account alone can tell what became of an invoice.

    Another account has none of them and would take each a second time.
    """

    _inherit = 'vatportal.connector'

    def write(self, vals):
        self._check_may_write(vals)
        if _IDENTITY & vals.keys():
            wanted = self._normalized(vals)
            for connector in self:
                connector._check_account_free(wanted)
            # What stays with the account is changed for the others of it as well.
            wanted = {name: value for name, value in wanted.items() if name in OF_ACCOUNT}
            for account in self.sudo().account_id.filtered(lambda account: not account._is_another(wanted)):
                others = account.connector_ids - self
                for connector in others:
                    connector._check_account_free(wanted, told=connector in others._visible_to(self.env.user))
        return super().write(vals)

    def _check_account_free(self, vals, told=True):
        """:raises UserError: when ``vals`` would make it another account while something is open at the present one

        :param told: whether the user may know what it is
        """
        old = self.sudo()._account({})
        new = self.sudo()._account(vals)
        if old == new or (old[1:] == new[1:] and self._is_out_of_reach()):
            return
        since = fields.Datetime.now() - timedelta(days=LOOK_DAYS)
        # What a week did not settle is not settled by waiting.
        jobs = self.env['vatportal.job'].sudo().search(
            [('connector_id', '=', self.id), ('state', 'in', OPEN_STATES), ('started_at', '>', since)], limit=1)
        documents = self.env['vatportal.document'].sudo().search([
            ('connector_id', '=', self.id), ('direction', '=', 'outgoing'), ('date', '>', since),
            '|', ('state', 'in', PENDING_STATES), '&', ('state', '=', 'rejected'), ('doubtful', '=', True)])
        doubtful = documents.filtered(lambda document: document.state == 'rejected')
        if not told and (jobs or documents):
            raise UserError(self.env._(
                "Something is under way at this account, and only it can tell how that ends. Try again later; a new token "
                "can be entered at any time."))
        if jobs or documents - doubtful:
            raise UserError(self.env._(
                "Connector %(connector)s: %(job)s is under way, and only the present account can tell how it ends. Wait for "
                "its end; then change the address or the account. A new token can be entered at any time.",
                connector=self.name, job=jobs.name or documents[0].display_name))
        if doubtful:
            until = max(doubtful.mapped('date')) + timedelta(days=LOOK_DAYS)
            raise UserError(self.env._(
                "Connector %(connector)s: the portal's answer to %(names)s was lost, and only the present account can tell "
                "whether it has them. Send them again through it, or wait until %(date)s; then change the address or the "
                "account. A new token can be entered at any time.",
                connector=self.name, names=', '.join(doubtful[:5].mapped('display_name')),
                date=fields.Date.to_string(until)))

    def _account(self, vals):
        """Address, and what names the account there, with ``vals`` written."""
        def value(name):
            return vals[name] if name in vals else self[name]
        company = vals['company_id'] if 'company_id' in vals else self.company_id.id
        # With a token, the user serves to renew it, unless both are new.
        user = (value('username') or '').strip().lower()
        return (
            value('base_url'), (value('auth_method') == 'password' or self.account_id._is_another_user(vals)) and user,
            bool(value('is_partner')) and (value('phone') or ''), company)

    def _is_out_of_reach(self):
        """Whether nothing has answered at this address for a good while: then it may be wrong, or have moved, and
        nothing can be settled through it."""
        down = self.down_since
        return bool(down) and down < fields.Datetime.now() - timedelta(seconds=UNREACHABLE_S)
