"""Reading archives (:mod:`.archive`), which anyone may have made: all of one is checked before anything of it is given out."""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any

from . import voen
from .archive import BOOKS, FOLDERS, FORMAT, INDEX, MANIFEST, SUMS, VERSION, Archived, month_of, read_data, source_of
from .errors import clean_text
from .etaxes import EtaxesDocument, qaime_number
from .plain import is_number
from .qaime_read import MAX_FILE_BYTES, MAX_RATIO

MAX_ENTRIES = 200_000
MAX_TOTAL_BYTES = 4 * 1024**3
PIECE = 1024 * 1024
#: what can be wrong with an archive
REASONS = (
    'zip',
    'many',
    'large',
    'encrypted',
    'path',
    'twice',
    'manifest',
    'newer',
    'voen',
    'sums',
    'unlisted',
    'absent',
    'hash',
    'json',
    'name',
    'stranger',
    'count',
)
_DIRECTIONS = {folder: direction for direction, folder in FOLDERS.items()}
_PATH = re.compile(r'(?P<folder>[a-z]+)/(?P<month>\d{4}-\d{2}|no-date)/(?P<name>[^/\\.]+)(?P<form>\.form)?\.(?P<kind>json|xml)')
_STEM = re.compile(r'file-[0-9a-f]{16}(-\d{1,4})?')
_SUM = re.compile(r'([0-9a-f]{64}) [ *](.+)')
# What zipfile says of a ZIP that is none.
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, UnicodeError)


class ArchiveError(ValueError):
    """An archive that is not taken. Nothing of it was given out.

    :ivar reason: one of :data:`REASONS`. :ivar name: the file in it, '' where it concerns the whole. :ivar detail: what was
        found, in English.
    """

    def __init__(self, reason: str, name: str = '', detail: str = '') -> None:
        self.reason, self.name, self.detail = reason, clean_text(name, 200), clean_text(detail, 200)
        super().__init__(': '.join(filter(None, (self.name, reason, self.detail))))


def is_archive(file: IO[bytes]) -> bool:
    """Whether ``file`` means to be an archive, sound or not. Its position is its beginning afterwards."""
    try:
        with zipfile.ZipFile(file) as package:
            return {MANIFEST, SUMS} <= set(package.namelist())
    except _BROKEN_ZIP:
        return False
    finally:
        file.seek(0)


