from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.l10n_az_vatportal.tests.xml_common import NUMBER, XmlCommon
from odoo.addons.l10n_az_vatportal_purchase.models.document import VatportalDocument


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestOrders(XmlCommon):
    """Bills of documents beside purchase orders."""

    def order(self, *lines, partner=None, confirm=True, **vals):
        """An order of (quantity, price) or values of order lines, confirmed and not received."""
        lines = [line if isinstance(line, dict) else {'product_qty': line[0], 'price_unit': line[1]} for line in lines]
        order = self.env['purchase.order'].create(
            {
                'partner_id': (partner or self.vendor).id,
                'currency_id': self.company.currency_id.id,
                **vals,
                'order_line': [Command.create({'product_id': self.product.id, 'tax_ids': [Command.set(self.purchase['vat'].ids)], **line}) for line in lines],
            }
        )
        if confirm:
            order.button_confirm()
        return order

    def row(self, quantity, price, **vals):
        return self.line(quantity * price, quantity=quantity, price_unit=price, **vals)

    def assert_document(self, bill, untaxed, tax):
        self.assertEqual((bill.amount_untaxed, bill.amount_tax), (untaxed, tax))
        self.assert_total(bill.vatportal_bill_document_id)
        self.assertEqual(bill.vatportal_bill_document_id.line_ids, self.product_lines(bill).vatportal_line_id)

    def test_vat_on_payment_and_what_an_order_takes_back(self):
        """Its credit note names no bill that it reverses: it has the tax with which the bill was booked."""
        self.product.purchase_method = 'purchase'
        booked, later = self.order((3, 100.0)), self.order((3, 100.0))
        taxes = []
        for order, quantity in ((booked, 3), (booked, 1), (later, 3), (later, 2)):
            if quantity == 1:
                old = self.purchase['vat']
                for tax in self.connector._taxes_on_invoice():
                    part = tax.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax')
                    part.account_id = self.company_data['default_account_tax_purchase']
                self.connector.action_use_cash_basis()
            order.order_line.product_qty = quantity
            before = order.invoice_ids
            order.action_create_invoice()
            bill = order.invoice_ids - before
            bill.invoice_date = '2026-11-20'
            bill.action_post()
            taxes.append((bill.move_type, bill.line_ids.tax_line_id))
        new = old.vatportal_replaced_by_id
        self.assertTrue(new)
        self.assertEqual(taxes, [('in_invoice', old), ('in_refund', old), ('in_invoice', new), ('in_refund', new)])

    # ------------------------------------------------------------------ rows, VAT and total are the document's

    def test_files(self):
        """An order of the same total, whatever it consists of."""
        for position, (number, line) in enumerate(
            (
                (1, {'product_qty': 1, 'price_unit': 500.0}),
                (2, {'product_qty': 1, 'price_unit': 590.0, 'tax_ids': [Command.clear()]}),
                (3, {'product_qty': 2, 'price_unit': 250.0}),
            )
        ):
            order = self.order({**line, 'name': 'As ordered'})
            self.assertAlmostEqual(order.amount_total, 590.0)
            bill = self.drop(self.xml('500', number=f'MT26112500010{number}'))
            self.assert_document(bill, 500.0, 90.0)
            self.assertEqual(bill.invoice_line_ids.mapped('name'), ['Sement M400'])
            self.assertEqual(bill.invoice_line_ids.purchase_order_id, order if position < 2 else order.browse())
            order.order_line.invoice_lines.purchase_line_id = False
            order.button_cancel()

    def test_an_order_of_other_things(self):
        """The same total, another product: no link, and nothing is overwritten."""
        other = self.env['product.product'].create({'name': 'Qum'})
        self.order({'product_id': other.id, 'product_qty': 1, 'price_unit': 500.0})
        bill = self.drop(self.xml('500', number=NUMBER))
        self.assert_document(bill, 500.0, 90.0)
        self.assertFalse(bill.invoice_line_ids.purchase_line_id)

    def test_without_this_addon(self):
        """The addon that makes the bills sees to the rows by itself."""
        self.order((1, 500.0))
        with patch.object(VatportalDocument, '_link_orders', lambda document, move: []):
            bill = self.drop(self.xml('500', number=NUMBER))
        self.assert_document(bill, 500.0, 90.0)

    def test_uploaded_on_the_order(self):
        """*Upload Bill* on an order makes a bill of the order's lines first: the document is no second bill."""
        order = self.order((2, 250.0))
        order.order_line.qty_received = 2
        order.action_create_invoice(attachment_ids=self.attach(self.xml('500', number=NUMBER)).ids)
        bill, document = order.invoice_ids, self.documents()
        self.assertEqual((len(bill), document.bill_state), (1, 'ask'))
        self.env['vatportal.bill.wizard'].create({'document_id': document.id}).action_link()
        self.assertEqual(document.move_id, bill)
        self.assert_total(document)

    def test_asked_for_again(self):
        """Odoo's own matching comes later, of a scanned copy say."""
        order = self.order((1, 500.0), {'product_qty': 1, 'price_unit': 100.0})
        bill = self.drop(self.xml('500', number=NUMBER))
        for _each in range(2):
            bill._find_and_set_purchase_orders([order.name], self.vendor.id, 590.0, from_ocr=True)
            bill._link_bill_origin_to_purchase_orders()
            self.assert_document(bill, 500.0, 90.0)

    def test_other_bills_are_left_to_odoo(self):
        order = self.order((1, 500.0))
        order.order_line.qty_received = 1
        bill = self.init_invoice('in_invoice', partner=self.vendor, amounts=[500.0], post=False)
        bill._find_and_set_purchase_orders([order.name], self.vendor.id, order.amount_total)
        self.assertEqual(bill.invoice_line_ids.purchase_order_id, order)

    # ------------------------------------------------------------------ links

    def test_downloads(self):
        order = self.order((10, 50.0), (3, 7.0))
        bill = self.bill(self.row(10, 50.0), self.row(3, 7.0))
        self.assertEqual(self.product_lines(bill).purchase_line_id, order.order_line)
        self.assertEqual(bill.invoice_origin, order.name)
        self.assertIn(order.name, bill.vatportal_bill_document_id.bill_notes[0]['text'])
        self.assertEqual(order.order_line.mapped('qty_invoiced'), [10, 3])
        bill.action_post()
        self.assertEqual(bill.amount_total, 614.78)

    def test_part_of_an_order(self):
        order = self.order((10, 50.0))
        for left in (6, 2):
            bill = self.bill(self.row(4, 50.0))
            self.assertEqual(bill.invoice_line_ids.purchase_line_id, order.order_line)
            self.assertEqual(order.order_line.product_qty - order.order_line.qty_invoiced, left)
        self.assertFalse(self.bill(self.row(4, 50.0)).invoice_line_ids.purchase_line_id, 'More than is left.')

    def test_rows_of_one_order_line(self):
        order = self.order((10, 50.0))
        bill = self.bill(self.row(6, 50.0), self.row(5, 50.0), self.row(4, 50.0))
        self.assertEqual([bool(line.purchase_line_id) for line in self.product_lines(bill)], [True, False, True])
        self.assertEqual(order.order_line.qty_invoiced, 10)

    def test_units(self):
        self.product.uom_ids = dozen = self.env.ref('uom.product_uom_dozen')
        order = self.order({'product_qty': 2, 'price_unit': 120.0, 'product_uom_id': dozen.id})
        bill = self.bill(self.row(24, 10.0))
        self.assertEqual(bill.invoice_line_ids.purchase_line_id, order.order_line)
        self.assertEqual(order.order_line.qty_invoiced, 2)

    def test_boxes(self):
        """Ten boxes ordered are ten billed; once a person says how many pieces they are, the order of pieces is meant."""
        boxes, pieces = self.order((10, 50.0)), self.order((240, 2.5))
        by_hand = self.order((7, 3.0))
        bill = self.bill(self.row(10, 60.0, unit='qutu'), self.row(10, 50.0, unit='qutu', name='Qum'))
        other, line = self.product_lines(bill)
        self.assertEqual((line.purchase_line_id, boxes.order_line.qty_invoiced), (boxes.order_line, 10))
        other.purchase_line_id = by_hand.order_line
        for each in bill.invoice_line_ids:
            self.env['vatportal.product.mapping']._say_contents(each, 20)
        bill._vatportal_recount(bill.invoice_line_ids.vatportal_line_id.sudo())
        self.assertEqual(bill.invoice_line_ids.mapped('quantity'), [200, 200])
        self.assertEqual((other.purchase_line_id, line.purchase_line_id), (by_hand.order_line, pieces.order_line))
        self.assertEqual((boxes.order_line.qty_invoiced, pieces.order_line.qty_invoiced), (0, 200))
        self.assertEqual(set(bill.invoice_origin.split(', ')), {pieces.name, by_hand.name})
        text = ' '.join(note['text'] for note in bill.vatportal_bill_document_id.bill_notes if note.get('orders'))
        self.assertIn(pieces.name, text)
        self.assertNotIn(boxes.name, text)
        self.assert_total(bill.vatportal_bill_document_id)

    def test_another_origin_stays(self):
        """What stands as the origin of the bill, of whatever else, is no order that the bill was linked with."""
        boxes, pieces = self.order((10, 50.0)), self.order((200, 2.5))
        bill = self.bill(self.row(10, 50.0, unit='qutu'))
        self.assertEqual(bill.invoice_line_ids.purchase_line_id, boxes.order_line)
        bill.invoice_origin = f'Müqavilə 7, {boxes.name}'
        self.env['vatportal.product.mapping']._say_contents(bill.invoice_line_ids, 20)
        bill._vatportal_recount(bill.invoice_line_ids.vatportal_line_id.sudo())
        self.assertEqual(bill.invoice_origin, f'Müqavilə 7, {pieces.name}')
        bill = self.bill(self.row(9, 50.0, unit='ədəd', name='Qum'))
        bill.invoice_origin = 'Müqavilə 8'
        bill._vatportal_recount(bill.invoice_line_ids.vatportal_line_id.sudo())
        self.assertIn('Müqavilə 8', bill.invoice_origin)

    def test_a_branch_and_its_parent(self):
        """A branch's bill meets the branch's orders alone; whoever works in the branch alone counts it."""
        branch = self.env['res.company'].create({'name': 'Xəzər Gəncə', 'parent_id': self.company.id, 'country_id': self.env.ref('base.az').id})
        self.env['account.journal'].create(
            {
                'name': 'Gəncə alışları',
                'code': 'GNC',
                'type': 'purchase',
                'company_id': branch.id,
                'default_account_id': self.company_data['default_journal_purchase'].default_account_id.id,
            }
        )
        self.env.user.company_ids += branch
        self.vendor.with_company(branch).property_account_payable_id = self.vendor.property_account_payable_id
        self.order((10, 50.0))
        own, pieces = self.order((10, 50.0), company_id=branch.id), self.order((200, 2.5), company_id=branch.id)
        document = self.document(self.row(10, 50.0, unit='qutu'), bill_company_id=branch.id)
        document.with_context(allowed_company_ids=(self.company + branch).ids).action_create_bills()
        bill = document.move_id
        self.assertEqual((bill.company_id, bill.invoice_line_ids.purchase_line_id), (branch, own.order_line))
        clerk = new_test_user(self.env, 'ganja', 'base.group_user,account.group_account_invoice', company_id=branch.id, company_ids=[Command.set(branch.ids)])
        theirs = bill.with_env(self.env(user=clerk, context={'allowed_company_ids': branch.ids}))
        wizard = theirs.env['vatportal.unit.wizard'].browse(theirs.action_vatportal_units()['res_id'])
        wizard.line_ids.contains = 20
        wizard.action_apply()
        self.assertEqual((bill.invoice_line_ids.quantity, bill.invoice_line_ids.purchase_line_id), (200, pieces.order_line))
        self.assertEqual(bill.invoice_origin, pieces.name)

    def test_discount(self):
        order = self.order({'product_qty': 10, 'price_unit': 100.0, 'discount': 50.0})
        self.assertEqual(self.bill(self.row(10, 50.0)).invoice_line_ids.purchase_line_id, order.order_line)

    def test_another_price_vendor_or_state(self):
        self.order((10, 51.0))
        self.order((10, 50.0), partner=self.partner)
        self.order((10, 50.0), confirm=False)
        self.assertFalse(self.bill(self.row(10, 50.0)).invoice_line_ids.purchase_line_id)

    def test_prices_of_small_things(self):
        """A price with more decimals than prices have here is none that was rounded; one of two may have been."""
        order = self.order((100_000, 0.05))
        for price, linked in ((0.054, False), (0.0505, False), (0.06, False), (0.05, True)):
            bill = self.bill(self.row(100_000, price))
            self.assertEqual(bool(bill.invoice_line_ids.purchase_line_id), linked, price)
        order.button_cancel()
        self.purchase['vat'].price_include_override = 'tax_included'
        order = self.order((10, 1.0))
        for price in (0.85, 0.8475, 0.847458):
            bill = self.bill(self.row(10, price))
            self.assertEqual(bill.invoice_line_ids.purchase_line_id, order.order_line, price)
            bill.invoice_line_ids.purchase_line_id = False

    def test_which_of_several(self):
        first, exact, named = self.order((9, 50.0)), self.order((4, 50.0)), self.order((9, 50.0))
        self.assertEqual(self.bill(self.row(3, 50.0)).invoice_line_ids.purchase_order_id, first)
        self.assertEqual(self.bill(self.row(4, 50.0)).invoice_line_ids.purchase_order_id, exact)
        bill = self.bill(self.row(2, 50.0), main_info=f'Sifariş {named.name} üzrə')
        self.assertEqual(bill.invoice_line_ids.purchase_order_id, named)

    def test_named_beside_a_comma(self):
        self.order((9, 50.0))
        named, referred = self.order((9, 50.0)), self.order((9, 50.0), partner_ref='Müqavilə 12')
        for order, text in ((named, f'Sifariş {named.name}, 20.11.2026'), (referred, 'Bax: Müqavilə 12.')):
            self.assertEqual(self.bill(self.row(2, 50.0), main_info=text).invoice_line_ids.purchase_order_id, order)

    def test_an_order_line_that_is_set_to_nothing(self):
        """While the unit of its bill is open; and what a credit note takes back of it is no more to be billed than was ordered."""
        order = self.order((10, 50.0))
        bill = self.bill(self.row(10, 50.0, unit='qutu'))
        self.assertEqual(bill.invoice_line_ids.purchase_line_id, order.order_line)
        order.order_line.product_qty = 0
        self.env['vatportal.product.mapping']._say_contents(bill.invoice_line_ids, 20)
        bill._vatportal_recount(bill.invoice_line_ids.vatportal_line_id.sudo())
        self.assertEqual((bill.invoice_line_ids.quantity, bill.state), (200, 'draft'))
        bill.button_cancel()
        taken_back = self.order((10, 70.0))
        credit = self.create_invoice({}, move_type='in_refund', partner_id=self.vendor.id)
        credit.invoice_line_ids.purchase_line_id = taken_back.order_line
        self.assertEqual(taken_back.order_line.qty_invoiced, -1)
        self.assertFalse(self.bill(self.row(11, 70.0)).invoice_line_ids.purchase_line_id)
        self.assertEqual(self.bill(self.row(10, 70.0)).invoice_line_ids.purchase_line_id, taken_back.order_line)

    def test_a_branch_of_the_vendor(self):
        branch = self.env['res.partner'].create({'name': 'Anbar', 'parent_id': self.vendor.id})
        order = self.order((10, 50.0), partner=branch)
        self.assertEqual(self.bill(self.row(10, 50.0)).invoice_line_ids.purchase_order_id, order)

    def test_credit_note(self):
        self.kind('taxCodex163').booking = 'refund'
        order = self.order((10, 50.0))
        document = self.document(self.row(10, 50.0), kind='taxCodex163')
        document.action_create_bills()
        self.assertFalse(document.move_id.invoice_line_ids.purchase_line_id)
        self.assertEqual(order.order_line.qty_invoiced, 0)

    def test_analytic_distribution(self):
        plan = self.env['account.analytic.plan'].create({'name': 'Tikinti'})
        account = self.env['account.analytic.account'].create({'name': 'Bina', 'plan_id': plan.id})
        self.order({'product_qty': 10, 'price_unit': 50.0, 'analytic_distribution': {str(account.id): 100}})
        self.assertEqual(self.bill(self.row(10, 50.0)).invoice_line_ids.analytic_distribution, {str(account.id): 100})

    def test_invoicing_user(self):
        order = self.order((1, 500.0))
        user = new_test_user(
            self.env, 'biller', 'base.group_user,account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        bill = self.drop(self.xml('500', number=NUMBER), user=user)
        self.assertEqual(bill.invoice_line_ids.purchase_line_id, order.order_line)

    # ------------------------------------------------------------------ new figures

    def test_new_figures_keep_the_links(self):
        """Those that were found, and those that a person has made."""
        order, by_hand = self.order((10, 50.0)), self.order((4, 30.0))
        bill = self.bill(self.row(10, 50.0), self.row(5, 29.0, name='Qum'))
        self.product_lines(bill)[1].write({'product_id': self.product.id, 'purchase_line_id': by_hand.order_line.id})
        document = bill.vatportal_bill_document_id
        lines = [{'sequence': 1, **self.row(9, 50.0)}, {'sequence': 2, **self.row(5, 28.0, name='Qum')}]
        document.sudo().write(
            {
                'line_ids': document.sudo()._line_commands(lines),
                **{name: sum(line[name] for line in lines) for name in ('amount_goods', 'amount_net', 'amount_vat_base', 'amount_vat', 'amount_total')},
            }
        )
        bill.action_vatportal_rebuild_bill()
        self.assert_document(bill, 590.0, 106.2)
        self.assertEqual(self.product_lines(bill).purchase_line_id, order.order_line + by_hand.order_line)
        self.assertEqual((order.order_line.qty_invoiced, by_hand.order_line.qty_invoiced), (9, 5))
