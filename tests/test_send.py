from .common import VatportalCommon


class TestSend(VatportalCommon):
    """From a posted invoice to its number, over a real socket."""

    def test_one_invoice(self):
        move = self.create_invoice()
        job = self.send(move)
        self.assertEqual((job.state, move.vatportal_state), ('running', 'progress'))
        self.finish(job)
        self.assertEqual((job.state, job.step), ('done', 'numbers'))
        self.assertTrue(move.vatportal_qaime)
        self.assertEqual(move.vatportal_state, 'registered')
        self.assertEqual(len(self.uploads()), 1)

    def test_a_hundred_invoices_are_one_process(self):
        moves = self.env['account.move'].union(*(self.create_invoice({'price_unit': 10 + n}) for n in range(100)))
        job = self.send(moves)
        self.finish(job)
        self.assertEqual(len(self.uploads()), 1)
        self.assertEqual(len(set(moves.mapped('vatportal_qaime'))), 100)
        self.assertEqual([prompt.pin for prompt in self.sandbox.prompts(None)], [1, 2])
