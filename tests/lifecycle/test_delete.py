from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..lifecycle_common import LifecycleCommon


class TestDelete(LifecycleCommon):
    """Deleting documents from the portal and from e-taxes, over a real socket."""

    # ------------------------------------------------------------------ at the portal only

    def test_imported_is_deleted_by_erp_id_at_once(self):
        move = self.imported()
        document = move.vatportal_document_id
        job = self.delete(document)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))
        self.assertEqual([call.json['ids'] for call in self.calls('/inv/delete')], [[document.erp_id]])
        self.assertFalse(self.calls('/etx/delete'))
        self.assertFalse(self.sandbox.prompts(None))

    def test_one_that_was_signed_meanwhile_keeps_its_number_the_others_go(self):
        first, second = self.imported(), self.imported()
        documents = first.vatportal_document_id + second.vatportal_document_id
        number = self.sandbox.portal.sign_by_hand(first.vatportal_document_id.erp_id)
        job = self.delete(documents)
        self.settle(job)
        self.assertEqual(documents.mapped('state'), ['registered', 'deleted'])
        self.assertEqual(first.vatportal_qaime, number)
        self.assertEqual(job.state, 'failed')
        self.assertIn(number, job.message)

    def test_lost_answer_is_settled_by_reading(self):
        document = self.imported().vatportal_document_id
        self.sandbox.faults.add('/inv/delete', kind='answer_lost')
        job = self.delete(document)
        self.assertEqual((job.state, document.state), ('running', 'imported'))
        self.settle(job)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))

    def test_lost_answer_where_unknown_ids_are_shown_without_a_number(self):
        """The portal "shows" ids that it does not have: deleting once more and its list by date tell."""
        self.sandbox.configure(unknown_ids='empty')
        gone, stays = self.imported().vatportal_document_id, self.imported().vatportal_document_id
        self.sandbox.faults.add('/inv/delete', kind='answer_lost')
        job = self.delete(gone)
        self.settle(job)
        self.assertEqual((job.state, gone.state, stays.state), ('done', 'deleted', 'imported'))
        self.assertEqual(len(self.calls('/inv/delete')), 2)

    def test_request_that_never_arrived_is_made_again(self):
        document = self.imported().vatportal_document_id
        self.sandbox.faults.add('/inv/delete', kind='reset')
        job = self.delete(document)
        self.settle(job)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))

    def test_refused_one_stays_as_it_is(self):
        document = self.imported().vatportal_document_id
        self.sandbox.faults.add('/inv/delete', kind='error', code=20, times=None)
        job = self.delete(document)
        self.settle(job)
        self.assertEqual((job.state, document.state), ('failed', 'imported'))
        self.assertIn(document.erp_id, job.message)

    def test_manager_looked_and_it_is_not_there(self):
        move = self.imported()
        document = move.vatportal_document_id
        clerk = new_test_user(self.env, 'vp_clerk', groups='account.group_account_invoice', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        with self.assertRaises(AccessError):
            document.with_user(clerk).action_not_at_portal()
        document.action_not_at_portal()
        self.assertEqual((document.state, document.deleted_by_id), ('deleted', self.env.user))
        self.assertIn(document.erp_id, move.message_ids[0].body)
        registered = self.registered().vatportal_document_id
        with self.assertRaisesRegex(UserError, 'without a signature'):
            registered.action_not_at_portal()

    # ------------------------------------------------------------------ at e-taxes

    def test_signed_and_waiting_is_a_process_with_both_pins(self):
        self.sandbox.configure(auto_confirm=False)
        moves = self.create_invoice() + self.create_invoice()
        job = self.send(moves)
        self.confirm_all(job)
        documents = moves.vatportal_document_id
        job = self.delete(documents)
        for pin in ('pin1', 'pin2'):
            self.until_code(job, pin)
            code = job._progress()['code']
            self.assertEqual((code['kind'], code['value']), (pin, self.sandbox.prompts()[0].code))
            self.assertEqual(documents.mapped('state'), ['registered'] * 2)
            self.sandbox.confirm()
        self.finish(job)
        self.assertEqual(documents.mapped('state'), ['deleted'] * 2)
        self.assertEqual(documents.mapped('status'), ['deleted'] * 2)
        (call,) = self.calls('/etx/delete')
        self.assertEqual(call.method, 'DELETE')
        self.assertEqual(sorted(call.json['serialNumbers']), sorted(f'{qaime[:-8]} {qaime[-8:]}' for qaime in documents.mapped('qaime')))
        self.assertIs(call.json['is_signed'], True)
        progress = job._progress()
        self.assertEqual(progress['counts'], {'total': 2, 'registered': 0, 'imported': 0, 'rejected': 0, 'deleted': 2, 'pending': 0})
        self.assertEqual([step['state'] for step in progress['steps']], ['done'] * 4)

    def test_an_answer_that_tells_nothing_is_no_signature(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        self.confirm_all(self.send(move))
        job = self.delete(move.vatportal_document_id)
        self.until_code(job, 'pin1')
        self.sandbox.confirm()
        self.until_code(job, 'pin2')
        code = job._progress()['code']
        self.sandbox.faults.add('/job/read_proc_status', 'wrong_data', data={'status': 1, 'description': ''})
        self.advance(job)
        progress = job._progress()
        self.assertEqual(progress['code'], code)
        self.assertNotIn('done', [step['state'] for step in progress['steps'][2:]])
        self.sandbox.confirm()
        self.finish(job)
        self.assertEqual(move.vatportal_state, 'deleted')

    def confirm_all(self, job):
        for pin in ('pin1', 'pin2'):
            self.until_code(job, pin)
            self.sandbox.confirm()
        self.finish(job)

    def until_code(self, job, pin):
        for _step in range(15):
            if job[f'{pin}_code']:
                return
            self.advance(job)
        self.fail(f'No code for {pin}')

    def test_a_draft_goes_by_the_other_folder(self):
        move = self.imported()
        document = move.vatportal_document_id
        self.sandbox.portal.sign_by_hand(document.erp_id, draft=True)
        document._read_numbers(self.connector)
        self.assertEqual(document.state, 'registered')
        job = self.delete(document)
        self.assertEqual((job.state, document.state), ('failed', 'registered'))
        self.assertIn('as a draft', job.message)
        wizard = self.delete_wizard(document)
        wizard.line_ids.folder = 'draft'
        job = self.env['vatportal.job'].browse(wizard.action_delete()['res_id'])
        self.finish(job)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))
        self.assertEqual([call.json['is_signed'] for call in self.calls('/etx/delete')], [True, False])

    def test_folders_and_connectors_are_split(self):
        other = self.env['vatportal.connector'].create(
            {'name': 'Second', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.company.id}
        )
        sent, elsewhere, draft, portal = (self.registered(), self.create_invoice(), self.imported(), self.imported())
        self.finish(self.send(elsewhere, connector_id=other.id))
        self.sandbox.portal.sign_by_hand(draft.vatportal_document_id.erp_id, draft=True)
        draft.vatportal_document_id._read_numbers(self.connector)
        documents = (sent + elsewhere + draft + portal).vatportal_document_id
        wizard = self.delete_wizard(documents)
        wizard.line_ids.filtered(lambda line: line.document_id == draft.vatportal_document_id).folder = 'draft'
        self.assertEqual((wizard.folder_count, wizard.has_portal, wizard.has_etaxes), (3, True, True))
        wizard.action_delete()
        jobs = documents.deletion_job_id
        self.assertEqual(
            sorted((job.folder, job.connector_id.name) for job in jobs), [('draft', 'Test'), ('portal', 'Test'), ('sent', 'Second'), ('sent', 'Test')]
        )
        for job in jobs.sorted('id'):
            self.finish(job)
        self.assertEqual(set(documents.mapped('state')), {'deleted'})

    def test_what_is_said_after_the_last_pin(self):
        """The portal tells of nothing between PIN2 and the end, yet no code is to be waited for any more."""
        document = self.registered().vatportal_document_id
        self.sandbox.configure(auto_confirm=False, stages={'deleted': 3600})
        job = self.delete(document)
        self.advance(job)
        for pin in (1, 2):
            self.assertEqual(job._progress()['code']['kind'], f'pin{pin}')
            self.assertEqual(job._progress()['documents'][0]['state_label'], 'Being deleted')
            self.sandbox.confirm()
            self.advance(job)
        self.assertEqual((job.state, job._progress()['code']), ('running', None))
        self.assertIn('Signed', job._progress()['headline'])
        self.sandbox.advance(3600)
        self.finish(job)
        self.assertEqual(document.state, 'deleted')

    def test_declined_pin_changes_nothing(self):
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=2)
        job = self.delete(document)
        self.finish(job)
        self.assertEqual((job.state, document.state, document.status), ('failed', 'registered', 'onApproval'))
        self.assertIn('Nothing was deleted', job.message)
        self.assertIn('PIN2 was not confirmed', job.message)
        self.assertIn('PIN2 was declined', job.portal_message)
        self.assertFalse(document.deleted_by_id or document.delete_reason or document.is_being_deleted)
        self.assertTrue(job._progress()['can_retry'])
        self.finish(self.delete(document))
        self.assertEqual(document.state, 'deleted')

    def test_all_or_nothing_when_one_was_approved_meanwhile(self):
        moves = self.registered() + self.registered()
        documents = moves.vatportal_document_id
        self.sandbox.portal.set_status(documents[0].qaime, 'approved')
        job = self.delete(documents)
        self.assertEqual((job.state, documents.mapped('state')), ('failed', ['registered'] * 2))
        self.assertIn('answered meanwhile', job.message)

    def test_portal_down_waits_and_can_be_given_up(self):
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='unavailable', status=429, times=None)
        job = self.delete(document)
        self.assertEqual((job.state, document.state), ('queued', 'registered'))
        job.action_cancel()
        self.assertEqual((job.state, document.state), ('failed', 'registered'))
        self.assertIn('given up', job.message)
        self.assertTrue(document.can_delete)

    # ------------------------------------------------------------------ before asking

    def test_what_cannot_be_deleted_is_told_before(self):
        moves = self.registered() + self.registered() + self.registered()
        approved, waiting, cancelled = moves.vatportal_document_id
        approved.sudo().status = 'approved'
        cancelled.sudo().status = 'canceled'
        rejected = self.env['vatportal.document'].sudo().create({'company_id': self.company.id, 'connector_id': self.connector.id, 'state': 'rejected'})
        incoming = (
            self.env['vatportal.document']
            .sudo()
            .create({'company_id': self.company.id, 'direction': 'incoming', 'qaime': 'AA261100000001', 'state': 'registered'})
        )
        unread = rejected.create({'company_id': self.company.id, 'qaime': 'AA261100000002', 'state': 'registered'})
        wizard = self.delete_wizard(approved + waiting + cancelled + (rejected + incoming + unread).sudo(False))
        self.assertEqual(wizard.line_ids.document_id, waiting)
        said = {key: alert['message'] for key, alert in wizard.alerts.items()}
        self.assertIn('cancellation at e-taxes', said[f'problem_{approved.id}'])
        self.assertIn('next import', said[f'problem_{approved.id}'])
        self.assertIn('no longer in force', said[f'problem_{cancelled.id}'])
        self.assertIn('rejected', said[f'problem_{rejected.id}'])
        self.assertIn('Import it from e-taxes first', said[f'problem_{unread.id}'])
        self.assertIn('Only the company that issued it', said[f'problem_{incoming.id}'])
        self.assertFalse(self.calls('/etx/delete'))
        job = self.env['vatportal.job'].browse(wizard.action_delete()['res_id'])
        self.assertEqual(job.document_ids, waiting)

    def test_nothing_to_delete_and_no_reason(self):
        document = self.registered().vatportal_document_id
        with self.assertRaisesRegex(UserError, 'reason'):
            self.delete(document, reason=' ')
        document.sudo().status = 'approved'
        with self.assertRaisesRegex(UserError, 'cancellation'):
            self.delete(document)
        self.assertFalse(self.calls('/etx/delete'))

    def test_second_click_follows_the_first(self):
        document = self.registered().vatportal_document_id
        self.sandbox.configure(auto_confirm=False)
        wizard = self.delete_wizard(document)
        first = wizard.action_delete()
        self.assertEqual(wizard.action_delete()['res_id'], first['res_id'])
        self.assertEqual(self.delete(document).id, first['res_id'])
        self.assertEqual(len(self.calls('/etx/delete')), 1)
        self.assertEqual(document.move_id.action_vatportal_follow()['res_id'], first['res_id'])
        self.assertIn('vatportal_deletion', document.move_id.alerts)

    def test_from_the_invoice_list(self):
        move = self.registered()
        unsent = self.create_invoice()
        action = (move + unsent).action_vatportal_delete()
        wizard = self.env['vatportal.delete.wizard'].with_context(**action['context']).create({'reason': 'x'})
        self.assertEqual(wizard.line_ids.document_id, move.vatportal_document_id)
        self.assertIn(unsent.name, wizard.alerts['unsent']['message'])
        with self.assertRaisesRegex(UserError, 'nothing to delete'):
            unsent.action_vatportal_delete()
        self.assertNotIn('default_unsent', move.action_vatportal_delete()['context'])

    # ------------------------------------------------------------------ after it

    def test_corrected_and_sent_anew(self):
        move = self.registered()
        old = move.vatportal_document_id
        with self.assertRaises(UserError):
            move.button_draft()
        self.finish(self.delete(old, reason='The price was wrong'))
        move.invalidate_recordset()
        self.assertEqual(move.vatportal_state, 'deleted')
        move.button_draft()
        move.invoice_line_ids.price_unit = 90
        move.action_post()
        self.finish(self.send(move))
        new = move.vatportal_document_id
        self.assertEqual((move.vatportal_state, move.vatportal_document_ids), ('registered', old + new))
        self.assertNotEqual(old.erp_id, new.erp_id)
        self.assertNotEqual(old.qaime, new.qaime)
        self.assertEqual(old.state, 'deleted')

    def test_who_when_and_why_are_kept(self):
        move = self.registered()
        document = move.vatportal_document_id
        clerk = new_test_user(
            self.env, 'vp_clerk', name='Aygün', groups='account.group_account_invoice', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)]
        )
        wizard = self.env['vatportal.delete.wizard'].with_user(clerk).create({'document_ids': document.ids, 'reason': '<b>Wrong</b>'})
        job = self.env['vatportal.job'].browse(wizard.action_delete()['res_id'])
        self.finish(job)
        self.assertEqual((document.deleted_by_id, document.delete_reason), (clerk, '<b>Wrong</b>'))
        self.assertTrue(document.deleted_at)
        for record in (document, move):
            bodies = ' '.join(record.message_ids.mapped('body'))
            self.assertIn('Aygün', bodies)
            self.assertIn('&lt;b&gt;Wrong&lt;/b&gt;', bodies)

    def test_readers_and_other_companies_delete_nothing(self):
        document = self.registered().vatportal_document_id
        other = self.env['res.company'].create({'name': 'Other MMC'})
        reader = new_test_user(
            self.env, 'vp_reader', groups='account.group_account_readonly', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)]
        )
        stranger = new_test_user(self.env, 'vp_stranger', groups='account.group_account_invoice', company_id=other.id, company_ids=[(6, 0, other.ids)])
        for user in (reader, stranger):
            with self.assertRaises(AccessError):
                self.env['vatportal.delete.wizard'].with_user(user).create({'document_ids': document.ids, 'reason': 'x'}).action_delete()
        self.assertFalse(self.calls('/etx/delete'))
