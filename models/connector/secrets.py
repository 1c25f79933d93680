from odoo import api, models
from odoo.exceptions import AccessError

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
        raise AccessError(self.env._('Nobody searches by log-in data.'))

    def _entered(self, operation, *vals_list):
        """What a person has given for ``operation`` (create or write) on these connectors, in the form it is stored in; what
        was sent back as it is shown is left out. Before anything is looked at, compared or told.

        :raises AccessError: for anyone who may not do that
        :raises UserError: for what can't be log-in data; it does not repeat them
        """
        self.check_access(operation)
        for vals in vals_list:
            for name in vals.keys() & self._fields.keys():
                self._check_field_access(self._fields[name], 'write')
            self._vatportal_check_own_fields(vals)
        return [self._read_secrets(self._normalized(vals)) for vals in vals_list]

    def _read_secrets(self, vals):
        read = {name: read_secret(self.env, self._fields[name]._description_string(self.env), vals[name]) for name in SECRETS if name in vals}
        return {name: value for name, value in {**vals, **read}.items() if name not in read or value is not None}
