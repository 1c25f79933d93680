"""Divides the taxes of an invoice among its rows: each row bears what its own rate asks of it, and all together what the
invoice has."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from .outgoing_items import ITEM_DECIMALS, QEPIK, ZERO, AmountError, Levy, Row, apportion, round_parts

# VAT last: excise is part of its base.
_ORDER = ('excise', 'road', 'vat')


def charge(rows: list[Row], totals: Mapping[Levy, Decimal], slack: Decimal = ZERO) -> list[Row]:
    """Return ``rows`` with their excise, road tax and VAT, to the qəpik.

    :param totals: dict of :class:`Levy` → what the invoice bears of it altogether. The parts add up to it.
    :param slack: how far rounding alone may have taken a row's tax from its rate, in AZN: of invoices in a foreign
        currency taxes are rounded there. Of VAT such a difference becomes an amount not subject to VAT, for the portal
        compares each item's VAT with 18 %.
    :raises AmountError: 'vat' for VAT that is not what the rate asks for, by more than rounding, 'levy' for another tax
    """
    levies = sorted({levy for row in rows for levy in row.levies} | set(totals), key=lambda levy: (_ORDER.index(levy.kind), levy.rate, levy.fixed))
    for levy in levies:
        rows = _charge_one(rows, levy, totals.get(levy, ZERO), slack)
    return rows


def due(row: Row, levy: Levy) -> Decimal:
    """What the rate of ``levy`` asks of ``row``, unrounded."""
    return levy.rate * (row.base if levy.kind == 'vat' else row.net) + levy.fixed * row.quantity


def _charge_one(rows: list[Row], levy: Levy, total: Decimal, slack: Decimal) -> list[Row]:
    places = [place for place, row in enumerate(rows) if levy in row.levies]
    if not places:
        return rows  # nothing that could bear it: the invoice's total tells
    asked = [due(rows[place], levy) for place in places]
    ties = [rows[place].tie for place in places]
    parts = round_parts(asked, total, QEPIK, ties)
    if sum(parts) != total:
        parts = apportion(total, asked, QEPIK, ties)
    if _furthest(parts, asked) > QEPIK:
        # A few qəpik too many for some rows are a fraction of one on each.
        parts = apportion(total, asked, ITEM_DECIMALS, ties)
    rows = list(rows)
    for place, part, wanted in zip(places, parts, asked, strict=True):
        if abs(part - wanted) > QEPIK + slack:
            raise AmountError('vat' if levy.kind == 'vat' else 'levy', rows[place])
        rows[place] = replace(rows[place], **{levy.kind: getattr(rows[place], levy.kind) + part})
        if levy.kind == 'vat':
            rows[place] = _fit_vat(rows[place], levy.rate)
    return rows


def _furthest(parts: Sequence[Decimal], asked: Sequence[Decimal]) -> Decimal:
    return max(abs(part - wanted) for part, wanted in zip(parts, asked, strict=True))


def _fit_vat(row: Row, rate: Decimal) -> Row:
    """``row`` with a VAT that is its rate's to the qəpik: what rounding has made of it beyond that is an amount not
    subject to VAT. The row's total stays."""
    over = row.vat - rate * row.base
    if abs(over) <= QEPIK:
        return row
    if over > 0:
        moved = (over - QEPIK).quantize(QEPIK, ROUND_CEILING)
        return replace(row, vat=row.vat - moved, extra_not_subject=row.extra_not_subject + moved)
    moved = ((-over - QEPIK) / rate).quantize(QEPIK, ROUND_CEILING)
    return replace(row, net=row.net - moved, extra_not_subject=row.extra_not_subject + moved)


def total_slack(lines: int, currency_step: Decimal) -> Decimal:
    """How far rounding may take the tax of one row from its rate, in AZN, where ``lines`` of the invoice became one.

    :param currency_step: what the smallest amount of the invoice's currency is worth, in AZN; 0 for AZN itself
    """
    half = Decimal('0.5')
    return (lines - 1) * QEPIK * half + lines * currency_step * half
