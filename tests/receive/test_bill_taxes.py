from odoo.fields import Command

from ..bill_common import VENDOR, BillCommon


class TestBillTaxes(BillCommon):
    """Which taxes stand on a bill: fiscal positions, countries, simplified taxation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.position = cls.env['account.fiscal.position'].create({'name': 'Güzəşt', 'company_id': cls.company.id})
        cls.other_position = cls.env['account.fiscal.position'].create({'name': 'Xarici', 'company_id': cls.company.id})

    def replace(self, instead_of, name='Instead', rate=18, position=None, taxes=None, **vals):
        """A tax that ``position`` puts in the place of the company's of the category ``instead_of``."""
        original = (taxes or self.purchase)[instead_of]
        return self.create_tax(
            name,
            rate,
            vals.pop('category', False),
            type_tax_use=original.type_tax_use,
            original_tax_ids=original.ids,
            fiscal_position_ids=(position or self.position).ids,
            **vals,
        )

    def use_position(self, position=None):
        self.vendor.with_company(self.company).property_account_position_id = position or self.position

    def assert_booked(self, move, tax, untaxed, vat):
        self.assertEqual(self.product_lines(move).tax_ids, tax)
        self.assertEqual((move.amount_untaxed, move.amount_tax), (untaxed, vat))
        self.assertEqual(float(move._vatportal_vat()), vat)
        self.assert_total(move.vatportal_bill_document_id)

    # ------------------------------------------------------------------ fiscal positions

    def test_the_position_maps(self):
        """Whatever the tax is that it maps to: it bears the document's VAT."""
        for vals in ({}, {'category': 'vat'}, {'rate': 8}, {'rate': 0, 'category': 'zero'}):
            tax = self.replace('vat', f'Instead {vals}', **vals)
            self.use_position()
            move = self.bill(self.line(33.33, vat=6.0))
            self.assertEqual(move.fiscal_position_id, self.position)
            self.assert_booked(move, tax, 33.33, 6.0)
            self.assertFalse(move.vatportal_bill_document_id.bill_notes, vals)
            tax.fiscal_position_ids = False
            tax.active = False

    def test_a_rate_that_neither_has_is_told(self):
        self.replace('vat', rate=8)
        self.use_position()
        move = self.bill(self.line(100.0, vat=10.0))
        self.assertIn('is not', move.vatportal_bill_document_id.bill_notes[0]['text'])

    def test_only_what_it_maps(self):
        tax = self.replace('zero', rate=0)
        self.use_position()
        move = self.bill(self.line(100.0), self.line(50.0, 'zero'))
        self.assertEqual([line.tax_ids for line in self.product_lines(move)], [self.purchase['vat'], tax])

    def test_the_tax_of_another_position(self):
        for position in (None, self.position):
            stranger = self.create_tax(f'Stranger {position}', 18, 'vat', type_tax_use='purchase', sequence=-5, fiscal_position_ids=self.other_position.ids)
            if position:
                self.replace('zero', rate=0)
                self.use_position(position)
            self.assert_booked(self.bill(100.0 if position else 200.0), self.purchase['vat'], *((100.0, 18.0) if position else (200.0, 36.0)))
            stranger.active = False

    def test_a_tax_of_the_position_alone(self):
        self.purchase['vat'].active = False
        tax = self.create_tax('Its own', 18, 'vat', type_tax_use='purchase', fiscal_position_ids=self.position.ids)
        self.use_position()
        self.assert_booked(self.bill(100.0), tax, 100.0, 18.0)
        self.use_position(self.other_position)
        document = self.document(100.0)
        document.action_create_bills()
        self.assertIn('no purchase tax', document.bill_question)

    def test_an_empty_position(self):
        """It would take all taxes off. Found by itself, it means nothing; chosen for the vendor, a person is to look."""
        self.position.auto_apply = True
        move = self.bill(100.0)
        self.assertEqual(move.fiscal_position_id, self.position)
        self.assert_booked(move, self.purchase['vat'], 100.0, 18.0)
        self.assertFalse(move.vatportal_bill_document_id.bill_notes)
        self.use_position()
        move = self.bill(200.0)
        self.assert_booked(move, self.purchase['vat'], 200.0, 36.0)
        self.assertIn('Güzəşt', move.vatportal_bill_document_id.bill_notes[0]['text'])
        self.assertEqual(move.vatportal_bill_document_id.bill_notes[0]['level'], 'warning')

    def repartition(self, *factors):
        parts = (('base', 100), *(('tax', factor) for factor in factors))
        return [
            Command.create({'document_type': document, 'repartition_type': part, 'factor_percent': factor})
            for document in ('invoice', 'refund')
            for part, factor in parts
        ]

    def test_reverse_charge_is_no_tax_of_a_vendor(self):
        """Whatever shape it has, and whoever has issued the document: the VAT stays VAT, and a position that a person chose is named."""
        both = self.repartition(100, -100)
        part = self.create_tax('RC part', 18, False, type_tax_use='none', repartition_line_ids=both)
        mark = self.create_tax('RC mark', 0, False, type_tax_use='none')
        for number, vals in enumerate(
            ({'repartition_line_ids': both}, {'category': 'outside'}, {'rate': 0, 'amount_type': 'group', 'children_tax_ids': [Command.set((part + mark).ids)]})
        ):
            for taxes, kind in ((self.purchase, 'defaultInvoice'), (self.taxes, 'returnInvoice')):
                with self.subTest(vals=vals, kind=kind):
                    tax = self.replace('vat', f'RC {number} {kind}', taxes=taxes, **vals)
                    self.position.auto_apply, chosen = True, number == 1
                    self.vendor.with_company(self.company).property_account_position_id = self.position if chosen else False
                    move = self.bill(self.line(33.33, vat=6.0), kind=kind)
                    self.assertEqual(move.fiscal_position_id, self.position)
                    self.assert_booked(move, taxes['vat'], 33.33, 6.0)
                    notes = move.vatportal_bill_document_id.bill_notes or []
                    self.assertEqual([('Güzəşt' in note['text'], note['level']) for note in notes], [(True, 'warning')] * chosen)
                    tax.fiscal_position_ids = False
                    tax.active = False

    def test_withholding_beside_vat(self):
        """What the position adds to VAT stays."""
        tax = self.replace('vat')
        withheld = self.replace('vat', 'WHT', rate=-10, category='outside')
        self.use_position()
        move = self.bill(100.0)
        self.assertEqual(self.product_lines(move).tax_ids, tax | withheld)
        self.assertEqual((float(move._vatportal_vat()), move.amount_total), (18, 108))

    def test_taxes_of_the_companys_own_country(self):
        """The company's taxes are bound to *Domestic*, which is found for no vendor without a country, and for none from abroad."""
        azerbaijan = self.env.ref('base.az')
        domestic = self.env['account.fiscal.position'].create(
            {'name': 'Daxili', 'company_id': self.company.id, 'country_id': azerbaijan.id, 'auto_apply': True, 'sequence': -5}
        )
        self.assertEqual(self.company.domestic_fiscal_position_id, domestic)
        excise = self.create_tax('Excise', 10, 'excise', type_tax_use='purchase', include_base_amount=True, sequence=0)
        special = self.create_tax('Special', 18, 'vat', type_tax_use='purchase', sequence=99)
        own = [*self.purchase.values(), *self.taxes.values(), excise, special]
        for tax in own:
            tax.fiscal_position_ids = domestic
        self.other_position.write({'auto_apply': True, 'country_id': self.env.ref('base.tr').id})
        away = self.create_tax('Away', 0, 'zero', type_tax_use='purchase', fiscal_position_ids=self.other_position.ids)
        for country, position in ((azerbaijan, domestic), (False, self.position.browse()), (self.env.ref('base.tr'), self.other_position)):
            with self.subTest(country=country):
                self.vendor.write({'country_id': country and country.id, 'vatportal_voen': VENDOR})
                move = self.bill(self.line(100.0, name=f'Qum {position.name}'))
                self.assertEqual(move.fiscal_position_id, position)
                self.assert_booked(move, self.purchase['vat'], 100.0, 18.0)
                move.invoice_line_ids.tax_ids = special
                self.assert_booked(self.bill(self.line(200.0, name=f'Qum {position.name}')), special, 200.0, 36.0)
                move = self.bill(self.line(100.0, excise=10.0))
                self.assertEqual(move.invoice_line_ids.tax_ids, self.purchase['vat'] | excise)
                self.assert_booked(self.bill(100.0, kind='returnInvoice'), self.taxes['vat'], 100.0, 18.0)
                zero = self.bill(self.line(50.0, 'zero')).invoice_line_ids.tax_ids
                self.assertEqual(zero, away if position == self.other_position else self.purchase['zero'])

    def test_customer_credit_notes(self):
        tax = self.replace('vat', taxes=self.taxes)
        self.use_position()
        move = self.bill(100.0, kind='returnInvoice')
        self.assertEqual(move.move_type, 'out_refund')
        self.assert_booked(move, tax, 100.0, 18.0)

    def test_new_figures(self):
        tax = self.replace('vat')
        move = self.bill(100.0)
        self.assert_booked(move, self.purchase['vat'], 100.0, 18.0)
        move.fiscal_position_id = self.position
        document = move.vatportal_bill_document_id
        vals = self.line(200.0)
        document.sudo().write(
            {
                'line_ids': document.sudo()._line_commands([{'sequence': 1, **vals}]),
                **{name: vals[name] for name in ('amount_goods', 'amount_net', 'amount_vat_base', 'amount_vat', 'amount_total')},
            }
        )
        move.action_vatportal_rebuild_bill()
        self.assert_booked(move, tax, 200.0, 36.0)

    def test_the_mapped_tax_is_not_learnt(self):
        """It comes of the position, and goes with it."""
        self.replace('vat')
        self.use_position()
        self.bill(100.0).action_post()
        self.assertFalse(self.env['vatportal.product.mapping'].search([('tax_ids', '!=', False)]))
        self.vendor.with_company(self.company).property_account_position_id = False
        self.assert_booked(self.bill(200.0), self.purchase['vat'], 200.0, 36.0)

    def test_a_learnt_tax_of_another_position(self):
        special = self.create_tax('Special', 18, 'vat', type_tax_use='purchase', sequence=99)
        move = self.bill(100.0)
        move.invoice_line_ids.tax_ids = special
        self.assert_booked(self.bill(200.0), special, 200.0, 36.0)
        special.fiscal_position_ids = self.other_position
        self.assert_booked(self.bill(300.0), self.purchase['vat'], 300.0, 54.0)

    def test_groups(self):
        """As in the coming chart: a group, mapped as a whole."""
        children = self.create_tax('18 REC', 18, 'vat', type_tax_use='none') | self.create_tax('18 R', 0, False, type_tax_use='none')
        group = self.replace('vat', 'Group', rate=0, amount_type='group', children_tax_ids=[Command.set(children.ids)])
        self.use_position()
        self.assert_booked(self.bill(self.line(33.33, vat=6.01)), group, 33.33, 6.01)

    def test_excise_and_road_tax(self):
        excise = self.create_tax('Excise', 10, 'excise', type_tax_use='purchase', include_base_amount=True, sequence=0)
        road = self.create_tax('Road', 1, 'road', type_tax_use='purchase', is_base_affected=False)
        for tax in (excise, road):
            self.create_tax(
                f'{tax.name} abroad', tax.amount, tax.vatportal_category, type_tax_use='purchase', sequence=-5, fiscal_position_ids=self.other_position.ids
            )
        tax = self.replace('vat')
        self.use_position()
        move = self.bill(self.line(100.0, excise=10.0, road=1.0))
        self.assertEqual(move.invoice_line_ids.tax_ids, tax | excise | road)
        self.assertEqual(float(move._vatportal_vat()), 19.8)

    # ------------------------------------------------------------------ countries

    def test_the_tax_of_another_country(self):
        georgia = self.env.ref('base.ge')
        group = self.env['account.tax.group'].create({'name': 'VAT', 'company_id': self.company.id, 'country_id': georgia.id})
        abroad = self.create_tax('Georgian', 18, 'vat', type_tax_use='purchase', sequence=-5, country_id=georgia.id, tax_group_id=group.id)
        self.assert_booked(self.bill(100.0), self.purchase['vat'], 100.0, 18.0)
        self.purchase['vat'].active = False
        document = self.document(100.0)
        document.action_create_bills()
        self.assertIn('no purchase tax', document.bill_question)
        self.connector.action_create_taxes()
        document.action_create_bills()
        self.assert_total(document)
        self.assertNotIn(abroad, document.move_id.invoice_line_ids.tax_ids)

    # ------------------------------------------------------------------ simplified taxation

    def test_simplified_taxation(self):
        """The old tax is still there, and was learnt."""
        special = self.create_tax('Special', 18, 'vat', type_tax_use='purchase', sequence=99)
        self.bill(100.0).invoice_line_ids.tax_ids = special
        self.connector.taxation = 'simplified'
        move = self.bill(self.line(200.0), self.line(50.0, 'exempt', name='Qum'))
        self.assert_booked(move, special.browse(), 286.0, 0.0)
        self.assertIn("can't deduct", move.vatportal_bill_document_id.bill_notes[0]['text'])
        self.assertFalse(move.vatportal_bill_document_id.amount_differs)
        move.action_post()
        self.connector.taxation = 'vat'
        self.assert_booked(self.bill(300.0), special, 300.0, 54.0)
        self.assertNotIn('vatportal_bill_differs', move.alerts or {})

    def test_taxation_changes(self):
        """A bill is judged by how it was booked, whatever the company is taxed by later; one that was typed, by what holds now."""
        booked = self.bill(100.0)
        booked.action_post()
        self.connector.taxation = 'simplified'
        in_prices = self.bill(self.line(200.0), self.line(30.0, name='Qum'))
        in_prices.action_post()
        typed = self.create_invoice({'price_unit': 118, 'tax_ids': False}, move_type='in_invoice', partner_id=self.vendor.id)
        linked = self.document(100.0)
        linked.action_link_move(typed.id)
        for taxation in ('simplified', 'vat', 'simplified'):
            self.connector.taxation = taxation
            for document in (booked + in_prices).vatportal_bill_document_id:
                document.sudo()._compute_amount_differs()
                self.assertFalse(document.amount_differs, taxation)
                self.assertNotIn('vatportal_bill_differs', document.move_id.alerts or {})
            linked.sudo()._compute_amount_differs()
            self.assertEqual(linked.amount_differs, taxation == 'vat')
        # What can't be deducted and is, is told.
        draft = self.bill(self.line(70.0, name='Ağac'))
        draft.invoice_line_ids.write({'price_unit': 70, 'tax_ids': self.purchase['vat'].ids})
        self.assertTrue(draft.vatportal_bill_document_id.amount_differs)

    def test_vat_in_prices_that_a_person_corrects(self):
        """The document is corrected, and the bill by hand: all of the VAT is in the prices, as before."""
        self.connector.taxation = 'simplified'
        move = self.bill(100.0)
        document, vals = move.vatportal_bill_document_id, self.line(200.0)
        document.sudo().write(
            {
                'line_ids': document.sudo()._line_commands([{'sequence': 1, **vals}]),
                **{name: vals[name] for name in ('amount_goods', 'amount_net', 'amount_vat_base', 'amount_vat', 'amount_total')},
            }
        )
        self.assertTrue(document.amount_differs)
        move.invoice_line_ids.price_unit = 236
        self.assert_booked(move, self.purchase['vat'].browse(), 236.0, 0.0)
        self.assertNotIn('vatportal_bill_differs', move.alerts or {})
        # What can't be deducted and is, is told still.
        move.invoice_line_ids.write({'price_unit': 200, 'tax_ids': self.purchase['vat'].ids})
        self.assertEqual((document.amount_difference, document.amount_differs), (0, True))
