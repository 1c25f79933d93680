from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ... import _post_init
from ..bill_common import BillCommon
from ..xml_common import XmlCommon


class ContentsCommon(BillCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.write({'vatportal_code': False, 'barcode': '4760001000017'})

    def row(self, quantity=10, price=48.0, unit='qutu', **vals):
        return self.line(round(quantity * price, 6), unit=unit, quantity=quantity, price_unit=price, **{'barcode': self.product.barcode, **vals})

    def boxes(self, *rows, **vals):
        """The draft bill of rows of the product in boxes."""
        return self.bill(*(rows or (self.row(**vals),)))

    def alert(self, move):
        move.invalidate_recordset(['alerts'])
        return (move.alerts or {}).get('vatportal_bill_units', {}).get('message', '')

    def say(self, move, *contents):
        """Answer in the dialog."""
        wizard = move.env['vatportal.unit.wizard'].browse(move.action_vatportal_units()['res_id'])
        with Form(wizard) as form:
            for place, number in enumerate(contents):
                with form.line_ids.edit(place) as line:
                    line.contains = number
        wizard.action_apply()

    def counted(self, move):
        return [(line.quantity, line.price_unit, line.product_uom_id) for line in self.product_lines(move).sorted('sequence')]


class TestBillContents(ContentsCommon):
    """How many pieces are in a vendor's box of a product."""

    # ------------------------------------------------------------------ only true equals are aliases

    def test_a_box_is_no_pack_of_six(self):
        pack = self.env.ref('uom.product_uom_pack_6')
        pack.vatportal_unit = False
        _post_init(self.env)
        self.assertEqual(pack._vatportal_unit(), 'qutu (6 ədəd)')
        for name in ('qutu', 'QUTU', 'Yeşik'):
            pack.vatportal_unit = name  # what a person chose to send
            move = self.boxes(unit=name)
            self.assertEqual(self.counted(move), [(10, 48, self.unit)], name)
            self.assertIn(f'“{name}”', self.alert(move))

    def test_units_that_say_how_many(self):
        box = self.env['uom.uom'].create({'name': 'Yeşik 24', 'relative_factor': 24, 'relative_uom_id': self.unit.id})
        pair = self.env['uom.uom'].create({'name': 'Cüt', 'relative_factor': 2, 'relative_uom_id': self.unit.id})
        bag = self.env['uom.uom'].create({'name': 'Kisə', 'relative_factor': 50, 'relative_uom_id': self.kilo.id})
        centner = self.env['uom.uom'].create({'name': 'Sentner', 'relative_factor': 100, 'relative_uom_id': self.kilo.id})
        units = self.env['vatportal.unit.alias']._units_by_key(self.company)
        self.assertEqual((units['yesik 24'], units['cut'], units['sentner']), (box, pair, centner))
        self.assertNotIn('kise', units)
        bag.name = 'Kisə 50 kq'
        self.assertEqual(self.env['vatportal.unit.alias']._units_by_key(self.company)['kise 50 kq'], bag)
        self.env.ref('uom.product_uom_pack_6').vatportal_unit = 'qutu (6 ədəd)'
        self.assertEqual(self.boxes(unit='Qutu, 6 ədəd').invoice_line_ids.product_uom_id, self.env.ref('uom.product_uom_pack_6'))

    def test_an_alias_has_to_say_how_many_too(self):
        Alias, pack = self.env['vatportal.unit.alias'], self.env.ref('uom.product_uom_pack_6')
        with self.assertRaisesRegex(ValidationError, 'does not say how many'):
            Alias.create({'name': 'karton', 'uom_id': pack.id})
        Alias.create({'name': 'karton 6', 'uom_id': pack.id}).name = 'karton (6)'

    # ------------------------------------------------------------------ unknown units

    def test_unknown_units_are_named(self):
        for unit in ('yeşik', 'kisə', 'KVST', 'çuval', '???', 'boru'):
            move = self.boxes(unit=unit)
            self.assertIn(f'“{unit}”', self.alert(move))
            self.assertIn('Sement', self.alert(move))
            self.assertEqual(self.counted(move), [(10, 48, self.unit)])

    def test_nothing_to_be_said(self):
        for vals in ({'unit': 'ədəd'}, {'unit': ''}, {'barcode': '0'}):
            self.assertFalse(self.alert(self.boxes(**vals)), vals)

    def test_a_product_chosen_later(self):
        move = self.boxes(barcode='0')
        with Form(move) as form, form.invoice_line_ids.edit(0) as line:
            line.product_id = self.product
        self.assertIn('“qutu”', self.alert(move))

    def test_nothing_with_it_is_posted_by_itself(self):
        self.company.autopost_bills = True
        self.vendor.autopost_bills = 'always'
        move = self.boxes()
        move._autopost_bill()
        self.assertEqual(move.state, 'draft')
        self.assertIn('qutu', ' '.join(move.message_ids.mapped('body')))
        self.say(move, 24)
        move._autopost_bill()
        self.assertEqual(move.state, 'posted')

    # ------------------------------------------------------------------ what a person says

    def test_said_in_the_dialog(self):
        move = self.boxes()
        self.say(move, 24)
        self.assertEqual(self.counted(move), [(240, 2, self.unit)])
        self.assertFalse(self.alert(move))
        self.assert_total(move.vatportal_bill_document_id)
        move.action_post()
        again = self.boxes(quantity=3, price=48.24, unit='Qutu')
        self.assertEqual(self.counted(again), [(72, 2.01, self.unit)])
        self.assertFalse(self.alert(again))
        again.action_post()
        self.assertEqual(self.counted(self.boxes()), [(240, 2, self.unit)])

    def test_one_is_one(self):
        """The vendor's word for what is the product's own unit."""
        self.say(self.boxes(unit='kisə'), 1)
        move = self.boxes(unit='kisə')
        self.assertEqual((self.counted(move), self.alert(move)), ([(10, 48, self.unit)], ''))
        move.action_post()
        self.assertFalse(self.alert(self.boxes(unit='kisə')))

    def test_of_this_vendor_s_product_and_unit_alone(self):
        self.say(self.boxes(), 24)
        for vals in ({'unit': 'yeşik'}, {'name': 'Sement M500'}):
            move = self.boxes(**vals)
            self.assertEqual(self.counted(move), [(10, 48, self.unit)], vals)
            self.assertTrue(self.alert(move), vals)
        self.assertEqual(self.counted(self.boxes(unit='ədəd')), [(10, 48, self.unit)])
        other = self.document(self.row(), seller_vat=self.other_partner.vat)
        other.action_create_bills()
        self.assertEqual(self.counted(other.move_id), [(10, 48, self.unit)])
        self.assertTrue(self.alert(other.move_id))

    def test_pieces_in_between(self):
        """A vendor who sells boxes and pieces: what is known of the box is not forgotten."""
        self.say(self.boxes(), 24)
        self.boxes(unit='ədəd').action_post()
        self.boxes(unit='palet').action_post()
        self.assertEqual(self.counted(self.boxes()), [(240, 2, self.unit)])
        other = self.boxes(unit='ədəd')
        other.invoice_line_ids.product_id = self.service
        self.assertEqual(self.counted(self.boxes(unit='ədəd')), [(10, 48, self.unit)])

    def test_typed_on_the_bill(self):
        """Whoever corrects quantity and price, and leaves the amount, has said how many are in it."""
        move = self.boxes()
        self.product_lines(move).write({'quantity': 240, 'price_unit': 2})
        self.assertFalse(self.alert(move))
        move.action_post()
        self.assertEqual(self.counted(self.boxes(quantity=2)), [(48, 2, self.unit)])

    def test_another_amount_is_another_matter(self):
        move = self.boxes()
        self.product_lines(move).quantity = 8  # fewer came
        self.assertTrue(self.alert(move))
        move.action_post()
        self.assertEqual(self.counted(self.boxes()), [(10, 48, self.unit)])
        self.assertTrue(self.alert(self.boxes()))

    def test_a_unit_chosen_on_the_bill(self):
        self.env.user.group_ids += self.env.ref('uom.group_uom')
        pack = self.env.ref('uom.product_uom_pack_6')
        move = self.boxes()
        move.invoice_line_ids.product_uom_id = pack
        self.assertFalse(self.alert(move))
        again = self.boxes()
        self.assertEqual((self.counted(again), self.alert(again)), ([(10, 48, pack)], ''))

    def test_a_known_unit_that_is_no_measure_of_the_product(self):
        move = self.boxes(unit='ton', price=1000.0)
        self.assertIn('counts in ton', self.alert(move))
        self.say(move, 20)
        self.assertEqual(self.counted(self.boxes(unit='ton', price=1000.0)), [(200, 50, self.unit)])

    def test_edited_in_the_list(self):
        self.boxes().action_post()
        mapping = self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])
        self.assertEqual((mapping.unit, mapping.unit_contains), ('qutu', 0))
        mapping.unit_contains = 12
        self.assertEqual(self.counted(self.boxes()), [(120, 4, self.unit)])
        mapping.uom_id = self.env.ref('uom.product_uom_pack_6')
        mapping.unit_contains = 2
        self.assertEqual(self.counted(self.boxes()), [(20, 24, mapping.uom_id)])

    def test_another_product_later(self):
        """What was said of one product does not count for another, in another kind of unit."""
        self.say(self.boxes(), 24)
        other = self.create_product('Qum', False, uom_id=self.kilo.id)
        self.boxes().invoice_line_ids.product_id = other
        move = self.boxes()
        self.assertEqual(move.invoice_line_ids.product_id, other)
        self.assertTrue(self.alert(move))

    def test_what_else_stands_on_the_draft_stays(self):
        account = self.company_data['default_account_expense'].copy()
        move = self.boxes(self.row(), self.row(name='Qum', barcode='0'))
        move.write(
            {
                'invoice_line_ids': [
                    Command.update(move.invoice_line_ids[1].id, {'account_id': account.id, 'name': 'Çay qumu'}),
                    Command.create({'name': 'Mənim', 'quantity': 1, 'price_unit': 0, 'tax_ids': False}),
                ]
            }
        )
        self.say(move, 24)
        self.assertEqual(move.invoice_line_ids.mapped('name'), ['Sement M400', 'Çay qumu', 'Mənim'])
        self.assertEqual(move.invoice_line_ids.mapped('quantity'), [240, 10, 1])
        self.assertEqual(move.invoice_line_ids[1].account_id, account)
        self.assert_total(move.vatportal_bill_document_id)

    def test_several_lines_some_left_open(self):
        move = self.boxes(self.row(), self.row(name='Sement M500', unit='palet'))
        self.say(move, 24)
        self.assertEqual(self.counted(move), [(240, 2, self.unit), (10, 48, self.unit)])
        self.assertIn('palet', self.alert(move))
        self.assertNotIn('qutu', self.alert(move))
        with self.assertRaisesRegex(UserError, 'how many'):
            self.say(move)
        self.say(move, 5)
        with self.assertRaisesRegex(UserError, 'known'):
            move.action_vatportal_units()

    def test_a_row_in_several_columns(self):
        """Each part has its share of the pieces."""
        row = self.row(amount_vat_base=360.0, amount_exempt=120.0, vat=64.8, total=544.8)
        move = self.boxes(row)
        self.say(move, 24)
        self.assertEqual(self.counted(move), [(180, 2, self.unit), (60, 2, self.unit)])
        self.assertEqual(self.counted(self.boxes(row)), [(180, 2, self.unit), (60, 2, self.unit)])

    def small_part(self, **vals):
        """A box of which so little is exempt that it has no quantity."""
        return self.row(1, 1000.0, amount_vat_base=996.0, amount_exempt=4.0, vat=179.28, total=1179.28, **vals)

    def test_a_part_that_had_no_quantity(self):
        """Once its pieces are counted the part has some: the row is made whole, in whatever company of rows."""
        for place in range(3):
            rows = [self.row(name='Sement M500', unit='ədəd'), self.row(name='Sement M600', unit='ədəd')]
            rows.insert(place, self.small_part())
            move = self.boxes(*rows)
            self.assertEqual(sum(bool(line.vatportal_line_id) for line in self.product_lines(move)), 3)
            self.say(move, 500)
            lines = self.product_lines(move).sorted(lambda line: (line.sequence, line.id))
            self.assertEqual(lines.mapped('quantity'), [10] * place + [498, 2] + [10] * (2 - place))
            self.assertEqual(lines.mapped('product_id'), self.product)
            self.assertEqual((lines[place + 1].price_subtotal, lines[place + 1].account_id), (4, lines[place].account_id))
            self.assertEqual(lines.mapped('vatportal_with_above'), [False] * (place + 1) + [True] + [False] * (2 - place))
            self.assertFalse(self.alert(move))
            self.assert_total(move.vatportal_bill_document_id)
            self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)]).unlink()

    def test_a_part_that_has_no_quantity_any_more(self):
        """Said otherwise in the list, and taken over."""
        move = self.boxes(self.small_part())
        self.say(move, 500)
        self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)]).unit_contains = 1
        row = move.invoice_line_ids.vatportal_line_id.sudo()
        move._vatportal_recount(row)
        self.assertEqual(
            [(line.quantity, line.product_id, line.price_subtotal) for line in self.product_lines(move)],
            [(1, self.product, 996), (1, self.env['product.product'], 4)],
        )
        self.assert_total(move.vatportal_bill_document_id)
        move._vatportal_recount(row)
        self.assertEqual(len(self.product_lines(move)), 2)

    def test_a_line_that_was_deleted(self):
        """Of a row in several columns: counted anew, it is the document's again."""
        row = self.row(amount_vat_base=360.0, amount_exempt=120.0, vat=64.8, total=544.8)
        for gone in (0, 1):
            move = self.boxes(row, self.row(name='Sement M500', unit='ədəd'))
            self.product_lines(move).sorted('sequence')[gone].unlink()
            self.say(move, 24)
            lines = self.product_lines(move).sorted(lambda line: (line.sequence, line.id))
            self.assertEqual(lines.mapped('quantity'), [180, 60, 10])
            self.assertEqual(lines.mapped('vatportal_with_above'), [False, True, False])
            self.assertFalse(self.alert(move))
            self.assert_total(move.vatportal_bill_document_id)
            self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)]).unlink()

    def test_typed_beside_a_part_without_quantity(self):
        move = self.boxes(self.small_part())
        self.product_lines(move)[0].write({'quantity': 100, 'price_unit': 9.96})
        self.assertFalse(self.alert(move))

    def test_what_cannot_be_remembered(self):
        """A row without a name, a bill without a vendor: what was said is not lost without a word."""
        move = self.boxes(self.row(name=False))
        self.assertNotIn('False', self.alert(move))
        with self.assertRaisesRegex(UserError, 'does not name'):
            self.say(move, 24)
        self.product_lines(move).write({'quantity': 240, 'price_unit': 2})
        self.assertFalse(self.alert(move), 'On the bill it can be said')
        move = self.boxes(unit='palet')
        move.partner_id = False
        with self.assertRaisesRegex(UserError, 'no vendor'):
            self.say(move, 24)

    def test_pieces_that_do_not_divide_the_price(self):
        move = self.boxes()
        self.say(move, 7)
        (line,) = move.invoice_line_ids
        self.assertEqual((line.quantity, line.price_subtotal, move.amount_total), (70, 480, 566.4))
        self.assertAlmostEqual(line.price_unit, 48 / 7, 4)

    def test_taking_over_new_figures_keeps_it(self):
        move = self.boxes()
        self.say(move, 24)
        document = move.vatportal_bill_document_id.sudo()
        document.line_ids.write(
            {
                'quantity': 11,
                **{name: document.line_ids[name] * 1.1 for name in ('amount_goods', 'amount_net', 'amount_vat_base', 'amount_vat', 'amount_total')},
            }
        )
        document.write({name: sum(document.line_ids.mapped(name)) for name in ('amount_goods', 'amount_net', 'amount_vat_base', 'amount_vat', 'amount_total')})
        document.action_rebuild_bill()
        self.assertEqual(self.counted(move), [(264, 2, self.unit)])
        self.assert_total(document)

    def test_a_customer_s_return(self):
        move = self.bill(self.row(), kind='returnInvoice', seller_vat=self.partner.vat)
        self.assertTrue(self.alert(move))
        self.say(move, 24)
        self.assertEqual(self.counted(move), [(240, 2, self.unit)])
        again = self.bill(self.row(), kind='returnInvoice', seller_vat=self.partner.vat)
        self.assertEqual(self.counted(again), [(240, 2, self.unit)])
        self.assertTrue(self.alert(self.boxes()), 'a vendor bill is another matter')

    def test_a_package_with_a_barcode(self):
        pack = self.env.ref('uom.product_uom_pack_6')
        self.env['product.uom'].create({'product_id': self.product.id, 'uom_id': pack.id, 'barcode': '4760000000024'})
        move = self.boxes(barcode='4760000000024')
        self.assertEqual((self.counted(move), self.alert(move)), ([(10, 48, pack)], ''))
        pack.vatportal_unit = 'qutu (6 ədəd)'
        six = self.env['uom.uom'].create({'name': 'Altılıq (6)', 'relative_factor': 6, 'relative_uom_id': self.unit.id})
        dozen = self.env.ref('uom.product_uom_dozen')
        for unit, counted, warned in (
            ('qutu (6 ədəd)', pack, False),
            ('Altılıq (6)', six, False),
            ('ədəd', self.unit, True),
            (dozen.name, dozen, True),
            # Named, and no measure of the product: nobody knows how many that is.
            ('kq', self.unit, False),
        ):
            with self.subTest(unit):
                move = self.boxes(barcode='4760000000024', unit=unit, name=f'Sement {unit}')
                self.assertEqual(self.counted(move), [(10, 48, counted)])
                notes = move.vatportal_bill_document_id.bill_notes or []
                self.assertEqual([(note['level'], pack.name in note['text'], unit in note['text']) for note in notes], [('warning', True, True)] * warned)
                self.assertEqual(bool(self.alert(move)), unit == 'kq')
                move.action_post()
                # Confirming has taught that the document's unit is right.
                again = self.boxes(barcode='4760000000024', unit=unit, name=f'Sement {unit}')
                self.assertEqual((self.counted(again), again.vatportal_bill_document_id.bill_notes or []), ([(10, 48, counted)], []))

    # ------------------------------------------------------------------ rights

    def test_who_may_say_it(self):
        move = self.boxes()
        biller = new_test_user(self.env, 'biller', groups='account.group_account_invoice', company_id=self.company.id)
        self.say(move.with_user(biller), 24)
        self.assertEqual(self.counted(move), [(240, 2, self.unit)])
        reader = new_test_user(self.env, 'reader', groups='account.group_account_readonly', company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.boxes(unit='palet').with_user(reader).action_vatportal_units()

    def test_no_line_of_another_bill(self):
        one, other = self.boxes(), self.boxes()
        with self.assertRaises(AccessError):
            self.env['vatportal.unit.wizard'].create({'move_id': one.id, 'line_ids': [Command.create({'line_id': other.invoice_line_ids.id})]})

    def test_not_on_a_confirmed_bill(self):
        move = self.boxes()
        wizard = self.env['vatportal.unit.wizard'].browse(move.action_vatportal_units()['res_id'])
        wizard.line_ids.contains = 3
        move.action_post()
        with self.assertRaisesRegex(UserError, 'confirmed'):
            wizard.action_apply()


class TestBillQuantities(ContentsCommon):
    """A quantity that Odoo can't keep is a question before a bill is made."""

    def digits(self, digits):
        self.env['decimal.precision'].search([('name', '=', 'Product Unit')]).digits = digits

    def asked(self, *rows, **vals):
        document = self.document(*rows, **vals)
        document.action_create_bills()
        self.assertEqual((document.bill_state, document.move_id), ('ask', self.env['account.move']))
        return document

    def test_nothing_or_something_else(self):
        for quantity, kept in ((0.004, 'nothing'), (0.005, '0.01'), (12.345, '12.35'), (816.6102, '816.61')):
            for barcode in (self.product.barcode, '0'):
                document = self.asked(self.row(quantity, 2000.0, unit='kq', barcode=barcode))
                for text in ('Sement M400', str(quantity), 'kq', kept, 'Product Unit'):
                    self.assertIn(text, document.bill_question)

    def test_minus_signs(self):
        """As some returns are written."""
        document = self.asked(self.row(-0.004, 2000.0, unit='kq'), kind='returnInvoice', seller_vat=self.partner.vat)
        self.assertIn('-0.004 kq would become nothing', document.bill_question)

    def test_once_the_accuracy_is_raised_the_bill_is_made(self):
        document = self.asked(self.row(0.004, 2000.0, unit='kq', barcode='0'))
        self.digits(3)
        document.action_create_bills()
        self.assertEqual(self.counted(document.move_id), [(0.004, 2000, self.kilo)])
        self.assert_total(document)
        self.assertFalse(document.bill_notes)

    def test_made_by_itself_once_the_accuracy_is_raised(self):
        document = self.document(self.row(0.125, 8.0, unit='kq'))
        document._request_bills()
        self.run_cron()
        self.assertEqual((document.bill_state, document.bill_progress), ('ask', 'tried again by itself'))
        self.digits(3)
        document.sudo().bill_retry_at = '2026-01-01 00:00:00'
        self.run_cron()
        self.assertEqual(document.bill_state, 'billed')

    def test_all_the_same(self):
        """A person takes it as it is: nothing of the product, or a rounded quantity, is not hidden."""
        for quantity, product, kept in ((0.004, self.env['product.product'], 1), (12.345, self.product, 12.35)):
            document = self.asked(self.row(quantity, 1000.0))
            wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
            self.assertIn(str(quantity), wizard.question)
            wizard.action_create()
            (line,) = self.product_lines(document.move_id)
            self.assertEqual((line.product_id, line.quantity), (product, kept))
            self.assert_total(document)
            self.assertIn(str(quantity), document.move_id.alerts['vatportal_bill_warning']['message'])

    def test_beside_another_question(self):
        """Whoever answers one question has read the other."""
        document = self.asked(self.row(12.345, 10.0), kind='taxCodex163')
        self.assertIn('12.345', document.bill_ask)
        self.assertIn('case by case', document.bill_ask)

    def test_what_a_person_said_of_the_unit_counts(self):
        self.say(self.boxes(), 0.125)
        document = self.asked(self.row(3))
        self.assertIn('0.375', document.bill_question)
        self.assertEqual(self.counted(self.boxes(quantity=8)), [(1, 384, self.unit)])

    def test_smaller_parts_of_a_row_are_no_question(self):
        move = self.boxes(self.row(1, 100.0, unit='ədəd', amount_vat_base=33.33, amount_exempt=66.67, vat=6.0, total=106.0))
        self.assertEqual(sorted(move.invoice_line_ids.mapped('quantity')), [0.33, 0.67])

    def test_new_figures_are_taken_over_with_a_warning(self):
        move = self.boxes(unit='ədəd')
        document = move.vatportal_bill_document_id.sudo()
        document.line_ids.quantity = 9.999
        document.action_rebuild_bill()
        self.assertIn('9.999', move.alerts['vatportal_bill_warning']['message'])

    def test_many_rows(self):
        document = self.asked(*(self.row(0.001 + n, 10.0, name=f'Mal {n}') for n in range(6)))
        self.assertIn('3 more lines', document.bill_question)


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestFileContents(XmlCommon):
    """Files are as downloads."""

    def test_a_unit_that_nobody_knows(self):
        self.product.write({'vatportal_code': '2523290000'})
        bill = self.drop(self.xml(unit='palet'))
        self.assertEqual(bill.invoice_line_ids.product_id, self.product)
        self.assertIn('palet', bill.alerts['vatportal_bill_units']['message'])
