from odoo import fields
from odoo.tests import new_test_user

from ...vatportal import EtaxesDocument
from ..bill_common import BUYER, SELLER
from ..xml_common import NUMBER, XmlCommon

WORDS = 'Zəng etdim'


class TestMatchFirst(XmlCommon):
    """A document that was downloaded before anybody knew that it is one of those here: nothing of what the portal says of it is lost,
    whichever came first."""

    def portal(self, move, qaime='MT261100000009', net=100, **changes):
        """The document of ``move`` as the portal shows it in the sent folder, with that net of its one row."""
        amounts = {'ini_amount': net, 'ini_amount2': net, 'apply_amount': net, 'vat_amount': net * 0.18, 'net_amount': net * 1.18}
        row = {'line': 1, 'prod_code': '2523290000', 'prod_name': 'Sement', 'unit_name': 'ədəd', 'unit_qty': 1, 'unit_price': net, **amounts}
        return EtaxesDocument.from_portal_json(
            {
                'qaime': qaime,
                'cmp_to': self.partner.name,
                'tin_from': SELLER,
                'tin_to': BUYER,
                'datetime': '20.11.2026 10:00',
                'main_subject': 'Müqavilə B-7',
                'type': 'defaultInvoice',
                'status': 'onApproval',
                **amounts,
                'lines': [row],
                **changes,
            }
        )

    def imported(self, portal):
        """An import of the sent folder brings ``portal``."""
        return self.env['vatportal.document']._upsert_from_portal(self.connector, 'outgoing', [portal])

    def unsigned(self):
        move = self.create_invoice()
        self.finish(self.send(move, sign=False))
        return move, move.vatportal_document_id

    def figures(self, document):
        line = document.line_ids
        self.assertEqual(len(line), 1)
        return document.amount_total, document.amount_vat, line.amount_total, line.price_unit, document.main_info, document.buyer_name

    def test_figures_that_differ(self):
        """Changed at the portal and signed there: the number first, the download first, or one that names the ERP id."""
        seen = []
        for place, way in enumerate(('number', 'download', 'text'), 1):
            with self.subTest(way):
                move, document = self.unsigned()
                portal = self.portal(
                    move, qaime=f'MT26110000001{place}', net=200, add_subject=document.erp_id if way == 'text' else '', datetime=f'0{place}.11.2026 10:00'
                )
                if way == 'number':
                    document.sudo()._set_number(portal.qaime)
                self.imported(portal)
                if way == 'download':
                    self.assertFalse(document.qaime)
                    document.sudo()._set_number(portal.qaime)
                self.assertEqual((document.qaime, document.state, document.move_id), (portal.qaime, 'registered', move))
                self.assertEqual(len(self.env['vatportal.document'].search([('qaime', '=', portal.qaime)])), 1)
                self.assertEqual((document.amount_total, document.amount_differs, document.amount_difference), (236, True, -118))
                self.assertEqual(document.line_ids.move_line_id, move.invoice_line_ids)
                self.env['vatportal.document']._follow_waiting()
                self.assertIn('differs', ' '.join(move.activity_ids.mapped('summary')))
                # The next import has no news, and loses none.
                self.assertEqual(self.imported(portal)['unchanged'], 1)
                seen.append(self.figures(document))
        self.assertEqual(seen, seen[:1] * 3)

    def test_the_same_figures(self):
        move, document = self.unsigned()
        portal = self.portal(move)
        self.imported(portal)
        document.sudo()._set_number(portal.qaime)
        self.assertFalse(document.amount_differs)
        self.assertEqual(document.line_ids.move_line_id, move.invoice_line_ids)
        self.assertFalse(document.sudo().message_ids.filtered(lambda message: 'Row' in (message.body or '')), 'its first download is no change')

    def test_a_file_is_not_the_portals_word(self):
        """Anybody can write a file: its figures do not take the place of what was sent; the next download tells."""
        move, document = self.unsigned()
        file = self.document(200.0, direction='outgoing', qaime='MT261100000031', file_name='sent.xml', status=False, status_code=False)
        self.assertTrue(file.is_mere_file)
        document.sudo()._set_number(file.qaime)
        self.assertFalse(file.exists())
        self.assertEqual((document.amount_total, document.amount_differs), (118, False))
        self.imported(self.portal(move, qaime='MT261100000031', net=200))
        self.assertEqual((document.amount_total, document.amount_differs), (236, True))

    # ------------------------------------------------------------------ files without a number

    def test_a_numberless_file_takes_its_downloads_figures(self):
        """A person has typed the number on the file's bill; the download writes the note and an amount a little otherwise."""
        bill = self.drop(self.xml('100'))
        document = bill.vatportal_bill_document_id
        bill.write({'invoice_date': fields.Date.to_date('2026-11-20'), 'ref': NUMBER})
        self.store(self.as_downloaded(NUMBER, {'prod_name': 'Sement  M-400', 'unit_price': 100.004}, main_subject='Müqavilə A–12', status='onApproval'))
        self.assertEqual(self.documents(), document)
        self.assertEqual((document.qaime, document.move_id), (NUMBER, bill))
        self.assertEqual((document.main_info, document.line_ids.name, document.line_ids.price_unit), ('Müqavilə A–12', 'Sement  M-400', 100.004))
        self.assertEqual(bill.invoice_line_ids.vatportal_line_id, document.line_ids)
        self.assert_total(document)
        self.assertEqual(self.drop(self.xml('100'), 'again.xml').vatportal_bill_document_id, document)
        self.assertEqual(self.documents(), document, 'the same file comes again')

    def test_what_was_decided_of_the_download_stays(self):
        """A person says that a file's bill is of this document: what was answered, and to whom it is entrusted, is of it still."""
        bill = self.drop(self.xml('100', note='İcarə'))
        bill.write({'invoice_date': '2026-10-31'})
        bill.action_post()
        self.store(self.as_downloaded(NUMBER, main_subject='İcarə', status='onApproval', datetime='20.11.2026 10:00'))
        download = self.documents(qaime=NUMBER)
        self.assertNotEqual(download.move_id, bill)
        clerk = new_test_user(self.env, 'first-clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids)
        download._decide(decision='refuse', user=clerk, note='Artıqdır')
        download._become_one_with(bill.vatportal_bill_document_id)
        document = bill.vatportal_bill_document_id
        self.assertEqual((document.qaime, document.answer_decision, document.answer_user_id, document.answer_note), (NUMBER, 'refuse', clerk, 'Artıqdır'))
        self.assertEqual((document.answer_by_id, bool(document.answer_at)), (self.env.user, True))

    # ------------------------------------------------------------------ what people have said of it

    def said(self, document):
        """What people have said of ``document``, and put on it."""
        document = document.sudo()
        document.message_post(body=WORDS, message_type='comment')
        document.other_move_ids = self.create_invoice({'price_unit': 7})
        about = {'company_id': self.company.id, 'document_id': document.id, 'text': 'Kuryerlə', 'finding': 'only_etaxes'}
        return {
            'explanation': self.env['vatportal.explanation'].sudo().create(about),
            'activity': document.activity_schedule('mail.mail_activity_data_todo', summary='Zəng et'),
            'file': self.env['ir.attachment'].sudo().create({'name': 'skan.pdf', 'raw': b'skan', 'res_model': document._name, 'res_id': document.id}),
            'other': document.other_move_ids,
        }

    def assert_said(self, document, said):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(said['explanation'].exists().document_id, document)
        self.assertEqual((said['activity'].exists().res_id, said['file'].res_id), (document.id, document.id))
        self.assertIn(said['other'], document.other_move_ids)
        self.assertIn(WORDS, ' '.join(document.message_ids.mapped('body')))

    def test_what_was_said_of_a_download_whose_number_comes(self):
        move, document = self.unsigned()
        portal = self.portal(move)
        self.imported(portal)
        download = self.documents(direction='outgoing', qaime=portal.qaime)
        said = self.said(download)
        document.sudo()._set_number(portal.qaime)
        self.assertFalse(download.exists())
        self.assert_said(document, said)
        self.assertNotIn('Read from a file', ' '.join(document.message_ids.mapped('body')), 'it was downloaded')

    def test_what_was_said_of_a_file_whose_number_comes(self):
        _move, document = self.unsigned()
        file = self.document(100.0, direction='outgoing', qaime='MT261100000031', file_name='sent.xml', status=False, status_code=False)
        said = self.said(file)
        document.sudo()._set_number(file.qaime)
        self.assert_said(document, said)

    def test_what_was_said_of_one_of_two(self):
        """A person says that they are the same: the one that has no bill goes, whether the file has no number or the other one."""
        bill = self.drop(self.xml('100', note='İcarə'))
        bill.write({'invoice_date': '2026-10-31'})
        bill.action_post()
        self.store(self.as_downloaded(NUMBER, main_subject='İcarə', status='onApproval', datetime='20.11.2026 10:00'))
        download = self.documents(qaime=NUMBER)
        said = self.said(download)
        download._become_one_with(bill.vatportal_bill_document_id)
        self.assert_said(bill.vatportal_bill_document_id, said)

        billed = self.bill(50.0, main_info='Nəqliyyat').vatportal_bill_document_id
        draft = self.drop(self.xml('50', note='Nəqliyyat xidməti'))
        file = draft.vatportal_file_document_id
        said = self.said(file)
        file._become_one_with(billed)
        self.assertFalse(file.exists())
        self.assert_said(billed, said)
