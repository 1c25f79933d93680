from odoo.exceptions import UserError
from odoo.fields import Command

from .transfer_common import TransferCommon


class TestTransferChecks(TransferCommon):
    """What stands between a transfer and e-taxes is told before the portal is asked."""

    def assertProblem(self, picking, text, record=None):
        [problem] = [problem for problem in picking._vatportal_problems(self.connector) if problem['level'] == 'error']
        self.assertIn(text, problem['message'])
        if record is not None:
            self.assertEqual((problem['res_model'], problem['res_id']), (record._name, record.id))

    def test_nothing(self):
        self.assertFalse(self.create_transfer()._vatportal_problems(self.connector))

    def test_the_type_of_its_kind(self):
        """Without one it would go as an ordinary sale, with VAT; with that of sales it would too."""
        picking, kind = self.create_transfer(), self.env.ref('l10n_az_vatportal.kind_goods_transfer')
        kind.upload_type = False
        self.assertProblem(picking, 'only received', kind)
        kind.upload_type = 'default'
        [problem] = picking._vatportal_problems(self.connector)
        self.assertIn('as an ordinary sale', problem['message'])
        self.assertTrue(problem['asks'])

    def test_a_day_far_off(self):
        picking = self.create_transfer()
        for day, text in (('2020-03-01 10:00:00', 'more than a year ago'), ('2071-03-01 10:00:00', 'in the future')):
            picking.date_done = day
            [problem] = picking._vatportal_problems(self.connector)
            self.assertIn(text, problem['message'])
            self.assertEqual((problem['level'], problem['field']), ('warning', 'Effective Date'))
        self.assertEqual(self.wizard(picking).ready_picking_ids, picking)

    def test_not_done(self):
        picking = self.create_transfer(done=False)
        self.assertFalse(picking.vatportal_can_send)
        self.assertProblem(picking, 'Validate it first')
        picking.action_cancel()
        self.assertProblem(picking, 'is cancelled')

    def test_within_a_warehouse(self):
        shelf = self.env['stock.location'].create({'name': 'Rəf', 'location_id': self.baku.lot_stock_id.id})
        picking = self.create_transfer(target=shelf)
        self.assertFalse(picking.vatportal_can_send)
        self.assertProblem(picking, 'Only transfers from one warehouse to another')

    def test_receipt(self):
        picking = self.create_transfer(picking_type=self.baku.in_type_id, source=self.env.ref('stock.stock_location_suppliers'), target=self.baku.lot_stock_id)
        self.assertFalse(picking.vatportal_is_transfer)

    def test_return_to_the_vendor(self):
        picking = self.create_transfer(picking_type=self.baku.out_type_id, target=self.env.ref('stock.stock_location_suppliers'))
        self.assertFalse(picking.vatportal_is_transfer)

    def test_no_connector(self):
        self.connector.active = False
        picking = self.create_transfer()
        self.assertFalse(picking.vatportal_can_send)
        [problem] = picking._vatportal_problems(self.env['vatportal.connector'])
        self.assertIn('no VatPortal connector', problem['message'])

    def test_connector_of_another_company(self):
        other = self.setup_other_company()['company']
        connector = self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': other.id})
        [problem] = self.create_transfer()._vatportal_problems(connector)
        self.assertIn(other.name, problem['message'])

    def test_voen(self):
        self.company.vat = False
        self.assertProblem(self.create_transfer(), 'has no VÖEN', self.company.partner_id)

    def test_same_key(self):
        self.ganja.vatportal_code = 'WH001'
        self.assertProblem(self.create_transfer(), 'are the same for the portal: “WH001”', self.ganja)

    def test_product_without_code(self):
        sand = self.create_product('Qum', False, is_storable=True, standard_price=2)
        self.assertProblem(self.create_transfer((sand, 1, self.unit)), 'Qum has no e-taxes code', sand.product_tmpl_id)

    def test_excise_goods_without_a_gtin(self):
        """A transfer has no taxes: what the product is sold with says that it is under excise."""
        excise = self.create_tax('Aksiz', 40, 'excise')
        for taxes, barcode, said in ((excise, False, 'under excise'), (excise, '4006381333931', ''), (False, '4006381333932', 'last digit is wrong')):
            self.cement.write({'taxes_id': [Command.set(taxes.ids if taxes else [])], 'barcode': barcode})
            problems = self.create_transfer()._vatportal_problems(self.connector)
            self.assertEqual([problem['level'] for problem in problems], ['warning'] if said else [])
            self.assertIn(said, ' '.join(problem['message'] for problem in problems))

    def test_product_without_price(self):
        self.cement.standard_price = 0
        picking = self.create_transfer()
        self.assertProblem(picking, 'has no cost', self.cement.product_tmpl_id)
        self.connector.transfer_price = 'list'
        self.assertFalse(self.problems(picking))
        self.cement.list_price = 0
        self.assertProblem(picking, 'has no sales price', self.cement.product_tmpl_id)

    def test_less_than_a_qepik(self):
        self.cement.standard_price = 0.001
        self.assertProblem(self.create_transfer(), 'less than one qəpik')

    def test_large_amounts(self):
        self.cement.with_company(self.company).standard_price = 8388608.03
        (invoice,) = self.sent(self.create_transfer((self.cement, 3, self.unit)))
        self.assertEqual((invoice['sum_total'], invoice['items'][0]['unit_price']), (25165824.09, 8388608.03))
        self.cement.with_company(self.company).standard_price = 600000000000
        self.assertIn('several documents', self.problems(self.create_transfer((self.cement, 2, self.unit)))[0])

    def test_note(self):
        """Written by a person, it stays; empty, the connector's stands."""
        picking = self.create_transfer(vatportal_main_info='  Müqavilə 5 ', origin='PO7')
        self.connector.main_info_template = '{origin}'
        self.assertEqual(picking.vatportal_main_info_proposed, 'PO7')
        self.assertEqual(picking._vatportal_document_vals(self.connector)['main_info'], 'Müqavilə 5')
        picking.vatportal_main_info = False
        self.assertEqual(picking._vatportal_document_vals(self.connector)['main_info'], 'PO7')
        picking.vatportal_add_info = 'ə' * 151
        [problem] = picking._vatportal_problems(self.connector)
        self.assertEqual((problem['level'], problem['field']), ('warning', 'Additional Note'))
        picking.origin = False
        self.assertProblem(picking, 'main note')

    def test_wizard_says_it(self):
        good, bad = self.create_transfer(), self.create_dispatch()
        wizard = self.wizard(good + bad)
        self.assertEqual((wizard.ready_picking_ids, wizard.move_count, wizard.amount_ready), (good, 2, 22.03))
        [alert] = wizard.alerts.values()
        self.assertIn(bad.name, alert['message'])
        self.assertEqual((alert['action']['res_model'], alert['action']['res_id']), ('stock.picking', bad.id))
        with self.assertRaisesRegex(UserError, 'None of the transfers can be sent'):
            self.wizard(bad).action_send()
        self.assertEqual(self.sandbox.requests, [])

    def test_a_copy_starts_anew(self):
        picking = self.create_transfer(vatportal_transp_reg_number='90-AA-123')
        self.sent(picking)
        copy = picking.copy()
        self.assertFalse(copy.vatportal_qaime or copy.vatportal_document_ids or copy.vatportal_transp_reg_number)
        self.assertEqual(copy.vatportal_state, 'none')
