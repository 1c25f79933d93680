import re

from odoo import Command
from odoo.tests import Form, tagged

from ..common import VatportalCommon


@tagged('post_install', '-at_install')
class TestUnconcerned(VatportalCommon):
    """An Odoo with the addon that sends nothing asks the database for next to nothing of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.unlink()
        cls.spec = Form(cls.create_invoice(post=False))._view['fields_spec']

    def asked(self, work):
        """How often ``work`` reads or writes a table of the addon, and how often it asks whether linked records exist."""
        work()  # what is asked once in the life of a server
        texts = self.statements(work)
        ours = [text for text in texts if re.search(r'(FROM|INTO|UPDATE) "?vatportal_', text)]
        linked = 'account_move|account_move_line|account_journal|product_product'
        there = [text for text in texts if re.fullmatch(rf'SELECT "({linked})"\."id" FROM "\1" WHERE "\1"\."id" IN %s', text)]
        return ours, there

    def assertUnconcerned(self, work):
        ours, there = self.asked(work)
        # That an invoice has no documents is asked once.
        self.assertLessEqual(len(ours), 1, ours)
        self.assertEqual(there, [])

    def test_create(self):
        self.assertUnconcerned(lambda: self.create_invoice(post=False))

    def test_post(self):
        moves = iter([self.create_invoice(post=False), self.create_invoice(post=False)])
        self.assertUnconcerned(lambda: next(moves).action_post())

    def test_open(self):
        move = self.create_invoice(post=False)
        self.assertUnconcerned(lambda: move.web_read(self.spec))

    def test_change_a_line(self):
        move = self.create_invoice(post=False)
        values = {'invoice_line_ids': [Command.update(move.invoice_line_ids.id, {'quantity': 7.0})]}
        self.assertUnconcerned(lambda: move.onchange(values, ['invoice_line_ids'], self.spec))

    def test_save(self):
        move = self.create_invoice(post=False)
        quantities = iter((7.0, 8.0))
        self.assertUnconcerned(
            lambda: move.web_save({'invoice_line_ids': [Command.update(move.invoice_line_ids.id, {'quantity': next(quantities)})]}, self.spec)
        )
