import json
import logging

from odoo import fields, models

from ...vatportal import TransientError, UnknownOutcome, polling
from ..concurrency import by_halves
from ..document.settle import failure_text
from ..portal_values import storable
from ..states import OPEN_STATES
from .engine import answer_of
from .job import without_codes

_logger = logging.getLogger(__name__)

# How often it is tried to write what follows from an answer; it may be another module's trouble of the moment.
TRIES = 3
# The phases whose calls change something at the portal.
_WRITES = ('start', 'clean', 'remove')
# How many answers that could not be written are kept, and how much of each.
_KEPT, _KEPT_LENGTH = 3, 20_000


class VatportalJob(models.Model):
    """Writing what follows from an answer, whatever stands against it.

    - Each document is written by itself, see ``document/settle.py``. What can't be written of one is noted in
      :attr:`unwritten`: the process goes on without it, and a sending looks for it again once all others are settled.
    - An answer that can't be written as a whole is tried :data:`TRIES` times. Then it is set aside, for support, and
      counts as an answer that was lost: the portal is asked what it has, and nothing goes twice by that.
    """

    _inherit = 'vatportal.job'

    unwritten = fields.Json(readonly=True, help='Documents of which something could not be written, by id: what stood against it.')

    # ------------------------------------------------------------------ each document

    def _each(self, documents, change):
        """Call ``change`` for ``documents``, each in a savepoint; note those that could not be written."""
        failures = documents._settle(change)
        if failures:
            self.unwritten = {**(self.unwritten or {}), **{str(document.id): why for document, why in failures.items()}}

    def _written(self, documents):
        """Those of ``documents`` of which everything could be written so far."""
        return documents.filtered(lambda document: str(document.id) not in (self.unwritten or {}))

    def _unwritten_text(self):
        """Say which documents could not be written, and why; '' for none."""
        lines = [
            self.env._(
                '%(name)s could not be written here: %(why)s',
                name=document._source().display_name or document.display_name,
                why=self.unwritten[str(document.id)],
            )
            for document in self.document_ids - self._written(self.document_ids)
        ]
        return '\n'.join(lines)

    def _note(self, text):
        """Keep what was wrong with single documents, to be told at the end."""
        self.notes = '\n'.join(dict.fromkeys([*(self.notes or '').splitlines(), *text.splitlines()]))

    # ------------------------------------------------------------------ the whole answer

    def _is_ready(self):
        """Whether there is something to do: a call that is due, or an answer. One that failed has its time, too."""
        answer = self.answer
        return self._is_due() if not answer or answer.get('tries') else True

    def _storable_answer(self, answer):
        """What came, as it can be written down before anything follows from it."""
        try:
            return storable(answer)
        except ValueError as error:
            return self._doubt(answer['phase'], str(error))

    def _doubt(self, phase, why):
        """An answer that says nothing, in place of one that can't be used."""
        _logger.warning("VatPortal job %s, %s: the answer can't be used: %s", self.id, phase, why)
        return answer_of(phase, error=(UnknownOutcome if phase in _WRITES else TransientError)(reason='answer'))

    def _apply_answer(self, answer):
        """Write what follows from ``answer``, or that it could not be written."""

        def apply(job):
            job._set(answer=False)
            if self.env.context.get('vatportal_watched'):
                job.watched_at = fields.Datetime.now()
            job._apply(answer)

        by_halves(self, apply, lambda job, error: job._not_applied(answer, error))

    def _not_applied(self, answer, error):
        _logger.error('VatPortal job %s: what follows from an answer (%s) could not be written', self.id, answer.get('phase'), exc_info=error)
        why = self.connector_id._without_secrets(failure_text(self, error))
        tries = answer.get('tries', 0) + 1
        if tries < TRIES:
            self._go(
                self.phase,
                polling.next_delay(0, tries),
                answer={**answer, 'tries': tries},
                message=self.env._('What the portal answered could not be written here: %s It is tried again by itself.', why),
            )
            return
        self.answer = False
        self._set_aside(answer, why)
        if answer['phase'] == 'start' and answer.get('value'):
            # A prompt is about to come to somebody's phone: the process is followed, though nothing else is written.
            self._beside(lambda job: job._follow_process(answer['value']))
            if self.phase == 'follow':
                return
        doubt = {
            **self._doubt(answer['phase'], 'it could not be written'),
            'reason': 'unwritten',
            'text': self.env._(
                'What the portal answered could not be written here: %s It is kept for support in the details of the process. '
                'The portal is asked again what it has; nothing is sent twice.',
                why,
            ),
        }
        # Should that be impossible as well: later, and again from the portal.
        self._go(self.phase, polling.MAXIMUM_S)
        by_halves(self, lambda job: job._apply(doubt), lambda job, error: _logger.error('VatPortal job %s: nothing can be written', job.id, exc_info=error))
        if self.state in OPEN_STATES:
            self.message = doubt['text']

    def _set_aside(self, answer, why):
        """Keep ``answer`` for support, without secrets and check codes."""
        kept = self.connector_id._without_secrets(without_codes(answer))
        text = json.dumps(kept)
        if len(text) > _KEPT_LENGTH:
            kept = {'phase': answer['phase'], 'beginning': text[:_KEPT_LENGTH]}
        former = (self.details or {}).get('not_written', [])
        self._keep_details({'not_written': [*former, {'at': fields.Datetime.to_string(fields.Datetime.now()), 'why': why, 'answer': kept}][-_KEPT:]})

    def _keep_details(self, details):
        """Write the portal's ``details`` of the process, beside what could not be written."""
        self.details = {**{name: value for name, value in (self.details or {}).items() if name == 'not_written'}, **details}

    def _beside(self, action):
        """Call ``action``, a function of this job that is not worth failing for."""
        by_halves(self, action, lambda job, error: _logger.error('VatPortal job %s: something beside it could not be done', job.id, exc_info=error))
