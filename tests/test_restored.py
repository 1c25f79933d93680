from datetime import timedelta

from .restored_common import RestoredCommon
from .send_common import DELETE, UPLOAD


class TestRestored(RestoredCommon):

    # ------------------------------------------------------------------ the same invoice

    def test_backup_restored_and_pressed_again(self):
        moves = self.invoices(2)
        with self.forgotten():
            self.press(moves)
            numbers = moves.mapped('vatportal_qaime')
            self.assertTrue(all(numbers))
        self.assertEqual(moves.mapped('vatportal_state'), ['none', 'none'])
        self.press(moves)
        self.assertRegistered(moves)
        self.assertEqual(moves.mapped('vatportal_qaime'), numbers)
        self.assertEqual(len(self.processed_uploads()), 1)

    def test_only_one_of_several_was_sent(self):
        """The others go at once, in the same press, and the dialog that is open shows it."""
        moves = self.invoices(5)
        with self.forgotten():
            self.press(moves[1] + moves[3])
        job = self.send(moves)
        self.finish(job)
        self.assertRegistered(moves)
        self.assertEqual(self.live(*moves.mapped('name')), [1] * 5)
        self.assertEqual(job.state, 'done')

    def test_addon_set_up_anew(self):
        move = self.create_invoice()
        self.press(move)
        number = move.vatportal_qaime
        self.env.flush_all()
        for table in ('vatportal_document_vatportal_job_rel', 'vatportal_job', 'vatportal_document_line', 'vatportal_document'):
            self.env.cr.execute(f'DELETE FROM {table}')  # pylint: disable=sql-injection
        self.env.cr.execute("UPDATE account_move SET vatportal_document_id = NULL, vatportal_state = NULL, vatportal_qaime = NULL")
        self.env.invalidate_all()
        connector = self.connector.create({
            'name': "Anew", 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.company.id})
        self.press(move, connector_id=connector.id)
        self.assertEqual((move.vatportal_state, move.vatportal_qaime), ('registered', number))
        self.assertEqual(self.live(move.name), [1])

    def test_two_copies_press_at_the_same_time(self):
        """The second waits for what the first is doing."""
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        with self.forgotten():
            self.advance(self.send(move), steps=3)
            self.assertEqual(move.vatportal_state, 'pin')
        job = self.send(move)
        self.advance(job, steps=3)
        self.assertEqual((job.reason, move.vatportal_state), ('exists', 'unconfirmed'))
        for pin in (1, 2):
            self.sandbox.wait_prompt(pin)
            self.sandbox.confirm(pin=pin)
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(self.live(move.name), [1])

    def test_at_portals_that_answer_otherwise(self):
        for settings in ({'unknown_ids': 'empty'}, {'unknown_ids': 'null', 'unsigned_qaime': 'absent'}, {'visible': 'after_import'},
                         {'taken': 'after_import'}):
            with self.subTest(**settings):
                self.sandbox.reset()
                self.sandbox.configure(stage_seconds=0, auto_confirm=True, **settings)
                moves = self.invoices(3)
                with self.forgotten():
                    self.press(moves[:2])
                self.press(moves)
                self.assertRegistered(moves)
                self.assertEqual(self.live(*moves.mapped('name')), [1] * 3)

    # ------------------------------------------------------------------ different invoices

    def test_invoices_that_get_one_database_id_do_not_share_an_erp_id(self):
        """The number of rows in a backup is that of before, and the next row gets an id that was given already."""
        self.env.cr.execute("SELECT last_value FROM vatportal_document_id_seq")
        last, = self.env.cr.fetchone()
        one, other = self.invoices(2)
        with self.forgotten():
            self.press(one)
            first = (one.vatportal_document_id.id, one.vatportal_document_id.erp_id)
        self.env.cr.execute("SELECT setval('vatportal_document_id_seq', %s)", [first[0] - 1])
        self.press(other)
        self.assertGreater(first[0], last)
        self.assertEqual(other.vatportal_document_id.id, first[0])
        self.assertNotEqual(other.vatportal_document_id.erp_id, first[1])
        self.assertRegistered(other)

    def test_what_makes_an_invoice_another_one(self):
        """After a restore a number is given once more, to another customer, of another day, with another total."""
        for vals in ({'partner_id': self.other_partner.id}, {'invoice_date': '2026-11-19'}, {'price': 101}):
            with self.subTest(**vals):
                price = vals.pop('price', 100)
                with self.forgotten():
                    first = self.create_invoice()
                    self.press(first)
                    name, erp_id = first.name, first.vatportal_document_id.erp_id
                second = self.create_invoice({'price_unit': price}, **vals)
                self.assertEqual(second.name, name)
                self.press(second)
                self.assertRegistered(second)
                self.assertNotEqual(second.vatportal_document_id.erp_id, erp_id)
                second.vatportal_document_id.flush_recordset()

    def test_twins_of_one_number(self):
        """Two journals may give the same number: in one database they are told apart, whatever else is the same."""
        journal = self.company_data['default_journal_sale'].copy({'code': 'TWIN'})
        one = self.create_invoice()
        other = self.create_invoice(journal_id=journal.id, post=False)
        other.name = one.name
        other.action_post()
        self.assertEqual(other.name, one.name)
        self.press(one + other)
        self.assertRegistered(one + other)

    # ------------------------------------------------------------------ one id over all tries

    def rejected(self, **fault):
        """An invoice that never left."""
        move = self.create_invoice()
        self.connector.sudo().token = 'wrong-token'
        self.send(move)
        self.connector.sudo().token = 'sandbox-token'
        self.assertRejected(move, "log-in data")
        return move

    def test_the_same_over_tries(self):
        move = self.rejected()
        document = move.vatportal_document_id
        erp_id = document.erp_id
        self.press(move)
        self.assertRegistered(move)
        self.assertEqual((move.vatportal_document_ids, document.erp_id, document.attempt), (document, erp_id, 1))

    def test_another_total_before_it_ever_left(self):
        """Its id follows from what it says by then: a copy of the database that has it so sends under the same one."""
        move = self.rejected()
        erp_id = move.vatportal_document_id.erp_id
        move.button_draft()
        move.invoice_line_ids.price_unit = 200
        move.action_post()
        with self.forgotten():
            self.press(move)
            self.assertRegistered(move)
            self.assertNotEqual(move.vatportal_document_id.erp_id, erp_id)
        self.env['vatportal.document'].search([('move_id', '=', move.id)]).sudo().write({'erp_id': 'ODOO-1-00000000', 'attempt': 0})
        with self.forgotten():
            move.vatportal_document_id.sudo().write({'payload': False, 'state': 'rejected'})
            self.press(move)
            self.assertEqual(move.vatportal_document_id.erp_id, 'ODOO-1-00000000', "given before, it stays")

    def test_another_total_after_it_left(self):
        """The portal may have it with the old one: its id stays, and error 17 tells."""
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        self.sandbox.configure(visible='after_import', stages={'imported': 7200})
        job = self.send(move)
        self.pass_time(job, 1900)
        self.finish_all(job)
        erp_id = move.vatportal_document_id.erp_id
        self.assertRejected(move, "answer was lost")
        move.button_draft()
        move.invoice_line_ids.price_unit = 200
        move.action_post()
        job = self.send(move)
        self.assertEqual((move.vatportal_document_id.erp_id, job.reason), (erp_id, 'exists'))
        self.sandbox.advance(7200)
        self.finish(job)
        self.assertRegistered(move)
        self.assertIn("with a total of 118", ' '.join(move.message_ids.mapped('body')))

    def test_two_connectors_of_one_account(self):
        """Refused by the one, it goes through the other under the same id, for both may be the same account."""
        other = self.connector.create({
            'name': "Other", 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.company.id})
        move = self.create_invoice()
        with self.forgotten():
            self.press(move)
            number = move.vatportal_qaime
        self.press(move, connector_id=other.id)
        self.assertEqual((move.vatportal_state, move.vatportal_qaime), ('registered', number))

        move = self.rejected()
        document = move.vatportal_document_id
        self.press(move, connector_id=other.id)
        self.assertRegistered(move)
        self.assertEqual((move.vatportal_document_ids, document.connector_id, document.attempt), (document, other, 1))

    def test_two_accounts_of_one_seller(self):
        self.sandbox.portal.add_account('second', token='second-token', voens=[self.company.vat])
        other = self.connector.create({
            'name': "Second", 'base_url': self.sandbox.url, 'token': 'second-token', 'company_id': self.company.id})
        moves = self.invoices(2)
        self.press(moves[0])
        self.press(moves[1], connector_id=other.id)
        self.assertEqual(moves.mapped('vatportal_state'), ['registered'] * 2)

    # ------------------------------------------------------------------ attempts that nobody remembers

    def removed(self, move, times, unsigned=0):
        """``move`` was sent and deleted at e-taxes so many times, and taken out of the portal unsigned before."""
        for _time in range(unsigned):
            self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
            self.press(move)
            self.assertRejected(move, "PIN1")
        for _time in range(times):
            self.press(move)
            self.assertRegistered(move)
            self.finish(self.delete(move.vatportal_document_id))
            self.assertEqual(move.vatportal_state, 'deleted')

    def test_the_next_attempt_after_each_removal(self):
        move = self.create_invoice()
        self.removed(move, 2, unsigned=1)
        self.press(move)
        self.assertRegistered(move)
        self.assertEqual(move.vatportal_document_ids.sorted('id').mapped('attempt'), [1, 2, 3, 4])
        self.assertEqual(self.live(move.name), [1])

    def test_a_later_attempt_is_there(self):
        """Error 17 for the first attempt, and the portal shows the fourth: it is that one."""
        for form in ('absent', 'empty'):
            with self.subTest(unknown_ids=form):
                self.sandbox.configure(unknown_ids=form)
                moves = self.invoices(3)
                with self.forgotten():
                    self.removed(moves[1], 2, unsigned=1)
                    self.press(moves[1])
                    number = moves[1].vatportal_qaime
                self.press(moves)
                self.assertRegistered(moves)
                self.assertEqual((moves[1].vatportal_qaime, moves[1].vatportal_document_id.attempt), (number, 4))
                self.assertEqual(self.live(*moves.mapped('name')), [1] * 3)

    def test_a_later_attempt_is_under_way(self):
        move = self.create_invoice()
        with self.forgotten():
            self.removed(move, 1)
            self.sandbox.configure(auto_confirm=False)
            self.advance(self.send(move), steps=3)
        job = self.send(move)
        self.advance(job, steps=3)
        self.assertEqual((move.vatportal_state, move.vatportal_document_id.attempt), ('unconfirmed', 2))
        for pin in (1, 2):
            self.sandbox.wait_prompt(pin)
            self.sandbox.confirm(pin=pin)
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(self.live(move.name), [1])

    def test_all_attempts_were_removed(self):
        """Nothing tells them from what the portal does not show yet: each id is given up a day after error 17, and the
        first that the portal takes is the right one. The rest of the batch does not wait for that."""
        moves = self.invoices(2)
        with self.forgotten():
            self.removed(moves[0], 3)
        self.press(moves)
        self.assertRegistered(moves[1])
        pressed = 1
        while moves[0].vatportal_state == 'rejected':
            self.assertLessEqual(self.live(moves[0].name), [1])
            self.pass_time(moves[0].vatportal_document_id.job_ids.sorted('id')[-1:], 25 * 3600)
            self.press(moves[0])
            pressed += 1
            self.assertLess(pressed, 10)
        self.assertRegistered(moves)
        self.assertEqual(moves[0].vatportal_document_id.attempt, 4)
        self.assertEqual(self.live(*moves.mapped('name')), [1, 1])

    # ------------------------------------------------------------------ which of a batch it is

    def test_a_portal_that_does_not_say_which(self):
        """And does not show it: it is found by halves, and the others are not kept by it."""
        moves = self.invoices(6)
        with self.forgotten():
            self.removed(moves[4], 1)
        self.sandbox.configure(names_taken=False)
        self.press(moves)
        self.assertEqual(moves.mapped('vatportal_state'), ['registered'] * 4 + ['rejected', 'registered'])
        self.assertIn("takes it only once", moves[4].vatportal_document_id.message)
        self.assertEqual(self.live(*moves.mapped('name')), [1] * 4 + [0, 1])

    def test_several_that_are_not_shown(self):
        moves = self.invoices(6)
        with self.forgotten():
            for number in (0, 2, 5):
                self.removed(moves[number], 1)
        job = self.press(moves)
        self.assertEqual(moves.mapped('vatportal_state'), [
            'rejected', 'registered', 'rejected', 'registered', 'registered', 'rejected'])
        self.assertEqual(len(job._batch()), 2, "all that is asked for is asked for together")
        progress = job.action_refresh()
        self.assertEqual((len(progress['documents']), progress['finished'], progress['can_retry']), (6, True, True))

    def test_what_an_earlier_try_may_have_brought_there(self):
        """It explains the refusal; what goes with it for the first time goes by itself."""
        self.sandbox.configure(visible='after_import', stages={'imported': 7200})
        lost = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(lost)
        self.pass_time(job, 1900)
        self.finish_all(job)
        self.assertRejected(lost, "answer was lost")
        for process in self.sandbox.portal.state.processes.values():
            process.hang_at = ''
        self.sandbox.configure(stages={}, names_taken=False)
        moves = self.invoices(2)
        self.press(lost + moves)
        self.assertRegistered(moves)
        self.assertRejected(lost, "takes it only once")

    # ------------------------------------------------------------------ removals

    def cleaning(self, moves):
        """A process whose PIN was declined, about to remove its invoices from the portal."""
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
        job = self.send(moves)
        for _step in range(10):
            if job.phase == 'clean':
                return job
            self.advance(job)
        self.fail(job.phase)

    def test_killed_between_a_removal_and_its_answer(self):
        """The removal is made again and refused, and what the portal shows no more was removed: the next press goes at
        once, with the rest of its batch."""
        for form in ('absent', 'empty', 'null'):
            with self.subTest(unknown_ids=form):
                self.sandbox.configure(unknown_ids=form)
                moves = self.invoices(3)
                job = self.cleaning(moves[:2])
                self.client().delete_invoices(moves[:2].vatportal_document_id.mapped('erp_id'))
                self.finish(job)
                self.assertRejected(moves[:2], "PIN1")
                self.assertEqual(moves[:2].vatportal_document_id.mapped('spent'), [True] * 2)
                before = len(self.uploads())
                self.finish(self.send(moves))
                self.assertRegistered(moves)
                self.assertEqual([record.err_code for record in self.uploads()[before:]], [0])

    def test_yes_to_a_removal_of_what_was_never_shown(self):
        """At a portal that shows imports late: ten minutes after a lost answer the id is not used up."""
        self.sandbox.configure(removal='always_yes', visible='after_import', stages={'imported': 7200})
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(move)
        self.pass_time(job, 1900)
        self.finish(job)
        document = move.vatportal_document_id
        self.assertRejected(move, "send it again")
        self.assertTrue(self.requests_to(DELETE))
        self.assertEqual((document.spent, document.doubtful), (False, True))
        again = self.send(move)
        self.assertEqual((again.reason, move.vatportal_document_ids), ('exists', document))
        self.sandbox.advance(7200)
        self.finish(again)
        self.assertRegistered(move)
        self.assertEqual(self.live(move.name), [1])

    def test_yes_to_a_removal_of_what_it_keeps(self):
        """What it goes on showing was not removed, whatever it said; it is removed when the portal lets go of it."""
        self.sandbox.configure(removal='always_yes', auto_confirm=False)
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(move)
        self.pass_time(job, 601)
        self.finish(job)
        document = move.vatportal_document_id
        self.assertEqual((move.vatportal_state, document.held_since), ('imported', document.held_since))
        self.assertIn("sign or delete it there", document.message)
        self.sandbox.advance(600)  # nobody types a PIN
        document._read_numbers(self.connector)
        removal = document.sudo().deletion_job_id
        self.finish(removal)
        self.assertEqual((move.vatportal_state, self.live(move.name)), ('deleted', [0]))

    def test_how_often_its_removal_is_tried(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'process_hangs', stage='pin1')
        job = self.send(move)
        self.advance(job, steps=3)
        self.pass_time(job, 601)
        self.advance(job)
        self.pass_time(job, 601)
        self.finish(job)
        document = move.vatportal_document_id
        self.assertEqual(move.vatportal_state, 'imported')
        tried = []
        for quarter in range(100):
            before = document.sudo().deletion_job_id
            document._read_numbers(self.connector)
            removal = document.sudo().deletion_job_id
            if removal != before:
                tried.append(quarter)
                self.finish(removal)
            document.sudo().held_since -= timedelta(minutes=15)
            for removal in document.sudo().job_ids:
                removal.started_at -= timedelta(minutes=15)
        self.assertEqual(tried, [0, 1, 3, 7, 15, 31, 63])
        self.assertEqual(move.vatportal_state, 'imported')

    def test_a_deletion_that_deleted_nothing(self):
        """It ends well, and the invoice stands: it is not believed, and nothing goes again."""
        for waits in (False, True):
            with self.subTest(waits=waits):
                moves = self.invoices(2)
                self.press(moves)
                documents = moves.vatportal_document_id
                self.sandbox.faults.add('/etx/delete', 'nothing_deleted')
                job = self.delete(documents)
                if waits:
                    self.settle(job)
                else:
                    self.advance(job, steps=12)
                    self.assertEqual((job.state, job.reason), ('running', 'done'), "the portal may be slow to show it")
                    self.pass_time(job, 121)
                    self.finish(job)
                self.assertEqual((job.state, documents.mapped('state')), ('failed', ['registered'] * 2))
                self.assertIn("still has these invoices", job.message)
                self.assertFalse(any(moves.mapped('vatportal_can_send')))
                self.assertEqual(self.live(*moves.mapped('name')), [1, 1])
                self.finish(self.delete(documents))
                self.assertEqual(documents.mapped('state'), ['deleted'] * 2)

    def test_a_deletion_at_the_portal_that_removed_nothing(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'process_hangs', stage='pin1')
        job = self.send(move)
        self.advance(job, steps=3)
        self.pass_time(job, 601)
        self.advance(job)
        self.pass_time(job, 601)
        self.finish(job)
        self.assertEqual(move.vatportal_state, 'imported')
        self.sandbox.configure(removal='always_yes')
        job = self.delete(move.vatportal_document_id)
        self.finish(job)
        self.assertEqual((job.state, move.vatportal_state, self.live(move.name)), ('failed', 'imported', [1]))
        self.assertIn("does not let it be deleted", job.message)

    def test_a_deletion_of_what_the_portal_never_showed(self):
        """It says yes and shows nothing, as it did before: that proves nothing for a day."""
        move = self.imported()
        document = move.vatportal_document_id
        self.assertTrue(document.shown)
        document.sudo().shown = False
        self.sandbox.configure(removal='always_yes')
        for invoice in self.sandbox.portal.state.invoices.values():
            invoice.visible = False
            invoice.process = object()
        job = self.delete(document)
        self.finish(job)
        self.assertEqual((job.state, move.vatportal_state), ('failed', 'imported'))
        self.assertIn("has not shown it since", job.message)
        document.sudo().last_sent_at -= timedelta(days=2)
        self.finish(self.delete(document))
        self.assertEqual(move.vatportal_state, 'deleted')
