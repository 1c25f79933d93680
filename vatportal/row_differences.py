"""Which rows of a qaimə and of its entry are not the same."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Row:
    """One row, as either side has it.

    :ivar key: what links it with the row of the other side; None where nothing does
    :ivar label: the goods
    :ivar amount: in AZN, in whole qəpik
    """

    key: Hashable | None
    label: str
    amount: Decimal


def differing(books: Sequence[Row], etaxes: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    """The rows that differ, as pairs of (row in the books, row at e-taxes), None for a row that a side lacks.

    Rows are paired by key; those without one, and those whose key the other side does not know, by their amount and label,
    then by their label alone.
    """
    pairs: list[tuple[Row | None, Row | None]] = []
    left, right = list(books), list(etaxes)
    for same in (_same_key, _same_row, _same_label):
        for row in list(left):
            found = next((other for other in right if same(row, other)), None)
            if found:
                left.remove(row)
                right.remove(found)
                pairs.append((row, found))
    found_other = [(ours, theirs) for ours, theirs in pairs if ours and theirs and ours.amount != theirs.amount]
    return [*found_other, *((row, None) for row in left), *((None, row) for row in right)]


def _same_key(row: Row, other: Row) -> bool:
    return row.key is not None and row.key == other.key


def _same_row(row: Row, other: Row) -> bool:
    return row.label == other.label and row.amount == other.amount


def _same_label(row: Row, other: Row) -> bool:
    return row.label == other.label
