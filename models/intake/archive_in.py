from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate
from odoo.tools.misc import split_every

from ...vatportal import PAGE_SIZE
from ...vatportal.archive_read import ArchiveError, Reader
from ..states import DEAD_STATES, FINAL_STATUSES
from .portal_import import CHUNK, PortalImport
from .store import BAD_SHOWN

_lt = LazyTranslate(__name__)

# So many documents are stored at once, as of a page of the portal; those that are read from files take longer.
AT_ONCE, FILES_AT_ONCE = PAGE_SIZE, 500
#: reason of an :class:`ArchiveError` → what it means
ERRORS = {
    'zip': _lt("It is damaged: it can't be opened as a ZIP file."),
    'many': _lt('It holds more files than any archive.'),
    'large': _lt('The file is too large, or unpacks to an absurd size.'),
    'encrypted': _lt('The file is protected by a password.'),
    'path': _lt('No archive holds a file of this name.'),
    'twice': _lt('The file is in it twice.'),
    'manifest': _lt('This is no archive, or its manifest is damaged: %(detail)s.'),
    'newer': _lt('It was made by a newer version of this addon (layout %(detail)s). Update the addon first.'),
    'voen': _lt('It is of the VÖEN %(detail)s, and %(company)s has another one.'),
    'sums': _lt('The list of hashes is damaged: %(detail)s.'),
    'unlisted': _lt('The file is not in the list of hashes.'),
    'absent': _lt('The file is in the list of hashes, and not in the archive.'),
    'hash': _lt('The file has been changed: its SHA-256 is not that of the list.'),
    'json': _lt('The file holds no document: %(detail)s.'),
    'name': _lt('The file is not named or placed as the document in it, %(detail)s.'),
    'stranger': _lt('The document is none of %(company)s: %(detail)s.'),
    'count': _lt('The manifest tells another number of documents: %(detail)s.'),
}


class VatportalDocument(models.Model):
    """Documents out of archives, stored as a download stores them. Of what the portal has told here already an archive has no
    news, and changes nothing."""

    _inherit = 'vatportal.document'

    @api.model
    def _import_archive(self, company, file):
        """Take in what of an archive is not here yet; at most :data:`AT_ONCE` documents.

        :param file: opened for reading bytes
        :return: dict of ``documents``, those that were stored; ``known``, ``left``: how many were here already, and are left for the
            next time; ``problems``: list of str
        :raises AccessError: for anyone but accounting managers: what it says counts as the portal's words
        :raises UserError: saying what is wrong with the archive; nothing is stored then
        """
        if not self.env.user.has_group('account.group_account_manager'):
            raise AccessError(self.env._('Only accounting managers can take in an archive: what it says counts as told by the portal.'))
        owner = self._taxpayer(company)
        own = self._own_voen(owner)
        if not own:
            raise UserError(self._no_voen_text(owner))
        try:
            reader = Reader(file, own)
        except ArchiveError as error:
            raise UserError(self._archive_error_text(owner, error)) from None
        return _ArchiveImport(self, owner, reader).store()

    def _archive_error_text(self, company, error):
        template = self.env._(ERRORS[error.reason])
        text = template % {'detail': error.detail, 'company': company.name}
        return self.env._('Nothing of the archive was taken in. %s', f'{error.name}: {text}' if error.name else text)

    @api.model
    def _archive_wanted(self, company, sources):
        """Those documents of an archive that bring news: list of (direction, name). What was sent from here, or read from a file,
        and the portal has not told of yet, learns the portal's words of it.

        :param sources: (direction, name) → source, as of :class:`Reader`
        """
        present = self.sudo().search_fetch(
            [('company_id', '=', company.id), ('qaime', 'in', [name for _direction, name in sources])],
            ['direction', 'qaime', 'fingerprint', 'state', 'missing_since'],
        )
        here = {(doc.direction, doc.qaime): bool(doc.fingerprint or doc.missing_since or doc.state in DEAD_STATES) for doc in present}
        files = self._archive_file_counts(company)

        def is_known(key, source):
            if _is_file(key):
                return _place(key[1]) <= files.get(key[1][5:21], 0)
            return key in here and (here[key] or source != 'portal')

        return [key for key, source in sources.items() if not is_known(key, source)]

    def _archive_file_counts(self, company):
        """How often each file was read: dict of the beginning of its checksum → count."""
        read = self.sudo().search([('company_id', '=', company.id), ('file_name', '!=', False)])
        files = self.env['ir.attachment'].sudo().search_fetch([('res_model', '=', self._name), ('res_id', 'in', read.ids)], ['checksum'])
        return {mark: len(group) for mark, group in files.grouped(lambda file: (file.checksum or '')[:16]).items()}


