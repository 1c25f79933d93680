import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class VatportalProductCode(models.Model):
    """The national classifier of goods and services, as far as an administrator has loaded it. The addon ships none.

    Headings of two to eight digits may stand in it, as in the official file; a product has a code of ten.
    """

    _name = 'vatportal.product.code'
    _description = 'Code of the national classifier'
    _inherit = ['vatportal.guard']
    _order = 'code'
    _rec_names_search = ['code', 'name']

    code = fields.Char(required=True, help='10 digits; headings have 2, 4, 6 or 8. Services begin with 99.')
    name = fields.Char(required=True)

    _once = models.UniqueIndex('(code)', 'This code is in the classifier already.')

    @api.depends('code', 'name')
    def _compute_display_name(self):
        for record in self:
            record.display_name = f'{record.code or ""} {record.name or ""}'.strip()

    @api.constrains('code')
    def _check_code(self):
        for record in self:
            if not re.fullmatch(r'(?:[0-9]{2}){1,5}', record.code):
                raise ValidationError(self.env._('“%s” is no code of the classifier: it has 10 digits, a heading 2, 4, 6 or 8.', record.code))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_normalized(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(_normalized(vals))

    @api.model
    def load(self, fields, data):
        """As Odoo's import calls it: a code that is there already gets the name that the file has for it."""
        if not isinstance(fields, (list, tuple)) or not isinstance(data, (list, tuple)):
            raise UserError(self.env._('An import consists of columns and rows.'))
        if 'code' in fields and not {'id', '.id'} & set(fields):
            column = fields.index('code')
            codes = [code_of(row[column]) for row in data]
            known = {record.code: record.id for record in self.search([('code', 'in', codes)])}
            fields, data = [*fields, '.id'], [[*row, known.get(code, '')] for row, code in zip(data, codes, strict=True)]
        return super().load(fields, data)


def code_of(text):
    """``text`` as digits alone. No heading has an odd number of them: a spreadsheet has taken a code for a number then, and
    lost the zero that it began with."""
    digits = re.sub(r'[\s.\-]', '', str(text or ''))
    return f'0{digits}' if len(digits) % 2 and digits.isdigit() else digits


def _normalized(vals):
    return {**vals, 'code': code_of(vals['code'])} if isinstance(vals.get('code'), str) else vals
