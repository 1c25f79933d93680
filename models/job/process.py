from odoo import fields, models

from ...vatportal import DONE, FAILED, ProcessStatus, Stats, polling
from .job import without_codes


class VatportalJob(models.Model):
    """What every process at the portal has in common: it is started, then followed until it has ended.

    Operations add

    - ``_prepare_<operation>()``: whether there is anything to do, all of it written down
    - ``_start_<operation>(client)``: the call that starts the process; returns its number
    - ``_started_<operation>()``, ``_error_start_<operation>(answer)``: what follows from its answer, or its failure
    - ``_ended_<operation>(succeeded, refusals)``: the portal says that the process has ended
    - ``_silent_<operation>()``: the portal has told nothing new for ten minutes, or does not know the process
    - ``_call_read_<operation>(client)``, ``_apply_read_<operation>(value)``: the reading after the process
    """

    _inherit = 'vatportal.job'

    def _own(self, hook, *args):
        """Call this job's operation's own ``hook``."""
        return getattr(self, f'{hook}_{self.operation}')(*args)

    def _prepare(self):
        return self._own('_prepare')

    # ------------------------------------------------------------------ start

    def _call_start(self, client):
        return self._own('_start', client)

    def _apply_start(self, process_id):
        self._follow_process(process_id)
        self._own('_started')

    def _follow_process(self, process_id):
        """The portal has begun a process of this number; from now on it is followed."""
        now = fields.Datetime.now()
        self.write({'state': 'running', 'phase': 'follow', 'portal_id': str(process_id), 'step': 'send', 'reason': False, 'stats': False, 'changed_at': now})
        self._schedule(polling.next_delay(0))

    def _error_start(self, answer):
        self._own('_error_start', answer)
        return True

    # ------------------------------------------------------------------ follow

    def _call_follow(self, client):
        status = client.process_status(int(self.portal_id))
        return {'status': status.status, 'description': status.description, 'stats': status.stats.raw}

    def _apply_follow(self, value):
        status = ProcessStatus(value['status'], value['description'], Stats.from_json(value['stats']))
        self._take_stats(status)
        if status.status in (DONE, FAILED):
            self.write({'pin1_code': False, 'pin2_code': False})
            if status.succeeded:
                self._ended(True)
            else:
                self.phase = 'detail'
                self._schedule(polling.MINIMUM_S)
        elif polling.overdue(self._silence()):
            self._silent()
        else:
            self._schedule(polling.next_delay(self._silence()))

    def _take_stats(self, status):
        """Write what the portal tells of the process, and wake the person when a code has come."""
        stats = status.stats
        step = self._reached(stats, status.finished)
        # A code is to be compared only while the portal waits for it.
        pin1 = stats.pin1_code if not stats.login_done else ''
        pin2 = stats.pin2_code if not stats.invoice_signed else ''
        if value_changed(self.stats, stats.raw):
            self.changed_at = fields.Datetime.now()
        news = (pin1 and pin1 != self.pin1_code) or (pin2 and pin2 != self.pin2_code)
        self.write(
            {
                'stats': stats.raw or False,
                'step': step,
                'pin1_code': pin1 or False,
                'pin2_code': pin2 or False,
                'portal_message': self._refusals(stats),
                **({'code_at': fields.Datetime.now()} if news else {}),
            }
        )
        if news and not status.finished:
            self._beside(lambda job: job._notify('code'))

    def _reached(self, stats, finished):
        """The furthest step that the portal has reported; a process that goes back a step does not undo it."""
        steps = [step for step, _label in self._fields['step'].selection]
        reached = 'send'
        if stats.imported:
            reached = 'import'
        if stats.packet_created:
            reached = 'packet'
        if stats.login_done:
            reached = 'login'
        if stats.invoice_signed:
            reached = 'sign'
        return max(reached, self.step or 'send', key=steps.index)

    def _refusals(self, stats=None):
        """What e-taxes refused in this process, word for word, a refusal a line; False where it refused nothing."""
        return '\n'.join((stats or Stats.from_json(self.stats)).refusals) or False

    def _ended(self, succeeded):
        self._own('_ended', succeeded, list(Stats.from_json(self.stats).refusals))

    def _silent(self):
        """Give up watching the process; its number is kept."""
        self.write({'pin1_code': False, 'pin2_code': False})
        self._own('_silent')

    def _error_follow(self, answer):
        """A process that the portal does not know (any more), or that can't be asked for ten minutes, is settled
        by reading what became of its documents."""
        if answer['error'] == 'Refused' or (answer['error'] == 'TransientError' and polling.overdue(self._silence())):
            self._silent()
            return True
        return False

    # ------------------------------------------------------------------ detail

    def _call_detail(self, client):
        """The portal's own log of a process that failed: for support, nothing depends on it."""
        return self.connector_id._without_secrets(without_codes(client.process_data(int(self.portal_id))))

    def _apply_detail(self, value):
        self._keep_details(value or {})
        self._ended(False)

    def _error_detail(self, _answer):
        self._ended(False)
        return True

    # ------------------------------------------------------------------ read

    def _call_read(self, client):
        return self._own('_call_read', client)

    def _apply_read(self, value):
        self._own('_apply_read', value)


def value_changed(old, new):
    """Whether the portal's ``stats`` tell something new; nothing told is no news."""
    return bool(new) and new != (old or {})
