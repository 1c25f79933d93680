from odoo.fields import Command

from .bill_common import BillCommon


class ChartCommon(BillCommon):
    """A company with taxes of the shapes that the chart of accounts for Azerbaijan (``l10n_az``) has, under its XML ids."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The taxes of other tests would be chosen as well.
        cls.env['account.tax'].search([('company_id', '=', cls.company.id)]).write({'active': False})
        cls.company.write({'chart_template': 'az', 'tax_exigibility': True})
        cls.transition = {
            use: cls.env['account.account'].create({'name': f'Keçid {use}', 'code': code, 'account_type': kind, 'reconcile': True})
            for use, code, kind in (('sale', '521900', 'liability_current'), ('purchase', '241900', 'asset_current'))
        }
        cls.vat_account = {
            use: cls.env['account.account'].create({'name': f'ƏDV {use}', 'code': code, 'account_type': kind})
            for use, code, kind in (('sale', '521100', 'liability_current'), ('purchase', '241100', 'asset_current'))
        }
        cls._made = {}
        cls._sale_taxes()
        cls._purchase_taxes()
        cls.chart = dict(cls._made)
        cls.company.write({'account_sale_tax_id': cls.chart['az_tax_sale_vat_18_group'].id, 'account_purchase_tax_id': cls.chart['az_tax_purchase_vat_18'].id})

    @classmethod
    def chart_tax(cls, xml_id, name, rate, use='sale', on_payment=True, factors=(100,), **vals):
        """A tax as the chart loads it: no e-taxes category, ``factors`` of its tax lines, on payment over a transition account."""
        account = cls.vat_account[use].id if rate else False
        lines = [
            Command.create({'document_type': document, 'repartition_type': part, 'factor_percent': factor, 'account_id': account if part == 'tax' else False})
            for document in ('invoice', 'refund')
            for part, factor in (('base', 100), *(('tax', factor) for factor in factors))
        ]
        if on_payment:
            vals |= {'tax_exigibility': 'on_payment', 'cash_basis_transition_account_id': cls.transition[use].id}
        return cls._registered(xml_id, cls.create_tax(name, rate, False, type_tax_use=use, repartition_line_ids=lines, **vals))

    @classmethod
    def chart_group(cls, xml_id, name, *children):
        return cls._registered(xml_id, cls.create_tax(name, 0, False, amount_type='group', children_tax_ids=[Command.set([child.id for child in children])]))

    @classmethod
    def _registered(cls, xml_id, tax):
        cls.env['ir.model.data'].create({'module': 'account', 'name': f'{cls.company.id}_{xml_id}', 'model': 'account.tax', 'res_id': tax.id, 'noupdate': True})
        cls._made[xml_id] = tax
        return tax

    @classmethod
    def _sale_taxes(cls):
        for xml_id, name, rate, marker in (
            ('az_tax_sale_vat_18', '18%', 18, 'az_tax_sale_vat_18_r'),
            ('az_tax_sale_vat_18_a', '18% A', 18, 'az_tax_sale_vat_18_a_r'),
            ('az_tax_sale_vat_18_m', '18% M', 18, 'az_tax_sale_vat_18_m_r'),
            ('az_tax_sale_vat_0', '0%', 0, 'az_tax_sale_vat_0_rec'),
            ('az_tax_sale_vat_0_e', '0% E', 0, 'az_tax_sale_vat_0_e_rec'),
        ):
            main = cls.chart_tax(xml_id, f'{name} REC', rate)
            cls.chart_group(f'{xml_id}_group', name, main, cls.chart_tax(marker, f'{name} R', 0, on_payment=False))

    @classmethod
    def _purchase_taxes(cls):
        for name, label, rate, vals in (
            # As in the chart, those that a person alone may choose can stand before the usual one.
            ('18_c', '18% C', 18, {'sequence': 0}),
            ('18_i', '18% I', 18, {'sequence': 0}),
            ('18_u', '18% U', 18, {'sequence': 0}),
            ('18', '18% P', 18, {}),
            ('18_rc', '18% RC', 18, {'factors': (100, -100), 'sequence': 0}),
            ('0_rc', '0% RC', 0, {'factors': (100, -100), 'sequence': 0}),
            ('18_import', '18% Import', 100, {'amount_type': 'division', 'sequence': 0}),
            ('18_import_base', '18% Import Base', 0, {'sequence': 0}),
            ('0_import_base', '0% Import Base', 0, {'sequence': 0}),
            ('0', '0% P', 0, {}),
        ):
            cls.chart_tax(f'az_tax_purchase_vat_{name}', label, rate, 'purchase', **vals)
        cls.chart_tax('az_tax_wht_10', '10% WHT', -10, 'purchase', on_payment=False)

    def use_positions(self):
        """The fiscal positions of the chart, named on its taxes as charts do; return them by their ids in it.

        Abroad sales are of 0 %, and purchases under reverse charge.
        """
        azerbaijan = self.env.ref('base.az').id
        positions = {
            name: self.env['account.fiscal.position'].create({'name': name, 'company_id': self.company.id, 'auto_apply': True, 'sequence': place, **vals})
            for place, (name, vals) in enumerate(
                {
                    'az_fiscal_position_vat': {'country_id': azerbaijan, 'vat_required': True},
                    'az_fiscal_position_non_vat': {'country_id': azerbaijan},
                    'az_fiscal_position_foreign': {},
                }.items()
            )
        }
        domestic, foreign = positions['az_fiscal_position_vat'] | positions['az_fiscal_position_non_vat'], positions['az_fiscal_position_foreign']
        for name, tax in self.chart.items():
            tax.fiscal_position_ids = foreign if name.endswith('_rc') else domestic
        self.replace('az_tax_sale_vat_18_group', 'az_tax_sale_vat_0_group', foreign)
        self.replace('az_tax_purchase_vat_18', 'az_tax_purchase_vat_18_rc', foreign)
        return positions

    def replace(self, original, other, position):
        """Let ``position`` put the tax ``other`` of the chart in the place of ``original``."""
        self.chart[other].write({'fiscal_position_ids': [Command.set(position.ids)], 'original_tax_ids': [Command.set(self.chart[original].ids)]})
