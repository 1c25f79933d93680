import re
import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatportal import Identity, find_erp_ids, follows_from_document, is_ours

INVOICE = Identity('1402345691', 'INV/2026/00001', date(2026, 11, 20), '1700321031', Decimal('118.00'))
texts = st.text(max_size=40)
amounts = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12)
identities = st.builds(Identity, texts, texts, st.none() | st.dates(), texts, amounts, st.lists(texts, max_size=3).map(tuple))


def test_it_stays_what_it_is():
    """Another form of it would send again what was sent: it changes for no update."""
    assert INVOICE.erp_id() == 'ODOO-JZCQHJROK4-4GUKJDEUUUTPCSMXHOT5'
    assert INVOICE.erp_id(2) == 'ODOO-JZCQHJROK4-WAFEOE2U7A3PMSBXJWMI'


@given(identities, st.integers(1, 10**6))
def test_form(identity, attempt):
    found = identity.erp_id(attempt)
    assert re.fullmatch('ODOO-[A-Z2-7]{10}-[A-Z2-7]{20}', found)
    assert found.startswith(identity.series())
    assert is_ours(found)
    assert identity.erp_id(attempt) == found


@given(identities, identities, st.integers(1, 50), st.integers(1, 50))
def test_what_differs_has_another_one(one, two, first, second):
    def form(identity):
        fields = [unicodedata.normalize('NFC', text).split() for text in (identity.seller, identity.number, identity.buyer)]
        goods = sorted(unicodedata.normalize('NFC', text).split() for text in identity.goods)
        return fields, identity.day, identity.total, goods

    assert (one.erp_id(first) == two.erp_id(second)) == ((form(one), first) == (form(two), second))


@pytest.mark.parametrize(
    'change',
    [
        {'seller': '1402345692'},
        {'number': 'INV/2026/00002'},
        {'day': date(2026, 11, 21)},
        {'day': None},
        {'buyer': '2001876531'},
        {'total': Decimal('118.01')},
        {'total': Decimal('-118')},
        {'goods': ('1',)},
    ],
)
def test_each_part_counts(change):
    other = replace(INVOICE, **change)
    assert other.erp_id() != INVOICE.erp_id()
    assert (other.series() == INVOICE.series()) == (not change.keys() & {'seller', 'number'})


def test_parts_do_not_run_into_each_other():
    assert replace(INVOICE, number='A', buyer='BC').erp_id() != replace(INVOICE, number='AB', buyer='C').erp_id()
    assert replace(INVOICE, goods=('A', 'B')).erp_id() != replace(INVOICE, goods=('A,B',)).erp_id()


@given(amounts, st.integers(0, 6))
def test_an_amount_is_the_same_however_it_is_written(amount, zeros):
    written = Decimal(f'{amount:f}' + ('' if '.' in f'{amount:f}' else '.') + '0' * zeros)
    assert replace(INVOICE, total=written).erp_id() == replace(INVOICE, total=amount).erp_id()
    assert replace(INVOICE, total=Decimal('-0')).erp_id() == replace(INVOICE, total=Decimal('0.00')).erp_id()
    assert replace(INVOICE, total=Decimal('1E+2')).erp_id() == replace(INVOICE, total=Decimal(100)).erp_id()


def test_a_text_is_the_same_however_it_is_written():
    assert replace(INVOICE, number=unicodedata.normalize('NFD', 'QAİMƏ  Ü1 ')).erp_id() == replace(INVOICE, number='QAİMƏ Ü1').erp_id()


@given(st.permutations(['a', 'b', 'b', 'c']))
def test_goods_in_any_order(goods):
    assert replace(INVOICE, goods=tuple(goods)).erp_id() == replace(INVOICE, goods=('a', 'b', 'b', 'c')).erp_id()


def test_nothing_of_the_invoice_can_be_read_in_it():
    for part in ('1402345691', '00001', '2026', '1700321031', '118'):
        assert part not in INVOICE.erp_id()


@pytest.mark.parametrize(('attempt', 'total'), [(0, '1'), (-1, '1'), (1, 'NaN'), (1, 'Infinity')])
def test_what_can_have_none(attempt, total):
    with pytest.raises(ValueError, match='attempt'):
        replace(INVOICE, total=Decimal(total)).erp_id(attempt)


def test_found_in_a_note():
    new, old = INVOICE.erp_id(), 'ODOO-123-0a1b2c3d'
    assert find_erp_ids(f'ERP {new}; qeyd, {old}. {new}') == [new, old]
    assert find_erp_ids(f'{new}A X{old} {new[:-1]}') == find_erp_ids('') == find_erp_ids(None) == []
    assert is_ours(old)
    assert (follows_from_document(new), follows_from_document(old), follows_from_document('INV-1')) == (True, False, False)
    assert not any(map(is_ours, ('', None, 'INV-1', f'{new} ', f'{new}\n')))
