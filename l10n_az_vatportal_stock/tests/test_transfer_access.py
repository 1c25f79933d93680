from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .transfer_common import TransferCommon


class TestTransferAccess(TransferCommon):
    """Inventory users send and delete transfers, and see neither secrets nor invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        vals = {'company_id': cls.company.id, 'company_ids': [Command.set(cls.company.ids)]}
        cls.storekeeper = new_test_user(cls.env, 'vatportal-store', 'stock.group_stock_user', **vals)
        cls.accountant = new_test_user(cls.env, 'vatportal-accounts', 'account.group_account_invoice', **vals)

    def test_a_named_user_who_may_send_transfers_alone(self):
        """Of any process is asked, not of none: an inventory user is not told of imports, nor may begin or stop one."""
        job = self.send(self.create_transfer())
        job.sudo().user_id = False
        self.connector.notify_user_ids = self.storekeeper
        self.storekeeper.name, self.accountant.name = 'Anbardar', 'Mühasib'
        self.assertRegex(self.connector.people_note, f'^Told of goods transfers alone.*: {self.storekeeper.name}.$')
        self.assertEqual(self.connector._told_users(), self.connector._administrators())
        self.assertEqual(job._told_users(), self.storekeeper)
        none = self.env['vatportal.job'].with_user(self.storekeeper)
        self.assertFalse(none._may_use())
        with self.assertRaises(AccessError):
            none.action_stop()
        job.sudo().waits_for_pin = True
        prompts = {user: none.with_user(user)._get_prompts() for user in (self.storekeeper, self.accountant)}
        self.assertEqual(prompts, {self.storekeeper: job.ids, self.accountant: []})
        self.connector.responsible_id = self.accountant
        self.accountant.active = False
        self.env.invalidate_all()
        self.assertRegex(self.connector.people_note, f'^Not told of anything.*: {self.accountant.name}. Told of .*: {self.storekeeper.name}.$')
        self.storekeeper.company_ids += self.setup_other_company()['company']
        self.storekeeper.write({'company_id': (self.storekeeper.company_ids - self.company).id, 'company_ids': [Command.unlink(self.company.id)]})
        self.env.invalidate_all()
        self.assertNotIn('Told of', self.connector.people_note, 'nor of transfers')
        self.storekeeper.write({'company_ids': [Command.link(self.company.id)], 'company_id': self.company.id})
        self.accountant.active = True
        self.connector.notify_user_ids += self.accountant
        self.assertNotIn(self.accountant.name, self.connector.people_note)
        self.assertEqual(self.connector._told_users(), self.accountant)

    def test_a_prompt_of_somebody_who_has_lost_the_right(self):
        """Whoever began it reads it still, and is asked for no PIN."""
        job = self.send(self.create_transfer())
        job.sudo().write({'user_id': self.accountant.id, 'waits_for_pin': True})
        jobs = self.env['vatportal.job'].with_user(self.accountant)
        self.assertEqual(jobs._get_prompts(), job.ids)
        for groups, found in (('stock.group_stock_user', job.ids), ('account.group_account_readonly', []), ('base.group_user', [])):
            self.accountant.group_ids = [Command.set(self.env.ref(groups).ids)]
            self.assertEqual(jobs._get_prompts(), found, groups)

    def test_storekeeper_sends_follows_and_deletes(self):
        picking = self.create_transfer().with_user(self.storekeeper)
        action = picking.action_vatportal_send()
        wizard = Form(self.env['vatportal.send.wizard'].with_user(self.storekeeper).with_context(**action['context'])).save()
        job = self.env['vatportal.job'].with_user(self.storekeeper).browse(wizard.action_send()['res_id'])
        for _step in range(20):
            self.pass_now(job)
            if job.action_refresh()['finished']:
                break
        self.assertEqual((job.state, picking.vatportal_state), ('done', 'registered'))
        Form(job)
        Form(picking.vatportal_document_id)
        Form(picking)
        action = picking.action_vatportal_delete()
        wizard = Form(self.env['vatportal.delete.wizard'].with_user(self.storekeeper).with_context(**action['context']))
        wizard.reason = 'Wrong'
        job = job.browse(wizard.save().action_delete()['res_id'])
        self.finish(job)
        self.assertEqual(picking.vatportal_state, 'deleted')

    def test_several_processes_at_once(self):
        """Each process of transfers alone is shown in full, whoever reads the books beside; one of an invoice is not."""
        self.connector.batch_size = 1
        pickings = self.create_transfer() + self.create_transfer()
        wizard = self.env['vatportal.send.wizard'].with_user(self.storekeeper).create({'picking_ids': [Command.set(pickings.ids)]})
        root = self.env['vatportal.job'].with_user(self.storekeeper).browse(wizard.action_send()['res_id'])
        jobs = root._batch()
        self.assertEqual((len(jobs), root.action_refresh()['counts']['total']), (2, 2))
        of_invoice = self.send(self.create_invoice())
        self.storekeeper.group_ids += self.env.ref('account.group_account_readonly')
        self.env.invalidate_all()
        seen = (jobs + of_invoice).with_user(self.storekeeper)
        self.assertEqual((seen._usable(), seen.filtered(lambda job: job._may_use())), (jobs, jobs))

    def pass_now(self, job):
        job.sudo().next_poll_at = False

    def test_banner_offers_what_can_be_done(self):
        """A storekeeper sends again; whoever only reads transfers is told what became of one, without a button."""
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', times=1)
        picking = self.create_transfer()
        self.finish(self.send(picking))
        self.assertEqual(picking.vatportal_state, 'rejected')
        group = self.env['res.groups'].create({'name': 'Reads transfers'})
        for model in ('stock.picking', 'stock.move', 'stock.move.line', 'stock.location', 'stock.picking.type', 'stock.warehouse'):
            self.env['ir.model.access'].create({'name': model, 'model_id': self.env['ir.model']._get_id(model), 'group_id': group.id, 'perm_read': True})
        reader = new_test_user(self.env, 'vatportal-looks', 'base.group_user', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        reader.group_ids += group
        for user, offered in ((self.storekeeper, True), (reader, False)):
            self.env.flush_all()
            self.env.invalidate_all()
            [values] = picking.with_user(user).read(['vatportal_alerts'])
            alert = values['vatportal_alerts']['vatportal_rejected']
            self.assertEqual(('action_call' in alert, 'action_text' in alert), (offered, offered))

    def test_storekeeper_gives_up_and_tries_again(self):
        self.sandbox.stop()
        self.addCleanup(self.sandbox.start)
        picking = self.create_transfer().with_user(self.storekeeper)
        wizard = self.env['vatportal.send.wizard'].with_user(self.storekeeper).create({'picking_ids': [Command.set(picking.ids)]})
        job = self.env['vatportal.job'].with_user(self.storekeeper).browse(wizard.action_send()['res_id'])
        job.action_cancel()
        self.assertEqual((job.state, picking.vatportal_state), ('failed', 'rejected'))
        again = self.env['vatportal.job'].browse(job.action_retry()['res_id'])
        self.assertEqual((again.document_ids.picking_id, again.user_id), (picking.with_user(again.env.user), self.storekeeper))

    def test_storekeeper_sees_no_secrets_and_no_invoices(self):
        move, picking = self.registered(), self.create_transfer()
        self.sent(picking)
        theirs = self.env['vatportal.document'].with_user(self.storekeeper)
        self.assertEqual(theirs.search([]), picking.vatportal_document_id)
        self.assertEqual(theirs.line_ids.search([]), picking.vatportal_document_id.line_ids)
        self.assertEqual(self.env['vatportal.job'].with_user(self.storekeeper).search([]), picking.vatportal_document_id.job_ids)
        of_invoice = move.vatportal_document_id.with_user(self.storekeeper)
        for what in (lambda: of_invoice.state, lambda: of_invoice.job_ids.action_refresh(), lambda: move.with_user(self.storekeeper).name):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                what()
        connector = self.connector.with_user(self.storekeeper)
        for name in ('token', 'username', 'password', 'secret_hash'):
            with self.assertRaises(AccessError):
                connector.read([name])
        with self.assertRaises(AccessError):
            connector.transfer_price = 'list'
        with self.assertRaises(AccessError):
            picking.vatportal_document_id.with_user(self.storekeeper).read(['payload'])
        with self.assertRaises(AccessError):
            connector._client()

    def test_process_with_an_invoice_is_not_theirs(self):
        """A deletion of a transfer and an invoice together is the accountant's."""
        self.connector.sign_on_send = False
        picking, move = self.create_transfer(), self.create_invoice()
        for records in (picking, move):
            self.finish(self.send(records))
        job = self.delete(picking.vatportal_document_id + move.vatportal_document_id)
        self.assertNotIn(job, job.with_user(self.storekeeper).search([]))
        self.assertIn(job, job.with_user(self.accountant).search([]))
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            job.with_user(self.storekeeper).action_refresh()

    def test_accountant_without_inventory(self):
        """Follows the process, and is led to the document, for the transfer is not to be opened."""
        # Stock valuation, where it is installed, lets accountants read transfers.
        self.env['ir.model.access'].search([('model_id.model', '=', 'stock.picking'), ('group_id', 'in', self.accountant.all_group_ids.ids)]).active = False
        picking = self.create_transfer()
        job = self.send(picking).with_user(self.accountant)
        self.env.invalidate_all()
        [document] = job.action_refresh()['documents']
        self.assertEqual((document['res_model'], document['name']), ('vatportal.document', picking.name))
        self.assertEqual(self.env['vatportal.document'].with_user(self.accountant).search([('picking_id', '=', picking.id)]), picking.vatportal_document_id)
        self.finish(job.sudo())
        self.env.invalidate_all()
        Form(picking.vatportal_document_id.with_user(self.accountant))

    def test_accountant_sends_invoices_as_before(self):
        move = self.create_invoice()
        action = move.with_user(self.accountant).action_vatportal_send()
        wizard = Form(self.env['vatportal.send.wizard'].with_user(self.accountant).with_context(**action['context'])).save()
        self.assertEqual(wizard.ready_ids, move)
        self.finish(self.env['vatportal.job'].browse(wizard.action_send()['res_id']))
        self.assertEqual(move.vatportal_state, 'registered')
