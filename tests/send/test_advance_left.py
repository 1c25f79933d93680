from lxml import etree
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..common import script
from .advance_common import AdvanceCommon


class TestAdvanceLeft(AdvanceCommon):
    """How much of an advance is settled, and what is left of it."""

    def test_what_is_left_comes_back_when_the_final_invoice_is_deleted(self):
        advance = self.prepaid()
        final = self.choosing(advance)
        self.finish(self.send(final))
        self.assertEqual(advance.vatportal_document_id.advance_left, 0)
        self.assertIn('Delete that one first', advance.vatportal_document_id._delete_problem())
        self.finish(self.delete(final.vatportal_document_id))
        self.assertEqual(advance.vatportal_document_id.advance_left, 354)
        self.finish(self.delete(advance.vatportal_document_id))
        self.assertEqual(advance.vatportal_document_id.state, 'deleted')

    def test_what_a_person_wrote_stays(self):
        advance = self.prepaid()
        final = self.final(post=False)
        final.vatportal_advance_id = advance.vatportal_document_id
        final.vatportal_advance_amount = 100
        final.action_post()
        self.assertEqual(final.vatportal_advance_amount, 100)
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_document_id.advance_settled, 100)

    def test_what_a_person_wrote_is_of_that_advance(self):
        """Another advance takes its own amount, written by a program as in a form; unless the amount is written along."""
        one, two = (self.prepaid(price).vatportal_document_id for price in (300, 100))
        final = self.final(post=False)
        for how in (lambda: final.write({'vatportal_advance_id': two.id}), lambda: setattr(final, 'vatportal_advance_id', two), self.in_a_form(final, two)):
            final.write({'vatportal_advance_id': one.id, 'vatportal_advance_amount': 20})
            self.assertEqual(final.vatportal_advance_amount, 20)
            how()
            self.assertEqual((final.vatportal_advance_amount, final.vatportal_advance_amount_proposed), (118, 118))
        final.vatportal_advance_amount = 20
        final.write({'vatportal_advance_id': two.id})
        self.assertEqual(final.vatportal_advance_amount, 20, 'it is the same one')
        final.vatportal_advance_id = False
        self.assertEqual(final.vatportal_advance_amount, 0)

    def test_what_was_sent_settles_what_it_says(self):
        one, two = (self.prepaid(price).vatportal_document_id for price in (300, 100))
        final = self.final(post=False)
        final.write({'vatportal_advance_id': one.id, 'vatportal_advance_amount': 100})
        final.action_post()
        self.finish(self.send(final))
        final.write({'vatportal_advance_id': two.id})
        self.assertEqual((final.vatportal_advance_amount, final.vatportal_document_id.advance_settled), (100, 100))

    def test_an_advance_that_turned_out_to_be_another_document(self):
        """What was written of it holds; a mere proposal goes on to follow what is left."""
        one, two = (self.prepaid(300).vatportal_document_id for _each in range(2))
        written, proposed, sent = self.final(), self.final(), self.final()
        written.write({'vatportal_advance_id': one.id, 'vatportal_advance_amount': 20})
        (proposed + sent).write({'vatportal_advance_id': one.id})
        sent.vatportal_advance_amount = 50
        self.finish(self.send(sent))
        one.sudo()._hand_over_as_advance(two.sudo())
        moves = written + proposed + sent
        self.assertEqual((moves.vatportal_advance_id, moves.mapped('vatportal_advance_amount')), (two, [20, 304, 50]))
        self.finish(self.send(written))
        self.assertEqual((proposed.vatportal_advance_amount, proposed.vatportal_advance_amount_proposed), (284, 284))

    def in_a_form(self, move, advance):
        def choose():
            with Form(move) as form:
                form.vatportal_advance_id = advance

        return choose

    def test_a_proposed_amount_follows_what_is_left(self):
        advance = self.prepaid()
        first, second = self.choosing(advance, 100), self.choosing(advance)
        self.assertEqual(second.vatportal_advance_amount, 354)
        self.finish(self.send(first))
        self.assertEqual(second.vatportal_advance_amount, 254)

    def test_amounts_that_can_not_be(self):
        advance = self.prepaid()
        for amount in (99999, 354.01, 0):
            with self.subTest(amount):
                self.assertProblem('Write an amount', self.choosing(advance, amount))
        self.assertFalse(self.problems(self.choosing(advance, 354)))
        final = self.choosing(advance)
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            final.vatportal_advance_amount = -100
            final.flush_recordset()
        document = advance.vatportal_document_id.sudo()
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            document.advance_settled = -100
            document.flush_recordset()

    def test_two_final_invoices_in_one_batch(self):
        advance = self.prepaid()
        moves = self.choosing(advance) + self.choosing(advance)
        wizard = self.wizard(moves)
        self.assertEqual(wizard.ready_ids, moves[0])
        (problem,) = [problem for problem in wizard.problems if problem['level'] == 'error']
        self.assertIn(advance.vatportal_qaime, problem['message'])
        self.assertEqual(list(moves._vatportal_queue()), [moves[1]])
        self.assertEqual(moves.mapped('vatportal_state'), ['progress', 'none'])
        self.assertEqual(advance.vatportal_document_id.advance_left, 0)

    def test_two_that_fit(self):
        advance = self.prepaid()
        moves = self.choosing(advance, 100) + self.choosing(advance, 254)
        self.finish(self.send(moves))
        self.assertEqual(set(moves.mapped('vatportal_state')), {'registered'})
        self.assertEqual(advance.vatportal_document_id.advance_left, 0)

    def test_queueing_settles_no_more_than_there_is(self):
        """The last check, behind all others."""
        advance = self.prepaid()
        for amounts in ((None, None), (300, 100)):
            moves = self.choosing(advance, amounts[0]) + self.choosing(advance, amounts[1])
            with self.subTest(amounts), self.assertRaisesRegex(UserError, 'not enough left'), self.env.cr.savepoint():
                self.env['vatportal.job']._queue(moves, self.connector, True)
            self.assertEqual(advance.vatportal_document_id.advance_left, 354)

    def test_taxes_that_stand_on_no_qaime(self):
        """What is withheld lowers the total of the invoice, and neither what it settles nor what a credit note gives back."""
        withheld = self.create_tax('ÖMV', -4, 'outside')
        group = self.create_tax('ƏDV, ÖMV', 0, False, amount_type='group', children_tax_ids=[(6, 0, (self.taxes['vat'] | withheld).ids)])
        for taxes in (self.taxes['vat'] | withheld, withheld | self.taxes['vat'], group):
            both = {'tax_ids': [(6, 0, taxes.ids)]}
            advance = self.prepaid(2000)
            document = advance.vatportal_document_id
            for lines, settled in (
                ([{'price_unit': 1000, **both}], 1180),
                ([{'price_unit': 1000, **both}, {'price_unit': -300, 'product_id': self.service.id, **both}], 354),
                ([{'price_unit': 1000, **both}, {'price_unit': 200, 'quantity': -2, 'discount': 50, 'product_id': self.service.id, **both}], 236),
            ):
                with self.subTest(taxes=taxes.mapped('name'), settled=settled):
                    final = self.create_invoice(*lines)
                    final.vatportal_advance_id = document
                    self.assertEqual(final.vatportal_advance_amount, settled)
            credit = advance._reverse_moves([{'invoice_date': advance.invoice_date}])
            credit.invoice_line_ids.write({'price_unit': 100, **both})
            credit.action_post()
            self.assertEqual(document.advance_left, 2242)

    # ------------------------------------------------------------------ made at e-taxes by hand

    def by_hand(self, move, **vals):
        """The document of ``move`` as an import brings it."""
        number = f'MT2611{25000100 + move.id}'
        return (
            self.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'outgoing',
                    'company_id': self.company.id,
                    'connector_id': self.connector.id,
                    'qaime': number,
                    'state': 'registered',
                    'status': 'approved',
                    'status_code': 'approved',
                    'kind_id': move.vatportal_kind_id.id,
                    'date': '2026-11-22 10:00:00',
                    'seller_vat': self.company.vat,
                    'buyer_vat': self.partner.vat,
                    'amount_total': move.amount_total,
                    **vals,
                }
            )
        )

    def read_before_its_number(self, **vals):
        """An advance that was sent, and what an import has read of it before its number was known."""
        self.sandbox.configure(auto_confirm=False)
        move = self.down_payment()
        self.advance(self.send(move), 3)
        return move, self.by_hand(move, partner_id=self.partner.id, **vals)

    def test_the_number_comes_after_a_final_that_names_the_reading(self):
        move, read = self.read_before_its_number()
        unsent, sent = self.final(), self.final()
        unsent.vatportal_advance_id = read
        unsent.vatportal_advance_amount = 54
        settlement = self.by_hand(sent, advance_id=read.id, advance_settled=100, move_id=sent.id)
        document, number = move.vatportal_document_id, read.qaime
        document.sudo()._set_number(number)
        self.assertFalse(read.exists())
        self.assertEqual((document.qaime, document.state, document.advance_left), (number, 'registered', 254))
        self.assertEqual((settlement.advance_id, unsent.vatportal_advance_id, unsent.vatportal_advance_amount), (document, document, 54))

    def test_the_number_comes_after_its_end_was_read(self):
        move, read = self.read_before_its_number(status='canceled', status_code='canceled')
        document = move.vatportal_document_id
        document.sudo()._set_number(read.qaime)
        self.assertEqual((document.state, document.status, move.vatportal_can_send), ('deleted', 'canceled', True))

    def test_a_reading_that_settles_an_advance(self):
        """Nothing is known here of what was sent but its id: what was read of it tells all."""
        advance, final = self.prepaid(), self.final()
        read = self.by_hand(final, advance_id=advance.vatportal_document_id.id, advance_settled=100, advance_day='2026-11-20', move_id=final.id)
        bare = self.by_hand(self.final(), qaime=False, erp_id='ODOO-BARE-1', state='imported')
        bare._set_number(read.qaime)
        self.assertEqual((bare.move_id, bare.advance_id, bare.advance_settled), (final, advance.vatportal_document_id, 100))
        self.assertEqual((str(bare.advance_day), advance.vatportal_document_id.advance_left), ('2026-11-20', 254))

    def test_finals_that_were_found_or_linked_settle_theirs(self):
        advance = self.prepaid()
        document = advance.vatportal_document_id
        linked, found = self.by_hand(self.choosing(advance, 100)), self.by_hand(self.choosing(advance, 54, price=700))
        moves = self.env['account.move'].search([('vatportal_advance_id', '=', document.id)], order='id')
        linked.sudo(False).action_link_move(moves[0].id)
        self.assertEqual((linked.advance_id, linked.advance_settled, document.advance_left), (document, 100, 254))
        self.env['vatportal.document']._on_imported(found, found.browse())
        self.assertEqual((found.move_id, found.advance_id, document.advance_left), (moves[1], document, 200))
        # An update says the same of what was linked before.
        (linked + found).write({'advance_id': False, 'advance_settled': 0})
        self.assertEqual(document.advance_left, 354)
        self.env.flush_all()
        script('19.0.1.7.0/post-settled_advances.py').migrate(self.env.cr, '19.0.1.6.0')
        self.env.invalidate_all()
        self.assertEqual(document.advance_left, 200)

    def test_an_import_of_both(self):
        """Whichever it names first."""
        down = self.down_payment(price=100)
        final = self.final(down)
        documents = self.by_hand(final) + self.by_hand(down)
        self.env['vatportal.document']._on_imported(documents, documents.browse())
        self.assertEqual(documents.mapped('move_id'), final + down)
        self.assertEqual((documents[0].advance_id, documents[0].advance_settled, documents[1].advance_left), (documents[1], 118, 0))
        self.assertTrue(documents[1].is_late_advance)

    def test_of_what_was_received_nothing_is_left_to_us(self):
        received = self.by_hand(self.down_payment(), direction='incoming')
        self.assertEqual((received.is_advance, received.advance_left), (True, 0))
        self.env.flush_all()
        self.env.cr.execute('UPDATE vatportal_document SET advance_left = 354 WHERE id = %s', [received.id])
        script('19.0.1.7.0/post-settled_advances.py').migrate(self.env.cr, '19.0.1.6.0')
        self.env.invalidate_all()
        self.assertEqual(received.advance_left, 0)

    # ------------------------------------------------------------------ which lines take it off

    def test_a_discount_is_no_advance(self):
        advance = self.prepaid()
        discounted = self.create_invoice({'price_unit': 1000}, {'price_unit': -50, 'name': 'Discount'})
        discounted.vatportal_advance_id = advance.vatportal_document_id
        self.assertEqual(discounted.vatportal_advance_amount, 354, 'as much as there is')
        taken = self.create_invoice({'price_unit': 1000}, {'price_unit': -50}, {'price_unit': -100, 'product_id': self.service.id})
        taken.vatportal_advance_id = advance.vatportal_document_id
        self.assertEqual(taken.vatportal_advance_amount, 118, 'what the line with the product for advances says')

    def test_currency(self):
        """The advance is settled in AZN, whatever the currency of the final invoice."""
        usd = self.env.ref('base.USD')
        usd.active = True
        self.env['res.currency.rate'].create({'currency_id': usd.id, 'company_id': self.company.id, 'name': '2026-01-01', 'rate': 1 / 1.7})
        advance = self.prepaid(340)
        final = self.create_invoice({'price_unit': 1000}, {'price_unit': -100, 'product_id': self.service.id}, currency_id=usd.id)
        final.vatportal_advance_id = advance.vatportal_document_id
        self.assertAlmostEqual(final.vatportal_advance_amount, 200.6)
        self.finish(self.send(final))
        self.assertAlmostEqual(advance.vatportal_document_id.advance_left, 401.2 - 200.6)
        self.assertEqual(final.vatportal_state, 'registered', final.vatportal_document_id.message)

    # ------------------------------------------------------------------ given back

    def test_what_was_credited_is_not_left(self):
        advance = self.prepaid()
        document = advance.vatportal_document_id
        final = self.choosing(advance)
        refund = advance._reverse_moves([{'invoice_date': '2026-11-20'}])
        self.assertEqual(document.advance_left, 354, 'a draft gives nothing back')
        self.assertIn('takes back the advance', refund.vatportal_refund_note)
        self.assertIn(advance.vatportal_qaime, refund.vatportal_refund_note)
        refund.invoice_line_ids.price_unit = 100
        refund.action_post()
        self.assertEqual((document.advance_left, final.vatportal_advance_amount), (236, 236))
        advance._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        self.assertEqual(document.advance_left, 0)
        self.assertProblem('Nothing is left', final)
        self.assertFalse(self.final().vatportal_open_advance_ids)

    def test_what_was_credited_by_mistake_is_left(self):
        """The credit note was taken back itself, all of it or a part."""
        advance = self.prepaid()
        document = advance.vatportal_document_id
        final = self.choosing(advance)
        refund = advance._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        self.assertEqual((document.advance_left, final.vatportal_advance_amount), (0, 0))
        again = refund._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        self.assertEqual((document.advance_left, final.vatportal_advance_amount), (354, 354))
        again.button_draft()
        self.assertEqual(document.advance_left, 0)
        again.invoice_line_ids.price_unit = 100
        again.action_post()
        self.assertEqual(document.advance_left, 118)

    def test_what_was_credited_anew(self):
        """The credit note that *Reverse and Create* makes takes back the advance as the one in whose place it is did."""
        advance = self.prepaid()
        document = advance.vatportal_document_id
        refund = advance._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        anew = self.reverse_in_dialog(refund)
        self.assertEqual((anew.move_type, anew.reversed_entry_id, document.advance_left), ('out_refund', advance, 354))
        anew.invoice_line_ids.price_unit = 100
        anew.action_post()
        self.assertEqual((document.advance_left, advance.amount_residual), (236, 236))

    def test_what_was_credited_anew_elsewhere(self):
        """A company that has no connector has Odoo's own."""
        self.connector.sudo().active = False
        refund = self.create_invoice(vatportal_kind_id=False)._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        self.assertFalse(self.reverse_in_dialog(refund).reversed_entry_id)

    def test_what_gives_back_a_credit_note_is_sent(self):
        """Then it gives back nothing, until its document is no more."""
        advance = self.prepaid()
        document = advance.vatportal_document_id
        refund = advance._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        again = refund._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        self.assertEqual(document.advance_left, 354)

        def left():
            self.env.flush_all()
            return document.advance_left

        sent = self.by_hand(again, move_id=again.id)
        self.assertEqual(left(), 0)
        sent.sudo().status = 'canceled'
        self.assertEqual(left(), 354)
        returned = self.by_hand(refund, direction='incoming', move_id=refund.id)
        self.assertEqual(left(), 0)
        returned.sudo().status = 'canceled'
        self.assertEqual(left(), 354)

    def test_more_paid_in_advance_than_delivered(self):
        """Odoo makes a credit note of such a final invoice."""
        advance = self.prepaid(1000)
        final = self.final(advance, price=400, post=False)
        final.action_switch_move_type()
        self.assertEqual(final.move_type, 'out_refund')
        self.assertFalse(final.vatportal_kind_id or final.vatportal_advance_id)
        self.assertIn('larger than what is delivered', final.vatportal_refund_note)
        self.assertIn(advance.vatportal_qaime, final.vatportal_refund_note)
        plain = self.registered()._reverse_moves([{'invoice_date': '2026-11-20'}])
        self.assertIn('the customer issues', plain.vatportal_refund_note)


