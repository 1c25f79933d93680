from ..restored_common import RestoredCommon
from ..send_common import UPLOAD


class TestRestored(RestoredCommon):
    """An invoice that goes from another database, or from the same one before its backup was restored, has the same ERP id."""

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
        self.env.cr.execute('UPDATE account_move SET vatportal_document_id = NULL, vatportal_state = NULL, vatportal_qaime = NULL')
        self.env.invalidate_all()
        connector = self.connector.create({'name': 'Anew', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.company.id})
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
        self.confirm_both()
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(self.live(move.name), [1])

    def test_at_portals_that_answer_otherwise(self):
        for settings in ({'unknown_ids': 'empty'}, {'unknown_ids': 'null', 'unsigned_qaime': 'absent'}, {'visible': 'after_import'}, {'taken': 'after_import'}):
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
        self.env.cr.execute('SELECT last_value FROM vatportal_document_id_seq')
        (last,) = self.env.cr.fetchone()
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
        self.assertRejected(move, 'log-in data')
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
            self.assertEqual(move.vatportal_document_id.erp_id, 'ODOO-1-00000000', 'given before, it stays')

    def test_another_total_after_it_left(self):
        """The portal may have it with the old one: its id stays, and error 17 tells."""
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        self.sandbox.configure(visible='after_import', stages={'imported': 7200})
        job = self.send(move)
        self.pass_time(job, 1900)
        self.finish_all(job)
        erp_id = move.vatportal_document_id.erp_id
        self.assertRejected(move, 'answer was lost')
        move.button_draft()
        move.invoice_line_ids.price_unit = 200
        move.action_post()
        job = self.send(move)
        self.assertEqual((move.vatportal_document_id.erp_id, job.reason), (erp_id, 'exists'))
        self.sandbox.advance(7200)
        self.finish(job)
        self.assertRegistered(move)
        self.assertIn('with a total of 118', ' '.join(move.message_ids.mapped('body')))

    def test_two_connectors_of_one_account(self):
        """Refused by the one, it goes through the other under the same id, for both may be the same account."""
        other = self.connector.create({'name': 'Other', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.company.id})
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
        other = self.connector.create({'name': 'Second', 'base_url': self.sandbox.url, 'token': 'second-token', 'company_id': self.company.id})
        moves = self.invoices(2)
        self.press(moves[0])
        self.press(moves[1], connector_id=other.id)
        self.assertEqual(moves.mapped('vatportal_state'), ['registered'] * 2)
