import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal as D

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st
from qaime_files import OLD, refused
from samples import invoice, invoices, item

from vatportal import QaimeXmlError, read_package, write_package
from vatportal.qaime_xml import write_invoice


@given(st.lists(invoices(), min_size=1, max_size=3))
def test_round_trip(made):
    read = read_package(write_package(made))
    assert [document.invoice for document in read] == [replace(one, id='') for one in made]
    assert {document.version for document in read} == {304}


@given(st.text(st.characters(codec='utf-8'), max_size=50))
def test_any_text_makes_a_file_that_can_be_read(text):
    made = invoice(item(name='x' + text, unit='"\'&<>' + text), main_info=text)
    [read] = read_package(write_invoice(made))
    [line] = read.invoice.items
    plain = re.sub('[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]', ' ', text)
    assert (line.name, line.unit) == (('x' + plain).strip(), ('"\'&<>' + plain).strip())
    assert read.invoice.main_info == plain.strip()


def test_whole_file():
    made = invoice(
        item(
            aksiz=D(40),
            aksizgrade=D(40),
            subtotal2=D(140),
            apply_vat_amount=D(140),
            vat_amount=D('25.2'),
            transport_tax=D('1.5'),
            total=D('166.7'),
            barcode='4760000000017',
        ),
        add_info='qeyd',
    )
    root = xmltodict.parse(write_invoice(made, buyer_name='B', object_name='Anbar', object_code='7', ref_serial='AA', ref_number='17'))['root']
    assert root['product'].pop('qaimeTable') == {
        'row': {
            '@no': '0',
            'c1': '1234567890',
            'c2': 'Kağız',
            'c3': 'ədəd',
            'c4': '2',
            'c5': '50',
            'c6': '100.0000',
            'c7': '40.0000',
            'c8': '40.0000',
            'c9': '140.0000',
            'c10': '140.0000',
            'c11': '0.0000',
            'c12': '0.0000',
            'c13': '0.0000',
            'c14': '25.2000',
            'c15': '1.5000',
            'c16': '166.7000',
            'c17': '4760000000017',
            'productId': None,
        }
    }
    assert root.pop('product') == {
        'qaimeYekunTable': {
            'row': {
                'c1': '100.00',
                'c2': '40.00',
                'c3': '140.00',
                'c4': '140.00',
                'c5': '0.00',
                'c6': '0.00',
                'c7': '0.00',
                'c8': '25.20',
                'c9': '166.70',
                'c10': '1.50',
            }
        }
    }
    assert root == {
        '@version': '304',
        '@kod': 'QAIME_1',
        'qaimeKime': '1234567891',
        'qaimeKimden': '9900003871',
        'qaimeKimeAd': 'B',
        'ds': 'AA',
        'dn': '17',
        'des': 'Müqavilə 1',
        'des2': 'qeyd',
        'ma': 'Anbar',
        'mk': '7',
    }


def test_package_layout():
    data = write_package([invoice(id='INV/2025/ə 1'), invoice(id='INV/2025/ü 1')])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ['vhf-inf/vhf.mf', '0001_INV_2025_1.xml', '0002_INV_2025_1.xml']
        assert archive.read('vhf-inf/vhf.mf') == b'VHF-Manifest-Version: 1.0\r\n\r\n'
    assert data == write_package([invoice(id='INV/2025/ə 1'), invoice(id='INV/2025/ü 1')])
    assert [document.name for document in read_package(data)] == ['0001_INV_2025_1.xml', '0002_INV_2025_1.xml']


def test_old_version():
    [read] = read_package(OLD.encode())
    line = item(unit='kq', apply_vat_amount=D(60), skip_vat_amount=D(30), vat_free=D(10), vat_amount=D('10.8'), transport_tax=D(5), total=D('115.8'))
    assert read.invoice.items == (line,)


def test_old_version_in_full():
    [read] = read_package(OLD.encode())
    assert (read.version, read.kod, read.serial, read.number) == (205, 'QAIME_1', 'MT2412', '25000100')
    assert (read.buyer_name, read.object_name, read.object_code) == ('Alıcı & Co', 'Anbar', '7')
    assert (read.ref_serial, read.ref_number, read.name) == ('AA', '17', '')
    made = read.invoice
    assert (made.seller, made.buyer, made.main_info, made.add_info) == ('9900003871', '1234567891', 'Müqavilə', '')
    assert (made.sum_ttax, made.sum_vat_amount, made.sum_total) == (D(5), D('10.8'), D('115.8'))
    assert read.totals['sum_total'] == D('115.8')


