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
