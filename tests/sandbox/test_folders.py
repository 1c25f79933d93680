"""e-taxes: folders, downloads, pages, deletion."""

import json

import pytest
from sb_client import ETX_DELETE, ETX_IMPORT, ETX_READ, EVER, make_invoice

QAIME = 'MT240110000000'
NUMBER = 'MT2401 10000000'


def seed(sb, folder=1, qaime=QAIME, **fields):
    return sb.portal.add_document(folder, qaime=qaime, **fields)


def download(sb, client, folder=0, **body):
    """Carry a download out; its process."""
    process = client.data(ETX_IMPORT, {**EVER, 'dir': folder, **body})['id']
    status, stats = client.finish(process)
    assert status == 2, stats
    return process


def qaimes(client, process, folder=0):
    return [row['qaime'] for row in client.data(ETX_READ, {'procId': process, 'dir': folder})['invoices']]


def test_download_needs_pin1_only(sb, demo):
    seed(sb, 0)
    process = demo.data(ETX_IMPORT, EVER)['id']
    assert set(demo.status(process)[1]) == {'pin1_code'}
    assert demo.data(ETX_READ, {'procId': process, 'dir': 0}) == {'invoices': [], 'total': 0}
    sb.confirm()
    assert demo.status(process) == (2, {'login_done': True})
    assert qaimes(demo, process) == [QAIME]
    assert qaimes(demo, process, folder=1) == []
    assert [prompt.pin for prompt in sb.prompts(None)] == [1]


def test_the_buyer_of_an_upload_bears_the_name_at_etaxes(sb, demo):
    sb.configure(taxpayers={'1700000011': 'Quba MMC'})
    for buyer in ('1700000011', '1400000001'):
        assert demo.finish(demo.send(make_invoice(buyer=buyer)))[0] == 2
    process = download(sb, demo, 1)
    rows = demo.data(ETX_READ, {'procId': process, 'dir': 1})['invoices']
    assert {row['tin_to']: row['cmp_to'] for row in rows} == {'1700000011': 'Quba MMC', '1400000001': ''}


def test_its_issuer_corrects_a_document(sb, demo):
    seed(sb, lines=[{'prod_name': 'A', 'net_amount': 118, 'vat_amount': 18}], main_subject='A-1')
    sb.portal.set_status(QAIME, 'onApprovalEdited', main_subject='A-2', lines=[{'prod_name': 'A', 'net_amount': 59, 'vat_amount': 9}])
    (row,) = demo.documents(1)
    assert (row["status"], row["main_subject"], row["net_amount"], row["vat_amount"]) == (
        "onApprovalEdited", "A-2", 59, 9)  # fmt: skip


def test_download_declined(sb, demo):
    process = demo.data(ETX_IMPORT, EVER)['id']
    sb.decline()
    assert demo.status(process)[0] == 3
    assert qaimes(demo, process) == []


def test_read_by_an_unknown_or_foreign_process(demo):
    assert demo.code(ETX_READ, {'procId': 1, 'dir': 0}) == 20
    process = demo.send(make_invoice(), upload=False)
    assert qaimes(demo, process) == []


@pytest.mark.parametrize("filters, expected", [
    ({}, "abcd"), ({"inc_kinds": "defaultInvoice"}, "ab"), ({"exc_kinds": "defaultInvoice, agent"}, "d"),
    ({"inc_status": "approved,canceled"}, "ad"), ({"exc_status": "approved"}, "bcd"),
    ({"inc_kinds": "agent", "exc_kinds": "agent"}, "c"),
    ({"inc_kinds": "agent", "exc_status": "onApproval"}, ""),
    ({"inc_kinds": "", "exc_status": None}, "abcd"),
])  # fmt: skip
def test_filters(sb, demo, filters, expected):
    rows = [("a", "defaultInvoice", "approved"), ("b", "defaultInvoice", "onApproval"),
            ("c", "agent", "onApproval"), ("d", "newKind", "canceled")]  # fmt: skip
    for name, kind, status in rows:
        seed(sb, 0, qaime=name, type=kind, status=status)
    assert ''.join(qaimes(demo, download(sb, demo, **filters))) == expected


@pytest.mark.parametrize("span, expected", [
    (("01.03.2025", "31.03.2025"), "bc"), (("01.03.2025 00:01", "31.03.2025"), "c"),
    (("01.03.2025", "31.03.2025 23:58"), "b"), (("28.02.2025", "28.02.2025"), "a"),
    (("02.04.2025", "03.04.2025"), ""),
])  # fmt: skip
def test_dates(sb, demo, span, expected):
    for name, moment in (("c", "31.03.2025 23:59"), ("a", "28.02.2025 23:59"), ("b", "01.03.2025 00:00"),
                         ("d", "01.04.2025 00:00"), ("e", "when?")):  # fmt: skip
        seed(sb, 0, qaime=name, datetime=moment)
    dates = {'date_from': span[0], 'date_to': span[1]}
    assert ''.join(qaimes(demo, download(sb, demo, **dates))) == expected
    assert ''.join(row['qaime'] for row in demo.documents(0, **dates)) == expected


