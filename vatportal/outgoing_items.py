"""Turns the rows of an invoice into the items of a qaimə.

Source of the rules: VatPortal API v8.0, /inv/import_upload_invoices.php (items and sums). All amounts are
``Decimal`` in AZN. Rows come in rounded to the qəpik (0.01) and add up to the invoice exactly; what happens
here, in ``netting.py`` and in ``levies.py`` keeps that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

QEPIK = Decimal('0.01')
# A price may carry this many decimals (qaimə column c5), and a JSON number this many digits in all.
PRICE_DECIMALS = 9
JSON_DIGITS = 15
# Beyond this a qəpik is no longer safe in a JSON number.
LARGEST = Decimal(10) ** 12
VAT_RATE = Decimal('0.18')
# So much cash is rounded off at most: what is more is a discount.
ROUNDING_OFF = Decimal('0.10')
# How precise an item's amount may be.
ITEM_DECIMALS = Decimal('0.0001')
ZERO = Decimal(0)

CATEGORY_FIELDS = {'vat': 'apply_vat_amount', 'not_subject': 'skip_vat_amount', 'zero': 'vat_zero', 'exempt': 'vat_free'}


class AmountError(ValueError):
    """A row that no qaimə can express; ``row`` is the offender, ``reason`` a key for the message."""

    def __init__(self, reason: str, row: 'Row') -> None:
        super().__init__(f'{reason}: {row.label}')
        self.reason = reason
        self.row = row


@dataclass(frozen=True)
class Levy:
    """A tax as a row bears it. ``kind`` is ``excise``, ``road`` or ``vat``; ``rate`` a share of its base, 0.18 for
    18 %; ``fixed`` an amount for each unit; ``in_base`` whether the tax of the VAT column is taken of it too; ``tax`` which tax it
    is, the caller's own."""

    kind: str
    rate: Decimal = ZERO
    fixed: Decimal = ZERO
    in_base: bool = True
    tax: object = None


@dataclass(frozen=True)
class Row:
    """One line of an invoice. ``net`` is the amount after discount and before excise; ``category`` one of
    :data:`CATEGORY_FIELDS` or None (simplified taxation); ``levies`` the taxes with an amount, which
    ``levies.charge`` turns into ``excise``, ``vat`` and ``road``; ``extra_not_subject`` an amount of goods beside
    ``net`` that bears no VAT (cash rounding); ``goods`` what has to be equal for a return to be of this row;
    ``takes_off`` whether a negative row is a discount, not a return; ``advance`` whether it takes off what was
    paid before; ``orders`` the orders that it is of, an advance is of nothing else; ``counts`` whether its quantity is one of
    goods, where it is part of an item; ``key`` is the caller's own."""

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
    levies: tuple[Levy, ...] = ()
    goods: object = None
    takes_off: bool = False
    advance: bool = False
    orders: frozenset[object] = frozenset()
    counts: bool = True
    info: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def base(self) -> Decimal:
        """The amount that falls into the row's VAT column: goods plus excise."""
        return self.net + self.excise

    @property
    def total(self) -> Decimal:
        """What the row adds to the invoice's total."""
        return self.base + self.extra_not_subject + self.vat + self.road

    @property
    def tie(self) -> tuple[str, Decimal, Decimal]:
        """Puts rows of one size into an order that does not depend on that of the invoice."""
        return (self.label, self.quantity, self.price)


def unit_price(amount: Decimal, quantity: Decimal, preferred: Decimal | None = None) -> Decimal:
    """Return the price whose product with ``quantity`` is ``amount`` to the qəpik.

    ``preferred`` (the price on the invoice) stands where it fits; else the price with the fewest decimals
    that does. The portal compares price × quantity with ``subtotal1``. No price has more digits than a JSON
    number keeps.
    """

    def fits(price: Decimal) -> bool:
        return price > 0 and abs(price * quantity - amount) < QEPIK / 2

    exact = amount / quantity
    most = max(2, min(PRICE_DECIMALS, JSON_DIGITS - 1 - exact.adjusted()))
    if preferred is not None and preferred == round(preferred, most) and fits(preferred):
        return preferred
    for decimals in range(2, most + 1):
        price = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        if fits(price):
            break
    return price


def apportion(total: Decimal, weights: Sequence[Decimal], step: Decimal, ties: Sequence[Any] | None = None) -> list[Decimal]:
    """Split ``total`` (a multiple of ``step``) into multiples of ``step`` in proportion to ``weights``, none of them
    negative: each part is less than a step from its exact share. See :func:`round_parts` for ``ties``."""
    whole = sum(weights)
    if not whole:
        return [total if not place else ZERO for place in range(len(weights))]
    return round_parts([total * weight / whole for weight in weights], total, step, ties)


def round_parts(exact: Sequence[Decimal], total: Decimal, step: Decimal, ties: Sequence[Any] | None = None) -> list[Decimal]:
    """Round each of ``exact`` down or up to a multiple of ``step`` so that together they are ``total``, or as near as that
    gets.

    Up go the parts that rounding down would cost most. Which of equal ones, ``ties`` decides, values to sort by, so that
    the parts do not depend on their order.
    """
    parts = [(share / step).to_integral_value('ROUND_FLOOR') * step for share in exact]
    left = int((total - sum(parts)) / step)
    order = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], -exact[place], ties[place] if ties else ()))
    for place in order[: max(left, 0)]:
        parts[place] += step
    return parts


