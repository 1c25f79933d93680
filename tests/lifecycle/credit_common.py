from ..platform.desk_common import DeskCommon
from ..reconcile.reconcile_common import ReconcileCommon


class CreditCommon(ReconcileCommon, DeskCommon):
    """Credit notes, and what takes them back."""

    def back(self, move, *prices, **vals):
        """What takes ``move`` back, posted and settled with it; ``prices``: of its lines, else all."""
        back = move._reverse_moves([{'invoice_date': '2026-11-20', 'date': '2026-11-20', 'ref': f'Back {move.id}', **vals}])
        for line, price in zip(back.invoice_line_ids, prices, strict=False):
            line.price_unit = price
        back.action_post()
        return back

    def sent(self, net=1000):
        move = self.sale({'vat': net})
        self.at_etaxes(move, {'vat': net})
        return move

    def returned(self, credit, net):
        """The return of the customer, as e-taxes has it."""
        return self.at_etaxes(credit, {'vat': net}, direction='incoming', kind='returnInvoice')

    def asked(self, move):
        """What a person is asked before ``move`` is sent."""
        return ' '.join(problem['message'] for problem in move._vatportal_problems(self.connector) if problem.get('asks'))

    def assertToSend(self, *moves):
        """All that is to be sent, on the page, by its due date and in the lists."""
        self.env.flush_all()
        self.env.invalidate_all()
        every = self.env['account.move'].search([('company_id', '=', self.company.id), ('vatportal_state', 'not in', ('registered', 'deleted'))])
        wanted = every.browse().union(*moves)
        self.assertEqual(self.undue().get('to_send', 0), len(wanted))
        self.assertEqual(every.filtered(lambda move: move.vatportal_shown_status == 'none'), every & wanted)
        self.assertEqual(every.filtered('vatportal_due_date'), every & wanted)

    def assertFound(self, *pairs):
        self.assertEqual([self.found(move) for move, _expected in pairs], [expected for _move, expected in pairs])
