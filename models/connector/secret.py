import json
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

# What the portal's account is worth. On the connector each is a field of its own, for the group *Settings* alone.
SECRETS = ('token', 'username', 'password', 'secret_hash')
# What stands in their place wherever a person, a form or a file gets them; the user's name is shown as it is.
MASK = '********'
MASKED = ('token', 'password', 'secret_hash')
# No log-in data hold these. PostgreSQL refuses some of them, with the whole statement in its log; headers others.
_CONTROL = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')


def shown(name, value):
    """The secret ``name`` as people get it."""
    return MASK if value and name in MASKED else value


def read_secret(env, label, value):
    """Return what a person has entered in the field called ``label``; None where it is the mask, left as it stood.

    :raises UserError: for what can't be log-in data; it does not repeat them
    """
    if value == MASK:
        return None
    if value and (not isinstance(value, str) or _CONTROL.search(value)):
        raise UserError(env._("%s: this holds a line break or another character that can't be typed. Copy it once more, on one line.", label))
    if value and MASK in value:
        raise UserError(env._('%s: the asterisks stand for the present value. Remove them and enter all of it.', label))
    return value


class VatportalSecret(models.Model):
    """The log-in data of one account, in a row that nothing else writes.

    A statement that PostgreSQL refuses is written to the server's log, with its values; and where a constraint of a
    table is broken, so is the whole row. So no secret stands in the account's row, which every job writes, and none
    passes through Odoo's cursor, which logs. Nobody has access to this model but the connectors.
    """

    _name = 'vatportal.secret'
    _description = 'Log-in data of a VatPortal account'
    _inherit = ['vatportal.guard']
    _log_access = False
    _vatportal_is_entered = False

    account_id = fields.Many2one('vatportal.account', required=True, ondelete='cascade')
    token = fields.Char()
    username = fields.Char()
    password = fields.Char()
    secret_hash = fields.Char()

    _one_per_account = models.UniqueIndex('(account_id)', 'An account has one set of log-in data.')

    @api.model_create_multi
    def create(self, vals_list):
        secrets = super().create([{'account_id': vals['account_id']} for vals in vals_list])
        for secret, vals in zip(secrets, vals_list, strict=True):
            secret.write({name: vals[name] for name in SECRETS if name in vals})
        return secrets

    def _write_multi(self, vals_list):
        """Store the secrets by statements that no log gets to see.

        A conflict with another transaction shows when the rows are locked, by a statement without values.
        """
        cr = self.env.cr
        cr.execute('SELECT id FROM vatportal_secret WHERE id IN %s FOR UPDATE', [self._ids])
        with cr.connection.cursor() as silent:
            for secret, vals in zip(self, vals_list, strict=True):
                silent.execute(
                    """
                    UPDATE vatportal_secret AS old
                       SET (token, username, password, secret_hash) = (
                           SELECT token, username, password, secret_hash
                             FROM jsonb_populate_record(old, %s::jsonb))
                     WHERE id = %s
                """,
                    [json.dumps(vals), secret.id],
                )
