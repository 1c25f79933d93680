from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ..common import SELLER
from ..lifecycle_common import LifecycleCommon
from ..receive.test_import_download import DownloadCommon
from ..unwritable_common import FORBIDDEN, Unwritable


class TestDeletionsThatCannotBeWritten(Unwritable, LifecycleCommon):
    """What is gone at the portal and can't be written for one document is written for the others, and told."""

    def test_from_the_portal(self):
        for lost in (False, True):
            with self.subTest(lost=lost):
                if lost:
                    self.sandbox.faults.add('/inv/delete', 'answer_lost')
                moves = self.imported() + self.imported() + self.imported()
                documents = moves.vatportal_document_id
                with self.forbidden(documents[1], "NEW.state = 'deleted'"):
                    job = self.delete(documents)
                    self.settle(job)
                self.assertEqual(documents.mapped('state'), ['deleted', 'imported', 'deleted'])
                self.assertEqual(job.state, 'failed')
                self.assertIn(moves[1].name, job.message)
                self.assertIn(FORBIDDEN, job.message)
                self.assertFalse(job.unwritten and job._operation()._to_delete(job))
                again = self.delete(documents[1])
                self.settle(again)
                self.assertEqual((documents[1].state, again.state), ('deleted', 'done'))

    def test_from_etaxes(self):
        moves = self.registered() + self.registered()
        documents = moves.vatportal_document_id
        with self.forbidden(documents[0], "NEW.state = 'deleted'"):
            job = self.delete(documents)
            self.settle(job)
        self.assertEqual(documents.mapped('state'), ['registered', 'deleted'])
        self.assertEqual(job.state, 'failed')
        self.assertIn(moves[0].name, job.message)
        self.assertIn('import', job.message)
        self.assertFalse(documents[0].is_being_deleted, 'nothing holds it')

    def test_invoice_that_takes_no_message(self):
        moves = self.imported() + self.imported()
        post = type(moves).message_post

        def silent(records, **message):
            if records == moves[0]:
                raise UserError(FORBIDDEN)
            return post(records, **message)

        with patch.object(type(moves), 'message_post', silent):
            job = self.delete(moves.vatportal_document_id)
            self.settle(job)
        self.assertEqual(moves.vatportal_document_id.mapped('state'), ['imported', 'deleted'])
        self.assertEqual(job.state, 'failed')

    def test_signed_meanwhile_and_its_number_cannot_be_written(self):
        """Then it is not removed at the portal either."""
        moves = self.imported() + self.imported()
        documents = moves.vatportal_document_id
        number = self.sandbox.portal.sign_by_hand(documents[0].erp_id)
        with self.forbidden(documents[0], 'NEW.qaime IS NOT NULL'):
            job = self.delete(documents)
            self.settle(job)
        self.assertEqual(documents.mapped('state'), ['imported', 'deleted'])
        self.assertIn(number, documents[0].message)
        removed = [call.json['ids'] for call in self.calls('/inv/delete')]
        self.assertNotIn([documents[0].erp_id], removed)
        documents[0]._read_numbers(self.connector)
        self.assertEqual(documents[0].qaime, number)

    def test_whole_answer(self):
        document = self.registered().vatportal_document_id
        job = self.env['vatportal.job']._queue_deletion(document, 'sent', 'Test')
        with self.forbidden(job, 'NEW.portal_id IS NOT NULL'):
            self.advance(job, 3)
            self.assertEqual((job.phase, job.reason), ('read', 'lost'))
            self.assertEqual(job.sudo().details['not_written'][0]['answer']['phase'], 'start')
            self.assertIn('asked again', job.message)
        self.settle(job)
        self.assertEqual(document.state, 'deleted')
        self.assertEqual(len(self.calls('/etx/delete')), 1)


