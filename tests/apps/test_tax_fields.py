from odoo.tests import tagged

from odoo.addons.l10n_az_vatportal.models.account_tax import _PROPOSED

from ..common import VatportalCommon

# What a tax is made of and what it stands for: nothing that is yet to be booked.
_OF_TAXES = {('account.tax', 'children_tax_ids'), ('account.tax', 'replacing_tax_ids'), ('account.fiscal.position', 'tax_ids')}


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestTaxFields(VatportalCommon):
    def test_nothing_loses_a_tax_that_is_archived(self):
        """Whatever has taxes keeps those that *VAT on Payment* archives, or gets the new ones in their place."""
        found = {
            (model._name, name)
            for model in self.env.values()
            if not model._abstract and not model._transient
            for name, field in model._fields.items()
            if field.type == 'many2many' and field.comodel_name == 'account.tax' and field.context.get('active_test', True) and not field.related
        }
        self.assertEqual(found - _OF_TAXES - {(model, name) for model, names in _PROPOSED.items() for name in names}, set())
