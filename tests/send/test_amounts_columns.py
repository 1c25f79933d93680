"""One item in several VAT columns: a product of which a part is taxable."""

import re
from dataclasses import replace

from odoo.tests import Form

from ...vatportal import read_package, write_invoice
from ..bill_common import SELLER, VENDOR, BillCommon
from . import test_amounts

COLUMNS = ('apply_vat_amount', 'skip_vat_amount', 'vat_zero', 'vat_free')


class TestAmountsColumns(BillCommon):
    payload, check_sums, assert_stopped, taxed = (getattr(test_amounts.TestAmounts, name) for name in ('payload', 'check_sums', 'assert_stopped', 'taxed'))

    def lines(self, *parts, **vals):
        """Values of lines that are one item: (quantity, price, category) each."""
        return [
            {'quantity': quantity, 'price_unit': price, 'tax_ids': self.taxed(category), 'vatportal_with_above': bool(place), **vals}
            for place, (quantity, price, category) in enumerate(parts)
        ]

    def sent(self, move, *names):
        return [tuple(item[name] for name in names) for item in self.payload(move)['items']]

    # ------------------------------------------------------------------ what goes out

    def test_quantities_add_up(self):
        """A hundred kilograms at 1.50: four fifths are exempt, the margin is taxable."""
        move = self.create_invoice(*self.lines((80, 1.5, 'exempt'), (20, 1.5, 'vat')))
        self.assertEqual(
            self.sent(move, 'quantity', 'unit_price', 'subtotal1', 'vat_free', 'apply_vat_amount', 'vat_amount', 'total'),
            [(100, 1.5, 150, 120, 30, 5.4, 155.4)],
        )
        self.assertEqual(move.amount_total, 155.4)

    def test_an_amount_alone_is_added(self):
        """One piece cannot be divided: the margin is an amount of no product."""
        move = self.create_invoice(
            *self.lines((1, 863, 'not_subject')), *self.lines((0, 0, 'vat'), (1, 137, 'vat'), product_id=False, name='Ticarət əlavəsi')[1:]
        )
        self.assertEqual(
            self.sent(move, 'name', 'quantity', 'unit_price', 'skip_vat_amount', 'apply_vat_amount', 'vat_amount'), [('Sement', 1, 1000, 863, 137, 24.66)]
        )

    def test_all_columns_in_any_order(self):
        for order in (('vat', 'not_subject', 'zero', 'exempt'), ('exempt', 'zero', 'vat', 'not_subject')):
            move = self.create_invoice(
                {'price_unit': 7},
                *self.lines(*((number, 10.01, category) for number, category in enumerate(order, 1))),
                {'price_unit': 9, 'tax_ids': self.taxed('zero')},
            )
            self.assertEqual([quantity for (quantity,) in self.sent(move, 'quantity')], [1, 10, 1])

    def test_lines_that_nobody_put_together_stay_apart(self):
        move = self.create_invoice(*self.lines((80, 1.5, 'exempt'), (20, 1.5, 'vat'), vatportal_with_above=False))
        self.assertEqual([quantity for (quantity,) in self.sent(move, 'quantity')], [80, 20])

    def test_the_first_line_has_none_above(self):
        move = self.create_invoice(*self.lines((3, 10, 'vat'), vatportal_with_above=True))
        self.assertEqual(self.sent(move, 'quantity'), [(3,)])

    def test_a_discount_and_a_return_take_off_from_their_column(self):
        move = self.create_invoice(
            *self.lines((80, 1.5, 'exempt'), (20, 1.5, 'vat')),
            {'quantity': 1, 'price_unit': -12, 'tax_ids': self.taxed('exempt'), 'product_id': self.service.id},
            {'quantity': -10, 'price_unit': 1.5},
        )
        self.assertEqual(self.sent(move, 'quantity', 'vat_free', 'apply_vat_amount'), [(90, 108, 15)])

    def test_what_comes_to_nothing_leaves_the_rest(self):
        move = self.create_invoice(*self.lines((80, 1.5, 'exempt'), (20, 1.5, 'vat')), {'quantity': -80, 'price_unit': 1.5, 'tax_ids': self.taxed('exempt')})
        self.assertEqual(self.sent(move, 'name', 'quantity', *COLUMNS), [('Sement', 20, 30, 0, 0, 0)])

    def test_vat_in_the_price_and_another_currency(self):
        included = self.create_tax('VAT in price', 18, 'vat', price_include_override='tax_included')
        lines = self.lines((80, 1.5, 'exempt'), (20, 1.77, 'vat'))
        lines[1]['tax_ids'] = [(6, 0, included.ids)]
        self.assertEqual(self.sent(self.create_invoice(*lines), 'quantity', 'subtotal1', 'vat_amount'), [(100, 150, 5.4)])

    def test_excise_in_both_columns(self):
        excise = self.create_tax('Aksiz', 10, 'excise', sequence=1, include_base_amount=True)
        self.taxes['vat'].sequence = self.taxes['exempt'].sequence = 5
        lines = self.lines((7, 10, 'vat'), (3, 10, 'exempt'))
        for line in lines:
            line['tax_ids'][0][2].append(excise.id)
        move = self.create_invoice(*lines)
        self.assertEqual(
            self.sent(move, 'quantity', 'unit_price', 'aksiz', 'aksizgrade', 'apply_vat_amount', 'vat_free', 'vat_amount'), [(10, 10, 10, 10, 77, 33, 13.86)]
        )

    def margin(self, amount=20, **vals):
        """An amount of no product that is one item with the line above."""
        return {'product_id': False, 'name': 'Ticarət əlavəsi', 'price_unit': amount, 'tax_ids': self.taxed('vat'), 'vatportal_with_above': True, **vals}

    def test_what_does_not_stand_on_the_qaime_is_no_line_above(self):
        """A discount, a free line, or goods taken back in between."""
        goods = {'quantity': 10, 'price_unit': 10, 'tax_ids': self.taxed('exempt')}
        for between, exempt, quantity in (
            ({'price_unit': -10, 'product_id': self.service.id, 'tax_ids': self.taxed('exempt')}, 90, 10),
            ({'price_unit': 0, 'product_id': self.service.id, 'tax_ids': self.taxed('exempt')}, 100, 10),
            ({**goods, 'quantity': -2}, 80, 8),
        ):
            move = self.create_invoice(goods, between, self.margin())
            self.assertEqual(self.sent(move, 'name', 'quantity', 'vat_free', 'apply_vat_amount'), [('Sement', quantity, exempt, 20)])
        part = {**goods, 'tax_ids': self.taxed('vat'), 'quantity': 2, 'vatportal_with_above': True}
        move = self.create_invoice(goods, {'price_unit': -10, 'product_id': self.service.id, 'tax_ids': self.taxed('exempt')}, part)
        self.assertEqual(self.sent(move, 'quantity', 'vat_free', 'apply_vat_amount'), [(12, 90, 20)])

    # ------------------------------------------------------------------ what cannot go

    def test_nothing_above_is_stopped(self):
        """Above it are lines, and none that stands on the qaimə."""
        discount = {'price_unit': -5, 'product_id': self.service.id}
        free = {'price_unit': 0}
        for above in (discount, free):
            self.assert_stopped(self.create_invoice(above, self.margin(), {'price_unit': 50}), 'Ticarət əlavəsi', 'none above')
            self.assert_stopped(self.create_invoice(above, {'price_unit': 20, 'vatportal_with_above': True}, {'price_unit': 50}), 'none above')

    def test_nothing_left_above_is_stopped(self):
        """What the amount belongs to is taken back in full, or comes to nothing."""
        goods = {'quantity': 2, 'price_unit': 10, 'tax_ids': self.taxed('exempt')}
        for gone in ({**goods, 'quantity': -2}, {'price_unit': -20, 'product_id': self.service.id, 'tax_ids': self.taxed('exempt')}):
            self.assert_stopped(
                self.create_invoice(goods, self.margin(), gone, {'price_unit': 50, 'tax_ids': self.taxed('zero')}), 'Ticarət əlavəsi', 'none above'
            )
        # What of the item has a product stands for it.
        part = {**goods, 'tax_ids': self.taxed('zero'), 'vatportal_with_above': True}
        move = self.create_invoice(goods, self.margin(), part, {**goods, 'quantity': -2})
        self.assertEqual(self.sent(move, 'name', 'apply_vat_amount', 'vat_zero'), [('Sement', 20, 20)])

    def test_other_goods_or_another_price_are_stopped(self):
        other = self.lines((80, 1.5, 'exempt'), (20, 1.5, 'vat'))
        other[1]['product_id'] = self.service.id
        self.assert_stopped(self.create_invoice(*other), 'Daşınma', 'another product or unit')
        self.assert_stopped(self.create_invoice(*self.lines((100, 1.2, 'exempt'), (100, 0.3, 'vat'))), 'Sement', 'another price')

    def test_rates_of_excise_are_stopped(self):
        lines = self.lines((7, 10, 'vat'), (3, 10, 'vat'))
        for rate, line in zip((10, 20), lines, strict=True):
            line['tax_ids'][0][2].append(self.create_tax(f'Aksiz {rate}', rate, 'excise', sequence=0, include_base_amount=True).id)
        self.assert_stopped(self.create_invoice(*lines), 'another rate of excise')

    def test_two_taxes_on_a_line_say_the_way_out(self):
        self.assert_stopped(self.create_invoice({'tax_ids': self.taxed('vat', 'exempt')}), 'more than one', 'Line Above')

    # ------------------------------------------------------------------ there and back

    def received(self, move):
        """The document that the buyer of ``move`` receives: as it was sent, from the other side."""
        sent = move.vatportal_document_id
        lines = [
            {
                name: line[name]
                for name in (
                    'product_code',
                    'name',
                    'unit',
                    'quantity',
                    'price_unit',
                    'barcode',
                    'excise_rate',
                    'amount_goods',
                    'amount_excise',
                    'amount_net',
                    'amount_vat_base',
                    'amount_not_subject',
                    'amount_zero',
                    'amount_exempt',
                    'amount_vat',
                    'amount_road',
                    'amount_total',
                )
            }
            for line in sent.line_ids
        ]
        return self.document(*lines)

    def test_the_buyer_gets_the_seller_s_lines(self):
        self.product.barcode = '4760001000015'
        for parts in (
            ((80, 1.5, 'exempt'), (20, 1.5, 'vat')),
            ((0.86, 1000, 'zero'), (0.14, 1000, 'vat')),
            ((1.8, 33.33, 'vat'), (0.6, 33.33, 'zero'), (0.6, 33.33, 'not_subject')),
        ):
            move = self.create_invoice(*self.lines(*parts))
            self.payload(move)
            document = self.received(move)
            document.action_create_bills()
            bill = document.move_id
            self.assertEqual(
                sorted(zip(bill.invoice_line_ids.mapped('quantity'), bill.invoice_line_ids.mapped('price_subtotal'), strict=True)),
                sorted(zip(move.invoice_line_ids.mapped('quantity'), move.invoice_line_ids.mapped('price_subtotal'), strict=True)),
            )
            self.assertEqual(bill.amount_total, move.amount_total)
            self.assertEqual(bill.invoice_line_ids.mapped('vatportal_with_above'), [False] + [True] * (len(parts) - 1))

    def test_what_was_received_goes_back_as_it_came(self):
        """A vendor credit note of a bill whose rows stand in several columns, one of them too small for a quantity."""
        self.product.barcode = '4760001000015'
        self.kind('returnInvoice').upload_type = 'default'  # what this portal takes
        for quantity, price, bases in ((3, 100 / 3, (60, 20, 10, 10)), (4, 25.0075, (100, 0, 0, 0.03)), (1, 100, (33.33, 66.67, 0, 0))):
            row = self.line(
                sum(bases),
                vat=bases[0] * 0.18,
                quantity=quantity,
                price_unit=round(price, 8),
                barcode='4760001000015',
                **dict(zip(('amount_vat_base', 'amount_zero', 'amount_exempt', 'amount_not_subject'), bases, strict=True)),
            )
            bill = self.bill(row)
            bill.action_post()
            refund = bill._reverse_moves([{'invoice_date': bill.invoice_date}])
            refund.action_post()
            self.assertEqual(
                self.sent(refund, 'quantity', 'subtotal1', 'apply_vat_amount', 'vat_zero', 'vat_free', 'skip_vat_amount'),
                [(quantity, round(sum(bases), 2), *bases)],
            )

    def test_through_a_package(self):
        """Uploaded by hand at e-taxes.gov.az, and read in by the buyer."""
        self.product.barcode = '4760001000015'
        move = self.create_invoice(*self.lines((80, 1.5, 'exempt'), (20, 1.5, 'vat')))
        (file,) = read_package(self.env['ir.attachment'].browse(int(re.search(r'/web/content/(\d+)', move.action_vatportal_xml()['url'])[1])).raw)
        (item,) = file.invoice.items
        self.assertEqual((item.quantity, item.vat_free, item.apply_vat_amount), (100, 120, 30))
        text = write_invoice(replace(file.invoice, seller=VENDOR, buyer=SELLER)).decode()
        attachment = self.env['ir.attachment'].create({'name': 'qaime.xml', 'raw': text.encode()})
        journal = self.company_data['default_journal_purchase'].with_context(default_move_type='in_invoice')
        bill = self.env['account.move'].browse(journal.create_document_from_attachment(attachment.ids)['res_id'])
        self.assertEqual(
            [(line.quantity, line.price_unit, line.price_subtotal, line.product_id) for line in bill.invoice_line_ids],
            [(80, 1.5, 120, self.product), (20, 1.5, 30, self.product)],
        )
        self.assertEqual(bill.amount_total, move.amount_total)

    def test_in_the_form(self):
        move = self.create_invoice(*self.lines((80, 1.5, 'exempt'), (20, 1.5, 'vat'), vatportal_with_above=False), post=False)
        with Form(move) as form, form.invoice_line_ids.edit(1) as line:
            line.vatportal_with_above = True
        move.action_post()
        self.assertEqual(self.sent(move, 'quantity'), [(100,)])
        self.assertEqual(move.copy().invoice_line_ids.mapped('vatportal_with_above'), [False, True])
