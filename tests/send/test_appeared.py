from odoo import fields

from ..send_common import UPLOAD
from .double_common import DoubleCommon


class TestAppeared(DoubleCommon):
    """An invoice was given back because its answer was lost, somebody went on without it, and the portal had it after all."""

    def hidden(self, *lines):
        """Send an invoice into a portal that loses its answer and hangs before it shows it; return the invoice."""
        self.sandbox.configure(visible='after_import', stage_seconds=0, auto_confirm=True)
        self.sandbox.faults.add(UPLOAD, 'process_hangs')
        move = self.create_invoice(*lines, invoice_date=fields.Date.today())
        job = self.env['vatportal.job']._queue(move, self.connector, True)
        self.client().upload_invoices([move.vatportal_document_id.sudo()._to_invoice()], upload=True)
        self.advance(job, steps=2)
        self.pass_time(job, 601)
        self.finish(job)
        self.assertRejected(move, 'takes it only once')
        return move

    def appear(self, signed=True):
        """The portal goes on with it; the numbers are read."""
        self.sandbox.configure(auto_confirm=signed)
        for process in self.sandbox.portal.state.processes.values():
            process.hang_at = None
        for seconds in (1, 600):
            self.sandbox.advance(seconds)
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
        self.env.invalidate_all()

    def test_another_document_was_linked(self):
        """Both are at e-taxes: the invoice keeps the one that a person has linked, and somebody hears of the other."""
        # Each with a price of its own, so that none meets what is left of the one before.
        for signed, price, total in ((True, 100, 118), (True, 50, 236), (False, 30, 35.4)):
            with self.subTest(signed=signed, total=total):
                move = self.hidden({'price_unit': price})
                document = move.vatportal_document_id
                number = self.entered(total=total, day=fields.Date.today())
                self.import_sent()
                other = self.document(number)
                if other.move_id != move:
                    other.action_link_move(move.id)
                self.appear(signed)
                self.assertEqual((move.vatportal_qaime, document.move_id), (number, self.env['account.move']))
                if not signed:
                    self.assertEqual((document.state, document.double_id), ('imported', other))
                    self.finish(document.sudo()._open_deletions())
                    self.assertEqual((document.state, other.double_id), ('deleted', document.browse()))
                    continue
                self.assertEqual(document.state, 'registered')
                for _again in range(2):
                    self.assertEqual((document.double_id, other.double_id), (other, document))
                    (document | other)._suspect_doubles()
                self.assertTrue(self.activities(document, 'l10n_az_vatportal.mail_activity_etaxes_document'))
                # Nor does it become that of the next sale like it.
                like = self.create_invoice({'price_unit': price}, invoice_date=fields.Date.today())
                document._match_invoices()
                self.assertFalse(document.move_id or like.vatportal_document_id)
                like.button_draft()
                document.action_no_double()
                (document | other)._suspect_doubles()
                self.assertFalse(document.double_id | other.double_id)

    def test_it_was_taken_back(self):
        """Cancelled or reset to draft while it counted as not sent: whoever did it hears that it stands."""
        for take_back in ('button_cancel', 'button_draft'):
            with self.subTest(take_back):
                move = self.hidden()
                getattr(move, take_back)()
                self.appear()
                self.assertNotIn('declared twice', self.told(move), 'nothing was sent in its place')
                if move.state == 'cancel':
                    self.finish(self.delete(move.vatportal_document_id))
                else:
                    move.action_post()
                self.assertFalse(self.activities(move, 'l10n_az_vatportal.mail_activity_etaxes'))

    def told(self, move):
        """What whoever took ``move`` back reads."""
        self.assertEqual(move.vatportal_state, 'registered')
        (activity,) = self.activities(move, 'l10n_az_vatportal.mail_activity_etaxes')
        self.assertIn(move.vatportal_qaime, activity.summary)
        return activity.note

    def test_it_was_taken_back_and_something_sent_in_its_place(self):
        """What stands for the same sale, or may, is named; a sale of another total, or to another buyer, is not."""
        for price, partner, replaces in ((100, self.partner, False), (55, self.partner, True), (55, self.partner, False), (100, self.other_partner, False)):
            with self.subTest(price=price, partner=partner.name, replaces=replaces):
                move = self.hidden()
                move.button_cancel()
                other = self.create_invoice(
                    {'price_unit': price}, partner_id=partner.id, invoice_date=fields.Date.today(), vatportal_replaced_id=move.id if replaces else False
                )
                self.finish(self.send(other))
                self.assertRegistered(other)
                self.appear()
                named = replaces or (price, partner) == (100, self.partner)
                told = self.told(move)
                self.assertEqual((other.vatportal_qaime in told, 'declared twice' in told), (named, named))

    def test_no_package_of_it(self):
        """A package has no ERP id, so e-taxes would take it twice."""
        move, other = self.hidden(), self.create_invoice()
        said = {invoice: [p['message'] for p in invoice._vatportal_package_problems() if p['level'] == 'error'] for invoice in (move, other)}
        self.assertIn('second qaimə', ' '.join(said[move]))
        self.assertFalse(said[other])
        move.vatportal_document_id.sudo().date = '2026-01-01'
        self.assertFalse([p for p in move._vatportal_package_problems() if p['level'] == 'error'], 'it is not looked for any more')

    def test_what_came_of_a_package(self):
        """By customer, total and note, and only where it can have come of this package."""
        move = self.create_invoice({'price_unit': 200}, vatportal_main_info='Müqavilə 7')
        document = self.env['vatportal.document']
        for day, packaged, other, linked in (
            ('2027-03-20', '2026-11-19', False, False),
            ('2026-11-21', '2026-11-23', False, False),
            ('2026-11-21', '2026-11-20', True, False),
            ('2026-11-21', '2026-11-20', False, True),
        ):
            with self.subTest(day=day, packaged=packaged, other=other):
                move.sudo().vatportal_package_date = f'{packaged} 08:00:00'
                document = self.document_of({'qaime': self.entered()}).sudo()
                document.write(
                    {
                        'date': f'{day} 08:00:00',
                        'partner_id': self.partner.id,
                        'main_info': 'Müqavilə 7',
                        'amount_total': 236,
                        'other_move_ids': [fields.Command.set(move.ids if other else [])],
                    }
                )
                document._match_packaged()
                self.assertEqual(document.move_id == move, linked)
