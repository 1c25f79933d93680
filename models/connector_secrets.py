from odoo import api, models
from odoo.exceptions import AccessError

from .portal_account import normalized
from .secret import SECRETS, read_secret, shown


class VatportalConnector(models.Model):
    """Who gets the log-in data to see: this addon does, as superuser. Whoever enters them gets asterisks back, in forms,
    exports and answers alike, and what is sent back as it was shown changes nothing."""

    _inherit = 'vatportal.connector'

    @api.depends(*(f'account_id.secret_ids.{name}' for name in SECRETS))
    @api.depends_context('uid')
    def _compute_secrets(self):
        for connector in self:
            row = connector.sudo().account_id.secret_ids
            for name in SECRETS:
                connector[name] = row[name] if self.env.su else shown(name, row[name])

    def _search_secret(self, _operator, _value):
        raise AccessError(self.env._("Nobody searches by log-in data."))

    def _entered_secrets(self, vals):
        """Of ``vals``, log-in data as they were entered, those that are to be stored.

        :raises UserError: for what can't be log-in data; it does not repeat them
        """
        read = {name: read_secret(self.env, self._fields[name]._description_string(self.env), value)
                for name, value in vals.items()}
        return {name: value for name, value in read.items() if value is not None}

    def _check_may_write(self, vals):
        """Before anything is looked at, compared or told.

        :raises AccessError: for anyone who may not write ``vals``
        :raises UserError: for what can't be log-in data
        """
        self.check_access('write')
        for name in vals.keys() & self._fields.keys():
            self._check_field_access(self._fields[name], 'write')
        self._vatportal_check_own_fields(vals)
        entered = normalized(vals)
        self._entered_secrets({name: entered[name] for name in SECRETS if name in entered})
