from datetime import datetime, timedelta

from .due_common import TRACKED, DueCommon

ISSUED = datetime(2026, 11, 20, 8, 0)  # noon in Baku, on a Friday


class AnswerCommon(DueCommon):
    """Received documents that await the company's answer, and people who decide."""

    def waiting(self, *lines, **vals):
        document = self.document(*lines, **{'status': 'onApproval', 'status_code': 'onApproval', 'date': ISSUED, **vals})
        document._set_partners()
        return document

    def answered(self, *lines, **vals):
        return self.waiting(*lines, **{'status': 'approved', 'date': ISSUED - timedelta(days=30), **vals})

    def decide(self, documents, decision, **vals):
        action = documents.action_decide()
        wizard = self.env['vatportal.answer.wizard'].with_context(**TRACKED, **action['context']).create({'decision': decision, **vals})
        wizard.action_apply()
        return wizard

    def codes(self, document):
        """The recommendation, and the reasons as they were put into words."""
        return document.advice, (document.advice_text or '').split('\n')
