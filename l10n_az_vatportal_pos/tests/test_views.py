from odoo.addons.l10n_az_vatportal.tests.platform.views_common import ViewsCase

from .pos_common import PosCommon


class TestPosViews(PosCommon, ViewsCase):
    """What the addon adds to connectors, and the list behind its menu, on a desk and on a phone."""

    addons = ('l10n_az_vatportal_pos',)
    # A wider one shows the PDF of a till's invoice beside it, and in tests that is none.
    desk, measures = '1366x768', False

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += self.env.ref('base.group_system')
        self.moves = self.invoices(2)

    def records(self, model):
        return self.connector if model == 'vatportal.connector' else super().records(model)

    def action_stops(self):
        # The menu opens what a server action returns.
        action = self.env.ref('l10n_az_vatportal_pos.action_pos_invoices').run()
        self.assertEqual(self.env['account.move'].search(action['domain']), self.moves.sorted())
        menu = {'name': 'menu_pos_invoices', 'action': action}
        return [
            *super().action_stops(),
            {**menu, 'view': 'list'},
            {'name': 'an invoice', 'view': 'form', 'action': {**action, 'views': [[False, 'form']], 'res_id': self.moves[0].id}},
        ]

    def test_every_view(self):
        self.open_everything(self.env.user.login)