def fit_vat(row: Row) -> Row:
    """``row`` with a VAT that is its rate's to the qəpik: what rounding has made of it beyond that is an amount not
    subject to VAT. The row's total stays."""
    over = row.vat - VAT_RATE * row.base
    if abs(over) <= QEPIK:
        return row
    if over > 0:
        moved = (over - QEPIK).quantize(QEPIK, ROUND_CEILING)
        return replace(row, vat=row.vat - moved, extra_not_subject=row.extra_not_subject + moved)
    moved = ((-over - QEPIK) / VAT_RATE).quantize(QEPIK, ROUND_CEILING)
    return replace(row, net=row.net - moved, extra_not_subject=row.extra_not_subject + moved)


def absorb_rounding(rows: list[Row], rounding: Decimal, label: str) -> list[Row]:
    """Return ``rows`` with the invoice's cash ``rounding`` taken into one of them, the largest whose VAT stays as it is, else the
    largest.

    A qaimə has no column for it. An increase is an amount not subject to VAT; a decrease lowers the goods' amount, and the VAT
    as far as the portal asks for it.

    :raises AmountError: 'rounding' when no row can take it, or none but one with VAT could and it takes off more than
        :data:`ROUNDING_OFF`
    """
    if not rounding:
        return rows
    changes = [(row, changed) for row in sorted(rows, key=lambda row: (-row.base, row.tie)) if (changed := _round(row, rounding)).net > 0]
    for row, changed in changes:
        if changed.category != 'vat' or fit_vat(changed) == changed:
            return [changed if other is row else other for other in rows]
    if not changes or -rounding > ROUNDING_OFF:
        raise AmountError('rounding', Row(key=None, label=label, quantity=Decimal(1), net=rounding))
    row, changed = changes[0]
    return [fit_vat(changed) if other is row else other for other in rows]


def _round(row: Row, rounding: Decimal) -> Row:
    if rounding > 0 and row.category not in (None, 'not_subject'):
        return replace(row, extra_not_subject=row.extra_not_subject + rounding)
    return replace(row, net=row.net + rounding)


def check_rows(rows: Sequence[Row]) -> None:
    """:raises AmountError: 'quantity', 'free' (of charge, yet with a tax) or 'negative' for the first row that no qaimə can
    hold; 'large' for the largest, where a quantity or all amounts together are beyond :data:`LARGEST`"""
    for row in rows:
        if row.quantity <= 0:
            raise AmountError('quantity', row)
        if not row.net:
            raise AmountError('free', row)
        if row.net < 0 or min(row.excise, row.vat, row.road) < 0:
            raise AmountError('negative', row)
    if max([sum(row.total for row in rows), *(row.quantity for row in rows)]) > LARGEST:
        raise AmountError('large', max(rows, key=lambda row: max(row.total, row.quantity)))


def is_part(head: Row, part: Row, step: Decimal) -> bool:
    """Whether the row ``part`` has the price of ``head``, of whose item it is to be more.

    :param step: how precise a quantity is: prices may differ as far as its rounding makes them
    """
    prices = [row.net / row.quantity for row in (head, part)]
    return abs(prices[0] - prices[1]) * part.quantity <= max(prices) * step / 2 + QEPIK


def item_amounts(row: Row, *parts: Row) -> dict[str, Decimal]:
    """Return the amounts of an item (the API's names) for ``row``, price and quantity among them.

    :param parts: further rows of the same item, each with its amount in its own VAT column. The quantity is that of all
        that count, so that each column has its share of it.
    :raises AmountError: 'price' where no price of so many decimals, times the quantity, is the amount; 'part_excise' for
        a part with another rate of excise
    """
    rows = (row, *parts)
    goods = sum((each.net + each.extra_not_subject for each in rows), ZERO)
    quantity = sum((each.quantity for each in rows if each.counts), ZERO) or row.quantity
    price = unit_price(goods, quantity, row.price)
    if price <= 0 or abs(price * quantity - goods) > QEPIK:
        raise AmountError('price', row)
    rates = {each.excise_rate: each for each in rows if each.excise}
    if len(rates) > 1:
        raise AmountError('part_excise', list(rates.values())[-1])
    amounts = dict.fromkeys(CATEGORY_FIELDS.values(), ZERO)
    for each in rows:
        if each.category:
            amounts[CATEGORY_FIELDS[each.category]] += each.base
        amounts['skip_vat_amount'] += each.extra_not_subject
    excise = sum((each.excise for each in rows), ZERO)
    return amounts | {
        'quantity': quantity,
        'unit_price': price,
        'subtotal1': goods,
        'aksiz': excise,
        'aksizgrade': next(iter(rates), row.excise_rate),
        'subtotal2': goods + excise,
        'vat_amount': sum((each.vat for each in rows), ZERO),
        'transport_tax': sum((each.road for each in rows), ZERO),
        'total': sum((each.total for each in rows), ZERO),
    }
