import json
from collections import Counter
from datetime import datetime
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.tests import HttpCase
from odoo.tools.safe_eval import safe_eval

from ..bill_common import OTHER_VENDOR, BillCommon
from .desk_common import DeskCommon


class TestDeskCards(DeskCommon):
    """The cards of the journals tell what the page tells."""

    def test_cards_of_several_companies(self):
        """Each card's count is that of its list, whatever companies are chosen."""
        other = self.setup_other_company()['company']
        self.env.user.company_ids += other
        self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': other.id})
        self.document(status='onApproval', status_code='onApproval')
        self.document(company=other, status='onApproval', status_code='onApproval')
        journals = (
            self.env['account.journal']
            .with_context(allowed_company_ids=(self.company + other).ids)
            .search([('type', '=', 'purchase'), ('company_id', 'in', (self.company + other).ids)])
        )
        told = 0
        for journal in journals:
            count = self.card(journal).get('to_approve')
            if count:
                action = journal.with_context(vatportal_task='to_approve').action_vatportal_task()
                self.assertEqual(journal.env['vatportal.document'].search_count(action['domain']), count)
                told += count
        self.assertEqual(told, 2)

    def told(self, companies):
        """What the cards of ``companies`` say in all; each count is that of its list, and no task is twice on a card."""
        self.env.invalidate_all()
        journals = self.env['account.journal'].with_context(allowed_company_ids=companies.ids)
        shown = Counter()
        for journal in journals.search([('type', 'in', ('sale', 'purchase')), ('company_id', 'in', companies.ids)]):
            tasks = json.loads(journal.kanban_dashboard)['vatportal_tasks']
            self.assertEqual(len({task['key'] for task in tasks}), len(tasks))
            for task in tasks:
                action = journal.with_context(vatportal_task=task['key']).action_vatportal_task()
                self.assertEqual(journal.env[action['res_model']].search_count(action['domain']), task['count'], task['key'])
                self.assertTrue(journal.show_on_dashboard)
                shown[task['key']] += task['count']
        return dict(shown)

    def test_a_branch_with_its_own_connector(self):
        """With journals of its own, or with those of its parent: the cards of both tell all that the page tells."""
        branch = self.env['res.company'].create({'name': 'Filial', 'parent_id': self.company.id, 'vat': OTHER_VENDOR})
        self.env.user.company_ids += branch
        self.env['vatportal.connector'].create({'name': 'Branch', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': branch.id})
        vals = {'status': 'cancelRequested', 'status_code': 'cancelRequested'}
        for company in self.company + branch + branch:
            for direction in ('incoming', 'outgoing'):
                self.document(company=company, direction=direction, **vals)
        both = self.company + branch
        self.assertEqual(self.told(both), self.counts(companies=both))
        self.assertEqual(self.told(both)['cancel_asked'], 3)
        Journal = self.env['account.journal'].with_company(branch)
        own = {
            kind: Journal.create({'name': kind, 'code': f'F{kind[:3]}'.upper(), 'type': kind, 'company_id': branch.id, 'sequence': 99})
            for kind in ('sale', 'purchase')
        }
        self.assertEqual(self.told(both), self.counts(companies=both))
        self.env.invalidate_all()
        card = {kind: self.card(journal.with_context(allowed_company_ids=both.ids)) for kind, journal in own.items()}
        self.assertEqual((card['sale']['cancel_asked'], card['purchase']['to_cancel']), (2, 2))

    def test_a_journal_that_is_off_the_dashboard(self):
        for kind, direction in (('sale', 'outgoing'), ('purchase', 'incoming')):
            first = self.company_data[f'default_journal_{kind}']
            first.copy({'code': f'Z{kind[:3]}', 'sequence': 99, 'show_on_dashboard': True})
            first.show_on_dashboard = False
            self.document(direction=direction, status='cancelRequested', status_code='cancelRequested')
        self.assertEqual(self.told(self.company), self.counts())

    def test_without_a_connector_nothing_is_counted(self):
        self.connector.active = False
        self.company_data['default_journal_sale'].invalidate_recordset()
        Desk = type(self.env['vatportal.desk'])
        with patch.object(Desk, '_domain', side_effect=AssertionError):
            self.assertEqual(self.card(self.company_data['default_journal_sale']), {})

    def test_on_the_journals(self):
        self.create_invoice()
        self.document(status='onApproval', status_code='onApproval')
        sale, purchase = self.company_data['default_journal_sale'], self.company_data['default_journal_purchase']
        self.assertEqual(self.card(sale), {'due': 1, 'to_send': 1})
        self.assertEqual(self.card(purchase), {'to_approve': 1, 'to_bill': 1})
        for journal, key in ((sale, 'to_send'), (purchase, 'to_approve')):
            action = journal.with_context(vatportal_task=key).action_vatportal_task()
            self.assertEqual(self.env[action['res_model']].search_count(action['domain']), 1)
        second = purchase.copy({'code': 'ZBILL', 'sequence': 99})
        self.assertEqual(self.card(second), {}, 'told once')
        self.connector.bill_journal_id = second
        self.env.invalidate_all()
        self.assertEqual(self.card(second)['to_bill'], 1)

    def test_the_cards_show_what_the_page_shows(self):
        """Whatever is on the page is on one card, or in parts on several, with the same meaning."""
        sale = self.company_data['default_journal_sale']
        second = sale.copy({'code': 'ZINV', 'sequence': 99})
        self.create_invoice()
        self.create_invoice(journal_id=second.id)
        for direction, state, status in (
            ('outgoing', 'registered', 'cancelRequested'),
            ('outgoing', 'registered', 'updateRequested'),
            ('outgoing', 'imported', False),
            ('incoming', 'registered', 'cancelRequested'),
        ):
            self.document(direction=direction, state=state, status=status, status_code=status)
        for direction in ('outgoing', 'incoming'):
            self.document(direction=direction, missing_since='2026-11-20 10:00:00')
        self.document(status='onApproval', status_code='onApproval', date='2026-11-17 08:00:00')
        shown = Counter()
        for journal in self.env['account.journal'].search([('company_id', '=', self.company.id), ('type', 'in', ('sale', 'purchase'))]):
            shown.update(self.card(journal))
        self.assertEqual(dict(shown), self.counts())
        self.assertEqual(shown['answer_soon'], 1)
        self.assertEqual(self.card(second), {'due': 1, 'to_send': 1})
        self.assertLessEqual({'sent_back_alone', 'to_sign', 'cancel_asked', 'missing_sent', 'to_send'}, self.card(sale).keys())

    def test_lists_of_what_is_due_say_until_when(self):
        """From the page and from the cards, whatever columns the reader has hidden."""
        desk = self.env['vatportal.desk']
        self.create_invoice()
        self.create_invoice(move_type='in_refund', partner_id=self.vendor.id)
        self.at(datetime(2027, 2, 1, 8, 0))
        for task in desk._tasks():
            says = task.key in ('late', 'due') or task.model == 'stock.picking'
            cards = [journal.with_context(vatportal_task=task.key) for journal in self.env['account.journal'].search([('type', 'in', ('sale', 'purchase'))])]
            actions = [desk.action_open(task.key), *(card.action_vatportal_task() for card in cards if task.model == 'account.move')]
            for action in actions:
                self.assertEqual(bool(action['context'].get('vatportal_dated')), says, task.key)
                for view, kind in action['views'] if says else ():
                    if kind == 'list':
                        self.assertTrue(self.shown(action, view), task.key)
        late = self.env['account.move'].search(desk.action_open('late')['domain'])
        self.assertEqual(len(late), 2)
        self.assertTrue(all(text.startswith('Late since') for text in late.mapped('vatportal_due_text')))

    def shown(self, action, view):
        """Whether the list ``view`` of ``action`` shows when each is due, and no reader can hide it."""
        arch = etree.fromstring(self.env[action['res_model']].get_view(view, 'list')['arch'])
        columns = [column for column in arch.iterfind('field[@name="vatportal_due_text"]') if not column.get('optional')]
        return [safe_eval(column.get('column_invisible'), {'context': action['context']}) for column in columns] == [False]


class TestTourDesk(BillCommon, HttpCase):
    def test_from_the_menu_to_the_list(self):
        self.create_invoice()
        self.document(status='onApproval', status_code='onApproval', date=fields.Datetime.now())
        self.start_tour('/odoo/accounting', 'vatportal_desk', login=self.env.user.login, timeout=90)
