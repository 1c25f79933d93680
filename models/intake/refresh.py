from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..job.download import number_in
from ..states import FINAL_STATUSES, OPEN_STATES, baku_day

# Documents of so many days are asked for together: to read a day more costs nothing, a process more costs a PIN.
DAYS_AT_ONCE = 31


class VatportalDocument(models.Model):
    """Asking for single documents, by the days on which they were made, without importing their folder."""

    _inherit = 'vatportal.document'

    can_refresh = fields.Boolean(compute='_compute_can_refresh')

    @api.depends('state', 'qaime', 'date', 'move_id.invoice_date')
    def _compute_can_refresh(self):
        for document in self:
            document.can_refresh = not document._refresh_problem()

    def action_refresh_status(self):
        """Ask VatPortal what it has of these documents, and open the live view; there e-taxes itself can be asked.

        :raises AccessError: for users who may not read the documents, or may not invoice
        :raises UserError: when none of them can be asked for
        """
        self.check_access('read')
        self._check_may_refresh()
        return self.env['vatportal.job']._queue_refresh(self, 'portal')._start_together()

    def _check_may_refresh(self):
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can ask for documents at e-taxes.'))

    def _refresh_problem(self):
        """Why this document can't be asked for; False where it can."""
        if not self.qaime or self.state not in ('registered', 'deleted'):
            return self.env._('It has no qaimə number yet.')
        if not self._refresh_connector():
            return self.env._('%s has no VatPortal connector.', self.company_id.name)
        if not self._refresh_days():
            return self.env._('It was read from a file, and its day is not known: enter it on the bill, or import the folder.')
        return False

    def _refresh_connector(self):
        return self.connector_id.filtered('active') or self.env['vatportal.connector']._default_for(self.company_id)

    def _refresh_days(self):
        """(first, last): the days of Baku on which e-taxes may have the document; None where nobody knows. What was sent
        and never read may have been signed at any time since."""
        if not self.date:
            day = self.sudo().move_id.invoice_date
            return (day, day) if day else None
        day = self._baku_date()
        if self.fingerprint or self.direction == 'incoming':
            return day, day
        return day, max(day, baku_day(fields.Datetime.now()))


