from odoo import fields
from odoo.tests import HttpCase

from ..bill_common import BillCommon

UPLOAD = '/inv/import_upload_invoices.php'


class TestMorning(BillCommon, HttpCase):
    """The morning of an accountant, in Azerbaijani: all that waits is done in at most 40 clicks, which the tour counts."""

    def invoice(self, price):
        return self.create_invoice({'price_unit': price}, invoice_date=fields.Date.today())

    def test_the_walk(self):
        late, returned = self.invoice(50), self.invoice(60)
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
        self.finish(self.send(late))
        self.sandbox.faults.clear()
        self.finish(self.send(returned))
        returned.vatportal_document_id.sudo().write({'status': 'updateRequested', 'status_code': 'updateRequested'})
        returned.vatportal_document_id._follow_status()
        bills = self.document(100.0) + self.document(200.0)
        questions = self.document(30.0, kind='taxCodex163') + self.document(40.0, kind='taxCodex163')
        questions.action_create_bills()
        self.assertEqual(set(questions.mapped('bill_state')), {'ask'})
        three = self.invoice(10) + self.invoice(20) + self.invoice(30)
        self.sandbox.configure(auto_confirm=False)
        self.env.user.lang = 'az_AZ'
        self.browser_size = '1440x900'
        self.start_tour('/odoo/e-taxes', 'vatportal_morning', login=self.env.user.login, timeout=300)
        self.env.invalidate_all()
        self.assertEqual(set((three + late).mapped('vatportal_state')), {'registered'})
        self.assertEqual(set((bills + questions).mapped('bill_state')), {'billed'})
