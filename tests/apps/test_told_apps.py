from odoo.tests import tagged

from ..common import VatportalCommon
from ..platform.walk_common import WalkCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestToldApps(WalkCommon, VatportalCommon):
    """Beside Sales, Purchase and Point of Sale, whose people reach models that ours are linked with."""

    @classmethod
    def everybody(cls):
        return {
            f'strange-{name}': (group, cls.other)
            for name, group in {
                'clerk': 'point_of_sale.group_pos_user,purchase.group_purchase_user,sales_team.group_sale_salesman',
                'everything': (
                    'point_of_sale.group_pos_manager,purchase.group_purchase_manager,sales_team.group_sale_manager,'
                    'stock.group_stock_manager,account.group_account_manager'
                ),
            }.items()
        }

    def test_nothing_is_told(self):
        self.assertNothingTold()
