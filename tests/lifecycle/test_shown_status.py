from odoo.fields import Command

from ..bill_common import BillCommon
from ..common import OTHER_BUYER, VatportalCommon, script
from ..phone_common import PhoneCase
from ..send_common import UPLOAD, SendCommon


class TestShownStatus(SendCommon, BillCommon):
    """One word for one thing: lists show one status of an invoice, a bill or a document."""

    def shown(self, move):
        self.assertEqual(move.vatportal_shown_status, move.vatportal_document_id.shown_status)
        return move.vatportal_shown_status

    def test_the_way_of_an_invoice(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        self.assertEqual(move.vatportal_shown_status, 'none')
        job = self.queue(move)
        self.assertEqual(self.shown(move), 'progress')
        self.advance(job, 3)
        self.assertEqual((move.vatportal_shown_status, move.vatportal_document_id.shown_status), ('pin', 'progress'))
        for pin in (1, 2):
            self.sandbox.wait_prompt(pin)
            self.sandbox.confirm(pin=pin)
        self.finish(job)
        self.assertEqual(self.shown(move), 'onApproval')
        move.vatportal_document_id.sudo().status = 'approved'
        self.assertEqual(self.shown(move), 'approved')

    def test_a_pin_that_nobody_typed_is_not_refused(self):
        for pin in (1, 2):
            with self.subTest(pin=pin):
                self.sandbox.reset()
                self.sandbox.configure(stage_seconds=0, auto_confirm=False)
                moves = self.invoices(2)
                job = self.send(moves)
                self.advance(job, 3)
                if pin == 2:
                    self.sandbox.confirm(pin=1)
                self.sandbox.wait_prompt(pin)
                self.advance(job)
                self.sandbox.decline()
                self.finish(job)
                self.assertEqual(moves.mapped('vatportal_shown_status'), ['pin_missed'] * 2)
                self.assertEqual({document['state_label'] for document in job._progress()['documents']}, {'Not sent – PIN not confirmed'})

    def test_what_etaxes_refused_is_not_accepted(self):
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'refused', times=1)
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'rejected')
        self.assertEqual(self.shown(move), 'not_accepted')

    def test_a_neighbour_of_what_was_refused_is_not_sent(self):
        """Its buyer is named by nobody: it has no fault, and goes again as it is."""
        self.sandbox.configure(refusal='packet', unknown_voens=[OTHER_BUYER])
        moves = self.create_invoice() + self.create_invoice(partner_id=self.other_partner.id)
        self.finish(self.send(moves))
        self.assertEqual(moves.mapped('vatportal_shown_status'), ['not_sent', 'not_accepted'])

    def test_what_never_left_is_not_sent(self):
        move = self.create_invoice()
        self.connector.sudo().token = 'wrong-token'
        self.finish(self.send(move))
        self.assertEqual(self.shown(move), 'not_sent')
        self.connector.sudo().token = 'sandbox-token'
        self.finish(self.send(move))
        self.assertEqual(self.shown(move), 'onApproval', 'what was wrong before is not told any more')

    def test_given_up(self):
        move = self.create_invoice()
        job = self.queue(move)
        job.action_cancel()
        self.assertEqual(self.shown(move), 'not_sent')

    def test_bills(self):
        bill = self.bill(100.0)
        self.assertEqual(bill.vatportal_shown_status, 'approved')
        bill.vatportal_bill_document_id.sudo().status = 'canceled'
        self.assertEqual(bill.vatportal_shown_status, 'canceled')

    def ended(self, status):
        """An invoice whose document was registered, and has this final status now."""
        move = self.create_invoice()
        self.finish(self.send(move))
        document = move.vatportal_document_id
        document.sudo().write({'status': status, 'status_code': status})
        document.sudo()._follow_status()
        self.assertEqual(move.vatportal_state, 'deleted')
        return move

    def test_what_was_cancelled_is_not_called_deleted(self):
        """It can be sent anew like what was deleted; lists, banner and page say what it is."""
        for status, label in (('canceled', 'Cancelled'), ('deactivated', 'Deactivated')):
            with self.subTest(status):
                move = self.ended(status)
                document = move.vatportal_document_id
                self.assertEqual(self.shown(move), status)
                message = move.alerts['vatportal_deleted']['message']
                for text in (message, document._delete_problem(), document._printed_warning()):
                    self.assertIn(label, text)
                    self.assertNotIn('eleted', text)
                self.assertIn(document.qaime, message)
                self.assertTrue(move.vatportal_can_send)
        for status in ('deleted', 'deletedBySystem'):
            with self.subTest(status):
                move = self.ended(status)
                self.assertEqual(self.shown(move), status)
                self.assertIn('was deleted', move.alerts['vatportal_deleted']['message'])
                self.assertIn('deleted already', move.vatportal_document_id._delete_problem())

    def test_an_update_tells_how_it_has_ended(self):
        bill = self.bill(100.0)
        bill.vatportal_bill_document_id.sudo().write({'state': 'deleted', 'status': 'deletedBySystem'})
        records = self.ended('canceled') + self.ended('deactivated') + self.ended('deleted') + bill + self.create_invoice()
        told = records.mapped('vatportal_shown_status')
        self.assertEqual(told, ['canceled', 'deactivated', 'deleted', 'deletedBySystem', 'none'])
        self.env.flush_all()
        self.env.cr.execute("UPDATE vatportal_document SET shown_status = 'deleted' WHERE state = 'deleted'")
        self.env.cr.execute("UPDATE account_move SET vatportal_shown_status = 'deleted' WHERE id IN %s", [tuple(records[:-1].ids)])
        for _again in range(2):
            script('19.0.1.12.0/end-ended.py').migrate(self.env.cr, '19.0.1.11.0')
            self.env.invalidate_all()
            self.assertEqual(records.mapped('vatportal_shown_status'), told)
            self.assertEqual([move._vatportal_status_document().shown_status for move in records[:-1].sudo()], told[:-1])

    def test_of_what_is_not_issued_here_there_is_nothing_to_tell(self):
        """Bills without a qaimə, credit notes without a kind, entries, what was cancelled, and all of a company without a connector."""
        bill, entry = (
            self.env['account.move'].create({'move_type': move_type, 'partner_id': self.vendor.id, 'date': '2026-11-20'})
            for move_type in ('in_invoice', 'entry')
        )
        credit = self.create_invoice(move_type='out_refund')
        cancelled, move = self.create_invoice(post=False), self.create_invoice()
        cancelled.button_cancel()
        back = self.create_invoice(move_type='in_refund', partner_id=self.vendor.id)
        records = bill + entry + credit + cancelled + move + back
        self.assertEqual(records.mapped('vatportal_shown_status'), [False] * 4 + ['none'] * 2)
        credit.vatportal_kind_id = self.kind('taxCodex163')
        self.assertEqual(credit.vatportal_shown_status, 'none')
        credit.vatportal_kind_id = False
        self.env.flush_all()
        asked, plain = [], type(records)._vatportal_is_unsent
        self.patch(type(records), '_vatportal_is_unsent', lambda move: (asked.append(move), plain(move))[1])
        self.connector.active = False
        self.assertEqual(records.mapped('vatportal_shown_status'), [False] * 6)
        self.connector.active = True
        self.assertEqual(records.mapped('vatportal_shown_status'), [False] * 4 + ['none'] * 2)
        # One without a kind is asked for its kind.
        self.assertLessEqual(set(asked), {credit}, 'all that a company has ever sold is not looked at one by one')
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET vatportal_shown_status = 'none' WHERE id IN %s", [tuple(records.ids)])
        script('19.0.1.7.0/end-unsent.py').migrate(self.env.cr, '19.0.1.6.0')
        self.env.invalidate_all()
        self.assertEqual(records.mapped('vatportal_shown_status'), [False] * 4 + ['none'] * 2)
        other = self.setup_other_company()['company']
        self.env.user.company_ids += other
        line = Command.create({'name': 'Goods', 'price_unit': 100})
        theirs = self.env['account.move'].create(
            {'move_type': 'out_invoice', 'partner_id': self.partner.id, 'company_id': other.id, 'invoice_line_ids': [line]}
        )
        self.assertFalse(theirs.vatportal_shown_status)
        connector = self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': other.id})
        self.assertEqual(theirs.vatportal_shown_status, 'none')
        connector.unlink()
        self.assertFalse(theirs.vatportal_shown_status)

    def test_grouped(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        groups = dict(self.env['account.move']._read_group([('id', 'in', move.ids)], ['vatportal_shown_status'], ['__count']))
        self.assertEqual(groups, {'onApproval': 1})
        documents = self.document() + self.document(status='canceled')
        groups = dict(self.env['vatportal.document']._read_group([('id', 'in', documents.ids)], ['shown_status'], ['__count']))
        self.assertEqual(groups, {'approved': 1, 'canceled': 1})

    def test_an_update_tells_it_of_what_was_there(self):
        self.sandbox.configure(auto_confirm=False)
        missed = self.create_invoice()
        job = self.send(missed)
        self.advance(job, 3)
        waiting = self.create_invoice()
        self.sandbox.wait_prompt(1)
        self.sandbox.decline()
        self.finish(job)
        never = self.create_invoice()
        bill = self.bill(100.0)
        records = missed + waiting + never + bill
        expected = records.mapped('vatportal_shown_status')
        self.env.flush_all()
        self.env.cr.execute('ALTER TABLE account_move DROP COLUMN vatportal_shown_status')
        self.env.cr.execute('UPDATE vatportal_document SET shown_status = NULL, reject_reason = NULL')
        script('19.0.1.5.0/pre-status.py').migrate(self.env.cr, '19.0.1.4.0')
        self.env.invalidate_all()
        self.assertEqual(records.mapped('vatportal_shown_status'), expected)
        self.assertIn('pin_missed', expected)


class TestTourRefresh(VatportalCommon, PhoneCase):
    def test_a_list_follows_what_was_sent_from_it(self):
        """Its dialog is closed early; the list beneath reads itself again as the process moves."""
        self.sandbox.configure(auto_confirm=False)
        self.env['account.move'].search([('company_id', '=', self.company.id), ('state', '=', 'draft')]).unlink()
        self.create_invoice()
        self.start_tour('/odoo/customer-invoices', 'vatportal_list_follows', login=self.env.user.login, timeout=120)
