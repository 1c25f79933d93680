import json
from datetime import date, datetime
from unittest.mock import patch

from lxml import etree

from odoo.tools.safe_eval import safe_eval

from odoo.addons.l10n_az_vatportal.tests.common import script
from odoo.addons.l10n_az_vatportal.tests.due_common import DueCommon

from .transfer_common import TransferCommon


class TestTransferDue(DueCommon, TransferCommon):
    """Until when goods transfers have to be at e-taxes."""

    def counts(self):
        tasks = self.env['vatportal.desk'].get_tasks()
        return {task['key']: task['count'] for task in tasks['sale'] if task['count']}

    def test_transfers(self):
        """From the day on which the goods left, until it has its number; nothing for what stays in its warehouse or is not done."""
        transfer, dispatch = self.create_transfer(), self.create_dispatch()
        inside = self.create_transfer(target=self.baku.lot_stock_id.copy({'location_id': self.baku.lot_stock_id.id}))
        waiting = self.create_transfer(done=False)
        for picking in (transfer, dispatch):
            self.assertEqual((picking.vatportal_awaits, picking.vatportal_due_date), ('transfer', date(2026, 11, 20)))
        for picking in (inside, waiting):
            self.assertFalse(picking.vatportal_awaits or picking.vatportal_due_date)
        self.assertEqual(self.counts(), {'transfers_due': 2})
        (told,) = json.loads(self.company_data['default_journal_sale'].kanban_dashboard)['vatportal_tasks']
        self.assertEqual((told['key'], told['count']), ('transfers_due', 2))
        action = self.env['vatportal.desk'].action_open('transfers_due')
        (column,) = etree.fromstring(transfer.get_view(False, 'list')['arch']).xpath('//field[@name="vatportal_due_text"][not(@optional)]')
        self.assertFalse(safe_eval(column.get('column_invisible'), {'context': action['context']}))
        dispatch.vatportal_unsent_reason = 'Samples'
        self.assertIn('“Samples”', ' '.join(problem['message'] for problem in dispatch._vatportal_problems(self.connector) if problem['level'] == 'error'))
        self.at(datetime(2026, 11, 20, 20, 0))
        self.assertEqual(self.counts(), {'transfers_late': 1})
        self.assertEqual(transfer.vatportal_due_text, 'Late since 11/21/2026; days late: 1.')
        self.remind()
        self.assertTrue(self.told(transfer))
        self.sent(transfer)
        self.assertFalse(transfer.vatportal_due_date or self.told(transfer))
        self.assertEqual(self.counts(), {})
        transfer.vatportal_document_id.sudo().write({'date': '2026-11-20 08:00:00', 'status': 'updateRequested'})
        self.assertEqual(transfer.vatportal_due_date, date(2026, 12, 20))

    def test_rules_and_connectors(self):
        transfer = self.create_transfer()
        self.rule('deadline_goods').days = 4
        self.assertEqual(transfer.vatportal_due_date, date(2026, 11, 24))
        self.connector.active = False
        self.assertFalse(transfer.vatportal_due_date)
        self.connector.active = True
        self.assertEqual(transfer.vatportal_due_date, date(2026, 11, 24))

    def test_what_awaits_nothing_is_not_walked_through(self):
        """Of the very many that were received, delivered or moved inside nobody asks when a deadline, a rule for the kind or a setting changes;
        where a connector comes or goes they are looked at in parts."""
        transfer, sent = self.create_transfer(), self.create_transfer()
        self.sent(sent)
        inside = self.create_transfer(target=self.baku.lot_stock_id.copy({'location_id': self.baku.lot_stock_id.id}))
        others = self.env['stock.picking'].union(*(inside.copy() for _number in range(5)))
        others.write({'state': 'done', 'date_done': '2026-11-19 08:00:00'})
        deadline, rule = self.rule('deadline_goods'), self.connector.rule_ids[0]
        second = self.connector.copy({'name': 'Second', 'company_id': self.company.id})
        changes = (
            lambda: self.connector.copy({'name': 'Third', 'company_id': self.company.id}).unlink(),
            lambda: second.write({'active': False}),
            lambda: second.write({'active': True}),
            second.unlink,
            lambda: deadline.write({'days': 4}),
            lambda: deadline.copy({'company_id': self.company.id}),
            lambda: rule.write({'sequence': 7}),
            lambda: self.connector.write({'issue_day_counts': not self.connector.issue_day_counts}),
            lambda: self.connector.write({'is_default': True}),
        )
        for number, change in enumerate(changes):
            with self.subTest(number):
                self.assertEqual(self.computed('stock.picking', 'vatportal_awaits', change), [])
        days = self.computed('stock.picking', 'vatportal_due_date', lambda: deadline.write({'days': 5}))
        self.assertEqual({one for part in days for one in part}, set(transfer.ids))
        for change in (lambda: self.connector.write({'active': False}), lambda: self.connector.write({'active': True})):
            with patch('odoo.addons.l10n_az_vatportal.models.catalog.due.BATCH', 2):
                parts = self.computed('stock.picking', 'vatportal_awaits', change)
            self.assertTrue(parts)
            self.assertLessEqual(max(map(len, parts)), 2)
        self.assertTrue(transfer.vatportal_due_date)
        self.assertFalse(any((inside | others).mapped('vatportal_due_date')))

    def test_what_the_update_looks_at(self):
        """Of all that was done since the company began, what was done in the first night: the rest is known. All of it where another
        connector began the company."""
        transfer, night, before = (self.create_transfer() for _number in range(3))
        for picking, moment in ((night, '2026-09-30 20:00:00'), (before, '2026-09-30 19:59:59')):
            picking.date_done = moment
        self.env.flush_all()
        self.env.cr.execute(
            'UPDATE stock_picking SET vatportal_awaits = NULL, vatportal_due_date = NULL, vatportal_shown_status = NULL WHERE id = %s', [night.id]
        )
        self.env.invalidate_all()

        def migrate():
            for addon in ('l10n_az_vatportal', 'l10n_az_vatportal_stock'):
                script('19.0.1.11.0/end-begun.py', addon).migrate(self.env.cr, '19.0.1.10.0')

        found = {}

        def migrate_once():
            found['vatportal_awaits'] = self.computed('stock.picking', 'vatportal_awaits', migrate)

        found['vatportal_is_transfer'] = self.computed('stock.picking', 'vatportal_is_transfer', migrate_once)
        self.assertEqual({name: {one for part in parts for one in part} for name, parts in found.items()}, dict.fromkeys(found, set(night.ids)))
        self.assertEqual((night.vatportal_awaits, night.vatportal_shown_status, night.vatportal_due_date), ('transfer', 'none', date(2026, 10, 1)))
        self.assertEqual([bool(picking.vatportal_due_date) for picking in (transfer, before)], [True, False])
        tried = self.connector.copy({'name': 'Tried', 'company_id': self.company.id})
        self.document(connector_id=tried.id)
        tried.active = False
        self.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-09-03 08:00:00' WHERE id = %s", [tried.id])
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        migrate()
        self.assertTrue(before.vatportal_due_date)
