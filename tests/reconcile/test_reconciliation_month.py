import logging
import os
import time
from collections import Counter

from .month_common import MonthCommon
from .reconcile_common import NOVEMBER

_logger = logging.getLogger(__name__)

# `VATPORTAL_MONTH=12000 ./dev test … -o log_cli=true` seeds a month of a large company, and tells what looking at it costs.
PAIRS = int(os.environ.get('VATPORTAL_MONTH') or 600)
EACH = 4


class TestReconciliationMonth(MonthCommon):
    """A month in which sixty things are not as they should be: all of them are found and named, and nothing else."""

    def processor_time(self):
        """Seconds of this process and of its part of PostgreSQL."""
        self.env.cr.execute('SELECT PG_BACKEND_PID()')
        [(pid,)] = self.env.cr.fetchall()
        with open(f'/proc/{pid}/stat') as stat:
            ticks = sum(map(int, stat.read().rpartition(')')[2].split()[11:13]))
        return time.process_time() + ticks / os.sysconf('SC_CLK_TCK')

    def test_month(self):
        self.seed(PAIRS, EACH)
        self.assertEqual(len(self.expected), 60)
        self.env.cr.execute('ANALYZE')
        Row, before = self.env['vatportal.reconciliation'], self.processor_time()
        rows = Row.search_fetch(NOVEMBER, ['finding', 'reason', 'move_id', 'document_id', 'books_total', 'etaxes_total', 'diff_total', 'is_open'])
        listed = self.processor_time()
        groups = Row._read_group(NOVEMBER, ['side', 'finding'], ['__count', 'books_total:sum', 'etaxes_total:sum', 'diff_total:sum'])
        _logger.info('%s rows: %.2f s of processor time for the list, %.2f s for its groups', len(rows), listed - before, self.processor_time() - listed)
        found = {}
        for row in rows.filtered(lambda row: row.finding != 'matched'):
            key = ('move', row.move_id.id) if row.move_id else ('document', row.document_id.id)
            found[key] = row.finding, row.reason, row.diff_total
        self.assertEqual(found, self.expected)
        self.assertEqual(len(rows) - len(found), PAIRS + 2, 'the others match, with the two bills of which another one was posted')
        # Each difference is counted once, and what matches adds nothing.
        sums = Counter()
        for _side, finding, _count, books, etaxes, difference in groups:
            sums[finding] += difference
            self.assertAlmostEqual(books - etaxes, difference, 2)
        for finding in sums:
            self.assertAlmostEqual(sums[finding], sum(one[2] for one in self.expected.values() if one[0] == finding), 2, finding)
        self.assertEqual(len(rows.filtered('is_open')), 60)
        self.assert_sums_are_those_of_both_sides()

    def assert_sums_are_those_of_both_sides(self):
        """The books of a month are its ledger's, and e-taxes is what stands there; what goes over its end is in each month once."""
        Row = self.env['vatportal.reconciliation']
        [(books, etaxes)] = Row._read_group([('side', '=', 'sale')], [], ['books_total:sum', 'etaxes_total:sum'])
        moves = self.env['account.move'].search([('company_id', '=', self.company.id), ('state', '=', 'posted'), ('move_type', '=like', 'out_%')])
        documents = self.env['vatportal.document'].search(
            [('company_id', '=', self.company.id), ('direction', '=', 'outgoing'), ('state', '=', 'registered'), ('status', '!=', 'canceled')]
        )
        self.assertAlmostEqual(books, sum(moves.mapped('amount_total_signed')), 2)
        self.assertAlmostEqual(etaxes, sum(documents.mapped('amount_total_signed')), 2)
        [(_month, november), (_month, december)] = Row._read_group([('finding', '=', 'other_month')], ['date:month'], ['diff_total:sum'])
        self.assertEqual(november + december, 0)
        self.assertTrue(november)
