from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..states import baku_day

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
    """Imports that are about single documents, see :class:`VatportalOperationRefresh`."""

    _inherit = 'vatportal.job'

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
