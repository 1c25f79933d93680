from odoo.tests import tagged

from ...models.states import FINAL_STATUSES
from .test_missing import MissingCommon


class BackCommon(MissingCommon):
    def row(self, number, folder=1):
        return self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), folder)[number]

    def show(self, row, folder=1, **values):
        self.sandbox.portal.etaxes.put(self.sandbox.portal.company(None), folder, {**row, **values})

    def sent_again(self, move):
        """The document with which ``move`` went once more."""
        values = {'status': 'onApproval', 'qaime': 'MT261155500777', 'erp_id': f'{move._vatportal_series()}-2'}
        gone = move.vatportal_document_id.read(
            ['company_id', 'connector_id', 'direction', 'date', 'kind_id', 'buyer_vat', 'partner_id', 'amount_total'], load=False
        )
        del gone[0]['id']
        return self.env['vatportal.document'].sudo().create({**gone[0], **values, 'state': 'registered', 'move_id': move.id}).sudo(False)


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestMissingBack(BackCommon):
    """A sent document was missing, a person said that it is gone, and a reading shows it again."""

    def said_gone(self, source='portal', held=True, **values):
        """Such a document, its invoice, and its row at e-taxes."""
        numbers = self.put(3, folder=1, **values)
        self.download('outgoing', source=source)
        document, move = self.of(numbers[0], 'outgoing'), self.create_invoice()
        document._link(move)
        row = self.row(numbers[0])
        self.drop_from(numbers[0], folder=1, held=held)
        self.download('outgoing', source=source)
        document.action_not_at_portal()
        self.assertEqual((document.state, document.status, move.vatportal_can_send), ('deleted', 'deleted', True))
        return document, move, row

    def test_it_stands_again(self):
        for source, change in (('portal', {}), ('portal', {'status': 'onApproval'}), ('etaxes', {}), ('etaxes', {'add_info': 'Başqa'})):
            with self.subTest(source=source, change=change):
                document, move, row = self.said_gone(source)
                self.show(row, **change)
                self.download('outgoing', source=source)
                self.assertEqual((document.state, document.status), ('registered', change.get('status', 'approved')))
                self.assertFalse(document.missing_since or document.deleted_by_id or document.deleted_at or document.delete_reason)
                self.assertEqual((document.move_id, move.vatportal_state, move.vatportal_can_send), (move, 'registered', False))
                self.assertIn('at e-taxes after all', ' '.join(move.message_ids.mapped('body')))

    def test_sent_again_meanwhile(self):
        """Both are there: neither hides the other, and a person is asked."""
        document, move, row = self.said_gone(source='etaxes')
        other = self.sent_again(move)
        for change in ({}, {'add_info': 'Başqa'}):
            self.show(row, **change)
            self.download('outgoing', source='etaxes')
            self.assertEqual((document.state, document.move_id.id, move.vatportal_document_id), ('registered', False, other))
            self.assertEqual((document.double_id, other.double_id), (other, document))
        self.assertIn('may be the same', ' '.join((document.activity_ids | move.activity_ids).mapped('summary')))

    def test_an_old_copy_at_vatportal_brings_nothing_back(self):
        document, move, row = self.said_gone('etaxes', held=False)
        self.download('outgoing', source='portal')
        self.assertEqual((document.state, document.status, move.vatportal_state), ('deleted', 'deleted', 'deleted'))
        self.show(row)
        self.download('outgoing', source='etaxes')
        self.assertEqual((document.state, move.vatportal_state), ('registered', 'registered'))

    def test_shown_as_cancelled(self):
        document, move, row = self.said_gone()
        self.show(row, status='canceled')
        self.download('outgoing')
        self.assertEqual((document.state, document.status, move.vatportal_can_send), ('deleted', 'canceled', True))


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestStatusBack(BackCommon):
    """e-taxes said of a document that it is no more, and a later reading shows it in force."""

    def ended(self, status, direction='outgoing'):
        """Such a document with its entry, and its row at e-taxes."""
        folder = 1 if direction == 'outgoing' else 0
        [number] = self.put(1, folder=folder)
        self.download(direction)
        document, row = self.of(number, direction), self.row(number, folder)
        if folder:
            document._link(self.create_invoice())
        else:
            document.action_create_bills()
        self.show(row, folder, status=status)
        self.download(direction)
        self.assertEqual(document.status, status)
        return document, document.move_id, row

    def test_a_sent_one(self):
        for status in FINAL_STATUSES:
            with self.subTest(status=status):
                document, move, row = self.ended(status)
                self.assertEqual((document.state, move.vatportal_can_send), ('deleted', True))
                self.show(row)
                self.download('outgoing')
                self.assertEqual((document.state, document.status), ('registered', 'approved'))
                self.assertEqual((move.vatportal_document_id, move.vatportal_can_send, move.activity_ids.ids), (document, False, []))

    def test_a_received_one(self):
        self.connector.cancel_draft_bills = True
        for status in FINAL_STATUSES:
            with self.subTest(status=status):
                document, bill, row = self.ended(status, 'incoming')
                self.assertEqual((bill.state, document.bill_state), ('cancel', 'none'))
                self.show(row, 0)
                self.download()
                self.assertEqual((document.state, document.status, document.bill_state), ('registered', 'approved', 'to_bill'))
                document.action_create_bills()
                self.assertEqual(document.bill_state, 'billed')

    def test_what_stays_ended_is_not_written(self):
        for status in FINAL_STATUSES:
            document, _move, _row = self.ended(status)
            self.env.flush_all()
            self.env.cr.execute("UPDATE vatportal_document SET write_date = '2026-01-01' WHERE id = %s", document.ids)
            document.invalidate_recordset()
            self.download('outgoing')
            self.env.flush_all()
            self.assertEqual(str(document.write_date), '2026-01-01 00:00:00', status)

    def test_its_invoice_has_gone_again(self):
        document, move, row = self.ended('canceled')
        other = self.sent_again(move)
        self.show(row)
        self.download('outgoing')
        self.assertEqual((document.state, document.move_id.id, move.vatportal_document_id), ('registered', False, other))
        self.assertEqual((document.double_id, other.double_id), (other, document))
        self.assertIn('may be the same', ' '.join((document.activity_ids | move.activity_ids).mapped('summary')))

    def test_its_invoice_was_cancelled(self):
        document, move, row = self.ended('canceled')
        move.button_draft()
        move.button_cancel()
        self.show(row)
        self.download('outgoing')
        self.assertEqual(document.state, 'registered')
        self.assertIn('stands, and its invoice does not', move.activity_ids.summary)

    def test_a_status_that_nobody_knows_brings_nothing_back(self):
        document, move, row = self.ended('canceled')
        self.show(row, status='ləğv')
        self.download('outgoing')
        self.assertEqual((document.state, document.status, move.vatportal_can_send), ('deleted', 'unknown', True))
        self.show(row)
        self.download('outgoing')
        self.assertEqual((document.state, move.vatportal_can_send), ('registered', False))

    def test_it_was_left_behind_by_an_earlier_version(self):
        document, move, row = self.ended('canceled')
        self.show(row)
        self.download('outgoing')
        document.sudo().state = 'deleted'
        self.download('outgoing')
        self.assertEqual((document.state, move.vatportal_can_send), ('registered', False))

    def test_deleted_from_here(self):
        """What VatPortal holds may be older than the deletion; e-taxes, asked after it, is not."""
        [number] = self.put(1, folder=1)
        self.download('outgoing')
        document = self.of(number, 'outgoing')
        for fingerprint in (document.fingerprint, False):
            with self.subTest(read_before=bool(fingerprint)):
                document.sudo()._set_deleted(self.env.user, 'Wrong price')
                document.sudo().write({'fingerprint': fingerprint, 'deleted_at': '2026-11-10 12:00:00'})
                self.download('outgoing')
                self.assertEqual(document.state, 'deleted')
                self.download('outgoing', source='etaxes')
                self.assertEqual((document.state, document.status), ('registered', 'approved'))
