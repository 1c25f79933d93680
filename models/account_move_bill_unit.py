from odoo import api, models

from ..vatportal.names import text_key
from .account_move_bill import NOTES_SHOWN


class AccountMoveLine(models.Model):
    """The unit of a bill line made of a document: quantity and price are the document's, so the unit is too."""

    _inherit = 'account.move.line'

    def _compute_product_uom_id(self):
        """Odoo takes the product's unit whenever a product is chosen, and leaves an imported line's quantity and price."""
        making = self.env.context.get('vatportal_billing')
        present = {line: line.product_uom_id for line in self
                   if line.vatportal_line_id and line.parent_state == 'draft' and not making}
        super()._compute_product_uom_id()
        for lines in self.filtered(lambda line: line in present).grouped('company_id').values():
            units = lines._vatportal_units()
            for line in lines:
                line.product_uom_id = line._vatportal_fitting_unit(present[line], units) or line.product_uom_id

    def _vatportal_fitting_unit(self, present, units):
        """The unit that this line keeps: ``present``, else the document's, if the product can be counted in it."""
        if not self.product_id:
            return present
        for unit in (present, self._vatportal_named_unit(units)):
            if unit and unit._has_common_reference(self.product_id.uom_id):
                return unit
        return present.browse()

    def _vatportal_units(self):
        return self.env['vatportal.unit.alias']._units_by_key(self.company_id)

    def _vatportal_named_unit(self, units):
        """The unit that the document names for this line; empty where nobody knows it.

        :param units: see ``vatportal.unit.alias``, ``_units_by_key()``
        """
        return units.get(text_key(self.vatportal_line_id.sudo().unit)) or self.env['uom.uom']

    def _vatportal_is_unit_chosen(self, units):
        """Whether a person chose the unit of this line, and neither the document nor Odoo; one in which the product can
        be counted."""
        unit, product = self.product_uom_id, self.product_id
        chosen = unit and unit not in (
            self._vatportal_named_unit(units) | product.uom_id | product.seller_ids.product_uom_id)
        return bool(chosen) and (not product or unit._has_common_reference(product.uom_id))

    def _vatportal_unit_differs(self, units):
        """Whether the product can't be counted in what the document counts in, and nobody has said how to count it."""
        named = self._vatportal_named_unit(units)
        return bool(self.product_id and named and self.product_uom_id) \
            and not named._has_common_reference(self.product_uom_id) and not self._vatportal_is_unit_chosen(units)


class AccountMove(models.Model):
    _inherit = 'account.move'

    @api.depends('invoice_line_ids.product_uom_id', 'state')
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        # EXTENDS account
        alerts = super()._get_alerts()
        lines = self.invoice_line_ids.filtered(lambda line: line.vatportal_line_id and line.product_id)
        if self.state != 'draft' or not lines:
            return alerts
        units = lines._vatportal_units()
        texts = [self.env._(
            "“%(line)s”: the document counts in %(unit)s, the product in %(own)s. Check quantity and price.",
            line=line.vatportal_line_id.sudo().name, unit=line.vatportal_line_id.sudo().unit,
            own=line.product_uom_id.name) for line in lines if line._vatportal_unit_differs(units)]
        if texts:
            texts[NOTES_SHOWN:] = [self.env._("%s more lines.", len(texts) - NOTES_SHOWN)] * (len(texts) > NOTES_SHOWN)
            alerts['vatportal_bill_units'] = {'level': 'warning', 'message': ' '.join(texts)}
        return alerts
