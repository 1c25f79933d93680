from collections import Counter

from odoo import models

from ..states import OPEN_STATES

# So many documents are listed; all of them are counted.
DOCUMENTS_SHOWN = 100
# Of what went wrong in many processes, so many different texts are shown.
TEXTS_SHOWN = 20


class VatportalOperation(models.AbstractModel):
    """What a person sees of processes that were started together: there may be thousands of documents in them."""

    _inherit = 'vatportal.operation'

    def _progress_batch(self, job):
        """What the live view shows of the processes that take turns with ``job``, which is at work.

        Adds ``more``: how many documents are not listed, and ``cancels_rest``: what can be given up is what has not begun
        beside something that has.
        """
        data, batch = job._progress_process(), job._batch()
        # Inventory users do not see the invoices that were sent together with their transfers.
        parts = batch._usable()
        running = any(other.state in OPEN_STATES for other in batch)
        # The last is the one that has not begun, if any.
        can_cancel = any(self._can_cancel(part.with_prefetch()) for part in parts.sorted('id', reverse=True))
        passed_on = self._sent_elsewhere(parts)
        states = self._count_states(parts)
        states.subtract(passed_on.mapped('state'))
        counts = self._progress_counts(states + Counter(rejected=len(passed_on)))
        listed = self._list_documents(job, parts)
        if running:
            number = batch.ids.index(job.id) + 1
            data['headline'] = self.env._('Process %(number)s of %(count)s: %(headline)s', number=number, count=len(batch), headline=data['headline'])
        return {
            **data,
            'name': parts[0].name,
            'problem': _together(parts.mapped('message')),
            'portal_message': _together(parts.mapped('portal_message')),
            'documents': [self._progress_document(part, document) for part, document in listed],
            'more': counts['total'] - len(listed),
            'counts': counts,
            'can_retry': not running and self._can_retry(parts, states),
            'can_cancel': can_cancel,
            'cancels_rest': can_cancel and any(other.state != 'queued' for other in batch),
        }

    def _list_documents(self, job, parts):
        """Those of the documents of ``parts`` that are listed, as (part, document) in the order in which they are sent. Where they
        are too many, those that ask for somebody come first, then those that ``job`` is at, then those of which something is left to be done."""
        of_parts = [('job_ids', 'in', parts.ids)]
        listed = self.env['vatportal.document']
        at_work = (job & parts).filtered(lambda part: part.state in OPEN_STATES)
        for domain in ([('state', 'in', ('rejected', 'unconfirmed'))], [('job_ids', 'in', at_work.ids)], [('state', 'not in', ('registered', 'deleted'))], []):
            if len(listed) < DOCUMENTS_SHOWN:
                more = [*of_parts, *domain, ('id', 'not in', listed.ids)]
                listed += listed.search(more, order='sequence, id', limit=DOCUMENTS_SHOWN - len(listed))
        found = [((document.job_ids & parts).sorted('id')[-1], document) for document in listed]
        return sorted(found, key=lambda pair: (pair[0].id, pair[1].sequence, pair[1].id))

    def _count_states(self, jobs):
        """How many of the documents of ``jobs`` are in which state, as the live view shows it; a Counter."""
        return Counter(dict(self.env['vatportal.document']._read_group([('job_ids', 'in', jobs.ids)], ['state'], ['__count'])))

    def _sent_elsewhere(self, _jobs):
        """The documents of ``jobs`` whose part in them has ended, whatever has become of them since."""
        return self.env['vatportal.document']

    def _can_retry(self, _jobs, states):
        """Whether something of ``jobs``, which have ended, can be tried again: of their documents so many are in which of ``states``."""
        return bool(states['rejected'])


def _together(texts):
    """What several processes say, each text once; False for nothing."""
    said = [*dict.fromkeys(filter(None, texts))]
    return '\n'.join([*said[:TEXTS_SHOWN], *(['…'] if len(said) > TEXTS_SHOWN else [])]) or False
