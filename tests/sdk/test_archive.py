"""Archives: what is written, that it is the same each time, and what is refused when it is read."""

import hashlib
import io
import json
import subprocess
import zipfile
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qaime_files import OLD

from vatportal import archive, archive_read, read_package
from vatportal.archive import Archived, Writer
from vatportal.archive_read import ArchiveError, Reader

OWN, VENDOR = '1402345691', '1503647981'
AMOUNTS = {'ini_amount': 100, 'ini_amount2': 100, 'apply_amount': 100, 'vat_amount': 18, 'net_amount': 118}
ROW = {'line': 1, 'prod_code': '2523290000', 'prod_name': 'Sement', 'unit_name': 'kq', 'unit_qty': 0.5, 'unit_price': 200, **AMOUNTS}


def words(number='MT251125000001', **changes):
    return {
        'qaime': number,
        'tin_from': VENDOR,
        'tin_to': OWN,
        'cmp_to': 'Xəzər',
        'datetime': '20.11.2025 10:05',
        'type': 'defaultInvoice',
        'status': 'approved',
        **AMOUNTS,
        'lines': [ROW],
        **changes,
    }


def archived(data=None, direction='incoming', **values):
    data = data or words()
    return Archived(**{'direction': direction, 'name': data['qaime'], 'data': data, **values})


def written(*documents, voen=OWN, **told):
    file = io.BytesIO()
    writer = Writer(file)
    for one in documents:
        writer.add(one, one.document())
    writer.add_file(archive.INDEX, b'PK-a-list', packed=True)
    writer.close(voen, **told)
    return file.getvalue()


def files(content):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(found, rehash=True, **options):
    """A ZIP of ``found``, its hashes made anew: what a careful liar makes."""
    if rehash:
        found = {
            **found,
            'SHA256SUMS': archive.sums_text((name, hashlib.sha256(content).hexdigest()) for name, content in found.items() if name != 'SHA256SUMS').encode(),
        }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED, **options) as package:
        for name, content in found.items():
            package.writestr(name, content)
    return buffer.getvalue()


def refused(content, reason, name=''):
    with pytest.raises(ArchiveError) as caught:
        Reader(io.BytesIO(content), OWN)
    assert (caught.value.reason, caught.value.name) == (reason, name), str(caught.value)


PATH = 'incoming/2025-11/MT251125000001.json'


def replaced(**changes):
    """A sound archive but for these files; a value of None takes one out. ``JSON``, ``manifest``: changes of these."""
    found = files(written(archived()))
    if 'JSON' in changes:
        found[PATH] = archive.json_bytes({**words(), **changes.pop('JSON')})
    if 'manifest' in changes:
        found['manifest.json'] = archive.json_bytes({**json.loads(found['manifest.json']), **changes.pop('manifest')})
    found.update(changes)
    return packed({name: content for name, content in found.items() if content is not None})


def test_the_same_documents_give_the_same_bytes(tmp_path):
    one = archived(words(a=1, b={'y': 2.50, 'x': 'ə'}))
    again = archived(dict(reversed(words(b={'x': 'ə', 'y': 2.5}, a=1).items())))
    assert written(one, date_from='2025-01-01') == written(again, date_from='2025-01-01')
    (tmp_path / 'a.zip').write_bytes(written(one))
    with zipfile.ZipFile(tmp_path / 'a.zip') as package:
        assert {entry.date_time[0] for entry in package.infolist()} == {1980}
        package.extractall(tmp_path)
    listed = [line.split('  ')[1] for line in (tmp_path / 'SHA256SUMS').read_text().splitlines()]
    assert listed == sorted(listed) and len(listed) == 4
    subprocess.run(['sha256sum', '--check', '--strict', 'SHA256SUMS'], cwd=tmp_path, check=True, capture_output=True)


def test_what_is_written_is_read():
    xml = b'<root/>'
    deleted = archived(archive.as_deleted(words('MT251125000002')), xml=xml)
    sent = archived(words('MT251125000003', tin_from=OWN, tin_to=VENDOR, datetime='', _archive={'source': 'sent', 'payload': {'id': 'A'}}), 'outgoing')
    content = written(archived(), deleted, sent)
    assert set(files(content)) == {
        PATH,
        PATH.replace('.json', '.form.xml'),
        'incoming/2025-11/MT251125000002.json',
        'incoming/2025-11/MT251125000002.xml',
        'sent/no-date/MT251125000003.json',
        'sent/no-date/MT251125000003.form.xml',
        'index.xlsx',
        'manifest.json',
        'SHA256SUMS',
    }
    reader = Reader(io.BytesIO(content), OWN)
    assert list(reader.sources.items()) == [
        (('incoming', 'MT251125000001'), 'portal'),
        (('incoming', 'MT251125000002'), 'portal'),
        (('outgoing', 'MT251125000003'), 'sent'),
    ]
    assert [*reader.documents(reader.sources)] == [archived(), deleted, sent]
    first, second, third = reader.documents(reader.sources)
    assert [one.is_deleted for one in (first, second, third)] == [False, True, False]
    assert second.document().raw == words('MT251125000002'), "the portal's words are without our mark"
    assert written(*reader.documents(reader.sources)) == content


