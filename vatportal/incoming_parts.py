"""From the rows of a received qaimə to the amounts of a bill, exact to the qəpik.

A row may carry up to six decimals and fall into several VAT columns; a bill line has two decimals and one column.
All amounts are Decimal, in AZN.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

QEPIK = Decimal('0.01')
ZERO = Decimal(0)
COLUMNS = ('vat', 'zero', 'exempt', 'not_subject')
# The order in which rounding runs through the cells. VAT is first, so that its sum is the document's own, rounded:
# it is what the buyer reclaims, and the tax authority compares.
_CELLS = ('vat_amount', 'road', 'excise', 'goods')


@dataclass(frozen=True)
class Part:
    """What one row has in one VAT column (``category``, one of :data:`COLUMNS`, None for no VAT at all).

    ``goods`` is the amount before excise; ``main`` marks the largest part; ``share`` is what falls to it of the row's
    quantity, exact, ``quantity`` the same in so many decimals as are kept."""

    key: object
    category: str | None
    goods: Decimal
    excise: Decimal = ZERO
    vat_amount: Decimal = ZERO
    road: Decimal = ZERO
    main: bool = True
    share: Decimal = ZERO
    quantity: Decimal = ZERO

    @property
    def base(self) -> Decimal:
        """The base of VAT: goods plus excise."""
        return self.goods + self.excise

    @property
    def total(self) -> Decimal:
        return self.base + self.vat_amount + self.road

    def times(self, factor: Decimal) -> 'Part':
        """This part with all amounts times ``factor``."""
        return replace(self, **{cell: getattr(self, cell) * factor for cell in _CELLS})


def split(
    key: object,
    columns: Mapping[str, Decimal],
    *,
    goods: Decimal,
    excise: Decimal,
    net: Decimal,
    vat: Decimal,
    road: Decimal,
    quantity: Decimal = ZERO,
    digits: int = 2,
) -> list[Part]:
    """Return the row as a list of :class:`Part`, the largest first.

    Quantity and excise are divided in proportion to the bases, so that each part has the row's price.

    :param columns: the bases by category, see :data:`COLUMNS`
    :param digits: so many decimals of a quantity are kept; the parts' add up to the row's
    """
    found: dict[str | None, Decimal] = {name: columns[name] for name in COLUMNS if columns.get(name)}
    net = net or goods + excise
    rest = net - sum(found.values())
    if not found:
        found = {'vat' if vat else None: net}
    elif rest * net > 0 and abs(rest) > QEPIK:
        # Part of the amount stands in no column: a sale by someone who pays no VAT. A return may say it with a minus.
        found[None] = rest
    order = sorted(found, key=lambda name: -abs(found[name]))
    main, bears_vat = order[0], 'vat' if 'vat' in found else order[0]
    base = sum(found.values())
    portions = [found[name] / base if base else Decimal(name == main) for name in order]
    kept = _divide(quantity.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), portions, digits)
    excises = _divide(excise, portions)
    return [
        Part(
            key=key,
            category=name,
            main=name == main,
            share=quantity * portion,
            quantity=kept_quantity,
            goods=found[name] - part_excise,
            excise=part_excise,
            vat_amount=vat if name == bears_vat else ZERO,
            road=road if name == main else ZERO,
        )
        for name, portion, kept_quantity, part_excise in zip(order, portions, kept, excises, strict=True)
    ]


def _divide(amount: Decimal, portions: Sequence[Decimal], digits: int | None = None) -> list[Decimal]:
    """Return ``amount`` divided by ``portions``, which add up to 1; the results add up to it exactly.

    :param digits: round the results to so many decimals, which ``amount`` has at most
    """
    result: list[Decimal] = []
    upto = given = ZERO
    for portion in portions[:-1]:
        upto += amount * portion
        rounded = upto if digits is None else upto.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        result.append(rounded - given)
        given = rounded
    return [*result, amount - given]


def to_qepik(parts: Sequence[Part]) -> list[Part]:
    """Return ``parts`` with every amount in whole qəpik.

    Their sum is the exact sum rounded once; no amount moves by a whole qəpik or more, and one that is in whole
    qəpik already does not move at all.
    """
    rounded: list[dict[str, Any]] = [{} for _part in parts]
    seen = given = ZERO
    for cell in _CELLS:
        for part, amounts in zip(parts, rounded, strict=True):
            seen += getattr(part, cell)
            upto = seen.quantize(QEPIK, ROUND_HALF_UP)
            amounts[cell] = upto - given
            given = upto
    return [replace(part, **amounts) for part, amounts in zip(parts, rounded, strict=True)]


def with_vat(parts: list[Part], vat: Decimal, limit: Decimal) -> list[Part]:
    """Return ``parts``, in whole qəpik, with ``vat`` as their VAT: the difference goes to the part that bears most of
    it. A difference beyond ``limit`` is no rounding, and nothing is moved.
    """
    missing = vat - sum((part.vat_amount for part in parts), ZERO)
    bearing = [position for position, part in enumerate(parts) if part.vat_amount or part.category == 'vat']
    if not missing or abs(missing) > limit or not bearing:
        return parts
    largest = max(bearing, key=lambda position: abs(parts[position].vat_amount))
    return [replace(part, vat_amount=part.vat_amount + missing) if position == largest else part for position, part in enumerate(parts)]


def bears_rate(part: Part, rate: Decimal) -> bool:
    """Whether the VAT of the exact ``part`` is ``rate`` percent of its base, to the qəpik."""
    return abs(part.vat_amount - part.base * rate / 100) <= QEPIK


def line_price(amount: Decimal, quantity: Decimal, price: Decimal, exact: bool, share: Decimal | None = None) -> float:
    """Return the price of a bill line as float: the document's ``price`` where it gives ``amount``, else the quotient.

    :param exact: the subtotal must come from price × quantity; otherwise a difference of a qəpik is no matter
    :param share: the quantity before it was rounded, for a part of a row: it is what ``price`` belongs to
    """
    difference = abs(price * (quantity if exact or share is None else share) - amount)
    if (difference < QEPIK / 2) if exact else (difference <= QEPIK):
        return float(price)
    for decimals in range(2, 10):
        short = (amount / quantity).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        if abs(short * quantity - amount) < QEPIK / 2:
            return float(short)
    return float(amount / quantity)
