from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..bill_common import BillCommon


class TestBillRebuild(BillCommon):
    """A document was corrected at e-taxes after its draft bill was made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.vatportal_code = False

    def correct(self, document, *lines):
        """What an import of the corrected document does."""
        lines = [{'sequence': position, **line} for position, line in enumerate(lines, 1)]
        document.sudo().write(
            {
                'line_ids': document.sudo()._line_commands(lines),
                **{
                    name: round(sum(line.get(name, 0.0) for line in lines), 6)
                    for name in ('amount_goods', 'amount_net', 'amount_vat_base', 'amount_vat', 'amount_total')
                },
            }
        )
        document._on_imported(document.browse(), document)

    def corrected(self):
        """A draft bill of sand and cement, products chosen, whose document has become cement alone, and more of it."""
        sand, cement = self.line(name='Qum'), self.line(name='Sement M400')
        move = self.bill(sand, cement)
        self.product_lines(move)[1].product_id = self.product
        self.correct(move.vatportal_bill_document_id, self.line(150.0, name='Sement M400'))
        self.assertTrue(move.vatportal_bill_document_id.amount_differs)
        self.assertIn('the amount of', move.activity_ids.summary)
        return move

    def assert_taken_over(self, move):
        self.assertRecordValues(self.product_lines(move), [{'name': 'Sement M400', 'product_id': self.product.id, 'price_subtotal': 150.0}])
        self.assert_total(move.vatportal_bill_document_id)
        self.assertFalse(move.activity_ids)
        self.assertNotIn('vatportal_bill_differs', move.alerts or {})
        self.assertIn('made anew', move.message_ids.sorted('id')[-2:].mapped('body')[0])

    def test_from_the_banner(self):
        move = self.corrected()
        model, method, ids = move.alerts['vatportal_bill_differs']['action_call']
        user = new_test_user(self.env, 'biller', groups='account.group_account_invoice', company_id=self.company.id)
        getattr(self.env[model].with_user(user).browse(ids), method)()
        self.assert_taken_over(move)
        move.action_post()
        self.assertEqual((move.amount_tax, move.amount_total), (27.0, 177.0))

    def test_from_the_document(self):
        move = self.corrected()
        move.vatportal_bill_document_id.action_rebuild_bill()
        self.assert_taken_over(move)

    def test_rounding_is_made_anew(self):
        document = self.document(self.line(100.0), amount_total=118.04)
        document.action_create_bills()
        self.correct(document, self.line(200.0))
        document.move_id.action_vatportal_rebuild_bill()
        self.assertEqual(len(self.product_lines(document.move_id)), 1)
        self.assertFalse(document.bill_notes)
        self.assert_total(document)

    def test_what_can_not_be_taken_over(self):
        with self.assertRaisesRegex(UserError, 'not made of an e-taxes document'):
            self.create_invoice(post=False).action_vatportal_rebuild_bill()
        move = self.corrected()
        move.action_post()
        with self.assertRaisesRegex(UserError, 'is confirmed'):
            move.action_vatportal_rebuild_bill()
        self.assertNotIn('rebuild', move.alerts['vatportal_bill_differs']['action_call'][1])
        move.button_draft()
        move.vatportal_bill_document_id.sudo().status = 'canceled'
        with self.assertRaisesRegex(UserError, 'is not billed'):
            move.action_vatportal_rebuild_bill()

    # ------------------------------------------------------------------ the task ends

    def test_a_person_makes_the_amounts_agree(self):
        move = self.corrected()
        first, second = self.product_lines(move)
        move.write({'invoice_line_ids': [Command.delete(first.id), Command.update(second.id, {'price_unit': 150.0})]})
        self.assert_total(move.vatportal_bill_document_id)
        self.assertFalse(move.activity_ids)

    def test_confirming_ends_it_too(self):
        move = self.corrected()
        first, second = self.product_lines(move)
        first.price_unit, second.price_unit = 100.0, 50.0
        move.action_post()
        self.assertFalse(move.activity_ids)

    def test_while_they_differ_it_stays(self):
        move = self.corrected()
        self.product_lines(move)[0].write({'price_unit': 90.0})
        move.action_post()
        self.assertIn('the amount of', move.activity_ids.summary)

    def test_another_task_stays(self):
        move = self.corrected()
        document = move.vatportal_bill_document_id
        document.sudo().status = 'cancelRequested'
        document._on_imported(document.browse(), document)
        move.action_vatportal_rebuild_bill()
        self.assertIn('cancellation', move.activity_ids.summary)