class TestImportsThatCannotBeWritten(Unwritable, DownloadCommon):
    def add(self, number, **fields):
        self.sandbox.portal.add_document(0, qaime=number, tin_to=SELLER, datetime='02.11.2026 10:00', **fields)

    def test_unique_index_of_another_module(self):
        """It is no other import at the same moment: one document can't be stored, the others are."""
        for position in range(4):
            self.add(f'MT24011000000{position}', main_subject='Same' if position in (1, 2) else f'Own {position}')
        self.env.flush_all()
        self.env.cr.execute("""
            CREATE UNIQUE INDEX other_unique ON vatportal_document (main_info) WHERE main_info = 'Same' """)
        job = self.download()
        self.assertEqual((job.state, job.conflicts, job.created_count, job.bad_count), ('done', 0, 3, 1))
        self.assertIn('MT240110000002', job.notes)

    def test_page_that_cannot_be_written(self):
        self.fill(20)
        job = self.queue()
        with self.forbidden(job, 'NEW.read_count > 0'):
            self.advance(job, 4)
            self.assertEqual((job.state, len(job.sudo().details['not_written'])), ('queued', 1))
            self.assertFalse(self.documents(), 'all or nothing of a page')
        self.finish(job)
        self.assertEqual((job.state, job.read_count, len(self.documents())), ('done', 20, 20))

    def test_page_that_can_never_be_written(self):
        """It ends, and can be resumed."""
        self.fill(20)
        job = self.queue()
        with self.forbidden(job, 'NEW.read_count > 0'):
            self.advance(job, 4)
            job.sudo().changed_at = job.changed_at.replace(year=2025)
            self.finish(job)
        self.assertEqual(job.state, 'failed')
        self.assertIn(FORBIDDEN, job.message)
        job.action_resume()
        self.finish(job)
        self.assertEqual((job.state, len(self.documents())), ('done', 20))

    def test_numbers_and_totals_that_are_none(self):
        for number in ('MT240110000000', 'MT\x00240110000001', '9' * 5000, '<b>MT240110000003</b>', 'MT24-11'):
            self.add(number)
        self.sandbox.faults.add('/etx/read_invoices', 'wrong_data', data={'invoices': [], 'total': 10**12})
        job = self.download()
        self.assertEqual((job.state, job.total, job.created_count, job.bad_count), ('done', 5, 1, 4))
        self.assertEqual(self.documents().qaime, 'MT240110000000')
        self.assertLess(len(job.notes), 1000)


class TestTokenThatCannotBeTold(Unwritable, LifecycleCommon):
    """The new token is the only one that the portal takes: it is kept, whatever stands against what is said of it."""

    def setUp(self):
        super().setUp()
        self.secrets = self.connector.sudo()
        self.secrets.write({'token': 'sandbox-token', 'username': 'demo', 'secret_hash': 'sandbox-secret'})
        self.admin = new_test_user(
            self.env, 'vp_admin', groups='base.group_system,account.group_account_manager', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)]
        )

    def renew(self):
        wizard = self.env['vatportal.token.wizard'].with_user(self.admin).create({'connector_id': self.connector.id})
        wizard.action_renew()
        self.env.invalidate_all()
        self.assertEqual(wizard.state, 'done')
        self.assertNotEqual(self.secrets.token, 'sandbox-token')
        self.assertEqual(self.secrets.token, self.sandbox.portal.account('demo').token)
        self.assertFalse(self.connector.sudo()._test_connection())

    def test_account_that_cannot_be_written(self):
        account = self.secrets.account_id
        self.env.cr.execute("UPDATE vatportal_account SET token_date = '2026-01-01' WHERE id = %s", [account.id])
        self.env.invalidate_all()
        with self.forbidden(account, "NEW.token_date > '2026-06-01'"):
            self.renew()
            self.assertFalse(self.connector.renewal_lost_at, 'it is not taken for lost')

    def test_message_that_cannot_be_posted(self):
        with patch.object(type(self.connector), 'message_post', side_effect=UserError(FORBIDDEN)):
            self.renew()
        self.assertFalse(self.connector.renewal_lost_at)
