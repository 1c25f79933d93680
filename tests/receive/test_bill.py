import runpy
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import file_path

from ..bill_common import BUYER, OTHER_VENDOR, VENDOR, BillCommon


class TestBill(BillCommon):
    """One received document, one draft bill."""

    def test_head(self):
        move = self.bill(qaime='MT2401 10000001', add_info='Sifariş 7')
        self.assertRecordValues(
            move,
            [
                {
                    'move_type': 'in_invoice',
                    'state': 'draft',
                    'partner_id': self.vendor.id,
                    'ref': 'MT240110000001',
                    'payment_reference': 'MT2401 10000001',
                    'invoice_date': date(2026, 11, 21),  # 01:30 in Baku
                    'amount_untaxed': 100.0,
                    'amount_tax': 18.0,
                    'amount_total': 118.0,
                }
            ],
        )
        self.assertEqual(str(move.narration), '<p>Müqavilə A-12</p><p>Sifariş 7</p>')

    def test_not_due_before_it_was_made(self):
        """After midnight in Baku the user's own day may still be the one before."""
        self.assertEqual(self.bill(date='2099-11-20 21:30:00').invoice_date_due, date(2099, 11, 21))

    def test_thirteen_characters(self):
        self.assertEqual(self.bill(qaime='AA24080000001').payment_reference, 'AA240 80000001')

    def test_line(self):
        move = self.bill(self.line(37.5, quantity=3, price_unit=12.5, name='Qum', product_code='2505100000'))
        self.assertRecordValues(
            self.product_lines(move),
            [
                {
                    'name': 'Qum',
                    'quantity': 3.0,
                    'price_unit': 12.5,
                    'price_subtotal': 37.5,
                    'price_total': 44.25,
                    'tax_ids': self.purchase['vat'].ids,
                    'product_id': False,
                    'product_uom_id': self.unit.id,
                    'account_id': self.company_data['default_account_expense'].id,
                }
            ],
        )

    def test_second_click_makes_no_second_bill(self):
        document = self.document()
        document.action_create_bills()
        self.assertEqual(document.action_create_bills()['res_id'], document.move_id.id, 'it is shown instead')
        self.assertEqual(document._make_bill(), document.move_id)
        self.assertEqual(self.env['account.move'].search_count([('ref', '=', document.qaime)]), 1)

    def test_many_at_once(self):
        documents = self.document() + self.document(50.0) + self.document(kind='advanceInvoice')
        action = documents.action_create_bills()['params']['next']
        self.assertEqual(documents.mapped('bill_state'), ['billed', 'billed', 'none'])
        self.assertEqual(sorted(action['domain'][0][2]), sorted(documents.move_id.ids))
        self.assertEqual(action['views'][0], [self.env.ref('account.view_in_invoice_bill_tree').id, 'list'])
        with self.assertRaisesRegex(UserError, 'no bill to be made'):
            documents[2].action_create_bills()

    def test_one_bad_document_does_not_keep_the_others(self):
        bad = self.document(seller_vat='123', seller_name='Kim?')
        good = self.document()
        (bad + good).action_create_bills()
        self.assertEqual(good.bill_state, 'billed')
        self.assertEqual(bad.bill_state, 'ask')
        self.assertIn('no VÖEN', bad.bill_question)

    def test_more_than_a_few_are_left_to_the_scheduled_action(self):
        documents = self.env['vatportal.document'].union(*(self.document(10.0 + n) for n in range(51)))
        documents.action_create_bills()
        self.assertEqual(set(documents.mapped('bill_state')), {'to_bill'})
        self.run_cron()
        self.assertEqual(set(documents.mapped('bill_state')), {'billed'})
        self.assertFalse(any(documents.mapped('bill_requested')))

    # ------------------------------------------------------------------ kinds

    def test_a_return_is_a_customer_credit_note(self):
        move = self.bill(self.line(200.0), kind='returnInvoice', seller_vat=BUYER, seller_name='Abşeron')
        self.assertRecordValues(move, [{'move_type': 'out_refund', 'partner_id': self.partner.id, 'amount_total': 236.0, 'amount_tax': 36.0}])
        self.assertEqual(move.invoice_line_ids.tax_ids, self.taxes['vat'])
        self.assertEqual(move.invoice_line_ids.account_id, self.company_data['default_account_revenue'])
        move.action_post()
        self.assertFalse(move.vatportal_can_send)

    def test_what_is_not_booked(self):
        for code in ('advanceInvoice', 'agent', 'returnByAgent', 'exportNoteInvoice', 'goodsTransfer'):
            document = self.document(kind=code)
            self.assertEqual(document.bill_state, 'none', code)
            with self.assertRaises(UserError):
                document.action_create_bills()

    def test_kinds_that_are_nothing_without_an_amount(self):
        for code in ('recycling', 'returnRecycled', 'exciseGoodsTransfer'):
            self.assertEqual(self.document(self.line(0.0), kind=code).bill_state, 'none', code)
            self.assertEqual(self.document(self.line(100.0, 'exempt'), kind=code).bill_state, 'ask', code)
            self.assertEqual(self.document(self.line(0.0, vat=5.0, total=0.0), kind=code).bill_state, 'ask', code)

    def test_an_amount_on_such_a_kind_is_billed_as_a_person_says(self):
        document = self.document(kind='returnRecycled')
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertTrue(wizard.asks_booking)
        wizard.booking = 'bill'
        wizard.action_create()
        self.assertEqual((document.move_id.move_type, document.bill_state), ('in_invoice', 'billed'))
        self.assert_total(document)

    def test_such_a_kind_may_be_set_to_nothing(self):
        document = self.document(kind='recycling')
        document.kind_id.booking = 'none'
        self.assertEqual(document.bill_state, 'none')

    def test_an_amount_that_comes_later(self):
        document = self.document(self.line(0.0), kind='recycling')
        document.sudo().write({'amount_vat': 18.0, 'amount_total': 118.0})
        self.assertEqual(document.bill_state, 'ask')

    def test_a_kind_that_a_person_decides(self):
        document = self.document(kind='taxCodex163')
        self.assertEqual(document.bill_state, 'ask')
        action = document.action_create_bills()
        self.assertEqual(action['res_model'], 'vatportal.bill.wizard')
        wizard = self.env['vatportal.bill.wizard'].with_context(**action['context']).create({})
        with self.assertRaisesRegex(UserError, 'how the document is booked'):
            wizard.action_create()
        wizard.booking = 'refund'
        wizard.action_create()
        self.assertEqual(document.move_id.move_type, 'in_refund')
        self.assert_total(document)

    def test_an_unknown_kind_is_asked_about(self):
        document = self.document()
        document.sudo().kind_id = self.env['vatportal.kind']._get_or_create('brandNewKind')
        self.assertEqual(document.bill_state, 'ask')

    def test_cancelled_documents_are_not_billed(self):
        for status in ('canceled', 'deleted', 'deletedBySystem', 'deactivated'):
            self.assertEqual(self.document(status=status).bill_state, 'none', status)

    def test_a_foreign_document_is_never_billed(self):
        document = self.document(buyer_vat=OTHER_VENDOR, is_foreign=True)
        self.connector.auto_bill = True
        self.env['vatportal.document']._on_imported(document, document.browse())
        self.run_cron()
        self.assertEqual((document.bill_state, document.bill_requested), ('none', False))
        with self.assertRaises(UserError):
            document.action_create_bills()
        with self.assertRaises(UserError):
            document._make_bill()
        self.assertFalse(document.move_id)

    def test_the_wizard_makes_no_bill_of_what_is_not_billed(self):
        """The dialog is a public method; what it hides, the server refuses."""
        biller = new_test_user(self.env, 'biller', groups='account.group_account_invoice', company_id=self.company.id)
        open_kind = {'kind': 'taxCodex163'}
        for vals in (
            {'is_foreign': True, 'buyer_vat': OTHER_VENDOR},
            {'status': 'canceled'},
            {'state': 'deleted'},
            {'direction': 'outgoing'},
            {'kind': 'advanceInvoice'},
            {'is_foreign': True, **open_kind},
            {'status': 'deletedBySystem', **open_kind},
            {'direction': 'outgoing', **open_kind},
        ):
            with self.subTest(vals=vals):
                document = self.document(**vals)
                wizard = (
                    self.env['vatportal.bill.wizard'].with_user(biller).create({'document_id': document.id, 'booking': 'bill', 'partner_id': self.vendor.id})
                )
                with self.assertRaisesRegex(UserError, 'is not billed'):
                    wizard.action_create()
                self.assertFalse(document.move_id)

    def test_the_wizard_does_not_overrule_the_kind(self):
        document = self.document()
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id, 'booking': 'refund'})
        with self.assertRaisesRegex(UserError, 'as the kind says'):
            wizard.action_create()

    def test_a_person_wants_no_bill(self):
        document = self.document()
        document.action_ignore_bill()
        self.assertEqual(document.bill_state, 'ignored')
        document.action_want_bill()
        self.assertEqual(document.bill_state, 'to_bill')

    # ------------------------------------------------------------------ by itself

    def test_automatic_bills(self):
        self.connector.write({'auto_bill': True, 'auto_bill_from': '2026-11-01'})
        new, old = self.document(), self.document(date='2026-10-31 10:00:00')
        self.env['vatportal.document']._on_imported(new + old, new.browse())
        self.assertFalse(new.move_id)
        self.run_cron()
        self.assertEqual((new.bill_state, old.bill_state), ('billed', 'to_bill'))
        self.assert_total(new)

    def test_automatic_bills_begin_on_the_day_they_are_switched_on(self):
        self.connector.auto_bill = True
        self.assertTrue(self.connector.auto_bill_from)

    def test_a_bill_thrown_away_does_not_come_back(self):
        self.connector.write({'auto_bill': True, 'auto_bill_from': '2026-11-01'})
        document = self.document()
        self.env['vatportal.document']._on_imported(document, document.browse())
        self.run_cron()
        document.move_id.unlink()
        self.run_cron()
        self.assertEqual((document.move_id.id, document.bill_state), (False, 'to_bill'))
        document.sudo().status = 'approvedBySystem'
        self.env['vatportal.document']._on_imported(document.browse(), document)
        self.run_cron()
        self.assertEqual((document.move_id.id, document.bill_requested), (False, False), 'a change brings it back no more')
        document.action_create_bills()
        self.assertEqual(document.bill_state, 'billed')

    def test_an_update_marks_the_bills_thrown_away_before(self):
        thrown, other = self.document(), self.document()
        for document in (thrown, other):
            document.action_create_bills()
        thrown.with_context(lang='en_US').move_id.unlink()
        (thrown + other).sudo().had_bill = False
        self.env.flush_all()
        script = file_path('l10n_az_vatportal/migrations/19.0.1.1.0/post-had_bill.py')
        runpy.run_path(script)['migrate'](self.env.cr, '19.0.1.0.0')
        self.env.invalidate_all()
        self.assertEqual((thrown.had_bill, other.had_bill), (True, False))

    # ------------------------------------------------------------------ duplicates

    def test_a_bill_typed_by_hand_is_proposed(self):
        document = self.document(qaime='MT240110000001')
        typed = self.env['account.move'].create(
            {
                'move_type': 'in_invoice',
                'partner_id': self.vendor.id,
                'ref': 'e-qaimə mt2401 10000001',
                'invoice_line_ids': [Command.create({'name': 'Sement', 'price_unit': 118, 'tax_ids': False})],
            }
        )
        action = document.action_create_bills()
        self.assertEqual(document.bill_state, 'ask')
        self.assertIn('bears this number', document.bill_question)
        wizard = self.env['vatportal.bill.wizard'].with_context(**action['context']).create({})
        self.assertEqual(wizard.move_id, typed)
        wizard.action_link()
        self.assertEqual((document.move_id, document.bill_state), (typed, 'billed'))
        self.assertEqual(typed.vatportal_bill_document_id, document)

    def test_a_longer_number_is_no_duplicate(self):
        self.env['account.move'].create({'move_type': 'in_invoice', 'partner_id': self.vendor.id, 'ref': '110000001'})
        self.bill(qaime='MT240110000001')

    def test_two_documents_share_no_bill(self):
        move, document = self.bill(), self.document()
        with self.assertRaisesRegex(UserError, 'another document'):
            document.action_link_move(move.id)

    def test_a_cancelled_bill_may_be_made_anew(self):
        document = self.document()
        document.action_create_bills()
        first = document.move_id
        first.button_cancel()
        self.assertEqual(document.bill_state, 'to_bill')
        document.action_create_bills()
        self.assertNotEqual(document.move_id, first)

    # ------------------------------------------------------------------ vendors

    def test_vendor_is_created(self):
        move = self.bill(seller_vat=OTHER_VENDOR, seller_name='Yeni \x07Satıcı\u202e MMC')
        self.assertRecordValues(
            move.partner_id, [{'name': 'Yeni Satıcı MMC', 'vat': OTHER_VENDOR, 'is_company': True, 'country_id': self.env.ref('base.az').id}]
        )
        self.assertEqual(self.bill(seller_vat=OTHER_VENDOR, seller_name='Başqa ad').partner_id, move.partner_id)

    def test_a_name_is_no_vendor(self):
        namesake = self.vendor.copy({'name': 'Tanış Ad MMC', 'vat': False})
        move = self.bill(seller_vat=OTHER_VENDOR, seller_name='Tanış Ad MMC')
        self.assertNotEqual(move.partner_id, namesake)

    def test_voen_as_people_type_it(self):
        self.vendor.vat = 'AZ 1503-647 981'
        self.assertEqual(self.bill().partner_id, self.vendor)

    def test_contacts_and_branches_mean_the_company(self):
        self.env['res.partner'].create(
            [{'name': 'Filial', 'parent_id': self.vendor.id, 'vat': VENDOR, 'type': 'other'}, {'name': 'Mühasib', 'parent_id': self.vendor.id, 'vat': VENDOR}]
        )
        self.assertEqual(self.bill().partner_id, self.vendor)

    def test_the_company_s_own_partner_comes_first(self):
        own = self.vendor.copy({'company_id': self.company.id, 'vat': VENDOR})
        self.assertEqual(self.bill().partner_id, own)

    def test_several_vendors_are_asked_about_once(self):
        twin = self.vendor.copy({'name': 'Qafqaz (köhnə)', 'vat': VENDOR})
        document = self.document()
        action = document.action_create_bills()
        self.assertEqual(action['res_model'], 'vatportal.bill.wizard')
        self.assertIn('Several partners', document.bill_question)
        wizard = self.env['vatportal.bill.wizard'].with_context(**action['context']).create({})
        self.assertEqual(wizard.candidate_ids, self.vendor + twin)
        with self.assertRaisesRegex(UserError, 'Choose the partner'):
            wizard.action_create()
        wizard.partner_id = twin
        wizard.action_create()
        self.assertEqual(document.move_id.partner_id, twin)
        self.assertEqual(self.bill().partner_id, twin)

    def test_a_partner_with_another_voen_can_not_be_chosen(self):
        self.vendor.copy({'name': 'Qafqaz (köhnə)', 'vat': VENDOR})
        document = self.document()
        document.action_create_bills()
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id, 'partner_id': self.other_partner.id})
        with self.assertRaisesRegex(UserError, 'has the VÖEN'):
            wizard.action_create()

    def test_two_companies_with_one_vendor(self):
        other = self.setup_other_company()['company']
        for company in (self.company, other):
            company.vat = '1402345691'
        connector = self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'token': 'x', 'company_id': other.id})
        self.env['account.tax'].search([('company_id', '=', other.id)]).active = False
        connector.with_company(other).action_create_taxes()
        first = self.document(qaime='MT240100000077')
        second = self.document(company=other, qaime='MT240100000077', connector_id=connector.id)
        (first + second).action_create_bills()
        self.assertEqual((first.bill_state, second.bill_state), ('billed', 'billed'), second.bill_question)
        self.assertEqual(first.move_id.partner_id, second.move_id.partner_id)
        self.assertEqual((first.move_id.company_id, second.move_id.company_id), (self.company, other))
        self.assertEqual(second.move_id.invoice_line_ids.tax_ids.company_id, other)

    # ------------------------------------------------------------------ hostile text

    def test_hostile_text(self):
        evil = '<img src=x onerror=alert(1)>&"\' \u202etxet'
        move = self.bill(self.line(name=evil + 'x' * 10000), seller_vat=OTHER_VENDOR, seller_name=evil, main_info=evil)
        self.assertNotIn('<img', str(move.narration))
        self.assertIn('&lt;img', str(move.narration))
        self.assertTrue(move.invoice_line_ids.name.startswith(evil))
        for message in move.message_ids | self.env['vatportal.document'].search([('move_id', '=', move.id)]).message_ids:
            self.assertNotIn('<img', str(message.body))

    def test_hostile_text_in_notes_is_escaped(self):
        document = self.document(self.line(100.0, vat=10.0, name='<script>alert(1)</script>'))
        document.action_create_bills()
        body = ''.join(str(message.body) for message in document.move_id.message_ids)
        self.assertIn('&lt;script&gt;', body)
        self.assertNotIn('<script>', body)

    # ------------------------------------------------------------------ rights

    def test_rights(self):
        document = self.document()
        reader = new_test_user(self.env, 'reader', groups='account.group_account_readonly', company_id=self.company.id)
        biller = new_test_user(self.env, 'biller', groups='account.group_account_invoice', company_id=self.company.id)
        for method in ('action_create_bills', 'action_ignore_bill'):
            with self.assertRaises(AccessError):
                getattr(document.with_user(reader), method)()
        document.with_user(biller).action_create_bills()
        self.assertEqual(document.bill_state, 'billed')
        document.move_id.with_user(biller).action_post()

    def test_another_company_s_documents_are_out_of_reach(self):
        document = self.document()
        other = self.setup_other_company()['company']
        stranger = new_test_user(self.env, 'stranger', groups='account.group_account_invoice', company_id=other.id, company_ids=[Command.set(other.ids)])
        with self.assertRaises(AccessError):
            document.with_user(stranger).with_context(allowed_company_ids=other.ids).action_create_bills()
