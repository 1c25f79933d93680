"""Every endpoint once over the socket, against the sandbox: two programs that know only the contract."""

import datetime
import itertools
from dataclasses import replace
from decimal import Decimal as D

import pytest
from samples import invoice, item

from sandbox.server import Sandbox
from vatportal import AuthError, InvalidInvoices, Refused, TransientError, UnknownOutcome, VatPortalClient, qaime_number, serie_number

TODAY = datetime.datetime.now(datetime.timezone.utc)
LONG_AGO, SOON = TODAY - datetime.timedelta(days=400), TODAY + datetime.timedelta(days=2)
_numbers = itertools.count(1)


@pytest.fixture(params=['get', 'post'])
def portal(request):
    with Sandbox(auto_confirm=True, stage_seconds=0, read_style=request.param) as sandbox:
        yield sandbox


@pytest.fixture
def client(portal):
    with VatPortalClient(portal.url, token='sandbox-token', timeout=20) as connected:
        yield connected


def fresh(**changes):
    return invoice(id=f'SDK-2025-{next(_numbers):05}', **changes)


def finish(client, proc_id):
    """The end of a process; with no waiting between, the stages take no time."""
    for _look in range(200):
        status = client.process_status(proc_id)
        if status.finished:
            return status
    raise AssertionError('the process never ends')


def test_invoices_from_upload_to_deletion(client):
    batch = [fresh(), fresh(), fresh(main_info='№ 3')]
    ids = [made.id for made in batch]
    status = finish(client, client.upload_invoices(batch, upload=True))
    assert status.succeeded
    assert (status.stats.imported, status.stats.invoice_signed, status.stats.refusals) == (3, 3, ())
    numbers = client.read_invoices([*ids, 'not-there-1'])
    assert sorted(numbers) == sorted(ids)
    assert all(numbers.values())
    assert client.read_invoices_by_date(LONG_AGO, SOON) == numbers
    status = finish(client, client.delete_etaxes([serie_number(numbers[ids[0]])], is_signed=True))
    assert status.succeeded
    assert status.stats.deleted == 1


def test_imported_only_and_deleted_by_erp_id(client):
    made = fresh()
    proc_id = client.upload_invoices([made], upload=False)
    assert finish(client, proc_id).succeeded
    assert isinstance(client.process_data(proc_id), dict)
    assert client.read_invoices([made.id]) == {made.id: ''}
    client.delete_invoices([made.id])
    assert client.read_invoices([made.id]) == {}


def test_codes_stand_at_their_invoice(client):
    bad = fresh(buyer='123')
    batch = [fresh(), replace(bad, items=(replace(bad.items[0], id='PROD-001'),)), fresh()]
    with pytest.raises(InvalidInvoices) as caught:
        client.upload_invoices(batch, upload=True)
    assert [sorted(codes) for codes in caught.value.codes] == [[], [21, 41], []]
    assert client.read_invoices([made.id for made in batch]) == {}


def test_what_is_fine_here_is_fine_there(client):
    plain = item(apply_vat_amount=D(0), vat_amount=D(0), total=D(100))
    excise = item(aksiz=D(40), aksizgrade=D(40), subtotal2=D(140), apply_vat_amount=D(140), vat_amount=D('25.2'), transport_tax=D('1.5'), total=D('166.7'))
    thirds = item(
        unit_price=D('0.4'),
        quantity=D('816.6102'),
        subtotal1=D('326.6441'),
        subtotal2=D('326.6441'),
        apply_vat_amount=D('326.6441'),
        vat_amount=D('58.7959'),
        transport_tax=D('14.56'),
        total=D(400),
    )
    cases = [(plain,), (excise,), (thirds, item())]
    batch = [replace(invoice(*lines), id=f'SDK-FINE-{next(_numbers):05}') for lines in cases]
    assert [made.problems() for made in batch] == [[], [], []]
    assert finish(client, client.upload_invoices(batch, upload=True)).succeeded


def test_the_same_id_again(client):
    made = fresh()
    client.upload_invoices([made], upload=False)
    with pytest.raises(Refused) as caught:
        client.upload_invoices([made], upload=False)
    assert caught.value.code == 17


