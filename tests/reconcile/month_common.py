from odoo.fields import Command

from .reconcile_common import LINES, ReconcileCommon

# What tells the copies of a row apart, by table: column → SQL; ``n`` is the number of the copy, {move}, {document} are ids.
_COPIED = {
    'account_move': {'name': "source.name || '-' || n", 'payment_reference': "source.payment_reference || '-' || n", 'access_token': 'NULL'},
    'account_move_line': {'move_name': "source.move_name || '-' || n", 'matching_number': 'NULL', 'full_reconcile_id': 'NULL'},
    'vatportal_document': {'qaime': "'MT26' || LPAD(n::text, 10, '0')", 'erp_id': 'NULL', 'content_key': 'source.content_key || n'},
}


class MonthCommon(ReconcileCommon):
    """A month of any size: a few pairs made as people make them, and copies of them made by PostgreSQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = {}
        cls.copies = 0

    # ------------------------------------------------------------------ copies

    def clone(self, table, ids, **changes):
        """Copy those rows of ``table``; return {old id: new id}. ``changes``: column → SQL of its value."""
        cr, numbers = self.env.cr, range(self.copies, self.copies + len(ids))
        self.copies += len(ids)
        cr.execute('SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position', [table])
        columns = [name for (name,) in cr.fetchall() if name != 'id']
        cr.execute(f"SELECT NEXTVAL('{table}_id_seq') FROM GENERATE_SERIES(1, %s)", [len(ids)])
        new = [number for (number,) in cr.fetchall()]
        values = {**{name: f'source."{name}"' for name in columns}, **_COPIED[table], **changes}
        cr.execute(
            f'INSERT INTO {table} (id, {", ".join(f"{chr(34)}{name}{chr(34)}" for name in columns)}) '
            f'SELECT copy.id, {", ".join(values[name] for name in columns)} '
            f'FROM UNNEST(%s, %s, %s) copy(old, id, n) JOIN {table} source ON source.id = copy.old',
            [list(ids), new, list(numbers)],
        )
        return new

    def copy_pair(self, move, document, count):
        """``count`` copies of an entry with its items and of its document; return (ids of the entries, of the documents)."""
        cr, moves, documents = self.env.cr, [], []
        if not count:
            return moves, documents
        self.env.flush_all()
        if move:
            moves = self.clone('account_move', move.ids * count)
            self.copy_items(move, moves)
        if document:
            documents = self.clone('vatportal_document', document.ids * count, move_id='NULL', double_id='NULL')
        if move and document:
            pairs = [moves, documents]
            cr.execute('UPDATE vatportal_document d SET move_id = p.move FROM UNNEST(%s, %s) p(move, id) WHERE d.id = p.id', pairs)
            link = 'vatportal_bill_document_id' if move.vatportal_bill_document_id else 'vatportal_document_id'
            cr.execute(f'UPDATE account_move m SET {link} = p.document FROM UNNEST(%s, %s) p(id, document) WHERE m.id = p.id', pairs)
        self.env.invalidate_all()
        return moves, documents

    def copy_items(self, move, moves):
        lines = move.line_ids
        new = self.clone('account_move_line', lines.ids * len(moves))
        self.env.cr.execute(
            'UPDATE account_move_line l SET move_id = p.move FROM UNNEST(%s, %s) p(id, move) WHERE l.id = p.id',
            [new, [one for one in moves for _line in lines]],
        )
        self.env.cr.execute(
            'INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id) '
            'SELECT p.id, rel.account_tax_id FROM UNNEST(%s, %s) p(old, id) JOIN account_move_line_account_tax_rel rel ON rel.account_move_line_id = p.old',
            [lines.ids * len(moves), new],
        )

    # ------------------------------------------------------------------ shapes: a pair, and what is to be found of it

    def expect(self, finding, reason, records, difference):
        """That is to be found of each of these ids of a model; ``difference``: what each contributes to the total."""
        for model, ids in records.items():
            for one in ids:
                self.expected[model, one] = finding, reason, round(difference, 2)

    def seed(self, count, each):
        """``count`` pairs that match, and of each kind of difference ``each``."""
        sale, bill = self.sale(), self.posted_bill(*(self.line(net, category) for category, net in LINES.items()))
        same = [(sale, self.at_etaxes(sale)), (bill.move_id, bill)]
        others = list(self.differences())
        self.singles()
        # All that Odoo does comes first: among many copies, of which PostgreSQL knows nothing yet, it is slow.
        for move, document in same:
            self.copy_pair(move, document, count // 2 - 1)
        for move, document, finding, reason, difference in others:
            moves, documents = self.copy_pair(move, document, each - 1)
            if move:
                self.expect(finding, reason, {'move': [move.id, *moves]}, difference)
            else:
                self.expect(finding, reason, {'document': [document.id, *documents]}, difference)

    def differences(self):
        """Yield (entry or None, document or None, finding, reason, difference of the total) of one pair of each kind."""
        total, none = sum(LINES.values()) + 18, None
        alone = self.sale()
        yield alone, none, 'only_odoo', 'not_sent', total
        refused = self.sale()
        yield refused, self.at_etaxes(refused, state='rejected', status=False, qaime=False), 'only_odoo', 'refused', total
        void = self.sale()
        yield void, self.at_etaxes(void, status='canceled'), 'only_odoo', 'void', total
        yield self.purchase_entry(), none, 'only_odoo', 'no_document', total
        yield none, self.document(), 'only_etaxes', 'to_bill', -118
        yield none, self.document(direction='outgoing'), 'only_etaxes', 'no_invoice', -118
        differing, column = self.sale(), self.sale()
        yield differing, self.at_etaxes(differing, {**LINES, 'zero': 41.0}), 'differs', False, -1
        yield column, self.at_etaxes(column, {**LINES, 'zero': 30.0, 'exempt': 40.0}), 'differs', False, 0
        other = self.sale(invoice_date='2026-11-30')
        yield other, self.at_etaxes(other, date='2026-11-30 20:00:00'), 'other_month', False, total
        waiting = self.sale()
        yield waiting, self.at_etaxes(waiting, status='onApproval'), 'not_final', 'waiting', 0
        missing = self.posted_bill(100.0)
        missing.sudo().missing_since = '2026-11-28 10:00:00'
        yield missing.move_id, missing, 'not_final', 'missing', 0
        yield self.sale(move_type='out_refund'), none, 'only_odoo', 'awaits_return', -total
        untaxed = self.create_invoice(*self.item_vals({'vat': 10}, self.taxes), {'price_unit': 5, 'tax_ids': [Command.clear()]})
        yield untaxed, self.at_etaxes(untaxed, {'vat': 10}), 'differs', False, 5

    def singles(self):
        """Two of each kind of which a copy would be another kind."""
        for _each in range(2):
            draft = self.bill(100.0).vatportal_bill_document_id
            self.expect('only_etaxes', 'draft', {'move': draft.move_id.ids}, -118)
            double, sent = self.document(direction='outgoing', date='2026-11-20 10:00:00'), self.sale({'vat': 100})
            double.sudo()._mark_double(self.at_etaxes(sent, {'vat': 100}).sudo())
            self.expect('twice', 'double_document', {'document': double.ids}, -118)
            self.expect('twice', 'double_document', {'move': sent.ids}, 0)
            again = self.purchase_entry({'vat': 100}, ref=self.posted_bill(100.0).qaime)
            self.expect('twice', 'double_bill', {'move': again.ids}, 118)
