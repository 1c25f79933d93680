from odoo import fields, models


class UomUom(models.Model):
    _inherit = 'uom.uom'

    vatportal_unit = fields.Char(
        string="e-taxes Unit",
        help="The unit's name on the electronic invoice (qaimə), such as ədəd, kq, litr. Empty: the unit's own name "
             "in Azerbaijani.")

    def _vatportal_unit(self):
        """The name on the qaimə: the field above, else the unit's name in Azerbaijani; '' for no unit."""
        if not self:
            return ''
        return self.vatportal_unit or self.with_context(lang='az_AZ').name or ''
