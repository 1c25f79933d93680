from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user
from odoo.tools.safe_eval import safe_eval

from ..lifecycle_common import LifecycleCommon

# Code of each kind in VatPortal API v8.0 → what goes out as ``type`` and ``with_agent``.
KINDS = {
    'defaultInvoice': ('default', False),
    'advanceInvoice': ('avans', False),
    'agent': ('default', True),
    'resale': ('resale', False),
    'recycling': ('recycling', False),
    'taxCodex163': ('taxCodex163', False),
    'taxCodex177_5': ('taxCodex177_5', False),
    'returnInvoice': ('returnInvoice', False),
    'returnByAgent': ('returnByAgent', False),
    'returnRecycled': ('returnRecycled', False),
    'exportNoteInvoice': ('exportNoteInvoice', False),
    'exciseGoodsTransfer': ('exciseGoodsTransfer', False),
    'goodsTransfer': ('goodsTransfer', False),
}


class TestKinds(LifecycleCommon):
    """Which kind an invoice gets, and what goes to the portal for it."""

    def kind(self, code):
        return self.env['vatportal.kind'].search([('code', '=', code)])

    def payload(self, move):
        return self.uploads()[-1].json['invoices'][0]

    def test_all_kinds_are_there(self):
        kinds = self.env['vatportal.kind'].search([('code', 'in', list(KINDS))])
        self.assertEqual({kind.code: (kind.upload_type, kind.with_agent) for kind in kinds}, KINDS)
        self.assertTrue(all(kind.name != kind.code and kind.help for kind in kinds))

    def test_every_kind_goes_out_under_its_type(self):
        """Goods transfers need warehouses, so they are sent by their own addon."""
        self.sandbox.configure(accepted_types=[kind[0] for kind in KINDS.values()])
        for code, (upload_type, with_agent) in KINDS.items():
            if code in ('goodsTransfer',):
                continue
            with self.subTest(code):
                move = self.registered(vatportal_kind_id=self.kind(code).id)
                payload = self.payload(move)
                self.assertEqual((payload['type'], payload.get('with_agent', False)), (upload_type, with_agent))

    def test_the_manager_changes_the_type(self):
        kind = self.kind('returnInvoice')
        clerk = new_test_user(self.env, 'vp_clerk', groups='account.group_account_invoice', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        with self.assertRaises(AccessError):
            kind.with_user(clerk).upload_type = 'default'
        kind.upload_type = 'default'
        move = self.registered(vatportal_kind_id=kind.id)
        self.assertEqual(self.payload(move)['type'], 'default')

    def test_a_kind_without_a_type_is_never_sent(self):
        """It is only received, says its help; as an ordinary sale it would be another document. Nor does it go that was queued before."""
        for code in KINDS:
            if code == 'goodsTransfer':
                continue
            with self.subTest(code=code):
                kind = self.kind(code)
                move, queued = (self.create_invoice(vatportal_kind_id=kind.id) for _each in range(2))
                queued._vatportal_queue()
                kind.upload_type = False
                (problem,) = [problem for problem in self.wizard(move).problems or () if problem['level'] == 'error']
                self.assertIn('only received', problem['message'])
                self.assertEqual((problem['res_model'], problem['res_id']), ('vatportal.kind', kind.id))
                self.assertTrue(move._vatportal_queue())
                self.assertFalse(move.vatportal_document_id)
                self.assertNotEqual(queued.vatportal_document_id._to_invoice().type, 'default')

    def test_what_would_go_as_a_sale_is_told(self):
        for code in ('returnInvoice', 'taxCodex163', 'advanceInvoice', 'exciseGoodsTransfer'):
            with self.subTest(code=code):
                kind = self.kind(code)
                move = self.create_invoice(vatportal_kind_id=kind.id)
                self.assertFalse(self.asked(move))
                kind.upload_type = 'default'
                (problem,) = self.asked(move)
                self.assertIn('as an ordinary sale', problem['message'])
                # The package has the form of ordinary sales alone.
                self.assertIn('Only plain invoices', move._vatportal_form_problems(self.connector)[0]['message'])

    def asked(self, move):
        return [problem for problem in self.wizard(move).problems or () if problem.get('asks')]

    def refused(self, kind, **vals):
        """An invoice of ``kind``, which the portal did not take."""
        move = self.create_invoice(**vals)
        self.assertEqual(move.vatportal_kind_id, kind)
        self.finish(self.send(move))
        document = move.vatportal_document_id
        self.assertEqual((move.vatportal_state, document.kind_refused), ('rejected', True))
        self.assertIn(kind.name, document.message)
        return move

    def call(self, alert):
        model, method, ids = alert['action_call']
        return getattr(self.env[model].browse(ids), method)()

    def test_code_61_in_plain_words(self):
        """Of the kinds that the portal may refuse no package can be made: nobody is sent into that dead end."""
        kind = self.kind('exportNoteInvoice')
        move = self.refused(kind, vatportal_kind_id=kind.id)
        self.assertIn('by hand', move.vatportal_document_id.message)
        self.assertNotIn('XML', move.vatportal_document_id.message)
        alert = move.alerts['vatportal_kind_refused']
        self.assertNotIn('action_call', alert)
        self.assertEqual((alert['action']['res_model'], alert['action']['res_id']), ('vatportal.kind', kind.id))
        clerk = new_test_user(self.env, 'vp_clerk', groups='account.group_account_invoice', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        self.assertNotIn('action', move.with_user(clerk)._get_alerts()['vatportal_kind_refused'])
        # A person chose the kind; it may have been a mistake.
        self.assertEqual(self.call(move.alerts['vatportal_kind_plain'])['res_model'], 'vatportal.send.wizard')
        self.assertEqual(move.vatportal_kind_id.code, 'defaultInvoice')
        self.assertNotIn('vatportal_kind_refused', move.alerts, 'another kind was not refused yet')
        self.finish(self.send(move))
        self.assertEqual((move.vatportal_state, move.vatportal_document_id.kind_refused), ('registered', False))
        self.assertNotIn('vatportal_kind_refused', move.alerts or {})

    def test_code_61_by_rule_is_no_mistake(self):
        self.connector.rule_ids = [Command.create({'sequence': 1, 'move_type': 'out_invoice', 'kind_id': self.kind('exportNoteInvoice').id})]
        move = self.refused(self.kind('exportNoteInvoice'))
        self.assertIn('vatportal_kind_refused', move.alerts)
        self.assertNotIn('vatportal_kind_plain', move.alerts)

    def test_code_61_where_the_package_can_be_made(self):
        self.sandbox.configure(accepted_types=['avans'])
        move = self.refused(self.kind('defaultInvoice'))
        self.assertIn('XML package', move.vatportal_document_id.message)
        self.assertNotIn('vatportal_kind_plain', move.alerts)
        self.assertEqual(self.call(move.alerts['vatportal_kind_refused'])['type'], 'ir.actions.act_url')

    def test_code_61_of_what_is_no_invoice(self):
        document = self.env['vatportal.document'].new({'kind_id': self.kind('goodsTransfer').id, 'company_id': self.company.id})
        self.assertIn('by hand', document._code_text(61))
        self.assertNotIn('XML', document._code_text(61))

    def test_first_rule_that_matches(self):
        export = self.env['account.fiscal.position'].create({'name': 'Export', 'company_id': self.company.id})
        journal = self.company_data['default_journal_sale'].copy({'code': 'AGENT'})
        self.connector.rule_ids = [
            Command.create({'sequence': 1, 'move_type': 'out_invoice', 'fiscal_position_id': export.id, 'kind_id': self.kind('exportNoteInvoice').id}),
            Command.create({'sequence': 2, 'move_type': 'out_invoice', 'journal_id': journal.id, 'kind_id': self.kind('agent').id}),
        ]
        for code, vals in (
            ('exportNoteInvoice', {'fiscal_position_id': export.id}),
            ('exportNoteInvoice', {'fiscal_position_id': export.id, 'journal_id': journal.id}),
            ('agent', {'journal_id': journal.id}),
            ('defaultInvoice', {'journal_id': self.company_data['default_journal_sale'].id}),
            ('taxCodex163', {'vatportal_kind_id': self.kind('taxCodex163').id}),
        ):
            with self.subTest(code):
                self.assertEqual(self.create_invoice(post=False, **vals).vatportal_kind_id.code, code)

    def other_journal(self):
        """A sales journal whose invoices go as goods handed to an agent."""
        journal = self.company_data['default_journal_sale'].copy({'code': 'AGENT'})
        self.connector.rule_ids = [Command.create({'sequence': 1, 'move_type': 'out_invoice', 'journal_id': journal.id, 'kind_id': self.kind('agent').id})]
        return journal

    def test_what_a_person_chose_stays(self):
        journal = self.other_journal()
        proposed, chosen = self.create_invoice(post=False), self.create_invoice(post=False)
        chosen.vatportal_kind_id = self.kind('resale')
        (proposed + chosen).journal_id = journal
        self.assertEqual((proposed + chosen).vatportal_kind_id.mapped('code'), ['agent', 'resale'])
        chosen.vatportal_kind_id = chosen.vatportal_kind_proposed_id
        chosen.journal_id = journal
        self.assertEqual(chosen.vatportal_kind_id.code, 'agent', 'it follows the rules again')

    def test_what_a_person_cleared_stays_empty(self):
        cleared = self.create_invoice(move_type='in_refund', ref='F-1')
        self.assertEqual(cleared.vatportal_kind_id.code, 'returnInvoice')
        cleared.vatportal_kind_id = False
        without = self.create_invoice(move_type='out_refund')
        self.connector.rule_ids = [Command.create({'sequence': 1, 'move_type': 'out_refund', 'kind_id': self.kind('taxCodex163').id})]
        self.assertFalse(cleared.vatportal_kind_id)
        self.assertEqual(without.vatportal_kind_id.code, 'taxCodex163', 'for it nothing was proposed before')

    def test_proposals_on_the_form(self):
        """What the form itself saves is no choice of a person."""
        journal = self.other_journal()
        sales = self.company_data['default_journal_sale']
        with Form(self.env['account.move'].with_context(default_move_type='out_invoice', default_journal_id=sales.id)) as form:
            form.partner_id = self.partner
            with form.invoice_line_ids.new() as line:
                line.product_id = self.product
                line.tax_ids = self.taxes['vat']
        move = form.record
        self.assertEqual(move.vatportal_kind_id.code, 'defaultInvoice')
        with Form(move) as form:
            form.journal_id = journal
        self.assertEqual(move.vatportal_kind_id.code, 'agent')
        with Form(move) as form:
            form.vatportal_kind_id = self.kind('resale')
            form.journal_id = sales
        self.assertEqual(move.vatportal_kind_id.code, 'resale')
        move.action_post()
        self.assertIn(move.name, move.vatportal_main_info)

    def test_goods_transfers_are_no_invoices(self):
        for model, name in (('account.move', 'vatportal_kind_id'), ('vatportal.kind.rule', 'kind_id')):
            domain = safe_eval(self.env[model].fields_get([name])[name]['domain'])
            kinds = self.env['vatportal.kind'].search(domain)
            self.assertIn(self.kind('agent'), kinds)
            self.assertNotIn(self.kind('goodsTransfer'), kinds)
            self.assertTrue(all(kinds.mapped('upload_type')), 'what is only received is not offered either')

    def test_kinds_of_the_addon_stay(self):
        """They are looked up by their name as data; a kind that an import met is nobody's."""
        kind = self.kind('goodsTransfer')
        with self.assertRaisesRegex(UserError, 'archive it instead'):
            kind.unlink()
        kind.active = False
        self.assertEqual(self.env['vatportal.kind']._get_or_create('goodsTransfer'), kind)
        self.env['vatportal.kind']._get_or_create('newKind').unlink()
        self.assertFalse(self.kind('newKind'))

    def test_bills_and_entries_are_not_for_the_actions_of_the_list(self):
        bill = self.create_invoice(move_type='in_invoice', ref='F-2', post=False)
        with self.assertRaisesRegex(UserError, 'Vendor bills, receipts and journal entries are not sent'):
            bill.action_vatportal_send()
        with self.assertRaisesRegex(UserError, 'nothing to delete'):
            bill.action_vatportal_delete()
        action = (bill + self.create_invoice()).action_vatportal_send()
        self.assertEqual(action['res_model'], 'vatportal.send.wizard')

    def test_vendor_credit_note_returns_goods(self):
        """We return goods to a vendor: we issue it, the vendor receives it."""
        self.sandbox.configure(accepted_types=['default', 'returnInvoice'])
        purchase_tax = self.taxes['vat'].copy({'type_tax_use': 'purchase', 'name': 'VAT 18 % (purchase)'})
        bill = self.create_invoice({'tax_ids': [Command.set(purchase_tax.ids)]}, move_type='in_invoice', ref='F-1')
        self.env['vatportal.document'].sudo().create(
            {'direction': 'incoming', 'company_id': self.company.id, 'qaime': 'AA261112345678', 'state': 'registered', 'move_id': bill.id}
        )
        refund = bill._reverse_moves([{'invoice_date': '2026-11-20', 'ref': 'F-1R'}])
        refund.action_post()
        self.assertEqual(refund.vatportal_kind_id.code, 'returnInvoice')
        self.assertEqual(refund.vatportal_origin_qaime, 'AA261112345678')
        self.assertIn('you issue', refund.vatportal_refund_note)
        self.finish(self.send(refund))
        self.assertEqual(refund.vatportal_state, 'registered', refund.vatportal_document_id.message)
        payload = self.payload(refund)
        self.assertEqual(
            (payload['type'], payload['seller'], payload['buyer'], payload['sum_total']), ('returnInvoice', self.company.vat, self.partner.vat, 118)
        )

    def test_customer_credit_note_is_explained(self):
        move = self.registered()
        refund = move._reverse_moves([{'invoice_date': '2026-11-20'}])
        self.assertFalse(refund.vatportal_kind_id)
        self.assertEqual(refund.vatportal_origin_qaime, move.vatportal_qaime)
        self.assertIn('the customer issues', refund.vatportal_refund_note)
        refund.action_post()
        self.assertFalse(refund.vatportal_can_send)
        self.sandbox.configure(accepted_types=['taxCodex163'])
        refund.vatportal_kind_id = self.kind('taxCodex163')
        self.finish(self.send(refund))
        self.assertEqual(refund.vatportal_state, 'registered', refund.vatportal_document_id.message)
        self.assertFalse(move.vatportal_refund_note)


class TestRest(LifecycleCommon):
    """What else the API takes and gives: the old site, notes, transport, numbers that come later, details."""

    def test_old_site_notes_and_transport(self):
        self.connector.use_old_sys = True
        move = self.registered(vatportal_add_info='Qaimə 12; 01.11.2026', vatportal_transp_reg_number='10-AA-123', vatportal_main_info='Müqavilə 7')
        call = self.uploads()[-1].json
        self.assertIs(call['use_old_sys'], True)
        payload = call['invoices'][0]
        self.assertEqual((payload['main_info'], payload['add_info'], payload['transp_reg_number']), ('Müqavilə 7', 'Qaimə 12; 01.11.2026', '10-AA-123'))
        self.assertTrue(move.vatportal_qaime)

    def test_import_without_signing_and_the_number_later(self):
        move = self.imported()
        self.assertIs(self.uploads()[-1].json['upload'], False)
        self.assertFalse(self.sandbox.prompts(None))
        number = self.sandbox.portal.sign_by_hand(move.vatportal_document_id.erp_id)
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
        self.assertEqual((move.vatportal_state, move.vatportal_qaime), ('registered', number))

    def test_fields_are_on_the_forms(self):
        """Each of them is reachable, and the secrets for administrators alone."""

        def arch(model, user=None):
            return self.env[model].with_user(user or self.env.user).get_view(view_type='form')['arch']

        form = arch('account.move')
        for name in ('vatportal_add_info', 'vatportal_transp_reg_number', 'vatportal_advance_id', 'vatportal_refund_note', 'vatportal_kind_id'):
            self.assertIn(f'name="{name}"', form)
        admin = new_test_user(self.env, 'vp_admin', groups='base.group_system,account.group_account_manager')
        manager = new_test_user(self.env, 'vp_manager', groups='account.group_account_manager')
        form = arch('vatportal.connector', admin)
        for name in ('use_old_sys', 'sign_on_send', 'username', 'secret_hash', 'auto_renew', 'action_renew_token'):
            self.assertIn(f'name="{name}"', form)
        form = arch('vatportal.connector', manager)
        for name in ('token', 'username', 'secret_hash', 'action_renew_token'):
            self.assertNotIn(f'name="{name}"', form)
        self.assertIn('name="action_details"', arch('vatportal.job', manager))
        for model, names in {
            'vatportal.send.wizard': ('sign', 'connector_id'),
            'vatportal.delete.wizard': ('reason', 'line_ids'),
            'vatportal.kind': ('name', 'upload_type', 'with_agent'),
            'vatportal.job': ('details', 'portal_id'),
            'vatportal.document': ('transp_reg_number', 'add_info', 'delete_reason'),
        }.items():
            form = arch(model, manager)
            for name in names:
                self.assertRegex(form, f'<field [^>]*name="{name}"', model)
        self.assertRegex(arch('vatportal.connector', manager), '<field [^>]*name="rule_ids"')

    def test_details_are_kept_without_secrets(self):
        move = self.registered()
        job = move.vatportal_document_id.job_ids
        self.sandbox.portal.process(int(job.portal_id)).exceptions.append('called with sandbox-token')
        job.action_details()
        self.assertIn('called with ***', job.details['log'])
        self.assertNotIn('sandbox-token', str(job.details))
        self.assertEqual(job.details['invoices'], [{'id': move.vatportal_document_id.erp_id, 'qaime': move.vatportal_qaime}])
        clean = self.connector._without_secrets(
            {
                'x-vatpapikey': 'abc',
                'log': ['header sandbox-token sent'],
                'nested': [{'phone': '994501234567'}],
                'password': None,
                'id': 5,
                'login_done': True,
                'login': 'someone',
            }
        )
        self.assertEqual(
            clean,
            {'x-vatpapikey': '***', 'log': ['header *** sent'], 'nested': [{'phone': '***'}], 'password': None, 'id': 5, 'login_done': True, 'login': '***'},
        )

    def test_details_name_neither_user_nor_phone(self):
        self.connector.sudo().write({'username': 'demo.user', 'phone': '994501234567'})
        said = {
            'User Demo.User logged in': 'User *** logged in',
            'demo.users is another': 'demo.users is another',
            'asked 994501234567': 'asked ***',
            'asked +994 (50) 123-45-67, twice': 'asked ***, twice',
            'asked 050 123 45 67': 'asked ***',
            'number 1994501234567': 'number 1994501234567',
        }
        clean = self.connector._without_secrets({'log': list(said), 'asan': 994501234567, 'invoices': 12, 'ok': True})
        self.assertEqual(clean, {'log': list(said.values()), 'asan': '***', 'invoices': 12, 'ok': True})

    def test_details_are_for_managers(self):
        job = self.registered().vatportal_document_id.job_ids
        clerk = new_test_user(self.env, 'vp_clerk', groups='account.group_account_invoice', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        with self.assertRaises(AccessError):
            job.with_user(clerk).action_details()
