"""Package files that anyone may have made."""

import re
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qaime_files import OLD, package, refused

from vatportal import read_package


@pytest.mark.parametrize(
    'wrap',
    [
        '<!DOCTYPE root>%s',
        '<!DOCTYPE root SYSTEM "http://127.0.0.1:1/x.dtd">%s',
        '<?xml-stylesheet href="#s"?>%s',
        '<!DOCTYPE doc [<!ATTLIST xsl:stylesheet id ID #REQUIRED>]><doc><xsl:stylesheet id="s"><xsl:template match="/">'
        '<root/></xsl:template></xsl:stylesheet>%s</doc>',
    ],
)
def test_stylesheets_and_plain_doctypes_are_tolerated(wrap):
    [read] = read_package((wrap % OLD.partition('?>')[2]).encode())
    assert read.number == '25000100'


def test_attributes_do_not_hide_a_text():
    text = OLD.replace('<des>Müqavilə', '<des lang="az">Müqavilə').replace('<c4>2<', '<c4 unit="kq">2<')
    [read] = read_package(text.encode())
    assert (read.invoice.main_info, read.invoice.items[0].quantity) == ('Müqavilə', D(2))


def test_encodings():
    text = OLD.partition('?>')[2]
    for encoding in ('utf-8-sig', 'utf-16'):
        assert read_package(text.encode(encoding))[0].invoice.items[0].name == 'Kağız'


@pytest.mark.parametrize(
    'doctype',
    [
        '<!DOCTYPE root [<!ENTITY x "y">]>',
        '<!DOCTYPE root [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE root [<!ENTITY % x SYSTEM "http://127.0.0.1:1/">]>',
        '<!DOCTYPE root [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-16'])
def test_entities_are_refused(doctype, encoding):
    assert 'entities' in str(refused((doctype + OLD.partition('?>')[2]).encode(encoding)))


def test_an_unknown_entity_does_not_vanish():
    text = '<!DOCTYPE root SYSTEM "x.dtd">' + OLD.partition('?>')[2]
    assert 'entity' in str(refused(text.replace('<c4>2<', '<c4>2&x;<')))


@pytest.mark.parametrize(
    'data',
    [
        b'',
        b'PK',
        b'PK\x03\x04 nonsense',
        b'<root',
        b'text',
        b'\x00\x01',
        b'<a/>',
        b'<root/>',
        b'<root version="x"/>',
        b'<root version="304"/>',
        b'<root version="304"><product/></root>',
        b'<root version="304"><product><qaimeTable/></product></root>',
        b'<root version="304"><product><qaimeTable><x/></qaimeTable></product></root>',
        OLD.replace('<c1>100</c1>', '<c1>x</c1>').encode(),
        OLD.replace('<c4>2</c4>', '<c4>x</c4>').encode(),
        re.sub('<qaimeYekunTable>.*</qaimeYekunTable>', '', OLD).encode(),
        re.sub('<qaimeYekunTable>.*</qaimeYekunTable>', '<qaimeYekunTable><y/></qaimeYekunTable>', OLD).encode(),
        b'<?xml version="1.0" encoding="no-such"?><root/>',
        ('<a>' * 60 + '</a>' * 60).encode(),
        package({'a.txt': 'x'}),
        package({}),
        package({'a.xml': '<a/>'}),
    ],
)
def test_unreadable(data):
    refused(data)


@given(st.binary(max_size=200) | st.text(alphabet='<>/rotversin="304 &;![]', max_size=80).map(str.encode))
def test_nothing_breaks_it(data):
    refused(data)


def test_a_bad_file_is_named():
    exc = refused(package({'folder/bad.xml': OLD.replace('<c14>115.8<', '<c14>1<')}))
    assert str(exc).startswith('bad.xml: row 1: ')


def test_names_in_the_zip_lead_nowhere():
    names = ['../../etc/a.xml', '/abs/b.XML', 'c\\d.xml', 'vhf-inf/vhf.mf']
    read = read_package(package(dict.fromkeys(names, OLD)))
    assert [document.name for document in read] == ['a.xml', 'b.XML', 'd.xml']


def test_zip_bomb():
    assert 'too large' in str(refused(package({'a.xml': b' ' * 10_000_000})))
    assert 'too large' in str(refused(package({'a.xml': b' ' * 17_000_000})))
    assert 'too large' in str(refused(b' ' * 17_000_000))


def test_too_many_files():
    assert 'more than' in str(refused(package({f'{number}.xml': '' for number in range(5001)})))


def test_damaged_and_encrypted_zip():
    data = bytearray(package({'a.xml': OLD}))
    data[60] ^= 255
    assert 'ZIP' in str(refused(bytes(data)))
    data = bytearray(package({'a.xml': OLD}))
    data[6] |= 1
    data[data.index(b'PK\x01\x02') + 8] |= 1
    assert 'encrypted' in str(refused(bytes(data)))
