from decimal import Decimal

from vatportal.row_differences import Row, differing


def row(key, label, amount):
    return Row(key, label, Decimal(amount))


def test_linked_rows_are_compared_whatever_they_are_called():
    ours, theirs = [row(1, 'Sement', '90'), row(2, 'Gips', '5')], [row(2, 'Gips', '5'), row(1, 'Sement M400', '100')]
    assert differing(ours, theirs) == [(ours[0], theirs[1])]


def test_rows_without_a_link_are_paired_by_what_they_say():
    ours = [row(None, 'Sement', '10'), row(None, 'Sement', '20')]
    theirs = [row(7, 'Sement', '20'), row(8, 'Sement', '30')]
    assert differing(ours, theirs) == [(ours[0], theirs[1])]


def test_what_one_side_lacks():
    ours, theirs = [row(1, 'Sement', '10')], [row(2, 'Gips', '10')]
    assert differing(ours, theirs) == [(ours[0], None), (None, theirs[0])]


def test_the_same_rows_in_another_order():
    rows = [row(None, 'Sement', '10'), row(None, 'Gips', '10'), row(None, 'Sement', '10')]
    assert differing(rows, rows[::-1]) == []
