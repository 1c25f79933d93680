from ..send_common import DELETE, SendCommon


class TestSendExists(SendCommon):
    """Error 17, the ERP id exists already: settled by reading what the portal has, not by sending again."""

    def known(self, document, sign=False):
        """Let the portal know ``document`` already, as if an earlier upload of it had got through unseen."""
        client = self.client()
        process = client.upload_invoices([document.sudo()._to_invoice()], upload=sign)
        while not client.process_status(process).finished:
            pass
        return client

    def test_with_a_number(self):
        move = self.create_invoice()
        job = self.queue(move)
        self.known(move.vatportal_document_id, sign=True)
        self.advance(job)
        self.assertEqual((move.vatportal_state, job.reason), ('unconfirmed', 'exists'))
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.processed_uploads()), 1)

    def test_while_the_first_process_is_under_way(self):
        """The number is waited for, as long as a process may be at work."""
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.queue(move)
        client = self.client()
        process = client.upload_invoices([move.vatportal_document_id.sudo()._to_invoice()], upload=True)
        self.advance(job, steps=4)
        self.assertEqual((move.vatportal_state, job.state), ('unconfirmed', 'running'))
        for pin in (1, 2):
            self.sandbox.wait_prompt(pin)
            self.sandbox.confirm(pin=pin)
        self.assertTrue(client.process_status(process).finished)
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.processed_uploads()), 1)

    def test_without_a_number(self):
        """It was imported and never signed: it is taken out of the portal and can go again, under a new ERP id."""
        move = self.create_invoice()
        job = self.queue(move)
        document = move.vatportal_document_id
        self.known(document)
        self.advance(job, steps=3)
        self.assertEqual(move.vatportal_state, 'unconfirmed', 'a process might still be at work')
        self.pass_time(job, 601)
        self.finish(job)
        self.assertEqual(job.state, 'failed')
        self.assertRejected(move, 'send it again')
        self.assertEqual(len(self.requests_to(DELETE)), 1)
        self.finish(self.send(move))
        self.assertRegistered(move)
        self.assertNotEqual(move.vatportal_document_id.erp_id, document.erp_id)
        self.assertEqual(document.state, 'rejected')

    def test_burnt_id(self):
        """It was removed at the portal, which takes an ERP id only once: it goes again under a new one."""
        move = self.create_invoice()
        job = self.queue(move)
        document = move.vatportal_document_id
        client = self.known(document)
        self.advance(job, steps=2)
        self.assertEqual(move.vatportal_state, 'unconfirmed')
        client.delete_invoices([document.erp_id])
        self.pass_time(job, 601)
        self.finish(job)
        self.assertRejected(move, 'send it again')
        self.assertTrue(document.spent)
        self.finish(self.send(move))
        self.assertRegistered(move)
        self.assertEqual(len(move.vatportal_document_ids), 2)

    def test_burnt_id_that_was_never_seen(self):
        """Nobody can tell a removed invoice from one that the portal does not show yet, so the ERP id is given up only
        after a day: a new one too early would make a second qaimə of it."""
        move = self.create_invoice()
        job = self.queue(move)
        document = move.vatportal_document_id
        self.known(document).delete_invoices([document.erp_id])
        self.advance(job, steps=2)
        self.pass_time(job, 601)
        self.finish(job)
        self.assertRejected(move, 'send it again')
        self.assertFalse(document.spent)

        again = self.send(move)
        self.assertEqual((again.reason, move.vatportal_document_id), ('exists', document))
        self.pass_time(again, 25 * 3600)
        self.finish(again)
        self.assertTrue(document.spent)
        self.finish(self.send(move))
        self.assertRegistered(move)

    def test_in_a_batch(self):
        """One of three is known, with its number: it is registered, and the two others go by themselves."""
        moves = self.invoices(3)
        job = self.queue(moves)
        self.known(moves[1].vatportal_document_id, sign=True)
        self.advance(job, steps=2)
        self.assertEqual(moves.mapped('vatportal_state'), ['progress', 'registered', 'progress'])
        self.finish(job)
        self.assertRegistered(moves)
        self.assertEqual(job.state, 'done')
        self.assertEqual([record.err_code for record in self.uploads()], [0, 17, 0])

    def test_held_by_the_portal(self):
        """The portal has it, has no number, and does not give it up: the accountant is told where to look, and the
        number is fetched when it comes."""
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.queue(move)
        document = move.vatportal_document_id
        self.client().upload_invoices([document.sudo()._to_invoice()], upload=True)
        self.advance(job, steps=2)
        self.pass_time(job, 601)
        self.finish(job)
        self.assertEqual(move.vatportal_state, 'imported')
        self.assertIn('sign or delete it there', document.message)
        self.assertFalse(move.vatportal_can_send)
        for pin in (1, 2):
            self.sandbox.wait_prompt(pin)
            self.sandbox.confirm(pin=pin)
        document._read_numbers(self.connector)
        self.assertRegistered(move)
