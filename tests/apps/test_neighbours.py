from odoo.tests import tagged

from ..common import VatportalCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestNeighbours(VatportalCommon):
    """The database of these tests has what they are about."""

    def test_the_apps_are_there(self):
        wanted = (
            'account_debit_note',
            'account_tax_python',
            'point_of_sale',
            'pos_loyalty',
            'purchase_stock',
            'sale_loyalty',
            'sale_management',
            'sale_stock',
            'l10n_az_vatportal_stock',
        )
        found = self.env['ir.module.module'].search([('name', 'in', wanted), ('state', '=', 'installed')])
        self.assertEqual(set(found.mapped('name')), set(wanted))

    def test_an_invoice_goes(self):
        move = self.create_invoice({'quantity': 3, 'price_unit': 12.5})
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered')
