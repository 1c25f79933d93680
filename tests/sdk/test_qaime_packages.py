"""Packages and files as others pack and write them."""

import pytest
from qaime_files import OLD, package, refused

from vatportal import read_package
from vatportal.qaime_read import xml_files


def test_what_macos_adds_is_passed_over():
    data = package({'a/qaime.xml': OLD, '__MACOSX/a/._qaime.xml': b'\0\5\x16\7', 'a/.hidden.xml': 'x', '._b.xml': 'y'})
    assert [read.name for read in read_package(data)] == ['qaime.xml']
    assert refused(package({'__MACOSX/._qaime.xml': 'x'})).reason == 'no_files'


def test_packages_in_packages():
    inner = package({'b.xml': OLD, 'vhf-inf/vhf.mf': ''})
    data = package({'a.xml': OLD, 'november.zip': inner, 'deeper.ZIP': package({'c.zip': inner})})
    assert [name for name, _content in xml_files(data)] == ['a.xml', 'b.xml', 'b.xml']
    assert len(read_package(data)) == 3


def test_packages_in_packages_have_limits():
    data = package({'a.xml': OLD})
    for _depth in range(4):
        data = package({'inner.zip': data})
    assert (refused(data).reason, refused(data).name) == ('depth', 'inner.zip')
    fault = refused(package({'broken.zip': package({'a.xml': OLD})[:-30], 'a.xml': OLD}))
    assert (fault.reason, fault.name) == ('zip', 'broken.zip')
    assert refused(package({'photos.zip': package({'a.jpg': 'x'})})).reason == 'no_files'
    many = package({f'{number}.xml': '' for number in range(2600)})
    assert refused(package({'a.zip': many, 'b.zip': many})).reason == 'many'
    large = package({f'{number}.xml': f'{number}' + 'x' * 15_000 for number in range(10)})
    assert len(xml_files(package({f'{number}.zip': large for number in range(20)}))) == 200


@pytest.mark.parametrize('start', ['\n', '  \r\n\t', '\ufeff', '\ufeff\n', '\n\ufeff', '\ufeff\ufeff', ' ' * 5000])
def test_what_stands_before_the_declaration(start):
    for text in (OLD, OLD.partition('?>')[2]):
        data = (start + text).encode()
        assert read_package(data)[0].number == '25000100'
        assert read_package(package({'a.xml': data}))[0].number == '25000100'


@pytest.mark.parametrize(
    ('encoding', 'name'),
    [
        ('windows-1251', 'Цемент М400'),
        ('WINDOWS-1254', 'Kağıt, İzmir şubesi'),
        ('cp1254', 'Kağıt'),
        ('iso-8859-9', 'Kağıt'),
        ('koi8-r', 'Цемент'),
        ('utf-8', 'Kağız, ədəd'),
        ('utf-16', 'Kağız, ədəd'),
    ],
)
def test_the_declared_encoding(encoding, name):
    text = (
        OLD.replace('Kağız', name)
        .replace('Alıcı &amp; Co', 'X')
        .replace('Müqavilə', 'X')
        .replace('<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{encoding}"?>')
    )
    assert read_package(text.encode(encoding))[0].invoice.items[0].name == name


def test_encodings_that_nobody_has():
    for encoding in ('x-none', 'utf-7', 'rot13', 'idna', 'base64'):
        text = OLD.replace('<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{encoding}"?>')
        assert refused(text.encode()).reason == 'xml'
