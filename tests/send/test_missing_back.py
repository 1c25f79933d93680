from odoo.tests import tagged

from .test_missing import MissingCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestMissingBack(MissingCommon):
    """A sent document was missing, a person said that it is gone, and a reading shows it again."""

    def said_gone(self, source='portal', held=True, **values):
        """Such a document, its invoice, and its row at e-taxes."""
        numbers = self.put(3, folder=1, **values)
        self.download('outgoing', source=source)
        document, move = self.of(numbers[0], 'outgoing'), self.create_invoice()
        document._link(move)
        row = self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 1)[numbers[0]]
        self.drop_from(numbers[0], folder=1, held=held)
        self.download('outgoing', source=source)
        document.action_not_at_portal()
        self.assertEqual((document.state, document.status, move.vatportal_can_send), ('deleted', 'deleted', True))
        return document, move, row

    def show(self, row, **values):
        self.sandbox.portal.etaxes.put(self.sandbox.portal.company(None), 1, {**row, **values})

    def sent_again(self, move):
        """The document with which ``move`` went once more."""
        values = {'status': 'onApproval', 'qaime': 'MT261155500777', 'erp_id': f'{move._vatportal_series()}-2'}
        gone = move.vatportal_document_id.read(
            ['company_id', 'connector_id', 'direction', 'date', 'kind_id', 'buyer_vat', 'partner_id', 'amount_total'], load=False
        )
        del gone[0]['id']
        return self.env['vatportal.document'].sudo().create({**gone[0], **values, 'state': 'registered', 'move_id': move.id}).sudo(False)

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
