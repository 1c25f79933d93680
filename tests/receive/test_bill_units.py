from odoo.tests import Form

from ..bill_common import BillCommon


class TestBillUnits(BillCommon):
    """Quantity and price of a bill line are the document's, and so is the unit, whichever product is chosen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref('uom.group_uom')
        cls.product.vatportal_code = False
        cls.unit, cls.kilo, cls.ton = (cls.env.ref(f'uom.product_uom_{name}') for name in ('unit', 'kgm', 'ton'))
        cls.in_kilos = cls.env['product.product'].create({'name': 'Sement', 'uom_id': cls.kilo.id, 'barcode': '4760000000079', 'type': 'consu'})
        cls.other_in_kilos = cls.env['product.product'].create({'name': 'Gips', 'uom_id': cls.kilo.id, 'type': 'consu'})
        cls.in_units = cls.env['product.product'].create({'name': 'Sement, kisə', 'uom_id': cls.unit.id, 'barcode': '4760000000086', 'type': 'consu'})

    def choose(self, move, product):
        """A person chooses the product in the form."""
        with Form(move) as form, form.invoice_line_ids.edit(0) as line:
            line.product_id = product
        return move.invoice_line_ids

    def mapping(self):
        return self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])

    def alert(self, move):
        return (move.alerts or {}).get('vatportal_bill_units', {}).get('message', '')

    def tons(self, **vals):
        return self.bill(self.line(200.0, unit='ton', quantity=2, price_unit=100, **vals))

    def test_another_product_keeps_the_documents_unit(self):
        move = self.tons()
        self.assertEqual(move.invoice_line_ids.product_uom_id, self.ton)
        line = self.choose(move, self.in_kilos)
        self.assertEqual((line.product_uom_id, line.quantity, line.price_unit), (self.ton, 2, 100))
        self.assertFalse(self.alert(move))
        move.action_post()
        self.assertEqual((self.mapping().product_id, self.mapping().uom_id), (self.in_kilos, self.env['uom.uom']))
        again = self.tons().invoice_line_ids
        self.assertEqual((again.product_id, again.product_uom_id), (self.in_kilos, self.ton))

    def test_a_product_counted_in_something_else(self):
        """The product's unit stands there, the form says so, and nobody takes it for a correction."""
        move = self.tons()
        line = self.choose(move, self.in_units)
        self.assertEqual((line.product_uom_id, line.quantity), (self.unit, 2))
        self.assertIn(f'counts in ton, the product in {self.unit.name}', self.alert(move))
        move.action_post()
        self.assertEqual((self.mapping().product_id, self.mapping().uom_id), (self.in_units, self.env['uom.uom']))
        self.assertFalse(self.alert(move))
        self.assertIn('counts in ton', self.alert(self.tons()))
        # Back to one that is counted in tons.
        other = self.tons()
        self.assertEqual(self.choose(other, self.in_kilos).product_uom_id, self.ton)
        self.assertFalse(self.alert(other))

    def test_found_by_barcode(self):
        move = self.tons(barcode=self.in_units.barcode)
        self.assertEqual(move.invoice_line_ids.product_uom_id, self.unit)
        self.assertIn('counts in ton', self.alert(move))
        fitting = self.tons(barcode=self.in_kilos.barcode)
        self.assertEqual(fitting.invoice_line_ids.product_uom_id, self.ton)
        self.assertFalse(self.alert(fitting))

    def test_what_a_person_chooses_is_learnt(self):
        move = self.tons(barcode=self.in_kilos.barcode)
        gram = self.env.ref('uom.product_uom_gram')
        move.invoice_line_ids.product_uom_id = gram
        self.assertEqual(self.mapping().uom_id, gram)
        self.assertEqual(self.choose(move, self.other_in_kilos).product_uom_id, gram)
        move.invoice_line_ids.product_uom_id = self.env.ref('uom.product_uom_litre')
        self.assertFalse(self.mapping().uom_id, 'no such product can be counted in litres')

    def test_lines_of_other_bills_are_odoos(self):
        move = self.tons()
        with Form(move) as form, form.invoice_line_ids.new() as line:
            line.product_id = self.in_kilos
        self.assertEqual(move.invoice_line_ids.filtered(lambda row: not row.vatportal_line_id).product_uom_id, self.kilo)
