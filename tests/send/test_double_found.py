from odoo import fields
from odoo.exceptions import UserError

from ..bill_common import VENDOR
from ..common import BUYER, OTHER_BUYER
from .double_common import DoubleCommon


class TestDoubleFound(DoubleCommon):
    """What is known of a qaimə and its invoice lasts: questions, answers, links and marks, whatever comes after them."""

    def compare(self):
        action = self.connector.action_compare()
        wizard = self.env[action['res_model']].with_context(**action['context']).create({})
        self.finish(self.env['vatportal.job'].browse(wizard.action_import()['res_id']))

    def of_today(self, price=100, **vals):
        return self.create_invoice({'price_unit': price}, invoice_date=fields.Date.today(), **vals)

    def edit(self, move, **vals):
        """Draft, other values, confirmed again; a ``price`` goes to the lines."""
        move.button_draft()
        if 'price' in vals:
            move.invoice_line_ids.price_unit = vals.pop('price')
        move.write(vals)
        move.action_post()

    def changed(self, document, **vals):
        document.sudo().write(vals)
        self.env['vatportal.document']._on_imported(document.browse(), document)

    # ------------------------------------------------------------------ questions

    def sent_to_another(self, move):
        """After the backup the customer of ``move`` was corrected, and it was sent; the database has the former one. Return the
        document that the comparison finds."""
        with self.forgotten():
            self.edit(move, partner_id=self.other_partner.id)
            self.press(move)
            number = move.vatportal_qaime
        self.compare()
        return self.document(number)

    def test_the_question_outlives_the_reading(self):
        move = self.of_today()
        document = self.sent_to_another(move)
        self.assertEqual((document.buyer_vat, document.amount_total), (OTHER_BUYER, 118))
        self.assertEqual(document.proposed_move_ids, move)
        for status in ('approved', 'updateRequested'):
            self.sandbox.portal.set_status(document.qaime, status)
            self.import_sent()
            self.assertEqual((document.status, document.proposed_move_ids), (status, move))
        with self.assertRaisesRegex(UserError, document.qaime):
            self.send(move)
        document._say_other(move)
        self.changed(document, status='approved')
        self.assertFalse(document.proposed_move_ids, 'nor does it come back once it is answered')
        self.press(move)
        self.assertRegistered(move)

    def test_the_question_is_asked_beside_another_candidate(self):
        """One invoice has its number and another one its customer and total: a person has to say which."""
        move, other = self.of_today(), self.of_today(partner_id=self.other_partner.id)
        document = self.sent_to_another(move)
        self.assertEqual((document.move_id, document.proposed_move_ids), (self.env['account.move'], move + other))
        self.assertIn("under this invoice's number", self.problem(move)[0]['message'])
        self.assertNotIn("under this invoice's number", self.problem(other)[0]['message'])
        self.assertIn('has the same total', self.ask(other, other).text)
        self.ask(other, other).action_link()
        self.assertFalse(self.problem(move))

    # ------------------------------------------------------------------ answers

    def test_another_one_stays_another_one(self):
        for way in ('total', 'number', 'note'):
            with self.subTest(way=way):
                number = self.entered(total=236)
                self.import_sent()
                document, move = self.document(number), self.create_invoice({'price_unit': 200})
                document._say_other(move)
                if way == 'number':
                    move.payment_reference = number
                note = f'{move.name}; x' if way == 'note' else 'qeyd'
                self.changed(document, status='approvedBySystem', main_info=note)
                self.assertFalse(document.move_id | document.proposed_move_ids)
                document.action_link_move(move.id)
                self.assertEqual(move.vatportal_qaime, number)
                self.assertFalse(document.other_move_ids, 'a person has found out better')

    def test_another_one_leaves_the_next(self):
        number = self.entered()
        self.import_sent()
        document, moves = self.document(number), self.create_invoice() + self.create_invoice()
        document._say_other(moves[0])
        self.changed(document, status='approvedBySystem')
        self.assertEqual(document.move_id, moves[1])

    # ------------------------------------------------------------------ the buyer

    def test_a_customer_that_came_after_the_import(self):
        number = self.entered(buyer=VENDOR)
        self.import_sent()
        self.assertFalse(self.document(number).partner_id)
        partner = self.partner.copy({'name': 'Yeni MMC', 'vat': f'AZ {VENDOR}'})
        self.assertIn(number, self.problem(self.create_invoice(partner_id=partner.id))[0]['message'])
        self.assertFalse(self.problem(self.create_invoice()))

    def test_two_contacts_of_one_customer(self):
        twin = self.partner.copy({'name': 'Abşeron Tikinti (filial)', 'vat': BUYER})
        number = self.entered()
        self.import_sent()
        self.assertFalse(self.document(number).partner_id)
        for partner in self.partner + twin:
            self.assertIn(number, self.problem(self.create_invoice(partner_id=partner.id))[0]['message'])

    def test_two_documents_of_a_customer_that_came_between(self):
        """The first was read before there was the contact; which of both is the invoice's is not known all the same."""
        numbers = [self.entered(buyer=VENDOR)]
        self.import_sent()
        partner = self.partner.copy({'name': 'Yeni MMC', 'vat': VENDOR})
        move = self.create_invoice(partner_id=partner.id)
        numbers.append(self.entered(buyer=VENDOR))
        self.import_sent()
        self.assertFalse(move.vatportal_document_ids)
        self.assertEqual(self.document(numbers[1]).proposed_move_ids, move)
        self.assertIn(numbers[0], self.problem(move)[0]['message'])

    def test_a_document_that_is_linked_by_hand_has_a_double(self):
        """What went out from another database counts as sent as soon as a person has said which invoice it is."""
        move = self.of_today()
        document = self.sent_to_another(move)
        number = self.entered(day=fields.Date.today(), buyer=OTHER_BUYER)
        self.import_sent()
        self.assertFalse(document.double_id)
        document.action_link_move(move.id)
        self.assertEqual(document.double_id, self.document(number))

    def test_a_double_is_seen_once_there_is_a_number(self):
        number = self.entered(day=fields.Date.today())
        self.import_sent()
        move = self.create_invoice(invoice_date='2026-11-01')
        self.assertFalse(self.problem(move), 'its date is far from that of the document')
        self.press(move)
        self.assertRegistered(move)
        self.assertEqual(move.vatportal_document_id.double_id, self.document(number))

    # ------------------------------------------------------------------ marks

    def test_a_double_stays_one(self):
        move, sent, entered = self.doubled()
        for document in (sent, entered, sent | entered):
            for status in ('approvedBySystem', 'updateRequested', 'approved'):
                for one in document:
                    self.sandbox.portal.set_status(one.qaime, status)
                self.import_sent()
                self.assertEqual((sent.double_id, entered.double_id), (entered, sent))
        self.assertIn('may be the same', move.sudo().activity_ids.summary)
        self.assertIn('may be the same', entered.sudo().activity_ids.summary)

    def test_a_double_is_none_any_more(self):
        for vals in ({'amount_total': 99}, {'buyer_vat': OTHER_BUYER}, {'status': 'canceled'}):
            for side in (0, 1):
                with self.subTest(**vals, side=side), self.forgotten():
                    self.sandbox.reset()
                    pair = self.doubled()[1:]
                    self.changed(pair[side], **vals)
                    self.assertFalse((pair[0] | pair[1]).double_id)

    # ------------------------------------------------------------------ links and figures

    def entered_anew(self, **vals):
        """Before the backup was restored an invoice was sent; after it, another one got its number, and it was entered anew
        under the next. Return (the other one, the one entered anew, the ERP id)."""
        move = self.of_today()
        with self.forgotten():
            self.press(move, **vals)
            erp_id = move.vatportal_document_id.erp_id
        self.edit(move, partner_id=self.other_partner.id, price=30)
        return move, self.of_today(), erp_id

    def cancel(self, move):
        move.button_draft()
        move.button_cancel()

    def assert_kept(self, document, erp_id, moves):
        self.assertEqual(document, self.env['vatportal.document'].search([('direction', '=', 'outgoing')]))
        self.assertEqual((document.erp_id, document.buyer_vat, document.amount_total, len(document.line_ids)), (erp_id, BUYER, 118, 1))
        self.assertEqual((document.move_id, document.proposed_move_ids), moves)

    def test_the_comparison_keeps_the_link_of_an_import(self):
        move, anew, erp_id = self.entered_anew()
        self.import_sent()
        document = anew.vatportal_document_id
        self.assertFalse(document.erp_id)
        self.connector.sudo()._look_for_unknown()
        self.compare()
        self.assert_kept(document, erp_id, (anew, self.env['account.move']))
        self.assertFalse(anew.vatportal_can_send)
        self.assertFalse(self.problem(move))
        self.press(move)
        self.assertRegistered(move)

    def test_the_comparison_keeps_what_an_import_has_read(self):
        move, anew, erp_id = self.entered_anew()
        self.cancel(anew)
        self.import_sent()
        document = self.env['vatportal.document'].search([('main_info', 'like', move.name)])
        self.compare()
        self.assert_kept(document, erp_id, (self.env['account.move'], move))
        again = self.of_today()
        for one in move + again:
            self.assertIn(document.qaime, self.problem(one)[0]['message'])
        document._say_other(again)
        self.assertFalse(self.problem(again))

    def test_what_was_answered_is_not_asked_again(self):
        move, anew, _erp_id = self.entered_anew()
        self.cancel(anew)
        self.import_sent()
        document = self.env['vatportal.document'].search([('main_info', 'like', move.name)])
        document._say_other(move)
        self.compare()
        self.assertFalse(document.proposed_move_ids | document.move_id)
        self.assertFalse(self.problem(move))

    def test_signed_after_the_comparison(self):
        """Told without figures, for the portal had no number; then signed there, and read by an import first."""
        for linked in (True, False):
            with self.subTest(linked=linked), self.forgotten():
                self.sandbox.reset()
                move, anew, erp_id = self.entered_anew(sign=False)
                if not linked:
                    self.cancel(anew)
                self.compare()
                document = self.env['vatportal.document'].search([('erp_id', '=', erp_id)])
                self.assertEqual((document.state, document.proposed_move_ids), ('imported', move))
                self.sandbox.portal.sign_by_hand(erp_id)
                self.import_sent()
                self.assertTrue(self.env['vatportal.document'].search([('main_info', 'like', move.name)]))
                self.compare()
                self.assertTrue(document.qaime)
                none = self.env['account.move']
                self.assert_kept(document, erp_id, (anew, none) if linked else (none, move))
                self.import_sent()
                self.assert_kept(document, erp_id, (anew, none) if linked else (none, move))

    # ------------------------------------------------------------------ branches

    def sent_by(self, branch, number='MT261100000001'):
        move = self.create_invoice(company_id=branch.id)
        return self.stored(number, branch, move_id=move.id, erp_id='ODOO-1-0a1b2c3d', partner_id=self.partner.id)

    def test_a_branch_has_sent_what_its_parent_reads(self):
        """Its number is no second document, and none of the next invoice."""
        branch = self.branch()
        sent = self.sent_by(branch)
        following = self.create_invoice(company_id=branch.id)
        copy = self.stored(sent.qaime, self.company)
        self.assertFalse(copy.move_id | copy.proposed_move_ids)
        self.assertFalse((sent | copy).double_id)
        Document = self.env['vatportal.document']
        self.assertFalse(any(Document._candidates_for(following).values()))
        self.assertFalse(any(Document._candidates_for(self.create_invoice()).values()))
        other = self.stored('MT261100000002', self.company)
        self.assertTrue(other.proposed_move_ids | other.move_id, 'another number is another document')

    def test_the_double_of_a_branch(self):
        for mine in (True, False):
            with self.subTest(mine=mine), self.forgotten():
                branch = self.branch(**{} if mine else {'vat': VENDOR})
                sent = self.sent_by(branch)
                entered = self.stored('MT261100000002', self.company)
                self.assertEqual(entered.double_id, sent if mine else sent.browse())
                self.assertEqual(sent.double_id, entered if mine else sent.browse())

    def test_the_number_clears_what_the_parent_reads(self):
        """The parent reads the document of a branch before the branch is told its number."""
        sent = self.sent_by(self.branch(), number=False)
        sent.state = 'processing'
        copy = self.stored('MT261100000001', self.company)
        sent._set_number('MT261100000001')
        self.assertFalse((sent | copy).double_id)

    def test_a_branch_with_a_voen_of_its_own_is_not_asked(self):
        branch = self.branch(vat=VENDOR)
        self.stored('MT261100000002', self.company)
        Document = self.env['vatportal.document']
        self.assertFalse(any(Document._candidates_for(self.create_invoice(company_id=branch.id)).values()))
        self.assertTrue(any(Document._candidates_for(self.create_invoice()).values()))
        self.assertTrue(any(Document._candidates_for(self.create_invoice(company_id=self.branch().id)).values()))

    def test_a_download_that_was_taken_for_a_double(self):
        """It came before the number, and turned out to be the very document that was sent."""
        move = self.create_invoice()
        self.send(move)
        sent = move.vatportal_document_id
        self.stored('MT261100000009', self.company, date=fields.Datetime.now(), partner_id=self.partner.id)
        self.assertTrue(sent.double_id)
        sent.sudo()._set_number('MT261100000009')
        self.assertFalse(sent.double_id)
        self.assertFalse(move.sudo().activity_ids)

    def test_a_child_company_of_the_customer(self):
        """The invoice is made for a contact of the customer, and the question asked all the same."""
        number = self.entered()
        self.import_sent()
        contact = self.env['res.partner'].create({'name': 'Anbar', 'parent_id': self.partner.id, 'type': 'delivery'})
        move = self.create_invoice(partner_id=contact.id)
        self.assertIn(number, self.problem(move)[0]['message'])