def test_download(portal, client):
    portal.portal.generate(7, folder=0)
    proc_id = client.start_download(LONG_AGO, SOON, direction=0)
    assert finish(client, proc_id).succeeded
    page = client.read_etaxes(direction=0, proc_id=proc_id)
    assert (len(page.documents), page.total, page.bad) == (7, 7, [])
    by_date = client.read_etaxes(direction=0, date_from=LONG_AGO, date_to=SOON)
    assert {doc.qaime for doc in by_date.documents} == {doc.qaime for doc in page.documents}
    for document in page.documents:
        assert qaime_number(document.serial + document.number) == qaime_number(document.qaime)
        assert document.lines
        assert document.datetime
        assert document.net_amount > 0
    assert client.read_etaxes(direction=1, date_from=LONG_AGO, date_to=SOON).documents == []


def test_pages(portal, client):
    portal.configure(page_size=3)
    portal.portal.generate(7, folder=0)
    finish(client, client.start_download(LONG_AGO, SOON, direction=0))
    pages = [client.read_etaxes(direction=0, date_from=LONG_AGO, date_to=SOON, page=page) for page in (1, 2, 3)]
    assert [len(page.documents) for page in pages] == [3, 3, 1]
    assert len({doc.qaime for page in pages for doc in page.documents}) == pages[0].total == 7


def test_nothing_to_delete_there(client):
    with pytest.raises(Refused) as caught:
        client.delete_etaxes(['MT2401 10000000'], is_signed=True)
    assert caught.value.code == 20


def test_token_renewal(portal, client):
    plain = client.start_reset('demo')
    token = client.confirm_reset('demo', client.renewal_key('sandbox-secret', plain))
    with pytest.raises(AuthError):
        client.read_invoices(['SDK-0000'])
    with VatPortalClient(portal.url, token=token) as renewed:
        assert renewed.read_invoices(['SDK-0000']) == {}


def test_user_name_and_password(portal):
    with VatPortalClient(portal.url, username='demo', password='demo') as client:
        assert finish(client, client.upload_invoices([fresh()], upload=True)).succeeded
    with VatPortalClient(portal.url, username='demo', password='wrong') as client:
        with pytest.raises(AuthError) as caught:
            client.read_invoices(['SDK-0000'])
        assert caught.value.reason == 'credentials'


@pytest.mark.parametrize('phone', [None, '994509999999', '12345'])
def test_a_partner_needs_his_phone(portal, phone):
    with VatPortalClient(portal.url, token='partner-token', phone=phone) as client:
        for call in (lambda: client.read_invoices(['SDK-0000']), lambda: client.upload_invoices([fresh()], upload=True)):
            with pytest.raises(AuthError) as caught:
                call()
            assert caught.value.reason == 'phone'


def test_a_partner_with_his_phone(portal):
    with VatPortalClient(portal.url, token='partner-token', phone='994501234567') as client:
        made = fresh(seller='4444444444')
        assert finish(client, client.upload_invoices([made], upload=True)).succeeded
        assert client.read_invoices([made.id])[made.id]


def test_a_lost_answer_is_settled_by_reading(portal, client):
    made = fresh()
    portal.faults.add('/inv/import_upload_invoices.php', 'answer_lost')
    with pytest.raises(UnknownOutcome):
        client.upload_invoices([made], upload=False)
    assert made.id in client.read_invoices([made.id])


@pytest.mark.parametrize(
    ('kind', 'write', 'read'),
    [
        ('http_500', UnknownOutcome, TransientError),
        ('bad_gateway', UnknownOutcome, TransientError),
        ('unavailable', UnknownOutcome, TransientError),
        ('redirect', UnknownOutcome, TransientError),
        ('unauthorized', AuthError, AuthError),
        ('error', UnknownOutcome, TransientError),
        ('reset', UnknownOutcome, TransientError),
        ('truncated', UnknownOutcome, TransientError),
        ('cut_off', UnknownOutcome, TransientError),
        ('invalid_json', UnknownOutcome, TransientError),
        ('wrong_shape', UnknownOutcome, TransientError),
    ],
)
def test_faults(portal, client, kind, write, read):
    with pytest.raises((UnknownOutcome, TransientError, AuthError)) as caught:
        portal.faults.add('*', kind)
        client.upload_invoices([fresh()], upload=False)
    assert type(caught.value) is write
    with pytest.raises((UnknownOutcome, TransientError, AuthError)) as caught:
        portal.faults.add('*', kind)
        client.read_invoices(['SDK-0000'])
    assert type(caught.value) is read


@pytest.mark.parametrize('shape', ['list', 'null', 'string', 'no_data', 'data_null'])
def test_shapes(portal, client, shape):
    portal.faults.add('/etx/read_invoices', 'wrong_shape', times=2, shape=shape)
    with pytest.raises(TransientError):
        client.read_etaxes(direction=0, date_from=LONG_AGO, date_to=SOON)
