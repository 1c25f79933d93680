from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..bill_common import BUYER, OTHER_BUYER, SELLER
from ..xml_common import NUMBER, XmlCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestXmlMail(XmlCommon):
    """Files mailed to the alias of the purchase journal."""

    def setUp(self):
        super().setUp()
        domain = self.env['mail.alias.domain'].create({'name': 'xezer.example'})
        self.company.alias_domain_id = domain
        self.purchase_journal.alias_id.alias_name = 'bills'
        self.purchase_journal.alias_id.alias_domain_id = domain

    def mail(self, *files):
        """Receive a mail with (name, type, content) ``files``; return the bills that came of it."""
        before = self.env['account.move'].search([])
        message = self.env['ir.mail_server']._build_email__(
            email_from='vendor@qafqaz.example',
            email_to=['bills@xezer.example'],
            subject='Qaimə',
            body='Salam',
            attachments=[(name, content, mimetype) for name, mimetype, content in files],
        )
        self.env['mail.thread'].with_context(mail_create_nosubscribe=True).message_process('account.move', message.as_bytes())
        return (self.env['account.move'].search([]) - before).sorted('id')

    def test_xml(self):
        for position, mimetype in enumerate(('text/xml', 'application/xml', 'text/plain', 'application/octet-stream')):
            bill = self.mail(('q.xml', mimetype, self.xml(number=f'MT26112500010{position}')))
            self.assertEqual((bill.partner_id, bill.amount_total), (self.vendor, 118), mimetype)
            self.assertEqual(bill.move_type, 'in_invoice')
        self.assertEqual(len(self.documents()), 4)

    def test_two_files_and_a_package(self):
        bills = self.mail(
            ('a.xml', 'text/xml', self.xml('1', number='MT261125000101')),
            ('b.xml', 'text/xml', self.xml('2', number='MT261125000102')),
            ('c.zip', 'application/zip', self.package(self.xml('3', number='MT261125000103'), self.xml('4', number='MT261125000104'))),
        )
        self.assertEqual(sorted(bills.mapped('amount_total')), [1.18, 2.36, 3.54, 4.72])
        self.assertEqual(self.documents().move_id, bills)

    def test_again(self):
        bill = self.mail(('a.xml', 'text/xml', self.xml(number=NUMBER)))
        again = self.mail(('a.xml', 'text/xml', self.xml(number=NUMBER)))
        self.assertEqual(again.state, 'cancel')
        self.assert_refused(again, 'It is here already', f'data-oe-id="{bill.id}"')
        self.assertEqual(self.documents().move_id, bill)

    def test_no_bill_is_wanted(self):
        """That was decided by a person; a mail decides nothing."""
        document = self.document(100.0, qaime=NUMBER)
        document.action_ignore_bill()
        again = self.mail(('a.xml', 'text/xml', self.xml(number=NUMBER)))
        self.assertEqual((again.state, again.invoice_line_ids.ids, document.bill_state), ('cancel', [], 'ignored'))
        self.assert_refused(again, 'no bill is wanted')

    def test_its_bill_was_deleted(self):
        bill = self.mail(('a.xml', 'text/xml', self.xml(number=NUMBER)))
        bill.unlink()
        document = self.documents()
        again = self.mail(('a.xml', 'text/xml', self.xml(number=NUMBER)))
        self.assertEqual((again.state, document.move_id.ids), ('cancel', []))
        self.assert_refused(again, 'deleted by a person')
        self.assertEqual(self.drop(self.xml(number=NUMBER)), document.move_id, 'a person asks for it')

    def test_what_the_company_issued_is_not_taken_from_a_mail(self):
        """Anybody could say so that an invoice is at e-taxes."""
        move = self.create_invoice(ref=NUMBER)
        file = self.xml(number=NUMBER, seller=SELLER, buyer=BUYER)
        for name, content in (('a.xml', file), ('a.zip', self.package(file))):
            entry = self.mail((name, 'application/octet-stream', content))
            self.assert_refused(entry, 'not taken from a mail')
        self.assertFalse(self.documents())
        self.assertTrue(move.vatportal_can_send)

    def test_nothing_of_ours_in_a_package(self):
        """The mail stays where it can be read; no draft waits for anybody."""
        entry = self.mail(('a.zip', 'application/zip', self.package(b'<x/>')))
        self.assertEqual(entry.state, 'cancel')
        self.assert_refused(entry, 'no qaimə file', '1.xml')

    def test_broken(self):
        bill = self.mail(('a.zip', 'application/zip', self.package(self.xml())[:-40]))
        self.assert_refused(bill, 'damaged')


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestXmlWizard(XmlCommon):
    """Files chosen in the import wizard."""

    def run_wizard(self, *contents, company=None, **vals):
        files = self.env['ir.attachment'].union(*(self.attach(content, f'{position}.xml') for position, content in enumerate(contents, 1)))
        return self.env['vatportal.import.wizard'].create({'source': 'file', 'file_ids': [Command.set(files.ids)], **vals}).action_import()

    def test_form(self):
        with Form(self.env['vatportal.import.wizard']) as form:
            form.source = 'file'
            form.file_ids.add(self.attach(self.xml(number=NUMBER)))
        action = form.record.action_import()
        document = self.documents()
        self.assertEqual((action['res_model'], action['res_id']), ('vatportal.document', document.id))
        self.assertEqual(document.bill_state, 'billed')
        self.assertEqual(document.move_id.amount_total, 118)

    def test_without_connector(self):
        self.connector.unlink()
        self.run_wizard(self.xml(number=NUMBER))
        self.assertEqual(self.documents().bill_state, 'billed')

    def test_several(self):
        """What is sound comes in; the rest is told by file and row."""
        bad = self.xml('1', number='MT261125000102').replace(b'<c16>1.1800', b'<c16>9')
        action = self.run_wizard(self.package(self.xml(number='MT261125000101'), bad), self.xml(number='MT261125000103', buyer=BUYER))
        params = action['params']
        self.assertIn('2.xml: Row 1 does not add up', params['message'])
        self.assertIn(BUYER, params['message'])
        self.assertEqual((params['type'], params['next']['res_id']), ('warning', self.documents().id))

    def test_again(self):
        self.run_wizard(self.xml(number=NUMBER))
        action = self.run_wizard(self.xml(number=NUMBER))
        self.assertIn('already', action['params']['message'])
        self.assertEqual(len(self.documents()), 1)
        self.assertEqual(len(self.documents().move_id), 1)

    def test_many(self):
        """The bills of many are left to the scheduled action."""
        package = self.package(*(self.xml(number=f'MT2611250{number:05}') for number in range(101)))
        self.run_wizard(package)
        documents = self.documents()
        self.assertEqual((len(documents), set(documents.mapped('bill_state'))), (101, {'to_bill'}))
        self.assertTrue(all(documents.mapped('bill_requested')))
        with self.assertRaisesRegex(UserError, '501 documents'):
            self.run_wizard(self.package(*[b'<x/>'] * 501))

    def test_nothing_sound(self):
        with self.assertRaisesRegex(UserError, 'none of'):
            self.run_wizard(self.xml(buyer=BUYER))
        with self.assertRaisesRegex(UserError, 'not a qaimə|well-formed'):
            self.run_wizard(b'x')
        with self.assertRaisesRegex(UserError, 'Choose the files'):
            self.run_wizard()
        self.assertFalse(self.documents())

    def test_company_of_others(self):
        other = self.setup_other_company(name='Başqa MMC')['company']
        with self.assertRaises(UserError), mute_logger('odoo.models'):
            self.run_wizard(self.xml(buyer=OTHER_BUYER), company_id=other.id)

    def test_own_document(self):
        """What we issued: kept as sent, no bill. Without a number it says nothing."""
        self.run_wizard(self.xml(number=NUMBER, seller=SELLER, buyer=BUYER))
        document = self.documents()
        self.assertEqual((document.direction, document.bill_state, document.partner_id), ('outgoing', 'none', self.partner))
        with self.assertRaisesRegex(UserError, 'no qaimə number yet'):
            self.run_wizard(self.xml(seller=SELLER, buyer=BUYER))
