import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError


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


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    vatportal_code = fields.Char(
        string='e-taxes Code',
        help='The 10-digit code of the national classifier that stands on the electronic invoice (qaimə). '
        'Services begin with 99. Empty: the code of the product category.',
    )

    @api.constrains('vatportal_code')
    def _check_vatportal_code(self):
        _check_codes(self)

    def _vatportal_code(self):
        """The product's own code, else its category's; '' where neither has one."""
        return self.vatportal_code or self.categ_id._vatportal_code()


def _check_codes(records):
    for record in records:
        if record.vatportal_code and not re.fullmatch(r'[0-9]{10}', record.vatportal_code):
            raise ValidationError(
                record.env._('%(name)s: the e-taxes code must have exactly 10 digits, not “%(code)s”.', name=record.display_name, code=record.vatportal_code)
            )
