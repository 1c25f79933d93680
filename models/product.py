import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.barcode import check_barcode_encoding

# Under this chapter the classifier of e-taxes has works and services.
SERVICES = '99'
# By which of their values a product, or a category, is a service or goods.
_TELLS_SERVICE = {'vatportal_code', 'type', 'categ_id', 'parent_id'}
# Digits of a GTIN → what Odoo calls it.
_GTIN = {8: 'ean8', 12: 'upca', 13: 'ean13', 14: 'gtin14'}


class ProductCategory(models.Model):
    _inherit = 'product.category'

    vatportal_code = fields.Char(
        string='e-taxes Code',
        help='The 10-digit code of the national classifier for the products of this category that have none of their own. Services begin with 99.',
    )

    @api.constrains('vatportal_code')
    def _check_vatportal_code(self):
        _check_codes(self)

    def _vatportal_code(self):
        """The code of this category or of the nearest parent that has one; '' where none has."""
        category = self
        while category and not category.vatportal_code:
            category = category.parent_id
        return category.vatportal_code or ''

    def write(self, vals):
        if not _TELLS_SERVICE & vals.keys():
            return super().write(vals)
        below = self.search([('id', 'child_of', self.ids)])
        before = {category: category._vatportal_is_service() for category in below}
        result = super().write(vals)
        changed = below.filtered(lambda category: category._vatportal_is_service() != before[category])
        self.env['product.template']._vatportal_renew_due(Domain('categ_id', 'in', changed.ids) & Domain('vatportal_code', '=', False), changed)
        return result

    def _vatportal_is_service(self):
        """Whether the code says that it is a service; None where there is none."""
        code = self._vatportal_code()
        return code.startswith(SERVICES) if code else None


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    vatportal_code = fields.Char(
        string='e-taxes Code',
        help='The 10-digit code of the national classifier that stands on the electronic invoice (qaimə). '
        'Services begin with 99. Empty: the code of the product category.',
    )
    vatportal_has_code = fields.Boolean(
        string='Has an e-taxes Code', compute='_compute_vatportal_has_code', search='_search_vatportal_has_code', help='Of its own, or by its category.'
    )

    @api.constrains('vatportal_code')
    def _check_vatportal_code(self):
        _check_codes(self)

    @api.depends('vatportal_code', 'categ_id.vatportal_code')
    def _compute_vatportal_has_code(self):
        for product in self:
            product.vatportal_has_code = bool(product._vatportal_code())

    def _search_vatportal_has_code(self, operator, value):
        if operator != 'in':
            return NotImplemented
        categories = self.env['product.category'].search([('vatportal_code', '!=', False)])
        having = Domain('vatportal_code', '!=', False) | Domain('categ_id', 'child_of', categories.ids)
        return having if True in value else ~having

    def _vatportal_code(self):
        """The product's own code, else its category's; '' where neither has one."""
        return self.vatportal_code or self.categ_id._vatportal_code()

    def write(self, vals):
        if not _TELLS_SERVICE & vals.keys():
            return super().write(vals)
        before = {product: product._vatportal_is_service() for product in self}
        result = super().write(vals)
        changed = self.filtered(lambda product: product._vatportal_is_service() != before[product])
        self._vatportal_renew_due(Domain('id', 'in', changed.ids), changed)
        return result

    @api.model
    def _vatportal_renew_due(self, domain, changed):
        """Until when the invoices of the products in ``domain`` are due depends on what has ``changed``, if anything has."""
        if changed and self.env['vatportal.connector']._begun():
            self.env['account.move']._renew_due(Domain('invoice_line_ids', 'any', [('product_id.product_tmpl_id', 'any', domain)]))

    def _vatportal_is_service(self):
        """Whether e-taxes takes it for a work or service: by its code, without one by its type."""
        code = self._vatportal_code() if self else False
        return code.startswith(SERVICES) if code else self.type == 'service'


def is_gtin(barcode):
    """Whether ``barcode`` (or None) is a Global Trade Item Number: 8, 12, 13 or 14 digits, the last of which is right."""
    # Twelve digits with a zero before them are a UPC-A still, which Odoo knows by its twelve alone.
    digits = barcode[1:] if barcode and len(barcode) == 13 and barcode[0] == '0' else barcode or ''
    encoding = _GTIN.get(len(digits))
    return bool(encoding and check_barcode_encoding(digits, encoding))


def is_code(text):
    """Whether ``text`` has the form of a code of the national classifier: ten digits."""
    return bool(re.fullmatch(r'[0-9]{10}', text or ''))


def _check_codes(records):
    for record in records:
        if record.vatportal_code and not is_code(record.vatportal_code):
            raise ValidationError(
                record.env._('%(name)s: the e-taxes code must have exactly 10 digits, not “%(code)s”.', name=record.display_name, code=record.vatportal_code)
            )
