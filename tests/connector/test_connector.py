import http.server
import re
import socket
import ssl
import threading
from pathlib import Path
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ...vatportal import TransientError, VatPortalClient
from ..send_common import READ, SendCommon

CERTIFICATE = Path(__file__).parents[1] / 'sdk' / 'selfsigned.pem'


class TestConnectionButton(SendCommon):
    """The button says which of the things that can be wrong is wrong."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Nothing else of the set-up is missing; see test_setup.py for what it says of that.
        cls.connector.action_create_taxes()
        cls.company.account_sale_tax_id = cls.taxes['vat']
        cls.company.account_purchase_tax_id = cls.env['account.tax'].search(
            [('company_id', '=', cls.company.id), ('type_tax_use', '=', 'purchase'), ('vatportal_category', '=', 'vat')]
        )

    def tested(self, **vals):
        """(kind of notification, its text) of the button, with the connector changed by ``vals``."""
        self.connector.sudo().write(vals)
        params = self.connector.action_test_connection()['params']
        return params['type'], params['message']

    def assertSays(self, text, **vals):
        kind, message = self.tested(**vals)
        self.assertEqual(kind, 'danger')
        self.assertIn(text, message)
        return message

    def test_works(self):
        kind, message = self.tested()
        self.assertEqual(kind, 'success')
        self.assertIn(self.sandbox.url, message)

    def test_user_and_password(self):
        self.assertEqual(self.tested(auth_method='password', username='demo', password='demo')[0], 'success')
        self.assertSays('log-in data', password='wrong')

    def test_nothing_listens(self):
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        address = f'http://127.0.0.1:{port}/api'
        self.assertIn(address, self.assertSays('nobody listens', base_url=address))

    def test_no_such_host(self):
        """Odoo's tests let no look-up through; tests/sdk/test_unreached.py has the real one."""
        address = 'https://nowhere.invalid/api'
        with patch.object(VatPortalClient, 'read_invoices', side_effect=TransientError(reason='name')):
            self.assertIn(address, self.assertSays('no server of this name', base_url=address))

    def test_no_portal_at_the_address(self):
        self.assertSays('Correct the portal address', base_url=f'{self.sandbox.root_url}/elsewhere')

    def test_address_that_leads_elsewhere(self):
        self.sandbox.faults.add(READ, 'redirect', location='https://example.com/', times=2)
        self.assertSays('leads to another address')

    def test_certificate(self):
        """A portal whose certificate nobody vouches for gets no token."""
        received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                received.append(dict(self.headers))

            def log_message(self, *_args):
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_args: None
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.assertSays('certificate is not valid', base_url=f'https://127.0.0.1:{server.server_port}/api')
        self.assertEqual(received, [])

    def test_credentials(self):
        self.assertSays('does not accept the log-in data', token='wrong-token')

    def test_phone_of_a_partner(self):
        partner = {'token': 'partner-token', 'is_partner': True}
        message = self.assertSays('Check the phone on the connector', phone='994509999999', **partner)
        self.assertIn('The portal said', message)
        self.assertEqual(self.tested(phone='994501234567')[0], 'success')

    def test_account_without_asan(self):
        self.sandbox.portal.add_account('noasan', token='noasan-token', asan=None)
        self.assertSays('no ASAN İmza number', token='noasan-token')

    def test_server_error(self):
        self.sandbox.faults.add(READ, 'error', code=10, message='Daxili xəta')
        self.assertIn('Daxili xəta', self.assertSays('internal error'))

    def test_log_in_data_missing(self):
        self.connector.sudo().token = False
        with self.assertRaisesRegex(UserError, 'log-in data for the portal are missing'):
            self.connector.action_test_connection()

    def test_success_forgets_that_it_was_down(self):
        self.connector._note_failure('down')
        self.assertTrue(self.connector.down_since)
        self.tested()
        self.assertFalse(self.connector.down_since or self.connector.retry_at or self.connector.error_count)


