"""How processes go: stages, PINs, time, and every way to end."""

import pytest
from sb_client import BUYER, DATA, DELETE, ETX_IMPORT, EVER, IMPORT, SELLER, STATUS, Client, make_invoice


def test_stages_of_an_upload(sb, demo):
    """One look, one stage: what a client sees if it never misses one."""
    sb.configure(step_per_look=True)
    invoices = [make_invoice(), make_invoice()]
    process = demo.send(*invoices)
    seen = []
    for _ in range(20):
        status, stats = demo.status(process)
        if status == 1 and seen and stats == seen[-1] and sb.prompts():
            sb.confirm()
            continue
        seen.append(stats)
        if status == 2:
            break
    codes = [code for stats in seen for name, code in stats.items() if name.endswith('_code')]
    assert len(codes) == 2 and all(len(code) == 4 and code.isdigit() for code in codes)
    done = {'imported': 2, 'packet_created': 1}
    logged = {**done, 'login_done': True}
    signed = {**logged, 'invoice_signed': 2}
    first, second = {**done, 'pin1_code': codes[0]}, {**logged, 'pin2_code': codes[1]}
    assert seen == [{'imported': 2}, first, done, logged, second, logged, signed, signed]
    numbers = demo.numbers(*(invoice['id'] for invoice in invoices))
    assert len(set(numbers.values())) == 2
    assert all(number.startswith('MT') and len(number) == 14 for number in numbers.values())


def test_one_packet_one_pin1_one_pin2(sb, demo):
    invoices = [make_invoice() for _ in range(100)]
    process = demo.send(*invoices)
    status, stats = demo.finish(process)
    assert (status, stats['imported'], stats['invoice_signed']) == (2, 100, 100)
    assert [prompt.pin for prompt in sb.prompts(None)] == [1, 2]
    assert len(set(demo.numbers(*(i['id'] for i in invoices)).values())) == 100


def test_stages_take_their_time(sb, demo):
    sb.configure(stage_seconds=10, stages={'imported': 30})
    process = demo.send(make_invoice())
    assert demo.status(process) == (1, {})
    sb.advance(35)
    assert demo.status(process) == (1, {'imported': 1})
    sb.advance(5)
    assert demo.status(process)[1]['pin1_code'] == sb.prompts()[0].code
    sb.confirm(pin=1)
    sb.advance(10)
    assert demo.status(process)[1].get('login_done') is True
    assert 'pin1_code' not in demo.status(process)[1]
    sb.advance(10)
    sb.confirm(pin=2)
    sb.advance(20)
    assert demo.status(process)[0] == 2


def test_status_of_a_running_process(sb, demo):
    sb.configure(stage_seconds=60)
    process = demo.send(make_invoice())
    for value in (0, 4, 1):
        sb.configure(running_status=value)
        assert demo.status(process) == (value, {})
    sb.configure(empty_stats='missing')
    assert demo.status(process) == (1, None)


def test_auto_confirm_after_a_while(sb, demo):
    sb.configure(auto_confirm=True, confirm_after=20)
    process = demo.send(make_invoice())
    assert 'pin1_code' in demo.status(process)[1]
    sb.advance(20)
    assert 'pin2_code' in demo.status(process)[1]
    sb.advance(20)
    assert demo.status(process)[0] == 2
    assert [prompt.state for prompt in sb.prompts(None)] == ['confirmed', 'confirmed']


def test_auto_confirm_too_late(sb, demo):
    sb.configure(auto_confirm=True, confirm_after=500)
    process = demo.send(make_invoice())
    sb.advance(500)
    assert demo.status(process)[0] == 3


def unsubmitted(demo, invoice):
    """Stays at the portal without a number; the ERP id is taken, and it can be deleted."""
    assert demo.numbers(invoice['id']) == {invoice['id']: ''}
    assert demo.code(IMPORT, {'invoices': [invoice]}) == 17
    assert demo.code(DELETE, {'ids': [invoice['id']]}) == 0
    assert demo.numbers(invoice['id']) == {}


@pytest.mark.parametrize('pin', [1, 2])
@pytest.mark.parametrize('how', ['declined', 'timed out'])
def test_pin_refused(sb, demo, pin, how):
    invoice = make_invoice()
    process = demo.send(invoice)
    if pin == 2:
        sb.confirm(pin=1)
    assert demo.code(DELETE, {'ids': [invoice['id']]}) == 20
    if how == 'declined':
        sb.decline(pin=pin)
    else:
        sb.advance(121)
    status, stats = demo.status(process)
    assert status == 3
    assert f'PIN{pin}' in stats['etx_exception'][0]
    assert not any(name.endswith('_code') for name in stats)
    assert sb.prompts() == []
    unsubmitted(demo, invoice)


def test_import_only(sb, demo):
    invoice = make_invoice()
    process = demo.send(invoice, upload=False)
    assert demo.status(process) == (2, {'imported': 1})
    assert demo.numbers(invoice['id']) == {invoice['id']: ''}
    assert sb.prompts(None) == []
    qaime = sb.portal.sign_by_hand(invoice['id'])
    assert demo.numbers(invoice['id']) == {invoice['id']: qaime}
    assert sb.portal.sign_by_hand(invoice['id']) == qaime
    with pytest.raises(LookupError):
        sb.portal.sign_by_hand('nothing')


def test_taken_only_after_the_import_stage(sb, demo):
    sb.configure(visible='after_import', taken='after_import', stage_seconds=5)
    invoice = make_invoice()
    demo.send(invoice)
    demo.send(invoice)
    sb.advance(5)
    assert demo.code(IMPORT, {'invoices': [invoice]}) == 17
    assert len(sb.portal.state.invoices) == 2, 'the first stays, though nobody can ask for it'


