from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from ..send_common import SendCommon


class TestSendLater(SendCommon):
    """Odoo's own "Send" of an invoice that has no qaimə number yet: its mail may wait for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = 'buyer@example.com'

    def dialog(self, move, **vals):
        return (
            self.env['account.move.send.wizard'].with_context(active_model='account.move', active_ids=move.ids).create({'sending_methods': ['email'], **vals})
        )

    def mails(self, move):
        return self.env['mail.message'].search([('model', '=', 'account.move'), ('res_id', '=', move.id), ('message_type', '=', 'comment')])

    def run_mails(self):
        with self.enter_registry_test_mode():
            self.env.ref('account.ir_cron_account_move_send').method_direct_trigger()

    def waiting(self, **vals):
        """An invoice on its way, whose mail waits."""
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, 3)
        dialog = self.dialog(move, vatportal_waits=True, **vals)
        self.assertTrue(dialog.vatportal_has_no_number)
        dialog.action_send_and_print()
        return move, job

    def confirm(self, job):
        for pin in (1, 2):
            self.sandbox.wait_prompt(pin)
            self.sandbox.confirm(pin=pin)
        self.finish(job)

    def test_it_goes_when_the_number_is_there(self):
        move, job = self.waiting(subject='Hörmətli alıcı', body='<p>Yazdığım mətn</p>')
        self.assertTrue(move.vatportal_waits_to_mail)
        self.run_mails()
        self.assertFalse(self.mails(move), 'not before')
        self.confirm(job)
        self.assertEqual(move.vatportal_state, 'registered')
        self.assertTrue(move.sending_data and move.vatportal_waits_to_mail)
        self.run_mails()
        self.assertFalse(move.vatportal_waits_to_mail)
        mail = self.mails(move)
        self.assertEqual((len(mail), mail.subject), (1, 'Hörmətli alıcı'))
        self.assertIn('Yazdığım mətn', mail.body)
        self.assertIn(move.vatportal_qaime, mail.body)
        self.assertFalse(move.sending_data)
        self.run_mails()
        self.assertEqual(len(self.mails(move)), 1, 'once')

    def test_sent_with_others_before_its_turn(self):
        """Somebody presses *Send* on many while it waits for Odoo's scheduled action: it goes as it was written, once, by its author."""
        other = new_test_user(self.env, 'later-other', 'account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        move, job = self.waiting(subject='Hörmətli alıcı', body='<p>Yazdığım mətn</p>')
        self.confirm(job)
        plain = self.create_invoice()
        moves = (move + plain).with_user(other)
        moves.env['account.move.send.batch.wizard'].with_context(active_model='account.move', active_ids=moves.ids).create({}).action_send_and_print()
        self.run_mails()
        [mail] = self.mails(move)
        self.assertEqual((mail.subject, mail.author_id), ('Hörmətli alıcı', self.env.user.partner_id))
        self.assertIn('Yazdığım mətn', mail.body)
        [mail] = self.mails(plain)
        self.assertNotIn('Yazdığım mətn', mail.body)
        self.assertFalse(move.sending_data or move.sudo().vatportal_mail_leaving)

    def test_what_failed_does_not_leave_later(self):
        """Odoo says that it failed and forgets it; what is sent some day is what is written then."""
        Send, errors = type(self.env['account.move.send']), {'retry': True}
        plain = Send._call_web_service_before_invoice_pdf_render

        def fails(send, invoices_data):
            plain(send, invoices_data)
            for data in invoices_data.values():
                data['error'] = {'error_title': 'No PDF', 'errors': [], **errors}

        move, job = self.waiting(body='<p>Yazdığım mətn</p>')
        self.confirm(job)
        self.patch(Send, '_call_web_service_before_invoice_pdf_render', fails)
        self.run_mails()
        self.assertTrue(move.sudo().vatportal_mail_leaving, 'Odoo tries it again')
        errors.clear()
        self.run_mails()
        self.assertFalse(move.sudo().vatportal_mail_leaving or move.sending_data or self.mails(move))

    def test_sent_without_a_mail_before_its_turn(self):
        """Somebody needs the PDF while it waits for Odoo's scheduled action: it goes all the same, as it was written. With a mail, that one
        is the newer."""
        for methods, subject in (([], 'Hörmətli alıcı'), (['manual'], 'Hörmətli alıcı'), (['email'], 'Yeni')):
            with self.subTest(methods=methods):
                move, job = self.waiting(subject='Hörmətli alıcı')
                self.confirm(job)
                self.dialog(move, sending_methods=methods, subject='Yeni').action_send_and_print()
                self.assertEqual(bool(move.sending_data and move.vatportal_waits_to_mail), 'email' not in methods)
                for _run in range(2):
                    self.run_mails()
                self.assertEqual(self.mails(move).mapped('subject'), [subject])
                self.assertFalse(move.sending_data or move.vatportal_waits_to_mail)

    def test_sent_to_etaxes_from_the_same_dialog(self):
        move = self.create_invoice()
        dialog = self.dialog(move, extra_edis=['vatportal'], vatportal_waits=True)
        self.assertTrue(dialog.vatportal_has_no_number)
        dialog.action_send_and_print()
        self.assertIn(move.vatportal_state, ('progress', 'pin'))
        self.assertFalse(self.mails(move))
        self.finish(move.vatportal_document_id.job_ids)
        self.run_mails()
        self.assertEqual(len(self.mails(move)), 1)
        self.assertEqual(len(self.uploads()), 1)

    def test_what_does_not_go_is_not_mailed(self):
        move = self.create_invoice()
        dialog = self.dialog(move, extra_edis=['vatportal'], vatportal_waits=True)
        move.vatportal_main_info = False
        with self.assertRaisesRegex(UserError, 'neither sent to e-taxes nor mailed'):
            dialog.action_send_and_print()

    def test_a_choice_older_than_what_stands_against_it(self):
        """The dialog was open when somebody made a package, or said that it never goes."""
        for change in ('package', 'never'):
            with self.subTest(change):
                move = self.create_invoice()
                dialog = self.dialog(move, extra_edis=['vatportal'], vatportal_waits=True)
                if change == 'package':
                    move.action_vatportal_xml()
                else:
                    move.sudo().vatportal_unsent_reason = 'Retail'
                with self.assertRaisesRegex(UserError, 'neither sent to e-taxes nor mailed. .+'):
                    dialog.action_send_and_print()
                self.assertEqual((move.vatportal_state, move.vatportal_waits_to_mail), ('none', False))

    def test_not_wanted(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        self.advance(self.send(move), 3)
        self.dialog(move).action_send_and_print()
        self.assertEqual(len(self.mails(move)), 1)
        self.assertFalse(move.vatportal_waits_to_mail)

    def test_nothing_to_wait_for(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        dialog = self.dialog(move, vatportal_waits=True)
        self.assertFalse(dialog.vatportal_has_no_number)
        dialog.action_send_and_print()
        mail = self.mails(move)
        self.assertEqual(len(mail), 1)
        self.assertIn(move.vatportal_qaime, mail.body)

    def test_given_up(self):
        move, job = self.waiting()
        move.action_vatportal_no_mail()
        self.confirm(job)
        self.run_mails()
        self.assertFalse(self.mails(move))

    def test_given_up_while_it_leaves(self):
        """It has its number, and Odoo's scheduled action has not run yet: on the form, or as the invoice is taken back."""
        for way in ('action_vatportal_no_mail', 'button_draft', 'button_cancel'):
            with self.subTest(way):
                move, job = self.waiting()
                self.confirm(job)
                form = Form(move)
                self.assertTrue(form.vatportal_waits_to_mail)
                move.vatportal_document_id._set_deleted(self.env.user, 'Wrong price')
                getattr(move, way)()
                self.assertFalse(move.vatportal_waits_to_mail or move.sending_data)
                self.assertIn('was given up', ' '.join(move.message_ids.mapped('body')))
                if way == 'button_draft':
                    move.action_post()
                self.run_mails()
                self.assertFalse(self.mails(move))

    def test_it_outlives_a_rejection(self):
        move, job = self.waiting()
        self.sandbox.wait_prompt(1)
        self.sandbox.decline()
        self.finish(job)
        self.assertEqual(move.vatportal_state, 'rejected')
        self.assertTrue(move.vatportal_waits_to_mail)
        self.sandbox.configure(auto_confirm=True)
        self.finish(self.send(move))
        self.run_mails()
        self.assertEqual(len(self.mails(move)), 1)

    def test_a_changed_invoice_is_not_mailed_as_it_was(self):
        move, job = self.waiting()
        self.sandbox.wait_prompt(1)
        self.sandbox.decline()
        self.finish(job)
        move.button_draft()
        self.assertFalse(move.vatportal_waits_to_mail)

    def test_mailed_at_once_after_all(self):
        """Whoever does not want to wait any longer mails it; it does not go once more with the number."""
        move, job = self.waiting()
        dialog = self.dialog(move)
        self.assertTrue(dialog.vatportal_waits_to_mail)
        dialog.action_send_and_print()
        self.assertFalse(move.vatportal_waits_to_mail)
        self.confirm(job)
        self.run_mails()
        self.assertEqual(len(self.mails(move)), 1)

    def test_an_earlier_pdf_does_not_go_along(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        pdf = self.env['ir.attachment'].create(
            {
                'name': f'{move._get_invoice_report_filename()}',
                'raw': b'%PDF-1.4',
                'mimetype': 'application/pdf',
                'res_model': 'account.move',
                'res_id': move.id,
                'res_field': 'invoice_pdf_report_file',
            }
        )
        move.invalidate_recordset()
        self.assertEqual(move.invoice_pdf_report_id, pdf)
        job = self.send(move)
        self.advance(job, 3)
        self.dialog(move, vatportal_waits=True).action_send_and_print()
        self.assertNotIn(pdf.id, [data['id'] for data in move.vatportal_mail_data.get('mail_attachments_widget', [])])
        self.confirm(job)
        self.run_mails()
        mail = self.mails(move)
        self.assertEqual(len(mail), 1)
        self.assertNotIn(b'%PDF-1.4', mail.attachment_ids.mapped('raw'))

    def test_the_number_came_while_the_dialog_was_open(self):
        move = self.create_invoice()
        dialog = self.dialog(move, extra_edis=['vatportal'], vatportal_waits=True)
        self.finish(self.send(move))
        dialog.action_send_and_print()
        self.run_mails()
        self.assertEqual(len(self.mails(move)), 1)

    def test_a_contact_that_is_gone(self):
        other = self.env['res.partner'].create({'name': 'Old', 'email': 'old@example.com'})
        move, job = self.waiting()
        data = move.vatportal_mail_data
        move.sudo().vatportal_mail_data = {**data, 'mail_partner_ids': [*data['mail_partner_ids'], other.id]}
        other.unlink()
        self.confirm(job)
        self.run_mails()
        self.assertEqual(len(self.mails(move)), 1)

    def wait_for(self, *people):
        """An invoice whose mail waits, to ``people`` alone; and its process."""
        move, job = self.waiting()
        move.sudo().vatportal_mail_data = {**move.vatportal_mail_data, 'mail_partner_ids': [one.id for one in people]}
        return move, job

    def test_a_contact_that_was_merged(self):
        """Before it leaves, and while it does; whoever wrote it may be merged as well."""
        kept = self.env['res.partner'].create({'name': 'Buyer', 'email': 'accountant@example.com'})
        for leaves in (False, True):
            with self.subTest(leaves=leaves):
                other = self.env['res.partner'].create({'name': 'Buyer (2)', 'email': 'accountant@example.com'})
                move, job = self.wait_for(other)
                if leaves:
                    self.confirm(job)
                self.env['base.partner.merge.automatic.wizard'].create({})._merge([kept.id, other.id], kept)
                self.env.invalidate_all()
                if not leaves:
                    self.confirm(job)
                self.run_mails()
                self.assertEqual(self.mails(move).partner_ids, kept)

    def test_all_contacts_are_gone(self):
        """It goes to the customer."""
        other = self.env['res.partner'].create({'name': 'Old', 'email': 'old@example.com'})
        move, job = self.wait_for(other)
        other.unlink()
        self.confirm(job)
        self.run_mails()
        self.assertEqual(self.mails(move).partner_ids, self.partner)

    def test_nobody_is_left(self):
        other = self.env['res.partner'].create({'name': 'Old', 'email': 'old@example.com'})
        move, job = self.wait_for(other)
        other.unlink()
        self.partner.email = False
        self.confirm(job)
        self.run_mails()
        self.assertFalse(self.mails(move) or move.vatportal_waits_to_mail)
        self.assertIn('went to nobody', ' '.join(move.message_ids.mapped('body')))

    def test_linked_by_a_person(self):
        """It was not sent from here after all, and has its number: the mail goes."""
        move, job = self.waiting()
        self.sandbox.wait_prompt(1)
        self.sandbox.decline()
        self.finish(job)
        document = (
            self.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'outgoing',
                    'company_id': self.company.id,
                    'state': 'registered',
                    'connector_id': self.connector.id,
                    'qaime': 'MT261155500001',
                    'status': 'approved',
                    'status_code': 'approved',
                    'buyer_vat': self.partner.vat,
                }
            )
        )
        document.sudo(False).action_link_move(move.id)
        self.run_mails()
        self.assertIn('MT261155500001', self.mails(move).body)

    def test_no_scheduled_action(self):
        self.env.ref('account.ir_cron_account_move_send').active = False
        with self.assertRaisesRegex(UserError, 'switched off'):
            self.waiting()

    # ------------------------------------------------------------------ what a program may hand over

    def clerk_dialog(self, **vals):
        """The dialog of an invoicing user, for an invoice on its way; and the process."""
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, 3)
        clerk = new_test_user(self.env, 'send_clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids)
        Wizard = self.env['account.move.send.wizard'].with_user(clerk).with_context(active_model='account.move', active_ids=move.ids)
        return Wizard.create({'sending_methods': ['email'], 'vatportal_waits': True, **vals}), job

    def secret(self):
        """A file that invoicing users may not read."""
        cron = self.env.ref('account.ir_cron_account_move_send')
        return self.env['ir.attachment'].create({'name': 'secret.txt', 'raw': b'SECRET', 'res_model': 'ir.cron', 'res_id': cron.id})

    def sent(self, move):
        self.assertEqual(len(self.mails(move)), 1)
        return self.mails(move).attachment_ids

    def test_a_file_that_is_not_the_users(self):
        dialog, _job = self.clerk_dialog()
        for data in ({}, {'skip': True}, {'manual': True}):
            dialog.mail_attachments_widget = [{'id': self.secret().id, 'name': 'x', **data}]
            with self.assertRaises(AccessError):
                dialog.action_send_and_print()
            self.assertFalse(dialog.move_id.vatportal_waits_to_mail)

    def test_what_was_not_offered_does_not_go(self):
        secret, other_report = self.secret(), self.env.ref('base.ir_module_reference_print')
        dialog, job = self.clerk_dialog()
        own = dialog.env['ir.attachment'].create({'name': 'own.txt', 'raw': b'own'})
        offered = dialog.mail_attachments_widget
        dialog.mail_attachments_widget = [
            *offered,
            {'id': own.id, 'name': 'own.txt', 'manual': True},
            {'id': own.id},
            {'id': str(secret.id), 'name': 'as text'},
            {'id': f' {secret.id} ', 'name': 'as text', 'placeholder': True},
            {'id': [secret.id], 'name': 'as a list'},
            {'id': True, 'name': 'no number'},
            {'name': 'nothing'},
            {'id': secret.id + 1_000_000, 'name': 'gone'},
            {'id': 'placeholder_x', 'name': 'x', 'placeholder': True, 'dynamic_report': other_report.report_name},
            {**offered[0], 'dynamic_report': other_report.report_name},
            'no file',
        ]
        dialog.action_send_and_print()
        self.confirm(job)
        self.run_mails()
        names = self.sent(dialog.move_id).mapped('name')
        self.assertIn('own.txt', names)
        self.assertLessEqual(set(names), {'own.txt', *self.env['account.move.send']._get_invoice_extra_attachments(dialog.move_id).mapped('name')})
        self.assertNotIn(b'SECRET', self.sent(dialog.move_id).mapped('raw'))

    def test_a_report_of_something_else(self):
        dialog, _job = self.clerk_dialog(pdf_report_id=self.env.ref('base.ir_module_reference_print').id)
        with self.assertRaisesRegex(UserError, 'not set up properly'):
            dialog.action_send_and_print()
        self.assertFalse(dialog.move_id.vatportal_waits_to_mail)
        self.assertFalse(dialog.move_id.partner_id.invoice_template_pdf_report_id)

    def test_written_past_the_dialog(self):
        """Odoo's own sending data are anybody's who may write the invoice."""
        dialog, job = self.clerk_dialog()
        move, secret = dialog.move_id, self.secret()
        dialog.action_send_and_print()
        data = move.vatportal_mail_data
        self.confirm(job)
        forged = {**data, 'mail_attachments_widget': [{'id': secret.id, 'name': 'x', 'manual': True}]}
        move.write({'sending_data': {**move.sending_data, **forged}})
        with self.assertRaises(AccessError):
            move.write({'vatportal_mail_leaving': forged})
        self.run_mails()
        self.assertNotIn(b'SECRET', self.sent(move).mapped('raw'))
        self.assertFalse(move.sudo().vatportal_mail_leaving)

    def test_files_that_its_author_may_not_read(self):
        """Odoo's scheduled action may read all; whatever stands there, what goes is the author's to read at that moment."""
        dialog, job = self.clerk_dialog()
        move, secret = dialog.move_id, self.secret()
        own = dialog.env['ir.attachment'].create({'name': 'own.txt', 'raw': b'own'})
        dialog.mail_attachments_widget = [*dialog.mail_attachments_widget, {'id': own.id, 'name': 'own.txt', 'manual': True}]
        dialog.action_send_and_print()
        data = move.sudo().vatportal_mail_data
        forged = [{'id': value, 'name': f'x{value}', 'manual': True} for value in (secret.id, str(secret.id), f' {secret.id}')]
        move.sudo().vatportal_mail_data = {**data, 'mail_attachments_widget': [*data['mail_attachments_widget'], *forged]}
        self.confirm(job)
        self.run_mails()
        self.assertIn('own.txt', self.sent(move).mapped('name'))
        self.assertNotIn(b'SECRET', self.sent(move).mapped('raw'))

    def test_without_a_report_and_a_template(self):
        for cleared in ({'pdf_report_id': False}, {'template_id': False}):
            with self.subTest(cleared=cleared):
                move, job = self.waiting(**cleared)
                self.confirm(job)
                self.run_mails()
                self.assertEqual(len(self.mails(move)), 1)

    def test_kept_without_a_report_before(self):
        move, job = self.waiting()
        empty = {'pdf_report': 'ir.actions.report()', 'mail_template': 'mail.template()'}
        move.sudo().vatportal_mail_data = {**move.vatportal_mail_data, **empty}
        self.confirm(job)
        self.run_mails()
        self.assertEqual(len(self.mails(move)), 1)

    def test_on_the_form(self):
        move, _job = self.waiting()
        self.assertTrue(Form(move).vatportal_waits_to_mail)
