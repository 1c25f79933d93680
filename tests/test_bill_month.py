import logging
from collections import Counter
from datetime import date

from ..sandbox.generator import PRODUCTS
from .bill_common import BillCommon
from .common import SELLER

_logger = logging.getLogger(__name__)

# Over both months. One seed: the same vendors, who sell the same goods again.
DOCUMENTS = 100
# What the company has in its list when it begins: these by their own code, two that share one, the rest not at all.
OWN_CODES, SHARED_CODE = 6, PRODUCTS[6][0]


class TestBillMonth(BillCommon):
    """Two seeded months from the portal to the bills: how much needs no person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_tax("P excise", 40, 'excise', type_tax_use='purchase', include_base_amount=True, sequence=0)
        cls.create_tax("P road", 1, 'road', type_tax_use='purchase', amount_type='fixed', sequence=9)
        cls.product.vatportal_code = False
        cls.goods = {name: cls.create_product(name, code if position < OWN_CODES else False)
                     for position, (code, name, _unit) in enumerate(PRODUCTS)}
        for name in (PRODUCTS[6][1], PRODUCTS[7][1]):
            cls.goods[name].vatportal_code = SHARED_CODE

    def month(self, month):
        """Import a month as the portal has it; return (the new documents, those that were to be billed)."""
        with self.connector._client() as client:
            page = client.read_etaxes(direction=0, date_from=date(2026, month, 1), date_to=date(2026, month, 30))
        Document = self.env['vatportal.document']
        result = Document._upsert_from_portal(self.connector, 'incoming', page.documents)
        new = result['new'].sudo(False)
        Document._on_imported(new, result['changed'])
        documents = new.filtered(lambda document: document.bill_state == 'to_bill')
        documents._make_bills()
        return new, documents

    def shares(self, title, new, documents):
        billed = documents.filtered('move_id')
        lines = billed.line_ids
        bill_lines = billed.move_id.invoice_line_ids.filtered('vatportal_line_id')
        kept = {
            'documents': len(new), 'to bill': len(documents),
            'billed': len(billed) / len(documents),
            'total equal': sum(not document.amount_differs for document in billed) / len(billed),
            'vendor': len(billed.filtered('partner_id')) / len(documents),
            'tax': len(bill_lines.filtered('tax_ids')) / len(bill_lines),
            'product': len(lines.filtered('product_id')) / len(lines),
            'warnings': sum(any(note['level'] == 'warning' for note in document.bill_notes or ())
                            for document in billed) / len(billed),
        }
        _logger.info("%s: %s; products found by %s", title, kept, dict(Counter(lines.mapped('match'))))
        return kept

    def test_two_months(self):
        self.sandbox.portal.generate(
            DOCUMENTS, folder=0, voen=SELLER, seed=1, date_from='01.09.2026', date_to='28.10.2026', partners=20)
        first = self.shares("first month", *(month := self.month(9)))
        for document in month[1]:
            self.assert_total(document)
        # The accountant looks through the bills, chooses products where they are missing, and confirms.
        for line in month[1].move_id.invoice_line_ids.filtered('vatportal_line_id'):
            right = self.goods[line.vatportal_line_id.name]
            if line.product_id != right:
                line.product_id = right
        month[1].move_id.action_post()
        second = self.shares("second month", *(month := self.month(10)))
        for document in month[1]:
            self.assert_total(document)
        for share in (first, second):
            self.assertEqual((share['billed'], share['vendor'], share['tax'], share['total equal']), (1, 1, 1, 1))
        self.assertGreater(first['product'], 0.4)
        self.assertGreater(second['product'], first['product'])
