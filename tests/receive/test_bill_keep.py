from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account.models.account_journal import AccountJournal

from ..xml_common import NUMBER, XmlCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestBillKeep(XmlCommon):
    """The draft stays the document's, whatever else takes part in Odoo's import."""

    def drop_beside(self, change, **kwargs):
        """Drop a file beside another addon that calls ``change(bill)`` when Odoo is through with the file."""
        with patch.object(AccountJournal, '_notify_invoice_subscribers', lambda journal, invoice, mail_params: change(invoice)):
            return self.drop(self.xml('500', number=NUMBER, **kwargs))

    def assert_kept(self, bill):
        self.assertEqual((bill.amount_untaxed, bill.amount_tax, bill.amount_total), (500.0, 90.0, 590.0))
        (line,) = self.product_lines(bill)
        self.assertEqual((line.name, line.tax_ids, line.quantity), ('Sement M400', self.purchase['vat'], 1))
        self.assertEqual(line.vatportal_line_id, bill.vatportal_bill_document_id.line_ids)
        self.assertEqual((bill.partner_id, bill.ref), (self.vendor, NUMBER))
        self.assert_total(bill.vatportal_bill_document_id)
        self.assertIn('something else changed this draft', ' '.join(bill.message_ids.mapped('body')))

    def test_other_rows(self):
        for price, taxes in ((590.0, []), (0.0, []), (500.0, self.purchase['zero'].ids)):
            bill = self.drop_beside(
                lambda bill, price=price, taxes=taxes: bill.write(
                    {'invoice_line_ids': [Command.clear(), Command.create({'name': 'P00001', 'price_unit': price, 'tax_ids': [Command.set(taxes)]})]}
                )
            )
            self.assert_kept(bill)
            bill.vatportal_bill_document_id.sudo().qaime = f'MT2610{bill.id:08}'
            bill.write({'ref': False, 'payment_reference': False, 'state': 'cancel'})

    def test_a_row_more(self):
        self.assert_kept(
            self.drop_beside(lambda bill: bill.write({'invoice_line_ids': [Command.create({'name': 'Freight', 'price_unit': 0.0, 'tax_ids': []})]}))
        )

    def test_another_quantity(self):
        self.assert_kept(self.drop_beside(lambda bill: bill.invoice_line_ids.write({'quantity': 5, 'price_unit': 100.0})))

    def test_other_taxes(self):
        self.assert_kept(self.drop_beside(lambda bill: bill.invoice_line_ids.write({'tax_ids': [Command.clear()]})))

    def test_another_vendor(self):
        self.assert_kept(self.drop_beside(lambda bill: bill.write({'partner_id': self.partner.id, 'ref': 'P00001'})))

    def test_what_is_not_the_documents(self):
        """A product, an account, a section: they may be chosen by others."""
        account = self.company_data['default_account_assets']
        bill = self.drop_beside(
            lambda bill: (
                bill.invoice_line_ids.write({'account_id': account.id}),
                bill.write({'invoice_line_ids': [Command.create({'display_type': 'line_section', 'name': 'From P00001'})]}),
            )
        )
        self.assertEqual(self.product_lines(bill).account_id, account)
        self.assertEqual(len(bill.invoice_line_ids), 2)

    # ------------------------------------------------------------------ VAT

    def test_vat_that_differs_is_told(self):
        """A person, or an addon, books the same total with other VAT."""
        move = self.bill(self.line(500.0))
        move.write(
            {'invoice_line_ids': [Command.update(move.invoice_line_ids.id, {'price_unit': 590.0, 'tax_ids': [Command.set(self.purchase['exempt'].ids)]})]}
        )
        self.assertEqual(move.amount_total, 590.0)
        document = move.vatportal_bill_document_id
        self.assertTrue(document.amount_differs)
        self.assertFalse(document.amount_difference)
        self.assertIn('VAT of 90.00', move.alerts['vatportal_bill_differs']['message'].replace('\xa0', ' '))
        move.action_vatportal_rebuild_bill()
        self.assertEqual((move.amount_tax, document.amount_differs), (90.0, False))
        self.assertNotIn('vatportal_bill_differs', move.alerts or {})

    def test_vat_on_credit_notes(self):
        for kind, move_type in (('returnInvoice', 'out_refund'), ('defaultInvoice', 'in_invoice')):
            move = self.bill(self.line(500.0), kind=kind)
            self.assertEqual((move.move_type, move._vatportal_vat()), (move_type, 90))
        self.kind('taxCodex163').booking = 'refund'
        document = self.document(self.line(-500.0), kind='taxCodex163')
        document.action_create_bills()
        self.assertEqual((document.move_id.move_type, document.move_id._vatportal_vat()), ('in_refund', 90))
        self.assert_total(document)

    def test_vat_in_the_price(self):
        self.connector.taxation = 'simplified'
        self.purchase['vat'].active = False
        move = self.bill(self.line(500.0))
        self.assertEqual(move.amount_tax, 0)

    def test_excise_is_no_vat(self):
        self.create_tax('Excise', 10, 'excise', type_tax_use='purchase', include_base_amount=True, sequence=0)
        move = self.bill(self.line(100.0, excise=10.0))
        self.assertEqual((move.amount_tax, move._vatportal_vat()), (29.8, move._vatportal_vat()))
        self.assertEqual(float(move._vatportal_vat()), 19.8)

    # ------------------------------------------------------------------ taking over new figures

    def correct(self, document, *lines):
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

    def test_lines_of_the_same_goods_stay(self):
        """Whatever was tied to a line stays, though the rows have moved."""
        names = ('Qum', 'Sement', 'Kərpic')
        move = self.bill(*(self.line(100.0, name=name) for name in names))
        lines = dict(zip(names, self.product_lines(move), strict=True))
        plan = self.env['account.analytic.plan'].create({'name': 'Tikinti'})
        account = self.env['account.analytic.account'].create({'name': 'Bina', 'plan_id': plan.id})
        lines['Kərpic'].analytic_distribution = {str(account.id): 100}
        self.correct(
            move.vatportal_bill_document_id,
            self.line(10.0, name='Daş'),
            self.line(100.0, name='Qum'),
            self.line(70.0, name='Kərpic', quantity=7, price_unit=10.0),
        )
        move.action_vatportal_rebuild_bill()
        new, sand, brick = self.product_lines(move).sorted('sequence')
        self.assertNotIn(new, lines.values())
        self.assertEqual((sand, brick), (lines['Qum'], lines['Kərpic']))
        self.assertEqual((brick.quantity, brick.price_unit, brick.analytic_distribution), (7, 10.0, {str(account.id): 100}))
        self.assertFalse(lines['Sement'].exists())
        self.assertEqual(brick.vatportal_line_id.name, 'Kərpic')
        self.assertEqual((move.amount_tax, move.amount_total), (32.4, 212.4))

    def test_twins_keep_their_rows(self):
        move = self.bill(self.line(100.0), self.line(50.0))
        first, second = self.product_lines(move)
        self.correct(move.vatportal_bill_document_id, self.line(100.0), self.line(60.0), self.line(5.0))
        move.action_vatportal_rebuild_bill()
        self.assertEqual(self.product_lines(move)[:2], first + second)
        self.assertEqual(self.product_lines(move).mapped('price_subtotal'), [100.0, 60.0, 5.0])

    def test_a_discount_goes(self):
        move = self.bill(self.line(100.0))
        move.invoice_line_ids.discount = 50
        self.assertTrue(move.vatportal_bill_document_id.amount_differs)
        move.action_vatportal_rebuild_bill()
        self.assert_total(move.vatportal_bill_document_id)
