"""Faults of processes, as a client meets them."""

import pytest
from sb_client import DATA, ETX_DELETE, ETX_IMPORT, EVER, IMPORT, READ, STATUS, make_invoice


@pytest.mark.parametrize('stage, last', [('', {}), ('uploaded', {'imported': 1, 'packet_created': 1, 'login_done': True})])
def test_process_hangs(sb, demo, stage, last):
    sb.configure(auto_confirm=True)
    sb.faults.add(IMPORT, 'process_hangs', stage=stage)
    process = demo.send(make_invoice())
    sb.advance(10**6)
    assert demo.status(process) == (1, last)


def test_process_unknown_afterwards(sb, demo):
    sb.configure(auto_confirm=True)
    invoice = make_invoice()
    process = demo.send(invoice)
    sb.faults.add(STATUS, 'process_unknown')
    assert [demo.code(STATUS, {'procId': process}) for _ in range(2)] == [20, 20]
    assert demo.code(DATA, {'procId': process}) == 20
    # it went on all the same
    assert demo.numbers(invoice['id'])[invoice['id']].startswith('MT')
    sb.faults.add(IMPORT, 'process_unknown')
    assert demo.code(STATUS, {'procId': demo.send(make_invoice())}) == 20
    sb.faults.add(STATUS, 'process_unknown')
    assert demo.code(STATUS, {'procId': 1}) == 20


def test_process_goes_back(sb, demo):
    process = demo.send(make_invoice())
    sb.confirm(pin=1)
    assert 'pin2_code' in demo.status(process)[1]
    sb.faults.add('*', 'process_back', steps=3)
    assert demo.data(READ, {'ids': []})['total'] == 0
    status, stats = demo.status(process)
    assert status == 1 and 'pin1_code' in stats and 'login_done' not in stats
    sb.confirm(pin=2)
    sb.faults.add(STATUS, 'process_back', times=2, steps=99)
    assert [demo.status(process) for _ in range(2)] == [(1, {})] * 2
    assert demo.status(process)[0] == 2


def test_need_retry(sb, demo):
    sb.configure(auto_confirm=True)
    sb.faults.add(IMPORT, 'need_retry', count=2)
    status, stats = demo.status(demo.send(make_invoice()))
    assert (status, len(stats['etx_exception'])) == (2, 2)
    assert 'etx_exception' not in demo.status(demo.send(make_invoice()))[1]


@pytest.mark.parametrize("endpoint, body", [
    (IMPORT, {"upload": True}), (ETX_IMPORT, EVER), (ETX_DELETE, {"is_signed": True}),
])  # fmt: skip
@pytest.mark.parametrize("kind, params, text", [
    ("refused", {"message": "Səhv"}, "Səhv"), ("pin_declined", {"pin": 1}, "PIN1"),
    ("pin_expired", {}, "PIN1"),
])  # fmt: skip
def test_process_ends_with_errors(sb, demo, endpoint, body, kind, params, text):
    sb.configure(auto_confirm=True)
    sb.portal.add_document(1, qaime='MT240110000000')
    extra = {IMPORT: {'invoices': [make_invoice()]}, ETX_DELETE: {'serialNumbers': ['MT2401 10000000']}}.get(endpoint, {})
    sb.faults.add(endpoint, kind, **params)
    process = demo.data(endpoint, {**body, **extra})['id']
    sb.advance(200)
    status, stats = demo.status(process)
    assert status == 3 and text in stats['etx_exception'][0]
    assert demo.documents(1)[0]['status'] == 'onApproval'


def test_pin2_declined(sb, demo):
    sb.configure(auto_confirm=True)
    sb.faults.add(IMPORT, 'pin_declined', pin=2)
    invoice = make_invoice()
    status, stats = demo.status(demo.send(invoice))
    assert (status, demo.numbers(invoice['id'])) == (3, {invoice['id']: ''})
    assert 'PIN2' in stats['etx_exception'][0]


@pytest.mark.parametrize("fault, code", [
    (("pin_declined", {"pin": 1, "wordless": True}), "pin1_code"),
    (("pin_expired", {"pin": 2, "wordless": True}), "pin2_code"), (("refused", {"message": ""}), None),
])  # fmt: skip
def test_process_ends_without_a_word(sb, demo, fault, code):
    sb.configure(auto_confirm=True)
    kind, params = fault
    sb.faults.add(IMPORT, kind, **params)
    process = demo.data(IMPORT, {'upload': True, 'invoices': [make_invoice()]})['id']
    sb.advance(200)
    status, stats = demo.status(process)
    assert status == 3 and 'etx_exception' not in stats
    assert [name for name in ('pin1_code', 'pin2_code') if stats.get(name)] == ([code] if code else [])
