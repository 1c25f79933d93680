from ast import literal_eval

from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Command

from ..bill_common import OTHER_VENDOR, SELLER, VENDOR, BillCommon


class TestBillCompany(BillCommon):
    """Whose bill it is, in which journal and currency, and who is its vendor."""

    # ------------------------------------------------------------------ branches

    def branch(self):
        branch = self.env['res.company'].create({'name': 'Xəzər Gəncə', 'parent_id': self.company.id, 'vat': SELLER, 'country_id': self.env.ref('base.az').id})
        self.env.user.company_ids += branch
        return branch

    def branch_document(self, branch, *lines, **vals):
        """Seen by somebody who has both companies switched on, the parent first."""
        document = self.document(*lines, company=branch, **vals)
        return document.with_context(allowed_company_ids=(self.company + branch).ids)

    def test_the_bill_of_a_branch(self):
        branch = self.branch()
        document = self.branch_document(branch)
        document.action_create_bills()
        self.assertEqual(document.bill_state, 'billed', document.bill_question)
        self.assertEqual(document.move_id.company_id, branch)
        self.assertIn(document.move_id.journal_id.company_id, branch + self.company)
        self.assert_total(document)
        document.move_id.action_post()

    def test_a_vendor_of_the_parent(self):
        branch = self.branch()
        self.vendor.company_id = self.company
        document = self.branch_document(branch)
        document._set_partners()
        self.assertEqual(document.partner_id, self.vendor)
        document.action_create_bills()
        self.assertEqual(document.move_id.partner_id, self.vendor)
        self.assertEqual(self.env['res.partner'].search_count([('vat', '=', VENDOR)]), 1)

    def test_the_nearest_vendor(self):
        branch = self.branch()
        parent_s = self.vendor.copy({'company_id': self.company.id, 'vat': VENDOR})
        self.assertEqual(self.branch_document(branch)._find_vendor(), parent_s)
        own = self.vendor.copy({'company_id': branch.id, 'vat': VENDOR})
        self.assertEqual(self.branch_document(branch)._find_vendor(), own)
        self.assertEqual(self.document()._find_vendor(), parent_s)

    def test_products_of_the_parent(self):
        branch = self.branch()
        pack = self.env.ref('uom.product_uom_pack_6')
        self.env['product.uom'].create({'product_id': self.service.id, 'uom_id': pack.id, 'barcode': '4760000000024', 'company_id': self.company.id})
        self.env['product.supplierinfo'].create(
            {'partner_id': self.vendor.id, 'product_tmpl_id': self.product.product_tmpl_id.id, 'product_name': 'Sement boz', 'company_id': self.company.id}
        )
        document = self.branch_document(branch, self.line(barcode='4760000000024'), self.line(name='Sement boz'))
        document.action_create_bills()
        self.assertEqual(document.line_ids.mapped('match'), ['barcode', 'vendor'])
        self.assertEqual(document.line_ids.mapped('product_id'), self.service + self.product)

    # ------------------------------------------------------------------ archived

    def test_an_archived_vendor_is_asked_about(self):
        self.vendor.active = False
        document = self.document()
        action = document.action_create_bills()
        self.assertEqual((document.bill_state, action['res_model']), ('ask', 'vatportal.bill.wizard'))
        self.assertIn(self.vendor.name, document.bill_question)
        self.assertIn('archived', document.bill_question)
        self.assertFalse(self.env['res.partner'].search([('vat', '=', VENDOR)]))
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertTrue(wizard.asks_partner)
        self.vendor.active = True
        document._make_bill()
        self.assertEqual(document.move_id.partner_id, self.vendor)

    def test_another_partner_in_the_place_of_an_archived_one(self):
        self.vendor.active = False
        document = self.document()
        document.action_create_bills()
        other = self.env['res.partner'].create({'name': 'Qafqaz yeni'})
        self.env['vatportal.bill.wizard'].create({'document_id': document.id, 'partner_id': other.id}).action_create()
        self.assertEqual(document.move_id.partner_id, other)

    # ------------------------------------------------------------------ abroad

    def test_a_vendor_abroad_is_asked_about(self):
        """Its Tax ID has the same digits by chance, or is that of a branch here; a person knows."""
        self.vendor.country_id = self.env.ref('base.tr')
        document = self.document()
        action = document.action_create_bills()
        self.assertEqual((document.bill_state, action['res_model']), ('ask', 'vatportal.bill.wizard'))
        self.assertFalse(document.partner_id)
        self.assertIn('in another country', document.bill_question)
        self.assertTrue(self.env['vatportal.bill.wizard'].create({'document_id': document.id}).asks_partner)
        self.vendor.vatportal_voen = f' {VENDOR} '
        document._make_bill()
        self.assertEqual(document.move_id.partner_id, self.vendor)

    def test_a_vendor_here_before_one_abroad(self):
        abroad = self.vendor.copy({'vat': VENDOR, 'country_id': self.env.ref('base.tr').id})
        document = self.document()
        document.action_create_bills()
        self.assertEqual(document.move_id.partner_id, self.vendor)
        # Its branch here has another one.
        self.vendor.active = False
        abroad.vatportal_voen = '5555555555'
        self.document(seller_vat='5555555555')._make_bill()
        self.assertEqual(self.env['account.move'].search([('partner_id', '=', abroad.id)]).move_type, 'in_invoice')

    def test_an_archived_journal_is_not_taken(self):
        journal = self.company_data['default_journal_purchase'].copy()
        journal.name = 'Köhnə jurnal'
        self.connector.bill_journal_id = journal
        move = self.bill()
        self.assertEqual(move.journal_id, journal)
        move.unlink()
        journal.active = False
        move = self.bill()
        self.assertEqual(move.journal_id, self.company_data['default_journal_purchase'])
        self.assertIn('Köhnə jurnal', move.vatportal_bill_document_id.bill_notes[0]['text'])
        move.action_post()

    # ------------------------------------------------------------------ currency

    def test_inactive_manat(self):
        """In a company that keeps its books in another currency AZN may well be switched off."""
        other = self.setup_other_company()['company']
        other.vat = SELLER
        self.env['account.tax'].search([('company_id', '=', other.id)]).active = False
        connector = self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'token': 'x', 'company_id': other.id})
        connector.with_company(other).action_create_taxes()
        azn = self.env.ref('base.AZN')
        self.env.cr.execute('UPDATE res_currency SET active = false WHERE id = %s', [azn.id])
        azn.invalidate_recordset()
        document = self.document(company=other, connector_id=connector.id)
        document.action_create_bills()
        self.assertEqual(document.bill_state, 'ask')
        self.assertIn('Activate it', document.bill_question)
        azn.active = True
        document.action_create_bills()
        self.assertEqual((document.bill_state, document.move_id.currency_id), ('billed', azn), document.bill_question)

    # ------------------------------------------------------------------ minus signs

    def negative(self, quantity, price, **vals):
        return self.line(-100.0, quantity=quantity, price_unit=price, **vals)

    def test_returns_with_minus_signs(self):
        for quantity, price in ((-4, 25.0), (4, -25.0), (4, 25.0)):
            with self.subTest(quantity=quantity, price=price):
                document = self.document(self.negative(quantity, price), kind='returnInvoice')
                self.assertEqual(document.amount_total, -118.0)
                document.action_create_bills()
                move = document.move_id
                self.assertRecordValues(move, [{'move_type': 'out_refund', 'amount_untaxed': 100.0, 'amount_tax': 18.0, 'amount_total': 118.0}])
                self.assertRecordValues(move.invoice_line_ids, [{'quantity': 4.0, 'price_unit': 25.0}])
                self.assertFalse(document.bill_notes)
                self.assertEqual((document.amount_differs, document.amount_difference), (False, 0.0))
                move.action_post()

    def test_a_person_books_a_negative_one_as_credit_note(self):
        document = self.document(self.negative(-1, 100.0), kind='taxCodex163')
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id, 'booking': 'bill'})
        with self.assertRaisesRegex(UserError, 'negative'):
            wizard.action_create()
        wizard.booking = 'refund'
        wizard.action_create()
        self.assertEqual((document.move_id.move_type, document.move_id.amount_total), ('in_refund', 118.0))
        self.assertFalse(document.amount_differs)

    def test_a_negative_bill_is_asked_about(self):
        document = self.document(self.negative(-1, 100.0))
        document.action_create_bills()
        self.assertEqual(document.bill_state, 'ask')
        self.assertIn('negative', document.bill_question)
        typed = self.env['account.move'].create(
            {
                'move_type': 'in_refund',
                'partner_id': self.vendor.id,
                'ref': document.qaime,
                'invoice_line_ids': [Command.create({'name': 'Sement', 'price_unit': 100, 'tax_ids': [Command.set(self.purchase['vat'].ids)]})],
            }
        )
        document.action_link_move(typed.id)
        self.assertEqual((document.bill_state, document.amount_differs), ('billed', False))

    # ------------------------------------------------------------------ no bill wanted

    def test_no_bill_wanted_of_what_waits_for_none(self):
        billed, sent, waiting = self.bill().vatportal_bill_document_id, self.document(direction='outgoing'), self.document(seller_vat=OTHER_VENDOR)
        (billed + sent + waiting).action_ignore_bill()
        self.assertEqual((billed + sent + waiting).mapped('bill_ignored'), [False, False, True])
        with self.assertRaisesRegex(UserError, 'waits for a bill'):
            (billed + sent + waiting).action_ignore_bill()

    def test_filters_of_the_bills(self):
        void, differs, fine = self.bill(), self.bill(), self.bill()
        void.vatportal_bill_document_id.sudo().status = 'canceled'
        differs.vatportal_bill_document_id.sudo().amount_total = 200.0
        arch = self.env['account.move'].get_view(self.env.ref('account.view_account_bill_filter').id, 'search')['arch']
        for name, move in (('vatportal_bill_void', void), ('vatportal_bill_differs', differs)):
            domain = self.filter_domain(arch, name)
            self.assertEqual(self.env['account.move'].search(domain) & (void + differs + fine), move, name)

    def filter_domain(self, arch, name):
        node = etree.fromstring(arch).find(f'.//filter[@name="{name}"]')
        return literal_eval(node.get('domain'))