class TestConnector(SendCommon):
    """Connectors, kinds and taxes: what is configured once."""

    def create_connector(self, **vals):
        return self.env['vatportal.connector'].create({'name': 'Another', 'base_url': self.sandbox.url, 'company_id': self.company.id, **vals})

    # ------------------------------------------------------------------ values

    def test_address_normalised(self):
        for typed, stored in (
            ('demo', 'https://demo.vatportal.az/api'),
            ('Demo.vatportal.az', 'https://demo.vatportal.az/api'),
            (' https://demo.vatportal.az/api/ ', 'https://demo.vatportal.az/api'),
        ):
            self.connector.base_url = typed
            self.assertEqual(self.connector.base_url, stored)
        for wrong, said in (
            ('http://demo.vatportal.az/api', 'https:// ilə başlamalıdır'),
            ('https://user:pass@demo.vatportal.az', 'istifadəçi adı'),
            ('https://demo.vatportal.az/api?a=1', '“?”'),
            ('not an address', 'boşluq'),
            ('ftp://x', 'şəklində olmalıdır'),
        ):
            with self.subTest(address=wrong), self.assertRaisesRegex(ValidationError, re.escape(said)), self.cr.savepoint():
                self.connector.with_context(lang='az_AZ').base_url = wrong

    def test_phone_normalised(self):
        self.connector.phone = '+994 (50) 123-45-67'
        self.assertEqual(self.connector.phone, '994501234567')
        for wrong in ('501234567', '99450123456', '9945012345678', '994x01234567'):
            with self.subTest(phone=wrong), self.assertRaises(ValidationError), self.cr.savepoint():
                self.connector.phone = wrong
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.connector.write({'is_partner': True, 'phone': False})

    def test_main_note(self):
        self.connector.main_info_template = 'Müqavilə {reference}; {origin}; {number}'
        self.assertEqual(self.connector._format_main_info(number='INV/1', origin=''), 'Müqavilə ; ; INV/1')
        with self.assertRaises(ValidationError):
            self.connector.main_info_template = '{password}'

    def test_token_is_stripped_and_dated(self):
        self.connector.sudo().write({'token': ' abc-def \n', 'token_date': False})
        self.connector.sudo().token = ' abc-def \n'
        self.assertEqual(self.connector.sudo().token, 'abc-def')
        self.assertTrue(self.connector.token_date)

    def test_new_account_forgets_what_was_learnt(self):
        self.connector._note_failure('down')
        self.connector.sudo().read_methods = {'/inv/read_invoices': 'POST'}
        self.connector.sudo().token = 'other-token'
        self.assertFalse(self.connector.read_methods or self.connector.retry_at)

    def test_new_from_a_list_by_company(self):
        """The list grouped by company proposes the company, for the connector alone."""
        manager = new_test_user(self.env, 'manager', 'account.group_account_manager', company_id=self.company.id, company_ids=self.company.ids)
        connectors = self.env['vatportal.connector'].with_user(manager).with_context(default_company_id=self.company.id, allowed_company_ids=self.company.ids)
        self.assertTrue(connectors.create({'name': 'Grouped', 'base_url': self.sandbox.url}).rule_ids)

    # ------------------------------------------------------------------ the default one

    def test_one_default_per_company(self):
        self.assertTrue(self.connector.is_default)
        other = self.create_connector()
        self.assertFalse(other.is_default)
        other.is_default = True
        self.assertFalse(self.connector.is_default)
        third = self.create_connector(is_default=True)
        self.assertEqual((other.is_default, third.is_default), (False, True))
        self.assertEqual(self.env['vatportal.connector']._default_for(self.company), third)
        with self.assertRaises(UniqueViolation), mute_logger('odoo.sql_db'), self.cr.savepoint():
            self.env.cr.execute('UPDATE vatportal_connector SET is_default = true WHERE id IN %s', [(other.id, third.id)])

    def test_archived_default(self):
        """Archived, it leaves its place to the next one, and takes it from nobody when it comes back."""
        other = self.create_connector()
        self.connector.active = False
        self.assertEqual((self.connector.is_default, other.is_default), (False, True))
        third = self.create_connector()
        self.assertFalse(third.is_default)
        self.connector.active = True
        self.assertEqual(self.env['vatportal.connector']._default_for(self.company), other)
        (self.connector + other + third).active = False
        self.assertFalse(self.env['vatportal.connector']._default_for(self.company))
        self.assertFalse(self.create_invoice().vatportal_can_send)

    def test_company_stays_once_it_was_used(self):
        self.send(self.create_invoice())
        with self.assertRaises(UserError):
            self.connector.company_id = self.env['res.company'].create({'name': 'Other'})

    def test_company_stays_once_something_came(self):
        """By a file, an archive or a look as well, whose processes may be gone, or there was none; and while something waits to go."""
        other = self.env['res.company'].create({'name': 'Other'})
        vals = {'direction': 'incoming', 'company_id': self.company.id, 'state': 'registered'}
        Document, Selection = self.env['vatportal.document'].sudo(), self.env['vatportal.selection'].sudo()
        for make in (
            lambda: Document.create({**vals, 'connector_id': self.connector.id}),
            lambda: Document.create({**vals, 'seen_connector_id': self.connector.id}),
            lambda: Selection.create({'res_model': 'account.move', 'company_id': self.company.id, 'connector_id': self.connector.id, 'user_id': self.env.uid}),
        ):
            used = make()
            with self.subTest(used), self.assertRaisesRegex(UserError, 'stays with its company'), self.cr.savepoint():
                self.connector.company_id = other
            self.env.invalidate_all()
            used.unlink() if used._name == Selection._name else used.write({'connector_id': False, 'seen_connector_id': False})
        self.connector.company_id = other
        self.assertEqual(self.connector.company_id, other)

    # ------------------------------------------------------------------ kinds

    def test_default_rules(self):
        kinds = self.connector.rule_ids.sorted('sequence').mapped(lambda rule: (rule.move_type, rule.kind_id.code))
        self.assertEqual(kinds, [('out_invoice', 'advanceInvoice'), ('out_invoice', 'defaultInvoice'), ('in_refund', 'returnInvoice')])
        self.assertEqual(self.create_invoice(post=False).vatportal_kind_id.code, 'defaultInvoice')
        refund = self.create_invoice(post=False, move_type='out_refund')
        self.assertFalse(refund.vatportal_kind_id)

    def test_first_rule_that_matches_wins(self):
        agent = self.env['vatportal.kind'].search([('code', '=', 'agent')])
        resale = self.env['vatportal.kind'].search([('code', '=', 'resale')])
        journal = self.company_data['default_journal_sale'].copy({'code': 'ZAG'})
        position = self.env['account.fiscal.position'].create({'name': 'Abroad', 'company_id': self.company.id})
        self.connector.rule_ids = [
            Command.create({'move_type': 'out_invoice', 'journal_id': journal.id, 'kind_id': agent.id, 'sequence': 1}),
            Command.create({'move_type': 'out_invoice', 'fiscal_position_id': position.id, 'kind_id': resale.id, 'sequence': 2}),
        ]
        cases = (
            ({'journal_id': journal.id}, agent),
            ({'fiscal_position_id': position.id}, resale),
            ({'journal_id': journal.id, 'fiscal_position_id': position.id}, agent),
            ({}, self.env.ref('l10n_az_vatportal.kind_default_invoice')),
        )
        for vals, kind in cases:
            self.assertEqual(self.create_invoice(post=False, **vals).vatportal_kind_id, kind)

    def test_down_payments(self):
        move = self.create_invoice(post=False)
        self.patch(type(move), '_is_downpayment', lambda record: record == move)
        self.assertEqual(self.connector._kind_for(move).code, 'advanceInvoice')
        self.assertEqual(self.connector._kind_for(self.create_invoice(post=False)).code, 'defaultInvoice')

    def test_kind_chosen_by_hand_stays(self):
        resale = self.env['vatportal.kind'].search([('code', '=', 'resale')])
        move = self.create_invoice(post=False)
        move.vatportal_kind_id = resale
        move.action_post()
        self.assertEqual(move.vatportal_kind_id, resale)

    def test_unknown_kind_is_added_once(self):
        kinds = self.env['vatportal.kind']
        new = kinds._get_or_create('brandNewKind')
        self.assertEqual(kinds._get_or_create('brandNewKind'), new)
        new.active = False
        self.assertEqual(kinds._get_or_create('brandNewKind'), new)

    # ------------------------------------------------------------------ main note

    def test_main_note_is_proposed_and_stays_what_a_person_wrote(self):
        move = self.create_invoice(post=False)
        self.assertEqual(move.vatportal_main_info, '20.11.2026')
        move.action_post()
        self.assertEqual(move.vatportal_main_info, f'{move.name}; 20.11.2026')
        other = self.create_invoice(post=False)
        other.vatportal_main_info = 'Müqavilə 7'
        given = self.create_invoice(post=False, vatportal_main_info='Sifariş 9')
        (other + given).action_post()
        self.assertEqual((other + given).mapped('vatportal_main_info'), ['Müqavilə 7', 'Sifariş 9'])
        other.vatportal_main_info = False
        other.ref = 'PO 1'
        self.assertEqual(other.vatportal_main_info, f'{other.name}; 20.11.2026')

    def test_what_was_there_before_the_connector(self):
        """Invoices older than the connector get kind and main note; what a person wrote, or what was sent, stays."""
        self.finish(self.send(sent := self.create_invoice()))
        note = sent.vatportal_main_info
        self.connector.active = False
        plain, written = self.create_invoice(), self.create_invoice()
        written.vatportal_main_info = 'Müqavilə 7'
        draft = self.create_invoice(post=False)
        self.assertFalse(plain.vatportal_kind_id or plain.vatportal_main_info or draft.vatportal_kind_id)
        self.create_connector(main_info_template='No {number}', token='sandbox-token')
        self.assertEqual((plain + written + draft).vatportal_kind_id.code, 'defaultInvoice')
        self.assertEqual(plain.vatportal_main_info, f'No {plain.name}')
        self.assertEqual(written.vatportal_main_info, 'Müqavilə 7')
        self.assertEqual(sent.vatportal_main_info, note)
        self.assertTrue(plain.vatportal_can_send)

    def test_new_rule_reaches_unsent_invoices(self):
        refund = self.create_invoice(move_type='out_refund')
        self.assertFalse(refund.vatportal_can_send)
        self.connector.rule_ids = [Command.create({'move_type': 'out_refund', 'kind_id': self.env['vatportal.kind'].search([('code', '=', 'taxCodex163')]).id})]
        self.assertEqual(refund.vatportal_kind_id.code, 'taxCodex163')
        self.assertTrue(refund.vatportal_can_send)

    # ------------------------------------------------------------------ taxes

    def company_taxes(self, use):
        taxes = self.env['account.tax'].search([('company_id', '=', self.company.id), ('type_tax_use', '=', use), ('vatportal_category', '!=', False)])
        return sorted(taxes.mapped(lambda tax: (tax.vatportal_category, tax.amount)))

    def test_missing_taxes_are_created_once(self):
        wanted = [('exempt', 0.0), ('not_subject', 0.0), ('vat', 18.0), ('zero', 0.0)]
        self.assertEqual(self.company_taxes('sale'), wanted)
        self.assertEqual(self.company_taxes('purchase'), [])
        self.connector.action_create_taxes()
        self.assertEqual((self.company_taxes('sale'), self.company_taxes('purchase')), (wanted, wanted))
        message = self.connector.action_create_taxes()['params']['message']
        self.assertIn('already', message)
        self.assertEqual((self.company_taxes('sale'), self.company_taxes('purchase')), (wanted, wanted))

    def test_existing_tax_gets_its_category(self):
        self.taxes['vat'].vatportal_category = False
        self.connector.action_create_taxes()
        self.assertEqual(self.taxes['vat'].vatportal_category, 'vat')
        self.assertEqual([rate for category, rate in self.company_taxes('sale') if category == 'vat'], [18.0])

    def test_created_taxes_can_be_used(self):
        self.env['account.tax'].search([('company_id', '=', self.company.id)]).vatportal_category = False
        self.connector.action_create_taxes()
        taxes = self.env['account.tax'].search([('company_id', '=', self.company.id), ('type_tax_use', '=', 'sale'), ('vatportal_category', '!=', False)])
        move = self.create_invoice(*({'tax_ids': [Command.set(tax.ids)]} for tax in taxes))
        self.assertEqual(move.amount_total, 418)
        self.finish(self.send(move))
        self.assertRegistered(move)

    def test_only_managers_create_taxes(self):
        user = new_test_user(self.env, 'vatportal-invoicing', 'account.group_account_invoice')
        with self.assertRaises(AccessError):
            self.connector.with_user(user).sudo(False).action_create_taxes()

    # ------------------------------------------------------------------ settings

    def test_settings_lead_to_the_connectors(self):
        settings = self.env['res.config.settings'].create({'company_id': self.company.id})
        self.assertEqual(settings.vatportal_connector_count, 1)
        self.assertEqual(settings.action_vatportal_connectors()['res_model'], 'vatportal.connector')
        company = self.env['res.company'].create({'name': 'Other'})
        other = self.env['res.config.settings'].with_company(company).create({'company_id': company.id})
        self.assertEqual(other.action_vatportal_connectors()['views'], [[False, 'form']])
