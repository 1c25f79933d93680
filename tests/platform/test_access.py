from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..send_common import SendCommon

SECRETS = {'token': 'sandbox-token', 'username': 'demo-user', 'password': 'demo-password', 'secret_hash': 'demo-hash'}
OWN_MODELS = ('vatportal.connector', 'vatportal.kind.rule', 'vatportal.document', 'vatportal.document.line', 'vatportal.job')


class TestAccess(SendCommon):
    """Who may see, send, configure; and who may read the secrets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.sudo().write(SECRETS)
        cls.invoicing = cls.create_user('invoicing', 'account.group_account_invoice')
        cls.reader = cls.create_user('reader', 'account.group_account_readonly')
        cls.manager = cls.create_user('manager', 'account.group_account_manager')
        cls.plain = cls.create_user('plain', 'base.group_user')
        cls.portal = cls.create_user('portal', 'base.group_portal')
        cls.system = cls.create_user('system', 'account.group_account_manager,base.group_system')

    @classmethod
    def create_user(cls, name, groups):
        return new_test_user(cls.env, f'vatportal-{name}', groups, company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)])

    def readers_of_invoices(self):
        """A group whose users read invoices, and nothing of this addon."""
        group = self.env['res.groups'].create({'name': 'Reads invoices'})
        for model in ('account.move', 'account.move.line', 'account.journal', 'account.account', 'account.tax'):
            self.env['ir.model.access'].create({'name': model, 'model_id': self.env['ir.model']._get_id(model), 'group_id': group.id, 'perm_read': True})
        return group

    def sent(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        return move

    # ------------------------------------------------------------------ who does what

    def test_invoicing_user_sends_and_sees(self):
        """From the button to the number with no right but invoicing."""
        move = self.create_invoice()
        mine = move.with_user(self.invoicing)
        self.assertTrue(mine.vatportal_can_send)
        action = mine.action_vatportal_send()
        wizard = self.env[action['res_model']].with_user(self.invoicing).with_context(**action['context']).create({})
        self.assertEqual((wizard.ready_count, wizard.problems or []), (1, []))
        job = self.env['vatportal.job'].with_user(self.invoicing).browse(wizard.action_send()['res_id'])
        self.assertEqual(job.user_id, self.invoicing)
        for _step in range(10):
            job.sudo().next_poll_at = False
            progress = job.action_refresh()
        self.assertTrue(progress['finished'])
        self.assertEqual(mine.vatportal_qaime, progress['documents'][0]['qaime'])
        mine.invalidate_recordset()
        self.assertTrue(mine.alerts is not None and mine.vatportal_document_count)
        document = mine.vatportal_document_id
        self.assertEqual(document.line_ids.mapped('amount_total'), [118])
        self.assertEqual(mine.action_vatportal_documents()['res_id'], document.id)
        self.assertEqual(document.action_open_job()['res_id'], job.id)
        self.assertTrue(job.with_context(lang='en_US').name and job.action_documents() and job.action_follow())

    def test_invoicing_user_tries_again(self):
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'pin_declined', pin=1)
        move = self.create_invoice()
        job = self.send(move)
        self.finish(job)
        action = job.with_user(self.invoicing).action_retry()
        again = self.env['vatportal.job'].browse(action['res_id'])
        self.assertEqual((action['res_model'], again.user_id), ('vatportal.job', self.invoicing))
        self.finish(again)
        self.assertTrue(move.vatportal_qaime)

    def test_invoicing_user_gives_up(self):
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'unavailable', status=429)
        job = self.send(self.create_invoice())
        job.with_user(self.invoicing).action_cancel()
        self.assertEqual(job.state, 'failed')

    def test_invoicing_user_does_not_configure(self):
        connector = self.connector.with_user(self.invoicing)
        for change in (
            lambda: connector.write({'base_url': 'other'}),
            connector.unlink,
            lambda: connector.create({'name': 'X', 'base_url': 'x'}),
            connector.action_test_connection,
            connector.action_create_taxes,
            lambda: connector.rule_ids.write({'sequence': 1}),
        ):
            with self.assertRaises(AccessError):
                change()
        move = self.sent()
        for record in (move.vatportal_document_id, move.vatportal_document_id.line_ids, move.vatportal_document_id.job_ids):
            with self.assertRaises(AccessError):
                record.with_user(self.invoicing).write({'message': 'x'})
            with self.assertRaises(UserError):
                record.with_user(self.invoicing).unlink()

    def test_reader_sees_and_does_nothing(self):
        move = self.sent()
        mine = move.with_user(self.reader)
        document = mine.vatportal_document_id
        self.assertEqual((mine.vatportal_qaime, document.qaime), (move.vatportal_qaime,) * 2)
        self.assertEqual(document.line_ids.mapped('amount_total'), [118])
        self.assertEqual(document.job_ids.state, 'done')
        self.assertTrue(mine.vatportal_document_count and document.connector_id.name)
        with self.assertRaises(AccessError):
            self.env['vatportal.send.wizard'].with_user(self.reader).create({'move_ids': [Command.set(move.ids)]})
        shown = document.job_ids.action_refresh()
        self.assertEqual((shown['finished'], shown['documents'][0]['qaime']), (True, move.vatportal_qaime))
        with self.assertRaises(AccessError):
            self.connector.with_user(self.reader).with_env(self.env(user=self.reader))._client()

    def test_banner_offers_what_can_be_done(self):
        """Who only reads may look at what became of an invoice; who can't look is told of it, without a button."""
        move, refused = self.create_invoice(), self.create_invoice()
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', times=1)
        self.finish(self.send(refused))
        self.send(move)
        salesman = self.create_user('seller', 'base.group_user')
        salesman.group_ids += self.readers_of_invoices()
        for user, follows, sends in ((self.invoicing, True, True), (self.reader, True, False), (salesman, False, False)):
            self.env.flush_all()
            self.env.invalidate_all()
            for record, key, offered in ((move, 'vatportal_progress', follows), (refused, 'vatportal_rejected', sends)):
                with self.subTest(user=user.login, key=key):
                    alert = record.with_user(user).alerts[key]
                    self.assertTrue(alert['message'])
                    self.assertEqual(('action_call' in alert, 'action_text' in alert), (offered, offered))

    def test_manager_configures(self):
        connector = (
            self.env['vatportal.connector'].with_user(self.manager).create({'name': 'Mine', 'base_url': self.sandbox.url, 'company_id': self.company.id})
        )
        self.assertTrue(connector.rule_ids)
        connector.write({'batch_size': 10, 'rule_ids': [Command.clear()]})
        connector.action_create_taxes()
        self.assertNotEqual(self.connector.with_user(self.manager).action_test_connection()['params']['type'], 'danger')
        self.env['vatportal.kind'].with_user(self.manager).create({'name': 'New', 'code': 'newOne'}).active = False

    def test_plain_user_sees_nothing(self):
        move = self.sent()
        records = {
            'vatportal.connector': self.connector,
            'vatportal.kind.rule': self.connector.rule_ids,
            'vatportal.document': move.vatportal_document_id,
            'vatportal.document.line': move.vatportal_document_id.line_ids,
            'vatportal.job': move.vatportal_document_id.job_ids,
        }
        self.assertEqual(set(records), set(OWN_MODELS))
        for user in (self.plain, self.portal):
            for model, record in records.items():
                with self.subTest(user=user.login, model=model):
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(['display_name'])
                    with self.assertRaises(AccessError):
                        self.env[model].with_user(user).search_count([])
            with self.assertRaises(AccessError):
                self.env['vatportal.send.wizard'].with_user(user).create({'move_ids': [Command.set(move.ids)]})
            with self.assertRaises(AccessError):
                move.vatportal_document_id.job_ids.with_user(user).action_refresh()

    def test_raw_data_is_for_managers(self):
        document = self.sent().vatportal_document_id
        for user in (self.invoicing, self.reader):
            with self.assertRaises(AccessError):
                document.with_user(user).read(['payload'])
        self.assertTrue(document.with_user(self.manager).read(['payload'])[0]['payload'])

    # ------------------------------------------------------------------ secrets

    def ways(self, connector, name, value):
        """The ways to get at the field ``name`` of ``connector``."""
        spec = {'name': {}, 'auth_method': {}, name: {}}
        return {
            'onchange': lambda: connector.onchange({'auth_method': 'token'}, ['auth_method'], spec),
            'onchange of a new one': lambda: connector.browse().onchange({'name': 'x', name: 'x'}, [name], spec),
            'web_search_read': lambda: connector.web_search_read([], {name: {}}),
            'web_read_group': lambda: connector.web_read_group([], [name], ['__count']),
            'array_agg': lambda: connector.formatted_read_group([], [], [f'{name}:array_agg']),
            'mapped': lambda: connector.mapped(name),
            'filtered_domain': lambda: connector.filtered_domain([(name, '=', value)]),
            'export through': lambda: connector.rule_ids.export_data([f'connector_id/{name}']),
            'the row': lambda: connector.export_data([f'secret_ids/{name}']),
            'the row, web_read': lambda: connector.web_read({'secret_ids': {'fields': {name: {}}}}),
            'read': lambda: connector.read([name]),
            'attribute': lambda: connector[name],
            'web_read': lambda: connector.web_read({name: {}}),
            'search_read': lambda: connector.search_read([], [name]),
            'export': lambda: connector.export_data([name]),
            'search': lambda: connector.search([(name, '=like', value[:3] + '%')]),
            'search through': lambda: connector.env['vatportal.job'].search([(f'connector_id.{name}', '=', value)]),
            'order': lambda: connector.search([], order=name),
            'group': lambda: connector.formatted_read_group([], [name], ['__count']),
            'read_group': lambda: connector._read_group([], [name]),
        }

    def test_secrets_by_no_way(self):
        """Neither shown, nor exported, nor guessed by searching, sorting or grouping."""
        for user in (self.invoicing, self.reader, self.manager):
            connector = self.connector.with_user(user)
            for name, value in SECRETS.items():
                for way, call in self.ways(connector, name, value).items():
                    with self.subTest(user=user.login, field=name, way=way):
                        with self.assertRaises(Exception) as caught:
                            call()
                        # ValueError: no column to sort or group by.
                        self.assertIsInstance(caught.exception, (UserError, ValueError))
                        self.assertNotIn(value, str(caught.exception))
            self.assertFalse(set(SECRETS) & set(connector.fields_get()))
            self.assertFalse(set(SECRETS) & set(connector.read()[0]))
            self.assertFalse(set(SECRETS) & set(connector.copy_data()[0]) if user == self.manager else False)
            arch = connector.get_view(view_type='form')['arch']
            self.assertNotIn('name="token"', arch)

    def test_manager_does_not_write_secrets(self):
        with self.assertRaises(AccessError):
            self.connector.with_user(self.manager).write({'token': 'stolen'})
        with self.assertRaises(AccessError):
            self.env['vatportal.connector'].with_user(self.manager).create({'name': 'Mine', 'base_url': 'x', 'company_id': self.company.id, 'token': 'x'})

    def test_system_writes_them(self):
        connector = self.connector.with_user(self.system)
        connector.token = 'new-token'
        self.assertEqual(self.connector.sudo().token, 'new-token')
        self.assertEqual(connector.username, SECRETS['username'], "the user's name is shown")
        self.assertIn('name="token"', connector.get_view(view_type='form')['arch'])

    def test_secrets_are_not_in_the_chatter(self):
        self.connector.sudo().write({'token': 'a-new-secret', 'base_url': f'{self.sandbox.url}'})
        self.env.flush_all()
        bodies = ' '.join(self.connector.message_ids.mapped('body'))
        values = self.connector.message_ids.sudo().tracking_value_ids
        self.assertNotIn('a-new-secret', bodies + str(values.mapped('new_value_char')))

    def test_secrets_are_not_copied(self):
        """A copy is of the same account, in which they stand once."""
        rows = self.env['vatportal.secret'].sudo().search_count([])
        copy = self.connector.with_user(self.manager).copy()
        self.assertEqual(copy.sudo().account_id, self.connector.sudo().account_id)
        self.assertEqual(self.env['vatportal.secret'].sudo().search_count([]), rows)

    # ------------------------------------------------------------------ companies

    def test_companies_are_apart(self):
        move = self.sent()
        stranger = new_test_user(
            self.env,
            'vatportal-stranger',
            'account.group_account_manager',
            company_id=(other := self.env['res.company'].create({'name': 'Başqa MMC'})).id,
            company_ids=[(6, 0, other.ids)],
        )
        records = {
            'vatportal.connector': self.connector,
            'vatportal.kind.rule': self.connector.rule_ids,
            'vatportal.document': move.vatportal_document_id,
            'vatportal.document.line': move.vatportal_document_id.line_ids,
            'vatportal.job': move.vatportal_document_id.job_ids,
        }
        self.assertEqual(set(records), set(OWN_MODELS))
        for model, record in records.items():
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(stranger).search([]) & record)
                with self.assertRaises(AccessError):
                    record.with_user(stranger).read(['display_name'])
        job = move.vatportal_document_id.job_ids.with_user(stranger)
        for call in (job.action_refresh, job.action_cancel, self.connector.with_user(stranger).action_test_connection):
            with self.assertRaises(AccessError):
                call()

    def test_connector_of_another_company_is_not_lent(self):
        """A wizard that names a connector its user may not see sends nothing."""
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        foreign = self.env['vatportal.connector'].create({'name': 'Foreign', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': other.id})
        move = self.create_invoice()
        with self.assertRaises(UserError):
            wizard = self.env['vatportal.send.wizard'].with_user(self.invoicing).create({'move_ids': [Command.set(move.ids)], 'connector_id': foreign.id})
            wizard.action_send()
        self.assertEqual(self.uploads(), [])

    def test_a_new_address_by_a_manager_takes_the_secrets_away(self):
        """Whoever may not see the token must not be able to have it sent to an address of their own."""
        manager = self.create_user('mover', 'account.group_account_manager')
        self.connector.write({'username': 'demo', 'password': 'demo', 'secret_hash': 'hash'})
        self.connector.with_user(manager).base_url = self.connector.base_url
        self.assertEqual(self.connector.sudo().token, 'sandbox-token')
        self.connector.with_user(manager).base_url = 'http://127.0.0.1:9/api'
        for secret in ('token', 'username', 'password', 'secret_hash'):
            self.assertFalse(self.connector.sudo()[secret], secret)

    def test_a_reader_of_invoices_without_documents_reads_the_invoice(self):
        """Salespeople and others read invoices without any right to our models; nothing of ours may stop them."""
        reader = self.create_user('salesman', 'base.group_user')
        reader.group_ids += self.readers_of_invoices()
        registered, rejected = self.sent(), self.create_invoice()
        self.sandbox.configure(unknown_voens=[self.partner.vat])
        self.finish(self.send(rejected))
        self.assertEqual(rejected.vatportal_state, 'rejected')
        names = [
            name
            for name, field in self.env['account.move']._fields.items()
            if name.startswith('vatportal_') and field.type not in ('one2many', 'many2many') and not field.groups
        ]
        for move in registered | rejected:
            values = move.with_user(reader).read([*names, 'alerts', 'show_reset_to_draft_button', 'highlight_send_button'])
            self.assertEqual(values[0]['vatportal_qaime'], move.vatportal_qaime)
        # The banner by itself, without what other fields have read already.
        package, deleted = self.create_invoice(), self.create_invoice()
        package.action_vatportal_xml()
        self.finish(self.send(deleted))
        deleted.vatportal_document_id.sudo().write({'state': 'deleted', 'qaime': False})
        self.assertFalse(deleted.vatportal_qaime)
        for move, key in ((rejected, 'vatportal_rejected'), (package, 'vatportal_package'), (deleted, 'vatportal_deleted'), (registered, None)):
            self.env.flush_all()
            self.env.invalidate_all()
            [values] = move.with_user(reader).read(['alerts'])
            self.assertEqual([key] if key else [], [name for name in values['alerts'] or () if name.startswith('vatportal_')])
