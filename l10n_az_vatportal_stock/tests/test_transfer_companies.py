from odoo.fields import Command
from odoo.tests import new_test_user

from .transfer_common import TransferCommon

PHONES = {'1402345691': '994501112233', '2304775691': '994502223344'}


class TestTransferCompanies(TransferCommon):
    """Transfers of two companies in one press: a process each, with the company's own connector, costs and phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox.portal.add_account('firm', token='firm-token', phones={phone: voen for voen, phone in PHONES.items()})
        cls.second = cls.setup_other_company(name='İkinci MMC')['company']
        cls.second.write({'vat': '2304775691', 'currency_id': cls.env.ref('base.AZN').id, 'country_id': cls.env.ref('base.az').id})
        cls.connector.active = False
        for company in cls.company + cls.second:
            cls.env['vatportal.connector'].create(
                {
                    'name': company.name,
                    'base_url': cls.sandbox.url,
                    'token': 'firm-token',
                    'company_id': company.id,
                    'is_partner': True,
                    'phone': PHONES[company.vat],
                    'main_info_template': '{number}',
                }
            )
        Warehouse = cls.env['stock.warehouse']
        cls.theirs = Warehouse.search([('company_id', '=', cls.second.id)], limit=1)
        cls.theirs.vatportal_code = 'WH001'
        cls.theirs_too = Warehouse.create({'name': 'Quba', 'code': 'QBA', 'vatportal_code': 'WH002', 'company_id': cls.second.id})
        cls.cement.with_company(cls.second).standard_price = 20

    def setUp(self):
        super().setUp()
        self.sandbox.portal.add_account('firm', token='firm-token', phones={phone: voen for voen, phone in PHONES.items()})

    def test_one_press(self):
        ours = self.create_transfer()
        theirs = self.create_transfer(picking_type=self.theirs.int_type_id, source=self.theirs.lot_stock_id, target=self.theirs_too.lot_stock_id)
        companies = self.company + self.second
        keeper = new_test_user(self.env, 'vp_two', 'stock.group_stock_user', company_id=self.company.id, company_ids=[Command.set(companies.ids)])
        pickings = (ours + theirs).with_user(keeper).with_context(allowed_company_ids=companies.ids)
        action = pickings.action_vatportal_send()
        wizard = self.env['vatportal.send.wizard'].with_user(keeper).with_context(**{**action['context'], 'allowed_company_ids': companies.ids}).create({})
        self.assertEqual((wizard.ready_picking_ids, wizard.problems or []), (pickings, []))
        self.assertEqual(wizard.amount_ready, 22.03 + 60)
        wizard.action_send()
        jobs = pickings.vatportal_document_id.job_ids
        self.assertEqual(len(jobs), 2)
        for job in jobs:
            self.finish(job.sudo())
        self.assertEqual(pickings.mapped('vatportal_state'), ['registered', 'registered'])
        sent = {record.json['phone']: record.json['invoices'][0] for record in self.uploads()}
        self.assertEqual(
            {phone: (invoice['seller'], invoice['sum_total']) for phone, invoice in sent.items()},
            {PHONES['1402345691']: ('1402345691', 22.03), PHONES['2304775691']: ('2304775691', 60)},
        )
