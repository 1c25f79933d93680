from unittest.mock import patch

from odoo import fields
from odoo.tests import freeze_time

from odoo.addons.account.models.account_move import AccountMove
from odoo.addons.account.models.account_move_line import AccountMoveLine

from .lifecycle_common import LifecycleCommon


class TestAdvance(LifecycleCommon):
    """Advances and the invoices that settle them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env.ref('l10n_az_vatportal.kind_advance_invoice')

    def prepaid(self, price=300, **vals):
        """A registered advance over ``price`` and its VAT."""
        return self.registered({'price_unit': price}, vatportal_kind_id=self.kind.id, **vals)

    def payload(self, move):
        return next(invoice for call in reversed(self.uploads()) for invoice in call.json['invoices']
                    if invoice['id'] == move.vatportal_document_id.erp_id)

    def downpayments(self, links):
        """As the sales app does it: ``links`` are {line of a final invoice: the down-payment invoice it takes off}.

        That app is not installed here, so its two overrides are put in place of it.
        """
        origins = {line.id: move for line, move in links.items() if line}

        def lines(line):
            return origins[line.id].invoice_line_ids if line.id in origins else line.browse()

        def is_downpayment(move):
            return move in links.values()

        self.startPatcher(patch.object(AccountMoveLine, '_get_downpayment_lines', lines))
        self.startPatcher(patch.object(AccountMove, '_is_downpayment', is_downpayment))

    def final(self, *taken, price=1000, **vals):
        """A final invoice of ``price`` that takes off ``taken`` (each before VAT) in negative lines."""
        return self.create_invoice({'price_unit': price}, *({'price_unit': -amount} for amount in taken), **vals)

    def problems(self, move, level=None):
        return [problem['message'] for problem in move._vatportal_problems(self.connector)
                if level in (None, problem['level'])]

    # ------------------------------------------------------------------ sending

    def test_a_down_payment_goes_as_avans(self):
        move = self.create_invoice({'price_unit': 300}, post=False)
        self.downpayments({None: move})
        self.env.add_to_compute(move._fields['vatportal_kind_id'], move)
        self.assertEqual(move.vatportal_kind_id, self.kind)
        move.action_post()
        self.finish(self.send(move))
        self.assertEqual(self.payload(move)['type'], 'avans')
        document = move.vatportal_document_id
        self.assertTrue(document.is_advance)
        self.assertEqual(document.advance_left, 354)

    def test_the_final_invoice_finds_its_advance(self):
        advance = self.prepaid()
        final = self.final(300)
        self.downpayments({final.invoice_line_ids[1]: advance})
        self.assertEqual(final._vatportal_advance(), advance.vatportal_document_id)
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_state, 'registered', final.vatportal_document_id.message)
        payload = self.payload(final)
        self.assertEqual(payload['main_qaime'], advance.vatportal_qaime)
        # The rest of the sale, so that both documents add up to it.
        self.assertEqual((payload['sum_subtotal1'], payload['sum_vat_amount'], payload['sum_total']), (700, 126, 826))
        first, last = advance.vatportal_document_id, final.vatportal_document_id
        self.assertEqual((last.advance_id, first.settlement_ids), (first, last))
        self.assertEqual((last.advance_settled, first.advance_left), (354, 0))

    def test_nothing_remains(self):
        advance = self.prepaid(1000)
        final = self.final(1000)
        self.downpayments({final.invoice_line_ids[1]: advance})
        self.assertFalse(self.problems(final, 'error'))
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_state, 'registered', final.vatportal_document_id.message)
        payload = self.payload(final)
        self.assertEqual(payload['main_qaime'], advance.vatportal_qaime)
        self.assertNotIn('sum_total', payload)
        self.assertNotIn('items', payload)
        self.assertEqual(advance.vatportal_document_id.advance_left, 0)

    def test_a_person_chooses_among_the_open_advances(self):
        mine, elsewhere = self.prepaid(), self.prepaid(partner_id=self.other_partner.id)
        final = self.final()
        Document = self.env['vatportal.document']
        self.assertEqual(Document.search(final._vatportal_open_advances_domain()), mine.vatportal_document_id)
        self.assertEqual(final.vatportal_open_advance_count, 1)
        final.vatportal_advance_id = mine.vatportal_document_id
        final.vatportal_advance_amount = 100
        self.finish(self.send(final))
        payload = self.payload(final)
        self.assertEqual((payload['main_qaime'], payload['sum_total']), (mine.vatportal_qaime, 1180))
        self.assertEqual(mine.vatportal_document_id.advance_left, 254)
        other = self.final()
        other.vatportal_advance_id = elsewhere.vatportal_document_id
        self.assertTrue(any("not of this customer" in text for text in self.problems(other, 'error')))

    def test_what_is_left_comes_back_when_the_final_invoice_is_deleted(self):
        advance = self.prepaid()
        final = self.final()
        final.vatportal_advance_id = advance.vatportal_document_id
        self.finish(self.send(final))
        self.assertEqual(advance.vatportal_document_id.advance_left, 0)
        self.assertIn("Delete that one first", advance.vatportal_document_id._delete_problem())
        self.finish(self.delete(final.vatportal_document_id))
        self.assertEqual(advance.vatportal_document_id.advance_left, 354)
        self.finish(self.delete(advance.vatportal_document_id))
        self.assertEqual(advance.vatportal_document_id.state, 'deleted')

    def test_down_payment_lines_have_no_product(self):
        """So the connector says which one stands for them."""
        move = self.create_invoice({'product_id': False, 'product_uom_id': False, 'name': "Down payment of 30 %",
                                    'price_unit': 300}, vatportal_kind_id=self.kind.id)
        (problem,) = self.problems(move, 'error')
        self.assertIn("product for advances", problem)
        product = self.connector.advance_product_id = self.create_product("Avans", False)
        (problem,) = self.problems(move, 'error')
        self.assertIn("Avans", problem)
        product.vatportal_code = '9949410000'
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered', move.vatportal_document_id.message)
        (item,) = self.payload(move)['items']
        self.assertEqual((item['id'], item['name'], item['unit'], item['barcode']), (
            '9949410000', "Down payment of 30 %", 'ədəd', '9949410000000'))

    # ------------------------------------------------------------------ what stands against it

    def test_the_unknown_advance_is_named(self):
        advance = self.prepaid()
        final = self.final()
        final.vatportal_advance_id = advance.vatportal_document_id
        self.sandbox.portal.set_status(advance.vatportal_qaime, 'canceled')
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_state, 'rejected')
        message = final.vatportal_document_id.message
        self.assertIn(advance.vatportal_qaime, message)
        self.assertIn("354", message)

    def test_two_advances_in_one_invoice(self):
        first, second = self.prepaid(), self.prepaid(200)
        final = self.final(300, 200)
        self.downpayments({final.invoice_line_ids[1]: first, final.invoice_line_ids[2]: second})
        (problem,) = self.problems(final, 'error')
        self.assertIn(first.vatportal_qaime, problem)
        self.assertIn(second.vatportal_qaime, problem)
        final.vatportal_advance_id = second.vatportal_document_id
        self.assertFalse(self.problems(final, 'error'))
        self.finish(self.send(final))
        self.assertEqual(self.payload(final)['main_qaime'], second.vatportal_qaime)
        self.assertEqual(second.vatportal_document_id.advance_left, 0)
        self.assertEqual(first.vatportal_document_id.advance_left, 354)

    def test_a_down_payment_without_number_is_told(self):
        unsent = self.create_invoice({'price_unit': 300}, vatportal_kind_id=self.kind.id)
        final = self.final(300)
        self.downpayments({final.invoice_line_ids[1]: unsent})
        self.assertTrue(any(unsent.name in text for text in self.problems(final, 'warning')))

    def test_a_used_up_or_deleted_advance(self):
        advance = self.prepaid()
        used, late = self.final(), self.final()
        used.vatportal_advance_id = late.vatportal_advance_id = advance.vatportal_document_id
        self.finish(self.send(used))
        self.assertTrue(any("Nothing is left" in text for text in self.problems(late, 'error')))
        self.finish(self.delete(used.vatportal_document_id))
        self.finish(self.delete(advance.vatportal_document_id))
        self.assertTrue(any("no longer at e-taxes" in text for text in self.problems(late, 'error')))

    # ------------------------------------------------------------------ the same day

    def test_late_advances(self):
        today = fields.Date.context_today(self.env.user.with_context(tz='Asia/Baku'))
        late = self.create_invoice({'price_unit': 300}, vatportal_kind_id=self.kind.id, invoice_date='2026-01-15')
        on_time = self.create_invoice({'price_unit': 300}, vatportal_kind_id=self.kind.id, invoice_date=today)
        self.assertTrue(any("01/15/2026" in text for text in self.problems(late, 'warning')))
        self.assertFalse(self.problems(late, 'error'))
        self.assertFalse(self.problems(on_time, 'warning'))
        self.finish(self.send(late + on_time))
        self.assertEqual(
            (late + on_time).vatportal_document_id.mapped('is_late_advance'), [True, False])

    @freeze_time('2026-11-20 10:00:00')
    def test_the_day_of_the_payment_counts(self):
        move = self.create_invoice({'price_unit': 300}, vatportal_kind_id=self.kind.id, invoice_date='2026-11-02')
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({'payment_date': '2026-11-20'})._create_payments()
        self.assertEqual(move._vatportal_advance_day(), fields.Date.to_date('2026-11-20'))
        self.assertFalse([text for text in self.problems(move) if "on the day" in text])

    def test_the_filter_of_late_advances(self):
        view = self.env.ref('l10n_az_vatportal.view_account_invoice_filter_lifecycle')
        self.assertIn('vatportal_late_advances', view.arch)
        late = self.create_invoice({'price_unit': 300}, vatportal_kind_id=self.kind.id, invoice_date='2026-01-15')
        unsent = self.env['account.move'].search([
            ('company_id', '=', self.company.id), ('vatportal_kind_id.code', '=', 'advanceInvoice'),
            ('state', '=', 'posted'), ('vatportal_state', 'in', ('none', 'rejected', 'deleted', False)),
            ('invoice_date', '<', '2026-02-01')])
        self.assertEqual(unsent, late)

    def test_an_advance_settles_no_other(self):
        advance = self.prepaid()
        move = self.create_invoice(vatportal_kind_id=self.kind.id)
        move.vatportal_advance_id = advance.vatportal_document_id
        self.assertTrue(any("does not settle another" in text for text in self.problems(move, 'error')))

    def test_currency(self):
        """The advance is settled in AZN, whatever the currency of the final invoice."""
        usd = self.env.ref('base.USD')
        usd.active = True
        self.env['res.currency.rate'].create({
            'currency_id': usd.id, 'company_id': self.company.id, 'name': '2026-01-01', 'rate': 1 / 1.7})
        advance = self.prepaid(340)
        final = self.final(100, currency_id=usd.id)
        final.vatportal_advance_id = advance.vatportal_document_id
        self.assertAlmostEqual(final._vatportal_taken(advance.vatportal_document_id), 200.6)
        self.finish(self.send(final))
        self.assertAlmostEqual(advance.vatportal_document_id.advance_left, 401.2 - 200.6)
        self.assertEqual(final.vatportal_state, 'registered', final.vatportal_document_id.message)
