"""What to answer to a received e-invoice: compared with what was ordered, received, agreed and paid before.

Nothing is decided here: a person does. Each reason is a code with its figures, for the caller to put into a sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Verdict = Literal['fine', 'ask', 'refuse']
Value = str | Decimal | int

# From the least to the most that is to be done.
VERDICTS: tuple[Verdict, ...] = ('fine', 'ask', 'refuse')
# A price may differ from the usual one by so much of it before that is asked about.
TOLERANCE = Decimal('0.05')
# Amounts that differ by no more than this differ by rounding.
ROUNDING = Decimal('0.01')
# With so many decimals at least prices are rounded before they are multiplied; more are taken as they are written.
PRICE_DIGITS = 4
VAT_RATE = Decimal('0.18')


@dataclass(frozen=True)
class Row:
    """One row of the document, in AZN.

    :ivar price: net, for one unit; None where the quantity is nothing
    :ivar gross: the same with VAT
    :ivar written: the price as the document names it, which may be without excise
    """

    name: str
    quantity: Decimal
    price: Decimal | None
    gross: Decimal | None = None
    written: Decimal = Decimal(0)


@dataclass(frozen=True)
class Ordered:
    """What was ordered of a row's product, in the unit of the row.

    :ivar order: the order's number
    :ivar prices: for one unit, without and with VAT: orders are written in either way
    :ivar tolerance: by how much of it a price may differ: what was ordered in another currency has no exact price
    :ivar left: what was ordered and not billed yet; None where the units do not compare
    :ivar received: what has come of that; None where nothing is to come, as of services
    """

    order: str
    prices: tuple[Decimal, ...]
    left: Decimal | None
    received: Decimal | None = None
    tolerance: Decimal = Decimal(0)


@dataclass(frozen=True)
class Usual:
    """The vendor's usual price of a row, for one unit; ``count`` says of how many earlier rows.

    :ivar gross: whether VAT is part of the price
    """

    price: Decimal
    count: int
    gross: bool = False


@dataclass(frozen=True)
class Facts:
    """All that is known of a document when it is to be answered.

    :ivar orders: number of a row → what was ordered of it
    :ivar usual: number of a row → its usual price
    :ivar expects_orders: whether the vendor has orders that are not billed yet
    :ivar known: whether anything was had from this vendor before
    :ivar twin: the number of another document in force that says the same; '' for none
    :ivar note: the main note, which names the contract
    :ivar earlier_notes: those of the vendor's earlier documents
    :ivar base: what VAT of 18 % is due on, None for not known
    """

    rows: Sequence[Row]
    orders: Mapping[int, Ordered] = field(default_factory=dict)
    usual: Mapping[int, Usual] = field(default_factory=dict)
    expects_orders: bool = False
    known: bool = True
    twin: str = ''
    note: str = ''
    earlier_notes: Sequence[str] = ()
    base: Decimal | None = None
    vat: Decimal = Decimal(0)


@dataclass(frozen=True)
class Reason:
    """Why the ``verdict``; ``code`` says what for, ``values`` with which names and figures."""

    code: str
    verdict: Verdict
    values: Mapping[str, Value] = field(default_factory=dict)


def advise(facts: Facts) -> tuple[Verdict, tuple[Reason, ...]]:
    """(what is to be answered, why): the gravest of the reasons counts, and there is always one. The gravest come first."""
    reasons = [*_twin(facts), *_vat(facts), *_vendor(facts), *_contract(facts)]
    for number, row in enumerate(facts.rows):
        reasons += _of_row(facts, number, row)
    if facts.rows and len(facts.orders) == len(facts.rows) and all(reason.verdict == 'fine' for reason in reasons):
        orders = ', '.join(dict.fromkeys(ordered.order for ordered in facts.orders.values()))
        reasons.append(Reason('as_ordered', 'fine', {'order': orders}))
    if not facts.orders and not facts.usual and not any(reason.verdict != 'fine' for reason in reasons):
        reasons.append(Reason('nothing_to_compare', 'ask'))
    reasons.sort(key=lambda reason: -VERDICTS.index(reason.verdict))
    return reasons[0].verdict if reasons else 'fine', tuple(reasons)


def _twin(facts: Facts) -> list[Reason]:
    return [Reason('twin', 'refuse', {'number': facts.twin})] if facts.twin else []


def _vat(facts: Facts) -> list[Reason]:
    """Each row may have been rounded by itself."""
    if facts.base is None:
        return []
    due, slack = facts.base * VAT_RATE, ROUNDING * max(1, len(facts.rows))
    if abs(facts.vat - due) <= slack:
        return []
    return [Reason('vat', 'refuse', {'vat': facts.vat, 'due': due.quantize(ROUNDING)})]


def _vendor(facts: Facts) -> list[Reason]:
    return [] if facts.known or facts.orders else [Reason('unknown_vendor', 'ask')]


def contract_words(note: str) -> set[str]:
    """The words of a main note that can tell a contract or order: those with a digit, but for dates; in small letters."""
    words = re.split(r'[\s;,:()"«»“”]+', note.lower())
    return {word.strip('№#.') for word in words if re.search(r'\d', word) and not re.fullmatch(r'\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?', word)} - {''}


def _contract(facts: Facts) -> list[Reason]:
    """Whether it names the contract that all earlier ones name."""
    earlier = [contract_words(note) for note in facts.earlier_notes]
    named = set.intersection(*earlier) if earlier else set()
    if not named:
        return []
    contract = ', '.join(sorted(named))
    if named & contract_words(facts.note):
        return [Reason('contract', 'fine', {'contract': contract.upper()})]
    if not facts.note.strip():
        return [Reason('contract_missing', 'ask', {'contract': contract.upper()})]
    return [Reason('contract_other', 'ask', {'note': facts.note, 'contract': contract.upper()})]


def _of_row(facts: Facts, number: int, row: Row) -> list[Reason]:
    ordered = facts.orders.get(number)
    if ordered:
        return _ordered_price(row, ordered) + _ordered_quantity(row, ordered)
    usual = facts.usual.get(number)
    reasons = _usual_price(row, usual) if usual else []
    if facts.expects_orders:
        return [Reason('not_ordered', 'ask', {'row': row.name}), *reasons]
    # What is said of the other rows says nothing of this one.
    if not usual and (facts.orders or facts.usual):
        return [Reason('not_compared', 'ask', {'row': row.name})]
    return reasons


def slack(quantity: Decimal, *written: Decimal, digits: int = PRICE_DIGITS) -> Decimal:
    """What an amount of ``quantity`` units may differ by, in AZN, because prices are rounded at their last decimal, and the amount to
    the qəpik.

    :param written: the prices, as they are written
    :param digits: with so many decimals at least they were rounded
    """
    digits = max(digits, *(-int(price.normalize().as_tuple().exponent) for price in written))
    return max(ROUNDING, abs(quantity) * Decimal(5).scaleb(-digits - 1))


def _readable(price: Decimal, quantity: Decimal) -> Decimal:
    """``price`` with two decimals, or as many more as ``quantity`` units need to the qəpik: so prices that differ read differently."""
    for digits in range(2, 9):
        short = round(price, digits)
        if abs(short - price) * abs(quantity) < ROUNDING / 2:
            return short
    return round(price, 9)


def _ordered_price(row: Row, ordered: Ordered) -> list[Reason]:
    """Orders are written with and without VAT: either may be meant."""
    if row.price is None or not ordered.prices:
        return []
    pairs = list(zip((row.price, row.gross), ordered.prices, strict=False))
    most = slack(row.quantity, row.written)
    if any(ours is not None and abs(ours - price) * abs(row.quantity) <= max(most, ordered.tolerance * abs(price * row.quantity)) for ours, price in pairs):
        return []
    price, agreed = (_readable(one, row.quantity) for one in (row.price, ordered.prices[0]))
    values: dict[str, Value] = {'row': row.name, 'price': price, 'ordered': agreed, 'order': ordered.order}
    higher = all(ours is not None and ours > price for ours, price in pairs)
    return [Reason('price_above_order', 'refuse', values) if higher else Reason('price_not_ordered', 'ask', values)]


def _ordered_quantity(row: Row, ordered: Ordered) -> list[Reason]:
    values: dict[str, Value] = {'row': row.name, 'quantity': row.quantity, 'order': ordered.order}
    if ordered.left is None:
        return [Reason('unit_not_ordered', 'ask', values)]
    if row.quantity > ordered.left:
        return [Reason('more_than_ordered', 'refuse', {**values, 'left': ordered.left})]
    if ordered.received is not None and row.quantity > ordered.received:
        return [Reason('more_than_received', 'ask', {**values, 'received': ordered.received})]
    return []


def _usual_price(row: Row, usual: Usual) -> list[Reason]:
    price = row.gross if usual.gross else row.price
    if price is None:
        return []
    shown = _readable(price, row.quantity), _readable(usual.price, row.quantity)
    values: dict[str, Value] = {'row': row.name, 'price': shown[0], 'usual': shown[1], 'count': usual.count}
    # By the amounts of the row: a qəpik is nothing of one piece, and much of a hundred thousand.
    if abs(price - usual.price) * abs(row.quantity) <= max(ROUNDING, abs(usual.price * row.quantity) * TOLERANCE):
        return [Reason('price_usual', 'fine', values)]
    return [Reason('price_higher' if price > usual.price else 'price_lower', 'ask', values)]
