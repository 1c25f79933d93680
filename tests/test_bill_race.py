import threading

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import TransactionCase, tagged

PEOPLE, DOCUMENTS = 3, 4
OWN, VENDOR = '2304775691', '1304612051'


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestBillRace(TransactionCase):
    """Several people press "Create Bills" at the same moment: cursors and threads of their own, real commits.

    The company stays behind, archived, so it has a VÖEN that no other test has.
    """

    def setUp(self):
        super().setUp()
        self.addCleanup(self.clean_up)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            azn, azerbaijan = env.ref('base.AZN'), env.ref('base.az')
            azn.active = True
            company = env['res.company'].create({
                'name': "Race", 'vat': OWN, 'country_id': azerbaijan.id, 'currency_id': azn.id})
            self.company_id = company.id
            env.user.company_ids += company
            env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
            env = env(context={'allowed_company_ids': company.ids})
            connector = env['vatportal.connector'].create({
                'name': "Race", 'base_url': 'http://127.0.0.1:9/api', 'token': 'race', 'company_id': company.id})
            connector.action_create_taxes()
            self.document_ids = env['vatportal.document'].create([{
                'direction': 'incoming', 'company_id': company.id, 'connector_id': connector.id, 'state': 'registered',
                'qaime': f'RB2611{number:08d}', 'kind_id': env.ref('l10n_az_vatportal.kind_default_invoice').id,
                'date': '2026-11-20 21:30:00', 'status': 'approved', 'status_code': 'approved',
                'buyer_vat': OWN, 'buyer_name': "Race", 'seller_vat': VENDOR, 'seller_name': "Race vendor",
                'amount_goods': 100, 'amount_net': 100, 'amount_vat_base': 100, 'amount_vat': 18, 'amount_total': 118,
                'line_ids': [(0, 0, {
                    'name': "Sement", 'quantity': 1, 'price_unit': 100, 'amount_goods': 100, 'amount_net': 100,
                    'amount_vat_base': 100, 'amount_vat': 18, 'amount_total': 118})],
            } for number in range(DOCUMENTS)]).ids

    def clean_up(self):
        """What was committed goes; the company, which nothing else uses, is archived."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env['res.company'].search([('name', '=', "Race")])
            env = env(context={'allowed_company_ids': company.ids})
            env['account.move'].search([('company_id', '=', company.id)]).with_context(force_delete=True).unlink()
            cr.execute("DELETE FROM vatportal_document WHERE company_id = %s", [company.id])
            cr.execute("DELETE FROM vatportal_connector WHERE company_id = %s", [company.id])
            env['res.partner'].search([('vat', '=', VENDOR)]).unlink()
            env.user.company_ids -= company
            company.active = False

    def press(self, count, barrier, results):
        """Press the button as a request of its own would; each begins when all have their snapshot."""
        tries = []
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'allowed_company_ids': [self.company_id]})

            def step():
                documents = env['vatportal.document'].browse(self.document_ids[:count])
                documents.mapped('bill_state')
                if not tries:
                    barrier.wait(60)
                tries.append(1)
                return documents.action_create_bills()

            try:
                results.append(bool(retrying(step, env)))
            except UserError as error:
                results.append(str(error))

    def race(self, count):
        """What each of the people got: True, or the message of an error."""
        barrier, results = threading.Barrier(PEOPLE), []
        threads = [threading.Thread(target=self.press, args=(count, barrier, results)) for _person in range(PEOPLE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return results

    def test_one_bill_each(self):
        for count in (1, DOCUMENTS):
            with self.subTest(documents=count):
                results = self.race(count)
                self.assertEqual(results, [True] * PEOPLE, "everybody is shown the bills, whoever made them")
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {'allowed_company_ids': [self.company_id]})
                    documents = env['vatportal.document'].browse(self.document_ids[:count])
                    bills = env['account.move'].search([('company_id', '=', self.company_id)])
                    self.assertEqual(len(bills), count)
                    self.assertEqual(documents.move_id, bills)
                    self.assertEqual(set(documents.mapped('bill_state')), {'billed'})
                    self.assertFalse(any(documents.mapped('bill_question')))
                    self.assertEqual(len(env['res.partner'].search([('vat', '=', VENDOR)])), 1)