class TestAdvanceDay(AdvanceCommon):
    """An advance is issued on the day it is received."""

    def today(self):
        return fields.Date.context_today(self.env.user.with_context(tz='Asia/Baku'))

    def pay(self, move, day):
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=move.ids).create({'payment_date': day})._create_payments()

    def test_late_advances(self):
        late, on_time = self.down_payment(invoice_date='2026-01-15'), self.down_payment(invoice_date=self.today())
        self.assertProblem('01/15/2026', late, 'warning')
        self.assertFalse(self.problems(late, 'error'))
        self.assertFalse(self.problems(on_time, 'warning'))
        self.finish(self.send(late + on_time))
        self.assertEqual((late + on_time).vatportal_document_id.mapped('is_late_advance'), [True, False])

    @freeze_time('2026-11-20 10:00:00')
    def test_the_day_of_the_payment_counts(self):
        move = self.down_payment(invoice_date='2026-11-02')
        self.assertEqual(move.vatportal_advance_day, fields.Date.to_date('2026-11-02'))
        self.pay(move, '2026-11-20')
        self.assertEqual(move.vatportal_advance_day, fields.Date.to_date('2026-11-20'))
        self.assertFalse([text for text in self.problems(move) if 'on the day' in text])

    def test_a_credit_note_is_no_payment(self):
        move = self.down_payment(invoice_date='2026-11-02')
        move._reverse_moves([{'invoice_date': '2026-11-05', 'date': '2026-11-05'}], cancel=True)
        self.assertEqual(move.payment_state, 'reversed')
        self.assertEqual(move.vatportal_advance_day, fields.Date.to_date('2026-11-02'))

    def test_the_filter_of_late_advances(self):
        """By the same day as the warning, sent or not, for whatever goes as an advance."""
        today = self.today()
        late, sent = self.down_payment(invoice_date='2026-01-15'), self.prepaid(invoice_date='2026-01-16')
        paid = self.down_payment(invoice_date='2026-01-17')
        self.pay(paid, today)
        other = self.kind.copy({'code': 'advanceOfAnotherName', 'name': 'Avans 2'})
        renamed = self.create_invoice(vatportal_kind_id=other.id, invoice_date='2026-01-18')
        self.create_invoice(invoice_date='2026-01-19')
        self.down_payment(invoice_date=today)
        view = self.env['account.move'].get_view(self.env.ref('account.view_account_invoice_filter').id, view_type='search')
        (node,) = etree.fromstring(view['arch']).xpath("//filter[@name='vatportal_late_advances']")
        domain = safe_eval(node.get('domain'), {'context_today': lambda: today})
        found = self.env['account.move'].search([('company_id', '=', self.company.id), *domain])
        self.assertEqual(found.sorted('id'), late + sent + renamed)
