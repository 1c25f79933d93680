"""Takes the negative rows of an invoice off the others: a qaimə has no negative amounts.

A discount lowers what rows of the same taxes come to; a return lowers how much there is of the same goods; what was
paid in advance lowers excise and road tax as well.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from decimal import Decimal

from .outgoing_items import ITEM_DECIMALS, QEPIK, ZERO, AmountError, Row, apportion


def net_rows(rows: list[Row]) -> list[Row]:
    """Return ``rows`` without negative ones; what comes to nothing is left out.

    :raises AmountError: 'return' for goods taken back that no row has; 'negative' for a discount that is larger than
        the rows with the same taxes
    """
    rows = [row for row in rows if row.net or _charges(row)]
    for backs in _alike(rows, _same_goods, lambda row: row.quantity < 0 and row.net < 0 and not row.takes_off):
        rows = _take_back(without(rows, *backs), _together(backs))
    for discounts in _alike(rows, tax_key, lambda row: row.net < 0):
        rows = take_off(without(rows, *discounts), _together(discounts))
    return [row for row in rows if row.net or _charges(row)]


def _charges(row: Row) -> bool:
    """Whether the row bears something although it costs nothing."""
    return any(levy.fixed for levy in row.levies)


def tax_key(row: Row) -> tuple[str | None, frozenset[tuple[str, Decimal]]]:
    """What has to be equal for two rows to bear the same taxes: the VAT column, and of each kind the rates together."""
    rates: dict[str, Decimal] = {}
    for levy in row.levies:
        rates[levy.kind] = rates.get(levy.kind, ZERO) + levy.rate
    return row.category, frozenset((kind, rate) for kind, rate in rates.items() if rate)


def without(rows: Iterable[Row], *gone: Row) -> list[Row]:
    """``rows`` but those objects."""
    return [row for row in rows if not any(row is other for other in gone)]


def _alike(rows: Iterable[Row], key: Callable[[Row], Hashable], wanted: Callable[[Row], bool]) -> list[list[Row]]:
    """Those of ``rows`` that are ``wanted``, in lists of equal ``key``: one by one, they would take off something else in
    another order."""
    found: dict[Hashable, list[Row]] = {}
    for row in filter(wanted, rows):
        found.setdefault(key(row), []).append(row)
    return list(found.values())


def _together(rows: Iterable[Row]) -> Row:
    """``rows``, all negative, as one with the names of all."""
    rows = sorted(rows, key=lambda row: (row.net, row.tie))
    return replace(
        rows[0],
        label=', '.join(dict.fromkeys(row.label for row in rows)),
        quantity=sum((row.quantity for row in rows), ZERO),
        net=sum((row.net for row in rows), ZERO),
    )


# ------------------------------------------------------------------ returns


def _same_goods(row: Row) -> tuple[object, ...]:
    """What has to be equal for a return to be of this row: product, unit, price and taxes."""
    return row.goods, row.price, tax_key(row)


def _take_back(rows: list[Row], back: Row) -> list[Row]:
    """Return ``rows`` with the returned ``back`` netted against what is the same."""
    same = [row for row in rows if row.quantity > 0 and _same_goods(row) == _same_goods(back)]
    enough = [row for row in same if row.quantity > -back.quantity] or same
    if len(enough) > 1 and enough is not same:
        enough = [max(enough, key=lambda row: (row.quantity, row.net))]
    whole = sum((row.quantity for row in enough), ZERO) + back.quantity
    if not enough or whole < 0:
        raise AmountError('return', back)
    net = sum((row.net for row in enough), ZERO) + back.net
    if not whole:
        # All of it was taken back. A qəpik that rounding has left is no goods any more.
        rest = replace(back, net=net, takes_off=True)
        return _shift(without(rows, *enough), rest)
    kept = replace(enough[0], quantity=whole, net=net)
    return [kept if row is enough[0] else row for row in without(rows, *enough[1:])]


def _shift(rows: list[Row], rest: Row) -> list[Row]:
    """Return ``rows`` with the few qəpik of ``rest`` in the largest row of the same taxes."""
    if not rest.net:
        return rows
    others = [row for row in rows if row.net > 0 and tax_key(row) == tax_key(rest)]
    if not others:
        raise AmountError('return', rest)
    largest = max(others, key=lambda row: (row.net, row.tie))
    return [replace(row, net=row.net + rest.net) if row is largest else row for row in rows]


# ------------------------------------------------------------------ discounts


def take_off(rows: list[Row], discount: Row) -> list[Row]:
    """Return ``rows`` with ``discount``, a negative row, taken off those that bear the same taxes, in proportion to what
    they come to.

    :raises AmountError: 'negative' where they do not come to so much
    """
    parts = share(rows, discount, -discount.net)
    return [replace(row, net=row.net - parts[place]) if place in parts else row for place, row in enumerate(rows)]


def share(rows: list[Row], like: Row, amount: Decimal) -> dict[int, Decimal]:
    """Split ``amount`` over those of ``rows`` that bear the same taxes as the row ``like``.

    :return: dict of place among ``rows`` → part
    :raises AmountError: 'negative', for ``like``, where they do not come to so much
    """
    places = [place for place, row in enumerate(rows) if row.net > 0 and tax_key(row) == tax_key(like)]
    weights = [rows[place].net for place in places]
    if sum(weights) < amount:
        raise AmountError('negative', like)
    return dict(zip(places, apportion(amount, weights, QEPIK, [rows[place].tie for place in places]), strict=True))


def split_untaxed(rows: list[Row], like: Row, amount: Decimal) -> list[Row]:
    """Return ``rows`` with ``amount`` of those that bear the same VAT as ``like`` moved to what is not subject to VAT.

    So an early payment discount that lowers the tax alone: the price is to be paid, the VAT is of less.

    :raises AmountError: 'negative', for ``like``, where there is not so much
    """
    if like.category != 'vat':
        return rows  # no VAT that could be less
    parts = share(rows, like, amount)
    return [
        replace(row, net=row.net - parts[place], extra_not_subject=row.extra_not_subject + parts[place]) if place in parts else row
        for place, row in enumerate(rows)
    ]


# ------------------------------------------------------------------ advances


def set_apart(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return ``rows`` as those that :func:`net_rows` nets and the advances for :func:`settle`. An advance with a rate of excise or
    road tax of its own lowers these as a discount does."""
    advances = [row for row in rows if row.advance and row.net < 0 and not any(levy.kind != 'vat' for levy in row.levies)]
    return without(rows, *advances), advances


