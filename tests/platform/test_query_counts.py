import re

from odoo import Command
from odoo.tests import tagged

from ..bill_common import BillCommon


@tagged('post_install', '-at_install')
class TestQueryCounts(BillCommon):
    """What is done with many records asks the database about all of them at once."""

    def send(self, moves):
        wizard = self.env['vatportal.send.wizard'].create({'move_ids': [Command.set(moves.ids)]})
        self.assertEqual(wizard.ready_count, len(moves), wizard.problems)
        for connector, records, values, _problems in wizard._ready_by_connector():
            self.env['vatportal.job']._queue(records, connector, True, values=values)

    def test_sending(self):
        """From the wizard to the queue, an invoice more costs nothing: not for its checks, its document, its lines or its ERP id."""
        moves = [self.create_invoice({'price_unit': 100 + number}) for number in range(16)]
        few, many = (self.env['account.move'].union(*part) for part in (moves[:3], moves[3:]))
        self.send(self.create_invoice({'price_unit': 50}))  # what is asked once in the life of a server
        few, many = (len(self.statements(lambda part=part: self.send(part))) for part in (few, many))
        self.assertLessEqual(many, few + 10, 'ten invoices more')

    def as_downloaded_anew(self, count):
        return [self.as_downloaded(f'MT2611{next(self.numbers)}') for _number in range(count)]

    def test_storing(self):
        """Rows are inserted whole, and what is there as it comes again is not touched."""
        page = self.as_downloaded_anew(12)
        stored = self.statements(lambda: self.store(*page))
        self.assertEqual([text for text in stored if text.startswith('UPDATE "vatportal_document_line"')], [])
        again = self.statements(lambda: self.assertEqual(self.store(*page)['unchanged'], 12))
        self.assertEqual([text for text in again if re.match('INSERT|UPDATE|DELETE', text)], [])

    def test_storing_more(self):
        self.store(*self.as_downloaded_anew(1))
        few, many = (len(self.statements(lambda count=count: self.store(*self.as_downloaded_anew(count)))) for count in (3, 13))
        self.assertLessEqual(many, few + 2)
