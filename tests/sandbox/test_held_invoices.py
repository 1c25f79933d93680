"""What the portal holds: ERP ids that are taken, invoices shown and removed, reading by dates."""

from datetime import timedelta

import pytest
from sb_client import DELETE, IMPORT, READ, make_invoice


def test_erp_id_is_taken_while_the_process_runs(demo):
    invoice = make_invoice()
    demo.send(invoice)
    assert demo.code(IMPORT, {'invoices': [invoice]}) == 17


def test_same_erp_id_twice_in_one_call(demo):
    invoice = make_invoice()
    assert demo.code(IMPORT, {'invoices': [invoice, invoice]}) == 17
    assert demo.numbers(invoice['id']) == {}


def test_deleted_erp_ids(sb, demo):
    invoice = make_invoice()
    demo.send(invoice, upload=False)
    demo.data(READ, {'ids': []})
    demo.data(DELETE, {'ids': [invoice['id']]})
    assert demo.code(IMPORT, {'invoices': [invoice]}) == 17
    sb.configure(reuse_deleted_ids=True)
    assert demo.code(IMPORT, {'invoices': [invoice]}) == 0


def test_deletion_at_the_portal(demo):
    kept, gone, signed = make_invoice(), make_invoice(), make_invoice()
    demo.send(kept, gone, upload=False)
    demo.finish(demo.send(signed))
    for ids in ([gone['id'], signed['id']], [gone['id'], 'unknown'], [gone['id'], 5]):
        answer = demo.call(DELETE, {'ids': ids})
        assert (answer.status_code, answer.json()['err_code']) == (400, 20)
    assert demo.data(DELETE, {'ids': [gone['id']]}) == {'deleted': 1}
    assert set(demo.numbers(kept['id'], gone['id'], signed['id'])) == {kept['id'], signed['id']}
    assert demo.code(DELETE, {'ids': [gone['id']]}) == 20


@pytest.mark.parametrize('unknown, row', [('absent', None), ('empty', {'qaime': ''}), ('null', {'qaime': None})])
def test_forms_of_unknown_ids(sb, demo, unknown, row):
    sb.configure(unknown_ids=unknown)
    data = demo.data(READ, {'ids': ['INV-NONE', 7]})
    rows = [] if row is None else [{'id': 'INV-NONE', **row}, {'id': 7, **row}]
    assert data == {'invoices': rows, 'total': len(rows)}


@pytest.mark.parametrize('form, row', [('empty', {'qaime': ''}), ('null', {'qaime': None}), ('absent', {})])
def test_forms_of_unsigned_invoices(sb, demo, form, row):
    sb.configure(unsigned_qaime=form)
    invoice = make_invoice()
    demo.send(invoice, upload=False)
    assert demo.data(READ, {'ids': [invoice['id']]})['invoices'] == [{'id': invoice['id'], **row}]


def test_reading_by_dates(sb, demo):
    today = f'{sb.portal.clock.baku():%d.%m.%Y}'
    invoice = make_invoice()
    demo.send(invoice, upload=False)
    assert demo.data(READ, {'date_from': today, 'date_to': today})['total'] == 1
    assert demo.data(READ, {'date_from': '01.01.2000', 'date_to': '31.12.2000 23:59'})['total'] == 0


def test_visible_only_after_the_import_stage(sb, demo):
    sb.configure(visible='after_import', stage_seconds=5)
    invoice = make_invoice()
    demo.send(invoice)
    assert demo.numbers(invoice['id']) == {}
    assert demo.code(IMPORT, {'invoices': [invoice]}) == 17
    sb.advance(5)
    assert demo.numbers(invoice['id']) == {invoice['id']: ''}


def test_shown_late(sb, demo):
    sb.configure(shown_after=3600)
    invoice = make_invoice()
    demo.send(invoice, upload=False)
    today = {'date_from': f'{sb.portal.clock.baku():%d.%m.%Y}', 'date_to': f'{sb.portal.clock.baku():%d.%m.%Y}'}
    assert demo.numbers(invoice['id']) == {}
    assert demo.data(READ, today)['total'] == 0
    assert demo.code(IMPORT, {'invoices': [invoice]}) == 17
    assert demo.code(DELETE, {'ids': [invoice['id']]}) == 20
    sb.advance(3600)
    assert demo.numbers(invoice['id']) == {invoice['id']: ''}


def test_a_portal_that_deletes_whatever_it_is_asked(sb, demo):
    sb.configure(deletes='any')
    sent, unsigned = make_invoice(), make_invoice()
    demo.send(sent)
    sb.advance(60)
    demo.send(unsigned, upload=False)
    assert demo.data(DELETE, {'ids': [sent['id'], unsigned['id'], 'never-had']}) == {'deleted': 3}
    assert set(demo.numbers(sent['id'], unsigned['id'])) == {sent['id']}


def test_reading_by_dates_of_a_wrong_clock(sb, demo):
    sb.configure(clock_skew_hours=48)
    demo.send(make_invoice(), upload=False)
    today, later = (f'{sb.portal.clock.baku() + timedelta(days=days):%d.%m.%Y}' for days in (0, 2))
    assert demo.data(READ, {'date_from': today, 'date_to': today})['total'] == 0
    assert demo.data(READ, {'date_from': later, 'date_to': later})['total'] == 1
