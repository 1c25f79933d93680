import random
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.l10n_az_vatportal.tests.xml_common import XmlCommon

DOCUMENTS = 300
# Every so many documents came as a file; of every so many the total, or the VAT, is another than that of the rows.
FILES, ODD = 5, 9
STATUSES = ('approved', 'approved', 'approvedBySystem', 'onApproval', 'updateRequested', 'cancelRequested')
# What means a unit for everybody, and what does not.
UNITS, OPEN_UNITS = ('ədəd',) * 6, ('qutu', 'KVST')
COLUMNS = ('amount_vat_base', 'amount_zero', 'amount_exempt', 'amount_not_subject')


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestOrdersMonth(XmlCommon):
    """A seeded month beside purchase orders, of a vendor whose bills Odoo posts by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.autopost_bills = True
        cls.vendor.autopost_bills = 'always'
        cls.random = random.Random(11)
        cls.product.vatportal_code = False
        cls.goods = [cls.create_product(f"Mal {position}", False, barcode=f'476000100{position:04}') for position in range(12)]
        if 'is_storable' in cls.env['product.product']._fields:  # with Inventory
            for product in cls.goods[::2]:
                product.is_storable = True

    def row(self):
        """A row in one to four VAT columns, of a product or of nothing that is known."""
        product = self.random.choice([*self.goods, None])
        quantity, price = self.random.randint(1, 40), self.random.randint(1, 5000) / 100
        if self.random.random() < 0.03:
            quantity += 0.125  # Odoo keeps two decimals
        total = Decimal(str(price)) * Decimal(str(quantity))
        names = self.random.sample(COLUMNS, self.random.choice((1, 1, 1, 2, 4)))
        bases = [(total / len(names)).quantize(Decimal('0.01')) for _name in names]
        bases[0] += total - sum(bases)
        columns = dict(zip(names, map(float, bases), strict=True))
        vat = round(columns.get('amount_vat_base', 0.0) * 0.18, 4)
        return self.line(float(total), None, vat=vat, quantity=quantity, price_unit=price,
                         unit=self.random.choice(UNITS + OPEN_UNITS), **columns, **(
            {'name': product.name, 'barcode': product.barcode} if product else {'name': f"Naməlum {quantity}", 'barcode': '0'}))

    def order_for(self, rows):
        """An order of this total, not received yet: of these goods, of others, or without VAT; or none."""
        kind = self.random.choice(('goods', 'others', 'gross', None))
        if not kind:
            return
        total = sum(row['amount_total'] for row in rows)
        taxes = {'amount_vat_base': 'vat', 'amount_zero': 'zero', 'amount_exempt': 'exempt', 'amount_not_subject': 'not_subject'}
        lines = [{'product_id': self.random.choice(self.goods).id, 'product_qty': 1, 'price_unit': total, 'tax_ids': False}]
        if kind == 'goods':
            lines = [{
                'product_id': self.env['product.product'].search([('barcode', '=', row['barcode'])]).id or self.product.id,
                'product_qty': row['quantity'], 'price_unit': row['price_unit'],
                'tax_ids': [Command.set([self.purchase[category].id for name, category in taxes.items() if row.get(name)][:1])],
            } for row in rows]
        elif kind == 'others':
            lines[0]['tax_ids'] = [Command.set(self.purchase['vat'].ids)]
            lines[0]['price_unit'] = round(total / 1.18, 2)
        order = self.env['purchase.order'].create({
            'partner_id': self.vendor.id, 'currency_id': self.company.currency_id.id,
            'order_line': [Command.create(line) for line in lines]})
        order.button_confirm()

    def receive(self, position):
        """A document and its bill, as a download or a file."""
        if position % FILES == 0:
            amount = str(self.random.randint(100, 99999) / 100)
            self.order_for([self.line(float(amount), name="Sement M400", barcode='0')])
            return self.drop(self.xml(amount, number=f'MT2612{position:08}')).vatportal_bill_document_id
        rows = [self.row() for _each in range(self.random.randint(1, 4))]
        self.order_for(rows)
        sums = {name: round(sum(row.get(name, 0.0) for row in rows), 6) for name in ('amount_vat', 'amount_total')}
        if position % ODD == 0:
            sums[self.random.choice(list(sums))] += self.random.choice((0.01, 0.02, 5.0, 20.0))
        document = self.document(*rows, status=self.random.choice(STATUSES), **sums)
        document.action_create_bills()
        if document.bill_state == 'ask':
            self.assertIn(".125", document.bill_question)
            document._make_bill(duplicates=True)
        document.move_id._autopost_bill()
        return document

    def test_month(self):
        documents = self.env['vatportal.document'].union(*(self.receive(position) for position in range(DOCUMENTS)))
        self.assertEqual(len(documents.move_id), DOCUMENTS)
        self.assertEqual(self.env['account.move'].search_count([
            ('move_type', '=', 'in_invoice'), ('company_id', '=', self.company.id)]), DOCUMENTS)
        even = documents.filtered(lambda document: not document.amount_differs)
        self.assertGreater(len(even), DOCUMENTS * 0.9)
        for document in even:
            self.assertEqual(document.move_id._vatportal_total(), document._amount_to_pay())
            self.assertEqual(document.move_id._vatportal_vat(), document._to_book('amount_vat'))
        for document in documents:
            lines = document.move_id.invoice_line_ids
            self.assertEqual(document.line_ids, lines.vatportal_line_id, "Its rows, all of them")
        posted = documents.move_id.filtered(lambda move: move.state == 'posted')
        self.assertTrue(posted < documents.move_id)
        self.assertGreater(len(posted), DOCUMENTS / 10)
        self.assertEqual(set(posted.vatportal_bill_document_id.mapped('status')), {'approved', 'approvedBySystem'})
        for move in posted:
            self.assertFalse(move.vatportal_bill_document_id.amount_differs)
            self.assertFalse([note for note in move.vatportal_bill_document_id.bill_notes or () if note['level'] == 'warning'])
        self.assertFalse(posted.invoice_line_ids.filtered(
            lambda line: line.product_id and line.vatportal_line_id.unit in OPEN_UNITS))
        self.assertTrue(documents.move_id.invoice_line_ids.purchase_line_id)
        self.assertFalse([line for line in documents.move_id.invoice_line_ids.purchase_line_id
                          if line.qty_invoiced > line.product_qty])