def test_what_the_portal_holds_is_older_than_e_taxes(sb, demo):
    seed(sb, 1, held=False)
    assert demo.documents(1) == []
    process = download(sb, demo, 1)
    assert demo.documents(1)[0]['status'] == 'onApproval'
    sb.portal.set_status(QAIME, 'approved', held=False)
    assert demo.documents(1)[0]['status'] == 'onApproval'
    again = download(sb, demo, 1)
    assert demo.documents(1)[0]['status'] == 'approved'
    statuses = [demo.data(ETX_READ, {'procId': p, 'dir': 1})['invoices'][0]['status'] for p in (process, again)]
    assert statuses == ['onApproval', 'approved']
    sb.portal.set_status(QAIME, 'cancelRequested')
    assert demo.documents(1)[0]['status'] == 'cancelRequested'
    with pytest.raises(LookupError):
        sb.portal.set_status('nothing', 'approved')


def test_pages_of_5000(sb, demo):
    sb.portal.generate(12000, max_lines=1)
    seen, sizes = set(), []
    for page in (1, 2, 3, 4):
        data = demo.data(ETX_READ, {**EVER, 'dir': 0, 'from': page})
        assert data['total'] == 12000
        sizes.append(len(data['invoices']))
        seen.update(row['qaime'] for row in data['invoices'])
    assert sizes == [5000, 5000, 2000, 0]
    assert len(seen) == 12000


def test_pages_of_a_process(sb, demo):
    sb.configure(page_size=4)
    sb.portal.generate(10)
    process = download(sb, demo)

    def page(number):
        data = demo.data(ETX_READ, {'procId': process, 'dir': 0, 'from': number})
        assert data['total'] == 10
        return len(data['invoices'])

    assert [page(number) for number in (1, 2, 3, 4)] == [4, 4, 2, 0]
    sb.configure(page_process=False)
    assert [page(number) for number in (1, 2)] == [10, 10]


def test_generated_documents(sb, demo):
    sb.portal.generate(400, folder=1, date_from='01.03.2025', date_to='31.03.2025', seed=5, voen='1700000011')
    rows = demo.documents(1, date_from='01.03.2025', date_to='31.03.2025')
    assert len(rows) == 400
    assert {row['tin_from'] for row in rows} == {'1700000011'}
    assert len({row['type'] for row in rows}) > 6 and len({row['status'] for row in rows}) > 6
    assert max(len(row['lines']) for row in rows) == 6
    text = json.dumps(rows)
    assert any(len(str(line['unit_price']).partition('.')[2]) == 8 for row in rows for line in row['lines'])
    assert 'e-' not in text.lower().replace('re-', '')
    for row in rows:
        assert row['net_amount'] == pytest.approx(sum(line['net_amount'] for line in row['lines']))
        parts = sum(row[f'{name}_amount'] for name in ('apply', 'skip', 'zero', 'free'))
        assert parts == pytest.approx(row['ini_amount2'])
    sb.reset()
    sb.portal.generate(400, folder=1, date_from='01.03.2025', date_to='31.03.2025', seed=5, voen='1700000011')
    strip = [{k: v for k, v in row.items() if k != 'cmp_from'} for row in rows]
    again = demo.documents(1, date_from='01.03.2025', date_to='31.03.2025')
    assert [{k: v for k, v in row.items() if k != 'cmp_from'} for row in again] == strip


def test_generated_kinds_can_be_chosen(sb, demo):
    sb.portal.generate(30, kinds=['agent'], statuses={'approved': 1, 'canceled': 1}, partners=2)
    rows = demo.documents(0)
    assert {row['type'] for row in rows} == {'agent'}
    assert {row['status'] for row in rows} <= {'approved', 'canceled'}
    assert len({row['tin_from'] for row in rows}) == 2


def test_seeded_fields_stay_word_for_word(sb, demo):
    lines = [{'prod_name': '<b>\u202e\x01' + 'x' * 10000, 'unit_price': '12', 'extra': None}]
    document = seed(sb, 0, main_subject='<script>', status='neverHeardOf', lines=lines, tin_to='9999999999', ini_amount=1)
    row = demo.documents(0)[0]
    assert row == document
    assert (row['main_subject'], row['ini_amount'], row['lines'][0]['unit_price']) == ('<script>', 1, '12')


def test_serial_can_be_two_letters(sb, demo):
    sb.configure(serial_length=2, auto_confirm=True)
    demo.status(demo.send(make_invoice()))
    row = demo.documents(1)[0]
    assert (row['serial'], len(row['number'])) == ('MT', 12)