def settle(rows: list[Row], advances: list[Row]) -> list[Row]:
    """Return ``rows``, which have their excise and road tax, with ``advances`` taken off; what comes to nothing is left out.

    Each is of its own orders. An amount per unit is paid in advance as part of a price: together with the goods where VAT, or the tax
    that stands for another column, is taken of it (excise), else in a line that bears no tax. Where its orders do not come to so
    much, for the invoice was changed, it lowers what bears its taxes as a discount does.

    :raises AmountError: 'negative' for an advance that is larger than what it can be of
    """
    # What has no tax first: it leaves of excise what the others are of.
    for alike in _alike(sorted(advances, key=_bears_vat_column), lambda row: (row.orders, tax_key(row)), lambda row: True):
        rows = _settle_one(rows, _together(alike))
    return [row for row in rows if row.net or row.excise or row.road]


def _bears_vat_column(row: Row) -> bool:
    return row.category not in (None, 'not_subject')


def _settle_one(rows: list[Row], advance: Row) -> list[Row]:
    places = [(place, kind) for place, row in enumerate(rows) for kind in _paid_by(advance, row)]
    weights = [getattr(rows[place], kind) for place, kind in places]
    if sum(weights) < -advance.net:
        return take_off(rows, advance)
    step = ITEM_DECIMALS if any(weight % QEPIK for weight in weights) else QEPIK
    parts = apportion(-advance.net, weights, step, [(rows[place].tie, kind) for place, kind in places])
    rows = list(rows)
    for (place, kind), part in zip(places, parts, strict=True):
        rows[place] = replace(rows[place], **{kind: getattr(rows[place], kind) - part})
    return rows


def _paid_by(advance: Row, row: Row) -> list[str]:
    """Which amounts of ``row`` the ``advance`` can be of."""
    if not advance.orders & row.orders:
        return []
    alike, bare = tax_key(row) == tax_key(advance), not _bears_vat_column(advance)
    found = ['net'] if alike else []
    excise = [levy for levy in row.levies if levy.kind == 'excise' and levy.fixed]
    if excise and (alike if all(levy.in_base for levy in excise) else bare):
        found.append('excise')
    if bare and any(levy.kind == 'road' and levy.fixed for levy in row.levies):
        found.append('road')
    return found
