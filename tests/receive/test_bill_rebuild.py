from unittest.mock import patch

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

    # ------------------------------------------------------------------ another currency, other lines

    def foreign(self, rate=0.5):
        """A currency of which ``rate`` units are one AZN."""
        currency = self.env.ref('base.USD')
        currency.active = True
        self.env['res.currency.rate'].create({'currency_id': currency.id, 'name': '2026-01-01', 'rate': rate, 'company_id': self.company.id})
        return currency

    def test_the_amounts_are_the_documents_currency(self):
        """Whatever has changed the draft's: a person, or Purchase when the vendor is chosen."""
        move = self.corrected()
        move.currency_id = self.foreign()
        move.action_vatportal_rebuild_bill()
        self.assert_taken_over(move)
        self.assertEqual((move.currency_id, move.amount_tax, move.amount_total), (move.company_currency_id, 27.0, 177.0))

    def test_typed_lines_are_not_replaced(self):
        for currency in (self.company.currency_id, self.foreign()):
            with self.subTest(currency=currency.name):
                typed = self.create_invoice(
                    {'price_unit': 70, 'tax_ids': self.purchase['vat'].ids},
                    move_type='in_invoice',
                    partner_id=self.vendor.id,
                    currency_id=currency.id,
                    post=False,
                )
                document = self.document(self.line(500.0))
                document.action_link_move(typed.id)
                alert, lines = typed.alerts['vatportal_bill_differs'], typed.invoice_line_ids
                self.assertNotIn('rebuild', alert['action_call'][1])
                self.assertIn('not made of the document', alert['message'])
                for record, method in ((typed, 'action_vatportal_rebuild_bill'), (document, 'action_rebuild_bill')):
                    with self.assertRaisesRegex(UserError, 'not made of the document'):
                        getattr(record, method)()
                self.assertEqual((typed.invoice_line_ids, typed.currency_id), (lines, currency))
                # What the text says to do.
                typed.unlink()
                document.action_create_bills()
                self.assert_total(document)

    def test_lines_of_another_file_are_not_replaced(self):
        """Odoo has read a UBL file, or a scan; what it read keeps its price when a product is chosen."""
        for rows in ({}, {'line_ids': False}):
            with self.subTest(rows=rows):
                typed = self.create_invoice(
                    {'price_unit': 70, 'tax_ids': self.purchase['vat'].ids}, move_type='in_invoice', partner_id=self.vendor.id, post=False
                )
                line = typed.invoice_line_ids
                line.is_imported = True
                document = self.document(self.line(500.0), **rows)
                document.action_link_move(typed.id)
                self.assertTrue(typed._vatportal_is_typed())
                with self.assertRaisesRegex(UserError, 'not made of the document'):
                    typed.action_vatportal_rebuild_bill()
                line.product_id = self.service
                self.assertEqual((typed.invoice_line_ids, line.price_unit, line.tax_ids), (line, 70, self.purchase['vat']))
                document.action_not_this_move()
                self.assertEqual((line.vatportal_line_mark, line.is_imported), (False, False))

    def test_lines_of_a_file_that_comes_later(self):
        """Dropped on a bill that is made of its document: the lines are named when they go."""
        move = self.corrected()

        def decode(invoice, file_data, new):
            invoice.invoice_line_ids = [Command.create({'name': 'Daşınma', 'price_unit': 20.0, 'tax_ids': []})]

        attachment = self.env['ir.attachment'].create({'name': 'ubl.xml', 'raw': b'<Invoice/>', 'res_model': move._name, 'res_id': move.id})
        with patch.object(type(move), '_get_edi_decoder', lambda move, file_data, new=False: {'priority': 20, 'decoder': decode}):
            move._extend_with_attachments(move._to_files_data(attachment))
        added = self.product_lines(move).filtered(lambda line: line.name == 'Daşınma')
        self.assertEqual((added.is_imported, added._vatportal_is_typed()), (True, True))
        move.action_vatportal_rebuild_bill()
        self.assertIn('Daşınma', move.vatportal_bill_document_id.bill_notes[0]['text'])

    def test_of_sums_alone(self):
        """A document without rows has lines without rows."""
        document = self.document(self.line(100.0), line_ids=False)
        document.action_create_bills()
        document.move_id.invoice_line_ids.price_unit = 70
        document.move_id.action_vatportal_rebuild_bill()
        self.assert_total(document)

    def test_of_sums_whose_rows_come_later(self):
        document = self.document(self.line(100.0), line_ids=False)
        document.action_create_bills()
        document.sudo().write({'amount_net': 200.0, 'amount_vat': 36.0, 'amount_total': 236.0, 'line_ids': [Command.create(self.line(200.0))]})
        document.move_id.action_vatportal_rebuild_bill()
        self.assertEqual((document.move_id.amount_total, self.product_lines(document.move_id).vatportal_line_id), (236.0, document.line_ids))

    def test_added_lines_are_named(self):
        move = self.corrected()
        move.write({'invoice_line_ids': [Command.create({'name': 'Daşınma', 'price_unit': 20.0, 'tax_ids': []})]})
        move.action_vatportal_rebuild_bill()
        self.assertIn('Daşınma', move.vatportal_bill_document_id.bill_notes[0]['text'])
        self.assert_taken_over(move)

    def test_sections_and_notes_stay(self):
        move = self.corrected()
        words = [{'name': 'Tikinti', 'display_type': 'line_section'}, {'name': 'Anbara', 'display_type': 'line_note'}]
        move.write({'invoice_line_ids': [Command.create(vals) for vals in words]})
        move.action_vatportal_rebuild_bill()
        self.assert_taken_over(move)
        self.assertEqual(move.invoice_line_ids.filtered(lambda line: line.display_type != 'product').mapped('name'), ['Tikinti', 'Anbara'])
        self.assertNotIn('Tikinti', str(move.vatportal_bill_document_id.bill_notes))

    def test_a_duplicate_that_a_person_corrected(self):
        """Last month's bill, duplicated and changed, is linked with the document of this month: its lines are a person's."""
        for document in (self.document(self.line(100.0)), self.document(self.line(100.0), line_ids=False)):
            document.action_create_bills()
            again = document.move_id.copy({'invoice_date': '2026-11-25'})
            self.product_lines(again).price_unit = 130.0
            self.document(self.line(120.0)).action_link_move(again.id)
            with self.assertRaisesRegex(UserError, 'not made of the document'):
                again.action_vatportal_rebuild_bill()
            self.assertEqual(self.product_lines(again).price_unit, 130.0)

    def test_a_bill_that_was_entered_anew_is_the_documents(self):
        """It is no duplicate for another month: its lines are those that were made of the document, road tax and mere sums too."""
        for rows in ({}, {'line_ids': False}):
            with self.subTest(rows=rows):
                document = self.document(self.line(100.0, road=5.0), **rows)
                document.action_create_bills()
                move = document.move_id
                move.invoice_date = '2026-11-20'
                move.action_post()
                made = self.product_lines(move).mapped('is_imported')
                anew = self.reverse_in_dialog(move)
                self.assertEqual(document.move_id, anew)
                self.assertEqual((set(made), self.product_lines(anew).mapped('is_imported')), ({True}, made))
                document.sudo().write({'amount_net': 200.0, 'amount_vat': 36.0, 'amount_total': 241.0})
                if not rows:
                    document.sudo().line_ids.write(
                        {'price_unit': 200.0, 'amount_goods': 200.0, 'amount_net': 200.0, 'amount_vat_base': 200.0, 'amount_vat': 36.0}
                    )
                anew.action_vatportal_rebuild_bill()
                self.assert_total(document)
                self.assertNotIn('added by hand', str(document.bill_notes))

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
