from odoo import fields, models

from ..vatportal import DONE, FAILED, ProcessStatus, Stats, polling


class VatportalJob(models.Model):
    """What every process at the portal has in common: it is started, then followed until it has ended.

    Operations add ``_prepare_<operation>``, ``_start_<operation>(client)``, ``_started_<operation>()`` and
    ``_ended_<operation>(succeeded, refusals)``.
    """

    _inherit = 'vatportal.job'

    def _prepare(self):
        """Get ready to start: whether there is anything to do, all of it written down."""
        return getattr(self, f'_prepare_{self.operation}')()

    # ------------------------------------------------------------------ start

    def _call_start(self, client):
        return getattr(self, f'_start_{self.operation}')(client)

    def _apply_start(self, process_id):
        now = fields.Datetime.now()
        self.write({
            'state': 'running', 'phase': 'follow', 'portal_id': str(process_id), 'step': 'send',
            'reason': False, 'stats': False, 'changed_at': now,
        })
        self._schedule(polling.next_delay(0))
        getattr(self, f'_started_{self.operation}')()

    # ------------------------------------------------------------------ follow

    def _call_follow(self, client):
        status = client.process_status(int(self.portal_id))
        return {'status': status.status, 'description': status.description, 'stats': status.stats.raw}

    def _apply_follow(self, value):
        status = ProcessStatus(value['status'], value['description'], Stats.from_json(value['stats']))
        self._take_stats(status)
        if status.status in (DONE, FAILED):
            self.write({'pin1_code': False, 'pin2_code': False})
            getattr(self, f'_ended_{self.operation}')(status.succeeded, list(status.stats.refusals))
        elif polling.overdue(self._silence()):
            self._silent()
        else:
            self._schedule(polling.next_delay(self._silence()))

    def _take_stats(self, status):
        """Write what the portal tells of the process, and wake the person when a code has come."""
        stats = status.stats
        step = self._reached(stats)
        # A code is to be compared only while the portal waits for it.
        pin1 = stats.pin1_code if not stats.login_done else ''
        pin2 = stats.pin2_code if not stats.invoice_signed else ''
        if value_changed(self.stats, stats.raw):
            self.changed_at = fields.Datetime.now()
        news = (pin1 and pin1 != self.pin1_code) or (pin2 and pin2 != self.pin2_code)
        self.write({
            'stats': stats.raw or False,
            'step': step,
            'pin1_code': pin1 or False,
            'pin2_code': pin2 or False,
            'portal_message': '\n'.join(stats.refusals) or False,
        })
        if news and not status.finished:
            self._notify('code')

    def _reached(self, stats):
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

    def _silent(self):
        """The process has told nothing new for ten minutes. Its number is kept; what became of the invoices is
        asked for directly."""
        self.write({'pin1_code': False, 'pin2_code': False})
        self._read_numbers('lost')

    def _error_follow(self, answer):
        """A process that the portal does not know (any more), or that can't be asked for ten minutes, is settled
        by reading what became of its documents."""
        if answer['error'] == 'Refused' or (
                answer['error'] == 'TransientError' and polling.overdue(self._silence())):
            self._silent()
            return True
        return False


def value_changed(old, new):
    """Whether the portal's ``stats`` tell something new; nothing told is no news."""
    return bool(new) and new != (old or {})
