from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from .reconcile_common import LINES, ReconcileCommon


class TestExplained(ReconcileCommon):
    """What a person explains stays, with who and when; it explains what there was, not what comes after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own = {'company_id': cls.company.id, 'company_ids': [Command.set(cls.company.ids)]}
        cls.accountant = new_test_user(cls.env, 'books-accountant', 'account.group_account_invoice', **own)
        cls.auditor = new_test_user(cls.env, 'books-auditor', 'account.group_account_readonly', **own)
        cls.plain = new_test_user(cls.env, 'books-nobody', 'base.group_user', **own)
        other = cls.env['res.company'].create({'name': 'Başqa MMC'})
        cls.stranger = new_test_user(cls.env, 'books-stranger', 'account.group_account_manager', company_id=other.id, company_ids=[Command.set(other.ids)])

    def test_explained(self):
        move = self.sale()
        row = self.rows(move).with_user(self.accountant)
        row.write({'explanation': 'Sent by hand in Gəncə'})
        self.assertEqual((row.explanation, row.explained_by_id, row.is_open), ('Sent by hand in Gəncə', self.accountant, False))
        self.assertTrue(row.explained_at)
        with self.assertRaises(UserError):
            row.write({'explanation': ' '})
        row.write({'explanation': 'By courier'})
        self.assertEqual(self.env['vatportal.explanation'].search([]).mapped('text'), ['By courier', 'Sent by hand in Gəncə'])
        # With its document it is the same row; what differs then is something else.
        self.at_etaxes(move, {**LINES, 'vat': 90.0})
        row = self.rows(move)
        self.assertEqual((row.finding, row.explanation, row.is_open), ('differs', 'By courier', True))
        row.explanation = 'A discount'
        self.assertFalse(self.rows(move).is_open)
        move.vatportal_document_id.sudo().amount_total += 1
        self.assertTrue(self.rows(move).is_open)

    def explain(self, record):
        self.rows(record)[0].explanation = 'As agreed'
        self.assertEqual(set(self.rows(record).mapped('is_open')), {False})

    def test_what_was_explained(self):
        """The same word and the same total do not make it the same difference."""
        move = self.sale()
        self.at_etaxes(move, {**LINES, 'vat': 90.0})
        document = move.vatportal_document_id.sudo()
        for changes in (
            {'amount_vat': document.amount_vat - 3},
            {'amount_vat': document.amount_vat},
            {'amount_zero': document.amount_zero + 7, 'amount_exempt': document.amount_exempt - 7},
        ):
            self.explain(document)
            document.write(changes)
            row = self.rows(document)
            self.assertEqual((row.finding, row.diff_total, row.is_open), ('differs', 11.8, True), changes)

    def book(self, move, day):
        move.button_draft()
        move.write({'name': False, 'date': day})
        move.action_post()

    def test_other_months(self):
        bill = self.purchase_entry({'vat': 100}, date='2026-12-15')
        document = self.at_etaxes(bill, {'vat': 100}).sudo()
        self.explain(bill)
        self.book(bill, '2026-12-20')
        self.assertFalse(any(self.rows(bill).mapped('is_open')), 'the same months')
        for change in (lambda: self.book(bill, '2027-01-15'), lambda: document.write({'date': '2026-10-02 10:00:00'})):
            change()
            rows = self.rows(bill)
            self.assertEqual((rows.mapped('finding'), set(rows.mapped('is_open'))), (['other_month'] * 2, {True}))
            self.explain(bill)

    def test_explained_before_that_was_kept(self):
        move = self.sale()
        self.at_etaxes(move, {**LINES, 'vat': 90.0})
        self.explain(move)
        self.env['vatportal.explanation'].sudo().search([]).write({'columns': False, 'months': False})
        move.vatportal_document_id.sudo().amount_vat -= 3
        self.assertFalse(self.rows(move).is_open)

    def test_the_company_is_taxed_otherwise_since(self):
        move = self.purchase_entry()
        self.at_etaxes(move, {**LINES, 'vat': 90.0})
        self.explain(move)
        for taxation in ('simplified', 'vat'):
            self.connector.taxation = taxation
            self.assertFalse(self.rows(move).is_open, taxation)

    def test_explained_for_the_parent(self):
        """Who works in the branch alone reads why, though the explanation is its parent's."""
        branch = self.env['res.company'].create({'name': 'Gəncə filialı', 'parent_id': self.company.id})
        clerk = new_test_user(self.env, 'books-branch', 'account.group_account_invoice', company_id=branch.id, company_ids=[Command.set(branch.ids)])
        document = self.document(partner_id=self.vendor.id)
        row = self.rows(document)
        row.explanation = 'It is of the branch'
        document.sudo().bill_company_id = branch
        self.env.flush_all()
        self.env.invalidate_all()
        row = row.with_user(clerk).with_context(allowed_company_ids=branch.ids)
        self.assertEqual(row.company_id.id, branch.id)
        self.assertEqual(row.read(['explanation', 'explained_by_id'])[0]['explanation'], 'It is of the branch')

    def test_who(self):
        move = self.sale()
        row = self.rows(move)
        self.assertEqual(row.with_user(self.auditor).finding, 'only_odoo')
        for user, work in (
            (self.auditor, lambda row: row.write({'explanation': 'Mine'})),
            (self.auditor, lambda row: row.action_next()),
            (self.accountant, lambda row: row.write({'finding': 'matched'})),
            (self.accountant, lambda row: row.unlink()),
            (self.accountant, lambda row: row.env['vatportal.explanation'].create({'text': 'x', 'company_id': 1, 'finding': 'matched'})),
            (self.plain, lambda row: row.read(['finding'])),
            (self.stranger, lambda row: row.action_next()),
            (self.stranger, lambda row: row.write({'explanation': 'Mine'})),
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                work(row.with_user(user).with_context(allowed_company_ids=user.company_ids.ids))
        strange = row.with_user(self.stranger).with_context(allowed_company_ids=self.stranger.company_ids.ids)
        self.assertEqual((strange.read(['finding']), strange.search([])), ([], row.browse()), 'nothing is told')
