"""Every validation code, provoked over the socket."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sb_client import BUYER, IMPORT, READ, SELLER, Client, make_invoice, make_item, make_transfer

from sandbox.accounts import make_account
from sandbox.validation import Validator


def codes(client, *invoices):
    answer = client.call(IMPORT, {'upload': False, 'invoices': list(invoices)})
    if answer.json()['err_code'] == 0:
        return [[] for _ in invoices]
    assert (answer.status_code, answer.json()['err_code']) == (400, 14)
    return answer.json()['data']['invoices']


def item(**fields):
    """An invoice with one item of which something is changed."""
    changed = {name: value for name, value in {**make_item(), **fields}.items() if value is not ...}
    return make_invoice(items=[make_item()]) | {'items': [changed]}


CASES = [
    (make_invoice(seller=...), [20]), (make_invoice(buyer=""), [20]), (make_invoice(seller=None), [20]),
    (make_invoice(seller="123456789"), [21]), (make_invoice(buyer="12345678AB"), [21]),
    (make_invoice(buyer="١٢٣٤٥٦٧٨٩٠"), [21]), (make_invoice(seller=1700000011), [21]),
    (make_invoice(seller=..., buyer="1"), [20, 21]),
    (make_invoice(main_info=...), [22]), (make_invoice(main_info=""), [23]),
    (make_invoice(main_info="  "), [23]),
    (make_invoice(sum_subtotal1=...), [24]), (make_invoice(sum_subtotal1=0), [25]),
    (make_invoice(sum_subtotal1=-1), [25]), (make_invoice(sum_subtotal1="100"), [25]),
    (make_invoice(sum_subtotal1=True), [25]), (make_invoice(sum_subtotal1=100.001), [25]),
    (make_invoice(sum_subtotal1=99.98), [25, 27]),
    (make_invoice(sum_subtotal2=...), [26]), (make_invoice(sum_subtotal2=0), [27]),
    (make_invoice(sum_subtotal2=100.02), [27, 29]),
    (make_invoice(sum_total=...), [28]), (make_invoice(sum_total=0), [29]),
    (make_invoice(sum_total=117.98), [29]),
    (make_invoice(sum_aksiz=-1), [30]), (make_invoice(sum_aksiz="x"), [30]),
    (make_invoice(sum_apply_vat_amount=-1), [31]), (make_invoice(sum_apply_vat_amount=99), [31]),
    (make_invoice(sum_skip_vat_amount=-1), [32]), (make_invoice(sum_skip_vat_amount=1), [32]),
    (make_invoice(sum_vat_zero=-1), [33]), (make_invoice(sum_vat_zero=1), [33]),
    (make_invoice(sum_vat_free=-1), [34]), (make_invoice(sum_vat_free=1), [34]),
    (make_invoice(sum_vat_amount=-1), [35]), (make_invoice(sum_vat_amount=[]), [35]),
    (make_invoice(sum_ttax=-1), [36]),
    (make_invoice(id=...), [37]), (make_invoice(id=""), [37]), (make_invoice(id=1234567), [37]),
    (make_invoice(id="INV-01"), [38]),
    (make_invoice(items=[], sum_subtotal1=1, sum_subtotal2=1, sum_total=1), [39]),
    (make_invoice() | {"items": None}, [39]), (make_invoice() | {"items": "x"}, [39]), ("no invoice", [37]),
    (item(id=...), [40]), (item(id=""), [40]), (make_invoice() | {"items": ["x"]}, [40]),
    (item(id="PROD-001"), [41]), (item(id=401100000), [41]),
    (item(name=...), [42]), (item(name=" "), [43]), (item(unit=...), [44]), (item(unit=""), [45]),
    (item(unit_price=...), [46]), (item(unit_price=0), [47]), (item(unit_price=-1), [47]),
    (item(unit_price="50"), [47]), (item(quantity=...), [48]), (item(quantity=0), [49]),
    (item(barcode=...), [50]), (item(barcode=""), [50]), (item(barcode=4012345), [50]),
    (item(barcode="PROD-001000"), [51]),
    (item(subtotal1=...), [52]), (item(subtotal1=99.98), [52, 54]), (item(unit_price=50.006), [52]),
    (item(aksiz=-1), [53]), (item(aksizgrade="40"), [53]),
    (item(subtotal2=...), [54]), (item(subtotal2=100.02), [54, 55, 60]), (item(aksiz=0.02), [54]),
    (item(apply_vat_amount=-1), [55]), (item(apply_vat_amount=99), [55, 59]),
    (item(skip_vat_amount=-1), [56]), (item(vat_zero="0"), [57]), (item(vat_free=-1), [58]),
    (item(vat_amount=-1), [59]), (item(vat_amount=17.98), [59, 60]), (item(vat_amount=18.000001), [59]),
    (item(transport_tax=-1), [60]), (item(total=...), [60]), (item(total=118.02), [60]),
    (make_invoice(type="returnInvoice"), [61]), (make_invoice(type=""), [61]), (make_invoice(type=[]), [61]),
    (make_invoice(main_qaime="AA24070000000"), [62]), (make_invoice(main_qaime=["x"]), [62]),
    (make_transfer(from_wh="WH009"), [63]), (make_transfer(from_wh=...), [63]),
    (make_transfer(to_wh="Gəncə anbarı"), [64]), (make_transfer(wh_field=3), [63, 64]),
    (make_transfer(wh_field=[1]), [63, 64]), (make_transfer(buyer=BUYER), [21]),
]  # fmt: skip


@pytest.mark.parametrize('invoice, expected', CASES, ids=[f'{i}-{case[1]}' for i, case in enumerate(CASES)])
def test_code(demo, invoice, expected):
    assert codes(demo, invoice) == [expected]


def test_not_a_number(demo):
    text = json.dumps({'invoices': [make_invoice(sum_ttax=float('nan'), sum_aksiz=float('-inf'))]})
    answer = demo.call(IMPORT, json=None, data=text, headers={'Content-Type': 'application/json'}).json()
    assert answer['data']['invoices'] == [[30, 36]]


def test_every_code_is_provoked():
    assert {code for _invoice, expected in CASES for code in expected} == set(range(20, 65))


GOOD = {
    "plain": make_invoice(),
    "several categories": make_invoice([
        make_item(), make_item(vat="vat_zero"), make_item(vat="vat_free"), make_item(vat="skip_vat_amount"),
    ]),
    "simplified": make_invoice([make_item(vat=None)]),
    "excise": make_invoice([make_item(aksiz=40, aksizgrade=40)]),
    "road tax": make_invoice([make_item(transport_tax=14.56, total=132.56)]),
    "five decimals": make_invoice([make_item(price=0.123, quantity=81.25, vat_amount=1.79888,
    total=11.79263)]),
    "a qəpik off": make_invoice(sum_total=118.01),
    "zeros left out": make_invoice(
        sum_aksiz=..., sum_skip_vat_amount=..., sum_vat_zero=..., sum_vat_free=..., sum_ttax=...),
    "advance": make_invoice(type="avans"),
    "transfer by code": make_transfer(),
    "transfer by name": make_transfer(wh_field=2, from_wh="Bakı anbarı", to_wh="Gəncə anbarı"),
    "no type": make_invoice(type=None),
}  # fmt: skip


@pytest.mark.parametrize('name', GOOD)
def test_good_invoice(demo, name):
    assert codes(demo, GOOD[name]) == [[]]


def test_one_bad_invoice_keeps_all_out(sb, demo):
    good, bad = make_invoice(), make_invoice(main_info='', seller='1')
    assert codes(demo, good, bad, good) == [[], [21, 23], []]
    assert demo.data(READ, {'ids': [good['id'], bad['id']]})['invoices'] == []
    assert sb.portal.summary()['processes'] == []


@pytest.mark.parametrize('invoices', [[], {}, None, 'x'])
def test_empty_invoices(demo, invoices):
    assert demo.code(IMPORT, {'invoices': invoices}) == 6


def test_accepted_types_can_be_set(sb, demo):
    sb.configure(accepted_types=['default', 'returnInvoice'])
    assert codes(demo, make_invoice(type='returnInvoice'), make_invoice(type='avans')) == [[], [61]]


def test_types_of_an_account(sb):
    sb.portal.add_account('small', types=['default'])
    assert codes(Client(sb, 'small-token'), make_invoice(type='avans')) == [[61]]


def settling(qaime, **fields):
    return {'id': make_invoice()['id'], 'main_info': 'x', 'seller': SELLER, 'buyer': BUYER, 'main_qaime': qaime, **fields}


def test_advance_is_settled(sb, demo):
    advance, plain = make_invoice(type='avans'), make_invoice()
    sb.configure(auto_confirm=True)
    demo.send(advance, plain)
    numbers = demo.numbers(advance['id'], plain['id'])
    qaime = numbers[advance['id']]
    assert codes(demo, settling(qaime, seller='1700000099'), settling(numbers[plain['id']])) == [[62], [62]]
    final = settling(qaime, sum_total=59)
    demo.send(final)
    document = {d['qaime']: d for d in demo.documents(1)}[demo.numbers(final['id'])[final['id']]]
    assert (document['net_amount'], document['apply_amount'], document['type']) == (59, 100, 'defaultInvoice')
    assert [line['prod_code'] for line in document['lines']] == ['0401100000']
    sb.portal.set_status(qaime, 'deleted')
    assert codes(demo, settling(qaime)) == [[62]]


def test_advance_with_amounts_is_checked_all_the_same(sb, demo):
    document = sb.portal.add_document(1, type='advanceInvoice', tin_from=SELLER)
    wrong = make_invoice(main_qaime=document['qaime'], sum_total=1)
    assert codes(demo, wrong, settling(document['qaime'], items='x', sum_total=-1)) == [[29], [29, 39]]
    no_sums = settling(document['qaime'], items=[make_item()], sum_total=None, sum_apply_vat_amount=100, sum_vat_amount=18)
    assert codes(demo, no_sums) == [[]]


def test_advance_of_another_company(sb, demo, first):
    document = sb.portal.add_document(1, company='partner/994501234567', type='advanceInvoice', tin_from=SELLER)
    assert codes(demo, settling(document['qaime'])) == [[62]]
    assert codes(first, settling(document['qaime'])) == [[]]


def test_warehouses_are_the_company_s_own(sb, demo):
    sb.portal.add_account('other', warehouses=[('A', 'Anbar A'), {'code': 'B', 'name': 'Anbar B'}])
    transfer = make_transfer(from_wh='A', to_wh='B')
    assert codes(demo, transfer) == [[63, 64]]
    assert codes(Client(sb, 'other-token'), transfer) == [[]]


AMOUNTS = st.decimals(min_value='0.01', max_value='99999', places=2)
ITEMS = st.lists(st.tuples(AMOUNTS, st.integers(1, 999), st.sampled_from(['apply_vat_amount', 'vat_zero', 'vat_free', None])), min_size=1, max_size=8)


def exact(value):
    """As the portal reads numbers."""
    return Decimal(str(value)) if isinstance(value, float) else value


@given(ITEMS)
def test_items_that_add_up_are_taken(rows):
    items = [make_item(float(price), quantity, vat=vat) for price, quantity, vat in rows]
    invoice = {name: exact(value) for name, value in make_invoice(items).items()}
    invoice['items'] = [{name: exact(value) for name, value in item.items()} for item in items]
    company = make_account('x').companies['']
    assert Validator(company, ['default'], lambda *_: None).codes(invoice) == []
