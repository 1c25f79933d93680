# The columns of a document stand side by side.
# fmt: off
from datetime import datetime
from unittest.mock import patch

from odoo.tests import tagged

from ...vatportal import EtaxesDocument
from ..common import BUYER, SELLER, VatportalCommon


class ImportCommon(VatportalCommon):
    """Documents as the portal gives them, straight into the database."""

    def portal_document(self, qaime='MT240110000000', direction='incoming', **fields):
        """The JSON of a document; what is not given is a small invoice with VAT."""
        other, own = (BUYER, "Abşeron Tikinti MMC"), (SELLER, "Xəzər Ticarət MMC")
        seller, buyer = (other, own) if direction == 'incoming' else (own, other)
        return {
            'id': 7, 'qaime': qaime, 'serial': qaime[:-8], 'number': qaime[-8:], 'main_subject': "Müqavilə 5",
            'add_subject': "", 'cmp_from': seller[1], 'cmp_to': buyer[1], 'tin_from': seller[0], 'tin_to': buyer[0],
            'datetime': '02.11.2026 01:30', 'ini_amount': 100, 'ini_amount1': 100, 'ini_amount2': 100,
            'excise_amount': 0, 'apply_amount': 100, 'skip_amount': 0, 'zero_amount': 0, 'free_amount': 0,
            'vat_amount': 18, 'transp_amount': 0, 'net_amount': 118, 'status': 'onApproval', 'type': 'defaultInvoice',
            'lines': [self.portal_line()], **fields,
        }

    def portal_line(self, **fields):
        return {
            'id': 8, 'line': 1, 'prod_code': '2523290000', 'prod_name': "Sement", 'barcode': '2523290000000',
            'unit_name': 'kq', 'unit_price': 10, 'unit_qty': 10, 'ini_amount': 100, 'ini_amount2': 100, 'grade': 0,
            'total_excise': 0, 'apply_amount': 100, 'skip_amount': 0, 'zero_amount': 0, 'free_amount': 0,
            'vat_amount': 18, 'transp_amount': 0, 'net_amount': 118, **fields,
        }

    def upsert(self, *documents, direction='incoming', connector=None):
        # Odoo's tests switch the chatter's log off; it is what some of these are about.
        context = {'tracking_disable': False, 'mail_notrack': False, 'mail_create_nolog': False}
        result = self.env['vatportal.document'].with_context(**context)._upsert_from_portal(
            connector or self.connector, direction, [EtaxesDocument.from_portal_json(doc) for doc in documents])
        self.env.flush_all()
        return result

    def document(self, qaime='MT240110000000', direction='incoming', company=None):
        return self.env['vatportal.document'].search([
            ('qaime', '=', qaime), ('direction', '=', direction), ('company_id', '=', (company or self.company).id)])


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestImportStore(ImportCommon):

    def test_every_column(self):
        line = self.portal_line(
            unit_price=12.34567891, unit_qty=816.6102, grade=40, ini_amount=1.000001, total_excise=2.000002,
            ini_amount2=3.000003, apply_amount=4.000004, skip_amount=5.000005, zero_amount=6.000006,
            free_amount=7.000007, vat_amount=8.000008, transp_amount=9.000009, net_amount=10.00001)
        result = self.upsert(self.portal_document(
            ini_amount=11.000001, excise_amount=12.000002, ini_amount2=13.000003, apply_amount=14.000004,
            skip_amount=15.000005, zero_amount=16.000006, free_amount=17.000007, vat_amount=18.000008,
            transp_amount=19.000009, net_amount=20.00001, lines=[line]))
        self.assertEqual((result['created'], result['updated'], result['unchanged']), (1, 0, 0))
        document = result['new']
        self.env.invalidate_all()
        names = ('amount_goods', 'amount_excise', 'amount_net', 'amount_vat_base', 'amount_not_subject',
                 'amount_zero', 'amount_exempt', 'amount_vat', 'amount_road', 'amount_total')
        self.assertEqual([document[name] for name in names], [
            11.000001, 12.000002, 13.000003, 14.000004, 15.000005, 16.000006, 17.000007, 18.000008, 19.000009, 20.00001])
        self.assertEqual([document.line_ids[name] for name in names], [
            1.000001, 2.000002, 3.000003, 4.000004, 5.000005, 6.000006, 7.000007, 8.000008, 9.000009, 10.00001])
        self.assertEqual(document.line_ids.price_unit, 12.34567891)
        self.assertEqual((document.line_ids.quantity, document.line_ids.excise_rate), (816.6102, 40))
        self.assertEqual((document.state, document.status), ('registered', 'onApproval'))
        self.assertEqual(document.kind_id.code, 'defaultInvoice')
        self.assertEqual((document.seller_vat, document.buyer_vat), (BUYER, SELLER))
        self.assertEqual(document.date, datetime(2026, 11, 1, 21, 30), "Baku is four hours ahead of UTC")
        self.assertFalse(document.is_foreign)

    # ------------------------------------------------------------------ again

    def test_unchanged_writes_nothing(self):
        """The same documents with other row ids, in another order of keys and lines: not one UPDATE or INSERT."""
        lines = [self.portal_line(line=1), self.portal_line(line=2, prod_name="Qum")]
        self.upsert(self.portal_document(lines=lines), self.portal_document('MT240110000001'))
        before = self.document().write_date
        renewed = self.portal_document(lines=[{**line, 'id': 99} for line in reversed(lines)], id=1234)
        queries = []
        execute = type(self.env.cr).execute

        def spy(cursor, query, params=None, log_exceptions=True):
            queries.append(str(query))
            return execute(cursor, query, params, log_exceptions)

        with patch.object(type(self.env.cr), 'execute', spy):
            result = self.upsert(
                dict(reversed(renewed.items())), self.portal_document('MT240110000001', id=55))
        self.assertEqual((result['created'], result['updated'], result['unchanged']), (0, 0, 2))
        self.assertTrue(queries)
        self.assertFalse([query for query in queries if 'UPDATE "' in query or 'INSERT' in query])
        self.assertEqual(self.document().write_date, before)
        self.assertFalse(result['changed'])

    def test_changes_are_logged_with_old_and_new(self):
        self.upsert(self.portal_document())
        document = self.document()
        known = document.message_ids
        result = self.upsert(self.portal_document(
            status='approved', ini_amount=200, ini_amount2=200, apply_amount=200, vat_amount=36, net_amount=236,
            lines=[self.portal_line(unit_qty=20, ini_amount=200, ini_amount2=200, apply_amount=200, vat_amount=36,
                                    net_amount=236)]))
        self.assertEqual((result['updated'], result['changed']), (1, document))
        tracked = {
            value.field_id.name: (value.old_value_char or value.old_value_float, value.new_value_char or value.new_value_float)
            for value in (document.message_ids - known).tracking_value_ids.sudo()}
        self.assertEqual(tracked, {
            'status': ("Waits for approval", "Approved"), 'amount_goods': (100, 200), 'amount_net': (100, 200),
            'amount_vat_base': (100, 200), 'amount_vat': (18, 36), 'amount_total': (118, 236)})
        self.assertEqual(document.line_ids.quantity, 20)

    def test_a_new_document_has_no_history(self):
        self.upsert(self.portal_document())
        self.assertFalse(self.document().message_ids)

    def test_lines_come_and_go(self):
        self.upsert(self.portal_document(lines=[self.portal_line(line=n, prod_name=f"{n}") for n in (1, 2, 3)]))
        document = self.document()
        first = document.line_ids[0]
        first.sudo().product_id = self.product
        document.line_ids[1].sudo().product_id = self.service
        self.upsert(self.portal_document(lines=[
            self.portal_line(line=1, prod_name="1", unit_qty=5),
            self.portal_line(line=2, prod_name="Qum", prod_code='2505100000')]))
        self.assertEqual(document.line_ids.mapped('name'), ["1", "Qum"])
        self.assertEqual(document.line_ids[0], first)
        self.assertEqual(document.line_ids.product_id, self.product, "other goods are not the product of before")

    def test_changed_rows_of_the_same_sums_are_logged(self):
        self.upsert(self.portal_document(lines=[
            self.portal_line(line=1), self.portal_line(line=2, prod_name="Qum")]))
        document = self.document()
        self.upsert(self.portal_document(lines=[
            self.portal_line(line=1, unit_qty=20, unit_price=5, prod_name="<b>" + "ə" * 500),
            self.portal_line(line=2, prod_name="Qum")]))
        self.assertEqual(len(document.message_ids), 1)
        body = document.message_ids.body
        self.assertIn("Quantity 10 → 20; Price 10 → 5", body)
        self.assertIn("Row 1", body)
        self.assertNotIn("Row 2", body)
        self.assertNotIn("<b>", body)
        self.assertLess(len(body), 300)
        self.upsert(self.portal_document(lines=[self.portal_line(line=n, prod_name=f"Daş {n}") for n in range(3, 33)]))
        body = document.message_ids[0].body
        self.assertIn("Row 3 is new: Daş 5, 10 × 10", body)
        self.assertIn("20 more rows", body)
        self.assertEqual(body.count("<li>"), 11)
        self.upsert(self.portal_document(lines=[self.portal_line(line=3, prod_name="Daş 3")]))
        self.assertIn("Row 2 is gone: Daş 4, 10 × 10", document.message_ids[0].body)

    def test_an_empty_text_does_not_wipe_what_we_know(self):
        self.upsert(self.portal_document())
        self.upsert(self.portal_document(main_subject='', status='approved'))
        self.assertEqual((self.document().main_info, self.document().status), ("Müqavilə 5", 'approved'))

    # ------------------------------------------------------------------ status and kind

    def test_unknown_status(self):
        self.upsert(self.portal_document(status='waitsForTheMoon'))
        document = self.document()
        self.assertEqual((document.status, document.status_code), ('unknown', 'waitsForTheMoon'))
        self.assertEqual(document.status_label, 'waitsForTheMoon')
        self.upsert(self.portal_document(status='sawTheMoon'))
        self.assertEqual((document.status, document.status_code), ('unknown', 'sawTheMoon'))
        self.assertIn("waitsForTheMoon → sawTheMoon", document.message_ids[0].body)
        self.upsert(self.portal_document(status='approved'))
        self.assertEqual(document.status_label, "Approved")

    def test_unknown_kind(self):
        self.upsert(self.portal_document(type='moonInvoice'), self.portal_document('MT240110000001', type='moonInvoice'))
        kind = self.env['vatportal.kind'].search([('code', '=', 'moonInvoice')])
        self.assertEqual((len(kind), kind.name), (1, 'moonInvoice'))
        self.assertEqual(self.document().kind_id, kind)

    def test_every_status_is_kept(self):
        codes = ['onApproval', 'approved', 'approvedBySystem', 'onApprovalEdited', 'updateRequested', 'updateApproval',
                 'cancelRequested', 'canceled', 'deleted', 'deletedBySystem', 'deactivated', 'cancelationRefused',
                 'correctionRefused']
        result = self.upsert(*(self.portal_document(f'MT2401{n:08d}', status=code) for n, code in enumerate(codes)))
        self.assertEqual([document.status for document in result['new']], codes)
        self.assertEqual(
            [document.state for document in result['new']],
            ['deleted' if code in ('deleted', 'deletedBySystem') else 'registered' for code in codes])

    def test_deleted_at_etaxes(self):
        self.upsert(self.portal_document())
        self.upsert(self.portal_document(status='deletedBySystem'))
        self.assertEqual((self.document().state, self.document().status), ('deleted', 'deletedBySystem'))
        self.upsert(self.portal_document(status='onApproval'))
        self.assertEqual((self.document().state, self.document().status), ('registered', 'onApproval'))

    # ------------------------------------------------------------------ whose it is

    def test_foreign_voen_is_kept_apart(self):
        result = self.upsert(self.portal_document(tin_to='2001876531'))
        self.assertEqual((result['created'], result['foreign']), (1, 1))
        self.assertTrue(self.document().is_foreign)
        self.upsert(self.portal_document('MT240110000001', 'outgoing', tin_from='2001876531'), direction='outgoing')
        self.assertTrue(self.document('MT240110000001', 'outgoing').is_foreign)

    def test_ours_is_told_by_the_number_alone(self):
        self.company.vat = f'AZ{SELLER}'
        self.upsert(self.portal_document(tin_to=f' {SELLER} '))
        self.assertFalse(self.document().is_foreign)

    def test_without_a_voen_nothing_is_ours(self):
        self.company.vat = False
        self.upsert(self.portal_document(tin_to=''))
        self.assertTrue(self.document().is_foreign)
        self.company.vat = SELLER
        self.upsert(self.portal_document())
        self.assertFalse(self.document().is_foreign)

    def test_two_companies_with_the_same_vendor(self):
        other = self.env['res.company'].create({'name': "Başqa MMC", 'vat': '2001876531'})
        connector = self.env['vatportal.connector'].create({
            'name': "Other", 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': other.id})
        self.upsert(self.portal_document(), self.portal_document('MT240110000009'))
        self.upsert(self.portal_document(tin_to='2001876531', status='approved'), connector=connector)
        self.assertEqual(self.document().status, 'onApproval')
        self.assertEqual(self.document(company=other).status, 'approved')
        self.assertFalse(self.document(company=other).is_foreign)
        user = self.env['res.users'].create({
            'name': "O", 'login': 'o', 'company_id': other.id, 'company_ids': [(6, 0, other.ids)],
            'group_ids': [(6, 0, self.env.ref('account.group_account_invoice').ids)]})
        mine = self.env['vatportal.document'].with_user(user).with_company(other).search([])
        self.assertEqual(mine.company_id, other)

    def test_folders_are_apart(self):
        self.upsert(self.portal_document())
        self.upsert(self.portal_document(direction='outgoing'), direction='outgoing')
        self.assertEqual(len(self.document() + self.document(direction='outgoing')), 2)

    def test_what_odoo_sent_is_updated_in_place(self):
        move = self.create_invoice({'quantity': 10, 'price_unit': 10})
        self.finish(self.send(move))
        document = move.vatportal_document_id
        line = document.line_ids
        line.sudo().quantity = 9
        sent = self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 1)[document.qaime]
        result = self.upsert({**sent, 'status': 'approved', 'qaime': sent['qaime'].lower()}, direction='outgoing')
        self.assertEqual((result['created'], result['updated']), (0, 1))
        self.assertEqual((document.status, move.vatportal_status), ('approved', 'approved'))
        self.assertEqual((document.line_ids, line.move_line_id), (line, move.invoice_line_ids))
        self.assertFalse(document.message_ids.tracking_value_ids.field_id.filtered(lambda f: f.name.startswith('amount')))
        self.assertEqual(line.quantity, 10)
        self.assertFalse([message for message in document.message_ids if "Row" in (message.body or '')])
        result = self.upsert({**sent, 'status': 'approved'}, direction='outgoing')
        self.assertEqual((result['updated'], result['unchanged']), (0, 1), "the number was only written in another way")
        self.assertEqual(document.raw['qaime'], sent['qaime'])

    def test_what_nobody_sees_is_no_change(self):
        """A document counts as changed where a person sees something of it changed."""
        self.upsert(self.portal_document(status='approved'))
        document = self.document()
        seen = (document.import_job_id, document.message_ids, document.to_follow)
        for unseen in ({'id': 77}, {'brand_new': 1}, {'status': 'APPROVED'}, {'ini_amount1': 5}, {'ini_amount': '100.00'},
                       {'main_subject': ''}, {'qaime': 'mt2401 10000000'}, {'serial': 'MT2401'}):
            result = self.upsert(self.portal_document(**{'status': 'approved', **unseen}))
            self.assertEqual((result['updated'], result['unchanged'], len(result['changed'])), (0, 1, 0), unseen)
            self.assertEqual((document.import_job_id, document.message_ids, document.to_follow), seen)
        row = self.portal_line(id=9, line='1', unknown='x')
        self.assertEqual(self.upsert(self.portal_document(status='approved', lines=[row]))['updated'], 0)
        for shown in ({'status': 'canceled'}, {'status': 'brandNew'}, {'status': 'brandNewer'}, {'main_subject': "Başqa"},
                      {'cmp_from': "Yeni ad"}, {'vat_amount': 18.000001}, {'datetime': '01.02.2024 10:00'},
                      {'type': 'resale'}, {'lines': [self.portal_line(prod_name="Qum")]}, {'tin_to': '1700321031'}):
            result = self.upsert(self.portal_document(**shown))
            self.assertEqual((result['updated'], result['unchanged']), (1, 0), shown)

    # ------------------------------------------------------------------ hostile

    def test_hostile_texts(self):
        evil = "<script>alert(1)</script><b>x</b>"
        long = "ə" * 10000
        nasty = "a\x00b\x07\u202ec\u2066\ud800"
        arabic = "\u0634\u0631\u0643\u0629"
        result = self.upsert(self.portal_document(
            main_subject=evil, add_subject=long, cmp_from=nasty, cmp_to=arabic, status=evil, type="<i>" + "x" * 200,
            extra={'deep': [nasty]}, lines=[self.portal_line(prod_name=evil, unit_name=nasty, barcode=long)]))
        self.assertEqual(result['created'], 1)
        document = self.document()
        self.env.invalidate_all()
        self.assertEqual((document.main_info, document.add_info), (evil, long))
        self.assertEqual((document.seller_name, document.buyer_name), ("a b c \ufffd", arabic))
        self.assertEqual(document.status_code, evil)
        self.assertEqual(document.kind_id.code, "<i>" + "x" * 61)
        self.assertEqual((document.line_ids.name, document.line_ids.barcode), (evil, long))
        self.assertEqual(document.raw['cmp_from'], "a\ufffdb\x07\u202ec\u2066\ufffd")
        self.upsert(self.portal_document(status="<img src=x>"))
        self.assertIn("&lt;script&gt;", document.message_ids[0].body)
        self.assertNotIn("<script", document.message_ids[0].body)
        self.assertNotIn("<img", document.message_ids[0].body)

    def test_what_cannot_be_stored_does_not_keep_the_rest(self):
        deep = value = []
        for _level in range(60):
            value.append([])
            value = value[0]
        result = self.upsert(
            self.portal_document('MT240110000001'), self.portal_document('9' * 3000),
            self.portal_document('MT240110000002', net_amount=1e40), self.portal_document('MT240110000003', extra=deep),
            self.portal_document('MT240110000004'))
        self.assertEqual((result['created'], result['bad']), (2, 3))
        self.assertEqual(len(result['problems']), 3)
        self.assertEqual(result['new'].mapped('qaime'), ['MT240110000001', 'MT240110000004'])

    def test_dates(self):
        moments = {'MT240110000001': '', 'MT240110000002': 'soon', 'MT240110000003': '01.01.0001 00:00',
                   'MT240110000004': '31.12.2026 23:59', 'MT240110000005': '01.12.2026'}
        self.upsert(*(self.portal_document(qaime, datetime=text) for qaime, text in moments.items()))
        self.assertEqual([self.document(qaime).date for qaime in moments], [
            False, False, False, datetime(2026, 12, 31, 19, 59), datetime(2026, 11, 30, 20)])

    def test_one_number_twice_in_a_page(self):
        result = self.upsert(self.portal_document(), self.portal_document(qaime='mt2401 10000000', status='approved'))
        self.assertEqual(result['created'], 1)
        self.assertEqual(self.document().status, 'approved')
