from datetime import date, datetime

from odoo.fields import Command

from ..common import script
from ..due_common import DueCommon
from .sales_common import SalesCommon


class TestDelivered(DueCommon, SalesCommon):
    """Sales that were delivered and are on no invoice."""

    def counts(self):
        tasks = self.env['vatportal.desk'].get_tasks()
        return {task['key']: task['count'] for task in tasks['sale'] if task['count']}

    def test_until_an_invoice_covers_it(self):
        self.cement.invoice_policy = 'delivery'
        order = self.order(product_uom_qty=5, price_unit=10)
        first = order.picking_ids
        first.action_assign()
        first.move_ids.write({'quantity': 2, 'picked': True})
        first.with_context(skip_sms=True)._action_done()
        self.assertEqual((first.vatportal_awaits, first.vatportal_due_date), ('invoice', date(2026, 11, 20)))
        self.assertEqual(self.counts(), {'uninvoiced_due': 1})
        invoice = order._create_invoices()
        self.assertFalse(first.vatportal_awaits or first.vatportal_due_date, 'the draft is due from here on')
        self.assertEqual((invoice.delivery_date, invoice.vatportal_due_date), (date(2026, 11, 20), date(2026, 11, 20)))
        self.at(datetime(2026, 11, 22, 8))
        second = self.validate(order.picking_ids - first)
        self.assertFalse(first.vatportal_awaits, 'what was delivered first is what was invoiced')
        self.assertEqual((second.vatportal_awaits, second.vatportal_due_date), ('invoice', date(2026, 11, 22)))
        self.at(datetime(2026, 11, 23, 8))
        self.assertEqual(self.counts(), {'uninvoiced_late': 1, 'late': 1})
        invoice.button_cancel()
        self.assertEqual((first + second).mapped('vatportal_awaits'), ['invoice', 'invoice'])
        order._create_invoices()
        self.assertEqual((first + second).mapped('vatportal_awaits'), [False, False])

    def test_each_invoice_is_due_from_what_it_covers(self):
        """The second delivery is not late because the first one was made long ago; a night's delivery is of the day in Baku."""
        self.cement.invoice_policy = 'delivery'
        order = self.order(product_uom_qty=9, price_unit=10)
        invoices = self.env['account.move']
        for moment, quantity in ((datetime(2026, 11, 20, 8), 2), (datetime(2026, 11, 22, 22), 3), (datetime(2026, 11, 25, 8), 1)):
            self.at(moment)
            picking = order.picking_ids.filtered(lambda picking: picking.state != 'done')
            picking.action_assign()
            picking.move_ids.write({'quantity': quantity, 'picked': True})
            picking.with_context(skip_sms=True)._action_done()
            if moment.day != 20:
                invoices += order._create_invoices()
                invoices[-1].invoice_date = '2026-11-25'
        days = [date(2026, 11, 20), date(2026, 11, 25)]
        self.assertEqual(invoices.mapped('vatportal_due_date'), days, 'the first one is of two deliveries: the earlier counts')
        invoices[0].invoice_line_ids.quantity = 2
        self.assertEqual(invoices.mapped('vatportal_due_date'), [date(2026, 11, 20), date(2026, 11, 23)])
        invoices.action_post()
        self.assertEqual(invoices.mapped('vatportal_due_date'), [date(2026, 11, 20), date(2026, 11, 23)])
        invoices[1].button_draft()
        invoices[1].delivery_date = '2026-11-24'
        self.assertEqual(invoices[1].vatportal_due_date, date(2026, 11, 24), 'what somebody has typed counts')

    def test_what_needs_no_invoice(self):
        self.cement.invoice_policy = 'delivery'
        person = self.env['res.partner'].create({'name': 'Aygün', 'country_id': self.env.ref('base.az').id})
        private = self.validate(self.order(person).picking_ids)
        free = self.validate(self.order(price_unit=0).picking_ids)
        given_back = self.validate(self.order().picking_ids)
        self.assertEqual(given_back.vatportal_awaits, 'invoice')
        self.give_back(given_back, 3)
        self.assertFalse((private + free + given_back).filtered('vatportal_awaits'))
        person.vat = '2001876531'
        self.assertEqual(private.vatportal_due_date, date(2026, 11, 20))

    def test_what_a_buyer_becomes(self):
        """A buyer who is one as before is asked nothing; a person who becomes a company, or somebody of one, is."""
        self.cement.invoice_policy = 'delivery'
        azerbaijan = self.env.ref('base.az').id
        people = self.env['res.partner'].create([{'name': name, 'country_id': azerbaijan} for name in ('Aygün', 'Samir', 'Leyla')])
        known, *deliveries = [self.validate(self.order(buyer).picking_ids) for buyer in (self.partner, *people)]
        for vals in ({'vat': '1700321031'}, {'country_id': azerbaijan}, {'is_company': True}):
            self.assertEqual(self.computed('stock.picking', 'vatportal_awaits', lambda vals=vals: self.partner.write(vals)), [])
        for buyer, delivery, vals in zip(people, deliveries, ({'is_company': True}, {'vat': '2001876531'}, {'parent_id': self.partner.id}), strict=True):
            with self.subTest(vals=vals):
                self.assertFalse(delivery.vatportal_awaits)
                found = self.computed('stock.picking', 'vatportal_awaits', lambda buyer=buyer, vals=vals: buyer.write(vals))
                self.assertIn(delivery.id, {one for part in found for one in part})
                self.assertEqual((delivery.vatportal_awaits, delivery.vatportal_due_date), ('invoice', date(2026, 11, 20)))
        people[0].is_company = False
        self.assertFalse(deliveries[0].vatportal_awaits)
        self.assertEqual(known.vatportal_awaits, 'invoice')

    def test_somebody_new_at_a_buyer(self):
        """Only what this one, and whoever is below, has bought is asked about: not all that the company ever bought."""
        self.cement.invoice_policy = 'delivery'
        Partner = self.env['res.partner']
        other = self.partner.copy({'name': 'Başqa MMC', 'vat': '2001876531'})
        person, new = Partner.create([{'name': name, 'country_id': self.env.ref('base.az').id} for name in ('Aygün', 'Samir')])
        address = Partner.create({'name': 'Anbar', 'parent_id': person.id, 'type': 'invoice'})
        known, own, below = [self.validate(self.order(buyer).picking_ids) for buyer in (self.partner, person, address)]
        self.assertEqual(below.sale_id.partner_invoice_id, address)
        for partner, parent, asked, awaits in (
            (new, self.partner, (), False),
            (new, other, (), False),
            (new, Partner, (), False),
            (person, self.partner, own + below, 'invoice'),
            (person, other, (), 'invoice'),
        ):
            with self.subTest(partner=partner.name, parent=parent.name):
                parts = self.computed('stock.picking', 'vatportal_awaits', lambda partner=partner, parent=parent: partner.write({'parent_id': parent.id}))
                self.assertEqual({one for part in parts for one in part}, set(asked and asked.ids))
                self.assertEqual([picking.vatportal_awaits for picking in (known, own, below)], ['invoice', awaits, awaits])

    def test_another_invoice_address(self):
        """Given to the order after it was delivered, or another price; as it is before."""
        self.cement.invoice_policy = 'delivery'
        person = self.env['res.partner'].create({'name': 'Aygün', 'country_id': self.env.ref('base.az').id})
        private, free = self.validate(self.order(person).picking_ids), self.validate(self.order(price_unit=0).picking_ids)
        for delivery, name, record, values in (
            (private, 'partner_invoice_id', private.sale_id, (self.partner.id, person.id)),
            (free, 'price_unit', free.sale_id.order_line, (10, 0)),
        ):
            with self.subTest(name):
                self.assertFalse(delivery.vatportal_awaits or delivery.vatportal_due_date)
                record[name] = values[0]
                self.assertEqual((delivery.vatportal_awaits, delivery.vatportal_due_date), ('invoice', date(2026, 11, 20)))
                record[name] = values[1]
                self.assertFalse(delivery.vatportal_awaits or delivery.vatportal_due_date)

    def merge(self, source, target):
        self.env['base.partner.merge.automatic.wizard'].create({})._merge([source.id, target.id], target)
        self.env.invalidate_all()

    def test_a_buyer_that_is_merged(self):
        """What was delivered to one that gets a qaimə and to one that gets none, or to an address of theirs, is the other's from then on."""
        self.cement.invoice_policy = 'delivery'
        Partner, azerbaijan = self.env['res.partner'], self.env.ref('base.az').id
        for names, awaits in ((('private', 'firm'), 'invoice'), (('firm', 'private'), 'invoice'), (('firm', 'abroad'), False)):
            with self.subTest(names=names):
                private, firm, abroad = Partner.create(
                    [
                        {'name': 'Aygün', 'country_id': azerbaijan},
                        {'name': 'Aygün MMC', 'country_id': azerbaijan, 'vat': '2001876531', 'is_company': True},
                        {'name': 'Aygün', 'country_id': self.env.ref('base.ge').id},
                    ]
                )
                source, target = ({'private': private, 'firm': firm, 'abroad': abroad}[name] for name in names)
                address = Partner.create({'name': 'Anbar', 'parent_id': source.id, 'type': 'invoice'})
                own, below, known = (self.validate(self.order(buyer).picking_ids) for buyer in (source, address, target))
                walked = self.computed('stock.picking', 'vatportal_awaits', lambda source=source, target=target: self.merge(source, target))
                self.assertEqual([picking.vatportal_awaits for picking in (own, below, known)], [awaits] * 3)
                if names == ('private', 'firm'):
                    self.assertNotIn(known.id, {one for part in walked for one in part}, 'what the other one has bought is not gone through')

    def test_the_update_of_what_changed_later(self):
        """It looks at what was delivered and is on no invoice, of buyers who get them."""
        self.cement.invoice_policy = 'delivery'
        person = self.env['res.partner'].create({'name': 'Aygün', 'country_id': self.env.ref('base.az').id})
        missed, wrong, invoiced, private = [self.validate(self.order(buyer).picking_ids) for buyer in (self.partner, person, self.partner, person)]
        invoiced.sale_id._create_invoices()
        self.env.flush_all()
        self.env.cr.execute('UPDATE stock_picking SET vatportal_awaits = NULL, vatportal_due_date = NULL WHERE id = %s', [missed.id])
        self.env.cr.execute("UPDATE stock_picking SET vatportal_awaits = 'invoice' WHERE id = %s", [wrong.id])
        self.env.invalidate_all()
        migration = script('19.0.1.12.0/end-sales.py', 'l10n_az_vatportal_stock')
        found = self.computed('stock.picking', 'vatportal_awaits', lambda: migration.migrate(self.env.cr, '19.0.1.11.0'))
        walked = {one for part in found for one in part}
        self.assertLessEqual({missed.id, wrong.id}, walked)
        self.assertFalse(walked & {invoiced.id, private.id})
        self.assertEqual([picking.vatportal_awaits for picking in (missed, wrong, invoiced, private)], ['invoice', False, False, False])
        self.assertEqual(missed.vatportal_due_date, date(2026, 11, 20))

    def test_the_update(self):
        """It looks at deliveries to contacts of which somebody said that they are companies; and at no others, however many there are."""
        self.cement.invoice_policy = 'delivery'
        person = self.env['res.partner'].create({'name': 'Aygün', 'country_id': self.env.ref('base.az').id})
        known, invoiced, missed = [self.validate(self.order(buyer).picking_ids) for buyer in (self.partner, self.partner, person)]
        invoiced.sale_id._create_invoices()
        self.env.flush_all()
        self.env.cr.execute('UPDATE res_partner SET is_company = TRUE WHERE id = %s', [person.id])
        self.env.invalidate_all()

        def migrate():
            for addon in ('l10n_az_vatportal', 'l10n_az_vatportal_stock'):
                script('19.0.1.11.0/end-begun.py', addon).migrate(self.env.cr, '19.0.1.10.0')

        found = self.computed('stock.picking', 'vatportal_awaits', migrate)
        self.assertEqual({one for part in found for one in part}, set(missed.ids))
        self.assertEqual([picking.vatportal_awaits for picking in (known, invoiced, missed)], ['invoice', False, 'invoice'])
        self.assertEqual(missed.vatportal_due_date, date(2026, 11, 20))

    def deliver(self, order, quantity, unit):
        """Deliver ``quantity`` of ``unit``, of what is left of ``order``."""
        picking = order.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))
        picking.move_ids.write({'product_uom': unit.id, 'quantity': quantity, 'picked': True})
        picking.with_context(skip_sms=True)._action_done()
        return picking

    def test_delivered_in_other_units(self):
        """What ten pieces are in dozens is rounded as Odoo rounds what was delivered and invoiced."""
        self.cement.invoice_policy = 'delivery'
        for parts in ((10, 14), (5, 19), (8, 16), (1, 1)):
            with self.subTest(parts=parts):
                self.at(datetime(2026, 11, 20, 8))
                order = self.order(product_uom_qty=2, product_uom_id=self.dozen.id, price_unit=120)
                first = self.deliver(order, parts[0], self.unit)
                invoice = order._create_invoices()
                self.assertFalse(first.vatportal_awaits)
                self.at(datetime(2026, 11, 22, 8))
                second = self.deliver(order, parts[1], self.unit)
                self.assertEqual((first.vatportal_awaits, second.vatportal_awaits), (False, 'invoice'))
                rest = order._create_invoices()
                self.assertEqual((first.vatportal_awaits, second.vatportal_awaits), (False, False))
                # Written in pieces, both say the same.
                for each, quantity in zip((invoice, rest), parts, strict=True):
                    each.invoice_line_ids.write({'product_uom_id': self.unit.id, 'quantity': quantity})
                self.assertEqual((invoice + rest).mapped('vatportal_due_date'), [date(2026, 11, 20), date(2026, 11, 22)])

    def debit(self, move):
        """A debit note with the lines of ``move``, as Odoo's wizard makes it."""
        wizard = self.env['account.debit.note'].with_context(active_model='account.move', active_ids=move.ids)
        wizard.create({'date': '2026-11-23', 'copy_lines': True}).create_debit()
        return move.debit_note_ids

    def test_debit_note_covers_no_delivery(self):
        """It raises the price of what was invoiced; the goods of its copied lines went out once."""
        self.cement.invoice_policy = 'delivery'
        order = self.order(product_uom_qty=5, price_unit=10)
        first = self.deliver(order, 2, self.unit)
        invoice = order._create_invoices()
        invoice.action_post()
        note = self.debit(invoice)
        self.at(datetime(2026, 11, 22, 8))
        second = self.deliver(order, 2, self.unit)
        self.assertEqual(order.order_line.qty_invoiced, 4, 'Odoo counts the lines of the debit note')
        self.assertEqual((first.vatportal_awaits, second.vatportal_awaits), (False, 'invoice'))
        self.assertEqual(self.counts().get('uninvoiced_due'), 1)
        note.action_post()
        self.assertEqual(second.vatportal_awaits, 'invoice')
        self.assertEqual(note.vatportal_due_date, date(2026, 11, 23), 'of its own day, for it delivers nothing')
        last = self.env['account.move'].create(order._prepare_invoice())
        last.invoice_line_ids = [Command.create(order.order_line._prepare_invoice_line(quantity=2))]
        self.assertFalse(second.vatportal_awaits)
        self.assertEqual(last.vatportal_due_date, date(2026, 11, 22))

    def test_debit_note_takes_a_credit_note_back(self):
        """Then its lines stand for those of the invoice again."""
        self.cement.invoice_policy = 'delivery'
        order = self.order(product_uom_qty=2, price_unit=10)
        delivery = self.validate(order.picking_ids)
        invoice = order._create_invoices()
        invoice.action_post()
        credit = invoice._reverse_moves([{'invoice_date': '2026-11-20'}])
        credit.action_post()
        self.assertEqual(delivery.vatportal_awaits, 'invoice')
        self.debit(credit)
        self.assertFalse(delivery.vatportal_awaits)
