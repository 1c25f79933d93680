from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import VatportalCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestSendSales(VatportalCommon):
    """Salespeople send the invoices of their orders by mail; e-taxes is not theirs, and does not stand in their way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = new_test_user(
            cls.env,
            'vatportal-sales',
            'base.group_user,sales_team.group_sale_salesman',
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            email='sales@example.com',
        )
        cls.partner.email = 'buyer@example.com'

    def theirs(self, count):
        return self.env['account.move'].union(*(self.create_invoice({'price_unit': 10 + number}, invoice_user_id=self.salesman.id) for number in range(count)))

    def assertMailed(self, moves):
        for move in moves:
            self.assertTrue(move.invoice_pdf_report_id)
            self.assertFalse(move.sending_data)
            self.assertTrue(move.message_ids.filtered(lambda message: message.message_type == 'comment'))
            self.assertFalse(move.vatportal_document_ids)
            self.assertFalse(move.message_ids.filtered(lambda message: 'e-taxes' in message.body))

    def test_one(self):
        for edis in (None, ['vatportal']):
            move = self.theirs(1)
            if edis:
                self.partner.vat = False
            dialog = (
                self.env['account.move.send.wizard']
                .with_user(self.salesman)
                .with_context(active_model='account.move', active_ids=move.ids)
                .create({'sending_methods': ['email']})
            )
            self.assertFalse(dialog.extra_edi_checkboxes or dialog.alerts)
            if edis:
                dialog.extra_edis = edis
            dialog.action_send_and_print()
            self.assertMailed(move)

    def test_many(self):
        """In the background too, where a scheduled action does it for them."""
        moves = self.theirs(3)
        dialog = self.env['account.move.send.batch.wizard'].with_user(self.salesman).with_context(active_model='account.move', active_ids=moves.ids).create({})
        self.assertNotIn('vatportal', dialog.summary_data)
        moves.sending_data = {'author_user_id': self.salesman.id, 'author_partner_id': self.salesman.partner_id.id}
        with self.enter_registry_test_mode():
            self.env.ref('account.ir_cron_account_move_send').method_direct_trigger()
        self.env.invalidate_all()
        self.assertMailed(moves)

    def test_guest_who_pays_on_the_website(self):
        """The company sends by itself then, and the process is nobody's."""
        move = self.create_invoice()
        guest = self.env.ref('base.public_user')
        move.with_user(guest).sudo()._generate_and_send()
        self.assertTrue(move.invoice_pdf_report_id)
        self.assertEqual(move.vatportal_state, 'progress')
        self.assertFalse(move.vatportal_document_id.job_ids.user_id)
