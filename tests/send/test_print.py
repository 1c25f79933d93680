from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from ..bill_common import BillCommon


class TestPrint(BillCommon):
    """The page of a qaimə, and what the customer's copy says of it."""

    def page(self, records, report='report_qaime', lang=None):
        records = records.with_context(lang=lang) if lang else records
        content, _type = records.env['ir.actions.report']._render_qweb_html(f'l10n_az_vatportal.{report}', records.ids)
        return html.fromstring(content)

    def texts(self, page, path):
        return [' '.join(node.text_content().split()) for node in page.xpath(path)]

    def text(self, page):
        return ' '.join(page.text_content().split())

    # ------------------------------------------------------------------ the page

    def test_a_received_one(self):
        document = self.document(
            self.line(1234567.891234, quantity=3.5, price_unit=352733.68321, unit='ton'),
            self.line(80.0, 'exempt'),
            self.line(10.0, 'zero', excise=2.0, excise_rate=20.0),
            self.line(5.0, 'not_subject', road=1.0),
            add_info='Anbar 4',
            main_qaime='MT2610000077',
            transp_reg_number='90-AA-001',
        )
        page = self.page(document)
        text = self.text(page)
        self.assertEqual(self.texts(page, '//*[@name="number"]'), [document.qaime])
        self.assertEqual(self.texts(page, '//*[@name="date"]'), ['21.11.2026'], 'the day in Baku')
        for part in (
            document.seller_name,
            document.seller_vat,
            document.buyer_name,
            document.buyer_vat,
            'Müqavilə A-12',
            'Anbar 4',
            'MT2610000077',
            '90-AA-001',
            'Approved',
            document.kind_id.display_name,
        ):
            self.assertIn(part, text)
        self.assertEqual(page.xpath('//*[@name="warning"]'), [])
        first = self.texts(page, '//tr[@name="line"][1]/td')
        self.assertEqual(first[:7], ['1', '2523290000', 'Sement M400', '2523290000000', 'ton', '3.5', '352,733.68321'])
        self.assertEqual(first[7], '1,234,567.891234')
        self.assertEqual(self.texts(page, '//tr[@name="line"][3]/td')[8], '20', 'a rate is no sum of money')
        sums = self.texts(page, '//tr[@name="sums"]/td')[1:]
        self.assertEqual(sums[0], '1,234,662.891234')
        self.assertEqual(sums[1], '', 'rates do not add up')
        self.assertEqual(len(sums), 11)
        self.assertEqual(len(page.xpath('//thead//th')), 18)

    def test_lines_add_up_to_the_sums(self):
        """What is printed of each column adds up to what is printed below it."""
        lines = [self.line(amount, category) for amount, category in ((100.25, 'vat'), (20.5, 'zero'), (7.75, 'exempt'), (1.0, 'not_subject'))]
        page = self.page(self.document(*lines))
        rows = [[cell.replace(',', '') for cell in self.texts(page, f'//tr[@name="line"][{row}]/td')[7:]] for row in range(1, 5)]
        sums = [cell.replace(',', '') for cell in self.texts(page, '//tr[@name="sums"]/td')[1:]]
        for column, total in enumerate(sums):
            if total:
                self.assertAlmostEqual(sum(float(row[column]) for row in rows), float(total), 9)

    def test_a_sent_one_and_its_invoice(self):
        move = self.create_invoice()
        with self.assertRaisesRegex(UserError, 'no document at e-taxes'):
            self.page(move, 'report_move_qaime')
        self.finish(self.send(move))
        document = move.vatportal_document_id
        by_document, by_move = self.page(document), self.page(move, 'report_move_qaime')
        self.assertEqual(self.text(by_document), self.text(by_move))
        self.assertEqual(self.texts(by_move, '//*[@name="number"]'), [move.vatportal_qaime])

    def test_what_is_not_in_force_says_so(self):
        for vals, text in (
            ({'status': 'canceled'}, 'No longer in force at e-taxes: Cancelled.'),
            ({'status': 'deletedBySystem'}, 'No longer in force'),
            ({'status': 'unknown', 'status_code': 'newStatus'}, None),
            ({'direction': 'outgoing', 'state': 'rejected', 'qaime': False, 'status': False}, 'this page is no qaimə'),
            ({'direction': 'outgoing', 'state': 'imported', 'qaime': False, 'status': False}, 'not signed'),
            ({'qaime': False, 'status': False, 'file_name': 'qaime.xml'}, 'It has no number'),
            ({'missing_since': '2026-11-25 10:00:00'}, 'It is missing at e-taxes'),
            ({'is_foreign': True}, "not the company's document"),
        ):
            with self.subTest(**vals):
                page = self.page(self.document(**vals))
                warning = self.texts(page, '//*[@name="warning"]')
                self.assertEqual(len(warning), bool(text))
                self.assertIn(text or '', ' '.join(warning))

    def test_hostile_names(self):
        document = self.document(self.line(name='<script>alert(1)</script>'), seller_name='"><img src=x onerror=alert(2)>')
        content, _type = self.env['ir.actions.report']._render_qweb_html('l10n_az_vatportal.report_qaime', document.ids)
        self.assertNotIn(b'<script>alert(1)', content)
        self.assertNotIn(b'<img src=x', content)

    def test_in_azerbaijani(self):
        self.env['res.lang']._activate_lang('az_AZ')
        text = self.text(self.page(self.document(), lang='az_AZ'))
        for word in ('Satıcı', 'Alıcı', '21.11.2026'):
            self.assertIn(word, text)

    def test_several_at_once(self):
        documents = self.document() + self.document()
        self.assertEqual(self.texts(self.page(documents), '//*[@name="number"]'), documents.mapped('qaime'))

    def test_who_may_not_read_it_prints_nothing(self):
        document = self.document()
        stranger = new_test_user(self.env, 'stranger', 'base.group_user', company_id=self.company.id, company_ids=self.company.ids)
        with self.assertRaises(AccessError):
            self.page(document.with_user(stranger))

    # ------------------------------------------------------------------ the customer's copy

    def invoice_page(self, move, user=None):
        move = move.with_user(user) if user else move
        content, _type = move.env['ir.actions.report']._render_qweb_html('account.report_invoice_with_payments', move.ids)
        return html.fromstring(content)

    def test_the_invoice_tells_its_qaime(self):
        move = self.create_invoice()
        self.assertEqual(self.invoice_page(move).xpath('//*[@id="vatportal_mark"]'), [])
        self.finish(self.send(move))
        clerk = (
            new_test_user(self.env, 'clerk', 'account.group_account_basic', company_id=self.company.id, company_ids=self.company.ids)
            if self.env.ref('account.group_account_basic', False)
            else None
        )
        for user in (None, clerk):
            text = ' '.join(self.texts(self.invoice_page(move, user), '//*[@id="vatportal_mark"]'))
            self.assertIn(move.vatportal_qaime, text)
            self.assertIn('Waits for approval', text)

    def test_a_copy_printed_before_does_not_stay_the_copy(self):
        move = self.create_invoice()
        self.env['ir.attachment'].create(
            {'name': 'old.pdf', 'raw': b'%PDF-1.4', 'res_model': 'account.move', 'res_id': move.id, 'res_field': 'invoice_pdf_report_file'}
        )
        move.invalidate_recordset()
        self.assertTrue(move.invoice_pdf_report_id)
        self.finish(self.send(move))
        move.invalidate_recordset()
        self.assertFalse(move.invoice_pdf_report_id)
        self.assertTrue(self.env['ir.attachment'].search([('res_model', '=', 'account.move'), ('res_id', '=', move.id), ('name', '=like', 'old%')]))

    def test_a_copy_that_names_a_dead_number_does_not_stay(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        self.env['ir.attachment'].create(
            {'name': 'old.pdf', 'raw': b'%PDF-1.4', 'res_model': 'account.move', 'res_id': move.id, 'res_field': 'invoice_pdf_report_file'}
        )
        move.invalidate_recordset()
        move.vatportal_document_id.sudo().status = 'approved'
        move.invalidate_recordset()
        self.assertTrue(move.invoice_pdf_report_id)
        move.vatportal_document_id.sudo().status = 'canceled'
        move.invalidate_recordset()
        self.assertFalse(move.invoice_pdf_report_id)
        self.assertEqual(self.invoice_page(move).xpath('//*[@id="vatportal_mark"]'), [])

    def test_a_copy_that_names_what_was_taken_off_does_not_stay(self):
        """The document goes to another invoice, loses its number, or is merged into another one."""
        other, number = self.create_invoice({'price_unit': 7}), f'MT2611{next(self.numbers)}'
        changes = (
            lambda document: document._link(other),
            lambda document: document.write({'qaime': number}),
            lambda document: document._set_state('deleted', qaime=False, move_id=False),
        )
        for change in changes:
            move = self.create_invoice()
            document = self.document(direction='outgoing', move_id=move.id).sudo()
            self.env['ir.attachment'].create(
                {'name': 'old.pdf', 'raw': b'%PDF-1.4', 'res_model': 'account.move', 'res_id': move.id, 'res_field': 'invoice_pdf_report_file'}
            )
            move.invalidate_recordset()
            document.write({'state': 'registered', 'status': 'approved', 'qaime': document.qaime, 'move_id': move.id})
            self.assertTrue(move.invoice_pdf_report_id, 'it says the same as before')
            change(document)
            move.invalidate_recordset()
            self.assertFalse(move.invoice_pdf_report_id)

    def test_the_page_is_for_who_may_see_the_document(self):
        """A bill of a branch may be made of its parent's document, which is not the branch's to see."""
        branch = self.env['res.company'].create({'name': 'Branch', 'parent_id': self.company.id})
        clerk = new_test_user(self.env, 'clerk', 'account.group_account_invoice', company_id=branch.id, company_ids=branch.ids)
        bill = self.bill(100.0)
        self.assertTrue(bill.vatportal_can_print)
        self.env.flush_all()
        self.env.cr.execute('UPDATE account_move SET company_id = %s WHERE id = %s', [branch.id, bill.id])
        self.env.invalidate_all()
        report = self.env.ref('l10n_az_vatportal.action_report_move_qaime')
        for user, sees in ((self.env.user, True), (clerk, False)):
            with self.subTest(user=user.login):
                own = bill.with_user(user)
                self.assertEqual(own.vatportal_can_print, sees)
                self.assertEqual(report.with_user(user).get_valid_action_reports('account.move', own.ids), report.ids if sees else [])
                self.assertIn(bill.vatportal_bill_qaime, safe_eval(report.print_report_name, {'object': own}))
        with self.assertRaisesRegex(UserError, f'is that of {self.company.name}'):
            self.page(bill.with_user(clerk), 'report_move_qaime')

    def test_the_page_is_offered_for_what_was_sent(self):
        report, move = self.env.ref('l10n_az_vatportal.action_report_move_qaime'), self.create_invoice()
        self.assertFalse(report.get_valid_action_reports('account.move', move.ids))
        self.finish(self.send(move))
        self.assertEqual(report.get_valid_action_reports('account.move', move.ids), report.ids)

    def test_what_follows_from_a_number_does_not_stop_it(self):
        move = self.create_invoice()
        move.sudo().vatportal_mail_data = {'nonsense': True}
        with self.assertLogs('odoo.addons.l10n_az_vatportal', 'ERROR'):
            self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered')
        self.assertTrue(move.vatportal_qaime)
