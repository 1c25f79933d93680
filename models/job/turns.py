from datetime import timedelta

from odoo import fields, models

from ...vatportal.settlement import LOST_S
from ..states import OPEN_STATES

# How often a process looks whether its turn has come, where it waits for one that is followed, and where for one that
# is not. One that does not look any more is moved by nobody at the moment, and keeps nobody waiting.
WAIT_S = 5
LONG_WAIT_S = 60
LEFT_S = 90


class VatportalJob(models.Model):
    """One PIN at a time on a phone, whoever or whatever has started the processes.

    A process may ask for a PIN from the moment at which the portal is told of it until the portal says that it has
    ended. ``prompt_until`` says how long that may last where nothing more is heard of it: each piece of news moves it
    on, so what is stuck, lost or restored from a backup keeps others waiting for ten minutes, not for ever.

    What would start looks for others of the same phone: one that may be asking for a PIN, or that was queued earlier
    and waits as well. Where an account says on how many phones it may ask at once, all its phones are looked at. Nothing is
    remembered of this, so nothing can be left over. What needs no PIN takes no turn: uploads without signature, imports
    of what VatPortal holds, deletions from VatPortal alone.
    """

    _inherit = 'vatportal.job'

    prompt_until = fields.Datetime(readonly=True, index='btree_not_null', help='Until when the process may ask for a PIN on the phone.')

    def _asks_pin(self):
        """Whether the process asks for a PIN."""
        return self._operation()._asks_pin(self)

    # ------------------------------------------------------------------ whose turn it is

    def _has_turn(self):
        """Whether this process may start now: what may ask for a PIN does so in its turn only, and looks again later."""
        if not self._asks_pin():
            return True
        before = self._before()
        if not before and self.connector_id._lock_phone():
            return True
        self._go('start', before[:1]._keeps_waiting() if before else WAIT_S)
        self._commit()
        return False

    def _before(self):
        """The processes that come before this one on its phone, whoever may see them: first what may be asking for a
        PIN at the moment, then what looks for its turn as well and was queued earlier, or is a person's where this one is
        nobody's. What the portal did not take, and which is tried again, keeps nobody waiting."""
        connectors = self.connector_id._of_same_phone()
        before = self._asking(connectors)
        if not (self.prompt_until and self.prompt_until > fields.Datetime.now()):  # else it has the turn, and goes again
            before = before | self._waiting_before(connectors) or self._before_on_other_phones(connectors)
        # One that has ended is moved by nobody any more.
        before._mend_clock()
        return before

    def _before_on_other_phones(self, connectors):
        """The processes on other phones than that of ``connectors`` which leave no room for one more, where the account
        may ask only so many phones at once."""
        others = self.connector_id._of_same_limit() - connectors
        if not others:
            return self.browse().sudo()
        asking = self._asking(others)
        asked = set(asking.connector_id.mapped(lambda connector: connector._phone_key()))
        free = others.account_id.phones_at_once - len(asked)
        if free <= 0:
            return asking
        # Of those that wait, as many come first as there are phones left to ask.
        waiting = self._waiting_before(others).filtered(lambda job: job.connector_id._phone_key() not in asked)
        phones = {job.connector_id._phone_key() for job in waiting}
        return waiting if len(phones) >= free else waiting.browse()

    def _asking(self, connectors):
        """The other processes of ``connectors`` that may be asking for a PIN."""
        return self.sudo().search([('connector_id', 'in', connectors.ids), ('id', '!=', self.id), ('prompt_until', '>', fields.Datetime.now())], order='id')

    def _waiting_before(self, connectors):
        """The other processes of ``connectors`` that look for their turn and come before this one."""
        now = fields.Datetime.now()
        waiting = self.sudo().search(
            [
                ('connector_id', 'in', connectors.ids),
                ('id', '!=', self.id),
                ('state', '=', 'queued'),
                ('phase', '=', 'start'),
                ('on_hold', '=', False),
                ('error_count', '=', 0),
                ('next_poll_at', '>', now - timedelta(seconds=LEFT_S)),
                ('next_poll_at', '<=', now + timedelta(seconds=WAIT_S)),
            ]
        )
        return waiting.filtered(lambda job: job._place() < self._place() and job._asks_pin() and not job.connector_id._is_waiting()).sorted(
            lambda job: job._place()
        )

    def _place(self):
        """The place in the line: people at their screens before schedules, of which there may be many."""
        return not self.user_id, self.id

    def _keeps_waiting(self):
        """In how many seconds those behind this process look again."""
        followed = self.state in OPEN_STATES and not self.reason and not self.connector_id._is_waiting()
        return WAIT_S if followed else LONG_WAIT_S

    # ------------------------------------------------------------------ how long it lasts

    def _starting_values(self):
        now = fields.Datetime.now()
        vals = {'sent_at': now}
        if not self._asks_pin():
            return vals
        if self.next_poll_at and not self.sent_at:
            # The time that it has waited for its turn does not count.
            vals |= {'started_at': now, 'changed_at': now}
        return {**vals, 'prompt_until': now + timedelta(seconds=LOST_S)}

    def _pass_turn(self, answer):
        """The start ended with the error ``answer``. Where nothing was begun, the phone is free."""
        known = answer['error'] == 'Refused' and answer['code'] == 17
        if answer['error'] != 'UnknownOutcome' and not known:
            # Only an earlier try, of which the answer was lost, may be at work.
            earlier = self.document_ids.filtered(lambda document: document.doubtful and document.last_sent_at)
            self.prompt_until = bool(earlier) and max(earlier.mapped('last_sent_at')) + timedelta(seconds=LOST_S)

    # ------------------------------------------------------------------ the live view

    def _shown_before(self):
        """The process behind which this one waits."""
        waits = self.state == 'queued' and self.phase == 'start' and not self.on_hold and not self.connector_id._is_waiting()
        return self._before()[:1] if waits and self._asks_pin() else self.browse()

    def _turn_text(self, before):
        """Behind whom this process waits, as far as the user may know."""
        seen = before.sudo(False)
        if not seen.has_access('read') or not seen._may_use():
            return self.env._('Waiting for its turn: the phone is asked for one PIN at a time, and another process comes first.')
        if not before.user_id:
            return self.env._('Waiting for its turn: the phone is asked for one PIN at a time, and “%s” comes first.', before.name)
        return self.env._(
            'Waiting for its turn: the phone is asked for one PIN at a time, and “%(name)s” (%(user)s) comes first.', name=before.name, user=before.user_id.name
        )
