import io
import zipfile

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..bill_common import OTHER_BUYER
from ..xml_common import NUMBER, XmlCommon

NUMBERS = tuple(f'MT26112500010{number}' for number in range(1, 5))
UBL = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID>1</ID></Invoice>'


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestXmlPack(XmlCommon):
    """Packages as others pack them, files as others write them."""

    def zip(self, **files):
        """A ZIP without e-taxes' own manifest."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name + ('' if name.endswith('zip') else '.xml'), content)
        return buffer.getvalue()

    def bills(self):
        return self.env['account.move'].search([('journal_id', '=', self.purchase_journal.id)], order='id')

    # ------------------------------------------------------------------ packages

    def test_packed_on_a_mac(self):
        bill = self.drop(self.package(self.xml(number=NUMBER), **{'__MACOSX/._1.xml': b'\0\5\x16\7', '.DS_Store.xml': b'x'}), 'package.zip')
        self.assertEqual((bill, self.documents().move_id), (self.bills(), bill))

    def test_packages_in_a_package(self):
        inner = self.package(self.xml('2', number=NUMBERS[1]), self.xml('3', number=NUMBERS[2]))
        for outer in (
            self.package(self.xml('1', number=NUMBERS[0]), **{'november.zip': inner}),
            self.zip(**{'a.zip': self.package(self.xml('4', number=NUMBERS[3]))}),
        ):
            self.drop(outer, 'package.zip')
        self.assertEqual(self.bills().mapped('ref'), list(NUMBERS))
        self.assertEqual(self.bills().mapped('amount_total'), [1.18, 2.36, 3.54, 4.72])

    def test_other_files_in_a_package(self):
        """They leave no draft; the document's chatter names them."""
        bill = self.drop(self.package(UBL, self.xml(number=NUMBER), b'<x/>'), 'package.zip')
        self.assertEqual(self.bills(), bill)
        self.assertEqual(bill.ref, NUMBER)
        self.assertIn('1.xml, 3.xml', ' '.join(self.documents().message_ids.mapped('body')))

    def test_nothing_of_ours_in_a_package(self):
        for content in (self.zip(a=UBL, b=b'<x/>'), self.package(b'<x/>')):
            with self.assertRaisesRegex(UserError, 'No qaimə file is in qaimə.zip'):
                self.drop(content, 'qaimə.zip')
        self.assertFalse(self.bills())

    def test_nothing_of_ours_beside_a_qaime(self):
        """What is sound becomes a bill; of the rest whoever dropped it is told."""
        files = self.attach(self.xml(number=NUMBER)) + self.attach(self.zip(a=UBL), 'other.zip')
        action = self.purchase_journal.with_context(default_move_type='in_invoice').create_document_from_attachment(files.ids)
        self.assertEqual(self.bills().ids, [action['res_id']])
        self.env.flush_all()
        self.env.cr.precommit.run()
        told = self.env['bus.bus'].sudo().search([('message', 'ilike', 'other.zip')])
        self.assertEqual(len(told), 1)

    def test_files_of_others_are_left_alone(self):
        """ZIPs in which e-taxes has no part are Odoo's own matter."""
        for content in (self.zip(**{'a.zip': self.zip(**{'b.zip': b'PK'})}), self.zip(**{'a.zip': b'PK\3\4'})):
            bill = self.drop(content, 'photos.zip')
            self.assertFalse(bill.message_ids.filtered(lambda message: 'not imported' in message.body))

    # ------------------------------------------------------------------ in the chatter

    def post(self, bill, *files):
        bill.message_post(message_type='comment', attachment_ids=self.env['ir.attachment'].union(*(self.attach(content, name) for name, content in files)).ids)

    def test_a_package_in_the_chatter(self):
        bill = self.env['account.move'].create({'move_type': 'in_invoice'})
        self.post(bill, ('package.zip', self.package(*(self.xml(str(amount), number=number) for amount, number in enumerate(NUMBERS[:3], 1)))))
        self.assertEqual((bill.ref, bill.amount_total), (NUMBERS[0], 1.18))
        others = self.bills() - bill
        self.assertEqual(others.mapped('ref'), list(NUMBERS[1:3]))
        self.assertEqual(others.mapped('amount_total'), [2.36, 3.54])
        said = ' '.join(bill.message_ids.mapped('body'))
        for other, name in zip(others, ('2.xml', '3.xml'), strict=True):
            self.assertIn(f'data-oe-id="{other.id}"', said)
            self.assertEqual(other.attachment_ids.mapped('name'), [name])

    def test_several_files_in_one_message(self):
        bill = self.env['account.move'].create({'move_type': 'in_invoice'})
        self.post(bill, ('a.xml', self.xml('1', number=NUMBERS[0])), ('b.xml', self.xml('2', number=NUMBERS[1])))
        self.assertEqual(sorted(self.bills().mapped('ref')), list(NUMBERS[:2]))

    def test_a_package_on_a_bill_that_is_made(self):
        """It keeps its lines; every document of the package is read all the same."""
        bill = self.bill(50.0)
        for step in ('draft', 'posted'):
            if step == 'posted':
                bill.action_post()
            self.post(bill, ('package.zip', self.package(self.xml('1', number=NUMBERS[0]), self.xml('2', number=NUMBERS[1]))))
            self.assertEqual((bill.amount_total, bill.state), (59, step))
            self.assertEqual((self.bills() - bill).mapped('ref'), list(NUMBERS[:2]))

    def test_a_package_in_the_chatter_with_faults(self):
        bill = self.env['account.move'].create({'move_type': 'in_invoice'})
        bad = self.xml('2', number=NUMBERS[1]).replace(b'<c16>2.3600', b'<c16>9.3600')
        self.post(
            bill,
            (
                'package.zip',
                self.package(self.xml('1', number=NUMBERS[0]), bad, self.xml('3', number=NUMBERS[2], buyer=OTHER_BUYER), self.xml('4', number=NUMBERS[3])),
            ),
        )
        self.assertEqual(self.bills().mapped('ref'), [NUMBERS[0], NUMBERS[3]])
        said = ' '.join(bill.message_ids.mapped('body'))
        self.assertIn('Row 1 does not add up', said)
        self.assertIn(OTHER_BUYER, said)

    def test_a_package_on_a_customer_invoice(self):
        """Proof of something, but no bills: that is not where they are dropped."""
        invoice = self.create_invoice()
        self.post(invoice, ('package.zip', self.package(self.xml('1', number=NUMBERS[0]), self.xml('2', number=NUMBERS[1]))))
        self.assertFalse(self.documents())

    # ------------------------------------------------------------------ files

    def test_before_the_declaration(self):
        for position, start in enumerate((b'\n', b'\xef\xbb\xbf', b'\xef\xbb\xbf\r\n', b' ' * 1000), 1):
            bill = self.drop(start + self.xml(number=NUMBERS[position - 1]))
            self.assertEqual((bill.ref, bill.amount_total), (NUMBERS[position - 1], 118))

    def test_the_declared_encoding(self):
        for number, encoding, name in zip(
            NUMBERS, ('windows-1251', 'windows-1254', 'utf-16', 'iso-8859-9'), ('Цемент М400', 'Kağıt şerit', 'Kağız, ədəd', 'Kağıt'), strict=False
        ):
            text = self.xml(number=number, name=name, note='Akt 5', unit='kq').decode()
            self.assertIn('<?xml', text)
            text = f'<?xml version="1.0" encoding="{encoding}"?>' + text.partition('?>')[2]
            self.drop(text.encode(encoding))
            self.assertEqual(self.documents(qaime=number).line_ids.name, name, encoding)