class Reader:
    """An archive that was checked as a whole: layout, limits, hashes, and that each document is one of the company's.

    :ivar manifest: what it says of itself. :ivar sources: (direction, name) → source of each of its documents, in their order.
    """

    def __init__(self, file: IO[bytes], own_voen: str) -> None:
        """
        :param own_voen: the company's
        :raises ArchiveError: for whatever is not as :class:`.archive.Writer` writes it
        """
        try:
            self._zip = zipfile.ZipFile(file)
            self._entries = self._checked_entries()
            self.manifest = self._checked_manifest(own_voen)
            self.sources: dict[tuple[str, str], str] = {}
            self._paths: dict[tuple[str, str], tuple[str, str | None]] = {}
            self._check(own_voen)
        except ArchiveError:
            raise
        except _BROKEN_ZIP as error:
            raise ArchiveError('zip', detail=str(error)) from None

    def documents(self, names: Iterable[tuple[str, str]]) -> Iterator[Archived]:
        """Those of ``names``, one by one. :raises ArchiveError: as the file has changed meanwhile"""
        for direction, name in names:
            path, xml = self._paths[direction, name]
            data = _json(path, self._content(path))
            yield Archived(direction=direction, name=name, data=data, xml=self._content(xml) if xml else None)

    # ------------------------------------------------------------------ the whole

    def _checked_entries(self) -> dict[str, zipfile.ZipInfo]:
        found: dict[str, zipfile.ZipInfo] = {}
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise ArchiveError('many')
        for entry in entries:
            path = entry.filename
            if path in found:
                raise ArchiveError('twice', path)
            if path not in (MANIFEST, SUMS, INDEX, BOOKS):
                _parts(path)
            if entry.flag_bits & 1:
                raise ArchiveError('encrypted', path)
            found[path] = entry
        return found

    def _checked_manifest(self, own_voen: str) -> dict[str, Any]:
        if MANIFEST not in self._entries:
            raise ArchiveError('manifest', detail='there is none')
        manifest = _json(MANIFEST, self._content(MANIFEST))
        version = manifest.get('version')
        if manifest.get('format') != FORMAT or not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise ArchiveError('manifest', MANIFEST, 'not of an archive')
        if version > VERSION:
            raise ArchiveError('newer', MANIFEST, str(version))
        if not own_voen or voen.normalize(str(manifest.get('voen'))) != own_voen:
            raise ArchiveError('voen', MANIFEST, str(manifest.get('voen')))
        return manifest

    def _check(self, own_voen: str) -> None:
        sums = self._listed_sums()
        counts = dict.fromkeys(FOLDERS.values(), 0)
        left = MAX_TOTAL_BYTES
        for path in self._entries:
            if path == SUMS:
                continue
            if path not in sums:
                raise ArchiveError('unlisted', path)
            size, digest = self._digest(path, left)
            if digest != sums.pop(path):
                raise ArchiveError('hash', path)
            left -= size
        for path in sums:
            raise ArchiveError('absent', path)
        for path in self._entries:
            if path.endswith('.json') and path != MANIFEST:
                counts[self._check_document(path, own_voen)] += 1
        if self.manifest.get('documents') != counts:
            raise ArchiveError('count', MANIFEST, f'{self.manifest.get("documents")}, found {counts}')

    def _listed_sums(self) -> dict[str, str]:
        if SUMS not in self._entries:
            raise ArchiveError('sums', SUMS, 'there is none')
        listed: dict[str, str] = {}
        for line in self._content(SUMS).decode().splitlines():
            found = _SUM.fullmatch(line)
            if not found or found[2] in listed:
                raise ArchiveError('sums', SUMS, line)
            listed[found[2]] = found[1]
        return listed

    def _check_document(self, path: str, own_voen: str) -> str:
        """Check the document whose JSON is at ``path``; return its folder."""
        parts: dict[str, str] = _parts(path)
        data = _json(path, self._content(path))
        direction, name = _DIRECTIONS[parts['folder']], parts['name']
        xml = path.removesuffix('.json') + '.xml'
        try:
            document = read_data(data)
            month = month_of(document)
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise ArchiveError('json', path, str(error)) from None
        if month != parts['month'] or (direction, name) in self._paths or not _is_called(name, document, data):
            raise ArchiveError('name', path, document.qaime)
        if voen.normalize(document.tin_to if direction == 'incoming' else document.tin_from) != own_voen:
            raise ArchiveError('stranger', path, f'{document.tin_from} → {document.tin_to}')
        self._paths[direction, name] = path, xml if xml in self._entries else None
        self.sources[direction, name] = source_of(data)
        return parts['folder']

    # ------------------------------------------------------------------ one file

    def _content(self, path: str) -> bytes:
        entry = self._entries[path]
        # What the directory says about sizes may be a lie, so the limits hold for what really comes out.
        with self._zip.open(entry) as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES or len(content) > MAX_RATIO * max(entry.compress_size, 10_000):
            raise ArchiveError('large', path)
        return content

    def _digest(self, path: str, left: int) -> tuple[int, str]:
        """(bytes, SHA-256) of a file, read in pieces."""
        entry, size, digest = self._entries[path], 0, hashlib.sha256()
        limit = min(left, MAX_RATIO * max(entry.compress_size, 10_000))
        with self._zip.open(entry) as stream:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise ArchiveError('large', path)
                digest.update(piece)
        return size, digest.hexdigest()


def _parts(path: str) -> dict[str, Any]:
    """Folder, month, name, … of the path of a document. :raises ArchiveError: any other path"""
    found = _PATH.fullmatch(path)
    if not found or found['folder'] not in _DIRECTIONS or found['form'] and found['kind'] == 'json':
        raise ArchiveError('path', path)
    name = found['name']
    if not (_STEM.fullmatch(name) or is_number(name) and name == qaime_number(name)):
        raise ArchiveError('path', path)
    return found.groupdict()


def _is_called(name: str, document: EtaxesDocument, data: dict[str, Any]) -> bool:
    """Whether ``name`` is that of the document: its number, or, of one without, that of its file."""
    number = qaime_number(document.qaime)
    return name == number if number else source_of(data) in ('file', 'record') and bool(_STEM.fullmatch(name))


def _json(path: str, content: bytes) -> dict[str, Any]:
    try:
        data = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ArchiveError('json', path, str(error)) from None
    if not isinstance(data, dict):
        raise ArchiveError('json', path, 'not an object')
    return data


def _no_number(text: str) -> None:
    raise ValueError(f'{text} is no number')
