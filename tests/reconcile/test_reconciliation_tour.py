from odoo import fields
from odoo.tests import HttpCase

from .reconcile_common import ReconcileCommon


class TestReconciliationTour(ReconcileCommon, HttpCase):
    """The accountant's check of a month, in a browser."""

    def test_the_check(self):
        today = fields.Date.today()
        matched, alone = self.sale(invoice_date=today), self.sale(invoice_date=today)
        # At noon: in the night of a month's end it is the next one in Baku.
        self.at_etaxes(matched, date=f'{today} 10:00:00')
        self.browser_size = '1440x900'
        self.start_tour('/odoo/customer-invoices', 'vatportal_reconciliation', login=self.env.user.login, timeout=120)
        row = self.rows(alone)
        self.assertEqual((row.explanation, row.is_open), ('Sent by hand in Gəncə', False))
