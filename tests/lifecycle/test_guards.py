from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import VatportalCommon
from ..send_common import SendCommon


class TestGuards(SendCommon):
    """What lives at the portal can't be changed here behind its back: on the server, whoever asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, 'vatportal-guards', 'account.group_account_invoice', company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)])

    def setUp(self):
        super().setUp()
        self.sandbox.configure(auto_confirm=False)

    def live(self):
        """An invoice for each way to live at the portal: under way, unsigned, registered."""
        sending, imported, registered = self.invoices(3)
        self.sandbox.configure(auto_confirm=True)
        self.finish(self.send(registered))
        self.sandbox.configure(auto_confirm=False)
        self.send(sending)
        self.finish(self.send(imported, sign=False))
        self.assertEqual([move.vatportal_state for move in (sending, imported, registered)], ['progress', 'imported', 'registered'])
        return sending, imported, registered

    def test_no_way_back_while_it_lives(self):
        ways = {
            'reset to draft': lambda move: move.button_draft(),
            'cancel': lambda move: move.button_cancel(),
            'write draft': lambda move: move.write({'state': 'draft'}),
            'write cancel': lambda move: move.write({'state': 'cancel'}),
            'unlink': lambda move: move.with_context(force_delete=True).unlink(),
        }
        for move in self.live():
            for name, way in ways.items():
                with self.subTest(way=name, state=move.vatportal_state), self.assertRaises(UserError) as caught, self.cr.savepoint():
                    way(move.with_user(self.user) if name != 'unlink' else move)
                self.assertRegex(str(caught.exception), 'Wait for the end|Delete it there first|being sent')
                self.assertEqual(move.state, 'posted')
            self.assertFalse(move.show_reset_to_draft_button)

    def test_mass_cancel_names_the_one(self):
        """One living invoice among others stops the whole, so that nothing is half done."""
        free, registered = self.invoices(2)
        self.sandbox.configure(auto_confirm=True)
        self.finish(self.send(registered))
        with self.assertRaisesRegex(UserError, registered.name.replace('/', '.')):
            (free + registered).button_cancel()
        self.assertEqual((free.state, registered.state), ('posted', 'posted'))

    def test_merely_posted_or_rejected_is_free(self):
        posted, rejected = self.invoices(2)
        self.connector.sudo().token = 'wrong-token'
        self.send(rejected)
        self.assertEqual(rejected.vatportal_state, 'rejected')
        for move in (posted, rejected):
            self.assertTrue(move.show_reset_to_draft_button)
            move.button_draft()
            self.assertEqual(move.state, 'draft')
            move.action_post()

    def test_figures_of_a_corrected_invoice_are_sent(self):
        """Rejected, reset to draft, corrected, posted: the same document goes with the new figures."""
        move = self.create_invoice()
        token = self.connector.sudo().token
        self.connector.sudo().token = 'wrong-token'
        self.send(move)
        self.connector.sudo().token = token
        move.button_draft()
        move.invoice_line_ids.price_unit = 250
        move.action_post()
        self.sandbox.configure(auto_confirm=True)
        self.finish(self.send(move))
        self.assertEqual(self.processed_uploads()[0].json['invoices'][0]['sum_total'], 295)
        self.assertEqual(move.vatportal_document_id.amount_total, 295)
        self.assertEqual(len(move.vatportal_document_ids), 1)

    def test_history_is_not_deleted(self):
        """What was sent stays, even where it was refused."""
        self.sandbox.configure(auto_confirm=True)
        move = self.create_invoice()
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'pin_declined', pin=1)
        self.finish(self.send(move))
        document = move.vatportal_document_id
        self.assertEqual(document.state, 'rejected')
        for record in (document, document.sudo()):
            with self.assertRaises(UserError):
                record.unlink()
        with self.assertRaisesRegex(UserError, 'cancel it instead'):
            move.button_draft()
            move.with_context(force_delete=True).unlink()

    def test_no_second_live_document(self):
        """The database itself takes one live document per invoice."""
        move = self.create_invoice()
        self.queue(move)
        with self.assertRaises(UniqueViolation), mute_logger('odoo.sql_db'), self.cr.savepoint():
            self.queue(move)
        self.assertEqual(len(move.vatportal_document_ids), 1)
        with self.assertRaises(UserError):
            move.vatportal_document_id.copy()

    def test_rpc_writes_on_the_invoice_do_not_fool_it(self):
        """The fields on the invoice only follow the document: writing them opens no way to a second sending."""
        self.sandbox.configure(auto_confirm=True)
        move = self.create_invoice()
        self.finish(self.send(move))
        number = move.vatportal_qaime
        as_user = move.with_user(self.user)
        with self.assertRaises(AccessError):
            as_user.write({'vatportal_document_ids': [Command.clear()]})
        vals = {'vatportal_document_id': False, 'vatportal_state': 'none'}
        with self.assertRaises(AccessError):
            as_user.write(vals)
        move.sudo().write(vals)  # nor would it help
        with self.assertRaisesRegex(UserError, number):
            self.env['vatportal.send.wizard'].with_user(self.user).create({'move_ids': [Command.set(move.ids)]}).action_send()
        with self.assertRaises(UserError):
            as_user.button_draft()
        self.assertEqual(len(self.uploads()), 1)

    def test_state_moves_along_its_transitions_only(self):
        move = self.create_invoice()
        self.queue(move)
        document = move.vatportal_document_id
        for state in ('deleted',):
            with self.assertRaises(UserError):
                document._set_state(state)
        document._set_state('queued', message='again')
        self.assertEqual(document.message, 'again')

    def test_running_process_is_not_deleted(self):
        job = self.send(self.create_invoice())
        with self.assertRaises(UserError):
            job.unlink()
        with self.assertRaises(UserError):
            job.action_cancel()

    def test_a_copy_starts_anew(self):
        self.sandbox.configure(auto_confirm=True)
        move = self.create_invoice()
        self.finish(self.send(move))
        copy = move.copy()
        self.assertFalse(copy.vatportal_qaime or copy.vatportal_document_id or copy.vatportal_document_ids)
        self.assertEqual(copy.vatportal_state, 'none')


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestSendAndPrint(VatportalCommon):
    """The checkbox in "Send & Print" only queues."""

    def send_and_print(self, moves, edis=None):
        model = 'account.move.send.wizard' if len(moves) == 1 else 'account.move.send.batch.wizard'
        wizard = self.env[model].with_context(active_model='account.move', active_ids=moves.ids).create({})
        if len(moves) == 1:
            wizard.sending_methods = []
        if edis is not None:
            wizard.extra_edis = edis
        return wizard

    def test_offered_and_ticked_where_it_applies(self):
        wizard = self.send_and_print(self.create_invoice())
        self.assertIn('vatportal', wizard.extra_edi_checkboxes)
        self.assertTrue(wizard.extra_edi_checkboxes['vatportal']['checked'])

    def test_only_queues(self):
        move = self.create_invoice()
        self.send_and_print(move).action_send_and_print()
        self.assertEqual((move.vatportal_state, move.vatportal_document_id.state), ('progress', 'queued'))
        self.assertEqual(self.sandbox.requests, [])
        self.finish(move.vatportal_document_id.job_ids)
        self.assertTrue(move.vatportal_qaime)
        wizard = self.send_and_print(move)
        self.assertNotIn('vatportal', wizard.extra_edi_checkboxes or {})

    def test_not_ticked_not_queued(self):
        move = self.create_invoice()
        wizard = self.send_and_print(move)
        wizard.extra_edi_checkboxes = {'vatportal': {**wizard.extra_edi_checkboxes['vatportal'], 'checked': False}}
        wizard.action_send_and_print()
        self.assertEqual(move.vatportal_state, 'none')

    def test_many_at_once(self):
        """Several invoices sent together are queued as one process; the one that is not ready keeps nobody back."""
        good = self.create_invoice() + self.create_invoice({'price_unit': 5})
        bad = self.create_invoice(partner_id=self.partner_a.id)
        wizard = self.send_and_print(good + bad)
        wizard.action_send_and_print(force_synchronous=True, allow_fallback_pdf=True)
        self.assertEqual(set(good.mapped('vatportal_state')), {'progress'})
        self.assertEqual((len(good.vatportal_document_id.job_ids), bad.vatportal_state), (1, 'none'))
        self.assertEqual(self.sandbox.requests, [])
