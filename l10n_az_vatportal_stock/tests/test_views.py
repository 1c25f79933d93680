from odoo.addons.l10n_az_vatportal.tests.platform.views_common import ViewsCase

from .transfer_common import TransferCommon


class TestTransferViews(TransferCommon, ViewsCase):
    """Transfers, warehouses and what the addon adds to documents and connectors, on a desk and on a phone."""

    addons = ('l10n_az_vatportal_stock',)

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += self.env.ref('base.group_system') + self.env.ref('stock.group_stock_manager')
        self.pickings = self.create_transfer() + self.create_transfer() + self.create_dispatch() + self.create_transfer(done=False)
        self.finish(self.send(self.pickings[0]))
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', message='No')
        self.finish(self.send(self.pickings[1]))

    def records(self, model):
        return {
            'stock.picking': self.pickings,
            'vatportal.document': self.pickings.vatportal_document_id,
            'stock.warehouse': self.baku + self.ganja,
            'vatportal.connector': self.connector,
        }.get(model) or super().records(model)

    def wizard_actions(self):
        return {'vatportal.send.wizard': [self.pickings[2].action_vatportal_send(), self.pickings[:3].action_vatportal_send()]}

    def test_every_view(self):
        self.open_everything(self.env.user.login)
