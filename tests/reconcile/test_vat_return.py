from odoo.fields import Command

from .reconcile_common import ReconcileCommon


class TestVatReturn(ReconcileCommon):
    """The figures of a return, by column: of the qaimə, of the books, of the tags, and what was paid."""

    def lines(self, side, *domain):
        self.env.flush_all()
        return self.env['vatportal.vat.return'].search([('side', '=', side), ('company_id', '=', self.company.id), *domain], order='date, id')

    def figures(self, side, *measures, domain=(), by=('vat_column', 'operation')):
        """{group: sums} of the lines of ``side`` in which any is not nothing."""
        self.env.flush_all()
        groups = self.env['vatportal.vat.return']._read_group(
            [('side', '=', side), ('company_id', '=', self.company.id), *domain], list(by), [f'{name}:sum' for name in measures]
        )
        found = {group[: len(by)]: tuple(round(value, 2) for value in group[len(by) :]) for group in groups}
        return {key: values for key, values in found.items() if any(values)}

    def pay(self, move, day, **vals):
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=move.ids).create(
            {'payment_date': day, **vals}
        )._create_payments()

    def test_columns(self):
        sale = self.sale()
        self.at_etaxes(sale)
        self.at_etaxes(self.sale({'exempt': 7}), {'exempt': 9})
        self.sale({'zero': 3})
        self.posted_bill(20.0, kind='returnInvoice', seller_vat=self.partner.vat)
        self.document(kind='advanceInvoice', direction='outgoing')
        self.assertEqual(
            self.figures('sale', 'etaxes_base', 'etaxes_vat', 'books_base', 'books_vat', 'diff_base'),
            {
                ('vat', 'usual'): (100, 18, 100, 18, 0),
                ('zero', 'usual'): (40, 0, 43, 0, 3),
                ('exempt', 'usual'): (39, 0, 37, 0, -2),
                ('not_subject', 'usual'): (20, 0, 20, 0, 0),
                ('vat', 'return'): (-20, -3.6, -20, -3.6, 0),
                ('vat', 'advance'): (100, 18, 0, 0, -100),
            },
        )
        lines = self.lines('sale', ('vat_column', '=', 'vat'), ('operation', '=', 'usual'))
        self.assertEqual(lines.action_documents()['domain'], [('id', 'in', sale.vatportal_document_id.ids)])
        self.assertEqual(lines.action_moves()['domain'], [('id', 'in', sale.ids)])

    def test_what_is_no_sale_and_no_purchase(self):
        """Goods that stay with the company, or with their owner, are of no side; advances are, though no bill is made of them."""
        own = {'seller_vat': self.company.vat, 'buyer_vat': self.company.vat}
        for direction in ('outgoing', 'incoming'):
            self.document(direction=direction, kind='goodsTransfer', **own)
            self.document(direction=direction, **{**own, 'seller_vat': f'AZ {self.company.vat}'})
            self.document({**self.line(40.0, 'zero')}, direction=direction, kind='returnInvoice', **own)
            self.document(direction=direction, kind='agent')
            self.document(direction=direction, kind='returnByAgent')
            self.document(self.line(0.0), direction=direction, kind='recycling')
        for side in ('sale', 'purchase'):
            self.assertEqual(self.figures(side, 'etaxes_base', 'etaxes_vat', 'books_base', 'books_vat'), {}, side)
        self.document(self.line(50.0), kind='advanceInvoice')
        self.document(self.line(60.0), kind='advanceInvoice', direction='outgoing')
        self.document(self.line(70.0), kind='exportNoteInvoice', direction='outgoing')
        self.document(self.line(80.0), kind='recycling')
        self.assertEqual(self.figures('purchase', 'etaxes_base'), {('vat', 'advance'): (50,), ('vat', 'usual'): (80,)})
        self.assertEqual(self.figures('sale', 'etaxes_base'), {('vat', 'advance'): (60,), ('vat', 'usual'): (70,)})
        # Booked all the same, it is in the books alone; without numbers nobody can say that both are one.
        sale, nobody = self.sale({'vat': 100}), self.sale({'vat': 10})
        self.at_etaxes(sale, {'vat': 100}, **own)
        self.at_etaxes(nobody, {'vat': 10}, seller_vat='', buyer_vat='')
        self.assertEqual(self.figures('sale', 'etaxes_base', 'books_base', 'books_vat', domain=[('move_id', '!=', False)]), {('vat', 'usual'): (10, 110, 19.8)})
        self.assertEqual(self.found(sale), ('matched', False))

    def test_creditable(self):
        booked, unbooked = self.posted_bill(100.0), self.document(50.0)
        self.purchase_entry({'vat': 10})
        self.assertTrue(booked and unbooked)
        self.assertEqual(
            self.figures('purchase', 'etaxes_vat', 'books_vat', 'creditable_vat', by=('creditable',)), {('yes',): (18, 18, 18), ('no',): (9, 1.8, 0)}
        )

    def test_creditable_of_what_was_lowered(self):
        """The seller has lowered the qaimə after the bill was posted: its credit note takes back what can't be deducted any more, and what
        was paid is of the rest."""
        document = self.posted_bill(100.0)
        bill, line = document.move_id, self.line(80.0)
        document.sudo().write({name: value for name, value in line.items() if name.startswith('amount_')})
        self.reverse_in_dialog(bill, create=False)
        credit = bill.reversal_move_ids
        credit.invoice_line_ids.price_unit = 20
        credit.vatportal_kind_id = False
        self.assertEqual(self.figures('purchase', 'creditable_vat', by=('creditable',)), {('yes',): (18,)})
        credit.action_post()
        self.assertEqual(self.figures('purchase', 'etaxes_vat', 'books_vat', 'creditable_vat', by=('creditable',)), {('yes',): (14.4, 14.4, 14.4)})
        terms = (bill + credit).line_ids.filtered(lambda item: item.display_type == 'payment_term')
        terms.reconcile()
        self.pay(bill, '2026-12-05')
        self.assertEqual(self.figures('purchase', 'paid_base', 'paid_vat', by=('creditable',)), {('yes',): (80, 14.4)})

    def test_creditable_of_what_was_lowered_by_less(self):
        """Too much was credited, and a part of that taken back; and of that part, again, a part."""
        document = self.posted_bill(100.0)
        document.sudo().write({name: value for name, value in self.line(80.0).items() if name.startswith('amount_')})
        vals = {'invoice_date': '2026-11-20', 'date': '2026-11-20', 'vatportal_kind_id': False}
        entries = document.move_id
        for net in (30, 15, 5):
            back = entries[-1]._reverse_moves([{**vals, 'ref': f'Back {net}'}])
            back.invoice_line_ids.price_unit = net
            back.action_post()
            entries += back
            if net != 30:
                continue
            again = back._reverse_moves([{**vals, 'ref': 'Back 10'}])
            again.invoice_line_ids.price_unit = 10
            again.action_post()
            self.assert_creditable(document, back + again)
            again.button_draft()
        self.assert_creditable(document, entries[1:])
        entries[-1].vatportal_kind_id = self.kind('returnInvoice')
        self.assertEqual(self.found(entries[-1]), ('only_odoo', 'not_sent'))

    def test_what_was_bought_anew_lowers_nothing(self):
        """What took back the credit note has a document of its own: its return is no part of what the first bill was lowered by."""
        document = self.posted_bill(100.0)
        document.sudo().write({name: value for name, value in self.line(80.0).items() if name.startswith('amount_')})
        vals = {'invoice_date': '2026-11-20', 'date': '2026-11-20', 'vatportal_kind_id': False}
        entries = document.move_id
        for number in range(3):
            back = entries[-1]._reverse_moves([{**vals, 'ref': f'Back {number}'}])
            back.invoice_line_ids.price_unit = 20
            back.action_post()
            entries += back
        _bill, _credit, anew, back = entries
        self.assertEqual(self.found(back), ('never', 'lowered'))
        self.document(20.0).sudo()._link(anew)
        self.assertEqual(self.found(back), ('only_odoo', 'no_document'))

    def assert_creditable(self, document, entries):
        """Those ``entries`` lower the bill of ``document`` to that."""
        self.assertFalse(document.amount_differs)
        self.assertEqual({self.found(entry) for entry in entries}, {('never', 'lowered')})
        self.assertEqual(self.figures('purchase', 'etaxes_vat', 'books_vat', 'creditable_vat', by=('creditable',)), {('yes',): (14.4, 14.4, 14.4)})

    def test_deducted_in_part(self):
        """What of a purchase can't be deducted is bought all the same: the sides agree in base and VAT."""
        for share in (0, 40):
            move = self.bill(self.line(100.0), self.line(40.0, 'zero'), date='2026-11-20 10:00:00')
            move.invoice_line_ids.deductible_amount = share
            move.date = move.invoice_date
            move.action_post()
            self.assertEqual(self.found(move), ('matched', False))
            row = self.rows(move)
            self.assertEqual((row.books_vat_base, row.books_zero, row.books_other, row.books_vat, row.books_total), (100, 40, 0, 18, 158))
        self.assertEqual(
            self.figures('purchase', 'etaxes_base', 'books_base', 'books_vat', 'creditable_vat', by=['vat_column']),
            {('vat',): (200, 200, 36, 7.2), ('zero',): (80, 80, 0, 0)},
        )

    def test_months(self):
        """Each side counts in its own month."""
        move = self.sale({'vat': 100}, invoice_date='2026-11-30')
        self.at_etaxes(move, {'vat': 100}, date='2026-11-30 20:30:00')
        november, december = ([('date', '>=', f'2026-{month}-01'), ('date', '<=', f'2026-{month}-28' if month == 12 else '2026-11-30')] for month in (11, 12))
        self.assertEqual(self.figures('sale', 'etaxes_vat', 'books_vat', domain=november), {('vat', 'usual'): (0, 18)})
        self.assertEqual(self.figures('sale', 'etaxes_vat', 'books_vat', domain=december), {('vat', 'usual'): (18, 0)})

    def test_months_of_the_ledger(self):
        """A bill counts where its tax tags do: in the month in which it is booked."""
        base = self.env['account.account.tag'].create({'name': 'P base', 'applicability': 'taxes', 'country_id': self.env.ref('base.az').id})
        self.purchase['vat'].invoice_repartition_line_ids.filtered(lambda line: line.repartition_type == 'base').tag_ids = base
        bill = self.purchase_entry({'vat': 100}, invoice_date='2026-10-31', date='2026-11-15')
        self.at_etaxes(bill, {'vat': 100}, date='2026-10-31 10:00:00')
        for month, figures in (('10-31', (100, 0, 0)), ('11-15', (0, 100, 100))):
            domain = [('date', '=', f'2026-{month}')]
            self.assertEqual(self.figures('purchase', 'etaxes_base', 'books_base', 'tag_base', domain=domain), {('vat', 'usual'): figures})

    def test_paid(self):
        """By the share that was paid, in the month of the payment; a credit note that is set off is no payment."""
        usd = self.env.ref('base.USD')
        usd.active = True
        rate = self.env['res.currency.rate'].create({'name': '2026-11-01', 'currency_id': usd.id, 'company_id': self.company.id, 'rate': 1 / 1.7})
        partly, foreign = self.sale({'vat': 100, 'exempt': 82}), self.sale({'vat': 100}, currency_id=usd.id)
        self.at_etaxes(partly, {'vat': 100, 'exempt': 82})
        self.pay(partly, '2026-12-05', amount=50)
        rate.copy({'name': '2026-12-01', 'rate': 1 / 1.6})
        self.pay(foreign, '2026-12-10')
        credited = self.sale({'vat': 10})
        credit = credited._reverse_moves([{'invoice_date': credited.invoice_date, 'date': credited.date}], cancel=True)
        self.assertEqual(credited.payment_state, 'reversed')
        self.assertTrue(credit)
        december = [('date', '>=', '2026-12-01')]
        self.assertEqual(
            self.figures('sale', 'paid_base', 'paid_vat', domain=december, by=('vat_column',)), {('vat',): (25 + 170, 4.5 + 30.6), ('exempt',): (20.5, 0)}
        )
        self.assertEqual(self.figures('sale', 'paid_vat', domain=[('date', '<', '2026-12-01')]), {})

    def test_tagged_items(self):
        """What the tax report counts: with the invoice, or with the payment that makes its VAT due."""
        base, vat = self.env['account.account.tag'].create(
            [{'name': name, 'applicability': 'taxes', 'country_id': self.env.ref('base.az').id} for name in ('Base 18', 'VAT 18')]
        )
        for kind, tag in (('base', base), ('tax', vat)):
            self.taxes['vat'].invoice_repartition_line_ids.filtered(lambda line, kind=kind: line.repartition_type == kind).tag_ids = [Command.set(tag.ids)]
        self.sale({'vat': 100})
        self.sale({'exempt': 30})
        self.assertEqual(self.figures('sale', 'tag_base', 'tag_vat'), {('vat', 'usual'): (100, 18)})
        self.assertEqual(set(self.lines('sale', ('tags', '!=', False)).mapped('tags')), {'Base 18', 'VAT 18'})
        self.company.tax_exigibility = True
        due = self.env['account.account'].create({'name': 'VAT due', 'code': '521900', 'account_type': 'liability_current', 'reconcile': True})
        self.taxes['vat'].write({'tax_exigibility': 'on_payment', 'cash_basis_transition_account_id': due.id})
        late = self.sale({'vat': 200})
        before = self.figures('sale', 'tag_base', 'tag_vat')
        self.pay(late, '2026-12-05', amount=118)
        after = self.figures('sale', 'tag_base', 'tag_vat', domain=[('date', '>=', '2026-12-01')])
        self.assertEqual((before, after), ({('vat', 'usual'): (100, 18)}, {('vat', 'usual'): (100, 18)}))
        line = self.lines('sale', ('tags', '=', 'VAT 18'), ('date', '>=', '2026-12-01'))
        self.assertEqual(line.move_id, late, 'the invoice is behind it')
        self.check_tags_within_a_group(base, vat)

    def check_tags_within_a_group(self, base, vat):
        """What is within a group of taxes has no side of its own: the entry has."""
        child = self.create_tax('Within', 18, 'vat', type_tax_use='none')
        for line in child.invoice_repartition_line_ids + child.refund_repartition_line_ids:
            line.tag_ids = base if line.repartition_type == 'base' else vat
        groups = [self.create_tax(f'Group {use}', 0, False, amount_type='group', type_tax_use=use) for use in ('sale', 'purchase')]
        for group in groups:
            group.children_tax_ids = [Command.set(child.ids)]
        march = {'invoice_date': '2026-03-20', 'date': '2026-03-20'}
        self.create_invoice({'price_unit': 50, 'tax_ids': [Command.set(groups[0].ids)]}, **march)
        self.create_invoice({'price_unit': 20, 'tax_ids': [Command.set(groups[0].ids)]}, move_type='out_refund', **march)
        self.create_invoice({'price_unit': 30, 'tax_ids': [Command.set(groups[1].ids)]}, move_type='in_invoice', partner_id=self.vendor.id, **march)
        domain = [('date', '<', '2026-04-01'), ('tags', '!=', False)]
        for side, totals in (('sale', {('usual',): (50, 9), ('return',): (-20, -3.6)}), ('purchase', {('usual',): (30, 5.4)})):
            self.assertEqual(self.figures(side, 'tag_base', 'tag_vat', domain=domain, by=('operation',)), totals)