def test_a_document_is_written_once():
    with pytest.raises(ValueError, match='already'):
        written(archived(), archived())


def test_the_form_is_read_as_what_it_is():
    form = files(written(archived()))[PATH.replace('.json', '.form.xml')]
    [read] = read_package(form)
    assert (read.serial + read.number, read.buyer_name, read.invoice.seller, read.invoice.sum_total) == ('MT251125000001', 'Xəzər', VENDOR, D(118))
    assert read.invoice.items[0].quantity == D('0.5')


@pytest.mark.parametrize(
    'changes',
    [
        {'type': 'avans'},
        {'main_subject': 'x' * 151},
        {'lines': []},
        {'lines': [{**ROW, 'unit_qty': 0.12345}]},
        {'net_amount': 500},
        {'lines': [{**ROW, 'unit_price': 10**40}]},
    ],
)
def test_what_the_form_cannot_hold_has_none(changes):
    assert not [name for name in files(written(archived(words(**changes)))) if name.endswith('.xml')]


@pytest.mark.parametrize('moment', ['', None, '01.01.1970', 'yesterday', '31.02.2025'])
def test_no_date(moment):
    assert f'incoming/{archive.NO_DATE}/MT251125000001.json' in files(written(archived(words(datetime=moment))))


def test_a_file_says_what_is_known_of_its_document():
    [read] = read_package(OLD.encode())
    numbered = archive.from_file(read, 'MT241225000100')
    one = Archived(direction='incoming', name='MT241225000100', data=numbered, xml=OLD.encode())
    document = one.document()
    assert (one.source, document.qaime, document.net_amount, document.type) == ('file', 'MT241225000100', D('115.8'), 'defaultInvoice')
    assert document.lines[0].prod_name == 'Kağız'
    stem = archive.file_stem('a' * 40, 2)
    bare = Archived(direction='incoming', name=stem, data=archive.from_file(read, ''), xml=OLD.encode())
    assert (stem, bare.document().qaime) == (f'file-{"a" * 16}-2', '')
    content = written(one, bare, voen='1234567891')
    reader = Reader(io.BytesIO(content), '1234567891')
    assert [*reader.documents(reader.sources)] == [one, bare]


# ---------------------------------------------------------------------- refused


def test_a_changed_file_is_named():
    found = files(written(archived()))
    for name in (PATH, PATH.replace('.json', '.form.xml'), 'index.xlsx', 'manifest.json'):
        refused(packed({**found, name: found[name] + b' '}, rehash=False), 'hash', name)


def test_what_is_not_in_the_list_or_not_there():
    found = files(written(archived()))
    refused(packed({**found, 'incoming/2025-11/MT251125000009.json': b'{}'}, rehash=False), 'unlisted', 'incoming/2025-11/MT251125000009.json')
    del found[PATH]
    refused(packed(found, rehash=False), 'absent', PATH)


@pytest.mark.parametrize('line', [b'abc  x', b'0' * 64, b'0' * 64 + b'  x\n' + b'0' * 64 + b'  x', b'\xff\xfe'])
def test_a_broken_list(line):
    found = {**files(written(archived())), 'SHA256SUMS': line}
    with pytest.raises(ArchiveError) as caught:
        Reader(io.BytesIO(packed(found, rehash=False)), OWN)
    assert caught.value.reason in ('sums', 'zip')


@pytest.mark.parametrize(
    'path',
    [
        '../../etc/passwd',
        '/etc/passwd',
        'incoming/../../x.json',
        'C:\\x.json',
        'incoming/2025-11/..json',
        'incoming/2025-11/a/b.json',
        'outgoing/2025-11/MT251125000001.json',
        'incoming/2025-11/mt251125000001.json',
        'incoming/2025-11/MT251125000001.form.json',
        'incoming/2025-11/MT251125000001.html',
        'incoming/2025/MT251125000001.json',
        'readme.txt',
    ],
)
def test_other_paths(path):
    refused(replaced(**{path: b'{}'}), 'path', path)


