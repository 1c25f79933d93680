import re
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...models.amounts import API_NAMES
from ...vatportal import read_package
from ..bill_common import BUYER, SELLER
from ..xml_common import XmlCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestXmlOut(XmlCommon):
    """Invoices as an e-taxes package."""

    def content(self, action):
        """The package behind a download action."""
        self.assertEqual((action['type'], action['target']), ('ir.actions.act_url', 'new' if action.get('close') else 'download'))
        return self.env['ir.attachment'].browse(int(re.search(r'/web/content/(\d+)', action['url'])[1]))

    def package_wizard(self, moves):
        action = moves.action_vatportal_xml()
        self.assertEqual(action['res_model'], 'vatportal.package.wizard')
        return self.env['vatportal.package.wizard'].with_context(**action['context']).create({})

    def messages(self, alerts):
        return ' '.join(alert['message'] for alert in alerts.values())

    def test_package(self):
        invoices = self.create_invoice() + self.create_invoice({'price_unit': 7.77, 'quantity': 3})
        package = self.content(invoices.action_vatportal_xml())
        self.assertTrue(package.name.isascii())
        self.assertRegex(package.name, rf'^etaxes_{SELLER}_[0-9]+_[0-9]+\.zip$')
        first, second = read_package(package.raw)
        self.assertEqual((first.invoice.seller, first.invoice.buyer), (SELLER, BUYER))
        self.assertEqual(first.invoice.main_info, invoices[0].vatportal_main_info)
        self.assertEqual([first.invoice.sum_total, second.invoice.sum_total], [Decimal('118.00'), Decimal(str(invoices[1].amount_total))])
        self.assertTrue(all(invoices.mapped('vatportal_package_date')))
        for invoice in invoices:
            self.assertIn(package.name, invoice.message_ids[0].body)
            self.assertEqual(invoice.vatportal_state, 'none')
        self.assertFalse(self.env['vatportal.document'].search([('move_id', 'in', invoices.ids)]))
        self.assertFalse(self.sandbox.requests, 'the portal was asked')

    def test_files_rise_with_the_numbers(self):
        """They get their qaimə numbers in this order."""
        invoices = self.env['account.move']
        for name, day in (('INV/2026/10', '2026-11-03'), ('INV/2026/9', '2026-11-03'), ('INV/2026/11', '2026-11-02')):
            invoice = self.create_invoice(post=False, invoice_date=day)
            invoice.name = name
            invoice.action_post()
            invoices += invoice
        package = self.content(invoices.action_vatportal_xml())
        self.assertEqual([file.invoice.main_info for file in read_package(package.raw)], [invoices[index].vatportal_main_info for index in (2, 1, 0)])

    def test_sending_warns(self):
        invoice = self.create_invoice()
        self.assertEqual(invoice._vatportal_problems(self.connector), [])
        invoice.action_vatportal_xml()
        [problem] = invoice._vatportal_problems(self.connector)
        self.assertEqual(problem['level'], 'warning')
        wizard = self.env['vatportal.send.wizard'].create({'move_ids': [Command.set(invoice.ids)]})
        self.assertIn('package', self.messages(wizard.alerts))
        self.assertEqual(wizard.ready_ids, invoice)
        self.assertIn('vatportal_package', invoice.alerts)
        # "Send" by mail does not even offer it.
        self.assertFalse(self.env['account.move.send']._is_vatportal_applicable(invoice))
        invoice.action_vatportal_forget_package()
        self.assertEqual(invoice._vatportal_problems(self.connector), [])
        self.assertTrue(self.env['account.move.send']._is_vatportal_applicable(invoice))

    def test_second_package_warns(self):
        invoice = self.create_invoice()
        invoice.action_vatportal_xml()
        wizard = self.package_wizard(invoice)
        self.assertIn('A package with this invoice was downloaded', self.messages(wizard.alerts))
        self.content(wizard.action_download())

    def test_problems_are_shown(self):
        """What stands against sending stands against the package; the others go."""
        good, bad = self.create_invoice(), self.create_invoice({'product_id': self.create_product('Qum', False).id})
        wizard = self.package_wizard(good + bad + self.create_invoice(post=False))
        self.assertIn('Qum has no e-taxes code', self.messages(wizard.alerts))
        self.assertIn('is a draft', self.messages(wizard.alerts))
        self.assertEqual((wizard.ready_ids, wizard.ready_count, wizard.move_count), (good, 1, 3))
        [read] = read_package(self.content(wizard.action_download()).raw)
        self.assertEqual(read.invoice.sum_total, 118)
        self.assertFalse(bad.vatportal_package_date)
        with self.assertRaisesRegex(UserError, 'None of the invoices'):
            self.package_wizard(bad).action_download()

    def test_what_the_form_cannot_hold(self):
        kind = self.kind('advanceInvoice')
        advance = self.create_invoice(vatportal_kind_id=kind.id)
        long = self.create_invoice(vatportal_main_info='x' * 151)
        self.env['decimal.precision'].search([('name', '=', 'Product Unit')]).digits = 5
        fine = self.create_invoice({'quantity': 0.12345, 'price_unit': 100000})
        said = self.messages(self.package_wizard(advance + long + fine).alerts)
        self.assertIn('Only plain invoices', said)
        self.assertIn('“Main Note” is too long', said)
        self.assertIn('0.12345 has more than 4 decimals', said)

    def test_what_the_form_leaves_out(self):
        wizard = self.package_wizard(self.create_invoice(vatportal_transp_reg_number=' 10-AA-123 '))
        self.assertIn('so 10-AA-123 is left out', self.messages(wizard.alerts))
        self.assertEqual(wizard.ready_count, 1)

    def test_sent_already(self):
        invoice = self.create_invoice()
        self.finish(self.send(invoice))
        self.assertIn('at e-taxes already', self.messages(self.package_wizard(invoice).alerts))

    def test_companies_apart(self):
        other = self.setup_other_company(name='Başqa MMC')['company']
        move = self.env['account.move'].with_company(other).create({'move_type': 'out_invoice'})
        with self.assertRaisesRegex(UserError, 'one company'):
            (self.create_invoice() + move).action_vatportal_xml()

    def test_rights(self):
        invoice = self.create_invoice()
        reader = new_test_user(
            self.env, 'reader', 'base.group_user,account.group_account_readonly', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        biller = new_test_user(
            self.env, 'biller', 'base.group_user,account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        for method in ('action_vatportal_xml', 'action_vatportal_forget_package'):
            with self.assertRaises(AccessError):
                getattr(invoice.with_user(reader), method)()
        action = invoice.with_user(biller).action_vatportal_xml()
        self.assertTrue(read_package(self.content(action).with_user(biller).raw))

    # ------------------------------------------------------------------ and back

    def test_number_comes_with_the_file(self):
        """Uploaded by hand, numbered by e-taxes, downloaded there: the file brings the number to the invoice."""
        invoice, other = self.create_invoice(), self.create_invoice()
        package = self.content((invoice + other).action_vatportal_xml())
        [text, _other] = self.env['vatportal.document']._split_files('p.zip', package.raw)
        numbered = text[1].replace(b'<ds>', b'<vo>25000100</vo><sn>MT2611</sn><ds>')
        self.env['vatportal.import.wizard'].create({'source': 'file', 'file_ids': [Command.set(self.attach(numbered).ids)]}).action_import()
        self.assertEqual((invoice.vatportal_qaime, invoice.vatportal_state), ('MT261125000100', 'registered'))
        self.assertEqual(other.vatportal_state, 'none')
        self.assertNotIn('vatportal_package', invoice.alerts or {})

    def test_what_came_of_it_was_deleted(self):
        """Then no package waits any more; one that is made afterwards does."""
        invoice = self.create_invoice()
        invoice.action_vatportal_xml()
        Send = self.env['account.move.send']
        self.assertFalse(Send._is_vatportal_offered(invoice))
        read = self.as_downloaded('MT261125000100', tin_from=SELLER, tin_to=BUYER, main_subject=invoice.vatportal_main_info, datetime='25.12.2026 10:00')
        self.env['vatportal.document']._upsert_from_portal(self.connector, 'outgoing', [read])
        document = invoice.vatportal_document_id
        self.assertEqual(document.qaime, 'MT261125000100')
        document._set_deleted(self.env.user, 'Səhv')
        self.assertFalse(invoice.vatportal_package_waits or 'vatportal_package' in (invoice.alerts or {}) or invoice._vatportal_package_warnings())
        self.assertTrue(Send._is_vatportal_offered(invoice))
        document.sudo().date = '2026-01-01 10:00:00'
        invoice.invalidate_recordset()
        self.assertTrue('vatportal_package' in (invoice.alerts or {}) and invoice._vatportal_package_warnings())
        self.assertFalse(Send._is_vatportal_offered(invoice))

    def test_round_trip(self):
        """Invoice → package → document of the buyer's company: every amount is the same, and the bill has the total."""
        buyer = self.setup_buyer()
        excise = self.create_tax('Excise', 40, 'excise', include_base_amount=True, sequence=0)
        road = self.create_tax('Road', 2, 'road', amount_type='fixed', sequence=9)
        self.product.barcode = '4760001000015'  # goods under excise need a GTIN
        invoices = (
            self.create_invoice(
                {'price_unit': 12.3456, 'quantity': 7.5},
                {'price_unit': 100, 'discount': 33.33},
                {'tax_ids': [Command.set(self.taxes['zero'].ids)], 'price_unit': 0.07},
                {'tax_ids': [Command.set(self.taxes['exempt'].ids)], 'price_unit': 50},
                {'tax_ids': [Command.set(self.taxes['not_subject'].ids)], 'price_unit': 20},
            )
            + self.create_invoice({'tax_ids': [Command.set((excise + road + self.taxes['vat']).ids)], 'price_unit': 33.3})
            + self.create_invoice(
                {'price_unit': 8388608.03, 'quantity': 3},
                {'price_unit': 1428571.43, 'quantity': 7},
                {'tax_ids': [Command.set(self.taxes['exempt'].ids)], 'price_unit': 99999999999.99},
            )
        )
        expected = [self.env['vatportal.document'].new(move._vatportal_document_vals(self.connector)) for move in invoices]
        package = self.content(invoices.action_vatportal_xml())
        env = self.env(context={**self.env.context, 'allowed_company_ids': buyer.ids})
        journal = env['account.journal'].search([('company_id', '=', buyer.id), ('type', '=', 'purchase')], limit=1)
        attachment = env['ir.attachment'].create({'name': package.name, 'raw': package.raw})
        bills = journal.with_context(default_move_type='in_invoice')._create_document_from_attachment(attachment.ids)
        documents = env['vatportal.document'].search([('company_id', '=', buyer.id)], order='id')
        self.assertEqual(len(documents), 3)
        for sent, received in zip(expected, documents, strict=True):
            self.assertEqual((received.seller_vat, received.buyer_vat), (SELLER, BUYER))
            for name in API_NAMES:
                self.assertEqual(received[name], sent[name], name)
            for ours, theirs in zip(sent.line_ids, received.line_ids, strict=True):
                for name in (*API_NAMES, 'quantity', 'price_unit', 'excise_rate', 'name', 'unit', 'product_code'):
                    self.assertEqual(theirs[name], ours[name], name)
            self.assertEqual(received.bill_state, 'billed', received.bill_question)
        self.assertEqual(bills.mapped('amount_total'), invoices.mapped('amount_total'))

    def setup_buyer(self):
        company = self.setup_other_company(name='Abşeron Tikinti MMC')['company']
        azn, country = self.env.ref('base.AZN'), self.env.ref('base.az')
        company.write({'vat': BUYER, 'currency_id': azn.id, 'country_id': country.id, 'account_fiscal_country_id': country.id})
        group = self.tax_group.copy({'company_id': company.id})
        for category, rate in (('vat', 18), ('zero', 0), ('exempt', 0), ('not_subject', 0)):
            self.env['account.tax'].create(
                {
                    'name': f'B {category}',
                    'amount': rate,
                    'type_tax_use': 'purchase',
                    'vatportal_category': category,
                    'company_id': company.id,
                    'country_id': country.id,
                    'tax_group_id': group.id,
                }
            )
        return company
