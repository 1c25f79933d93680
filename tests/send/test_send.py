from odoo.exceptions import UserError

from ..send_common import READ, SendCommon


class TestSend(SendCommon):
    """From a posted invoice to its number, over a real socket."""

    def test_one_invoice(self):
        move = self.create_invoice()
        job = self.send(move)
        self.assertEqual((job.state, move.vatportal_state), ('running', 'progress'))
        self.finish(job)
        self.assertEqual((job.state, job.step), ('done', 'numbers'))
        self.assertRegistered(move)
        self.assertEqual(move.vatportal_status, 'onApproval')
        self.assertEqual(len(self.uploads()), 1)

    def test_a_hundred_invoices_are_one_process(self):
        moves = self.invoices(100)
        job = self.send(moves)
        self.finish(job)
        self.assertEqual(len(self.uploads()), 1)
        self.assertEqual(len(set(moves.mapped('vatportal_qaime'))), 100)
        self.assertEqual([prompt.pin for prompt in self.sandbox.prompts(None)], [1, 2])

    def test_past_the_batch_size_there_are_several_processes(self):
        self.connector.batch_size = 2
        moves = self.invoices(5)
        action = self.wizard(moves).action_send()
        jobs = self.env['vatportal.job'].browse(action['res_id'])._batch()
        self.assertEqual(jobs.mapped('document_count'), [2, 2, 1])
        for job in jobs:
            self.finish(job)
        self.assertRegistered(moves)
        self.assertEqual([len(record.json['invoices']) for record in self.uploads()], [2, 2, 1])

    def test_the_number_is_told_in_the_chatter_once(self):
        move = self.create_invoice()
        job = self.send(move)
        self.finish(job)
        move.vatportal_document_id._set_number(move.vatportal_qaime)
        notes = move.message_ids.filtered(lambda message: move.vatportal_qaime in (message.body or ''))
        self.assertEqual(len(notes), 1)

    def test_payload_is_kept_as_it_was_sent(self):
        move = self.create_invoice()
        self.send(move)
        [record] = self.uploads()
        sent = record.json['invoices'][0]
        kept = move.vatportal_document_id.payload
        self.assertEqual(set(kept), set(sent))
        self.assertEqual((kept['id'], float(kept['sum_total'])), (sent['id'], float(sent['sum_total'])))

    def test_portal_forms_of_ids_without_number(self):
        usual = self.sandbox.settings.to_json()
        for setting in (
            {'unsigned_qaime': 'null'},
            {'unsigned_qaime': 'absent'},
            {'unknown_ids': 'null'},
            {'unknown_ids': 'empty'},
            {'visible': 'after_import'},
            {'read_style': 'post'},
            {'read_style': 'get'},
            {'empty_stats': 'missing'},
            {'include_res': False},
        ):
            with self.subTest(**setting):
                self.sandbox.configure(**{**usual, **setting})
                self.connector.sudo().read_methods = False
                move = self.create_invoice()
                self.finish(self.send(move))
                self.assertRegistered(move)

    # ------------------------------------------------------------------ twice

    def test_second_click(self):
        """The same wizard again, and the wizard opened again: the same process is shown, nothing is sent."""
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        wizard = self.wizard(move)
        first = wizard.action_send()
        second = wizard.action_send()
        self.assertEqual((first['res_model'], first['res_id']), (second['res_model'], second['res_id']))
        self.assertEqual(self.wizard(move).action_send()['res_id'], first['res_id'])
        self.assertEqual(len(self.uploads()), 1)
        self.assertEqual(len(move.vatportal_document_ids), 1)

    def test_two_tabs(self):
        """Two wizards opened before either sends: the second shows the first one's process."""
        moves = self.invoices(2)
        one, two = self.wizard(moves), self.wizard(moves)
        self.assertEqual((one.ready_count, two.ready_count), (2, 2))
        job = self.env['vatportal.job'].browse(one.action_send()['res_id'])
        self.assertEqual(two.action_send()['res_id'], job.id)
        self.finish(job)
        self.assertRegistered(moves)
        self.assertEqual(len(self.uploads()), 1)

    def test_overlapping_selections(self):
        """Two people choose overlapping invoices: each invoice goes once."""
        moves = self.invoices(3)
        one, two = self.wizard(moves[:2]), self.wizard(moves[1:])
        self.assertEqual((one.ready_count, two.ready_count), (2, 2))
        jobs = self.env['vatportal.job'].browse([one.action_send()['res_id'], two.action_send()['res_id']])
        self.assertEqual(jobs.mapped('document_ids.move_id'), moves)
        self.assertEqual(jobs[1].document_ids.move_id, moves[2])
        for job in jobs:
            self.finish(job)
        self.assertRegistered(moves)

    def test_sent_already(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        with self.assertRaisesRegex(UserError, move.vatportal_qaime):
            self.wizard(move).action_send()
        self.assertEqual(len(self.uploads()), 1)

    def test_good_invoices_go_while_bad_ones_stay(self):
        good, bad = self.create_invoice(), self.create_invoice(partner_id=self.partner_a.id)
        wizard = self.wizard(good + bad)
        self.assertEqual((wizard.ready_ids, wizard.move_count), (good, 2))
        job = self.env['vatportal.job'].browse(wizard.action_send()['res_id'])
        self.finish(job)
        self.assertRegistered(good)
        self.assertEqual((bad.vatportal_state, bad.vatportal_document_ids), ('none', job.document_ids.browse()))

    # ------------------------------------------------------------------ without a signature

    def test_imported_then_signed_by_hand(self):
        """Not signed: no number yet; when somebody signs at the portal, the scheduled action brings it."""
        self.connector.sign_on_send = False
        moves = self.invoices(2)
        job = self.send(moves)
        self.finish(job)
        self.assertEqual((job.state, set(moves.mapped('vatportal_state'))), ('done', {'imported'}))
        self.assertFalse(self.uploads()[0].json['upload'])
        self.assertEqual(self.sandbox.prompts(None), [])

        documents = moves.vatportal_document_id
        self.sandbox.portal.sign_by_hand(documents[0].erp_id)
        self.read_numbers()
        self.assertEqual(moves.mapped('vatportal_state'), ['registered', 'imported'])
        self.assertTrue(moves[0].vatportal_qaime)

        self.sandbox.portal.sign_by_hand(documents[1].erp_id)
        self.read_numbers()
        self.assertRegistered(moves)

    def test_portal_down_while_numbers_are_fetched(self):
        move = self.create_invoice()
        self.finish(self.send(move, sign=False))
        self.sandbox.portal.sign_by_hand(move.vatportal_document_id.erp_id)
        self.sandbox.faults.add(READ, 'http_500')
        self.read_numbers()
        self.assertEqual(move.vatportal_state, 'imported')
        self.assertTrue(self.connector.down_since)
        asked = len(self.requests_to(READ))
        self.read_numbers()
        self.assertEqual(len(self.requests_to(READ)), asked, 'the portal is left in peace for a while')
        self.connector.sudo().retry_at = False
        self.read_numbers()
        self.assertRegistered(move)
        self.assertFalse(self.connector.down_since)

    def read_numbers(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()

    # ------------------------------------------------------------------ several connectors

    def test_another_connector_of_the_company(self):
        self.sandbox.portal.add_account('second', token='second-token', asan='994500000009')
        other = self.env['vatportal.connector'].create({'name': 'Second', 'base_url': self.sandbox.url, 'token': 'second-token', 'company_id': self.company.id})
        self.assertFalse(other.is_default)
        move = self.create_invoice()
        wizard = self.wizard(move)
        self.assertEqual((wizard.connector_id, wizard.connector_count), (self.connector, 2))
        wizard.connector_id = other
        self.finish(self.env['vatportal.job'].browse(wizard.action_send()['res_id']))
        self.assertEqual(move.vatportal_document_id.connector_id, other)
        self.assertTrue(move.vatportal_qaime)
        self.assertEqual(self.uploads()[0].headers['x-vatpapikey'], 'second-token')

    def test_connector_without_log_in_data(self):
        self.connector.sudo().token = False
        move = self.create_invoice()
        job = self.send(move)
        self.assertEqual(job.state, 'failed')
        self.assertRejected(move, 'log-in data for the portal are missing')
        self.assertEqual(self.sandbox.requests, [])
        self.connector.sudo().token = 'sandbox-token'
        erp_id = move.vatportal_document_id.erp_id
        self.finish(self.send(move))
        self.assertRegistered(move)
        self.assertEqual(move.vatportal_document_ids.mapped('erp_id'), [erp_id])

    def test_kind_chosen_on_the_invoice(self):
        kind = self.env.ref('l10n_az_vatportal.kind_advance_invoice')
        move = self.create_invoice()
        self.assertEqual(move.vatportal_kind_id.code, 'defaultInvoice')
        move.vatportal_kind_id = kind
        self.finish(self.send(move))
        self.assertEqual(self.uploads()[0].json['invoices'][0]['type'], kind.upload_type)
        self.assertEqual(move.vatportal_document_id.kind_id, kind)

    def test_settings_of_the_connector_reach_the_portal(self):
        self.connector.write({'use_old_sys': True, 'auth_method': 'password'})
        self.connector.sudo().write({'username': 'demo', 'password': 'demo', 'token': False})
        move = self.create_invoice()
        wizard = self.wizard(move)
        self.finish(self.env['vatportal.job'].browse(wizard.action_send()['res_id']))
        [record] = self.uploads()
        self.assertTrue(record.json['use_old_sys'])
        self.assertEqual(record.json['username'], 'demo')
        self.assertNotIn('x-vatpapikey', record.headers)
