import logging

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.tools.misc import split_every

from ...vatportal.codes import known_status
from .. import portal_values
from ..concurrency import by_halves
from ..states import DELETED_STATUSES

_logger = logging.getLogger(__name__)

# How many documents are in memory at a time with all their lines.
CHUNK = 500


class PortalImport:
    """One import of a folder: stores what was read of it, and keeps account of what became of that.

    ``new_ids`` and ``changed_ids`` are of documents that were stored; ``unchanged``, ``foreign`` (among the stored ones) and
    ``bad`` are counts; ``problems`` says what is wrong with the bad ones.
    """

    def __init__(self, documents, connector, direction, job=None, archive_of=None):
        """
        :param documents: the model ``vatportal.document``, as whoever imports
        :param job: the ``vatportal.job`` that asked for them, if any
        :param archive_of: the company whose archive they are read from, if they are; the connector, if there is one, has not
            shown them then
        """
        company = archive_of or connector.company_id
        self.is_reading = not archive_of
        self.documents = documents.sudo().with_company(company).with_context(active_test=False)
        self.env = self.documents.env
        self.own_voen = self.documents._own_voen(company)
        self.common = {'connector_id': connector.id, 'company_id': company.id, 'direction': direction, 'import_job_id': job.id if job else False}
        self.job = self.env['vatportal.job'].browse(self.common['import_job_id'])
        self.found, self.partners = {}, {}
        self.new_ids, self.changed_ids, self.problems = [], [], []
        self.unchanged = self.foreign = self.bad = 0

    def store(self, documents):
        """Store ``documents`` (:class:`EtaxesDocument`), chunk by chunk; of one number given twice the last counts.

        :raises ConcurrencyError: another import brought the same documents at this moment
        """
        by_key = self._by_key(documents)
        # Looked up once; what each chunk needs of them is read with the chunk.
        self.found = self._known(by_key)
        self.partners = self._partners([document for key, document in by_key.items() if key not in self.found])
        for chunk in split_every(CHUNK, by_key.items(), list):
            # What was changed is logged with its chunk: one that fails would take the log of those before it along.
            by_halves(chunk, self._store_chunk, self._note_bad, self.env.cr)
            # The next chunk does not need them any more.
            self.documents.invalidate_model(flush=False)
            self.env['vatportal.document.line'].invalidate_model(flush=False)

    def _by_key(self, documents):
        by_key = {}
        for document in documents:
            try:
                key = portal_values.document_key(document)
            except ValueError as error:
                self.bad += 1
                self.problems.append(str(error))
                continue
            by_key.pop(key, None)
            by_key[key] = document
        return by_key

    def _known(self, numbers):
        """Those of ``numbers`` that are here already, as a dict of number → id of the document."""
        return dict(
            self.documents._read_group(
                [('company_id', '=', self.common['company_id']), ('direction', '=', self.common['direction']), ('qaime', 'in', list(numbers))],
                ['qaime'],
                ['id:max'],
            )
        )

    def _partners(self, documents):
        """The partner of each other side of ``documents``, new ones, where its VÖEN leaves no doubt: a dict of VÖEN → id."""
        theirs = 'tin_from' if self.common['direction'] == 'incoming' else 'tin_to'
        numbers = {portal_values.voen_of(getattr(document, theirs)) for document in documents}
        found = self.documents._partners_by_voen(self.documents.env['res.company'].browse(self.common['company_id']), numbers)
        return {number: partner.id for number, partner in found.items() if len(partner) == 1}

    def _note_bad(self, chunk, error):
        ((key, _document),) = chunk
        _logger.warning('VatPortal: document %s could not be stored', key, exc_info=error)
        self.bad += 1
        self.problems.append(f'{key}: {error}')

    def _store_chunk(self, chunk):
        """Store ``chunk``, a list of (number, document); what became of it counts once it is in the database."""
        try:
            new, changed = self._write_chunk(chunk)
            self.env.cr.flush()
        except UniqueViolation as error:
            if self._is_race(error):
                raise ConcurrencyError(f'documents were imported at the same moment: {error}') from error
            raise
        self.new_ids += new.ids
        self.changed_ids += changed.ids
        self.unchanged += len(chunk) - len(new) - len(changed)
        self.foreign += len((new + changed).filtered('is_foreign'))

    def _is_race(self, error):
        """Whether ``error`` says that another import brought the same at this moment: a document, or a kind new to both.
        What other modules forbid is no race."""
        Kind = self.env['vatportal.kind']
        return error.diag.constraint_name in (self.documents._qaime_unique.full_name(self.documents), Kind._code_unique.full_name(Kind))

    def _write_chunk(self, chunk):
        """Return (new documents, changed documents)."""
        known = self.documents.browse([self.found[key] for key, _document in chunk if key in self.found])
        # What counts as gone may differ from a row that is as it was before.
        back = known._may_return_unchanged(self.job) - known._held_longer(self.job)
        known_prints = {document.id: document.fingerprint for document in known - back}
        to_create, changed, kind_ids = [], self.documents.browse(), {}
        for key, document in chunk:
            present = known_prints.get(self.found.get(key))
            # Most of what is read again is as it was; only of the rest it matters whether it can be stored as it came.
            if present and present == portal_values.fingerprint(document.raw, self.own_voen):
                continue
            raw = portal_values.storable(document.raw)
            mark = portal_values.fingerprint(raw, self.own_voen)
            if present == mark:
                continue
            vals, kind_code = portal_values.document_values(document, self.common['direction'], self.own_voen, raw)
            if kind_code not in kind_ids:
                kind_ids[kind_code] = kind_code and self.env['vatportal.kind']._get_or_create(kind_code).id
            vals |= {'kind_id': kind_ids[kind_code], 'fingerprint': mark, **_status(vals['status_code'])}
            lines = portal_values.line_values(document)
            if key not in self.found:
                to_create.append(self._new_values(vals, lines))
            elif known.browse(self.found[key])._update_from_portal(vals, lines, self.common):
                changed += known.browse(self.found[key])
        # Nobody wants five thousand "created" messages, and nothing is changed yet that could be logged.
        new = self.documents.with_context(tracking_disable=True).create(to_create).with_env(self.env)
        if self.is_reading:
            known._note_shown(changed, self.common, self.job)
        return new, changed

    def _new_values(self, vals, lines):
        return {
            **vals,
            **self.common,
            'partner_id': not vals['is_foreign'] and self.partners.get(vals['seller_vat' if self.common['direction'] == 'incoming' else 'buyer_vat']),
            'seen_connector_id': self.is_reading and self.common['connector_id'],
            'to_follow': False if vals['is_foreign'] else 'new',
            'state': 'deleted' if vals['status'] in DELETED_STATUSES else 'registered',
            # The company of a row is written with it, not after it.
            'line_ids': [fields.Command.create({**line, 'company_id': self.common['company_id']}) for line in lines],
        }


def _status(code):
    """Return the values of the status fields; a status that is new to us is kept as it came."""
    return {'status_code': code or False, 'status': (known_status(code) or 'unknown') if code else False}
