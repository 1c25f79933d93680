import time
from collections import Counter
from datetime import timedelta

from odoo import fields, models

from odoo.addons.l10n_az_vatportal.models.source.selection_run import SOON

from .document import NET

# For so many seconds a selection is queued before others have their turn.
TURN_S = 30


class VatportalSelection(models.Model):
    """A large sending, part by part."""

    _name = 'vatportal.selection'
    _inherit = ['vatportal.selection', 'vatportal.queued']

    def _wake(self, at=None):
        # EXTENDS: a queue job for each, with the scheduled action as the net beneath
        self._queue_wake(at)
        super()._wake((at or fields.Datetime.now()) + NET)

    def _queue_work(self):
        passed, tries = set(), Counter()
        end = time.monotonic() + TURN_S
        more = True
        while more and time.monotonic() < end:
            tries[self] += 1
            more = self._cron_part(passed, tries)
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self.env.invalidate_all()
        if self.state != 'open':
            return None
        return fields.Datetime.now() + (timedelta(seconds=1) if more else SOON)

    def _queue_title(self):
        return self.env._('e-taxes: large sending of %s', self.user_id.name)

    def _queue_company(self):
        return self.company_id

    def _queue_action(self):
        return self.action_lines()