@pytest.mark.parametrize('version', ['1', '204', '206', '303', 'v205', '205.1'])
def test_other_old_versions(version):
    [read] = read_package(OLD.replace('"205"', f'"{version}"').encode())
    assert read.invoice.sum_vat_amount == D('10.8')


@pytest.mark.parametrize('version', ['305', '999'])
def test_newer_versions_are_read_as_the_newest_known(version):
    data = write_invoice(invoice()).replace(b'"304"', f'"{version}"'.encode())
    assert read_package(data)[0].invoice == invoice(id='')


def test_a_mistaken_layout_is_found_out():
    exc = refused(OLD.replace('"205"', '"304"'))
    assert (exc.row, exc.field) == (1, 'vat_parts')
    assert (exc.found, exc.expected) == (D('110.8'), D(100))
    exc = refused(write_invoice(invoice()).replace(b'"304"', b'"250"'))
    assert exc.row == 1


@pytest.mark.parametrize(
    ('old', 'new', 'field', 'found', 'expected'),
    [
        ('<c9>100.0000', '<c9>101', 'subtotal2', '101', '100'),
        ('<c10>100.0000', '<c10>99', 'vat_parts', '99', '100'),
        ('<c16>118.0000', '<c16>118.02', 'total', '118.02', '118'),
    ],
)
def test_rows_that_do_not_add_up(old, new, field, found, expected):
    text = write_invoice(invoice(item(), item())).decode()
    head, mark, tail = text.partition('no="1"')
    exc = refused(head + mark + tail.replace(old, new, 1))
    assert (exc.row, exc.field, exc.found, exc.expected) == (2, field, D(found), D(expected))
    assert str(exc).startswith('row 2: ')
    assert found in str(exc)
    assert expected in str(exc)


def test_totals_that_do_not_add_up():
    exc = refused(write_invoice(invoice()).replace(b'<c9>118.00<', b'<c9>118.02<'))
    assert (exc.row, exc.field, exc.found, exc.expected) == (None, 'sum_total', D('118.02'), D(118))
    read_package(write_invoice(invoice()).replace(b'<c9>118.00<', b'<c9>118.01<'))


def test_simplified_taxation():
    made = invoice(item(apply_vat_amount=D(0), vat_amount=D(0), total=D(100)))
    assert read_package(write_invoice(made))[0].invoice == replace(made, id='')


@pytest.mark.parametrize('barcode', ['', '0', '1234567890000'])
def test_no_barcode(barcode):
    data = write_invoice(invoice(item(barcode=barcode)))
    assert b'<c17>0</c17>' in data
    assert read_package(data)[0].invoice.items[0].barcode == '1234567890000'


@pytest.mark.parametrize(
    ('made', 'field', 'row'),
    [
        (invoice(type='avans'), 'type', None),
        (invoice(with_agent=True), 'type', None),
        (invoice(main_qaime='AA24070000000'), 'type', None),
        (replace(invoice(), items=()), 'items', None),
        (invoice(main_info='x' * 151), 'des', None),
        (invoice(item(), item(name='x' * 151)), 'name', 2),
        (invoice(item(unit='x' * 151)), 'unit', 1),
        (invoice(item(quantity=D('2.00001'))), 'quantity', 1),
        (invoice(item(total=D(120))), 'total', 1),
        (invoice(sum_total=D(120)), 'sum_total', None),
    ],
)
def test_what_the_form_cannot_hold(made, field, row):
    with pytest.raises(QaimeXmlError) as caught:
        write_package([made])
    assert (caught.value.field, caught.value.row) == (field, row)


def test_an_empty_package_is_not_written():
    with pytest.raises(ValueError, match='no invoices'):
        write_package([])


def test_missing_amounts_are_nothing():
    assert b'<c15>0.0000</c15>' in write_invoice(invoice(item(transport_tax=None)))
