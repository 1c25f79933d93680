"""Each fault of a file has a reason, for whoever says it in other words."""

from decimal import Decimal as D

import pytest
from qaime_files import OLD, package, refused
from samples import invoice, item

from vatportal import QaimeXmlError, write_invoice
from vatportal.qaime_layout import REASONS
from vatportal.qaime_read import xml_files

WRONG_TOTAL = OLD.replace('<c8>115.8<', '<c8>1<')


@pytest.mark.parametrize(
    ('data', 'reason'),
    [
        (b' ' * 17_000_000, 'large'),
        (package({'a.xml': b' ' * 10_000_000}), 'large'),
        (package({f'{number}.xml': '' for number in range(5001)}), 'many'),
        (b'PK nonsense', 'zip'),
        (package({'a.txt': ''}), 'no_files'),
        (b'<root', 'xml'),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a/>', 'entity'),
        (b'<a>' * 60 + b'</a>' * 60, 'depth'),
        (b'<a/>', 'no_qaime'),
        (OLD.replace('<c4>2<', '<c4>x<'), 'number'),
        (OLD.replace('<c14>115.8<', '<c14>1<'), 'row'),
        (WRONG_TOTAL, 'total'),
    ],
)
def test_reading(data, reason):
    exc = refused(data)
    assert exc.reason == reason
    assert reason in REASONS


@pytest.mark.parametrize(
    ('made', 'reason'), [(invoice(type='avans'), 'kind'), (invoice(main_info='x' * 151), 'text'), (invoice(item(quantity=D('0.12345'))), 'decimals')]
)
def test_writing(made, reason):
    with pytest.raises(QaimeXmlError) as caught:
        write_invoice(made)
    assert caught.value.reason == reason
    assert reason in REASONS


def test_the_parts_of_the_message():
    exc = refused(package({'folder/bad.xml': WRONG_TOTAL}))
    assert (exc.name, exc.row, exc.field) == ('bad.xml', None, 'sum_total')
    assert exc.message == 'the total sum_total is not the sum of the rows'


def test_files_are_split_without_being_read():
    assert xml_files(package({'a.xml': 'nonsense', 'x/b.xml': '', 'c.txt': ''})) == [('a.xml', b'nonsense'), ('b.xml', b'')]
    assert xml_files(b'nonsense') == [('', b'nonsense')]
