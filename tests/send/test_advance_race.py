from ..race_common import RaceCommon


class TestAdvanceRace(RaceCommon):
    """Two people send two final invoices of the same advance at the same moment."""

    def build(self, env):
        super().build(env)
        moves = self.invoices(env, 2)
        moves.vatportal_advance_id = advance = self.advance(moves.partner_id)
        self.move_ids, self.advance_id = moves.ids, advance.id

    def send(self, move_id):
        """Check one invoice and queue it."""

        def press(env):
            move = env['account.move'].browse(move_id)
            connector = env['vatportal.connector']._default_for(move.company_id)
            errors = [problem for problem in move._vatportal_problems(connector) if problem['level'] == 'error']
            if errors:
                return errors[0]['message']
            env['vatportal.job']._queue(move, connector, True)
            return 'queued'

        return press

    def test_the_advance_is_settled_once(self):
        results = [str(result) for result, _tries in self.race(*map(self.send, self.move_ids))]
        self.assertEqual(results.count('queued'), 1, results)
        (other,) = [result for result in results if result != 'queued']
        self.assertRegex(other, 'Nothing is left|someone else is sending')
        with self.look_up() as env:
            advance = env['vatportal.document'].browse(self.advance_id)
            self.assertEqual(advance.settlement_ids.mapped('advance_settled'), [354])
            self.assertEqual(advance.advance_left, 0)
