import json
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal as D

import pytest
from hypothesis import given
from samples import invoice, invoices, item

from vatportal import Invoice, Item


def test_whole_payload():
    assert invoice().to_json() == {
        'id': 'INV-2025-0001',
        'type': 'default',
        'main_info': 'Müqavilə 1',
        'seller': '9900003871',
        'buyer': '1234567891',
        'sum_subtotal1': 100,
        'sum_aksiz': 0,
        'sum_subtotal2': 100,
        'sum_apply_vat_amount': 100,
        'sum_skip_vat_amount': 0,
        'sum_vat_zero': 0,
        'sum_vat_free': 0,
        'sum_vat_amount': 18,
        'sum_ttax': 0,
        'sum_total': 118,
        'items': [
            {
                'id': '1234567890',
                'name': 'Kağız',
                'unit': 'ədəd',
                'unit_price': 50,
                'quantity': 2,
                'barcode': '1234567890000',
                'subtotal1': 100,
                'aksiz': 0,
                'aksizgrade': 0,
                'subtotal2': 100,
                'apply_vat_amount': 100,
                'skip_vat_amount': 0,
                'vat_zero': 0,
                'vat_free': 0,
                'vat_amount': 18,
                'transport_tax': 0,
                'total': 118,
            }
        ],
    }


def test_optional_fields_travel_when_set():
    sent = invoice(type='goodsTransfer', with_agent=True, transp_reg_number='10-AA-123', from_wh='W1', to_wh='W2', wh_field=2, add_info='more').to_json()
    assert {name: sent[name] for name in ('with_agent', 'transp_reg_number', 'from_wh', 'to_wh', 'wh_field')} == {
        'with_agent': True,
        'transp_reg_number': '10-AA-123',
        'from_wh': 'W1',
        'to_wh': 'W2',
        'wh_field': 2,
    }
    assert sent['add_info'] == 'more'


def test_settling_an_advance_needs_no_amounts():
    settle = Invoice(id='INV-0001', main_qaime='AA24070000000', main_info='Çatdırılma', seller='1', buyer='2')
    assert settle.to_json() == {'id': 'INV-0001', 'type': 'default', 'main_qaime': 'AA24070000000', 'main_info': 'Çatdırılma', 'seller': '1', 'buyer': '2'}
    assert 'items' in invoice(main_qaime='AA24070000000').to_json()


def test_no_float_noise():
    line = item(unit_price=D('0.1') + D('0.2'), subtotal1=D('77.10'))
    text = json.dumps(line.to_json())
    assert '"unit_price": 0.3,' in text
    assert '"subtotal1": 77.1,' in text


def test_too_many_digits_are_refused():
    with pytest.raises(ValueError, match='unit_price'):
        invoice(item(unit_price=D(1) / D(3))).to_json()


def test_amounts_become_decimal_and_items_a_tuple():
    made = Invoice(id='INV-0001', sum_total=0.1, sum_ttax='2.5', items=[Item(quantity=3)])
    assert (made.sum_total, made.sum_ttax, made.items[0].quantity) == (D('0.1'), D('2.5'), D(3))
    assert isinstance(made.items, tuple)
    with pytest.raises(FrozenInstanceError):
        made.id = 'x'


@given(invoices())
def test_round_trip(made):
    assert Invoice.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_tolerant_reading():
    read = Invoice.from_json(
        {
            'id': 5,
            'type': None,
            'sum_total': '12,5',
            'sum_ttax': None,
            'with_agent': 'true',
            'wh_field': '1',
            'add_info': None,
            'items': [{'id': 7, 'total': 1.5}],
            'new': 1,
        }
    )
    assert read == Invoice(id='5', sum_total=D('12.5'), with_agent=True, wh_field=1, items=(Item(id='7', total=D('1.5')),))
    assert Invoice.from_json({'with_agent': '0'}) == Invoice(id='')


@pytest.mark.parametrize(('data', 'words'), [([], 'invoice: not an object'), ({'items': [1]}, 'item: not an object'), ({'sum_total': 'x'}, 'sum_total')])
def test_unreadable(data, words):
    with pytest.raises(ValueError, match=words):
        Invoice.from_json(data)


def test_missing_amounts_are_not_sent():
    assert 'sum_total' not in replace(invoice(), sum_total=None).to_json()
    assert 'total' not in item(total=None).to_json()


def test_sums_of_an_invoice_over_items():
    made = Invoice.over([item(), item(total=D('118.005'), vat_free=None)], id='INV-0001', sum_aksiz=D(3))
    assert (made.sum_subtotal1, made.sum_total, made.sum_vat_free, made.sum_aksiz) == (200, D('236.01'), 0, 3)
    assert made.sum_total.as_tuple().exponent == -2
