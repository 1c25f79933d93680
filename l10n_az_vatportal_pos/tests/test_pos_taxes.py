from unittest.mock import patch

from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command

from .pos_common import PosCommon


class TestPosTaxes(PosCommon):
    """*VAT on Payment* while the cash desk sells, and what it sold before."""

    def setUp(self):
        super().setUp()
        self.old = self.taxes['vat']
        for tax in self.old | self.env['account.tax'].search([('company_id', '=', self.company.id), ('vatportal_category', '=', 'vat')]):
            tax.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').account_id = self.company_data['default_account_tax_sale']

    def put_on_payment(self):
        """Return the tax in the place of the one that was sold with."""
        self.connector.action_use_cash_basis()
        self.assertFalse(self.old.active)
        self.env.invalidate_all()
        return self.old.vatportal_replaced_by_id

    def vat_of(self, move):
        """Tax → amount of its items in ``move``."""
        return {tax: sum(items.mapped('balance')) for tax, items in move.line_ids.filtered('tax_line_id').grouped('tax_line_id').items()}

    def assert_refused(self, connector=None):
        with self.assertRaisesRegex(UserError, 'Close'):
            (connector or self.connector).action_use_cash_basis()
        self.assertTrue(self.old.active)
        self.assertFalse(self.company.tax_exigibility)

    def test_not_while_a_session_is_open(self):
        """The desks have the taxes of the day on which they were opened, and what they sold is not booked yet."""
        session = self.opened()
        self.assert_refused()
        self.sell(invoice=False)
        self.assert_refused()
        self.close(session)
        self.assertEqual(self.vat_of(session.move_id), {self.old: -18})
        self.put_on_payment()

    def test_nobody_closes_desks_for_nothing(self):
        """What else is missing is said first."""
        self.opened()
        lines = self.old.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax')
        lines.account_id = False
        with self.assertRaisesRegex(UserError, 'Set the account'):
            self.connector.action_use_cash_basis()
        lines.account_id = self.company_data['default_account_tax_sale']
        with patch.object(type(self.connector), '_has_chart', lambda connector: False), self.assertRaisesRegex(RedirectWarning, 'chart of accounts'):
            self.connector.action_use_cash_basis()
        self.assert_refused()

    def test_desks_of_branches_and_of_others(self):
        """A branch sells with the taxes of its company; another company has its own."""
        other = self.setup_other_company(name='Başqa MMC')
        self.env.user.company_ids |= other['company']
        self.create_shop('Başqa', other).open_ui()
        self.create_invoice()
        branch = self.env['res.company'].create({'name': 'Filial', 'parent_id': self.company.id, 'country_id': self.company.country_id.id})
        self.env.user.company_ids |= branch
        shop = self.create_shop('Filial', {**self.company_data, 'company': branch})
        shop.open_ui()
        self.assert_refused()
        shop.current_session_id.state = 'closed'
        self.put_on_payment()

    def test_what_was_sold_before(self):
        """It keeps its VAT: a sale that arrives late from a desk without a network, and what is taken back."""
        with_invoice, without = self.sell(), self.sell(invoice=False)
        self.close(self.opened())
        new = self.put_on_payment()
        self.assertEqual((with_invoice.lines.tax_ids, without.lines.tax_ids, without.lines.tax_ids_after_fiscal_position), (self.old,) * 3)
        kept = {'tax_ids': [Command.set(self.old.ids)]}
        late = self.sell((self.product, 1, kept)).account_move
        self.assertEqual((late.amount_total, late.invoice_line_ids.tax_ids, self.vat_of(late)), (118, self.old, {self.old: -18}))
        self.assertEqual(self.vat_of(self.sell().account_move), {new: -18})
        back = [(order.lines.product_id, -1, {**kept, 'refunded_orderline_id': order.lines.id}) for order in (with_invoice, without)]
        credit = self.sell(back[0], is_refund=True).account_move
        self.assertEqual((credit.move_type, credit.amount_total, self.vat_of(credit)), ('out_refund', 118, {self.old: 18}))
        self.sell(back[1], is_refund=True, invoice=False)
        session = self.opened()
        self.close(session)
        self.assertEqual(self.vat_of(session.move_id), {self.old: 18})

    def test_taken_back_by_the_office(self):
        """Whoever takes an order back without the desk makes a copy of its lines."""
        order = self.sell(invoice=False)
        self.close(self.opened())
        self.put_on_payment()
        self.opened()
        refund = order.browse(order.refund()['res_id'])
        self.assertEqual((refund.lines.tax_ids, refund.amount_total), (self.old, -118))

    def test_a_position_that_replaces_the_tax(self):
        """What it put in the place of the tax it puts there still, for what was sold before."""
        zero = self.taxes['zero']
        position = self.env['account.fiscal.position'].create({'name': 'İxrac', 'company_id': self.company.id})
        zero.write({'fiscal_position_ids': [Command.link(position.id)], 'original_tax_ids': [Command.link(self.old.id)]})
        order = self.sell(invoice=False)
        order.fiscal_position_id = position
        self.assertEqual(order.lines.tax_ids_after_fiscal_position, zero)
        order.fiscal_position_id = False
        self.close(self.opened())
        order.fiscal_position_id = position
        new = self.put_on_payment()
        self.assertEqual(position.map_tax(new), zero)
        self.assertEqual(order.lines.tax_ids_after_fiscal_position, zero)
