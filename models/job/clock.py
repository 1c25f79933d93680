from datetime import timedelta

from odoo import fields, models

from ...vatportal.settlement import LOST_S
from ..connector.portal_account import SKEW
from ..states import OPEN_STATES
from .engine import CALL_S

# Moments that have been: none of them lies in the future.
_PAST = ('started_at', 'sent_at', 'changed_at', 'settle_at', 'watched_at', 'code_at')


class VatportalJob(models.Model):
    """A clock that went back: it was set, or a virtual machine came to itself on another day.

    Several servers move a job, and its waiting outlasts each of them, so it is kept by the clock on the wall. A moment
    that has been and lies in the future tells that this clock was turned back. Then the job asks at its next look, as
    that does no harm; what it waits for out of caution begins to count anew, for nobody knows how much of it is over.
    """

    _inherit = 'vatportal.job'

    planned_wait = fields.Float(readonly=True, help='Seconds until the next call, as they were when it was planned.')

    def _is_off_clock(self):
        now = fields.Datetime.now()
        if self.prompt_until and self.prompt_until > now + timedelta(seconds=LOST_S) + SKEW:
            return True
        if self.state not in OPEN_STATES:
            return False
        waits_long = self.next_poll_at and self.next_poll_at > now + timedelta(seconds=self.planned_wait) + SKEW
        return bool(waits_long and not self.on_hold) or any(self[name] and self[name] > now + SKEW for name in _PAST)

    def _mend_clock(self):
        """Bring back what a clock that has gone back since has left in the future; jobs in use are left to the next
        look."""
        off = self.sudo().filtered(lambda job: job._is_off_clock())
        for job in off.try_lock_for_update() if off else ():
            job._mend_times()
        if off:
            off._commit()
            off._wake()

    def _mend_times(self):
        now = fields.Datetime.now()
        vals = {name: now for name in _PAST if self[name] and self[name] > now + SKEW}
        if self.prompt_until:
            vals['prompt_until'] = min(self.prompt_until, now + timedelta(seconds=LOST_S))
        if self.next_poll_at and not self.on_hold and self.state in OPEN_STATES:
            # An answer that is under way keeps its time.
            wait_s = CALL_S if self.state == 'starting' else 0
            self._go(self.phase, min(wait_s, (self.next_poll_at - now).total_seconds()), **vals)
        else:
            self.write(vals)

    def _mend_clocks(self):
        """Bring it back for all jobs, whoever may come to move them."""
        soon = fields.Datetime.now() + SKEW
        self.search(
            [
                '|',
                ('prompt_until', '>', soon),
                '&',
                ('state', 'in', OPEN_STATES),
                *['|'] * len(_PAST),
                ('next_poll_at', '>', soon),
                *((name, '>', soon) for name in _PAST),
            ]
        )._mend_clock()
