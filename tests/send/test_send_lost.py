from ..send_common import READ, STATUS, UPLOAD, SendCommon


class TestSendLost(SendCommon):
    """Answers that are lost, portals that are down, processes that say nothing: never twice, never lost."""

    # ------------------------------------------------------------------ the answer to the upload

    def test_answer_lost_after_processing(self):
        """The portal had it all the same: exactly one upload, and the numbers arrive."""
        moves = self.invoices(3)
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(moves)
        self.assertEqual(set(moves.mapped('vatportal_state')), {'unconfirmed'})
        self.assertEqual((job.state, job.reason), ('running', 'lost'))
        self.finish(job)
        self.assertRegistered(moves)
        self.assertEqual(len(self.processed_uploads()), 1)

    def test_answer_spoilt_after_processing(self):
        for kind, params in (
            ('truncated', {}),
            ('cut_off', {}),
            ('invalid_json', {}),
            ('wrong_shape', {'shape': 'null'}),
            ('http_500', {'processed': True}),
            ('bad_gateway', {'processed': True}),
            ('unavailable', {'processed': True}),
            ('redirect', {'processed': True}),
        ):
            with self.subTest(kind=kind):
                before = len(self.processed_uploads())
                move = self.create_invoice()
                self.sandbox.faults.add(UPLOAD, kind, **params)
                job = self.send(move)
                self.finish(job)
                self.assertRegistered(move)
                self.assertEqual(len(self.processed_uploads()), before + 1)

    def test_connection_reset_before_reading(self):
        """Nobody can know that it was not processed, so the portal is asked; then the same goes again."""
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'reset')
        job = self.send(move)
        erp_id = move.vatportal_document_id.erp_id
        self.advance(job, steps=5)
        self.assertEqual(len(self.uploads()), 1, 'an import may take a minute')
        self.pass_time(job, 151)
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.processed_uploads()), 1)
        self.assertEqual(move.vatportal_document_id.erp_id, erp_id)
        self.assertLess(self.requests_to(READ)[0].time, self.processed_uploads()[0].time, 'asked before it went again')

    def test_reset_at_a_portal_that_names_unknown_ids(self):
        """There an empty number does not tell "unknown" from "not signed": nothing is sent again by itself."""
        for form in ('empty', 'null'):
            with self.subTest(unknown_ids=form):
                self.sandbox.configure(unknown_ids=form)
                before = len(self.processed_uploads())
                move = self.create_invoice()
                self.sandbox.faults.add(UPLOAD, 'reset')
                job = self.send(move)
                self.advance(job, steps=5)
                self.assertEqual(move.vatportal_state, 'unconfirmed')
                self.pass_time(job, 601)
                self.finish(job)
                self.assertRejected(move, 'send it again')
                self.finish(self.send(move))
                self.assertRegistered(move)
                self.assertEqual(len(self.processed_uploads()), before + 1)

    def test_answer_lost_at_a_portal_that_shows_imports_late(self):
        """The portal does not show it yet when asked, so it goes again; error 17 then tells that it was there."""
        self.sandbox.configure(visible='after_import', stages={'imported': 3600})
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(move)
        self.advance(job, steps=2)
        self.assertEqual([record.err_code for record in self.uploads()], [0])
        self.pass_time(job, 151)
        self.advance(job, steps=2)
        self.assertEqual([record.err_code for record in self.uploads()], [0, 17])
        self.assertEqual((move.vatportal_state, job.reason), ('unconfirmed', 'exists'))
        self.sandbox.advance(3600)
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.processed_uploads()), 1)

    def test_answer_always_lost(self):
        """What never arrives is not sent for ever: it ends rejected, not lost."""
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'reset', times=None)
        job = self.send(move)
        for _try in range(4):
            self.advance(job, steps=3)
            self.pass_time(job, 151)
        self.assertEqual(len(self.uploads()), 3)
        self.pass_time(job, 601)
        self.finish(job)
        self.assertRejected(move, 'send it again')
        self.sandbox.faults.clear()
        self.finish(self.send(move))
        self.assertRegistered(move)

    # ------------------------------------------------------------------ the portal is down

    def test_down_then_up_again(self):
        move = self.create_invoice()
        self.sandbox.stop()
        self.addCleanup(self.sandbox.start)
        job = self.send(move)
        self.assertEqual((job.state, move.vatportal_state), ('queued', 'progress'))
        self.assertIn("can't be reached", job.message)
        self.assertIn("can't be reached", job._progress()['headline'])
        self.assertTrue(self.connector.down_since)
        self.advance(job, steps=3)
        self.assertEqual(self.connector.error_count, 4)
        self.sandbox.start()
        self.finish(job)
        self.assertRegistered(move)
        self.assertFalse(job.message)
        self.assertFalse(self.connector.down_since)

    def test_down_while_the_process_runs(self):
        """A failure on the way changes nothing at the portal: the process is followed on."""
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job)
        self.assertTrue(job.pin1_code)
        self.sandbox.stop()
        self.addCleanup(self.sandbox.start)
        self.advance(job, steps=2)
        self.assertEqual((job.state, job.phase), ('running', 'follow'))
        self.sandbox.start()
        self.sandbox.configure(auto_confirm=True)
        self.finish(job)
        self.assertRegistered(move)

    def test_other_jobs_wait_with_the_connector(self):
        """While the portal is down, it is not asked by each job for itself."""
        self.sandbox.faults.add(UPLOAD, 'unavailable', status=429, retry_after=120)
        one, two = self.invoices(2)
        self.send(one)
        job = self.send(two)
        self.assertEqual((len(self.uploads()), job.state), (1, 'queued'))
        self.pass_time(job, 121)
        job._advance()
        self.assertEqual(len(self.uploads()), 2)

    def test_given_up_after_half_an_hour(self):
        """Later nobody may be there to type the PIN: rejected, and surely not at the portal."""
        moves = self.invoices(2)
        self.sandbox.faults.add(UPLOAD, 'unavailable', status=429, times=None)
        job = self.send(moves)
        self.pass_time(job, 1700)
        self.advance(job)
        self.assertEqual(job.state, 'queued')
        self.pass_time(job, 101)
        self.advance(job)
        self.assertEqual(job.state, 'failed')
        self.assertRejected(moves, 'Nothing was sent')
        self.sandbox.faults.clear()
        self.connector.sudo().retry_at = False
        self.finish(self.send(moves))
        self.assertRegistered(moves)

    def test_given_up_by_hand(self):
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'unavailable', status=429)
        job = self.send(move)
        self.assertTrue(job._progress()['can_cancel'])
        job.action_cancel()
        self.assertEqual(job.state, 'failed')
        self.assertRejected(move, 'given up')
        self.advance(job, steps=2)
        self.assertEqual(self.processed_uploads(), [])

    # ------------------------------------------------------------------ our own process dies

    def test_killed_before_the_answer_was_stored(self):
        """Found in state "starting" with nobody at it: the portal is asked what it has."""
        move = self.create_invoice()
        job = self.queue(move)
        document = move.vatportal_document_id.sudo()
        self.client().upload_invoices([document._to_invoice()], upload=True)
        job.sudo().state = 'starting'
        self.advance(job)
        self.assertEqual((job.state, job.reason, move.vatportal_state), ('running', 'lost', 'unconfirmed'))
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.uploads()), 1)

    def test_killed_before_the_call(self):
        move = self.create_invoice()
        job = self.queue(move)
        job.sudo().state = 'starting'
        self.advance(job)
        self.pass_time(job, 151)
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.uploads()), 1)

    def test_stored_answer_is_applied_once(self):
        """Killed after the answer was stored: its consequences are drawn without asking again."""
        move = self.create_invoice()
        job = self.queue(move).sudo()
        process = self.client().upload_invoices([move.vatportal_document_id.sudo()._to_invoice()], upload=True)
        job.write({'state': 'starting', 'answer': {'phase': 'start', 'value': process, 'methods': {}}})
        job._advance()
        self.assertEqual((job.state, job.portal_id, job.answer), ('running', str(process), False))
        self.assertEqual(len(self.requests_to('.php')), 1)
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.uploads()), 1)

    # ------------------------------------------------------------------ processes

    def test_process_that_never_ends(self):
        """Ten minutes of silence; then what became of the invoices is asked for directly."""
        self.sandbox.faults.add(UPLOAD, 'process_hangs', stage='uploaded')
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, steps=3)
        self.pass_time(job, 590)
        self.advance(job)
        self.assertEqual(job.phase, 'follow')
        self.pass_time(job, 11)
        self.advance(job)
        self.assertEqual((job.phase, job.reason, move.vatportal_state), ('read', 'lost', 'unconfirmed'))
        self.assertTrue(job.portal_id, 'the process number is kept for support')
        self.pass_time(job, 601)
        self.finish(job)
        # The portal says that it has the invoice in hand and does not let go of it.
        self.assertEqual(move.vatportal_state, 'imported')
        self.assertFalse(move.vatportal_can_send)
        self.assertEqual(len(self.uploads()), 1)

    def test_silent_process_that_ended_well(self):
        self.sandbox.faults.add(STATUS, 'http_500', times=None)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, steps=3)
        self.assertEqual(job.phase, 'follow')
        self.sandbox.faults.clear()
        self.sandbox.faults.add(STATUS, 'error', code=10, times=None)
        self.client().process_data(int(job.portal_id))
        self.pass_time(job, 601)
        self.finish(job)
        self.assertRegistered(move)

    def test_process_that_the_portal_forgot(self):
        self.sandbox.faults.add(UPLOAD, 'process_unknown')
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job)
        self.assertEqual((job.phase, job.reason), ('read', 'lost'))
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.processed_uploads()), 1)

    def test_process_that_goes_back_a_step(self):
        """What was reached is not undone, and a code is still shown where the portal waits for it."""
        self.sandbox.configure(step_per_look=True)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, steps=4)
        self.assertEqual(job.step, 'login')
        self.sandbox.faults.add(STATUS, 'process_back', steps=3)
        self.advance(job)
        self.assertEqual(job.step, 'login')
        self.finish(job)
        self.assertRegistered(move)

    def test_portal_that_tries_again_by_itself(self):
        self.sandbox.configure(need_retry=2, step_per_look=True)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, steps=6)
        self.assertIn('tries again by itself', job._progress()['headline'])
        self.assertFalse(job.portal_message, 'no refusal')
        self.finish(job)
        self.assertRegistered(move)

    def test_answer_without_the_numbers(self):
        self.sandbox.faults.add(READ, 'wrong_shape', shape='no_data', times=None)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, steps=4)
        self.assertEqual((job.phase, job.step), ('read', 'sign'))
        self.assertIn('could not be read', job.message)
        self.sandbox.faults.clear()
        self.finish(job)
        self.assertRegistered(move)
        self.assertFalse(job.message)

    def test_number_that_comes_late(self):
        """Signed, and the number not yet there: it is read again for a while, then left to the scheduled action."""
        self.sandbox.faults.add(READ, 'short_page', times=None)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, steps=4)
        self.assertEqual((job.state, move.vatportal_state), ('running', 'progress'))
        self.pass_time(job, 121)
        self.finish(job)
        self.assertEqual((job.state, move.vatportal_state), ('done', 'imported'))
        self.assertIn('fetched by itself', move.alerts['vatportal_imported']['message'])
        self.sandbox.faults.clear()
        move.vatportal_document_id._read_numbers(self.connector)
        self.assertRegistered(move)