def test_unknown_buyer_stops_the_packet(sb, demo):
    good, bad = make_invoice(), make_invoice(buyer='1111111111')
    process = demo.send(good, bad)
    sb.confirm(pin=1)
    status, stats = demo.status(process)
    assert (status, stats['etx_exception']) == (3, ['Invalid VOEN: 1111111111'])
    assert demo.numbers(good['id'], bad['id']) == {good['id']: '', bad['id']: ''}
    unsubmitted(demo, bad)


def test_unknown_buyer_stops_only_itself(sb, demo):
    sb.configure(refusal='single', unknown_voens=['2222222222'])
    good, bad = make_invoice(), make_invoice(buyer='2222222222')
    status, stats = demo.finish(demo.send(good, bad))
    assert (status, stats['etx_exception'], stats['invoice_signed']) == (3, ['Invalid VOEN: 2222222222'], 1)
    numbers = demo.numbers(good['id'], bad['id'])
    assert numbers[good['id']].startswith('MT') and numbers[bad['id']] == ''
    unsubmitted(demo, bad)


def test_all_refused_needs_no_pin2(sb, demo):
    sb.configure(refusal='single', auto_confirm=True)
    assert demo.status(demo.send(make_invoice(buyer='1111111111')))[0] == 3
    assert [prompt.pin for prompt in sb.prompts(None)] == [1]


def test_seller_that_is_not_ours(sb, first):
    sb.configure(auto_confirm=True)
    assert first.status(first.send(make_invoice(seller=SELLER)))[1]['etx_exception'] == [f'Invalid VOEN: {SELLER}']
    assert first.status(first.send(make_invoice(seller='4444444444')))[0] == 2


def test_need_retry(sb, demo):
    sb.configure(need_retry=3, step_per_look=True, auto_confirm=True)
    process = demo.send(make_invoice())
    counts = []
    for _ in range(30):
        status, stats = demo.status(process)
        counts.append(len(stats.get('etx_exception', [])))
        if status != 1:
            break
    assert status == 2
    assert sorted(set(counts)) == [0, 1, 2, 3]
    assert all('NEED RETRY' in text for text in stats['etx_exception'])


def test_unknown_process(sb, demo, first):
    process = demo.send(make_invoice())
    for endpoint in (STATUS, DATA):
        assert demo.code(endpoint, {'procId': 5}) == 20
        assert first.code(endpoint, {'procId': process}) == 20
    sb.configure(unknown_process_code=12)
    assert demo.code(STATUS, {'procId': 5}) == 12


def test_process_data(demo):
    invoice = make_invoice()
    process = demo.send(invoice)
    demo.finish(process)
    data = demo.data(DATA, {'procId': process})
    assert data['invoices'][0]['id'] == invoice['id']
    assert data['invoices'][0]['qaime'].startswith('MT')
    assert len(data['log']) == 8
    download = demo.data(ETX_IMPORT, {**EVER, 'dir': 1})['id']
    demo.finish(download)
    assert len(demo.data(DATA, {'procId': download})['etax_invoices']) == 1


def test_companies_never_see_each_other(sb, demo, first, second):
    sb.configure(auto_confirm=True)
    invoice = make_invoice(seller='4444444444', buyer='5555555555')
    first.send(invoice)
    qaime = first.numbers(invoice['id'])[invoice['id']]
    for other in (demo, second):
        assert other.numbers(invoice['id']) == {}
        assert other.code(DELETE, {'ids': [invoice['id']]}) == 20
        assert other.documents(1) == []
    # the same ERP id is free elsewhere
    second.send({**invoice, 'seller': '5555555555'}, upload=False)
    # the buyer is a company of this portal: a download brings it
    assert second.documents(0) == []
    second.status(second.data(ETX_IMPORT, {**EVER, 'dir': 0})['id'])
    assert [document['qaime'] for document in second.documents(0)] == [qaime]
    assert first.documents(1)[0]['id'] != second.documents(0)[0]['id']


def test_document_of_a_signed_invoice(sb, demo):
    sb.configure(auto_confirm=True)
    invoice, agent, advance = (make_invoice(add_info='Sifariş 7'), make_invoice(with_agent=True), make_invoice(type='avans'))
    demo.send(invoice, agent, advance)
    documents = demo.documents(1)
    assert [d['type'] for d in documents] == ['defaultInvoice', 'agent', 'advanceInvoice']
    document = documents[0]
    assert document['qaime'] == document['serial'] + document['number'] == demo.numbers(invoice['id'])[invoice['id']]
    expected = {
        "main_subject": "Müqavilə A001", "add_subject": "Sifariş 7", "tin_from": SELLER, "tin_to": BUYER,
        "status": "onApproval", "ini_amount": 100, "vat_amount": 18, "net_amount": 118, "apply_amount": 100,
    }  # fmt: skip
    assert {name: document[name] for name in expected} == expected
    line = document['lines'][0]
    assert (line['line'], line['unit_price'], line['unit_qty'], line['net_amount']) == (1, 50, 2, 118)


def test_running_processes_of_many_threads(sb):
    """A hundred uploads at once: every invoice gets its own number."""
    from concurrent.futures import ThreadPoolExecutor

    sb.configure(auto_confirm=True)

    def upload(_):
        with Client(sb, 'sandbox-token') as client:
            invoice = make_invoice()
            client.finish(client.send(invoice))
            return client.numbers(invoice['id'])[invoice['id']]

    with ThreadPoolExecutor(16) as pool:
        numbers = list(pool.map(upload, range(100)))
    assert len(set(numbers)) == 100
