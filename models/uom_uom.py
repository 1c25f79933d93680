from odoo import fields, models

from ..vatportal.units import is_container, says_how_many
from .amounts import decimal


class UomUom(models.Model):
    _inherit = 'uom.uom'

    vatportal_unit = fields.Char(
        string='e-taxes Unit',
        help="The unit's name on the electronic invoice (qaimə), such as ədəd, kq, litr. Of a package, it should say how many "
        "are in it: qutu (6 ədəd). Empty: the unit's own name in Azerbaijani.",
    )

    def _vatportal_unit(self):
        """The name on the qaimə: the field above, else the unit's name in Azerbaijani; '' for no unit."""
        if not self:
            return ''
        return self.vatportal_unit or self.with_context(lang='az_AZ').name or ''

    def _vatportal_is_meant_by(self, text):
        """Whether ``text`` on anybody's document means this unit. A box, a bag or any other number of pieces is meant only
        where the text says how many: vendors fill them as they like."""
        self.ensure_one()
        if not self.relative_uom_id:
            return True
        # Not env.ref(): it asks the database each time, and this is called for all units.
        pieces = self.browse(self.env['ir.model.data']._xmlid_to_res_id('uom.product_uom_unit', raise_if_not_found=False))
        counts_pieces = bool(pieces) and self._has_common_reference(pieces) and self.factor != pieces.factor
        if not (counts_pieces or is_container(text)):
            return True
        numbers = {self.relative_factor, self.factor / pieces.factor if counts_pieces else self.factor}
        return any(says_how_many(text, decimal(number)) for number in numbers)
