from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from odoo import fields, models

from ..vatportal import incoming_parts
from ..vatportal.decimals import ZERO

# Amounts are kept exactly as e-taxes has them: real documents carry up to 6 decimals in amounts and 8 in prices.
# Kept with all their digits, for Odoo's rounding to a number of decimals costs large amounts their qəpik; shown with as
# many decimals as they have, two at least.
# They are not added up as they are: see document/sums.py.
exact_float = partial(fields.Float, digits=False, min_display_digits=2, readonly=True, aggregator=None)

# our field -> (field of an item, field of an invoice) in VatPortal API v8.0, /inv/import_upload_invoices.php
API_NAMES = {
    'amount_goods': ('subtotal1', 'sum_subtotal1'),
    'amount_excise': ('aksiz', 'sum_aksiz'),
    'amount_net': ('subtotal2', 'sum_subtotal2'),
    'amount_vat_base': ('apply_vat_amount', 'sum_apply_vat_amount'),
    'amount_not_subject': ('skip_vat_amount', 'sum_skip_vat_amount'),
    'amount_zero': ('vat_zero', 'sum_vat_zero'),
    'amount_exempt': ('vat_free', 'sum_vat_free'),
    'amount_vat': ('vat_amount', 'sum_vat_amount'),
    'amount_road': ('transport_tax', 'sum_ttax'),
    'amount_total': ('total', 'sum_total'),
}
# e-taxes category -> our field of its base
COLUMNS = {'vat': 'amount_vat_base', 'zero': 'amount_zero', 'exempt': 'amount_exempt', 'not_subject': 'amount_not_subject'}


def decimal(value, digits=9):
    """The exact decimal that a Float of Odoo stands for, without trailing zeros: with 15 digits, which every float keeps,
    and at most ``digits`` after the point. What is beyond them is noise of the computation."""
    if not value:
        return ZERO
    text = f'{value:.15g}'
    number = Decimal(text)
    # Nearly every one is written so already.
    if isinstance(value, float) and 'e' not in text and len(text.partition('.')[2]) <= digits:
        return number
    if number.as_tuple().exponent < -digits:
        number = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    number = number.normalize()
    return number if number.as_tuple().exponent <= 0 else number.quantize(Decimal(1))


def in_qepik(value):
    """The exact decimal of a Float of Odoo in whole qəpik."""
    return decimal(value).quantize(incoming_parts.QEPIK, ROUND_HALF_UP)


def api_amounts(row, of_invoice=False):
    """Return the amounts of ``row``, a record or values of one, as exact ``Decimal`` under the API's names: an item's, or an
    invoice's sums."""
    return {names[of_invoice]: decimal(row[name]) for name, names in API_NAMES.items()}


class VatportalAmounts(models.AbstractModel):
    """The money columns of a qaimə, in AZN; a document has them as sums, each of its lines as parts."""

    _name = 'vatportal.amounts'
    _description = 'Columns of an e-taxes document'

    amount_goods = exact_float(string='Goods', help='Price × quantity, before excise.')
    amount_excise = exact_float(string='Excise')
    amount_net = exact_float(string='Net', help='Goods plus excise; the VAT columns add up to it.')
    amount_vat_base = exact_float(string='Base at 18 %')
    amount_not_subject = exact_float(string='Not Subject to VAT')
    amount_zero = exact_float(string='Base at 0 %')
    amount_exempt = exact_float(string='Exempt from VAT')
    amount_vat = exact_float(string='VAT')
    amount_road = exact_float(string='Road Tax')
    amount_total = exact_float(string='Total', help='Net plus VAT plus road tax.')

    def _to_parts(self, contains=Decimal(1)):
        """This row, or the document as one row, as :class:`incoming_parts.Part` objects, exact.

        :param contains: how many of the bill's unit are in one of the document's
        """
        self.ensure_one()
        return incoming_parts.split(
            self,
            {name: decimal(self[field]) for name, field in COLUMNS.items()},
            goods=decimal(self.amount_goods),
            excise=decimal(self.amount_excise),
            net=decimal(self.amount_net),
            vat=decimal(self.amount_vat),
            road=decimal(self.amount_road),
            **self._quantity_to_split(contains),
        )

    def _quantity_to_split(self, contains):
        """The arguments of :func:`incoming_parts.split` about the quantity; none for a document as one row."""
        return {}
