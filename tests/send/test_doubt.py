from ..send_common import UPLOAD, SendCommon


class TestDoubt(SendCommon):
    """An invoice that the portal took, keeps back, and brings to light after its process was given up."""

    def hidden(self, sign=True):
        """Send an invoice into a portal that loses its answer and hangs before it shows it; return the invoice."""
        self.sandbox.configure(visible='after_import')
        self.sandbox.faults.add(UPLOAD, 'process_hangs')
        move = self.create_invoice()
        job = self.env['vatportal.job']._queue(move, self.connector, sign)
        self.client().upload_invoices([move.vatportal_document_id.sudo()._to_invoice()], upload=sign)
        self.advance(job, steps=2)
        self.assertEqual(job.reason, 'exists')
        self.pass_time(job, 601)
        self.finish(job)
        self.assertRejected(move, 'takes it only once')
        return move

    def resume(self):
        for process in self.sandbox.portal.state.processes.values():
            process.hang_at = None

    def read_numbers(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
        self.env.invalidate_all()

    def test_its_number_is_found_later(self):
        move = self.hidden()
        self.assertFalse(move.vatportal_document_id.spent)
        self.resume()
        documents = self.env['vatportal.document']
        documents.search(documents._numbers_domain())._read_numbers(self.connector)
        self.assertRegistered(move)
        self.assertEqual(len(self.processed_uploads()), 1)

    def appear(self, move):
        """The portal goes on with it and shows it, without a number; return the job that sees to that, if there is one."""
        self.read_numbers()
        self.assertEqual(move.vatportal_state, 'rejected', 'it is not shown yet')
        self.resume()
        self.sandbox.advance(1)
        self.sandbox.advance(600)  # nobody types a PIN
        self.read_numbers()
        self.assertEqual(move.vatportal_state, 'imported')
        self.assertIn('after all', move.alerts['vatportal_imported']['message'])
        return move.vatportal_document_id.sudo().job_ids.filtered(lambda job: job.operation == 'delete')

    def live(self):
        return [invoice for invoice in self.sandbox.portal.state.invoices.values() if not invoice.deleted]

    def test_it_appears_unsigned(self):
        """It was given back, so it leaves the portal: by itself, and it can be sent anew."""
        for form in ('absent', 'empty', 'null'):
            with self.subTest(unknown_ids=form):
                self.sandbox.reset()
                move = self.hidden()
                self.sandbox.configure(unknown_ids=form, auto_confirm=False)
                self.finish(self.appear(move))
                self.assertEqual((move.vatportal_state, self.live()), ('deleted', []))
                self.sandbox.configure(auto_confirm=True)
                self.finish(self.send(move))
                self.assertRegistered(move)

    def test_it_appears_and_is_signed_by_hand(self):
        """Before its removal: the portal does not take that, and the number is its end."""
        move = self.hidden()
        self.sandbox.configure(auto_confirm=False)
        job = self.appear(move)
        self.sandbox.portal.sign_by_hand(move.vatportal_document_id.erp_id)
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.live()), 1)

    def test_it_was_never_there(self):
        """Its process ended well, and left it out: it is given back after a day, and goes again."""
        for form in ('absent', 'empty'):
            with self.subTest(unknown_ids=form):
                self.sandbox.configure(unknown_ids=form, auto_confirm=True)
                moves = self.invoices(2)
                job = self.send(moves, sign=False)
                lost = moves[0].vatportal_document_id
                there = self.sandbox.portal.state.invoices
                del there[next(key for key in there if lost.erp_id in key)]
                self.finish(job)
                self.assertEqual(moves.mapped('vatportal_state'), ['imported'] * 2)
                self.pass_time(job, 24 * 3600 - 60)
                self.read_numbers()
                self.assertEqual(moves.mapped('vatportal_state'), ['imported'] * 2, 'it may be shown yet')
                self.pass_time(job, 120)
                self.read_numbers()
                self.assertEqual(moves.mapped('vatportal_state'), ['rejected', 'imported'])
                self.assertIn('has not shown it for a day', lost.message)
                self.finish(self.send(moves[0], sign=False))
                self.assertEqual((moves[0].vatportal_state, lost.shown), ('imported', True))
                self.assertEqual(len(self.at_portal(moves[0])), 1)

    def test_what_was_shown_once_is_there(self):
        """An answer that leaves it out once, later than a day, changes nothing."""
        self.sandbox.configure(auto_confirm=True)
        move = self.invoices(1)
        job = self.send(move, sign=False)
        self.finish(job)
        document = move.vatportal_document_id
        document.sudo().shown = False
        self.read_numbers()
        self.assertTrue(document.shown, 'noted by whoever looks')
        self.pass_time(job, 25 * 3600)
        self.sandbox.portal.state.invoices.clear()
        self.read_numbers()
        self.assertEqual(move.vatportal_state, 'imported')

    def test_what_was_not_to_be_signed_stays(self):
        self.connector.sign_on_send = False
        move = self.hidden(sign=False)
        self.assertFalse(self.appear(move))
        self.assertEqual(len(self.live()), 1)

    def test_sent_again_it_is_taken_once(self):
        move = self.hidden()
        job = self.send(move)
        self.resume()
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.processed_uploads()), 1)

    def test_corrected_meanwhile(self):
        """The qaimə has the figures of before the correction: somebody has to know."""
        move = self.hidden()
        move.button_draft()
        move.invoice_line_ids.price_unit = 200
        move.action_post()
        job = self.send(move)
        self.resume()
        self.finish(job)
        self.assertRegistered(move)
        self.assertIn('with a total of 118', ' '.join(move.message_ids.mapped('body')))

    def test_no_alarm_where_nothing_was_there(self):
        """The portal takes the corrected invoice, so it had none before."""
        move = self.hidden()
        self.sandbox.reset()
        self.sandbox.configure(stage_seconds=0, auto_confirm=True)
        move.button_draft()
        move.invoice_line_ids.price_unit = 200
        move.action_post()
        self.finish(self.send(move))
        self.assertRegistered(move)
        self.assertNotIn('with a total of', ' '.join(move.message_ids.mapped('body')))

    def test_not_through_another_account(self):
        move = self.hidden()
        other = self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'token': 'other-token', 'company_id': self.company.id})
        problems = move._vatportal_problems(other)
        self.assertEqual([problem['level'] for problem in problems], ['error'])
        self.assertIn(self.connector.name, problems[0]['message'])
        self.assertFalse(move._vatportal_problems(self.connector))

    def test_through_which_connector_it_goes(self):
        """Any of the account that may have it. Of another one a person is told what to do, which must be possible."""
        move = self.hidden()
        self.assertTrue(move.vatportal_document_id.doubtful)
        Connector = self.env['vatportal.connector']
        vals = {'base_url': self.sandbox.url, 'company_id': self.company.id}
        same, other = Connector.create([{'name': name, 'token': token, **vals} for name, token in (('Second', 'sandbox-token'), ('Other', 'other-token'))])
        self.assertEqual((same.sudo().account_id == self.connector.sudo().account_id, other.sudo().account_id == same.sudo().account_id), (True, False))

        def said(connector):
            return ' '.join(problem['message'] for problem in move._vatportal_problems(connector))

        self.assertEqual((said(self.connector), said(same)), ('', ''))
        self.assertIn('Send it through that connector', said(other))
        self.connector.active = False
        self.assertEqual(said(same), '')
        self.assertIn('is archived', said(other))
        self.connector.active = True
        self.assertEqual(said(self.connector), '', 'restored it goes through it')
        self.connector.active = False
        move.vatportal_document_id.action_not_at_portal()
        self.assertEqual(said(other), '')

    def test_by_whose_phone_it_goes(self):
        """The phones of a partner's account are companies of their own at the portal; those of an enterprise tell nobody apart."""
        self.connector.phone = '994501234567'
        move = self.hidden()
        vals = {'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.company.id}
        same, other = self.env['vatportal.connector'].create([{'name': phone, 'phone': phone, **vals} for phone in ('994501234567', '994551234567')])
        account = (self.connector + same + other).sudo().account_id
        self.assertEqual(len(account), 1)
        for partner in (False, True):
            account.is_partner = partner
            for connector in (self.connector, same, other):
                with self.subTest(partner=partner, connector=connector.name):
                    found = ' '.join(problem['message'] for problem in move._vatportal_problems(connector))
                    self.assertEqual('Send it through that connector' in found, partner and connector == other)
