from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from ...vatportal import Refused
from ..lifecycle_common import LifecycleCommon

PHONES = {'first': '994501234567', 'second': '994551234567'}


class TestPartner(LifecycleCommon):
    """A service firm's account: one log-in, a phone for each company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.vat = '4444444444'
        cls.connector.write({'is_partner': True, 'phone': '+994 50 123-45-67', 'token': 'partner-token'})
        cls.second = cls.setup_other_company(name='İkinci MMC')['company']
        azerbaijan = cls.env.ref('base.az').id
        cls.second.write({'vat': '5555555555', 'currency_id': cls.env.ref('base.AZN').id, 'country_id': azerbaijan, 'account_fiscal_country_id': azerbaijan})
        cls.second_connector = cls.env['vatportal.connector'].create(
            {
                'name': 'Second',
                'base_url': cls.sandbox.url,
                'token': 'partner-token',
                'is_partner': True,
                'phone': '994 (55) 123 45 67',
                'company_id': cls.second.id,
            }
        )
        cls.clerk = new_test_user(
            cls.env, 'vp_first', groups='account.group_account_invoice', company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)]
        )
        cls.second_clerk = new_test_user(
            cls.env, 'vp_second', groups='account.group_account_invoice', company_id=cls.second.id, company_ids=[Command.set(cls.second.ids)]
        )

    def second_invoice(self):
        """A posted invoice of the second company."""
        env = self.env(context={**self.env.context, 'allowed_company_ids': self.second.ids})
        taxes = env['account.tax'].search([('company_id', '=', self.second.id), ('type_tax_use', '=', 'sale'), ('vatportal_category', '=', 'vat')])
        if not taxes:
            group = env['account.tax.group'].create({'name': 'ƏDV', 'company_id': self.second.id, 'country_id': self.env.ref('base.az').id})
            taxes = env['account.tax'].create(
                {
                    'name': 'VAT 18 %',
                    'amount_type': 'percent',
                    'amount': 18,
                    'type_tax_use': 'sale',
                    'vatportal_category': 'vat',
                    'company_id': self.second.id,
                    'tax_group_id': group.id,
                    'country_id': self.env.ref('base.az').id,
                }
            )
        move = env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': self.partner.id,
                'invoice_date': '2026-11-20',
                'currency_id': self.env.ref('base.AZN').id,
                'company_id': self.second.id,
                'invoice_line_ids': [Command.create({'product_id': self.product.id, 'quantity': 1, 'price_unit': 200, 'tax_ids': [Command.set(taxes.ids)]})],
            }
        )
        move.action_post()
        return move

    # ------------------------------------------------------------------ the phone

    def test_the_phone_is_normalised(self):
        self.assertEqual([self.connector.phone, self.second_connector.phone], list(PHONES.values()))
        for wrong in ('99450123456', '050123456', '9945012345678', '00905012345678', 'abc'):
            with self.assertRaises(ValidationError):
                self.connector.phone = wrong
        for typed in ('050 123 45 67', '00994 50 123 45 67', '+994–50–123–45–67', '+994 (0)50 123-45-67', '994.50.1234567'):
            self.connector.phone = typed
            self.assertEqual(self.connector.phone, '994501234567', typed)
        with self.assertRaises(ValidationError):
            self.connector.phone = False

    def test_the_phone_goes_into_every_call(self):
        move = self.registered()
        self.finish(self.delete(self.imported().vatportal_document_id))
        self.finish(self.delete(move.vatportal_document_id))
        move.vatportal_document_id.job_ids[:1].action_details()
        self.finish(self.download(self.connector))
        self.assertFalse(self.connector._test_connection())
        phones = {(record.path, record.json.get('phone')) for record in self.sandbox.requests}
        self.assertEqual({phone for _path, phone in phones}, {PHONES['first']})
        self.assertLessEqual(
            {
                '/inv/import_upload_invoices.php',
                '/inv/read_invoices',
                '/job/read_proc_status',
                '/job/read_proc_data',
                '/inv/delete',
                '/etx/delete',
                '/etx/import',
                '/etx/read_invoices',
            },
            {path.removeprefix('/api') for path, _phone in phones},
        )

    def download(self, connector):
        day = date(2026, 11, 20)
        return self.env['vatportal.job']._queue_download(connector, ['incoming'], day, day, 'etaxes')

    def test_an_enterprise_sends_no_phone(self):
        self.company.vat = self.env.ref('base.main_company').vat or '1402345691'
        self.connector.write({'is_partner': False, 'token': 'sandbox-token'})
        self.registered()
        self.assertFalse([record for record in self.sandbox.requests if 'phone' in record.json])

    def test_an_enterprise_downloads_with_its_phone(self):
        """Where the portal wants it (one page of its documentation says so): the refusal names the field, and with it
        the import goes through. Nothing else carries it."""
        self.company.vat = '1402345691'
        self.connector.write({'is_partner': False, 'token': 'sandbox-token', 'phone': False})
        self.sandbox.configure(ask_phone=True)
        job = self.download(self.connector)
        self.finish(job)
        self.assertEqual(job.state, 'failed')
        self.assertIn('the phone on the connector', job.message)
        self.assertTrue(job.connector_fault)
        with Form(self.connector) as form:
            form.phone = '050 123-45-67'
        job = self.download(self.connector)
        self.finish(job)
        self.assertEqual(job.state, 'done', job.message)
        self.registered()
        with_phone = {record.path.removeprefix('/api') for record in self.sandbox.requests if 'phone' in record.json}
        self.assertEqual(with_phone, {'/etx/import', '/etx/read_invoices'})
        self.assertEqual({record.json['phone'] for record in self.sandbox.requests if 'phone' in record.json}, {'994501234567'})

    def test_enterprises_may_share_a_phone(self):
        """One person may sign for two companies that have an account each: their phone tells nobody apart."""
        self.connector.is_partner = False
        self.second_connector.write({'is_partner': False, 'phone': self.connector.phone})
        self.assertEqual(self.second_connector.phone, self.connector.phone)

    def test_15_16_17_mean_the_phone(self):
        move = self.create_invoice()
        for code, message in ((15, 'Phone number is required'), (16, 'Phone not authorized'), (17, 'Phone format')):
            with self.subTest(code):
                self.sandbox.faults.clear()
                self.sandbox.faults.add('/inv/import_upload_invoices.php', kind='error', code=code, message=message)
                job = self.send(move)
                self.finish(job)
                self.assertEqual((job.state, move.vatportal_state), ('failed', 'rejected'))
                self.assertIn('phone', job.message)
                self.assertEqual(job.portal_message, message)
        self.assertEqual(len(self.uploads()), 3, 'Never tried again by itself')

    def test_17_of_an_invoice_is_no_phone(self):
        move = self.create_invoice()
        self.sandbox.faults.add('/inv/import_upload_invoices.php', kind='error', code=17, message='Invoice already exists')
        job = self.send(move)
        self.assertEqual((job.state, job.reason), ('running', 'exists'))

    # ------------------------------------------------------------------ apart

    def test_two_companies_of_one_account(self):
        mine, theirs = self.registered(), self.second_invoice()
        action = self.env['vatportal.send.wizard'].with_user(self.second_clerk).create({'move_ids': [Command.set(theirs.ids)]}).action_send()
        self.finish(self.env['vatportal.job'].browse(action['res_id']).sudo())
        self.assertEqual(theirs.vatportal_state, 'registered')
        self.assertEqual([call.json['phone'] for call in self.uploads()], list(PHONES.values()))
        for user, own, other in ((self.clerk, mine, theirs), (self.second_clerk, theirs, mine)):
            env = self.env(user=user, context={})
            own_document, other_document = own.sudo().vatportal_document_id, other.sudo().vatportal_document_id
            seen = env['vatportal.document'].search([])
            self.assertIn(own_document.id, seen.ids)
            self.assertNotIn(other_document.id, seen.ids)
            self.assertNotIn(other_document.job_ids.id, env['vatportal.job'].search([]).ids)
            self.assertNotIn(other_document.connector_id.id, env['vatportal.connector'].search([]).ids)
            for record in (other_document, other_document.job_ids, other_document.line_ids):
                with self.assertRaises(AccessError):
                    env[record._name].browse(record.ids).read(['display_name'])
            with self.assertRaises(AccessError):
                env['vatportal.job'].browse(other_document.job_ids.ids).action_refresh()
            with self.assertRaises(AccessError):
                env['vatportal.delete.wizard'].create({'document_ids': other_document.ids, 'reason': 'x'}).action_delete()
        self.assertFalse(self.calls('/etx/delete'))

    def test_each_company_imports_its_own(self):
        numbers = {}
        for connector in (self.connector, self.second_connector):
            phone = connector.phone
            numbers[connector] = self.sandbox.portal.add_document(folder=0, company=phone, tin_to=connector.company_id.vat, datetime='20.11.2026 10:00')[
                'qaime'
            ]
        for connector in (self.connector, self.second_connector):
            self.finish(self.download(connector))
            found = self.env['vatportal.document'].sudo().search([('qaime', 'in', list(numbers.values()))])
            found = found.filtered(lambda document, own=connector: document.connector_id == own)
            self.assertEqual((found.qaime, found.company_id), (numbers[connector], connector.company_id))
        self.assertEqual([call.json['phone'] for call in self.calls('/etx/import')], list(PHONES.values()))
        self.assertEqual({call.json['phone'] for call in self.calls('/etx/read_invoices')}, set(PHONES.values()))
        env = self.env(user=self.clerk, context={})
        self.assertEqual(env['vatportal.document'].search([('qaime', 'in', list(numbers.values()))]).qaime, numbers[self.connector])

    def test_the_portal_itself_keeps_them_apart(self):
        """An ERP id of the one is unknown under the phone of the other, so it can't be read or deleted there."""
        document = self.imported().vatportal_document_id
        with self.second_connector._client() as client:
            self.assertFalse(client.read_invoices([document.erp_id]))
            with self.assertRaises(Refused):
                client.delete_invoices([document.erp_id])
        with self.connector._client() as client:
            self.assertIn(document.erp_id, client.read_invoices([document.erp_id]))

    def test_the_same_phone_in_two_companies_is_refused(self):
        with self.assertRaisesRegex(ValidationError, 'Another company'):
            self.second_connector.phone = PHONES['first']
