from odoo import api, models
from odoo.exceptions import ValidationError


class VatportalConnector(models.Model):
    """A partner's account acts for several companies, told apart by the phone alone."""

    _inherit = 'vatportal.connector'

    @api.constrains('is_partner', 'phone', 'base_url', 'company_id', 'active')
    def _check_phone_of_one_company(self):
        """Two taxpayers with the same phone at one portal would see and book each other's documents."""
        for connector in self.filtered(lambda connector: connector.is_partner and connector.active):
            others = self.sudo().search([
                ('is_partner', '=', True), ('base_url', '=', connector.base_url), ('phone', '=', connector.phone),
                ('company_id', '!=', connector.company_id.id)])
            # A branch is the same taxpayer as its company.
            if others.company_id.root_id - connector.company_id.root_id:
                raise ValidationError(self.env._(
                    "Another company of this database uses the phone %s at this portal. Each company has an ASAN İmza "
                    "phone of its own there; with the same one it would get the other company's documents.",
                    connector.phone))

    # ------------------------------------------------------------------ one PIN at a time

    def _of_same_phone(self):
        """The connectors, of whatever company, whose PINs are asked for on the same phone as this one's.

        They have the same phone typed; or they are of one enterprise account, which has a phone of its own at the portal:
        address and user, or token, are the same. The database compares, so that no secret leaves it.
        """
        self.ensure_one()
        self.env['vatportal.connector'].flush_model(['phone', 'is_partner', 'base_url', 'auth_method'])
        self.env['vatportal.secret'].flush_model(['token', 'username'])
        self.env.cr.execute("""
            SELECT other.id
              FROM vatportal_connector mine
              JOIN vatportal_connector other ON TRUE
              LEFT JOIN vatportal_secret s ON s.connector_id = mine.id
              LEFT JOIN vatportal_secret t ON t.connector_id = other.id
             WHERE mine.id = %s
               AND (other.id = mine.id
                    OR other.phone = nullif(mine.phone, '')
                    OR other.base_url = mine.base_url
                       AND NOT coalesce(mine.is_partner, FALSE) AND NOT coalesce(other.is_partner, FALSE)
                       AND (lower(t.username) = nullif(lower(s.username), '')
                            OR t.token = nullif(s.token, '')
                               AND mine.auth_method = 'token' AND other.auth_method = 'token'))
        """, [self.id])
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _lock_phone(self):
        """Keep every other process off the phone of this connector until the end of the transaction, which is about to
        start one; return whether that was possible.

        The rows are written as well: whoever looked at the database before this is committed, and comes after, fails.

        :raises SerializationFailure: somebody else was here since this transaction began
        """
        rows = self.env['vatportal.secret'].sudo().search([('connector_id', 'in', self._of_same_phone().ids)])
        if rows.try_lock_for_update() != rows:
            return False
        self.env.cr.execute("UPDATE vatportal_secret SET turns = coalesce(turns, 0) + 1 WHERE id = ANY(%s)", [rows.ids])
        return True
