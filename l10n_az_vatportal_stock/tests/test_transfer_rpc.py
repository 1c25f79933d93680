from odoo.fields import Command
from odoo.tests import HttpCase

from odoo.addons.l10n_az_vatportal.tests.rpc_common import RpcCommon

from .transfer_common import TransferCommon


class TestTransferRpc(RpcCommon, TransferCommon, HttpCase):
    """What this addon adds, and what transfers inherit from the main one, is checked for access like everything there."""

    def records(self):
        selection = self.env['vatportal.selection']._start([self.picking], self.connector, True)
        document = self.picking.vatportal_document_id
        return {
            'stock.picking': self.picking,
            'vatportal.document': document,
            'vatportal.job': document.job_ids,
            'vatportal.connector': self.connector,
            'vatportal.selection': selection,
            'vatportal.selection.line': selection.line_ids,
            'account.move': self.move,
        }

    def made(self):
        pickings = {'picking_ids': [Command.set(self.picking.ids)]}
        documents = {'document_ids': [Command.set(self.picking.vatportal_document_id.ids)], 'reason': 'Wrong'}
        connector = {'connector_id': self.connector.id}
        return {
            'vatportal.send.wizard': pickings,
            'vatportal.delete.wizard': documents,
            'vatportal.package.wizard': {'move_ids': [Command.set(self.move.ids)]},
            'vatportal.bill.wizard': {'document_id': self.picking.vatportal_document_id.id},
            'vatportal.candidate.wizard': {'move_id': self.move.id, 'document_id': self.picking.vatportal_document_id.id},
            'vatportal.unit.wizard': {'move_id': self.move.id},
            'account.move.send.wizard': {'move_id': self.move.id},
            'account.move.reversal': {'move_ids': [Command.set(self.move.ids)], 'journal_id': self.move.journal_id.id, 'company_id': self.company.id},
            'vatportal.company.wizard': connector,
            'vatportal.release.wizard': connector,
            'vatportal.answer.wizard': {},
            'vatportal.archive.wizard': {},
            'vatportal.token.wizard': connector,
            'vatportal.import.wizard': connector,
            'vatportal.import.schedule': connector,
            'vatportal.product.code': {'code': '2523290000', 'name': 'Sement'},
            'res.config.settings': {},
        }

    def test_public_methods_are_checked(self):
        self.picking, self.move = self.create_transfer(), self.create_invoice()
        self.sent(self.picking)
        for addon in ('l10n_az_vatportal_stock', 'l10n_az_vatportal'):
            self.ADDON = addon
            with self.subTest(addon):
                methods = self.assertChecked()
        self.assertIn('action_vatportal_send', methods)
