from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields

from ...models.billing import cron
from ..bill_common import BillCommon


class TestBillTurns(BillCommon):
    """The bills of many companies, of which one waits for thousands."""

    def documents(self, count, company=None, **vals):
        made = self.env['vatportal.document'].union(
            *(self.document(10.0 + number, company=company, date=f'2026-11-20 10:{number:02}:00', **vals) for number in range(count))
        )
        made.sudo().bill_requested = True
        return made

    def run_once(self, seconds=60.0):
        """What one call of the scheduled action takes up, in this order; ``seconds`` are left after each step."""
        taken = []
        Documents, Crons = type(self.env['vatportal.document']), type(self.env['ir.cron'])
        with (
            patch.object(Documents, '_make_batch', lambda _model, ids: (taken.append(tuple(ids)), seconds)[1]),
            patch.object(Crons, '_commit_progress', lambda _model, *_args, **_vals: seconds),
        ):
            self.env['vatportal.document'].with_user(SUPERUSER_ID)._cron_make_bills()
        return taken

    def test_in_turn(self):
        """Whoever waits for few does not wait for those who wait for many, however old these are."""
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        many, few = self.documents(5), self.documents(1, other)
        few.sudo().date = '2026-11-21 10:00:00'
        with patch.object(cron, 'PART', 3), patch.object(cron, 'BATCH', 2):
            taken = self.run_once()
        self.assertEqual(sorted(taken), sorted([tuple(many[:2].ids), tuple(many[2:3].ids), tuple(few.ids)]))

    def test_where_the_time_is_up_after_each(self):
        """Nobody is the first each time."""
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        many, few = self.documents(2), self.documents(1, other)
        with patch.object(cron.random, 'sample', lambda found, _count: sorted(found, key=lambda pair: pair[0] != other)):
            self.assertEqual(self.run_once(0), [tuple(few.ids)])
        with patch.object(cron.random, 'sample', lambda found, _count: sorted(found, key=lambda pair: pair[0] == other)):
            self.assertEqual(self.run_once(0), [tuple(many.ids)])

    def test_what_is_read(self):
        """Of those whose turn has not come, what stopped them and no more, by as many questions however many there are."""
        last = fields.Datetime.now() - timedelta(minutes=1)

        def statements(count):
            for vals in ({}, {'bill_retry_at': last, 'bill_question': 'No tax'}):
                self.documents(count, **vals)
            return len(self.statements(self.run_once))

        with patch.object(cron, 'PART', 2):
            self.run_once()  # what is asked once in the life of a server
            few, many = statements(3), statements(12)
        self.assertLessEqual(many, few)
        read = self.env['vatportal.document']._fields['seller_name']._get_cache(self.env)
        self.assertLessEqual(len(read), 1, 'the one that is tried')

    def test_many_things_stop_it(self):
        """Each is tried once, and not all in one turn."""
        last = fields.Datetime.now() - timedelta(minutes=1)
        for number in range(4):
            self.documents(2, bill_retry_at=last, bill_question=f'No tax {number}')
        with patch.object(cron, 'PART', 3):
            self.assertEqual(list(map(len, self.run_once())), [1, 1, 1])
