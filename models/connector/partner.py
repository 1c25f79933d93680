from odoo import fields, models
from odoo.exceptions import ValidationError


class VatportalConnector(models.Model):
    """A partner's account acts for several companies, told apart by the phone alone."""

    _inherit = 'vatportal.connector'

    turns = fields.Integer(readonly=True, copy=False, help='How many processes that ask for a PIN were started; see _lock_phone().')

    def _check_phone_of_one_company(self):
        """Two taxpayers with the same phone at one portal would see and book each other's documents."""
        for connector in self.filtered(lambda connector: connector.is_partner and connector.active):
            others = self.sudo().search(
                [
                    ('is_partner', '=', True),
                    ('base_url', '=', connector.base_url),
                    ('phone', '=', connector.phone),
                    ('company_id', '!=', connector.company_id.id),
                ]
            )
            # A branch is the same taxpayer as its company.
            if others.company_id.root_id - connector.company_id.root_id:
                raise ValidationError(
                    self.env._(
                        'Another company of this database uses the phone %s at this portal. Each company has an ASAN İmza '
                        "phone of its own there; with the same one it would get the other company's documents.",
                        connector.phone,
                    )
                )

    # ------------------------------------------------------------------ one PIN at a time

    def _of_same_phone(self):
        """The connectors, of whatever company, whose PINs are asked for on the same phone as this one's.

        They have the same phone typed; or they are of one enterprise account, which has a phone of its own at the portal.
        """
        self.ensure_one()
        one = [('id', '=', self.id)]
        if self.phone:
            one = ['|', *one, ('phone', '=', self.phone)]
        account = self.sudo().account_id
        if account and not account.is_partner:
            one = ['|', *one, ('account_id', '=', account.id)]
        return self.sudo().with_context(active_test=False).search(one)

    def _of_same_limit(self):
        """The connectors of an account that may ask only so many phones at once; of any other account none."""
        account = self.sudo().account_id
        return account.connector_ids if account.phones_at_once else account.connector_ids.browse()

    def _phone_key(self):
        """What tells the phones of one account apart."""
        return self.is_partner and self.phone or ''

    def _reaches_what_went_through(self, other):
        """Whether the portal shows to this connector what was sent through ``other``, and takes none of it a second time: it tells the
        companies of a partner's account apart by the phone, and keeps what each has sent to itself."""
        one, two = self.sudo(), other.sudo()
        return (one.account_id, one._phone_key()) == (two.account_id, two._phone_key())

    def _lock_phone(self):
        """Keep every other process off the phone of this connector until the end of the transaction, which is about to
        start one, and off the other phones of an account with a limit; return whether that was possible.

        The rows are written as well: whoever looked at the database before this is committed, and comes after, fails.

        :raises SerializationFailure: somebody else was here since this transaction began
        """
        accounts = self._of_same_limit().account_id
        connectors = self._of_same_phone()
        cr = self.env.cr
        # As try_lock_for_update() does, but that somebody else was here is no error to be logged. What refers to a row,
        # such as a document that is being made, does not stand in the way.
        cr.execute('SELECT FROM vatportal_account WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED', [accounts.ids], log_exceptions=False)
        if cr.rowcount < len(accounts):
            return False
        cr.execute('SELECT FROM vatportal_connector WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED', [connectors.ids], log_exceptions=False)
        if cr.rowcount < len(connectors):
            return False
        cr.execute('UPDATE vatportal_account SET turns = coalesce(turns, 0) + 1 WHERE id = ANY(%s)', [accounts.ids])
        cr.execute('UPDATE vatportal_connector SET turns = coalesce(turns, 0) + 1 WHERE id = ANY(%s)', [connectors.ids])
        return True
