from unittest.mock import patch

from odoo.addons.account.models.account_move import AccountMove
from odoo.addons.account.models.account_move_line import AccountMoveLine

from ..lifecycle_common import LifecycleCommon

DOWN_PAYMENT = 'Down payment'


class AdvanceCommon(LifecycleCommon):
    """Down payments and the final invoices that take them off, as the sales app makes them.

    That app is not installed here, so its two overrides are put in its place before any invoice is made: lines of a
    down payment have no product, and the final invoice takes the same line off with a quantity of −1.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env.ref('l10n_az_vatportal.kind_advance_invoice')
        cls.connector.advance_product_id = cls.service

    def setUp(self):
        super().setUp()
        self.down_payments = {}

        def lines(taken):
            return taken.browse().union(*(self.down_payments[line.name] for line in taken if line.name in self.down_payments))

        def is_downpayment(move):
            sold = move.invoice_line_ids.filtered(lambda line: line.display_type == 'product')
            return bool(sold) and all((line.name or '').startswith(DOWN_PAYMENT) for line in sold)

        self.startPatcher(patch.object(AccountMoveLine, '_get_downpayment_lines', lines))
        self.startPatcher(patch.object(AccountMove, '_is_downpayment', is_downpayment))

    def down_payment(self, price=300, **vals):
        """A posted down payment of ``price`` and its VAT."""
        name = f'{DOWN_PAYMENT} {len(self.down_payments) + 1}'
        move = self.create_invoice({'name': name, 'price_unit': price, 'product_id': False, 'product_uom_id': False}, **vals)
        self.assertEqual(move.vatportal_kind_id, self.kind)
        self.down_payments[name] = move.invoice_line_ids
        return move

    def prepaid(self, price=300, **vals):
        """A down payment whose advance is registered."""
        move = self.down_payment(price, **vals)
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered', move.vatportal_document_id.message)
        return move

    def final(self, *taken, price=1000, **vals):
        """A final invoice of ``price`` that takes off the down payments ``taken``."""
        lines = [
            {'name': line.name, 'price_unit': line.price_unit, 'quantity': -1, 'product_id': False, 'product_uom_id': False}
            for move in taken
            for line in move.invoice_line_ids
        ]
        return self.create_invoice({'price_unit': price}, *lines, **vals)

    def choosing(self, advance, amount=None, **vals):
        """A final invoice on which a person chose ``advance``, and maybe wrote how much of it is settled."""
        final = self.final(**vals)
        final.vatportal_advance_id = advance.vatportal_document_id
        if amount is not None:
            final.vatportal_advance_amount = amount
        return final

    def payload(self, move):
        return next(invoice for call in reversed(self.uploads()) for invoice in call.json['invoices'] if invoice['id'] == move.vatportal_document_id.erp_id)

    def problems(self, move, level=None):
        return [problem['message'] for problem in move._vatportal_problems(self.connector) if level in (None, problem['level'])]

    def assertProblem(self, text, move, level='error'):
        found = self.problems(move, level)
        self.assertTrue(any(text in problem for problem in found), found)
