from functools import partial

from odoo import fields

from ...models.operation import deletion_reading
from ..lifecycle_common import LifecycleCommon


class TestDeleteSettle(LifecycleCommon):
    """What became of a deletion that failed, or whose answer was lost: what counts as deleted can be sent again."""

    def test_failed_process_and_a_portal_that_does_not_show_the_number(self):
        """All or nothing: what is not shown for a moment was not deleted by a process that failed."""
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=1)
        self.sandbox.faults.add('/inv/read_invoices', kind='short_page', times=None)
        job = self.delete(document)
        self.finish(job)
        self.assertEqual((job.state, document.state, document.status), ('failed', 'registered', 'onApproval'))
        self.assertTrue(document.can_delete)

    def test_failed_process_and_a_list_that_leaves_documents_out(self):
        row = self.sandbox.portal.add_document(folder=1, tin_from=self.company.vat, datetime='20.11.2026 10:00')
        documents = self.document_of(row) + self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=2)
        self.sandbox.faults.add('/etx/read_invoices', kind='short_page', missing=2, times=None)
        job = self.delete(documents)
        self.finish(job)
        self.assertEqual((job.state, documents.mapped('state')), ('failed', ['registered'] * 2))

    def test_failed_process_and_a_final_status_in_the_list(self):
        """The portal says that it failed, and its own list that it did not: the list names the document."""
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=2)
        job = self.delete(document)
        self.sandbox.portal.set_status(document.qaime, 'deleted')
        self.finish(job)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))

    def test_lost_answer_and_only_one_reading_without_it(self):
        """The number, or the row of the list, alone is missing: that is no deletion."""
        for path in ('/inv/read_invoices', '/etx/read_invoices'):
            self.sandbox.configure(auto_confirm=True)
            document = self.registered().vatportal_document_id
            self.sandbox.configure(auto_confirm=False)
            self.sandbox.faults.add('/etx/delete', kind='answer_lost')
            self.sandbox.faults.add(path, kind='short_page', missing=9, times=None)
            job = self.delete(document)
            self.settle(job)
            self.assertEqual((job.state, document.state), ('failed', 'registered'), path)
            self.sandbox.faults.clear()

    def repeat_pages_without(self, document):
        etaxes = type(self.sandbox.portal.etaxes)
        select = etaxes.select
        self.patch(etaxes, 'select', lambda *args, **options: [row for row in select(*args, **options) if row['qaime'] != document.qaime] * 9999)

    def test_pages_of_the_list(self):
        """A full page is not the last one, whatever total the portal names; one that comes again proves nothing."""
        self.patch(deletion_reading, 'PAGE_SIZE', 2)
        for size in (2, 500):
            with self.subTest(size=size):
                for _count in range(2):
                    self.sandbox.portal.add_document(folder=1, tin_from=self.company.vat, datetime='20.11.2026 10:00')
                document = self.registered().vatportal_document_id
                self.sandbox.configure(page_size=size)
                self.sandbox.faults.add('/etx/delete', kind='nothing_deleted')
                self.sandbox.faults.add('/inv/read_invoices', kind='short_page', times=None)
                self.sandbox.faults.add('/etx/read_invoices', kind='wrong_total', times=None)
                if size > 2:
                    self.repeat_pages_without(document)
                job = self.delete(document)
                self.settle(job)
                self.assertEqual((job.state, document.state), ('failed', 'registered'))
                self.sandbox.faults.clear()

    def test_a_list_that_breaks_behind_its_last_page(self):
        """As many were listed as there are: what is deleted counts as deleted."""
        self.patch(deletion_reading, 'PAGE_SIZE', 2)
        self.sandbox.configure(page_size=2)
        today = fields.Datetime.now().strftime('%d.%m.%Y 00:01')
        add = partial(self.sandbox.portal.add_document, folder=1, tin_from=self.company.vat, datetime=today)
        add()
        add()
        for pages, fault in enumerate(({'kind': 'error', 'code': 10}, {'kind': 'http_500'}, {'kind': 'error', 'code': 3}), 2):
            with self.subTest(**fault):
                add()
                document = self.registered().vatportal_document_id
                self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=2)
                self.sandbox.faults.add('/etx/read_invoices', after=pages, times=None, **fault)
                job = self.delete(document)
                self.sandbox.portal.set_status(document.qaime, 'deleted')
                self.finish(job)
                self.assertEqual((job.state, document.state), ('done', 'deleted'))
                self.sandbox.faults.clear()

    def test_lost_answer_and_neither_reading_shows_it_for_a_moment(self):
        document = self.registered().vatportal_document_id
        self.sandbox.configure(auto_confirm=False)
        self.sandbox.faults.add('/etx/delete', kind='answer_lost')
        for path in ('/inv/read_invoices', '/etx/read_invoices'):
            self.sandbox.faults.add(path, kind='short_page', missing=9)
        job = self.delete(document)
        self.advance(job, 2)
        self.assertEqual((job.state, job.missed_ids), ('running', [document.erp_id]))
        self.assertGreater(job._next_poll(), 20)
        self.settle(job)
        self.assertEqual((job.state, document.state), ('failed', 'registered'))

    def test_lost_answer_and_neither_reading_shows_it_any_more(self):
        document = self.imported().vatportal_document_id
        self.sandbox.portal.sign_by_hand(document.erp_id, draft=True)
        document._read_numbers(self.connector)
        wizard = self.delete_wizard(document)
        wizard.line_ids.folder = 'draft'
        self.sandbox.faults.add('/etx/delete', kind='answer_lost')
        job = self.env['vatportal.job'].browse(wizard.action_delete()['res_id'])
        self.settle(job)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))

    def test_refused_at_the_portal_and_not_shown_for_a_moment(self):
        document = self.imported().vatportal_document_id
        self.sandbox.faults.add('/inv/delete', kind='error', code=20, times=None)
        self.sandbox.faults.add('/inv/read_invoices', kind='short_page')
        job = self.delete(document)
        self.settle(job)
        self.assertEqual((job.state, document.state), ('failed', 'imported'))

    def test_an_import_that_saw_it_first_does_not_hide_who_did_it(self):
        document = self.registered().vatportal_document_id
        self.sandbox.configure(auto_confirm=False)
        job = self.delete(document, reason='Twice')
        self.seen_deleted(document)
        self.sandbox.configure(auto_confirm=True)
        self.settle(job)
        self.assertDeletedByUs(job, document)

    def test_an_import_that_saw_it_first_after_a_lost_answer(self):
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='answer_lost')
        job = self.delete(document, reason='Twice')
        self.seen_deleted(document)
        self.settle(job)
        self.assertDeletedByUs(job, document)

    def test_an_import_that_saw_a_deletion_by_hand_beside_one_that_failed(self):
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=1)
        job = self.delete(document)
        self.seen_deleted(document)
        self.settle(job)
        self.assertEqual((job.state, document.state, document.deleted_at), ('done', 'deleted', False))

    def seen_deleted(self, document):
        """What an import writes that reads the document as deleted."""
        document.sudo().write({'status': 'deleted', 'status_code': 'deleted'})
        document.sudo()._follow_status()
        self.assertEqual((document.state, document.deleted_at), ('deleted', False))

    def assertDeletedByUs(self, job, document):
        self.assertEqual((job.state, document.state), ('done', 'deleted'), job.message)
        self.assertEqual((document.deleted_by_id, document.delete_reason), (self.env.user, 'Twice'))
        self.assertTrue(document.deleted_at)

    def test_an_unexplained_end_is_not_blamed_on_the_pin(self):
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='refused', message='')
        job = self.delete(document)
        self.finish(job)
        self.assertEqual((job.state, job.step, document.state), ('failed', 'login', 'registered'))
        self.assertEqual((job.message, job.portal_message), ('The process ended with errors. Nothing was deleted.', 'Finished with errors'))
        for pin in (1, 2):
            self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=pin, wordless=True)
            job = self.delete(document)
            self.finish(job)
            self.assertIn(f'PIN{pin} was not confirmed', job.message)
            self.assertEqual(job.portal_message, 'Finished with errors')

    def test_retry_proposes_the_reason(self):
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=2)
        job = self.delete(document, reason='Wrong buyer')
        self.finish(job)
        action = job.action_retry()
        wizard = self.env['vatportal.delete.wizard'].with_context(**action['context']).create({})
        self.assertEqual((wizard.reason, wizard.line_ids.document_id), ('Wrong buyer', document))

    def test_lost_answer_of_the_process_is_settled_by_asking(self):
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='answer_lost')
        job = self.delete(document)
        self.assertEqual((job.state, job.reason, document.state), ('running', 'lost', 'registered'))
        self.finish(job)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))
        self.assertEqual(len(self.calls('/etx/delete')), 1)

    def test_lost_answer_of_a_process_that_came_to_nothing(self):
        document = self.registered().vatportal_document_id
        self.sandbox.configure(auto_confirm=False)
        self.sandbox.faults.add('/etx/delete', kind='answer_lost')
        job = self.delete(document)
        self.advance(job, 4)
        self.assertEqual((job.state, document.state), ('running', 'registered'), 'It may still be at work')
        self.sandbox.advance(300)
        self.settle(job)
        self.assertEqual((job.state, document.state), ('failed', 'registered'))
        self.assertIn('Nothing was deleted', job.message)
        self.assertEqual(len(self.calls('/etx/delete')), 1)

    def test_lost_answer_where_the_portal_keeps_the_number(self):
        """The list of sent documents tells of the deletion where the ERP id goes on having its number."""
        document = self.registered().vatportal_document_id
        self.sandbox.configure(auto_confirm=False)
        self.sandbox.faults.add('/etx/delete', kind='answer_lost')
        job = self.delete(document)
        self.sandbox.portal.set_status(document.qaime, 'deleted')
        self.settle(job)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))

    def test_without_erp_id_the_list_tells(self):
        """Sent through e-taxes by hand and imported: it has no ERP id to ask for."""
        row = self.sandbox.portal.add_document(folder=1, tin_from=self.company.vat, datetime='20.11.2026 10:00')
        document = self.document_of(row)
        self.sandbox.faults.add('/etx/delete', kind='answer_lost')
        job = self.delete(document)
        self.settle(job)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))
