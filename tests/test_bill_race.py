import threading
import uuid
from unittest.mock import patch

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
                'name': f"Race {uuid.uuid4().hex[:8]}", 'vat': OWN, 'country_id': azerbaijan.id, 'currency_id': azn.id})
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
            env = self.race_env(cr)
            company = env['res.company'].browse(self.company_id)
            env['account.move'].search([('company_id', '=', company.id)]).with_context(force_delete=True).unlink()
            cr.execute("DELETE FROM vatportal_document WHERE company_id = %s", [company.id])
            cr.execute("DELETE FROM vatportal_new_vendor WHERE number = %s", [VENDOR])
            cr.execute("DELETE FROM vatportal_connector WHERE company_id = %s", [company.id])
            env['res.partner'].search([('vat', '=', VENDOR)]).unlink()
            env.user.company_ids -= company
            company.active = False

    def press(self, ids, barrier, results):
        """Press the button as a request of its own would; each begins when all have their snapshot."""
        tries = []
        with self.registry.cursor() as cr:
            env = self.race_env(cr)

            def step():
                documents = env['vatportal.document'].browse(ids)
                documents.mapped('bill_state')
                if not tries:
                    barrier.wait(60)
                tries.append(1)
                return documents.action_create_bills()

            try:
                results.append(bool(retrying(step, env)))
            except UserError as error:
                results.append(str(error))

    def race_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {'allowed_company_ids': [self.company_id]})

    def race(self, *people):
        """What each of the people, who press the button for these documents, got: True, or the message of an error."""
        barrier, results = threading.Barrier(len(people)), []
        threads = [threading.Thread(target=self.press, args=(ids, barrier, results)) for ids in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return results

    def test_one_bill_each(self):
        for count in (1, DOCUMENTS):
            with self.subTest(documents=count):
                results = self.race(*[self.document_ids[:count]] * PEOPLE)
                self.assertEqual(results, [True] * PEOPLE, "everybody is shown the bills, whoever made them")
                with self.registry.cursor() as cr:
                    env = self.race_env(cr)
                    documents = env['vatportal.document'].browse(self.document_ids[:count])
                    bills = env['account.move'].search([('company_id', '=', self.company_id)])
                    self.assertEqual(len(bills), count)
                    self.assertEqual(documents.move_id, bills)
                    self.assertEqual(set(documents.mapped('bill_state')), {'billed'})
                    self.assertFalse(any(documents.mapped('bill_question')))
                    self.assertEqual(len(env['res.partner'].search([('vat', '=', VENDOR)])), 1)

    def test_a_new_vendor_is_made_once(self):
        """Two documents of a vendor whom nobody knows yet, each billed by somebody."""
        self.assertEqual(self.race(self.document_ids[:1], self.document_ids[1:2]), [True, True])
        with self.registry.cursor() as cr:
            env = self.race_env(cr)
            documents = env['vatportal.document'].browse(self.document_ids[:2])
            self.assertEqual(set(documents.mapped('bill_state')), {'billed'})
            self.assertEqual(len(env['res.partner'].search([('vat', '=', VENDOR)])), 1)
            self.assertEqual(len(documents.move_id.partner_id), 1)

    def test_whoever_was_at_it_gives_up(self):
        """No question is left behind when the other one makes no bill after all."""
        document_id, tries = self.document_ids[0], []
        with self.registry.cursor() as other, self.registry.cursor() as cr:
            other.execute("SELECT id FROM vatportal_document WHERE id = %s FOR UPDATE", [document_id])
            # Whoever waits for the row in earnest waits for ever.
            cr.execute("SET lock_timeout = '20s'")
            env = self.race_env(cr)

            def step():
                if tries:
                    other.rollback()
                tries.append(1)
                return env['vatportal.document'].browse(document_id).action_create_bills()

            self.assertEqual(retrying(step, env)['res_model'], 'account.move')
        self.assertEqual(len(tries), 2)
        with self.registry.cursor() as cr:
            document = self.race_env(cr)['vatportal.document'].browse(document_id)
            self.assertEqual((document.bill_state, document.bill_question), ('billed', False))

    def test_a_document_in_use_does_not_keep_the_scheduled_action(self):
        """The batches beside it are made; it is left to the next run, which is soon."""
        with self.registry.cursor() as cr:
            self.race_env(cr)['vatportal.document'].browse(self.document_ids)._request_bills()
        with self.registry.cursor() as other, self.registry.cursor() as cr, \
                patch('odoo.addons.l10n_az_vatportal.models.document_bill_cron.BATCH', 1):
            other.execute("SELECT id FROM vatportal_document WHERE id = %s FOR UPDATE", [self.document_ids[1]])
            env = self.race_env(cr)
            cron = env.ref('l10n_az_vatportal.cron_bill')
            env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).unlink()
            env['vatportal.document']._cron_make_bills()
            documents = env['vatportal.document'].browse(self.document_ids)
            self.assertEqual(documents.mapped('bill_state'), ['billed', 'to_bill', 'billed', 'billed'])
            self.assertEqual((documents[1].bill_requested, documents[1].bill_question), (True, False))
            self.assertTrue(env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]))
            other.rollback()
            env['vatportal.document']._cron_make_bills()
            self.assertEqual(set(documents.mapped('bill_state')), {'billed'})
            self.assertFalse(any(documents.mapped('bill_requested')))