@pytest.mark.parametrize(
    ('manifest', 'reason'),
    [
        ({'version': 2}, 'newer'),
        ({'version': 'x'}, 'manifest'),
        ({'version': True}, 'manifest'),
        ({'version': 0}, 'manifest'),
        ({'format': 'other'}, 'manifest'),
        ({'voen': VENDOR}, 'voen'),
        ({'voen': None}, 'voen'),
        ({'documents': {'incoming': 2, 'sent': 0}}, 'count'),
        ({'documents': None}, 'count'),
    ],
)
def test_manifests(manifest, reason):
    refused(replaced(manifest=manifest), reason, 'manifest.json')


def test_without_manifest_or_list():
    found = files(written(archived()))
    refused(packed({name: content for name, content in found.items() if name != 'manifest.json'}), 'manifest')
    refused(packed({name: content for name, content in found.items() if name != 'SHA256SUMS'}, rehash=False), 'sums', 'SHA256SUMS')
    refused(replaced(**{'manifest.json': b'[1]'}), 'json', 'manifest.json')


def test_a_company_without_a_voen_takes_none():
    with pytest.raises(ArchiveError, match='voen'):
        Reader(io.BytesIO(written(archived(), voen='')), '')


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'[]',
        b'null',
        b'{"qaime": ',
        b'\xff',
        b'{"net_amount": NaN, "qaime": "MT251125000001"}',
        b'[' * 100_000,
        b'{"a":' * 100_000,
        b'{"qaime": 1' + b'0' * 5000 + b'}',
    ],
)
def test_no_json(content):
    refused(replaced(**{PATH: content}), 'json', PATH)


@pytest.mark.parametrize('changes', [{'net_amount': 'x'}, {'lines': 5}, {'lines': [1]}, {'qaime': ''}, {'ini_amount': []}])
def test_no_document(changes):
    refused(replaced(JSON=changes), 'json', PATH)


@pytest.mark.parametrize('changes', [{'qaime': 'MT251125000002'}, {'datetime': '20.12.2025'}, {'datetime': ''}])
def test_a_document_of_another_name(changes):
    refused(replaced(JSON=changes), 'name', PATH)


def test_the_same_document_twice():
    second = archive.json_bytes(words(datetime='20.12.2025'))
    path = PATH.replace('2025-11', '2025-12')
    refused(replaced(**{path: second}, manifest={'documents': {'incoming': 2, 'sent': 0}}), 'name', path)


@pytest.mark.parametrize('changes', [{'tin_to': VENDOR}, {'tin_to': ''}, {'tin_from': OWN, 'tin_to': VENDOR}])
def test_a_document_of_others(changes):
    refused(replaced(JSON=changes), 'stranger', PATH)


def test_a_name_twice(recwarn):
    buffer = io.BytesIO(written(archived()))
    with zipfile.ZipFile(buffer, 'a') as package:
        package.writestr(PATH, b'{}')
    refused(buffer.getvalue(), 'twice', PATH)


def test_an_encrypted_file():
    content = bytearray(written(archived()))
    place = content.index(b'PK\x01\x02')
    content[place + 8] |= 1
    refused(bytes(content), 'encrypted', PATH)


@pytest.mark.parametrize('content', [b'', b'PK', b'not a zip', b'PK\x03\x04' + b'x' * 100])
def test_no_zip(content):
    assert not archive_read.is_archive(io.BytesIO(content))
    refused(content, 'zip')


def test_what_is_meant_as_an_archive():
    assert archive_read.is_archive(io.BytesIO(replaced(**{'x': b''})))
    assert not archive_read.is_archive(io.BytesIO(packed({'manifest.json': b'{}'}, rehash=False)))


def test_bombs(monkeypatch):
    refused(replaced(**{'index.xlsx': b'0' * 3_000_000}), 'large', 'index.xlsx')
    monkeypatch.setattr(archive_read, 'MAX_FILE_BYTES', 500)
    with pytest.raises(ArchiveError, match='large'):
        Reader(io.BytesIO(written(archived(words(a='ə' * 1000)))), OWN)
    monkeypatch.undo()
    monkeypatch.setattr(archive_read, 'MAX_TOTAL_BYTES', 1000)
    with pytest.raises(ArchiveError, match='large'):
        Reader(io.BytesIO(written(archived())), OWN)
    monkeypatch.undo()
    monkeypatch.setattr(archive_read, 'MAX_ENTRIES', 3)
    refused(written(archived()), 'many')


@given(place=st.integers(min_value=0), value=st.integers(min_value=0, max_value=255))
def test_any_changed_byte(place, value):
    """Is refused, or does not matter: what is read is what was written."""
    content = bytearray(written(archived()))
    content[place % len(content)] = value
    try:
        reader = Reader(io.BytesIO(bytes(content)), OWN)
        assert [*reader.documents(reader.sources)] == [archived()]
    except ArchiveError:
        pass
