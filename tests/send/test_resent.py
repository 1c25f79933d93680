from odoo.exceptions import UserError

from ...models.document.status import ACTIVITY
from ..lifecycle_common import LifecycleCommon


class TestResent(LifecycleCommon):
    """An invoice that was deleted from e-taxes and sent again: its old document's status speaks of the old one alone."""

    def setUp(self):
        super().setUp()
        self.move = self.registered()
        self.old = self.move.vatportal_document_id

    def status(self, document, status):
        """What the next import brings."""
        document.sudo().write({'status': status, 'status_code': status})
        self.env['vatportal.document']._on_imported(document.browse(), document)
        self.env.flush_all()

    def tasks(self):
        return self.move.activity_search([ACTIVITY])

    def send_again(self):
        self.finish(self.delete(self.old))
        self.assertEqual(self.move.vatportal_state, 'deleted')
        self.finish(self.send(self.move))
        self.new = self.move.vatportal_document_id
        self.assertNotEqual(self.new, self.old)
        self.assertEqual((self.move.vatportal_state, self.move.vatportal_qaime), ('registered', self.new.qaime))

    def test_the_old_one_says_nothing(self):
        self.send_again()
        alerts = self.move.alerts
        for status in ('deleted', 'canceled', 'deactivated', 'deletedBySystem', 'updateRequested', 'cancelRequested', 'approved'):
            self.status(self.old, status)
            self.assertFalse(self.tasks(), status)
            self.assertEqual(
                (self.move.vatportal_state, self.move.vatportal_status, self.move.alerts, self.new.state),
                ('registered', self.new.status, alerts, 'registered'),
                status,
            )
        with self.assertRaisesRegex(UserError, self.new.qaime):
            self.move.button_cancel()

    def test_the_old_one_closes_nothing(self):
        """What the new one asks for stays open, in whatever order the import brings the two."""
        self.send_again()
        self.status(self.new, 'updateRequested')
        for status in ('deleted', 'canceled', 'approved'):
            self.status(self.old, status)
            self.assertIn(self.new.qaime, self.tasks().summary)
        self.old.sudo().write({'status': 'deactivated', 'status_code': 'deactivated'})
        self.new.sudo().write({'status': 'cancelRequested', 'status_code': 'cancelRequested'})
        self.env['vatportal.document']._on_imported(self.old.browse(), self.new + self.old)
        self.assertIn(f'cancellation of {self.new.qaime}', self.tasks().summary)

    def test_what_the_old_one_asked_for_ends_with_the_new_number(self):
        self.status(self.old, 'canceled')
        self.assertIn(f'{self.old.qaime} is no longer valid', self.tasks().summary)
        self.finish(self.send(self.move))
        self.assertEqual(self.move.vatportal_state, 'registered')
        self.assertFalse(self.tasks())

    def test_the_new_one_was_refused(self):
        """The invoice says what became of its last document."""
        self.finish(self.delete(self.old))
        self.sandbox.configure(unknown_voens=[self.partner.vat])
        self.finish(self.send(self.move))
        self.assertEqual(self.move.vatportal_state, 'rejected')
        self.status(self.old, 'canceled')
        self.assertFalse(self.tasks())
        self.assertIn('refused', self.move.alerts['vatportal_rejected']['message'])