class _ArchiveImport:
    """One archive on its way into a company."""

    def __init__(self, documents, company, reader):
        self.documents, self.env, self.company, self.reader = documents, documents.env, company, reader
        self.ids, self.problems, self.known = [], [], 0

    def store(self):
        wanted = self.documents._archive_wanted(self.company, self.reader.sources)
        self.known = len(self.reader.sources) - len(wanted)
        numbered, files = ([key for key in wanted if _is_file(key) == is_file] for is_file in (False, True))
        part = numbered[:AT_ONCE] + files[:FILES_AT_ONCE]
        for keys in split_every(CHUNK, part, list):
            self._store_chunk(keys)
        for direction in ('incoming', 'outgoing'):
            self.problems += self.documents._follow_waiting([('company_id', '=', self.company.id), ('direction', '=', direction)])
        return {
            'documents': self.documents.browse(self.ids).exists(),
            'known': self.known,
            'left': len(wanted) - len(part),
            'problems': self.problems[:BAD_SHOWN],
        }

    def _store_chunk(self, keys):
        from_files, told = [], {}
        for archived in self.reader.documents(keys):
            if archived.xml and archived.source == 'file':
                from_files.append(archived)
            elif _is_file((archived.direction, archived.name)):
                self.problems.append(self.env._('%s: the document has neither a number nor its file.', archived.name))
            else:
                told.setdefault(archived.direction, []).append(archived)
        for direction, group in told.items():
            self._store_told(direction, group)
        for archived in from_files:
            self._store_file(archived)

    def _store_told(self, direction, group):
        connector = self.env['vatportal.connector']._default_for(self.company)
        work = PortalImport(self.documents, connector, direction, archive_of=self.company)
        work.store(archived.document() for archived in group)
        self.problems += work.problems
        stored = self.documents.sudo().browse(work.new_ids + work.changed_ids)
        self.ids += stored.ids
        by_number = {document.qaime: document for document in stored}
        for archived in group:
            document = by_number.get(archived.name)
            if not document:
                continue
            if archived.xml and not document.file_name:
                document._keep_file(f'{archived.name}.xml', archived.xml)
            self._mark_deleted(archived, document)

    def _store_file(self, archived):
        documents = self.documents.with_context(vatportal_other_document=_place(archived.name) > 1)
        try:
            with self.env.cr.savepoint():
                document, is_new = documents._from_file(self.company, f'{archived.name}.xml', archived.xml)
        except UserError as error:
            self.problems.append(f'{archived.name}: {error}')
            return
        if is_new:
            self.ids += document.ids
            self._mark_deleted(archived, document)
        else:
            self.known += 1

    def _mark_deleted(self, archived, document):
        # Archives of before say it of what was cancelled, too.
        if archived.is_deleted and document.state != 'deleted' and document.status not in FINAL_STATUSES:
            document._set_state('deleted', status='deleted', status_code='deleted')


def _is_file(key):
    """Whether the document of ``key``, (direction, name), has no number and is named by its file."""
    return key[1].startswith('file-')


def _place(name):
    """Which of the documents with the same file one is that is named by it, from 1."""
    return int(name.rpartition('-')[2]) if name.count('-') > 1 else 1
