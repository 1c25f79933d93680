from collections import Counter
from datetime import date

from odoo.tests import tagged

from odoo.addons.l10n_az_vatportal.tests.bill_common import VENDOR

from .month_common import MonthCommon, in_qepik

DOCUMENTS = 87  # three of each shape
SETTLED = {'approved', 'approvedBySystem'}


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestOrdersMonth(MonthCommon):
    """A month of all shapes, from files and from the portal, of vendors whose bills Odoo posts by itself: every bill is its
    document's to the qəpik, there is one for each, and none is posted while anything about it is open."""

    # ------------------------------------------------------------------ what happens in the month

    def seed(self, count):
        shapes = sorted(name for name in dir(self) if name.startswith('shape_'))
        for position in range(count):
            getattr(self, shapes[position % len(shapes)])()

    def drop_files(self):
        for content, name, journal in self.files:
            self.drop_again(content, name, journal)

    def download(self):
        job = self.env['vatportal.job']._queue_download(self.connector, ['incoming'], date(2026, 11, 1), date(2026, 11, 30), 'portal')
        self.finish(job)
        self.assertEqual((job.state, job.bad_count, job.notes), ('done', 0, False))
        for _round in range(20):
            waiting = self.documents().filtered('bill_requested')
            if not waiting:
                break
            self.run_cron()
        return job

    def let_odoo_post(self):
        """Odoo posts bills of such vendors as soon as they have come."""
        for move in self.bills().filtered(lambda move: move.state == 'draft'):
            move._autopost_bill()

    def answer(self):
        """A person answers what is asked: links what was typed before, and has the other bills made."""
        self.archived.active = True
        asked = self.documents().filtered(lambda document: document.bill_state == 'ask')
        for document in asked:
            document.invalidate_recordset()
            wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
            if wizard.move_id:
                wizard.action_link()
                continue
            wizard.booking = 'bill' if wizard.asks_booking else False
            wizard.action_create()
        return asked

    # ------------------------------------------------------------------ what is true of it

    def bills(self):
        return self.env['account.move'].search([('company_id', 'in', (self.company + self.branch).ids), ('move_type', 'in', ('in_invoice', 'in_refund'))])

    def document_of(self, number):
        return self.documents(qaime=number)

    def assert_true(self, with_vat=True):
        """Every bill is its document's, and each document has one."""
        wrong = {}
        for number, (total, vat) in self.truth.items():
            move = self.document_of(number).move_id
            taxes = move.line_ids.filtered(lambda line: line.tax_line_id and line.tax_line_id.vatportal_category not in ('excise', 'road'))
            booked = in_qepik(move.amount_total), in_qepik(abs(sum(taxes.mapped('balance'))))
            if booked != (total, vat if with_vat else 0):
                wrong[number] = (booked, total, vat, move.invoice_line_ids.mapped('name'))
        self.assertFalse(wrong, f'{len(wrong)} of {len(self.truth)}')
        self.assertEqual(len(self.bills()), len(self.truth), 'Not one is there twice')
        self.assertEqual(len(self.documents().move_id), len(self.truth))
        numbers = Counter(self.documents().mapped('qaime'))
        self.assertEqual(set(numbers.values()), {1})

    def assert_posted_without_a_doubt(self, share=0.0):
        posted = self.bills().filtered(lambda move: move.state == 'posted')
        self.assertGreaterEqual(len(posted), share * len(self.truth))
        for document in posted.vatportal_bill_document_id:
            self.assertIn(document.status, SETTLED)
            self.assertFalse(document._is_missing() or document.amount_differs or document.bill_question)
            self.assertFalse([note for note in document.bill_notes or () if note['level'] == 'warning'])
        return posted

    def test_month(self):
        self.seed(DOCUMENTS)
        self.drop_files()
        self.let_odoo_post()
        self.download()
        self.let_odoo_post()
        before = len(self.assert_posted_without_a_doubt(0.3))
        for number in self.gone:
            for held in (False, True):
                self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 0, held=held).pop(number)
        job = self.download()
        self.assertEqual((job.created_count, job.updated_count, job.missing_count), (0, 0, len(self.gone)))
        self.assertTrue(all(self.document_of(number).missing_since for number in self.gone))
        self.vanishing.autopost_bills = 'always'
        asked = self.answer()
        self.assertTrue(0 < len(asked) < DOCUMENTS / 4, len(asked))
        self.assert_true()
        # All of it once more: nothing new, nothing twice, and nothing is posted that was open.
        self.drop_files()
        self.download()
        self.let_odoo_post()
        self.assert_true()
        self.assertGreaterEqual(len(self.assert_posted_without_a_doubt()), before)
        self.assert_orders()
        self.assertEqual(len(self.documents()), DOCUMENTS)
        self.assertFalse(self.documents().filtered(lambda document: document.bill_state in ('ask', 'to_bill')))

    def assert_orders(self):
        """Rows are linked with what was ordered, and never with more of it; whatever the orders say, the rows stay."""
        order_lines = self.bills().invoice_line_ids.purchase_line_id
        self.assertGreater(len(order_lines.order_id), DOCUMENTS / 30)
        self.assertFalse([line for line in order_lines if line.qty_invoiced > line.product_qty])
        made = self.documents().filtered(lambda document: document.move_id.invoice_line_ids.vatportal_line_id)
        for document in made:
            self.assertEqual(document.line_ids, document.move_id.invoice_line_ids.vatportal_line_id, 'All of its rows')

    def test_simplified_taxation(self):
        """Such a company deducts no VAT: it is part of the price, and the total is the document's all the same."""
        self.connector.taxation = 'simplified'
        self.seed(len([name for name in dir(self) if name.startswith('shape_')]))
        self.drop_files()
        self.download()
        self.answer()
        # What people have typed is theirs.
        typed = self.documents().filtered(lambda document: document.move_id and not document.move_id.invoice_line_ids.vatportal_line_id)
        self.assertTrue(all(document.seller_vat == VENDOR for document in typed))
        typed.move_id.filtered(lambda move: move.state == 'posted').button_draft()
        for document in typed:
            document.move_id.invoice_line_ids.write({'price_unit': document.amount_total, 'tax_ids': [(5,)]})
        self.assert_true(with_vat=False)
        self.assert_posted_without_a_doubt()

    def test_contradictions(self):
        """Where a document's own sums are not those of its rows, the bill says so, and waits."""
        for name in ('amount_vat', 'amount_total'):
            for much in (5.0, -20.0):
                rows = self.rows()
                self.put(rows, booked=False, **{name: round(sum(row[name] for row in rows) + much, 4)})
        self.download()
        self.let_odoo_post()
        self.assertEqual(len(self.bills()), 4)
        self.assertEqual(set(self.bills().mapped('state')), {'draft'})
        for document in self.documents():
            self.assertTrue([note for note in document.bill_notes if note['level'] == 'warning'])
