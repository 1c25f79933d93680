from datetime import timedelta

from odoo import fields, models

from ...vatportal import follows_from_document
from ...vatportal.settlement import LOST_S

# In how many seconds it is looked again while a comparison is under way.
_LOOK_AGAIN_S = 10


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    has_looked = fields.Boolean(readonly=True, help='What the portal has was looked at before the sending, or could not be.')


class VatportalOperationUpload(models.AbstractModel):
    """The look before a sending, whoever or whatever has queued it: a person at the dialog, Odoo's own sending, a schedule.

    Where nobody has looked within the hour, or not since a backup was restored, the portal is asked, by date, what it has from here that this database does not
    know. What went out under the number of one of the invoices with other figures, and what may be one of them otherwise,
    is asked about: that invoice is given back with the question. The same figures have the same ERP id, and error 17 tells.
    """

    _inherit = 'vatportal.operation.upload'

    def _looks_first(self, job):
        # Before anything goes, and before its turn on the phone has come.
        return not job.has_looked and not job.sent_at and job.connector_id._is_to_be_looked_at()

    def _look(self, job, client):
        return job.connector_id._call_recent(client)

    def _looked(self, job, numbers):
        connector = job.connector_id
        unknown = connector._take_recent(numbers)
        otherwise = self._pending(job).filtered(lambda document: document._went_otherwise(unknown))
        for document in otherwise:
            self._reject(job, document, document._otherwise_text())
        left = connector._take_unknown(numbers, unknown) - set(connector.told_erp_ids or [])
        begun = connector.compare_begun_at
        if (
            any(not follows_from_document(erp_id) for erp_id in left)
            and connector._is_comparing()
            and begun
            and begun > fields.Datetime.now() - timedelta(seconds=LOST_S)
        ):
            # Whose these are only the comparison tells.
            job._go('look', _LOOK_AGAIN_S)
            return
        pending = self._pending(job)
        candidates = pending._candidates_for(pending.move_id.sudo())
        for document in pending:
            question = document._question(candidates)
            if question:
                self._reject(job, document, question)
        self._go_on_after_look(job)

    def _not_looked(self, job, _answer):
        """A portal that does not tell: the same error will come of the sending, or none."""
        self._go_on_after_look(job)

    def _go_on_after_look(self, job):
        job._go('start', 0, has_looked=True)
        if not self._pending(job):
            job.message = '\n'.join(dict.fromkeys(filter(None, job.document_ids.mapped('message'))))
            job._finish()


class VatportalDocument(models.Model):
    _inherit = 'vatportal.document'

    def _went_otherwise(self, unknown):
        """Whether one of ``unknown``, ERP ids that the portal has, was given to what had the number of this document then,
        and says something else."""
        source = self._source()
        if not source:
            return False
        series, own = source.sudo()._vatportal_series(), self._later_ids()
        return any(erp_id.startswith(series) and erp_id not in own for erp_id in unknown)

    def _otherwise_text(self):
        return self.env._(
            'VatPortal has an invoice that was sent under this number from another database, with another customer, date or '
            'total. Nothing was sent. Send it again: then you are asked whether it is this one.'
        )

    def _question(self, candidates):
        """What is to be asked before this document goes; False for nothing. ``candidates``: dict of invoice → documents."""
        move = self.move_id.sudo()
        return next((move._vatportal_candidate_problem(candidate)['message'] for candidate in candidates.get(move, ())), False)
