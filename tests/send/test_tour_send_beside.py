from odoo.tests import HttpCase

from ..common import VatportalCommon


class TestTourSendBeside(VatportalCommon, HttpCase):
    """What a person sees who sends an invoice by mail that e-taxes would not take."""

    def test_mail_goes_and_the_reason_is_told(self):
        # Else Odoo asks for it first.
        self.company.external_report_layout_id = self.env.ref('web.external_layout_standard')
        person = self.env['res.partner'].create({'name': 'Aygün Məmmədova', 'email': 'person@example.com', 'country_id': self.env.ref('base.az').id})
        move = self.create_invoice(partner_id=person.id)
        self.start_tour(f'/odoo/customer-invoices/{move.id}', 'vatportal_send_beside', login=self.env.user.login)
        self.env.invalidate_all()
        self.assertTrue(move.is_move_sent and move.invoice_pdf_report_id)
        self.assertFalse(move.vatportal_document_ids)
