"""Divides the taxes of an invoice among its rows: each row bears what its own rate asks of it, and all together what the
invoice has."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from .outgoing_items import ITEM_DECIMALS, QEPIK, VAT_RATE, ZERO, AmountError, Levy, Row, apportion, fit_vat, round_parts

# VAT last: excise is part of its base.
KINDS = ('excise', 'road', 'vat')


def charge(
    rows: list[Row], totals: Mapping[str, Decimal], slack: Decimal = ZERO, kinds: Sequence[str] = KINDS, by_tax: Mapping[object, Decimal] | None = None
) -> list[Row]:
    """Return ``rows`` with their excise, road tax and VAT, to the qəpik.

    :param totals: dict of kind, see :class:`Levy` → what the invoice bears of it altogether. The parts add up to it.
    :param slack: how far rounding alone may have taken one tax of a row from its rate, in AZN: of invoices in a foreign
        currency taxes are rounded there. Of VAT such a difference becomes an amount not subject to VAT, for the portal
        compares each item's VAT with 18 %.
    :param kinds: those that are charged, in this order
    :param by_tax: dict of ``Levy.tax`` → what the invoice bears of it: each is looked at by itself where no row bears several of a kind
    :raises AmountError: 'vat' for VAT that is not what the rate asks for, by more than rounding, 'levy' for another tax
    """
    for kind in kinds:
        for places, total in _apart(rows, kind, totals.get(kind, ZERO), by_tax or {}):
            rows = _charge_rows(rows, places, kind, total, slack)
    return rows


def due(row: Row, kind: str) -> Decimal:
    """What the taxes of ``kind`` that ``row`` bears ask of it together, unrounded."""
    if kind == 'vat':
        return VAT_RATE * row.base if _of(row, kind) else ZERO
    return sum((levy.rate * row.net + levy.fixed * row.quantity for levy in _of(row, kind)), ZERO)


def _of(row: Row, kind: str) -> list[Levy]:
    return [levy for levy in row.levies if levy.kind == kind]


def _apart(rows: list[Row], kind: str, total: Decimal, by_tax: Mapping[object, Decimal]) -> list[tuple[list[int], Decimal]]:
    """The places of the rows that bear ``kind``, and what they bear of its ``total``, for each tax apart as far as that is known. Of
    one rate it is not: a discount is taken off all its rows. None where nothing could bear it: the invoice's total tells."""
    places = [place for place, row in enumerate(rows) if _of(row, kind)]
    if not places:
        return []
    groups: dict[object, tuple[list[int], set[object]]] = {}
    for place in places:
        levy = _of(rows[place], kind)[0]
        group = groups.setdefault(('rate', levy.rate) if levy.rate else ('tax', levy.tax), ([], set()))
        group[0].append(place)
        group[1].add(levy.tax)
    parts = [(group, sum((by_tax.get(tax, ZERO) for tax in taxes), ZERO)) for group, taxes in groups.values()]
    several = kind == 'vat' or any(len(_of(rows[place], kind)) > 1 for place in places)
    return [(places, total)] if several or sum((part for _group, part in parts), ZERO) != total else parts


def _charge_rows(rows: list[Row], places: list[int], kind: str, total: Decimal, slack: Decimal) -> list[Row]:
    asked = [due(rows[place], kind) for place in places]
    ties = [rows[place].tie for place in places]
    parts = round_parts(asked, total, QEPIK, ties)
    if sum(parts) != total:
        parts = apportion(total, asked, QEPIK, ties)
    if _furthest(parts, asked) > QEPIK:
        # A few qəpik too many for some rows are a fraction of one on each.
        parts = apportion(total, asked, ITEM_DECIMALS, ties)
    rows = list(rows)
    for place, part, wanted in zip(places, parts, asked, strict=True):
        # Each tax was rounded by itself.
        more = len(_of(rows[place], kind)) - 1
        if abs(part - wanted) > QEPIK + slack + more * (slack + QEPIK / 2):
            raise AmountError('vat' if kind == 'vat' else 'levy', rows[place])
        rows[place] = replace(rows[place], **{kind: getattr(rows[place], kind) + part})
        if kind == 'vat':
            rows[place] = fit_vat(rows[place])
    return rows


def _furthest(parts: Sequence[Decimal], asked: Sequence[Decimal]) -> Decimal:
    return max(abs(part - wanted) for part, wanted in zip(parts, asked, strict=True))


def total_slack(lines: int, currency_step: Decimal) -> Decimal:
    """How far rounding may take the tax of one row from its rate, in AZN, where ``lines`` of the invoice became one.

    :param currency_step: what the smallest amount of the invoice's currency is worth, in AZN; 0 for AZN itself
    """
    half = Decimal('0.5')
    return (lines - 1) * QEPIK * half + lines * currency_step * half
