from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..bill_common import OTHER_BUYER, SELLER, VENDOR
from ..xml_common import XmlCommon

NUMBER = 'MT261158878148'
ELSEWHERE = 'in another company under the same VÖEN'


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestBillRelatives(XmlCommon):
    """A company and its branch are one taxpayer, and each reads the same qaimə from e-taxes: it is billed once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_branch()
        cls.branch_connector = cls.connector.copy({'company_id': cls.branch.id, 'token': 'branch-token'})

    def both(self, **vals):
        """The same qaimə in the company and in its branch."""
        return [
            self.document(**{'qaime': NUMBER, 'company': company, 'connector_id': connector.id, **vals})
            for company, connector in ((self.company, self.connector), (self.branch, self.branch_connector))
        ]

    def clerk(self, *companies):
        return new_test_user(
            self.env,
            f'clerk{len(companies)}',
            'base.group_user,account.group_account_invoice',
            company_id=companies[0].id,
            company_ids=[Command.set([company.id for company in companies])],
        )

    def assert_asks(self, document):
        self.assertEqual(document.bill_state, 'ask')
        self.assertIn(ELSEWHERE, document.bill_question)
        self.assertFalse(document.move_id)

    def test_whoever_is_first(self):
        for vat in (False, f'AZ {SELLER}'):
            for order in (1, -1):
                with self.subTest(vat=vat, order=order):
                    self.branch.vat = vat
                    first, second = self.both()[::order]
                    first._request_bills()
                    self.run_cron()
                    self.assertEqual(first.bill_state, 'billed', first.bill_question)
                    second._request_bills()
                    self.run_cron()
                    self.assert_asks(second)
                    first.move_id.button_cancel()
                    second._request_bills()
                    self.run_cron()
                    self.assertEqual(second.bill_state, 'billed', 'what is cancelled bills nothing')
                    second.move_id.button_cancel()
                    (first + second).sudo()._set_state('deleted', qaime=False, move_id=False)

    def test_at_once(self):
        """In one run of the scheduled action, among others; also where both become bills of the branch."""
        for vals in ({}, {'bill_company_id': self.branch.id}):
            pair = self.env['vatportal.document'].union(*self.both(**vals))
            others = self.document(50.0) + self.document(60.0) + self.document(70.0, company=self.branch) + self.document(80.0, company=self.branch)
            (pair + others)._request_bills()
            self.run_cron()
            self.assertEqual(sorted(pair.mapped('bill_state')), ['ask', 'billed'], vals)
            self.assertEqual(set(others.mapped('bill_state')), {'billed'})
            pair.move_id.button_cancel()
            pair.sudo()._set_state('deleted', qaime=False, move_id=False)
            self.env.flush_all()

    def test_two_branches(self):
        sibling = self.env['res.company'].create({'name': 'Xəzər Şəki', 'parent_id': self.company.id, 'country_id': self.env.ref('base.az').id})
        self.connector.copy({'company_id': sibling.id, 'token': 'sheki-token'})
        self.vendor.with_company(sibling).property_account_payable_id = self.vendor.property_account_payable_id
        self.document(qaime=NUMBER, company=self.branch)._make_bill()
        document = self.document(qaime=NUMBER, company=sibling)
        document._make_bills()
        self.assert_asks(document)

    def test_other_taxpayers(self):
        """A branch with a VÖEN of its own, and companies beside it."""
        self.branch.vat = OTHER_BUYER
        other = self.setup_other_company()['company']
        other.vat = SELLER
        self.document(qaime=NUMBER, company=other).sudo().move_id = self.init_invoice('in_invoice', partner=self.vendor, amounts=[100.0], company=other)
        for document in self.both():
            document._make_bills()
            self.assertEqual(document.bill_state, 'billed', document.bill_question)

    def test_what_is_told(self):
        """The bill is named to those who may see it, and to nobody else; the question says no more than that there is one."""
        own, branch_s = self.both()
        bill = own._make_bill()
        branch_s.with_user(self.clerk(self.branch, self.company)).action_create_bills()
        self.assert_asks(branch_s)
        self.assertNotIn(bill.display_name, branch_s.bill_question)
        for companies, sees in (((self.branch, self.company), True), ((self.branch,), False)):
            clerk = self.env['res.users'].search([('login', '=', f'clerk{len(companies)}')]) or self.clerk(*companies)
            document = branch_s.with_env(self.env(user=clerk, context={'allowed_company_ids': [company.id for company in companies]}))
            told = document.bill_ask
            self.assertIn(ELSEWHERE, told)
            self.assertEqual((bill.display_name in told, self.company.name in told), (sees, False))
            wizard = document.env['vatportal.bill.wizard'].create({'document_id': document.id})
            self.assertEqual((wizard.question, wizard.proposed_ids), (told, bill.browse()))

    def test_another_one_all_the_same(self):
        own, branch_s = self.both()
        own._make_bill()
        branch_s._make_bills()
        self.env['vatportal.bill.wizard'].create({'document_id': branch_s.id}).action_create()
        self.assertEqual((branch_s.bill_state, branch_s.move_id.company_id), ('billed', self.branch))

    def test_typed_in_the_company(self):
        """A branch's document can't be linked with it."""
        typed = self.env['account.move'].create(
            {
                'move_type': 'in_invoice',
                'partner_id': self.vendor.id,
                'ref': NUMBER[-8:],
                'invoice_line_ids': [Command.create({'name': 'Sement', 'price_unit': 118})],
            }
        )
        document = self.document(qaime=NUMBER, company=self.branch)
        document._make_bills()
        self.assert_asks(document)
        typed.button_cancel()
        document._make_bills()
        self.assertEqual(document.bill_state, 'billed')

    def test_files(self):
        """The branch has billed what it has downloaded; its parent is given the file, with a number or without."""
        document = self.document(self.line(barcode=False), qaime=NUMBER, company=self.branch)
        document._make_bill()
        for number in (NUMBER, ''):
            draft = self.drop(self.xml(number=number))
            self.assertFalse(draft.invoice_line_ids, number)
            self.assert_asks(draft.vatportal_file_document_id)

    def test_a_file_first(self):
        """The parent has billed a file without a number; its branch downloads the document."""
        self.drop(self.xml())
        document = self.document(self.line(barcode=False), qaime=NUMBER, company=self.branch)
        document._make_bills()
        self.assert_asks(document)

    # ------------------------------------------------------------------ what a person chooses in the dialog

    def choices(self, wizard, name):
        """What the dialog offers for its field ``name``."""
        view = wizard.get_view(view_type='form')
        node = etree.fromstring(view['arch']).find(f'.//field[@name="{name}"]')
        domain = node.get('domain') or wizard._fields[name]._description_domain(wizard.env)
        values = {
            field: wizard[field].ids if wizard._fields[field].type == 'many2many' else wizard[field].id if wizard._fields[field].relational else wizard[field]
            for field in ('company_id', 'entry_company_ids', 'candidate_ids', 'entry_types')
        }
        return wizard.env[wizard._fields[name].comodel_name].search(safe_eval(domain, values) if isinstance(domain, str) else domain)

    def test_an_entry_of_a_branch(self):
        """Offered, and linked, is what the document can be linked with; of branches with a number of their own nothing is."""
        self.branch_connector.active = False
        stranger = self.env['res.company'].create({'name': 'Başqa', 'parent_id': self.company.id, 'vat': OTHER_BUYER, 'country_id': self.env.ref('base.az').id})
        self.env.user.company_ids += stranger
        for company in (self.branch, stranger):
            for side in ('payable', 'receivable'):
                self.partner.with_company(company)[f'property_account_{side}_id'] = self.partner[f'property_account_{side}_id']
                self.vendor.with_company(company)[f'property_account_{side}_id'] = self.vendor[f'property_account_{side}_id']
        for direction, move_type, partner in (('incoming', 'in_invoice', self.vendor), ('outgoing', 'out_invoice', self.partner)):
            own, theirs, other = (
                self.create_invoice(move_type=move_type, partner_id=partner.id, company_id=company.id)
                if direction == 'outgoing'
                else self.create_invoice({'tax_ids': False}, move_type=move_type, partner_id=partner.id, company_id=company.id)
                for company in (self.company, self.branch, stranger)
            )
            document = self.document(direction=direction)
            wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
            self.assertEqual(self.choices(wizard, 'move_id') & (own + theirs + other), own + theirs)
            wizard.move_id = theirs
            wizard.action_link()
            self.assertEqual(document.move_id, theirs)
            wizard = self.env['vatportal.bill.wizard'].create({'document_id': self.document(direction=direction).id, 'move_id': other.id})
            with self.assertRaisesRegex(UserError, 'Choose an invoice of'):
                wizard.action_link()
        clerk = self.clerk(self.company)
        wizard = self.env['vatportal.bill.wizard'].with_user(clerk).create({'document_id': self.document().id})
        self.assertEqual(wizard.entry_company_ids, self.company)

    def test_a_vendor_of_the_branch(self):
        """Of several with the VÖEN the person may choose that of the branch in which the bill is made."""
        self.branch_connector.active = False
        theirs = self.vendor.copy({'vat': VENDOR, 'company_id': self.branch.id})
        alike = self.vendor.copy({'vat': VENDOR, 'company_id': self.branch.id})
        theirs.with_company(self.branch).property_account_payable_id = self.vendor.property_account_payable_id
        document = self.document(bill_company_id=self.branch.id)
        at_work = self.env['vatportal.bill.wizard'].with_context(allowed_company_ids=(self.company + self.branch).ids)
        wizard = at_work.create({'document_id': document.id, 'partner_id': theirs.id})
        self.assertIn(alike, self.choices(wizard, 'partner_id'))
        wizard.action_create()
        self.assertEqual((document.move_id.company_id, document.move_id.partner_id), (self.branch, theirs))

    def test_nothing_of_it_is_posted_by_itself(self):
        """Bills of both that were made before are looked at by a person."""
        self.company.autopost_bills = self.branch.autopost_bills = True
        self.vendor.autopost_bills = 'always'
        bills = [document._make_bill(duplicates=True) for document in self.both()]
        for bill in bills:
            bill._autopost_bill()
            self.assertEqual(bill.state, 'draft')
            self.assertIn(ELSEWHERE, ' '.join(bill.message_ids.mapped('body')))
        bills[0].button_cancel()
        bills[1]._autopost_bill()
        self.assertEqual(bills[1].state, 'posted')
