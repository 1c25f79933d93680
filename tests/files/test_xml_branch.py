from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ...wizards import import_wizard
from ..bill_common import OTHER_BUYER, SELLER, VENDOR
from ..xml_common import NUMBER, XmlCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestXmlBranch(XmlCommon):
    """A taxpayer and its relatives: whose a document is, and where its bill is made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_branch()

    def drop_at(self, company, content, user=None):
        """Drop a file on Vendor Bills of ``company``."""
        journal = self.branch_journal if company == self.branch else self.purchase_journal
        env = self.env(user=user or self.env.user, context={'allowed_company_ids': company.ids})
        action = (
            journal.with_env(env)
            .with_context(default_move_type='in_invoice')
            .create_document_from_attachment(env['ir.attachment'].create({'name': 'qaime.xml', 'raw': content}).ids)
        )
        return self.env['account.move'].browse(action['res_id'])

    def download(self, connector, **changes):
        self.store(self.as_downloaded(**{'qaime': NUMBER, **changes}), connector=connector)
        return self.env['vatportal.document'].search([('qaime', '=', changes.get('qaime', NUMBER))])

    # ------------------------------------------------------------------ branches

    def test_a_branch_takes_its_parent_s_file(self):
        bill = self.drop_at(self.branch, self.xml(number=NUMBER))
        document = self.documents()
        self.assertEqual((document.qaime, document.company_id), (NUMBER, self.company))
        self.assertEqual((document.move_id, bill.company_id, bill.journal_id), (bill, self.branch, self.branch_journal))
        self.assertEqual(bill.amount_total, 118)
        self.assert_total(document)
        bill.invoice_date = '2026-11-20'
        bill.action_post()
        self.assertEqual(bill.state, 'posted')

    def test_a_vendor_of_the_branch_alone(self):
        self.vendor.company_id = self.branch
        bill = self.drop_at(self.branch, self.xml(number=NUMBER))
        self.assertEqual((bill.partner_id, self.documents().partner_id), (self.vendor, self.vendor))
        document, _is_new = self.env['vatportal.document']._from_file(self.branch, 'a.xml', self.xml('200', number=NUMBER[:-1] + '9'))
        document._set_partners()
        self.assertEqual(document.partner_id, self.vendor)
        for vals, asked in (({'active': False}, 'archived'), ({'active': True, 'country_id': self.env.ref('base.tr').id}, 'in another country')):
            self.vendor.write(vals)
            self.drop_at(self.branch, self.xml('300', number=f'{NUMBER[:-1]}{len(asked) % 10}'))
            self.assertIn(asked, ' '.join(self.documents(bill_state='ask').mapped('bill_question')))
        self.assertEqual(self.env['res.partner'].with_context(active_test=False).search_count([('vat', '=', VENDOR), ('parent_id', '=', False)]), 1)

    def test_one_document_of_one_taxpayer(self):
        """Whoever takes the file first, and though the portal brings it as well: one document, one bill."""
        for first, second in ((self.branch, self.company), (self.company, self.branch)):
            bill = self.drop_at(first, self.xml(number=NUMBER))
            self.assertEqual(bill.company_id, first)
            self.assertEqual(self.drop_at(second, self.xml(number=NUMBER)), bill)
            document = self.download(self.connector)
            self.assertEqual((len(document), document.move_id), (1, bill))
            bill.button_cancel()
            document.sudo()._set_state('deleted', qaime=False, move_id=False)

    def test_a_download_s_bill_in_the_branch(self):
        document = self.download(self.connector)
        bill = self.drop_at(self.branch, self.xml(number=NUMBER))
        self.assertEqual((document.move_id, bill.company_id), (bill, self.branch))

    def test_without_a_number(self):
        bill = self.drop_at(self.branch, self.xml())
        document = self.download(self.connector)
        self.assertEqual((document.move_id, bill.ref, bill.company_id), (bill, NUMBER, self.branch))

    def test_a_clerk_of_the_branch(self):
        """She sees nothing of the parent's."""
        clerk = new_test_user(
            self.env, 'ganja', 'base.group_user,account.group_account_invoice', company_id=self.branch.id, company_ids=[Command.set(self.branch.ids)]
        )
        bill = self.drop_at(self.branch, self.xml(number=NUMBER), user=clerk)
        self.assertEqual((bill.amount_total, bill.company_id, bill.create_uid), (118, self.branch, clerk))
        self.assertFalse(self.env(user=clerk)['vatportal.document'].search([]))
        self.assertEqual(self.drop_at(self.branch, self.xml(number=NUMBER), user=clerk), bill)

    def clerk(self):
        return new_test_user(
            self.env, 'ganja', 'base.group_user,account.group_account_invoice', company_id=self.branch.id, company_ids=[Command.set(self.branch.ids)]
        )

    def test_a_clerk_of_the_branch_says_how_many(self):
        """The bill is hers, though the document is the parent's."""
        clerk = self.clerk()
        bill = self.drop_at(self.branch, self.xml(number=NUMBER, unit='palet'), user=clerk)
        bill.invoice_line_ids.product_id = self.product
        bill = bill.with_env(bill.env(user=clerk, su=False))
        self.assertIn('palet', bill.alerts['vatportal_bill_units']['message'])
        wizard = bill.env['vatportal.unit.wizard'].browse(bill.action_vatportal_units()['res_id'])
        wizard.line_ids.contains = 4
        wizard.action_apply()
        self.assertEqual((bill.invoice_line_ids.quantity, bill.amount_total), (4, 118))

    def test_a_clerk_of_the_branch_takes_over_new_figures(self):
        clerk = self.clerk()
        bill = self.drop_at(self.branch, self.xml(number=NUMBER), user=clerk)
        self.documents().sudo().line_ids.name = 'Sement M500'
        bill.with_env(bill.env(user=clerk, su=False)).action_vatportal_rebuild_bill()
        self.assertEqual(bill.invoice_line_ids.name, 'Sement M500')

    def test_no_button_that_a_clerk_of_the_branch_can_t_use(self):
        """She is told what became of the document, and not led to it."""
        clerk = self.clerk()
        bill = self.drop_at(self.branch, self.xml(number=NUMBER), user=clerk)
        sent = self.env['vatportal.document'].sudo().create({'company_id': self.company.id, 'move_id': bill.id, 'connector_id': self.connector.id})
        incoming = bill.sudo().vatportal_bill_document_id
        incoming.write({'state': 'registered', 'status': 'updateRequested', 'amount_total': 500, 'bill_notes': [{'level': 'warning', 'text': 'Look'}]})
        calls = ('action_vatportal_documents', 'action_vatportal_bill_document', 'action_vatportal_follow', 'action_vatportal_delete', 'action_bill_wizard')
        for state in ('processing', 'registered'):
            sent.write({'state': state, 'qaime': 'MT261155500009', 'status': 'updateRequested'})
            for user, sees in ((clerk, False), (self.env.user, True)):
                self.env.flush_all()
                self.env.invalidate_all()
                own = bill.with_env(bill.env(user=user, su=False, context={'allowed_company_ids': user.company_ids.ids}))
                with self.subTest(state=state, user=user.login):
                    self.assertEqual((own.vatportal_document_count, own.vatportal_can_print), (2, True) if sees else (0, False))
                    self.assertEqual(own.vatportal_can_refresh, sees and state == 'registered')
                    alerts = own._vatportal_usable({**own._vatportal_alerts(), **own._vatportal_bill_alerts()})
                    self.assertTrue(alerts)
                    led = [alert['action_call'][1] for alert in alerts.values() if 'action_call' in alert]
                    self.assertEqual(bool(set(led) & set(calls)), sees)

    def test_products_and_units_of_the_branch(self):
        """What the branch alone has is found for its bills, and not for its parent's."""
        self.product.write({'vatportal_code': False, 'barcode': False})
        unit = self.env.ref('uom.product_uom_unit')
        own = self.create_product('Gəncə sementi', '2523290000', uom_id=unit.id, company_id=self.branch.id)
        self.env['vatportal.unit.alias'].create({'name': 'palet', 'uom_id': unit.id, 'company_id': self.branch.id})
        bill = self.drop_at(self.branch, self.xml(number=NUMBER, unit='palet'))
        self.assertEqual((bill.invoice_line_ids.product_id, bill.invoice_line_ids.product_uom_id), (own, unit))
        self.assertFalse(bill.alerts and bill.alerts.get('vatportal_bill_units'))
        bill = self.drop_at(self.company, self.xml(number=NUMBER[:-1] + '9'))
        self.assertFalse(bill.invoice_line_ids.product_id)

    def test_in_the_import(self):
        files = self.attach(self.xml(number=NUMBER))
        self.env['vatportal.import.wizard'].with_context(allowed_company_ids=(self.branch + self.company).ids).create(
            {'source': 'file', 'file_ids': [Command.set(files.ids)], 'company_id': self.branch.id}
        ).action_import()
        document = self.documents()
        self.assertEqual((document.bill_state, document.move_id.company_id), ('billed', self.branch))

    def test_a_clerk_of_the_branch_imports(self):
        """The documents are the parent's: she is led to the bills, and told of what has none."""
        clerk = self.clerk()
        twin = self.vendor.copy({'name': 'Twin', 'vat': OTHER_BUYER})
        twin.copy({'vat': OTHER_BUYER})

        def imported(*files):
            wizard = self.env(user=clerk)['vatportal.import.wizard']
            attached = wizard.env['ir.attachment'].create([{'name': f'{place}.xml', 'raw': file} for place, file in enumerate(files)])
            return wizard.create({'source': 'file', 'file_ids': [Command.set(attached.ids)], 'company_id': self.branch.id}).action_import()

        action = imported(self.xml(number=NUMBER), self.xml('200', number=NUMBER[:-1] + '8'))
        bills = self.env['account.move'].search(action['domain'])
        self.assertEqual((action['res_model'], bills.company_id, sorted(bills.mapped('amount_total'))), ('account.move', self.branch, [118, 236]))
        again = imported(self.xml(number=NUMBER), self.xml(number=NUMBER[:-1] + '9', seller=OTHER_BUYER))
        led = again['params']['next']
        self.assertEqual((led['res_model'], led['res_id'], led['views']), ('account.move', self.documents(qaime=NUMBER).move_id.id, [[False, 'form']]))
        self.assertIn(f'{NUMBER} were here already', again['params']['message'])
        self.assertIn('Several partners', again['params']['message'])
        alone = imported(self.xml('300', number=NUMBER[:-1] + '7', seller=OTHER_BUYER))
        self.assertEqual(alone['params']['next'], {'type': 'ir.actions.act_window_close'})
        self.assertIn('Several partners', alone['params']['message'])

    def test_a_clerk_of_the_branch_imports_more_than_are_made_at_once(self):
        """What is on its way is no question."""
        clerk, twin = self.clerk(), self.vendor.copy({'name': 'Twin', 'vat': OTHER_BUYER})
        twin.copy({'vat': OTHER_BUYER})
        files = [self.xml(str(10 + place), number=f'{NUMBER[:-1]}{place}') for place in range(3)] + [self.xml(number=f'{NUMBER[:-1]}9', seller=OTHER_BUYER)]
        wizard = self.env(user=clerk)['vatportal.import.wizard']
        attached = wizard.env['ir.attachment'].create([{'name': f'{place}.xml', 'raw': file} for place, file in enumerate(files)])
        self.patch(import_wizard, 'AT_ONCE', 2)
        told = wizard.create({'source': 'file', 'file_ids': [Command.set(attached.ids)], 'company_id': self.branch.id}).action_import()['params']
        self.assertEqual(told['next'], {'type': 'ir.actions.act_window_close'})
        self.assertNotIn('try again', told['message'])
        self.assertIn('4 bills are being made', told['message'])
        self.assertEqual(told['className'], 'o_vatportal_lines')
        self.run_cron()
        self.assertEqual(self.documents(bill_state='billed').move_id.mapped('company_id'), self.branch)

    def test_left_to_the_scheduled_action(self):
        document, _is_new = self.env['vatportal.document']._from_file(self.branch, 'a.xml', self.xml(number=NUMBER))
        document._request_bills()
        self.run_cron()
        self.assertEqual(document.sudo().move_id.company_id, self.branch)

    def test_a_branch_of_a_branch(self):
        below = self.env['res.company'].create({'name': 'Gəncə, anbar 2', 'parent_id': self.branch.id, 'country_id': self.env.ref('base.az').id})
        document, _is_new = self.env['vatportal.document']._from_file(below, 'a.xml', self.xml(number=NUMBER))
        self.assertEqual((document.company_id, document.bill_company_id), (self.company, below))

    def test_the_same_voen_typed_on_the_branch(self):
        self.branch.vat = f'AZ {SELLER}'
        document, _is_new = self.env['vatportal.document']._from_file(self.branch, 'a.xml', self.xml(number=NUMBER))
        self.assertEqual((document.company_id, document.bill_company_id), (self.company, self.branch))

    def test_a_branch_with_an_account_of_its_own(self):
        """Its documents are downloaded for it, so its files are there too."""
        connector = self.connector.copy({'company_id': self.branch.id, 'token': 'branch-token'})
        document = self.download(connector)
        self.assertEqual((document.company_id, document.is_foreign), (self.branch, False))
        bill = self.drop_at(self.branch, self.xml(number=NUMBER))
        self.assertEqual((document.move_id, bill.company_id), (bill, self.branch))

    def test_a_branch_with_a_voen_of_its_own(self):
        self.branch.vat = OTHER_BUYER
        self.assert_refused(self.drop_at(self.branch, self.xml(number=NUMBER)), 'none of', OTHER_BUYER, SELLER)
        bill = self.drop_at(self.branch, self.xml(number=NUMBER, buyer=OTHER_BUYER))
        document = self.env['vatportal.document'].search([('qaime', '=', NUMBER)])
        self.assertEqual((document.company_id, document.move_id), (self.branch, bill))

    # ------------------------------------------------------------------ to oneself

    def test_no_bill_to_oneself(self):
        draft = self.drop(self.xml(number=NUMBER, seller=SELLER))
        self.assert_refused(draft, 'its seller and its buyer')
        self.assertEqual(self.documents().bill_state, 'none')

    def test_a_download_to_oneself(self):
        self.connector.write({'auto_bill': True, 'auto_bill_from': '2026-11-01'})
        document = self.download(self.connector, tin_from=f'AZ{SELLER}')
        self.assertEqual((document.bill_state, document.bill_requested), ('none', False))
        document._request_bills()
        self.run_cron()
        self.assertFalse(document.move_id)
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        with self.assertRaisesRegex(Exception, 'its seller and its buyer'):
            wizard.action_create()

    def test_a_package_of_our_own_without_numbers(self):
        self.assert_refused(self.drop(self.xml(seller=SELLER)), 'no qaimə number yet')
        self.assertFalse(self.documents())
