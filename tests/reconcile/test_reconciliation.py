from odoo.fields import Command

from .reconcile_common import LINES, ReconcileCommon

TOTAL = sum(LINES.values()) + 18
FREE = {'vat': 0.0}


class TestReconciliation(ReconcileCommon):
    """Each kind of difference is found, named by its cause, and counted by what it is."""

    def test_matched(self):
        """Both sides agree: sold, bought, returned, in another currency, settled by an advance, in a branch."""
        usd = self.env.ref('base.USD')
        usd.active = True
        self.env['res.currency.rate'].create({'name': '2026-11-01', 'currency_id': usd.id, 'company_id': self.company.id, 'rate': 1 / 1.7})
        sale, foreign = self.sale(), self.sale({'vat': 100}, currency_id=usd.id)
        self.at_etaxes(sale)
        self.at_etaxes(foreign, {'vat': 170})
        bought = self.posted_bill(*(self.line(net, category) for category, net in LINES.items()))
        returned = self.posted_bill(60.0, kind='returnInvoice', seller_vat=self.partner.vat)
        for name, record, total in (('sale', sale, TOTAL), ('foreign', foreign, 200.6), ('bought', bought, TOTAL), ('returned', returned, -70.8)):
            with self.subTest(name):
                row = self.rows(record)
                self.assertEqual((row.finding, row.reason, row.next_step), ('matched', False, False))
                self.assertEqual((row.books_total, row.etaxes_total, row.diff_total), (total, total, 0))
        row = self.rows(sale)
        names = ('vat_base', 'zero', 'exempt', 'not_subject', 'other', 'vat')
        self.assertEqual([row[f'books_{name}'] for name in names], [100, 40, 30, 20, 0, 18])
        self.assertEqual([row[f'etaxes_{name}'] for name in names], [100, 40, 30, 20, 0, 18])
        self.assertEqual((self.rows(returned).side, self.rows(returned).is_return), ('sale', True))

    def test_sent_return_and_adjustment(self):
        """A return to the vendor is of the purchases; an adjustment that goes out as a credit note lowers the sales."""
        back = self.purchase_entry({'vat': 50}, move_type='in_refund')
        back.vatportal_kind_id = self.kind('returnInvoice')
        self.at_etaxes(back, {'vat': 50}, kind='returnInvoice')
        less = self.sale({'vat': 30}, move_type='out_refund')
        less.vatportal_kind_id = self.kind('taxCodex163')
        self.at_etaxes(less, {'vat': 30}, kind='taxCodex163')
        for record, side, total in ((back, 'purchase', -59), (less, 'sale', -35.4)):
            row = self.rows(record)
            self.assertEqual((row.finding, row.side, row.books_total, row.etaxes_total), ('matched', side, total, total))

    def test_nothing_remains_after_the_advance(self):
        """e-taxes shows such a final invoice with the advance's figures, which count there."""
        advance = self.document(direction='outgoing', kind='advanceInvoice')
        final = self.create_invoice({}, {'quantity': -1, 'price_unit': 100})
        self.at_etaxes(final, {'vat': 100}, advance_id=advance.id, main_qaime=advance.qaime)
        row = self.rows(final)
        self.assertEqual((row.finding, row.books_total, row.etaxes_total), ('matched', 0, 0))
        self.assertEqual(self.found(advance), ('only_etaxes', 'no_invoice'))

    def test_taxes_beside_and_with_the_columns(self):
        """Excise is in the base, road tax beside it; what is withheld stands on no qaimə; cash rounding is none of the columns."""
        excise = self.create_tax('Excise', 40, 'excise', include_base_amount=True, sequence=0)
        road = self.create_tax('Road', 5, 'road', amount_type='fixed', sequence=9)
        withheld = self.create_tax('Withheld', -10, 'outside', sequence=10)
        taxes = excise + self.taxes['vat'] + road + withheld
        move = self.create_invoice({'tax_ids': [Command.set(taxes.ids)]})
        self.document(self.line(100.0, excise=40.0, road=5.0), direction='outgoing', move_id=move.id, date='2026-11-20 10:00:00')
        row = self.rows(move)
        self.assertEqual(row.finding, 'matched', row.first_column)
        self.assertEqual((row.books_vat_base, row.books_vat, row.books_other, row.books_total), (140, 25.2, 5, 170.2))

    def test_only_in_odoo(self):
        refused, unsigned, void, way, package = (self.sale() for _each in range(5))
        for move, state, status in ((refused, 'rejected', False), (unsigned, 'imported', False), (void, 'registered', 'canceled'), (way, 'queued', False)):
            self.at_etaxes(move, state=state, status=status, **({} if status else {'qaime': False}))
        package.sudo().vatportal_package_date = '2026-11-20 10:00:00'
        credit = self.sale(move_type='out_refund')
        cases = {
            'not_sent': (self.sale(), 'send'),
            'refused': (refused, 'send'),
            'unsigned': (unsigned, 'look'),
            'void': (void, 'send'),
            'on_its_way': (way, 'look'),
            'package': (package, 'import'),
            'awaits_return': (credit, 'import'),
            'no_document': (self.purchase_entry(), 'import'),
        }
        for reason, (move, step) in cases.items():
            with self.subTest(reason):
                row = self.rows(move)
                self.assertEqual((row.finding, row.reason, row.next_step, row.is_open), ('only_odoo', reason, step, True))
                self.assertEqual((abs(row.diff_total), row.etaxes_total), (TOTAL, 0))
        self.assertEqual(self.rows(credit).diff_total, -TOTAL)

    def test_no_qaime_expected(self):
        refused = self.sale(vatportal_unsent_reason='A mistake')
        self.at_etaxes(refused, state='rejected', status=False, qaime=False)
        reversed_ = self.sale()
        credit = reversed_._reverse_moves([{'invoice_date': reversed_.invoice_date, 'date': reversed_.date}], cancel=True)
        cases = (
            ('private', self.sale(partner_id=self.citizen.id)),
            ('private', self.purchase_entry(partner_id=self.citizen.id)),
            ('abroad', self.sale(partner_id=self.foreigner.id)),
            ('abroad', self.purchase_entry(partner_id=self.foreigner.id)),
            ('before', self.sale(invoice_date='2026-09-30')),
            ('before', self.purchase_entry(invoice_date='2026-09-01')),
            ('receipt', self.sale(move_type='out_receipt')),
            ('abroad', self.sale(partner_id=self.by_number.id)),
            ('unsent', self.sale(vatportal_unsent_reason='Sent from the old program')),
            ('unsent', refused),
            ('nothing', self.sale(FREE)),
            ('nothing', self.create_invoice({}, {'price_unit': -100}, invoice_date='2026-11-20')),
            ('nothing', self.sale(FREE, move_type='out_refund')),
            ('reversed', reversed_),
            ('reversed', credit),
        )
        for reason, move in cases:
            with self.subTest(reason, move_type=move.move_type):
                self.assertEqual(self.found(move), ('never', reason))
                self.assertFalse(self.rows(move).is_open)
        # A branch in Azerbaijan is sent to, and sends, like anybody here.
        sold, bought = (make(partner_id=self.foreigner.id) for make in (self.sale, self.purchase_entry))
        self.foreigner.vatportal_voen = '1700321031'
        self.assertEqual([self.found(move) for move in (sold, bought)], [('only_odoo', 'not_sent'), ('only_odoo', 'no_document')])

    def reverse(self, move, **vals):
        """The credit note by which ``move`` is taken back in full."""
        credit = move._reverse_moves([{'invoice_date': move.invoice_date, 'date': move.date, **vals}], cancel=True)
        self.assertEqual(move.payment_state, 'reversed')
        return credit

    def test_taken_back(self):
        """Refused, cancelled or deleted at e-taxes, and reversed in Odoo: neither side has anything to clear, while neither has a document
        that stands; an invoice that stands still awaits its return, and so does one that stands for its credit note."""
        refused, cancelled, deleted, standing, credited = (self.sale() for _each in range(5))
        for move, state, status in ((refused, 'rejected', False), (cancelled, 'registered', 'canceled'), (deleted, 'deleted', 'deletedBySystem')):
            self.at_etaxes(move, state=state, status=status, **({} if status else {'qaime': False}))
            self.assertEqual([self.found(one) for one in (move, self.reverse(move))], [('never', 'reversed')] * 2, status)
        self.at_etaxes(standing)
        self.assertEqual([self.found(one) for one in (self.reverse(standing), standing)], [('only_odoo', 'awaits_return'), ('matched', False)])
        back = self.reverse(credited)
        self.at_etaxes(back, direction='incoming', kind='returnInvoice')
        self.assertEqual(self.found(back), ('matched', False))
        self.assertEqual(self.found(credited)[0], 'only_odoo')
        # Nothing is given back of what the vendor has cancelled, nor adjusted of what is gone.
        bill = self.posted_bill(100.0)
        bill.sudo().status = 'canceled'
        adjusted = self.sale({'vat': 40})
        self.at_etaxes(adjusted, {'vat': 40}, status='canceled')
        for move, kind in ((bill.move_id, 'returnInvoice'), (adjusted, 'taxCodex163')):
            credit = self.reverse(move, vatportal_kind_id=self.kind(kind).id)
            self.assertEqual(credit.vatportal_kind_id, self.kind(kind))
            self.assertEqual([self.found(one) for one in (move, credit)], [('never', 'reversed')] * 2)
            self.assertFalse(credit.vatportal_due_date)

    def test_what_anything_but_money_settles_was_not_taken_back(self):
        """Odoo calls it reversed: what the credit note of another pays, or a bonus, or what is credited in part and set off."""
        kept = []
        for make, back_type in ((self.sale, 'out_refund'), (self.purchase_entry, 'in_refund')):
            other, by_credit, by_bonus, in_part = (make({'vat': 100}, ref=f'{back_type} {number}') for number in range(4))
            credit = self.credit_apart(other)
            self.settle_with(by_credit, credit)
            self.settle_with(by_bonus, make({'vat': 100}, ref='Another'), make({'vat': 200}, move_type=back_type, ref='Bonus'))
            part = self.credit_apart(in_part, 10)
            self.settle_with(in_part, part)
            self.settle_by_entry(in_part, 'asset_receivable')
            self.assertEqual([move.payment_state for move in (by_credit, by_bonus, in_part)], ['reversed'] * 3)
            expected = ('only_odoo', 'not_sent' if back_type == 'out_refund' else 'no_document')
            for move in (by_credit, by_bonus, in_part):
                with self.subTest(back_type, ref=move.ref):
                    self.assertEqual(self.found(move), expected)
            with self.subTest(back_type):
                self.assertEqual(self.found(other), ('never', 'reversed'), 'it was, though nothing settles it')
                self.assertEqual(self.found(credit), ('never', 'reversed'))
            kept.append(part)
        self.assertEqual(self.found(kept[1]), ('only_odoo', 'no_document'), 'a part of a bill that stands')

    def test_taken_back_after_it_was_paid(self):
        """Odoo leaves it paid."""
        for move in (self.sale(), self.purchase_entry()):
            with self.subTest(move.move_type):
                self.pay_in_bank(move)
                credit = self.credit_apart(move)
                self.assertNotEqual(move.payment_state, 'reversed')
                self.assertEqual([self.found(one) for one in (move, credit)], [('never', 'reversed')] * 2)

    def test_a_credit_note_that_became_an_invoice(self):
        """It takes nothing back, whatever it was made from."""
        moves = self.sale(), self.sale()
        self.at_etaxes(moves[1], status='canceled')
        for move, reason in zip(moves, ('not_sent', 'void'), strict=True):
            anew = self.reverse_in_dialog(move, create=False, date='2026-11-20')
            anew.action_switch_move_type()
            anew.action_post()
            self.pay_in_bank(move)
            with self.subTest(reason):
                self.assertEqual([self.found(one) for one in (move, anew)], [('only_odoo', reason), ('only_odoo', 'not_sent')])

    def test_only_at_etaxes(self):
        draft = self.bill(100.0).vatportal_bill_document_id
        asked, ignored = self.document(100.0, status='unknown', status_code='yeni'), self.document()
        ignored.action_ignore_bill()
        cases = (
            ('to_bill', self.document(), 'bill'),
            ('draft', draft, 'look'),
            ('question', asked, 'bill'),
            ('ignored', ignored, 'look'),
            ('no_invoice', self.document(direction='outgoing'), 'link'),
            ('question', self.document(kind_id=False), 'bill'),
        )
        for reason, document, step in cases:
            with self.subTest(reason):
                row = self.rows(document)
                self.assertEqual((row.finding, row.reason, row.next_step), ('only_etaxes', reason, step))
                self.assertEqual((row.books_total, row.etaxes_total, row.diff_vat), (0, 118, -18))
                self.assertEqual(row.side, 'sale' if document.direction == 'outgoing' else 'purchase')
        back = self.rows(self.document(kind='returnInvoice', direction='outgoing'))
        self.assertEqual((back.finding, back.side, back.diff_total), ('only_etaxes', 'purchase', 118))

    def test_nothing_to_book(self):
        for reason, vals in (
            ('kind', {'kind': 'advanceInvoice'}),
            ('kind', {'kind': 'goodsTransfer', 'direction': 'outgoing'}),
            ('own', {'seller_vat': self.company.vat}),
        ):
            self.assertEqual(self.found(self.document(**vals)), ('beside', reason))

    def test_no_row(self):
        """What is gone on both sides, is not the company's, or never left, is none of either."""
        draft = self.create_invoice(post=False)
        for document in (
            self.document(status='canceled'),
            self.document(state='deleted'),
            self.document(is_foreign=True),
            self.at_etaxes(draft, state='rejected', status=False, qaime=False),
        ):
            self.assertFalse(self.rows(document))
        self.assertFalse(self.rows(draft))

    def test_amounts_differ(self):
        total, column, vat = (self.sale() for _each in range(3))
        self.at_etaxes(total, {**LINES, 'vat': 110.0})
        self.at_etaxes(column, {'vat': 100.0, 'zero': 30.0, 'exempt': 40.0, 'not_subject': 20.0})
        self.at_etaxes(vat, amount_vat=18.02, amount_total=TOTAL + 0.02)
        bought = self.posted_bill(self.line(100.0), self.line(50.0, 'exempt', name='Gips'))
        line = bought.line_ids[1]
        bought.sudo().write(
            {'amount_exempt': 60, 'amount_net': 160, 'amount_total': 178, 'line_ids': [Command.update(line.id, {'amount_exempt': 60, 'amount_goods': 60})]}
        )
        for record, first, difference in ((total, 'vat_base', -11.8), (column, 'zero', 0), (vat, 'vat', -0.02), (bought, 'exempt', -10)):
            with self.subTest(first):
                row = self.rows(record)
                self.assertEqual((row.finding, row.first_column, row.diff_total), ('differs', first, difference))
        self.assertEqual((self.rows(column).diff_zero, self.rows(column).diff_exempt), (10, -10))
        self.assertRegex(self.rows(bought).differing_rows, r'^Gips: Odoo 50.00\D+e-taxes 60.00\D*$')
        self.assertIn('110.00', self.rows(total).differing_rows)

    def test_rounding_is_no_difference(self):
        """What e-taxes rounds row by row, with six decimals, is the bill's to the qəpik."""
        document = self.posted_bill(*(self.line(33.333333, 'exempt') for _each in range(3)), self.line(0.123456))
        self.assertEqual(self.rows(document).finding, 'matched')

    def test_one_tax_for_two_columns(self):
        """Of exempt and zero-rated purchases, which share a tax in the national chart, the document tells which."""
        mixed = self.purchase['zero'].copy({'name': 'Zero or exempt', 'vatportal_category': False})
        self.patch(type(mixed), '_vatportal_own_categories', _either(mixed, type(mixed)._vatportal_own_categories))
        move = self.create_invoice(
            {'price_unit': 70, 'tax_ids': [Command.set(mixed.ids)]}, move_type='in_invoice', partner_id=self.vendor.id, invoice_date='2026-11-20'
        )
        alone = self.rows(move)
        self.assertEqual((alone.books_zero, alone.books_exempt, alone.books_other), (0, 0, 70), 'nothing tells')
        self.at_etaxes(move, {'zero': 40.0, 'exempt': 30.0})
        row = self.rows(move)
        self.assertEqual((row.finding, row.books_zero, row.books_exempt, row.books_other), ('matched', 40, 30, 0))

    def test_simplified_taxation(self):
        """VAT that can't be deducted is part of the price: the totals count."""
        self.connector.taxation = 'simplified'
        document = self.posted_bill(100.0)
        row = self.rows(document)
        self.assertEqual((row.finding, row.books_total, row.books_other), ('matched', 118, 118))
        document.move_id.button_draft()
        document.move_id.invoice_line_ids.price_unit = 120
        document.move_id.action_post()
        self.assertEqual(self.rows(document).finding, 'differs')

    def test_status_not_final(self):
        cases = {
            'waiting': {'status': 'onApproval'},
            'asked': {'status': 'cancelRequested'},
            'unknown': {'status': 'unknown', 'status_code': 'yeni'},
            'missing': {'missing_since': '2026-11-25 10:00:00'},
            'file': {'status': False, 'qaime': False, 'content_key': 'of a file', 'date': False},
        }
        for reason, vals in cases.items():
            with self.subTest(reason):
                move = self.sale()
                self.at_etaxes(move, **vals)
                self.assertEqual(self.found(move), ('not_final', reason))

    def test_twice(self):
        sent = self.sale()
        first, second = self.at_etaxes(sent), self.document(*(self.line(net, category) for category, net in LINES.items()), direction='outgoing')
        first.sudo()._mark_double(second.sudo())
        for document in (first, second):
            self.assertEqual(self.found(document), ('twice', 'double_document'))
        billed = self.posted_bill(100.0)
        number = billed.qaime
        for typed in (f'{number[:-8]} {number[-8:]}', f'№ {number[:-8].replace("MT", "МТ")}-{number[-8:]}', number[-8:]):  # noqa: RUF001
            again = self.purchase_entry({'vat': 100}, ref=typed)
            self.assertEqual(self.found(again), ('twice', 'double_bill'), typed)
        self.assertEqual(self.found(billed), ('matched', False))

    def test_payments_are_no_invoices(self):
        """Neither a payment nor the entry that makes VAT due with it is a row, or changes one."""
        self.company.tax_exigibility = True
        due = self.env['account.account'].create({'name': 'VAT due', 'code': '521900', 'account_type': 'liability_current', 'reconcile': True})
        self.taxes['vat'].write({'tax_exigibility': 'on_payment', 'cash_basis_transition_account_id': due.id})
        move = self.sale({'vat': 100})
        self.at_etaxes(move, {'vat': 100})
        before = self.env['vatportal.reconciliation'].search_count([])
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=move.ids).create(
            {'payment_date': '2026-11-25'}
        )._create_payments()
        self.assertTrue(move.tax_cash_basis_created_move_ids)
        self.assertEqual(self.env['vatportal.reconciliation'].search_count([]), before)
        self.assertEqual((self.rows(move).finding, self.rows(move).books_vat), ('matched', 18))

    def test_branch(self):
        """A branch's invoice has its parent's document; both may have read the same one, which counts once."""
        branch = self.env['res.company'].create({'name': 'Gəncə filialı', 'parent_id': self.company.id, 'country_id': self.env.ref('base.az').id})
        self.env.user.company_ids += branch
        self.vendor.with_company(branch).property_account_payable_id = self.vendor.property_account_payable_id
        both = self.env(context={**self.env.context, 'allowed_company_ids': (self.company + branch).ids})
        move = self.sale()
        document = self.at_etaxes(move)
        copy = self.document(*(self.line(net, category) for category, net in LINES.items()), direction='outgoing', company=branch, qaime=document.qaime)
        Row = self.env['vatportal.reconciliation'].with_env(both)
        rows = Row.search([('document_id', 'in', (document + copy).ids)])
        self.assertEqual((rows.document_id, rows.finding), (document, 'matched'))
        # Whichever of the two has what, and whichever came first, one of them is told of.
        for first, second in ((self.company, branch), (branch, self.company)):
            pair = [self.document(company=company, partner_id=self.vendor.id) for company in (first, second)]
            pair[1].sudo().qaime = pair[0].qaime
            self.assertEqual(self.found_of(Row, pair), [(pair[0], 'only_etaxes', 'to_bill')])
            pair[0].sudo().status = 'canceled'
            self.assertEqual(self.found_of(Row, pair), [(pair[1], 'only_etaxes', 'to_bill')], 'what is void counts nowhere')
            pair[0].sudo().status = 'approved'
            bills = [self.purchase_entry({'vat': 100}, post=False, company_id=one.company_id.id) for one in pair]
            for one, bill in zip(pair, bills, strict=True):
                one.sudo().move_id = bill
            self.assertEqual(self.found_of(Row, pair), [(pair[0], 'only_etaxes', 'draft')], 'drafts on both sides')
            bills[0].button_cancel()
            self.assertEqual(self.found_of(Row, pair), [(pair[1], 'only_etaxes', 'draft')])
            bills[1].action_post()
            self.assertEqual(self.found_of(Row, pair), [(pair[1], 'matched', False)])
            bills[0].button_draft()
            bills[0].action_post()
            self.assertEqual(self.found_of(Row, pair), [(pair[0], 'matched', False), (pair[1], 'twice', 'double_bill')])
            self.assertEqual(sum(Row.search([('document_id', 'in', [one.id for one in pair])]).mapped('etaxes_total')), 118)

    def found_of(self, Row, documents):
        """(document, finding, reason) of the rows of these, in their order."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = {row.document_id: row for row in Row.search([('document_id', 'in', [one.id for one in documents])])}
        return [(one, rows[one].finding, rows[one].reason) for one in documents if one in rows]

    def test_the_first_connector(self):
        """The month of the first connector counts, whichever is the default one, archived or not, if anything came or went through it."""
        old = self.connector
        self.document(connector_id=old.id)
        new = old.create({'name': 'A new account', 'company_id': self.company.id, 'base_url': self.sandbox.url, 'token': 'sandbox-token'})
        new.is_default = True
        move = self.sale()
        self.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-12-05' WHERE id = %s", [new.id])
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        self.assertEqual(self.env['vatportal.connector']._default_for(self.company), new)
        for active in (True, False):
            old.active = active
            self.env.registry.clear_cache()
            self.assertEqual(self.found(move), ('only_odoo', 'not_sent'))


def _either(mixed, before):
    """What the national chart says of its tax for exempt and zero-rated purchases."""
    return lambda tax: {'zero', 'exempt'} if tax == mixed else before(tax)
