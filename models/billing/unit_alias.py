from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...vatportal.names import text_key


class VatportalUnitAlias(models.Model):
    """What vendors write for a unit of measure. Units on a qaimə are free text; there is no official list.

    Only what means the same for every vendor is an alias. How many are in a vendor's box of a product is known from the
    product's mapping, see ``vatportal.product.mapping``.
    """

    _name = 'vatportal.unit.alias'
    _description = 'e-taxes unit alias'
    _inherit = ['vatportal.guard']
    _order = 'name, id'

    name = fields.Char(string='Text on the Qaimə', required=True)
    key = fields.Char(compute='_compute_key', store=True)
    uom_id = fields.Many2one('uom.uom', string='Unit', required=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', ondelete='cascade', help='Empty: for all companies.', index='btree_not_null')

    _key_unique = models.UniqueIndex('(key, COALESCE(company_id, 0))', 'There is an alias for this text already.')

    @api.depends('name')
    def _compute_key(self):
        for alias in self:
            alias.key = text_key(alias.name)

    @api.constrains('name', 'uom_id')
    def _check_uom_id(self):
        for alias in self:
            if not alias.uom_id._vatportal_is_meant_by(alias.name):
                raise ValidationError(
                    self.env._(
                        '“%(name)s” does not say how many it holds, and vendors fill their boxes and bags as they like; so it is '
                        'no alias of %(unit)s. Say on a bill of the vendor how many are in it: it is remembered for the product.',
                        name=alias.name,
                        unit=alias.uom_id.name,
                    )
                )

    @api.model
    def _units_by_key(self, company):
        """Return a dict of folded text → ``uom.uom``, for everything that means a unit in ``company``.

        An alias of the company wins over a general one, that over the unit's e-taxes name, that over its own name
        in any language. A text that means two units on the same level means none.
        """
        levels = [self._unit_names(), self._etaxes_names()]
        for company_id in (False, company.id):
            aliases = self.sudo().search([('company_id', '=', company_id)])
            levels.append({alias.key: alias.uom_id for alias in aliases if alias.uom_id._vatportal_is_meant_by(alias.name)})
        result = {}
        for level in levels:
            result.update(level)
        return {key: uom for key, uom in result.items() if key and len(uom) == 1}

    def _etaxes_names(self):
        return _by_key((uom, uom.vatportal_unit) for uom in self.env['uom.uom'].sudo().search([]))

    def _unit_names(self):
        pairs = []
        for lang, _name in self.env['res.lang'].get_installed():
            pairs += [(uom, uom.name) for uom in self.env['uom.uom'].sudo().with_context(lang=lang).search([])]
        return _by_key(pairs)


def _by_key(pairs):
    """Return a dict of folded text → all units that bear it, for (unit, text) pairs."""
    result = {}
    for uom, text in pairs:
        if text and uom._vatportal_is_meant_by(text):
            key = text_key(text)
            result[key] = result.get(key, uom) | uom
    return result
