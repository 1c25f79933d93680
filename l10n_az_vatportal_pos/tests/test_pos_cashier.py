import itertools
from unittest.mock import patch

from lxml import etree

from odoo.tests.common import mute_logger

from .pos_common import PosCommon


class TestPosCashier(PosCommon):
    """The cash desk sells, prints and closes as if there were no e-taxes."""

    def assertPrinted(self, invoice):
        """It has the PDF of an invoice, not a pro-forma, and its mail went out with it."""
        self.assertEqual(invoice.state, 'posted')
        self.assertTrue(invoice.invoice_pdf_report_id)
        self.assertFalse(self.env['ir.attachment'].search([('res_model', '=', 'account.move'), ('res_id', '=', invoice.id), ('name', 'ilike', 'proforma')]))
        self.assertTrue(invoice.is_move_sent)

    def test_sale_prints_the_invoice(self):
        """Whatever the connector says, whether e-taxes would take the invoice or not."""
        person = self.env['res.partner'].create({'name': 'Aygün', 'email': 'person@example.com'})
        sand = self.create_product('Qum', False, available_in_pos=True)
        cases = ((self.partner, self.product), (person, self.product), (self.partner, sand))
        for mode, user in itertools.product(('now', 'hour', 'session', 'manual'), (self.cashier, self.owner)):
            self.connector.pos_sending = mode
            for partner, product in cases:
                with self.subTest(mode, user=user.login, partner=partner.name, product=product.name):
                    invoice = self.sell((product, 2), partner=partner, user=user).account_move
                    self.assertPrinted(invoice)
                    self.assertEqual((invoice.vatportal_state, self.notes(invoice)), ('none', []))
        self.assertEqual(self.sandbox.requests, [])

    def test_sale_without_a_connector(self):
        self.connector.active = False
        session = self.opened()
        self.assertPrinted(self.sell().account_move)
        self.close(session)
        self.assertFalse(self.is_due())

    def test_whatever_fails(self):
        """Sale and closing go on."""

        def fails(*_args):
            raise ValueError('broken')

        model = 'odoo.addons.l10n_az_vatportal_pos.models'
        with patch.object(type(self.env['vatportal.connector']), '_trigger_pos', fails), mute_logger(f'{model}.pos_order', f'{model}.pos_session'):
            session = self.opened()
            self.assertPrinted(self.sell().account_move)
            self.close(session)

    @staticmethod
    def is_in_lines(node):
        """Whether the field stands in a list inside the form: it is a field of that list's model."""
        return next(node.iterancestors('field'), None) is not None

    def test_cashier_looks_at_the_invoice(self):
        """Cashiers may read invoices, and what the addon adds to their form."""
        move = self.sell().account_move
        arch = etree.fromstring(move.with_user(self.cashier).get_view(view_type='form')['arch'])
        ours = [node for node in arch.iter('field') if node.get('name').startswith('vatportal_')]
        names = {node.get('name') for node in ours if not self.is_in_lines(node)} | {'alerts'}
        columns = {node.get('name') for node in ours if self.is_in_lines(node)}
        self.assertIn('vatportal_state', names)
        self.assertIn('vatportal_with_above', columns)
        for state in ('none', 'registered'):
            self.env.invalidate_all()
            self.assertEqual(move.with_user(self.cashier).read(list(names))[0]['vatportal_state'], state)
            self.assertTrue(move.with_user(self.cashier).invoice_line_ids.read(list(columns)))
            if state == 'none':
                self.finish(self.send(move))

    def test_cashier_invoices_later(self):
        order = self.sell(invoice=False)
        order.with_user(self.cashier).action_pos_order_invoice()
        self.assertPrinted(order.account_move)

    def test_invoice_after_the_close(self):
        order = self.sell(invoice=False)
        self.close(order.session_id)
        order.action_pos_order_invoice()
        self.assertPrinted(order.account_move)

    def test_accountant_sends_by_mail(self):
        """Pressed by a person on such an invoice, "Send" is as on any other."""
        invoice = self.sell().account_move.with_user(self.accountant)
        dialog = self.env['account.move.send.wizard'].with_user(self.accountant).with_context(active_model='account.move', active_ids=invoice.ids).create({})
        self.assertTrue(dialog.extra_edi_checkboxes['vatportal']['checked'])
        dialog.action_send_and_print()
        self.assertEqual(invoice.vatportal_document_id.job_ids.user_id, self.accountant)
