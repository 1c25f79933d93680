import re

from odoo import models
from odoo.exceptions import AccessError, UserError

from ...vatportal import PortalError
from .. import portal_text
from .job import without_codes

# Names under which a portal may repeat what it was told in confidence.
_SECRET = re.compile(r'token|passw|secret|hash|apikey|^key$|login(?!_done$)|user_?name|phone|pin[12]?_?code', re.IGNORECASE)
_HIDDEN = '***'


class VatportalJob(models.Model):
    """The portal's own detail and log of a process, kept for support."""

    _inherit = 'vatportal.job'

    def action_details(self):
        """Fetch what the portal knows of this process and keep it on the job, secrets stripped.

        :raises AccessError: for anyone but accounting managers
        :raises UserError: when there is no process, or the portal does not tell
        """
        self.ensure_one()
        self.check_access('read')
        if not self.env.user.has_group('account.group_account_manager'):
            raise AccessError(self.env._('Only accounting managers can fetch the details of a process.'))
        if not self.portal_id:
            raise UserError(self.env._('The portal gave this process no number, so there are no details.'))
        connector = self.sudo().connector_id
        with connector._client() as client:
            try:
                data = client.process_data(int(self.portal_id))
            except PortalError as error:
                said = ' ' + self.env._('The portal said: %s', error.message) if error.message else ''
                raise UserError(portal_text.explain(self.env, error) + said) from None
            connector._note_answer(client.read_methods)
        self.sudo()._keep_details(connector._without_secrets(without_codes(data)) or {'log': []})
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}


class VatportalConnector(models.Model):
    _inherit = 'vatportal.connector'

    def _without_secrets(self, data):
        """Return the JSON ``data`` with everything masked that is a secret by its name or is one of ours."""
        connector = self.sudo()
        own = [re.escape(text) for text in (connector.token, connector.password, connector.secret_hash) if text and len(text) > 3]
        if connector.username and len(connector.username) > 3:
            own.append(rf'(?<!\w){re.escape(connector.username)}(?!\w)')
        if connector.phone:
            # However it is written: +994 50 …, 050-…
            own.append(r'(?<!\d)[+(]*(?:(?:00)?994|0)?' + ''.join(rf'[\s()./\-]*{digit}' for digit in connector.phone[-9:]) + r'(?!\d)')
        return _masked(data, re.compile('|'.join(own), re.IGNORECASE) if own else None)


def _masked(data, own):
    """``data`` with what is a secret by its name, or matches the pattern ``own``, replaced."""
    if isinstance(data, dict):
        return {key: _HIDDEN if _SECRET.search(key) and value not in (None, '', False) else _masked(value, own) for key, value in data.items()}
    if isinstance(data, list):
        return [_masked(value, own) for value in data]
    if own and isinstance(data, str):
        return own.sub(_HIDDEN, data)
    if own and isinstance(data, int) and not isinstance(data, bool) and own.fullmatch(str(data)):
        return _HIDDEN
    return data
