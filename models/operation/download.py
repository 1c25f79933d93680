import base64
import json
import zlib
from datetime import datetime, time

from odoo import fields, models
from odoo.tools.misc import split_every

from ...vatportal import PAGE_SIZE, EtaxesDocument, is_number, polling, qaime_number, speaks_of_pin
from ...vatportal.codes import code_key
from ...vatportal.etaxes import written_number
from ..concurrency import CONCURRENT

# The folders of e-taxes as the API numbers them (v8.0, /etx/import, `dir`).
FOLDERS = {'incoming': 0, 'outgoing': 1}
# For how long a portal that can't be reached, or is busy, is tried again before the import ends for now.
PATIENCE_S = 1800
# A month of two million documents; more is a portal that never comes to an end.
MAX_PAGES = 400
# A page of 5000 documents is some 12 MB; the seconds that its making and its way may take.
READ_LIMITS = {'timeout': 60, 'deadline': 120}
# After how many conflicts with another import at the same moment this one gives up for now.
MAX_CONFLICTS = 20
KEPT_BAD = 20
# So many documents of a page are packed into one text.
PACKED = 500


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    direction = fields.Selection([('incoming', 'Incoming'), ('outgoing', 'Sent')], readonly=True, string='e-taxes Folder')
    source = fields.Selection([('portal', 'What VatPortal holds'), ('etaxes', 'e-taxes, asked anew')], readonly=True)
    date_from = fields.Date(string='From', readonly=True, help='When the documents were made, in Baku.')
    date_to = fields.Date(string='To', readonly=True, help='The last day that counts.')
    filters = fields.Json(readonly=True, help='inc_kinds, exc_kinds, inc_status, exc_status: lists of codes.')
    has_documents = fields.Boolean(readonly=True, help='The portal holds what is to be read.')
    page = fields.Integer(readonly=True, default=1, help='The page that is read next, from 1.')
    page_size = fields.Integer(readonly=True, help='The most documents that a page has brought.')
    second_pass = fields.Boolean(readonly=True, help='The pages are read again, for they brought too few.')
    seen = fields.Text(readonly=True, help='The numbers read so far, packed; what came twice counts once.')
    has_gaps = fields.Boolean(readonly=True, help='The pages are not of one moment: what is in none of them may be there all the same.')
    conflicts = fields.Integer(readonly=True)
    total = fields.Integer(readonly=True, help='How many documents there are, as the portal says.')
    read_count = fields.Integer(string='Read', readonly=True)
    created_count = fields.Integer(string='New', readonly=True)
    updated_count = fields.Integer(string='Changed', readonly=True)
    unchanged_count = fields.Integer(string='Unchanged', readonly=True)
    foreign_count = fields.Integer(string='Not Ours', readonly=True)
    skipped_count = fields.Integer(string='Left Out', readonly=True, help='By the choice of kinds and statuses.')
    bad_count = fields.Integer(string='Unreadable', readonly=True)
    notes = fields.Text(readonly=True, help='What was wrong with single documents.')
    warning = fields.Text(readonly=True, help='What was wrong though everything was read, and the import is done.')
    pin_missed = fields.Boolean(readonly=True, help='PIN1 was not confirmed on the phone.')


