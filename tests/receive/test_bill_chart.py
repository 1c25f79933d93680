from ..chart_common import ChartCommon

# Column of the document → tax of the chart that its line gets.
TAXES = {'vat': 'az_tax_purchase_vat_18', 'zero': 'az_tax_purchase_vat_0', 'exempt': 'az_tax_purchase_vat_0', 'not_subject': None}


class TestBillChart(ChartCommon):
    """Received documents on the national chart."""

    def taxes_of(self, move):
        return [line.tax_ids for line in self.product_lines(move)]

    def expected(self, *columns):
        return [self.chart[TAXES[column]] if TAXES[column] else self.env['account.tax'] for column in columns]

    def test_each_column_gets_its_tax(self):
        for column in TAXES:
            with self.subTest(column):
                move = self.bill(self.line(123.45, column))
                self.assertEqual(self.taxes_of(move), self.expected(column))
                self.assert_total(move.vatportal_bill_document_id)
                self.assertEqual(float(move._vatportal_vat()), 22.22 if column == 'vat' else 0)

    def test_all_columns_at_once(self):
        move = self.bill(*(self.line(33.33 + number, column) for number, column in enumerate(TAXES)))
        self.assertEqual(self.taxes_of(move), self.expected(*TAXES))
        self.assert_total(move.vatportal_bill_document_id)

    def test_returns_get_groups(self):
        """A return of the customer gets the group of the chart, and not a part of it, whichever tax is the company's usual one."""
        groups = {'vat': 'az_tax_sale_vat_18_group', 'zero': 'az_tax_sale_vat_0_group', 'exempt': 'az_tax_sale_vat_0_e_group'}
        for usual in ('az_tax_sale_vat_18_group', 'az_tax_sale_vat_18', 'az_tax_sale_vat_0_e_group', None):
            self.company.account_sale_tax_id = self.chart[usual] if usual else False
            move = self.bill(*(self.line(33.33 + number, column) for number, column in enumerate(groups)), kind='returnInvoice')
            self.assertEqual(move.move_type, 'out_refund')
            self.assertEqual(self.taxes_of(move), [self.chart[name] for name in groups.values()], usual)
            self.assertEqual(float(move._vatportal_vat()), 6.0)

    def test_never_by_itself(self):
        """Paid in cash, invalid, not for taxable use, reverse charge, customs: even where the usual tax is not there."""
        self.chart['az_tax_purchase_vat_18'].active = False
        document = self.document(self.line(100.0))
        document.action_create_bills()
        self.assertFalse(document.move_id)
        self.assertIn('no purchase tax', document.bill_question)

    def test_fiscal_positions(self):
        """Whatever position the vendor has, and none: the bill is the document's, to the qəpik."""
        positions = self.use_positions()
        chosen = self.env['account.fiscal.position'].create({'name': 'Etibarsız', 'company_id': self.company.id})
        self.replace('az_tax_purchase_vat_18', 'az_tax_purchase_vat_18_i', chosen)
        azerbaijan, own = self.env.ref('base.az').id, self.vendor.with_company(self.company)
        for country, position, found, tax, noted in (
            (azerbaijan, False, positions['az_fiscal_position_vat'], 'az_tax_purchase_vat_18', False),
            (False, False, chosen.browse(), 'az_tax_purchase_vat_18', False),
            (azerbaijan, chosen, chosen, 'az_tax_purchase_vat_18_i', False),
            (azerbaijan, positions['az_fiscal_position_foreign'], positions['az_fiscal_position_foreign'], 'az_tax_purchase_vat_18', True),
        ):
            with self.subTest(f'{found.name} {country}'):
                own.write({'country_id': country, 'property_account_position_id': position})
                move = self.bill(self.line(33.33, vat=6.0), self.line(10.0, 'exempt', name='Qum'))
                self.assertEqual(move.fiscal_position_id, found)
                self.assertEqual(self.taxes_of(move), [self.chart[tax], self.chart['az_tax_purchase_vat_0']])
                notes = [note['text'] for note in move.vatportal_bill_document_id.bill_notes or () if note['level'] == 'warning']
                self.assertEqual((move.amount_tax, [found.name in note for note in notes]), (6.0, [True] if noted else []))
                self.assert_total(move.vatportal_bill_document_id)

    def test_by_hand_is_learnt(self):
        """What a person chose for a vendor's product is chosen for its next document."""
        cash = self.chart['az_tax_purchase_vat_18_c']
        move = self.bill(self.line(100.0))
        with self.subTest('a person chooses'):
            self.product_lines(move).product_id = self.product
            self.product_lines(move).tax_ids = cash
            move.action_post()
        self.assertEqual(self.taxes_of(self.bill(self.line(50.0))), [cash])

    def test_withholding_is_not_the_vendors(self):
        """A bill whose total is lowered by what is withheld is still the document's bill."""
        move = self.bill(self.line(100.0))
        self.product_lines(move).tax_ids |= self.chart['az_tax_wht_10']
        self.assertEqual((move.amount_total, float(move._vatportal_total()), float(move._vatportal_vat())), (108, 118, 18))
        move.action_post()
        self.assertEqual(move.state, 'posted')

    # ------------------------------------------------------------------ cash basis

    def pay(self, move, amount):
        wizard = self.env['account.payment.register'].with_context(active_model='account.move', active_ids=move.ids).create({'amount': amount})
        wizard._create_payments()

    def booked(self, move, account):
        entries = self.env['account.move'].search([('tax_cash_basis_origin_move_id', '=', move.id)])
        return round(sum(entries.line_ids.filtered(lambda line: line.account_id == account).mapped('balance')), 2)

    def test_what_is_paid_becomes_due(self):
        """The VAT that the document has, not 18 % of the base, moves to the VAT account: in parts, to the qəpik."""
        move = self.bill(self.line(33.33, vat=6.01))
        self.assertEqual(move.amount_tax, 6.01)
        move.action_post()
        account = self.vat_account['purchase']
        self.assertEqual(self.booked(move, account), 0)
        self.pay(move, 19.67)
        self.assertEqual(self.booked(move, account), 3.01)
        self.pay(move, move.amount_residual)
        self.assertEqual((move.payment_state in ('paid', 'in_payment'), self.booked(move, account)), (True, 6.01))
        self.assertEqual(self.booked(move, self.transition['purchase']), -6.01)

    def test_a_sale_that_is_paid(self):
        move = self.create_invoice({'tax_ids': self.chart['az_tax_sale_vat_18_group'].ids, 'price_unit': 33.33, 'quantity': 3})
        self.finish(self.send(move))
        self.pay(move, move.amount_total)
        self.assertEqual(self.booked(move, self.vat_account['sale']), -18.0)
        self.assertEqual(move.vatportal_document_ids.amount_vat, 18.0)