class VatportalJob(models.Model):
    """Imports that are about single documents: the folder is read, and all but these are passed over."""

    _inherit = 'vatportal.job'

    asked_document_ids = fields.Many2many(
        'vatportal.document',
        'vatportal_job_asked_rel',
        string='Asked for',
        readonly=True,
        help='The documents of which the status was asked for. None: all of the folder.',
    )
    absent_ids = fields.Json(readonly=True, help='Of these, the ids of those that e-taxes did not show.')

    @api.depends('asked_document_ids')
    def _compute_name(self):
        asking = self.filtered('asked_document_ids')
        super(VatportalJob, self - asking)._compute_name()
        for job in asking:
            documents = job.sudo().asked_document_ids
            job.name = self.env._('Status: %s', documents.name) if len(documents) == 1 else self.env._('Status of %s documents', len(documents))

    # ------------------------------------------------------------------ queueing

    @api.model
    def _queue_refresh(self, documents, source):
        """Create the imports that ask for ``documents``, as few as their days allow; return them. The caller commits.

        Those of one connector run one after the other; what keeps it from asking is no matter of the others'.

        :raises UserError: when none of them can be asked for
        """
        askable, problems = self._askable(documents)
        if not askable:
            texts = dict.fromkeys(text for texts in problems.values() for text in texts)
            raise UserError('\n'.join(texts) or self.env._('None of these is at e-taxes.'))
        jobs = self.browse()
        for connector, group in askable.grouped(lambda document: document._refresh_connector()).items():
            parts = [
                {'connector_id': connector.id, 'direction': direction, 'date_from': first, 'date_to': last, 'asked_document_ids': [fields.Command.set(ids)]}
                for direction, folder in group.grouped('direction').items()
                for first, last, ids in _spans(folder)
            ]
            texts = [text for company in group.company_id for text in problems.pop(company, ())]
            parts[0]['notes'] = '\n'.join(texts) or False
            jobs += self._queue_parts(parts, source)
        # Of companies none of whose documents can be asked for.
        texts = [jobs[0].notes or '', *(text for texts in problems.values() for text in texts)]
        jobs[0].sudo().notes = '\n'.join(filter(None, texts)) or False
        return jobs

    def _askable(self, documents):
        """(those of ``documents`` that can be asked for, dict of company → why its others can't, a list of texts)"""
        askable, problems = documents.browse(), {}
        for company, group in documents.grouped('company_id').items():
            whys = {document: document._refresh_problem() for document in group}
            good = group.filtered(lambda document, whys=whys: not whys[document])
            texts = [f'{document.display_name}: {why}' for document, why in whys.items() if why]
            nameless = good.filtered(lambda document: not document._own_voen(document._refresh_connector().company_id))
            texts += [documents._no_voen_text(owner) for owner in nameless.company_id]
            askable += good - nameless
            if texts:
                problems[company] = texts
        return askable & documents, problems

    def action_ask_etaxes(self):
        # EXTENDS: after a look at what VatPortal holds of single documents, e-taxes is asked for the same ones
        self.ensure_one()
        self._check_may_import()
        documents = self._batch().asked_document_ids
        if not documents:
            return super().action_ask_etaxes()
        documents.check_access('read')
        # A fresh transaction: what somebody else has begun meanwhile is seen.
        self._commit()
        if len(documents.sudo().try_lock_for_update(allow_referencing=True)) < len(documents):
            raise UserError(self.env._('Someone else has these documents in hand at this moment. Wait a little and press the button again.'))
        jobs = self._asking_etaxes(documents, [('state', 'in', OPEN_STATES)])
        left = documents - jobs.asked_document_ids
        if left:
            more = self._queue_refresh(left, 'etaxes')
            more._start_together()
            jobs += more
        return jobs._dialog_action()

    def _asking_etaxes(self, documents, domain):
        """Those of the processes of ``domain`` that ask e-taxes itself for any of ``documents``."""
        return self.search([('operation', '=', 'download'), ('source', '=', 'etaxes'), ('asked_document_ids', 'in', documents.ids), *domain], order='id')

    def _offers_asking(self, documents):
        """Whether e-taxes can be asked for ``documents``, of which VatPortal was asked here: until it has answered."""
        if self.source != 'portal':
            return False
        batch = self._batch()
        answered = self._asking_etaxes(documents, [('state', '=', 'done'), '|', ('id', '>', batch[-1:].id), ('finished_at', '>', batch[-1:].finished_at)])
        return bool(documents - answered.asked_document_ids)

    # ------------------------------------------------------------------ reading

    def _asked_numbers(self):
        """The numbers of the documents that were asked for; empty where it is the folder."""
        return set(self.asked_document_ids.mapped('qaime'))

    def _count(self, result, skipped, bad):
        # EXTENDS: what nobody asked for was not left out, nor is it missed where it can't be read
        asked = self._asked_numbers()
        if asked:
            skipped, bad = 0, [(raw, why) for raw, why in bad if number_in(raw) in asked]
        super()._count(result, skipped, bad)

    def _get_warning(self):
        if self.asked_document_ids:
            return bool(self.notes) and self.env._('Not everything could be done:')
        return super()._get_warning()

    # ------------------------------------------------------------------ what a person sees

    def _progress(self):
        data = super()._progress()
        asked = self._batch().asked_document_ids if self.operation == 'download' else self.asked_document_ids
        if asked:
            finished = self._batch().filtered(lambda job: job.state == 'done')
            data.update(
                documents=[self._progress_asked(document, finished) for document in asked], can_ask_etaxes=data['finished'] and self._offers_asking(asked)
            )
        return {'can_ask_etaxes': False, **data}

    def _progress_asked(self, document, finished):
        """A document that was asked for, as :meth:`_progress_document` has it: its status takes the place of its state."""
        job = finished.filtered(lambda job: document in job.asked_document_ids)
        message = document._missing_text()
        if not message and document.id in (job.absent_ids or ()):
            message = self.env._(
                'It is not among the documents of %(start)s – %(end)s.', start=format_date(self.env, job.date_from), end=format_date(self.env, job.date_to)
            )
        level = 'danger' if document.status in FINAL_STATUSES else 'warning' if message else ('success' if document.is_approved else 'info')
        return {
            **self._progress_document(document),
            'partner': document.counterparty_name or '',
            'message': message or False,
            'state_label': document.status_label or self.env._('not known'),
            'level': level,
        }

    def _headline(self):
        if not self.asked_document_ids or self.state != 'done':
            return super()._headline()
        batch = self._batch()
        documents = batch.asked_document_ids
        absent = sum(len(job.absent_ids or ()) for job in batch)
        changed = sum(batch.mapped('updated_count')) + sum(batch.mapped('created_count'))
        values = {
            'where': self.env._('VatPortal') if self.source == 'portal' else self.env._('e-taxes'),
            'name': documents[:1].name,
            'status': documents[:1].status_label,
            'count': len(documents),
            'changed': changed,
            'absent': absent,
        }
        if len(documents) > 1:
            return self.env._('%(count)s documents, as %(where)s has them: %(changed)s changed, %(absent)s not found.', **values)
        if absent:
            return self.env._('%(where)s does not have %(name)s.', **values)
        if changed:
            return self.env._('%(name)s has changed, as %(where)s has it: %(status)s.', **values)
        return self.env._('%(name)s is unchanged, as %(where)s has it: %(status)s.', **values)


def _spans(documents):
    """Yield (first day, last day, ids) of as few readings as bring all of ``documents``, none of more than
    :data:`DAYS_AT_ONCE` days, unless a document may be of as many by itself."""
    days = sorted((*document._refresh_days(), document.id) for document in documents)
    while days:
        first = days[0][0]
        upto = max(days[0][1], first + timedelta(days=DAYS_AT_ONCE - 1))
        together = [entry for entry in days if entry[1] <= upto]
        yield first, max(last for _first, last, _id in together), [document_id for *_days, document_id in together]
        days = [entry for entry in days if entry not in together]
