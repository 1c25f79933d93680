import logging
from collections import Counter
from datetime import date
from decimal import Decimal

from ...sandbox.generator import PRODUCTS
from ..bill_common import BillCommon
from ..common import SELLER

_logger = logging.getLogger(__name__)

# Over both months. One seed: the same vendors, who sell the same goods again.
DOCUMENTS = 60
# What the company has in its list when it begins: these by their own code, two that share one, the rest not at all.
OWN_CODES, SHARED_CODE = 6, PRODUCTS[6][0]
# Of its vendors it knows every second one; in every seventh document e-taxes' own VAT is a qəpik off its lines'.
KNOWN_VENDORS, ODD_HEADERS = 2, 7


class TestBillMonth(BillCommon):
    """Two seeded months from the portal to the bills: how much needs no person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_tax('P excise', 40, 'excise', type_tax_use='purchase', include_base_amount=True, sequence=0)
        cls.create_tax('P road', 1, 'road', type_tax_use='purchase', amount_type='fixed', sequence=9)
        cls.product.vatportal_code = False
        cls.goods = {name: cls.create_product(name, code if position < OWN_CODES else False) for position, (code, name, _unit) in enumerate(PRODUCTS)}
        for name in (PRODUCTS[6][1], PRODUCTS[7][1]):
            cls.goods[name].vatportal_code = SHARED_CODE

    def seed(self):
        """Fill the portal; return (VÖEN of the vendors that the company knows, numbers with an odd header)."""
        numbers = self.sandbox.portal.generate(DOCUMENTS, folder=0, voen=SELLER, seed=1, date_from='01.09.2026', date_to='28.10.2026', partners=20)
        etaxes, odd, vendors = self.sandbox.portal.etaxes, set(), set()
        for documents in (*etaxes.folders.values(), *etaxes.held.values()):
            for position, number in enumerate(numbers):
                document = documents.get(number)
                if not document:
                    continue
                vendors.add(document['tin_from'])
                if position % ODD_HEADERS == 0 and document['vat_amount']:
                    odd.add(number)
                    documents[number] = {**document, **{name: float(Decimal(str(document[name])) + Decimal('0.01')) for name in ('vat_amount', 'net_amount')}}
        known = sorted(vendors)[::KNOWN_VENDORS]
        self.env['res.partner'].create([{'name': f'Vendor {number}', 'vat': number} for number in known])
        return set(known), odd

    def month(self, month):
        """Import a month as the portal has it; return (the new documents, those that were to be billed)."""
        with self.connector._client() as client:
            page = client.read_etaxes(direction=0, date_from=date(2026, month, 1), date_to=date(2026, month, 30))
        Document = self.env['vatportal.document']
        result = Document._upsert_from_portal(self.connector, 'incoming', page.documents)
        new = result['new'].sudo(False)
        Document._on_imported(new, result['changed'])
        documents = new.filtered(lambda document: document.bill_state == 'to_bill')
        before = self.env['res.partner'].search([])
        documents._make_bills()
        # A person has the bills made of which Odoo can't keep a quantity.
        for document in documents.filtered(lambda document: document.bill_state == 'ask' and document._quantity_question()):
            document._make_bill(duplicates=True)
        return new, documents, before

    def shares(self, title, new, documents, before):
        """How much of a month needed no person; ``before``: the partners that there were before its bills were made."""
        billed = documents.filtered('move_id')
        lines = billed.line_ids
        bill_lines = billed.move_id.invoice_line_ids.filtered('vatportal_line_id')
        kept = {
            'documents': len(new),
            'to bill': len(documents),
            'billed': len(billed) / len(documents),
            'total equal': sum(not document.amount_differs for document in billed) / len(billed),
            'vendor': len(billed.filtered(lambda document: document.partner_id in before)) / len(documents),
            'new vendors': len(billed.partner_id - before),
            'tax': len(bill_lines.filtered('tax_ids')) / len(bill_lines),
            'product': len(lines.filtered('product_id')) / len(lines),
            'warnings': sum(any(note['level'] == 'warning' for note in document.bill_notes or ()) for document in billed) / len(billed),
        }
        _logger.info('%s: %s; products found by %s', title, kept, dict(Counter(lines.mapped('match'))))
        return kept

    def assert_true(self, month, odd):
        """Every bill has the total, and the VAT, that e-taxes has."""
        for document in month[1]:
            self.assert_total(document)
            vat = round(Decimal(str(document.amount_vat)), 2)
            self.assertAlmostEqual(self.reclaimed(document.move_id), float(vat), 2, document.qaime)
        moved = month[1].filtered(lambda document: document.qaime in odd)
        self.assertTrue(moved, 'the month has some')

    def reclaimed(self, move):
        return abs(sum(move.line_ids.filtered(lambda line: line.tax_line_id.vatportal_category == 'vat').mapped('balance')))

    def assert_vendors(self, month, known):
        """Found where the company has them, made once where it has not, told apart by their VÖEN alone."""
        _new, documents, before = month
        for document in documents:
            partner = document.move_id.partner_id
            self.assertEqual(partner.vat, document.seller_vat)
            self.assertEqual(partner in before, document.seller_vat in known, document.seller_name)
        self.assertEqual(len(documents.partner_id), len(set(documents.mapped('seller_vat'))))

    def test_two_months(self):
        known, odd = self.seed()
        first = self.shares('first month', *(month := self.month(9)))
        self.assert_true(month, odd)
        self.assert_vendors(month, known)
        # The accountant looks through the bills, chooses products where they are missing, and confirms.
        for line in month[1].move_id.invoice_line_ids.filtered('vatportal_line_id'):
            right = self.goods[line.vatportal_line_id.name]
            if line.product_id != right:
                line.product_id = right
        month[1].move_id.action_post()
        known |= set(month[1].mapped('seller_vat'))
        second = self.shares('second month', *(month := self.month(10)))
        self.assert_true(month, odd)
        self.assert_vendors(month, known)
        for share in (first, second):
            self.assertEqual((share['billed'], share['tax'], share['total equal']), (1, 1, 1))
        self.assertGreater(first['product'], 0.4)
        self.assertGreater(second['product'], first['product'])
        # About half of the vendors are known when it begins, most of them a month later.
        self.assertTrue(0.3 < first['vendor'] < 0.7 and first['new vendors'], first)
        self.assertGreater(second['vendor'], 0.9)
