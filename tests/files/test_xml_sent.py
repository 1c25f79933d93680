from odoo.exceptions import UserError
from odoo.tests import tagged

from ..bill_common import BUYER, SELLER
from ..xml_common import NUMBER, XmlCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestXmlSent(XmlCommon):
    """Files of documents that the company issued: a file, which anybody can write, links no invoice."""

    def take(self, **vals):
        return self.env['vatportal.document']._from_file(self.company, 'a.xml', self.xml(seller=SELLER, buyer=BUYER, **{'number': NUMBER, **vals}))[0]

    def download(self, **changes):
        read = self.as_downloaded(**{'qaime': NUMBER, 'tin_from': SELLER, 'tin_to': BUYER, **changes})
        self.env['vatportal.document']._upsert_from_portal(self.connector, 'outgoing', [read])

    def test_a_number_on_the_invoice(self):
        for position, (field, price) in enumerate([('ref', 100), ('ref', 5), ('payment_reference', 100), ('payment_reference', 5)]):
            with self.subTest(field=field, price=price):
                number = f'{NUMBER[:-1]}{position}'
                move = self.create_invoice({'price_unit': price}, **{field: number})
                document = self.take(number=number)
                self.assertEqual((document.move_id.id, document.proposed_move_ids), (False, move))
                self.assertTrue(move.vatportal_can_send)
                self.download(qaime=number)
                self.assertEqual((document.move_id, document.is_mere_file, move.vatportal_state), (move, False, 'registered'))

    def test_an_erp_id_that_waits_for_its_number(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, 3)
        sent = move.vatportal_document_id
        document = self.take(note=f'ERP {sent.erp_id}')
        self.assertEqual((move.vatportal_document_id, sent.qaime, document.exists().move_id.id), (sent, False, False))
        self.assertEqual(document.proposed_move_ids, move)

    def test_an_erp_id_of_before(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        sent = move.vatportal_document_id
        sent.sudo()._set_state('deleted')
        document = self.take(note=f'ERP {sent.erp_id}')
        self.assertEqual((document.move_id.id, document.proposed_move_ids, move.vatportal_can_send), (False, move, True))

    def test_it_is_not_at_the_portal(self):
        move = self.create_invoice()
        document = self.take()
        document._link(move)
        self.assertEqual(move.vatportal_state, 'registered')
        document.action_not_at_portal()
        self.assertEqual((document.state, move.vatportal_can_send), ('deleted', True))
        self.download()
        self.assertEqual((document.state, document.status, move.vatportal_state), ('registered', 'approved', 'registered'))
        with self.assertRaisesRegex(UserError, 'only for invoices'):
            document.action_not_at_portal()
