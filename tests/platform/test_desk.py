from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from ..bill_common import OTHER_VENDOR
from ..common import script
from .desk_common import DeskCommon


class TestDesk(DeskCommon):
    """What e-taxes wants today: each count is that of its list."""

    def test_nothing(self):
        self.assertEqual(self.counts(), {})

    def test_sales(self):
        self.create_invoice()
        self.create_invoice(post=False)
        self.create_invoice(partner_id=self.env['res.partner'].create({'name': 'Tbilisi LLC', 'country_id': self.env.ref('base.ge').id}).id)
        self.assertEqual(self.counts(), {'to_send': 1, 'due': 1}, 'neither drafts nor what goes abroad')
        self.sandbox.configure(auto_confirm=False)
        pin = self.create_invoice()
        self.advance(self.send(pin), 3)
        self.assertEqual(self.counts(), {'to_send': 1, 'pin': 1, 'due': 2})
        self.sandbox.wait_prompt(1)
        self.sandbox.decline()
        self.finish(pin.vatportal_document_id.job_ids)
        self.assertEqual(self.counts(), {'to_send': 1, 'refused': 1, 'due': 2})
        self.sandbox.configure(auto_confirm=True)
        self.finish(self.send(pin))
        self.assertEqual(self.counts(), {'to_send': 1, 'due': 1})
        pin.vatportal_document_id.sudo().status = 'updateRequested'
        self.assertEqual(self.counts(), {'to_send': 1, 'sent_back': 1, 'due': 1})

    def test_what_never_goes_is_not_to_be_sent(self):
        person = self.env['res.partner'].create({'name': 'Aygün', 'country_id': self.env.ref('base.az').id})
        self.create_invoice(partner_id=person.id)
        branch = self.env['res.company'].create({'name': 'Branch', 'parent_id': self.company.id})
        self.env.user.company_ids += branch
        self.assertEqual(self.counts(companies=self.company + branch), {})
        move = self.create_invoice()
        self.assertEqual(self.counts(), {'to_send': 1, 'due': 1})
        move.sudo().vatportal_package_date = '2026-11-20 10:00:00'
        self.assertEqual(self.counts(), {'due': 1}, 'nobody knows whether it was uploaded, before its number is here')
        move.vatportal_unsent_reason = 'It was cancelled by hand'
        self.assertEqual(self.counts(), {})
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', times=1)
        refused = self.create_invoice()
        self.finish(self.send(refused))
        self.assertEqual(self.undue(), {'refused': 1})
        self.assertIn('action_call', refused._vatportal_alerts()['vatportal_rejected'])
        refused.vatportal_unsent_reason = 'Written at e-taxes.gov.az'
        self.assertEqual(self.counts(), {})
        self.assertNotIn('action_call', refused._vatportal_alerts()['vatportal_rejected'])

    def test_what_was_cancelled_at_e_taxes_stands_in_the_books(self):
        """Unless it was taken back; what a journal entry settles was not."""
        bill, credit = self.bill(100.0), self.bill(100.0, kind='returnInvoice')
        for move, account_type in ((bill, 'liability_payable'), (credit, 'asset_receivable')):
            move.invoice_date = '2026-11-20'
            move.action_post()
            self.settle_by_entry(move, account_type)
            move.vatportal_bill_document_id.sudo().status = 'canceled'
        self.assertEqual(credit.payment_state, 'reversed')
        self.assertEqual(self.counts()['void_bills'], 2)
        bill.line_ids.remove_move_reconcile()
        bill._reverse_moves([{'invoice_date': '2026-11-20', 'ref': 'Back'}], cancel=True)
        self.assertEqual((bill.payment_state, self.counts()['void_bills']), ('reversed', 1))

    def test_returns_and_adjustments(self):
        """What is sent from the journals of purchases, and credit notes with a kind, on the page and on the cards."""
        back = self.create_invoice(move_type='in_refund', partner_id=self.vendor.id)
        price = self.create_invoice(move_type='out_refund', vatportal_kind_id=self.kind('taxCodex163').id)
        self.create_invoice(move_type='out_refund')
        self.create_invoice(move_type='in_refund', partner_id=self.vendor.id, vatportal_kind_id=False)
        self.bill(100.0, kind='returnInvoice').action_post()
        self.assertEqual(self.undue(), {'to_send': 2})
        self.assertEqual(self.env['account.move'].search(self.not_sent()), back + price)
        self.assertEqual(self.on_card(back.journal_id, 'to_send'), back)
        self.assertEqual(self.on_card(price.journal_id, 'to_send'), price)
        self.sandbox.configure(auto_confirm=False, accepted_types=['returnInvoice'])
        job = self.send(back)
        self.advance(job, 3)
        self.assertEqual(self.on_card(back.journal_id, 'pin'), back)
        self.sandbox.wait_prompt(1)
        self.sandbox.decline()
        self.finish(job)
        self.assertEqual(self.undue(), {'to_send': 1, 'refused': 1})
        self.assertEqual(self.on_card(back.journal_id, 'refused'), back)

    def test_what_is_over_is_not_to_be_sent(self):
        """Taken back before it was sent, after it was refused, or after it was cancelled at e-taxes; or on its way by hand."""
        unsent, refused, cancelled, kept = (self.create_invoice({'price_unit': 10 + number}) for number in range(4))
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', times=1)
        self.finish(self.send(refused))
        self.finish(self.send(cancelled))
        cancelled.vatportal_document_id.sudo()._set_state('deleted', status='canceled')
        self.assertEqual(self.undue(), {'to_send': 3, 'refused': 1})
        credits = (unsent + refused + cancelled)._reverse_moves([{'invoice_date': '2026-11-20'}] * 3, cancel=True)
        self.assertEqual(set((unsent + refused + cancelled).mapped('payment_state')), {'reversed'})
        self.assertEqual(self.undue(), {'to_send': 1})
        credits[2].vatportal_kind_id = self.kind('taxCodex163')
        self.assertEqual(self.undue(), {'to_send': 1}, 'nothing is there to be adjusted')
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', times=1)
        self.finish(self.send(kept))
        self.assertEqual(self.undue(), {'refused': 1})
        sent = kept.vatportal_document_id.date
        kept.sudo().vatportal_package_date = sent - timedelta(hours=1)
        self.assertEqual(self.undue(), {'refused': 1}, 'sent after all, and refused')
        kept.sudo().vatportal_package_date = sent + timedelta(hours=1)
        self.assertTrue(kept.vatportal_package_waits)
        self.assertEqual(self.undue(), {})
        # What a journal entry settles was not taken back.
        back = self.create_invoice(move_type='in_refund', partner_id=self.vendor.id)
        self.settle_by_entry(back, 'liability_payable')
        self.assertEqual(back.payment_state, 'reversed')
        self.assertEqual(self.undue(), {'to_send': 1})
        self.assertTrue(back.vatportal_due_date)

    def test_what_comes_to_nothing_is_not_to_be_sent(self):
        """Given for free, or paid back by its own lines, in whatever currency; nor is it shown as not sent yet. Taxes beside the qaimə do not
        make it something, nor does what they take off make something nothing; an advance that it settles is something."""
        withheld = self.create_tax('Withheld', -100, 'outside')
        usd = self.env.ref('base.USD')
        usd.active = True
        free, foreign, even, back, held = (
            self.create_invoice({'discount': 100}),
            self.create_invoice({'discount': 100}, currency_id=usd.id),
            self.create_invoice({}, {'price_unit': -100}),
            self.create_invoice({'discount': 100}, move_type='in_refund', partner_id=self.vendor.id),
            self.create_invoice({'tax_ids': [Command.set(withheld.ids)]}),
        )
        self.assertEqual((held.amount_total, held.vatportal_outside), (0, -100))
        self.assertEqual(self.undue(), {'to_send': 1})
        self.assertEqual(self.on_card(free.journal_id, 'to_send'), held)
        nothing = free + foreign + even + back
        moves = nothing + held
        self.assertEqual(moves.mapped('vatportal_is_empty'), [True] * 4 + [False])
        for empty in (True, False):
            found = self.env['account.move'].search([('id', 'in', moves.ids), ('vatportal_is_empty', '=', empty)])
            self.assertEqual(found, moves.filtered(lambda move, empty=empty: move.vatportal_is_empty == empty))
        self.assertEqual(moves.mapped('vatportal_shown_status'), [False] * 4 + ['none'])
        advance = self.document(direction='outgoing', kind='advanceInvoice')
        even.vatportal_advance_id = advance
        self.assertEqual((self.undue(), even.vatportal_shown_status), ({'to_send': 2}, 'none'))
        even.vatportal_advance_id = False
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET vatportal_shown_status = 'none' WHERE id IN %s", [tuple(moves.ids)])
        script('19.0.1.10.0/end-nothing.py').migrate(self.env.cr, '19.0.1.9.0')
        self.env.invalidate_all()
        self.assertEqual(moves.mapped('vatportal_shown_status'), [False] * 4 + ['none'])
        sold = self.create_invoice()
        self.assertEqual(sold.vatportal_shown_status, 'none')
        sold._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        self.assertEqual((sold.payment_state, sold.vatportal_shown_status), ('reversed', False))

    def test_what_was_credited_in_part_and_set_off_is_not_sent_yet(self):
        """Odoo calls it reversed, as what was taken back in full. Told when it is settled, when a connector begins, and by the migration."""
        sold, whole = self.create_invoice({'price_unit': 1000}), self.create_invoice({'price_unit': 1000})
        whole._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        back = self.reverse_in_dialog(sold, create=False, date='2026-11-20')
        back.invoice_line_ids.price_unit = 10.0
        back.action_post()
        (sold + back).line_ids.filtered(lambda line: line.account_id.account_type == 'asset_receivable').reconcile()
        self.settle_by_entry(sold, 'asset_receivable')
        moves = sold + whole
        self.assertEqual((moves.mapped('payment_state'), back.amount_total), (['reversed'] * 2, 11.8))
        self.assertEqual(moves.mapped('vatportal_shown_status'), ['none', False])
        self.assertEqual([bool(day) for day in moves.mapped('vatportal_due_date')], [True, False])
        for active, shown in ((False, [False, False]), (True, ['none', False])):
            self.connector.active = active
            self.assertEqual(moves.mapped('vatportal_shown_status'), shown)
        self.env.cr.execute("UPDATE account_move SET vatportal_shown_status = 'none' WHERE id IN %s", [tuple(moves.ids)])
        script('19.0.1.10.0/end-nothing.py').migrate(self.env.cr, '19.0.1.9.0')
        self.env.invalidate_all()
        self.assertEqual(moves.mapped('vatportal_shown_status'), ['none', False])

    def test_what_was_paid_and_taken_back_is_not_to_be_sent(self):
        """Odoo leaves it paid. Told when the credit note is confirmed, and when that is reset."""
        paid, refused, kept = (self.create_invoice({'price_unit': 10 + number}) for number in range(3))
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', times=1)
        self.finish(self.send(refused))
        moves = paid + refused
        self.pay_in_bank(moves)
        self.credit_apart(kept, 5)
        self.assertEqual(self.undue(), {'to_send': 2, 'refused': 1})
        credits = [self.credit_apart(move) for move in moves]
        self.assertNotIn('reversed', moves.mapped('payment_state'))
        self.assertEqual((self.undue(), paid.vatportal_shown_status, moves.mapped('vatportal_due_date')), ({'to_send': 1}, False, [False] * 2))
        self.assertEqual(self.env['account.move'].search(self.not_sent()), kept)
        for active, shown in ((False, [False, False]), (True, [False, 'none'])):
            self.connector.active = active
            self.assertEqual((paid + kept).mapped('vatportal_shown_status'), shown)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET vatportal_shown_status = 'none', vatportal_due_date = '2026-11-20' WHERE id IN %s", [moves._ids])
        self.env.invalidate_all()
        script('19.0.1.11.0/end-taken_back.py').migrate(self.env.cr, '19.0.1.10.0')
        self.env.invalidate_all()
        self.assertEqual((paid.vatportal_shown_status, moves.mapped('vatportal_due_date')), (False, [False] * 2))
        self.assertTrue(kept.vatportal_due_date)
        for credit in credits:
            credit.button_draft()
        self.assertEqual((self.undue(), paid.vatportal_shown_status), ({'to_send': 2, 'refused': 1}, 'none'))
        self.assertTrue(all(moves.mapped('vatportal_due_date')))

    def not_sent(self):
        """The domain of the list's filter of that name, for this company."""
        arch = etree.fromstring(self.env['account.move'].get_view(self.env.ref('account.view_account_invoice_filter').id, 'search')['arch'])
        return [('company_id', '=', self.company.id), *safe_eval(arch.find(".//filter[@name='vatportal_not_sent']").get('domain'))]

    def test_a_credit_note_that_became_an_invoice(self):
        """It takes nothing back, and is to be sent itself, even where the document is gone that it was made from."""
        cancelled, unsent = self.create_invoice({'price_unit': 20}), self.create_invoice({'price_unit': 10})
        self.finish(self.send(cancelled))
        cancelled.vatportal_document_id.sudo()._set_state('deleted', status='canceled')
        anew = self.env['account.move']
        for move in (cancelled, unsent):
            back = self.reverse_in_dialog(move, create=False, date='2026-11-20')
            back.action_switch_move_type()
            back.action_post()
            self.assertEqual((back.move_type, back.reversed_entry_id), ('out_invoice', move))
            self.assertFalse(move._vatportal_credits())
            anew += back
        self.assertEqual(self.undue(), {'to_send': 4})
        self.assertEqual((anew + unsent).mapped('vatportal_shown_status'), ['none'] * 3)
        self.assertTrue(all(anew.mapped('vatportal_due_date')))
        shown = anew + unsent
        self.env.flush_all()
        self.env.cr.execute('UPDATE account_move SET vatportal_shown_status = NULL, vatportal_due_date = NULL WHERE id IN %s', [shown._ids])
        self.env.invalidate_all()
        script('19.0.1.11.0/end-taken_back.py').migrate(self.env.cr, '19.0.1.10.0')
        self.env.invalidate_all()
        self.assertEqual(shown.mapped('vatportal_shown_status'), ['none'] * 3)
        self.assertTrue(all(shown.mapped('vatportal_due_date')))

    def test_received_and_sent_are_never_in_one_list(self):
        self.document(status='cancelRequested', status_code='cancelRequested')
        self.document(direction='outgoing', status='cancelRequested', status_code='cancelRequested')
        self.document(direction='outgoing', status='updateRequested', status_code='updateRequested')
        self.document(missing_since='2026-11-20 10:00:00')
        counts = self.counts()
        self.assertEqual([counts[key] for key in ('to_cancel', 'cancel_asked', 'sent_back_alone', 'missing')], [1, 1, 1, 1])
        for key in counts:
            action = self.env['vatportal.desk'].action_open(key)
            if action['res_model'] == 'vatportal.document':
                found = self.env['vatportal.document'].search(action['domain'])
                self.assertEqual(len(set(found.mapped('direction'))), 1, key)

    def test_what_a_branch_has_read_too_counts_once(self):
        """Company and branch under one VÖEN read the same folders. Where both are at work each qaimə counts once: where its bill
        is, else higher up; whoever works in one of them has all of it."""
        branch = self.env['res.company'].create({'name': 'Filial', 'parent_id': self.company.id})
        below = self.env['res.company'].create({'name': 'Mağaza', 'parent_id': branch.id})
        stranger = self.env['res.company'].create({'name': 'Törəmə', 'parent_id': self.company.id, 'vat': OTHER_VENDOR})
        companies = self.company + branch + below + stranger
        self.env.user.company_ids += companies
        vals = {'status': 'onApproval', 'status_code': 'onApproval'}
        both = [self.document(company=company, qaime='MT261100000001', **vals) for company in companies]
        alone = self.document(company=below, qaime='MT261100000002', **vals)
        sent = [self.document(company=company, direction='outgoing', qaime='MT261100000001', status='cancelRequested') for company in (branch, below)]
        for at_work, counts in (
            (companies, {'to_approve': 3, 'to_bill': 3, 'cancel_asked': 1}),
            (self.company + branch, {'to_approve': 1, 'to_bill': 1, 'cancel_asked': 1}),
            (branch + below, {'to_approve': 2, 'to_bill': 2, 'cancel_asked': 1}),
            (below, {'to_approve': 2, 'to_bill': 2, 'cancel_asked': 1}),
        ):
            with self.subTest(at_work.mapped('name')):
                self.assertEqual(self.counts(companies=at_work), counts)
        everywhere = self.env['vatportal.document'].with_context(allowed_company_ids=companies.ids)
        self.assertEqual(everywhere.search([('is_copy', '=', True)]), (both[1] + both[2] + sent[1]).sorted('id', reverse=True))
        self.assertEqual([document.with_env(everywhere.env).is_copy for document in both], [False, True, True, False])
        self.assertFalse(alone.with_env(everywhere.env).is_copy)
        volumes = everywhere.formatted_read_group(
            [('direction', '=', 'incoming'), ('is_copy', '=', False), ('qaime', '=like', 'MT2611000000%')], [], ['amount_total_signed:sum']
        )
        self.assertEqual(volumes[0]['amount_total_signed:sum'], 354)
        both[2].sudo().move_id = self.env['account.move'].create({'move_type': 'in_invoice', 'partner_id': self.vendor.id, 'company_id': below.id})
        self.assertEqual(everywhere.search([('is_copy', '=', True), ('direction', '=', 'incoming')]), both[1] + both[0])
        self.assertEqual(self.counts(companies=self.company + below)['to_bill'], 1, 'what the branch has billed is billed')

    def test_pins_of_what_is_no_invoice(self):
        self.sandbox.configure(auto_confirm=False)
        day = fields.Date.from_string('2026-11-20')
        jobs = self.env['vatportal.job']
        for direction, key in (('incoming', 'pin_import'), ('outgoing', 'pin_other')):
            job = jobs._queue_download(self.connector, [direction], day, day, 'etaxes')
            self.advance(job, 3)
            self.assertTrue(job.waits_for_pin)
            self.assertEqual(self.counts(), {key: 1})
            self.env.invalidate_all()
            cards = [self.card(self.company_data[f'default_journal_{side}']) for side in ('purchase', 'sale')]
            self.assertEqual(cards, [{key: 1}, {}] if direction == 'incoming' else [{}, {key: 1}])
            self.sandbox.wait_prompt(1)
            self.sandbox.decline()
            self.finish(job)
        self.assertEqual(self.counts(), {})

    def test_before_anything_is_set_up(self):
        bare = self.env['res.company'].create({'name': 'Yeni MMC'})
        self.env.user.company_ids += bare
        clerk = new_test_user(self.env, 'clerk', 'account.group_account_invoice', company_id=bare.id, company_ids=bare.ids)
        for user, may in ((self.env.user, True), (clerk, False)):
            told = self.env['vatportal.desk'].with_user(user).with_context(allowed_company_ids=bare.ids).get_tasks()['setup']
            self.assertEqual((told['may'], 'Yeni MMC' in told['text'], 'accounting manager' in told['text']), (may, True, not may))
        self.assertFalse(self.env['vatportal.desk'].with_context(allowed_company_ids=(bare + self.company).ids).get_tasks()['setup'])

    def test_a_credited_bill_is_settled(self):
        bill = self.bill(100.0)
        bill.action_post()
        bill.vatportal_bill_document_id.sudo().status = 'canceled'
        self.assertEqual(self.counts(), {'void_bills': 1})
        reversal = self.env['account.move.reversal'].with_context(active_model='account.move', active_ids=bill.ids).create({'journal_id': bill.journal_id.id})
        self.env['account.move'].browse(reversal.reverse_moves()['res_id']).action_post()
        self.assertEqual(self.counts(), {}, 'whatever it was reconciled with')

    def test_a_bill_that_was_paid_and_taken_back_is_settled(self):
        """The count says what the banner does, and the filter of the list."""
        paid, in_part, set_off = (self.bill(100.0 + number) for number in range(3))
        for bill in (paid, in_part, set_off):
            bill.invoice_date = bill.date = '2026-11-20'
            bill.action_post()
        self.pay_in_bank(paid)
        other = self.create_invoice({'price_unit': 500}, move_type='in_refund', partner_id=self.vendor.id, vatportal_kind_id=False, ref='Other')
        self.settle_with(set_off, other)
        self.settle_with(in_part, self.credit_apart(in_part, 10))
        self.settle_by_entry(in_part, 'liability_payable')
        self.assertEqual((in_part + set_off).mapped('payment_state'), ['reversed'] * 2)
        bills = paid + in_part + set_off
        for bill in bills:
            bill.vatportal_bill_document_id.sudo().status = 'canceled'
        self.assertVoid(bills, bills)
        credit = self.credit_apart(paid)
        self.pay_in_bank(credit)
        self.assertNotEqual(paid.payment_state, 'reversed')
        self.assertVoid(in_part + set_off, bills)
        credit.button_draft()
        self.assertVoid(bills, bills)

    def assertVoid(self, void, bills):
        """Of ``bills`` those in ``void`` stand in the books without a document in force: on the page, on the card, in the list, on the bill."""
        self.env.invalidate_all()
        self.assertEqual(bills.filtered('vatportal_bill_void'), void)
        arch = etree.fromstring(self.env['account.move'].get_view(self.env.ref('account.view_account_bill_filter').id, 'search')['arch'])
        domain = safe_eval(arch.find(".//filter[@name='vatportal_bill_void']").get('domain'))
        self.assertEqual(self.env['account.move'].search([('id', 'in', bills.ids), *domain], order='id'), void)
        self.assertEqual((self.counts()['void_bills'], self.card(bills.journal_id)['void_bills']), (len(void),) * 2)

    def test_before_the_connector(self):
        self.create_invoice(invoice_date='2026-01-10')
        self.assertEqual(self.counts(), {})

    def test_purchases(self):
        document = self.document(status='onApproval', status_code='onApproval')
        self.document(status='cancelRequested', status_code='cancelRequested')
        self.document(status='canceled', status_code='canceled')
        self.document(is_foreign=True, status='onApproval')
        counts = self.counts()
        self.assertEqual((counts['to_approve'], counts['to_cancel'], counts['to_bill']), (1, 1, 2))
        document.action_create_bills()
        self.assertEqual(self.counts()['to_bill'], 1)
        document.move_id.action_post()
        document.sudo().status = 'deletedBySystem'
        self.assertEqual(self.counts()['void_bills'], 1)

    def test_other_companies(self):
        self.create_invoice()
        other = self.env['res.company'].create({'name': 'Another'})
        self.env.user.company_ids += other
        self.assertEqual(self.counts(companies=other), {})
        self.assertEqual(self.counts(companies=self.company + other), {'to_send': 1, 'due': 1})

    def test_who_may_not(self):
        clerk = new_test_user(self.env, 'clerk', 'base.group_user', company_id=self.company.id, company_ids=self.company.ids)
        desk = self.env['vatportal.desk'].with_user(clerk)
        for call in (desk.get_tasks, lambda: desk.action_open('to_send')):
            with self.assertRaises(AccessError):
                call()
        auditor = new_test_user(self.env, 'auditor', 'account.group_account_readonly', company_id=self.company.id, company_ids=self.company.ids)
        self.create_invoice()
        self.assertEqual(self.counts(auditor), {'to_send': 1, 'due': 1})