class VatportalOperationDownload(models.AbstractModel):
    """Importing documents: those that the portal holds already, or those that it fetches from e-taxes first.

    ::

        source "portal":                                     read page 1, 2, … ──▶ end
        source "etaxes":  start ──▶ follow (PIN1) ──▶ ended ──▶ read page 1, 2, … ──▶ end

    A page is one step and committed, so an import that is cut anywhere goes on at its page. The portal tells how
    many documents there are in all; if its pages bring fewer, all are read once more, and if they still do, the
    import ends with an error that says so. What came is kept in any case.

    Beside this file: how imports are queued, stopped and resumed (``download_queue.py``), what a person sees
    (``download_view.py``), and two that say more precisely what is read: ``comparison.py`` and ``refresh.py``. What a reading
    proves to be missing stands in ``intake/missing.py``.

    Single documents that can't be read, or of which what follows could not be done, are a warning: the import is done.
    """

    _name = 'vatportal.operation.download'
    _description = 'Import'
    _inherit = ['vatportal.operation']

    def _phases(self):
        return {**super()._phases(), 'read': (self._read_page, self._take_page, self._page_failed)}

    def _variant(self, job):
        if job.compares:
            return self.env['vatportal.operation.comparison']
        return self.env['vatportal.operation.refresh'] if job.asked_document_ids else self

    # ------------------------------------------------------------------ start

    def _asks_pin(self, job):
        return job.source == 'etaxes'

    def _start(self, job, client):
        start, end = self._span(job)
        return client.start_download(start, end, direction=FOLDERS[job.direction], **(job.filters or {}))

    def _started(self, job, process_id):
        super()._started(job, process_id)
        job.pin_missed = False

    def _not_started(self, job, answer):
        """Nothing is lost by asking again, but each time somebody has to type PIN1."""
        if (answer['error'] == 'TransientError' or answer.get('reason') in ('busy', 'redirect')) and self._is_patient(job):
            job._try_again(answer, 0, state='queued')
            return
        text = job._explained(answer)
        if answer['error'] == 'UnknownOutcome':
            text = self.env._(
                "The portal's answer was lost, so its process can't be followed. A prompt on the phone can be declined; resume the import to ask again."
            )
        self._end(job, text, answer.get('message'))

    def _span(self, job):
        """The first and the last minute of the import, Baku time."""
        return datetime.combine(job.date_from, time()), datetime.combine(job.date_to, time(23, 59))

    def _is_patient(self, job):
        return job._silence() < PATIENCE_S

    # ------------------------------------------------------------------ the end of the process

    def _ended(self, job, succeeded):
        said = job._refusals_text()
        if succeeded:
            job._go('read', 0, step='login', has_documents=True)
        elif self._pin_was_missed(job, said):
            job.pin_missed = True
            self._end(job, self.env._('PIN1 was not confirmed on the phone, or not in time. Nothing was imported; resume to try again.'), said)
        else:
            self._end(job, self.env._('e-taxes could not be asked. Nothing was imported; resume to try again.'), said)

    def _silent(self, job):
        job.pin_missed = self._pin_was_missed(job)
        self._end(
            job, self.env._('The portal has told nothing new of this process for a long time. Nothing was imported; resume to try again.'), job._refusals_text()
        )

    def _pin_was_missed(self, job, said=False):
        """Whether the process ended for want of a PIN: the code for it had come, or the portal's words ``said`` speak of it."""
        return not self._logged_in(job) and (bool(job.asked_pin) or speaks_of_pin(said or ''))

    def _may_show_code(self, job):
        return super()._may_show_code(job) and not self._logged_in(job)

    def _logged_in(self, job):
        return job.step in ('login', 'sign', 'numbers')

    # ------------------------------------------------------------------ read

    def _limits(self, job):
        return READ_LIMITS if job.phase == 'read' else super()._limits(job)

    def _read_page(self, job, client):
        """Return a page, packed in parts: as JSON, and as one text, it would be in memory several times."""
        start, end = self._span(job)
        # The second time, and a part of it, by dates: what a process brought, the portal holds.
        by_process = job.source == 'etaxes' and job.portal_id and not job.second_pass
        page = client.read_etaxes(
            direction=FOLDERS[job.direction], page=job.page, **({'proc_id': int(job.portal_id)} if by_process else {'date_from': start, 'date_to': end})
        )
        return {
            'total': page.total,
            'rows': [_pack([document.raw for document in part]) for part in split_every(PACKED, page.documents, list)],
            'bad': _pack(page.bad),
        }

    def _page_failed(self, job, answer):
        """A reading that is refused, or out of reach for too long, ends the import; what was read is kept."""
        if answer.get('reason') == 'size' and job.phase == 'read':
            self._read_less(job)
        elif self._may_pass(answer) and self._is_patient(job):
            self._again(job, answer)
        elif job.page > 1 and job.read_count >= job.total:
            # As many were read as there are, and what comes after a full page was no page, however a portal says so.
            job.has_gaps = True
            self._end(job)
        else:
            self._end(job, job._explained(answer), answer.get('message'))

    def _take_page(self, job, value):
        if not self.env['vatportal.document']._own_voen(job.company_id):
            # It was there when the import was begun; without it all would count as others'.
            self._end(job, self.env['vatportal.document']._no_voen_text(job.company_id))
            return
        # An answer of before an update may be in one part.
        parts = [value['rows']] if isinstance(value['rows'], str) else value['rows']
        bad = _unpack(value['bad'])
        documents = [EtaxesDocument.from_portal_json(row) for part in parts for row in _unpack(part)]
        keys = [qaime_number(document.qaime) for document in documents]
        keys += [number_in(raw) or json.dumps(raw, sort_keys=True)[:500] for raw, _why in bad]
        wanted = self._wanted(job, documents)
        result = self._store(job, wanted)
        if result is None:
            self._store_later(job, value)
            return
        seen = self._seen(job)
        fresh = [index for index, key in enumerate(keys) if key not in seen]
        seen.update(keys)
        again = job.second_pass or not fresh
        self._count(job, result, len(documents) - len(wanted), [bad[i - len(documents)] for i in fresh if i >= len(documents)], again)
        first = not job.has_documents or not job.read_count
        full = len(keys) == PAGE_SIZE  # where more come, there are no pages
        # The client lifts a total to the number of rows; rows that the portal repeats are no documents.
        total = len(set(keys)) if len(keys) == value['total'] else value['total']
        job.write(
            {
                'has_documents': True,
                'conflicts': 0,
                'total': max(total, len(seen)),
                'has_gaps': job.has_gaps or (not first and total != job.total) or (full and not fresh),
                'read_count': len(seen),
                'seen': _pack(sorted(seen)),
                'page_size': max(job.page_size, len(keys)),
                'changed_at': fields.Datetime.now(),
            }
        )
        # Whatever total the portal names, a page that is full is not the last, unless it is one that was read before.
        self._turn_page(job, len(keys), full and bool(fresh) and job.page < MAX_PAGES)

    def _wanted(self, job, documents):
        """Those of ``documents`` that this import stores."""
        return [document for document in documents if self._is_wanted(job, document)]

    def _is_wanted(self, job, document):
        return self._takes(job, 'kinds', document.type) and self._takes(job, 'status', document.status)

    def _takes(self, job, name, code):
        """Whether the choice of ``name`` (kinds or status) takes ``code``; what is included wins over what is not."""
        filters = job.filters or {}
        included, excluded = ({code_key(choice) for choice in filters.get(f'{prefix}_{name}', ())} for prefix in ('inc', 'exc'))
        return code_key(code) in included if included else code_key(code) not in excluded

    def _store(self, job, documents):
        """Store the documents; None where another import of the same folder is at it this moment."""
        if not self._lock_folder(job):
            return None
        try:
            with self.env.cr.savepoint():
                return self.env['vatportal.document']._upsert_from_portal(job.connector_id, job.direction, documents, job=job)
        except CONCURRENT:
            return None

    def _lock_folder(self, job):
        """Keep other imports of this company's folder out until the end of the transaction."""
        self.env.cr.execute('SELECT pg_try_advisory_xact_lock(hashtext(%s))', [f'vatportal.import/{job.company_id.id}/{job.direction}'])
        return self.env.cr.fetchone()[0]

    def _store_later(self, job, value):
        """The page is kept and stored a moment later, in a transaction that sees what the other import did."""
        if job.conflicts >= MAX_CONFLICTS:
            self._end(job, self.env._('Other imports of the same folder are running. Resume this one when they have ended.'))
            return
        job._go('read', polling.MINIMUM_S, conflicts=job.conflicts + 1, answer={'phase': 'read', 'value': value, 'methods': None})

    def _count(self, job, result, skipped, bad, again):
        """Add what became of a page. Where it is read ``again``, what is there already is not counted again."""
        job.write(
            {
                'created_count': job.created_count + result['created'],
                'updated_count': job.updated_count + result['updated'],
                'unchanged_count': job.unchanged_count + (0 if again else result['unchanged']),
                'foreign_count': job.foreign_count + result['foreign'],
                'skipped_count': job.skipped_count + (0 if again else skipped),
                'bad_count': job.bad_count + len(bad) + (0 if again else result['bad']),
            }
        )
        problems = [why for _raw, why in bad] + result['problems']
        if problems:
            # What is left from an earlier page is told again with this one.
            known = dict.fromkeys([*(job.notes or '').splitlines(), *problems])
            job.notes = '\n'.join([*known][:KEPT_BAD])
        if bad:
            details = job.sudo().details or {}
            kept = [*details.get('unreadable', []), *(raw for raw, _why in bad)]
            job.sudo().details = {**details, 'unreadable': kept[:KEPT_BAD]}

    def _turn_page(self, job, rows, more):
        """Go on to the next page, which there must be where there are ``more``, to a second reading, or to the end."""
        last = not rows or job.page * job.page_size >= job.total or job.page >= MAX_PAGES
        if self._has_read_all(job, more):
            self._end(job)
        elif more or not last:
            self._read_on(job, page=job.page + 1)
        elif not job.second_pass:
            self._read_on(job, page=1, second_pass=True, has_gaps=True)
        else:
            self._end(
                job,
                self.env._(
                    'The portal says that there are %(total)s documents, but its pages brought only %(read)s, twice. What came is kept; resume to read again.',
                    total=job.total,
                    read=job.read_count,
                ),
                job.notes,
            )

    def _seen(self, job):
        """The numbers that were read so far, a set."""
        return set(_unpack(job.seen)) if job.seen else set()

    def _has_read_all(self, job, more):
        return not more and job.read_count >= job.total

    def _get_warning(self, job):
        """What was wrong with single documents though everything was read; False for nothing."""
        if job.bad_count:
            return self.env._('%s documents could not be read; all others are here.', job.bad_count)
        return bool(job.notes) and self.env._('All documents are here, but not everything that follows could be done. It is tried again by itself.')

    def _read_on(self, job, **vals):
        job._go('read', 0, state='running', **vals)
        job._wake()

    def _end(self, job, problem=False, portal_message=False, warning=False):
        """End the import, with what went wrong, or with what was wrong though it is done."""
        vals = {'message': problem or False, 'portal_message': portal_message or False}
        if not problem:
            warnings = [warning, self._get_warning(job), self._note_missing(job, self._seen(job))]
            vals |= {'step': 'numbers', 'seen': False, 'warning': '\n'.join(filter(None, warnings)) or False}
        job.write(vals)
        job._finish()


def number_in(raw):
    """The number of a document that can't be read otherwise; '' where not even that is legible."""
    raw = raw if isinstance(raw, dict) else {}
    number = qaime_number(written_number(*(str(raw.get(name) or '') for name in ('serial', 'number', 'qaime'))))
    return number if is_number(number) else ''


def _pack(value):
    return base64.b64encode(zlib.compress(json.dumps(value).encode(), 1)).decode()


def _unpack(text):
    return json.loads(zlib.decompress(base64.b64decode(text)))
