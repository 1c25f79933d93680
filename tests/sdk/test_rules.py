from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import invoice, invoices, item, money

from vatportal import Invoice, Problem
from vatportal.rules import ITEM_AMOUNTS, SUMS


def codes(made):
    return [(fault.code, fault.field, fault.item) for fault in made.problems()]


@given(invoices())
def test_sound_invoices_have_no_problem(made):
    assert made.problems() == []


@given(invoices(), st.data())
def test_any_changed_sum_is_found(made, data):
    name = data.draw(st.sampled_from(sorted(SUMS)))
    wrong = replace(made, **{name: getattr(made, name) + data.draw(money())})
    assert (SUMS[name][1], name, None) in codes(wrong)


@given(invoices(), st.data())
def test_any_changed_item_total_is_found(made, data):
    index = data.draw(st.integers(0, len(made.items) - 1))
    lines = list(made.items)
    lines[index] = replace(lines[index], total=lines[index].total + data.draw(money()))
    fault = replace(made, items=lines).problems()[0]
    assert (fault.code, fault.field, fault.item) == (60, 'total', index)
    assert fault.expected == made.items[index].total


@pytest.mark.parametrize(
    ('changes', 'expected'),
    [
        ({'seller': ''}, (20, 'seller')),
        ({'buyer': None}, (20, 'buyer')),
        ({'seller': '123'}, (21, 'seller')),
        ({'buyer': '123456789x'}, (21, 'buyer')),
        ({'buyer': '١٢٣٤٥٦٧٨٩٠'}, (21, 'buyer')),
        ({'buyer': '1234567890\n'}, (21, 'buyer')),
        ({'main_info': None}, (22, 'main_info')),
        ({'main_info': ''}, (23, 'main_info')),
        ({'main_info': '  '}, (23, 'main_info')),
        ({'sum_subtotal1': None}, (24, 'sum_subtotal1')),
        ({'sum_subtotal1': D(0)}, (25, 'sum_subtotal1')),
        ({'sum_subtotal2': None}, (26, 'sum_subtotal2')),
        ({'sum_subtotal2': D(-1)}, (27, 'sum_subtotal2')),
        ({'sum_total': None}, (28, 'sum_total')),
        ({'sum_total': D(0)}, (29, 'sum_total')),
        ({'sum_aksiz': D(-1)}, (30, 'sum_aksiz')),
        ({'sum_apply_vat_amount': None}, (31, 'sum_apply_vat_amount')),
        ({'sum_skip_vat_amount': D(-1)}, (32, 'sum_skip_vat_amount')),
        ({'sum_vat_zero': D(-1)}, (33, 'sum_vat_zero')),
        ({'sum_vat_free': D(-1)}, (34, 'sum_vat_free')),
        ({'sum_vat_amount': D(-1)}, (35, 'sum_vat_amount')),
        ({'sum_ttax': D(-1)}, (36, 'sum_ttax')),
        ({'id': ''}, (37, 'id')),
        ({'id': 'INV-01'}, (38, 'id')),
        ({'type': 'other'}, (61, 'type')),
    ],
)
def test_invoice_rules(changes, expected):
    assert codes(invoice(**changes)) == [(*expected, None)]


@pytest.mark.parametrize(
    ('changes', 'expected'),
    [
        ({'id': ''}, (40, 'id')),
        ({'id': 'PROD-001'}, (41, 'id')),
        ({'name': None}, (42, 'name')),
        ({'name': ' '}, (43, 'name')),
        ({'unit': None}, (44, 'unit')),
        ({'unit': ''}, (45, 'unit')),
        ({'unit_price': None}, (46, 'unit_price')),
        ({'unit_price': D(0)}, (47, 'unit_price')),
        ({'quantity': None}, (48, 'quantity')),
        ({'quantity': D(-2)}, (49, 'quantity')),
        ({'barcode': ''}, (50, 'barcode')),
        ({'barcode': '12-3'}, (51, 'barcode')),
        *(({name: D(-1)}, (code, name)) for name, code in ITEM_AMOUNTS.items()),
        ({'vat_amount': None}, (59, 'vat_amount')),
        # arithmetic
        ({'unit_price': D('50.01')}, (52, 'subtotal1')),
        ({'subtotal2': D(101)}, (54, 'subtotal2')),
        ({'apply_vat_amount': D(99)}, (55, 'apply_vat_amount')),
        ({'vat_amount': D('18.03'), 'total': D('118.03')}, (59, 'vat_amount')),
        ({'total': D('118.01')}, (60, 'total')),
    ],
)
def test_item_rules(changes, expected):
    found = codes(invoice(item(), item(**changes), **{name: getattr(invoice(item(), item()), name) for name in SUMS}))
    assert (*expected, 1) in found
    assert all(place in (1, None) for _code, _field, place in found)


def test_no_items():
    assert codes(replace(invoice(), items=())) == [(39, 'items', None)]


def test_transfer_needs_both_warehouses():
    assert codes(invoice(type='goodsTransfer')) == [(63, 'from_wh', None), (64, 'to_wh', None)]
    assert codes(invoice(type='goodsTransfer', from_wh='A', to_wh='B')) == []


def test_settling_an_advance_is_checked_for_its_head_only():
    settle = Invoice(id='INV-0001', main_qaime='AA24070000000', main_info='x', seller='1' * 10, buyer='2' * 10)
    assert settle.problems() == []
    assert codes(replace(settle, buyer='')) == [(20, 'buyer', None)]
    assert (39, 'items', None) in codes(replace(settle, sum_total=D(5)))


def test_four_decimals_on_items_two_on_sums():
    first = item(
        unit_price=D('0.4'),
        quantity=D('816.6102'),
        subtotal1=D('326.6441'),
        subtotal2=D('326.6441'),
        apply_vat_amount=D('326.6441'),
        vat_amount=D('58.7959'),
        transport_tax=D('14.56'),
        total=D(400),
    )
    second = item(
        unit_price=D('0.4'),
        quantity=D('254.24'),
        subtotal1=D('101.696'),
        subtotal2=D('101.696'),
        apply_vat_amount=D('101.696'),
        vat_amount=D('18.3053'),
        total=D('120.0013'),
    )
    made = invoice(first, second)
    assert (made.sum_total, made.problems()) == (D('520.00'), [])
    assert codes(replace(made, sum_ttax=D('14.555'))) == [(36, 'sum_ttax', None)]


def test_simplified_taxation_has_no_vat_fields():
    plain = item(apply_vat_amount=D(0), vat_amount=D(0), total=D(100))
    assert invoice(plain).problems() == []
    assert codes(invoice(plain, item())) == [(31, 'sum_apply_vat_amount', None)]


def test_sums_of_broken_items_are_not_complained_about_again():
    assert invoice(item(total=D(200))).problems() == [Problem(60, 'total', 0, D(200), D(118))]
