from odoo.tests import new_test_user

from ..common import BUYER, OTHER_BUYER
from ..send_common import DELETE, UPLOAD, SendCommon


class TestSendRefused(SendCommon):
    """Processes that end with errors, and portals that do not let us in; then the same invoices go again."""

    # ------------------------------------------------------------------ PINs

    def test_pin_not_confirmed(self):
        """Declined or timed out, PIN1 or PIN2: said so, nothing at e-taxes, and the next try succeeds."""
        for kind, pin in (('pin_declined', 1), ('pin_declined', 2), ('pin_expired', 1), ('pin_expired', 2)):
            with self.subTest(kind=kind, pin=pin):
                self.sandbox.faults.add(UPLOAD, kind, pin=pin)
                moves = self.invoices(2)
                job = self.send(moves)
                self.advance(job)
                self.sandbox.advance(121)
                self.finish(job)
                self.assertEqual(job.state, 'failed')
                self.assertRejected(moves, f'PIN{pin} was not confirmed')
                self.assertIn(f'PIN{pin}', moves[0].vatportal_document_id.portal_message)
                self.assertIn(f'PIN{pin} was', moves[0].alerts['vatportal_rejected']['message'])
                self.assertFalse(job.pin1_code or job.pin2_code)
                self.finish(self.send(moves))
                self.assertRegistered(moves)

    def test_process_that_breaks_where_no_pin_is_asked_for(self):
        """The phone is not blamed for what the portal says, or does not say, of its own trouble."""
        retry = 'NEED RETRY: no answer'
        for stage in ('imported', 'packet_created', 'login_done', 'uploaded'):
            for words in ({}, {'description': 'Stopping: e-taxes is not available'}, {'exceptions': [retry]}):
                with self.subTest(stage=stage, **words):
                    self.sandbox.faults.add(UPLOAD, 'breaks', stage=stage, **words)
                    move = self.create_invoice()
                    # The portal may give the step before, and no code, when it is asked for the first time.
                    self.sandbox.configure(confirm_after=0)
                    job = self.send(move)
                    self.finish(job)
                    document = move.vatportal_document_id
                    self.assertRejected(move, 'ended with errors')
                    self.assertEqual(document.reject_reason, 'other')
                    for said in (words.get('description', 'Finished with errors'), *words.get('exceptions', ())):
                        self.assertIn(said, document.portal_message)
                        self.assertIn(said, job.portal_message)

    def test_pin_that_the_portal_words_in_its_own_way(self):
        for description, text in (('PIN kod daxil edilmədi', 'PIN1 was not confirmed'), ('ping: no answer', 'ended with errors')):
            with self.subTest(description=description):
                self.sandbox.faults.add(UPLOAD, 'breaks', stage='packet_created', description=description)
                move = self.create_invoice()
                self.finish(self.send(move))
                self.assertRejected(move, text)

    def test_pin_without_a_word(self):
        for pin in (1, 2):
            with self.subTest(pin=pin):
                self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=pin, wordless=True)
                move = self.create_invoice()
                self.finish(self.send(move))
                self.assertRejected(move, f'PIN{pin} was not confirmed')

    def test_new_erp_id_where_the_old_one_is_used_up(self):
        """What was imported and removed again has used its ERP id up; the first document stays as history."""
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
        move = self.create_invoice()
        self.finish(self.send(move))
        first = move.vatportal_document_id
        self.assertEqual((first.state, first.spent, len(self.requests_to(DELETE))), ('rejected', True, 1))
        job = self.send(move)
        second = move.vatportal_document_id
        self.finish(job)
        self.assertEqual((first.state, second.state, first.move_id), ('rejected', 'registered', move))
        self.assertNotEqual(first.erp_id, second.erp_id)

    def test_portal_that_does_not_let_go(self):
        """The process failed and the portal keeps the invoice: it is there, unsigned, and is not sent a second time.
        Also where the portal names ids that it does not have, so that a name in its answer tells nothing."""
        for form in ('absent', 'empty', 'null'):
            with self.subTest(unknown_ids=form):
                self.sandbox.configure(unknown_ids=form)
                self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
                self.sandbox.faults.add(DELETE, 'error', code=20, times=None)
                moves = self.invoices(2)
                self.finish(self.send(moves))
                self.sandbox.faults.clear()
                self.assertEqual(set(moves.mapped('vatportal_state')), {'imported'})
                self.assertIn('sign or delete it there', moves[0].alerts['vatportal_imported']['message'])
                self.assertFalse(any(moves.mapped('vatportal_can_send')))
                for document in moves.vatportal_document_id:
                    self.sandbox.portal.sign_by_hand(document.erp_id)
                moves.vatportal_document_id._read_numbers(self.connector)
                self.assertRegistered(moves)

    def test_answer_to_the_removal_is_lost(self):
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
        self.sandbox.faults.add(DELETE, 'answer_lost')
        moves = self.invoices(2)
        job = self.send(moves)
        self.finish(job)
        self.assertRejected(moves, 'PIN1')
        self.assertEqual(set(moves.vatportal_document_id.mapped('spent')), {True})
        self.finish(self.send(moves))
        self.assertRegistered(moves)

    # ------------------------------------------------------------------ e-taxes refuses

    def three(self):
        other = self.create_invoice(partner_id=self.other_partner.id)
        one, two = self.invoices(2)
        return one, other, two

    def test_one_refused_stops_the_packet(self):
        """The portal let one bad VÖEN stop the whole packet: the words stand by the invoice they mean."""
        self.sandbox.configure(unknown_voens=[OTHER_BUYER], refusal='packet')
        one, other, two = self.three()
        job = self.send(one + other + two)
        self.finish(job)
        self.assertEqual(job.state, 'failed')
        self.assertRejected(other, 'e-taxes refused this invoice')
        self.assertEqual(other.vatportal_document_id.portal_message, f'Invalid VOEN: {OTHER_BUYER}')
        self.assertRejected(one + two, 'look at what the portal said')
        self.assertIn(OTHER_BUYER, job.portal_message)
        self.finish(self.send(one + two))
        self.assertRegistered(one + two)
        self.assertEqual(other.vatportal_state, 'rejected')

    def test_one_refused_alone(self):
        """The portal signed the others: they have their numbers, though the process ended with errors."""
        self.sandbox.configure(unknown_voens=[OTHER_BUYER], refusal='single')
        one, other, two = self.three()
        job = self.send(one + other + two)
        self.finish(job)
        self.assertEqual(job.state, 'failed')
        self.assertRegistered(one + two)
        self.assertRejected(other, 'e-taxes refused this invoice')
        self.sandbox.configure(unknown_voens=[])
        self.finish(self.send(other))
        self.assertRegistered(one + other + two)

    def test_a_buyer_named_in_no_refusal(self):
        """Whatever else the portal says of the end names nobody: a number that is late is waited for, and no invoice is to blame."""
        for words in ({'description': f'Stopping at {BUYER}'}, {'exceptions': [f'{BUYER} NEED RETRY']}):
            with self.subTest(**words):
                self.sandbox.faults.add(UPLOAD, 'breaks', stage='login_done', **words)
                move = self.create_invoice()
                job = self.send(move)
                while job.phase != 'read':
                    self.advance(job)
                job.sudo().step = 'sign'
                self.advance(job)
                self.assertEqual((job.reason, job.phase), ('failed', 'read'))
                self.assertIn(BUYER, job.portal_message)
                self.pass_time(job, 121)
                self.finish(job)
                self.assertRejected(move, 'ended with errors')
                self.assertEqual(move.vatportal_document_id.reject_reason, 'other')

    def test_refused_in_other_words(self):
        self.sandbox.faults.add(UPLOAD, 'refused', message='Sistem <b>bağlıdır</b>')
        move = self.create_invoice()
        job = self.send(move)
        self.finish(job)
        self.assertRejected(move, 'look at what the portal said')
        self.assertEqual(move.vatportal_document_id.portal_message, 'Sistem <b>bağlıdır</b>\nFinished with errors')

    def test_the_portals_log_is_kept_for_support(self):
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=2)
        job = self.send(self.create_invoice())
        self.finish(job)
        self.assertIn('log', job.details)
        self.assertNotIn('pin1_code', str(job.details))

    def test_log_that_is_not_given_holds_nothing_up(self):
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
        self.sandbox.faults.add('/job/read_proc_data', 'http_500', times=None)
        move = self.create_invoice()
        job = self.send(move)
        self.finish(job)
        self.assertRejected(move, 'PIN1')
        self.assertFalse(job.details)

    # ------------------------------------------------------------------ the connector

    def refused_at_once(self, text, **connector):
        """Send with the connector changed by ``connector``; expect a refusal that points at it, then mend it."""
        before = self.connector.sudo().read(list(connector))[0] if connector else {}
        self.connector.sudo().write(connector)
        moves = self.invoices(2)
        job = self.send(moves)
        self.assertEqual((job.state, job.phase), ('failed', 'end'))
        self.assertRejected(moves, text)
        self.assertIn(text, job.message)
        self.assertEqual(self.processed_uploads(), [])
        self.assert_points_at_connector(job, moves)
        before.pop('id', None)
        self.connector.sudo().write(before)
        self.sandbox.faults.clear()
        again = self.send(moves)
        self.finish(again)
        self.assertRegistered(moves)
        self.assertFalse(again.connector_fault)
        self.assertIsNone(again._progress()['connector'])
        self.assertNotIn('vatportal_connector', moves[0]._get_alerts())

    def assert_points_at_connector(self, job, moves):
        """The live view, and the banner of each rejected invoice, lead those to the connector who may mend it."""
        biller = new_test_user(self.env, f'biller-{job.id}', groups='account.group_account_invoice', company_id=self.company.id)
        self.assertTrue(job.connector_fault)
        self.assertEqual(job._progress()['connector'], {'id': self.connector.id, 'name': self.connector.name})
        self.assertIsNone(job.with_user(biller)._progress()['connector'])
        for move in moves:
            action = move._get_alerts()['vatportal_connector']['action']
            self.assertEqual((action['res_model'], action['res_id']), ('vatportal.connector', self.connector.id))
            self.assertNotIn('vatportal_connector', move.with_user(biller)._get_alerts())

    def test_wrong_token(self):
        self.refused_at_once('on the connector', token='wrong-token')

    def test_http_401(self):
        self.sandbox.faults.add(UPLOAD, 'unauthorized')
        self.refused_at_once('on the connector')

    def test_account_without_asan_number(self):
        self.sandbox.portal.add_account('noasan', token='noasan-token', asan=None)
        self.refused_at_once('no ASAN İmza number', token='noasan-token')

    def test_partner_phone_not_authorised(self):
        self.refused_at_once('Check the phone on the connector', token='partner-token', is_partner=True, phone='994509999999')

    def test_partner_phone_missing(self):
        """The account is a partner's and the connector does not say so."""
        self.refused_at_once('phone', token='partner-token')

    def test_log_in_service_out_of_order(self):
        """Error 7: tried again by itself, and the person is pointed at the connector meanwhile."""
        self.sandbox.faults.add(UPLOAD, 'error', code=7, times=2)
        move = self.create_invoice()
        job = self.send(move)
        self.assertEqual(job.state, 'queued')
        self.assertIn('on the connector', job.message)
        self.assertEqual(job._progress()['connector']['id'], self.connector.id)
        self.finish(job)
        self.assertFalse(job.connector_fault)
        self.assertRegistered(move)
        self.assertEqual(len(self.processed_uploads()), 1)

    def test_token_dies_on_the_way(self):
        """A token renewed elsewhere while the process runs: said so, and followed on once it is mended."""
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.send(move)
        self.connector.sudo().token = 'dead-token'
        self.advance(job, steps=2)
        self.assertEqual(job.state, 'running')
        self.assertIn('on the connector', job.message)
        self.assertTrue(job.connector_fault)
        self.sandbox.configure(auto_confirm=True)
        self.connector.sudo().token = 'sandbox-token'
        self.finish(job)
        self.assertRegistered(move)

    def test_partner_of_the_company(self):
        """With the right phone every request carries it, and the company's own VÖEN sells."""
        self.sandbox.portal.add_account('firm', token='firm-token', phones={'994501112233': self.company.vat})
        self.connector.sudo().write({'token': 'firm-token', 'is_partner': True, 'phone': '+994 50 111-22-33'})
        move = self.create_invoice()
        self.finish(self.send(move))
        self.assertTrue(move.vatportal_qaime)
        self.assertEqual({record.json['phone'] for record in self.sandbox.requests}, {'994501112233'})