def test_clock_of_e_taxes_goes_wrong(sb, demo):
    seed(sb, 0, datetime='31.12.2025 23:30')
    sb.configure(clock_skew_hours=2)
    assert demo.documents(0)[0]['datetime'] == '01.01.2026 01:30'


# -- deletion --------------------------------------------------------------------------------------------


def test_delete_signed(sb, demo):
    sb.configure(auto_confirm=True)
    invoices = [make_invoice(buyer='4444444444'), make_invoice()]
    demo.status(demo.send(*invoices))
    numbers = list(demo.numbers(*(i['id'] for i in invoices)).values())
    sb.configure(auto_confirm=False)
    serials = [f'{number[:-8]} {number[-8:]}' for number in numbers]
    process = demo.data(ETX_DELETE, {'serialNumbers': serials, 'is_signed': True})['id']
    assert 'pin1_code' in demo.status(process)[1]
    sb.confirm(pin=1)
    assert 'pin2_code' in demo.status(process)[1]
    sb.confirm(pin=2)
    assert demo.status(process) == (2, {'login_done': True, 'deleted': 2})
    assert {row['status'] for row in demo.documents(1)} == {'deleted'}
    assert demo.numbers(*(i['id'] for i in invoices)) == {}
    assert [d['status'] for d in sb.portal.etaxes.folder(sb.portal.company('4444444444'), 0).values()] == ['deleted']
    assert demo.code(ETX_DELETE, {'serialNumbers': serials, 'is_signed': True}) == 20


@pytest.mark.parametrize("status, code", [
    ("onApproval", 0), ("onApprovalEdited", 0), ("approved", 20), ("approvedBySystem", 20),
    ("updateRequested", 20),
    ("updateApproval", 20), ("cancelRequested", 20), ("canceled", 20), ("deleted", 20), ("deactivated", 20),
])  # fmt: skip
def test_what_can_be_deleted(sb, demo, status, code):
    seed(sb, status=status)
    seed(sb, qaime='MT240110000001')
    body = {'serialNumbers': ['MT2401 10000001', NUMBER], 'is_signed': True}
    assert demo.code(ETX_DELETE, body) == code


@pytest.mark.parametrize('number', ['MT240110000000', 'MT240 110000000', 'MT2401  10000000', 'mt2401 10000000', 'MT2401 99999999', '', 5, None])
def test_number_not_found(sb, demo, number):
    seed(sb)
    assert demo.code(ETX_DELETE, {'serialNumbers': [NUMBER, number], 'is_signed': True}) == 20


@pytest.mark.parametrize('folder', [0, 1, 'draft'])
def test_folder_must_be_right(sb, demo, folder):
    seed(sb, folder)
    assert demo.code(ETX_DELETE, {'serialNumbers': [NUMBER]}) == (0 if folder == 'draft' else 20)
    assert demo.code(ETX_DELETE, {'serialNumbers': [NUMBER], 'is_signed': True}) == (0 if folder == 1 else 20)


def test_delete_draft(sb, demo):
    invoice = make_invoice()
    demo.send(invoice, upload=False)
    qaime = sb.portal.sign_by_hand(invoice['id'], draft=True)
    assert demo.documents(1) == []
    process = demo.data(ETX_DELETE, {'serialNumbers': [f'{qaime[:-8]} {qaime[-8:]}']})['id']
    assert demo.finish(process)[0] == 2
    assert demo.numbers(invoice['id']) == {}
    assert not sb.portal.etaxes.folder(sb.portal.company(), 'draft')


def test_approved_while_the_phone_waits(sb, demo):
    """All or none, to the last moment."""
    seed(sb)
    seed(sb, qaime='MT240110000001')
    process = demo.data(ETX_DELETE, {'serialNumbers': [NUMBER, 'MT2401 10000001'], 'is_signed': True})['id']
    sb.confirm(pin=1)
    sb.portal.set_status(QAIME, 'approved')
    sb.confirm(pin=2)
    status, stats = demo.status(process)
    assert (status, QAIME in stats['etx_exception'][0]) == (3, True)
    assert sorted(row['status'] for row in demo.documents(1)) == ['approved', 'onApproval']


def test_declined_deletion_changes_nothing(sb, demo):
    seed(sb)
    process = demo.data(ETX_DELETE, {'serialNumbers': [NUMBER], 'is_signed': True})['id']
    sb.confirm(pin=1)
    sb.decline(pin=2)
    assert demo.status(process)[0] == 3
    assert demo.documents(1)[0]['status'] == 'onApproval'


def test_other_company_cannot_delete(sb, first):
    seed(sb)
    assert first.code(ETX_DELETE, {'serialNumbers': [NUMBER], 'is_signed': True}) == 20
