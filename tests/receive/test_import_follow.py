import logging
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..common import OTHER_BUYER
from .test_import_store import ImportCommon

LOGGER = 'odoo.addons.l10n_az_vatportal.models.billing.follow'


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestImportFollow(ImportCommon):
    """What follows from an import is done once it can be, whatever stood against it at first."""

    def setUp(self):
        super().setUp()
        self.Document = self.env['vatportal.document']
        self.rounds = []

    def numbers(self, count=8):
        return [f'MT2401{number:08d}' for number in range(count)]

    def arrive(self, count=8, **fields):
        return self.upsert(*(self.portal_document(number, **fields) for number in self.numbers(count)))

    def bad(self, *numbers):
        """A world in which nothing can be done about the documents with these numbers."""
        on_imported = type(self.Document)._on_imported

        def refuse(model, new, changed):
            self.rounds.append((new, changed))
            odd = (new | changed).filtered(lambda document: document.qaime in numbers)
            if odd:
                # What was written before the fault is undone with it.
                odd.sudo().bill_notes = [{'level': 'info', 'text': 'half done'}]
                raise ZeroDivisionError('something is odd about it')
            on_imported(model, new, changed)

        return patch.object(type(self.Document), '_on_imported', refuse)

    def waiting(self):
        return self.Document.search([('to_follow', '!=', False)])

    def test_nothing_is_left(self):
        self.partner.vat = self.portal_document()['tin_from']
        result = self.arrive()
        self.assertEqual(result['problems'], [])
        self.assertFalse(self.waiting())
        self.assertEqual(result['new'].partner_id, self.partner)

    def test_all_of_a_page_at_once(self):
        with self.bad():
            self.arrive()
        self.assertEqual(len(self.rounds), 1)

    def test_one_bad_document_keeps_but_its_own_mark(self):
        self.partner.vat = self.portal_document()['tin_from']
        bad = self.numbers()[5]
        with self.bad(bad), self.assertLogs(LOGGER, 'ERROR') as logs:
            result = self.arrive()
        document = self.document(bad)
        self.assertEqual(self.waiting(), document)
        self.assertEqual((document.to_follow, document.follow_problem), ('new', 'something is odd about it'))
        self.assertFalse(document.bill_notes)
        self.assertEqual((result['new'] - document).partner_id, self.partner)
        self.assertEqual((result['created'], result['bad'], len(result['problems'])), (8, 0, 1))
        self.assertIn(bad, result['problems'][0])
        self.assertEqual(len(logs.records), 1)

    def test_the_next_import_takes_it_up_though_it_is_unchanged(self):
        with self.bad(self.numbers()[5]), self.assertLogs(LOGGER, 'ERROR'):
            self.arrive()
        document, self.rounds = self.waiting(), []
        with self.bad():
            result = self.arrive()
        self.assertEqual((result['unchanged'], result['problems']), (8, []))
        self.assertEqual(self.rounds, [(document, document.browse())], 'as the new one that it is')
        self.assertFalse(self.waiting() or document.follow_problem)

    def test_the_scheduled_action_takes_it_up(self):
        with self.bad(self.numbers()[5]), self.assertLogs(LOGGER, 'ERROR'):
            self.arrive()
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_import').method_direct_trigger()
        self.assertFalse(self.waiting())

    def test_the_log_has_it_once(self):
        bad = self.numbers()[5]
        with self.bad(bad), self.assertLogs(LOGGER, 'ERROR'):
            self.arrive()
        with self.bad(bad), self.assertNoLogs(LOGGER, logging.WARNING):
            result = self.arrive()
            self.assertEqual(len(self.Document._follow_waiting()), 1)
        self.assertEqual(len(result['problems']), 1, 'whoever imports is told all the same')
        self.assertEqual(self.waiting(), self.document(bad))

    def test_a_change_meanwhile_leaves_it_new(self):
        bad = self.numbers()[5]
        with self.bad(*self.numbers()), self.assertLogs(LOGGER, 'ERROR'):
            self.arrive()
            self.arrive(status='approved')
        self.assertEqual(set(self.waiting().mapped('to_follow')), {'new'})
        self.arrive()
        self.arrive(status='approved')
        with self.bad(bad), self.assertLogs(LOGGER, 'ERROR'):
            self.arrive(status='canceled')
        self.assertEqual(self.document(bad).to_follow, 'changed')

    def test_a_fault_of_all_is_not_tried_a_thousand_times(self):
        with self.bad(*self.numbers(100)), patch(f'{LOGGER}.FAILURES_AT_ONCE', 3), self.assertLogs(LOGGER, 'ERROR'):
            result = self.arrive(100)
        self.assertEqual(len(result['problems']), 3)
        self.assertLess(len(self.rounds), 20)
        self.assertEqual(len(self.waiting()), 100)
        self.arrive(100)
        self.assertFalse(self.waiting())

    def failed(self, count=8):
        """So many documents of which something follows that can't be done, each tried once, a minute after the one before."""
        with self.bad(*self.numbers(count)), self.assertLogs(LOGGER, 'ERROR'):
            self.arrive(count)
        documents = self.waiting().sorted('id').sudo()
        for number, document in enumerate(documents):
            document.follow_tried_at = fields.Datetime.now() - timedelta(minutes=60 - number)
        return documents

    def test_each_of_many_is_tried_again(self):
        """However many fail before it."""
        documents = self.failed()
        self.assertTrue(all(documents.mapped('follow_problem')))
        with self.bad(*self.numbers()[:7]), patch(f'{LOGGER}.FAILURES_AT_ONCE', 3):
            for _run in range(3):
                self.Document._follow_waiting(limit=500)
        self.assertEqual(self.waiting(), documents[:7])
        self.assertFalse(documents[7].follow_problem or documents[7].follow_tried_at)

    def test_an_import_writes_nothing_on_those_that_fail_again(self):
        """Two that go on beside each other would be in each other's way."""
        documents = self.failed(3)
        before = documents.mapped('follow_tried_at')
        with self.bad(*self.numbers(3)):
            problems = self.Document._follow_waiting()
            self.env.flush_all()
        self.assertEqual((len(problems), documents.mapped('follow_tried_at')), (3, before))
        with self.bad(*self.numbers(3)):
            self.Document._follow_waiting(limit=500)
        self.assertTrue(all(new > old for new, old in zip(documents.mapped('follow_tried_at'), before, strict=True)))

    def test_those_that_failed_do_not_keep_new_ones(self):
        documents = self.failed(3)
        new = self.arrive_one_more()
        with self.bad(*self.numbers(3)):
            self.Document._follow_waiting(limit=2)
        self.assertEqual(self.waiting(), documents)
        self.assertFalse(new.to_follow)

    def arrive_one_more(self):
        """A document that nobody has seen to yet."""
        with patch.object(type(self.Document), '_follow_waiting', lambda *_args, **_vals: []):
            return self.upsert(self.portal_document('MT240100000099'))['new']

    def test_companies_have_turns(self):
        """One with many that fail does not keep the others from theirs each time."""
        ours, other = self.failed(5), self.env['res.company'].create({'name': 'Başqa MMC'})
        theirs = self.arrive_one_more().sudo()
        theirs.write({'company_id': other.id, 'connector_id': False})
        tried = []
        with patch.object(type(self.Document), '_follow_some', lambda _model, domain, limit: (tried.append(self.Document.sudo().search(domain)), [])[1]):
            for first in (ours, theirs):
                with patch(f'{LOGGER}.random.sample', lambda found, _count, first=first: sorted(found, key=lambda pair: pair[0] != first.company_id)):
                    self.Document._follow_waiting(limit=4)
            self.assertEqual(tried, [ours, theirs, ours])

    def test_what_is_not_ours_waits_for_nothing(self):
        with self.bad(*self.numbers(1)):
            self.arrive(1, tin_to=OTHER_BUYER)
        self.assertFalse(self.waiting())
