import contextlib

from odoo import fields

from .common import BUYER
from .lifecycle_common import LifecycleCommon
from .send_common import SendCommon


class RestoredCommon(SendCommon, LifecycleCommon):
    """Databases that do not know what went to the portal: restored from a backup, copied, with the addon set up anew."""

    @contextlib.contextmanager
    def forgotten(self):
        """What happens here at the portal, the database forgets: it is then that of before."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def entered(self, total=118, note='qeyd', day='2026-11-20', buyer=BUYER, **vals):
        """Somebody enters a qaimə at e-taxes; return its number."""
        return self.sandbox.portal.add_document(
            folder=1,
            tin_from=self.company.vat,
            tin_to=buyer,
            main_subject=note,
            net_amount=total,
            apply_amount=total / 1.18,
            datetime=f'{fields.Date.to_date(day):%d.%m.%Y} 10:00',
            **vals,
        )['qaime']

    def live(self, *names):
        """How often each of these numbers of invoices stands at the portal, under whatever ERP id."""
        self.sandbox.portal.tick()
        notes = [invoice.payload['main_info'] for invoice in self.sandbox.portal.state.invoices.values() if not invoice.deleted]
        return [sum(note.startswith(f'{name};') for note in notes) for name in names]

    def press(self, moves, **vals):
        """Send ``moves`` and see the process, and those that came out of it, to their ends."""
        job = self.send(moves, **vals)
        self.finish_all(job)
        return job

    def confirm_both(self):
        """Somebody types PIN1 and PIN2 on the phone."""
        for pin in (1, 2):
            self.sandbox.wait_prompt(pin)
            self.sandbox.confirm(pin=pin)

    def finish_all(self, job):
        for _round in range(10):
            jobs = job._batch().filtered(lambda other: other.state in ('queued', 'starting', 'running'))
            if not jobs:
                return
            for other in jobs:
                for _step in range(20):
                    if other.state in ('queued', 'starting', 'running'):
                        self.advance(other)
                if other.reason in ('exists', 'lost'):
                    self.pass_time(other, 601)
        self.fail(f'still open: {jobs.mapped("state")}, {jobs.mapped("phase")}')
