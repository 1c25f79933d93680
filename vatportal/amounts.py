"""Turns the rows of an invoice into the items of a qaimə.

Source of the rules: VatPortal API v8.0, /inv/import_upload_invoices.php (items and sums). All amounts are
``Decimal`` in AZN. Rows come in rounded to the qəpik (0.01) and add up to the invoice exactly; what happens
here keeps that.
"""
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

QEPIK = Decimal('0.01')
# A price may carry this many decimals (qaimə column c5).
PRICE_DECIMALS = 9
# How far an item's VAT may be from 18 % of its base, and how precise an item's amount may be.
VAT_RATE = Decimal('0.18')
ITEM_DECIMALS = Decimal('0.0001')
ZERO = Decimal(0)

CATEGORY_FIELDS = {
    'vat': 'apply_vat_amount',
    'not_subject': 'skip_vat_amount',
    'zero': 'vat_zero',
    'exempt': 'vat_free',
}


class AmountError(ValueError):
    """A row that no qaimə can express; ``row`` is the offender, ``reason`` a key for the message."""

    def __init__(self, reason, row):
        super().__init__(f'{reason}: {row.label}')
        self.reason = reason
        self.row = row


@dataclass(frozen=True)
class Row:
    """One line of an invoice. ``net`` is the amount after discount and before excise; ``category`` one of
    :data:`CATEGORY_FIELDS` or None (simplified taxation); ``extra_not_subject`` a part of the goods' amount
    that bears no VAT (cash rounding); ``key`` is the caller's own."""

    key: object
    label: str
    quantity: Decimal
    net: Decimal
    price: Decimal = ZERO
    excise: Decimal = ZERO
    excise_rate: Decimal = ZERO
    category: str | None = None
    vat: Decimal = ZERO
    road: Decimal = ZERO
    extra_not_subject: Decimal = ZERO
    info: dict = field(default_factory=dict, compare=False)

    @property
    def base(self):
        """The amount that falls into the row's VAT column: goods plus excise."""
        return self.net + self.excise

    @property
    def total(self):
        """What the row adds to the invoice's total."""
        return self.base + self.extra_not_subject + self.vat + self.road


def unit_price(amount, quantity, preferred=None):
    """Return the price whose product with ``quantity`` is ``amount`` to the qəpik.

    ``preferred`` (the price on the invoice) stands where it fits; else the price with the fewest decimals
    that does. The portal compares price × quantity with ``subtotal1``.
    """
    def fits(price):
        return price > 0 and abs(price * quantity - amount) < QEPIK / 2

    if preferred is not None and fits(preferred):
        return preferred
    exact = amount / quantity
    for decimals in range(2, PRICE_DECIMALS + 1):
        price = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        if fits(price):
            break
    return price


def spread(total, weights, step):
    """Split ``total`` (a multiple of ``step``) into multiples of ``step`` in proportion to ``weights``."""
    whole = sum(weights)
    parts, given, seen = [], ZERO, ZERO
    for weight in weights:
        seen += weight
        upto = (total * seen / whole).quantize(step, ROUND_HALF_UP)
        parts.append(upto - given)
        given = upto
    return parts


def absorb_rounding(rows, rounding, label):
    """Return ``rows`` with the invoice's cash ``rounding`` taken into the largest of them.

    A qaimə has no column for it. An increase is an amount not subject to VAT; a decrease lowers the goods'
    amount, which the VAT check allows up to 0.05 AZN.

    :raises AmountError: 'rounding' when no row can take it
    """
    if not rounding:
        return rows
    largest = max(rows, key=lambda row: row.base, default=None)
    culprit = Row(key=None, label=label, quantity=Decimal(1), net=rounding)
    if largest is None or largest.net + rounding <= 0:
        raise AmountError('rounding', culprit)
    if rounding > 0 and largest.category not in (None, 'not_subject'):
        changed = replace(largest, extra_not_subject=rounding)
    else:
        changed = replace(largest, net=largest.net + rounding)
        if changed.category == 'vat' and abs(changed.vat - VAT_RATE * changed.base) > QEPIK:
            raise AmountError('rounding', culprit)
    return [changed if row is largest else row for row in rows]


def even_vat(rows):
    """Return ``rows`` with VAT amounts that are each 18 % of their base within a qəpik.

    Rounding per document leaves differences of a few qəpik on single rows; where one is too large for the
    portal's check, the document's VAT (which does not change) is spread anew, to four decimals.
    """
    taxed = [row for row in rows if row.category == 'vat']
    if all(abs(row.vat - VAT_RATE * row.base) <= QEPIK for row in taxed):
        return rows
    total = sum(row.vat for row in taxed)
    parts = dict(zip(map(id, taxed), spread(total, [row.base for row in taxed], ITEM_DECIMALS), strict=True))
    result = [replace(row, vat=parts[id(row)]) if id(row) in parts else row for row in rows]
    for row in result:
        if row.category == 'vat' and abs(row.vat - VAT_RATE * row.base) > QEPIK:
            raise AmountError('vat', row)
    return result


def check_rows(rows):
    """:raises AmountError: 'quantity' or 'negative' for the first row that no qaimə can hold"""
    for row in rows:
        if row.quantity <= 0:
            raise AmountError('quantity', row)
        if row.net <= 0 or min(row.excise, row.vat, row.road) < 0:
            raise AmountError('negative', row)


def item_amounts(row):
    """Return the amounts of an item (the API's names) for ``row``, price and quantity among them."""
    goods = row.net + row.extra_not_subject
    amounts = dict.fromkeys(CATEGORY_FIELDS.values(), ZERO)
    if row.category:
        amounts[CATEGORY_FIELDS[row.category]] = row.base
    amounts['skip_vat_amount'] += row.extra_not_subject
    return amounts | {
        'quantity': row.quantity,
        'unit_price': unit_price(goods, row.quantity, row.price),
        'subtotal1': goods,
        'aksiz': row.excise,
        'aksizgrade': row.excise_rate,
        'subtotal2': goods + row.excise,
        'vat_amount': row.vat,
        'transport_tax': row.road,
        'total': row.total,
    }
