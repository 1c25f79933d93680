from odoo import fields, models

from ...vatportal import Item
from ..amounts import api_amounts, decimal, exact_float


class VatportalDocumentLine(models.Model):
    """A row of a qaimə. Amounts in AZN, columns as on the document."""

    _name = 'vatportal.document.line'
    _description = 'e-taxes document line'
    _inherit = ['vatportal.amounts', 'vatportal.guard']
    _order = 'document_id, sequence, id'

    document_id = fields.Many2one('vatportal.document', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(related='document_id.company_id', store=True)
    sequence = fields.Integer(readonly=True)
    move_line_id = fields.Many2one('account.move.line', readonly=True, ondelete='set null', index='btree_not_null')
    product_id = fields.Many2one('product.product', readonly=True, ondelete='set null')
    product_code = fields.Char(string='Code', readonly=True, index='trigram', help='10-digit code of the national classifier.')
    name = fields.Char(readonly=True, index='trigram')
    unit = fields.Char(readonly=True)
    quantity = exact_float()
    price_unit = exact_float(string='Price')
    barcode = fields.Char(readonly=True)
    excise_rate = exact_float()
    message = fields.Text(readonly=True, help='What the portal refused about this line.')


def item_of(line):
    """Return ``line``, a record or values of one, as the SDK's ``Item``, amounts as exact ``Decimal``."""
    return Item(
        id=line['product_code'] or '',
        name=line['name'] or '',
        unit=line['unit'] or '',
        unit_price=decimal(line['price_unit']),
        quantity=decimal(line['quantity']),
        barcode=line['barcode'] or '',
        aksizgrade=decimal(line['excise_rate']),
        **api_amounts(line),
    )
