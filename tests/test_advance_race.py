import threading

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import TransactionCase, tagged

OWN, CUSTOMER = '1402345691', '9900003871'
NAME = "Advance race"


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestAdvanceRace(TransactionCase):
    """Two people send two final invoices of the same advance at the same moment: real transactions."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.clean_up)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            azn, azerbaijan = env.ref('base.AZN'), env.ref('base.az')
            azn.active = True
            company = env['res.company'].create({
                'name': NAME, 'vat': OWN, 'country_id': azerbaijan.id, 'currency_id': azn.id})
            self.company_id = company.id
            env.user.company_ids += company
            env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
            company.currency_id = azn
            env = env(context={'allowed_company_ids': company.ids})
            connector = env['vatportal.connector'].create({
                'name': NAME, 'base_url': 'http://127.0.0.1:9/api', 'token': 'race', 'company_id': company.id})
            connector.action_create_taxes()
            tax = env['account.tax'].search([
                ('company_id', '=', company.id), ('type_tax_use', '=', 'sale'), ('vatportal_category', '=', 'vat')], limit=1)
            env.ref('uom.product_uom_unit').vatportal_unit = 'ədəd'
            product = env['product.product'].create({'name': NAME, 'vatportal_code': '2523290000'})
            partner = env['res.partner'].create({'name': NAME, 'vat': CUSTOMER, 'country_id': azerbaijan.id})
            advance = env['vatportal.document'].create({
                'direction': 'outgoing', 'company_id': company.id, 'connector_id': connector.id, 'state': 'registered',
                'qaime': 'RB261199999999', 'kind_id': env.ref('l10n_az_vatportal.kind_advance_invoice').id,
                'partner_id': partner.id, 'amount_total': 354, 'status': 'approved', 'status_code': 'approved'})
            moves = env['account.move'].create([{
                'move_type': 'out_invoice', 'partner_id': partner.id, 'invoice_date': '2026-11-20',
                'currency_id': azn.id, 'vatportal_advance_id': advance.id,
                'invoice_line_ids': [Command.create({
                    'product_id': product.id, 'price_unit': 1000, 'tax_ids': [Command.set(tax.ids)]})],
            } for _person in range(2)])
            moves.action_post()
            self.move_ids, self.advance_id = moves.ids, advance.id

    def clean_up(self):
        """What was committed goes; of the company, which nothing else uses, the name stays behind."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env['res.company'].search([('name', '=', NAME)])
            env = env(context={'allowed_company_ids': company.ids})
            cr.execute("UPDATE account_move SET vatportal_document_id = NULL, vatportal_advance_id = NULL, state = 'draft' "
                       "WHERE company_id = %s", [company.id])
            for table in ('vatportal_job', 'vatportal_document'):
                cr.execute(f"DELETE FROM {table} WHERE company_id = %s", [company.id])
            env.invalidate_all()
            env['account.move'].search([('company_id', '=', company.id)]).with_context(force_delete=True).unlink()
            cr.execute("DELETE FROM vatportal_connector WHERE company_id = %s", [company.id])
            env['res.partner'].search([('name', '=', NAME), ('vat', '=', CUSTOMER)]).unlink()
            env['product.product'].search([('name', '=', NAME)]).unlink()
            env.user.company_ids -= company
            company.active = False

    def send(self, move_id, barrier, results):
        """Queue one invoice as a request of its own would; each begins when both have checked theirs."""
        tries = []
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'allowed_company_ids': [self.company_id]})

            def step():
                move = env['account.move'].browse(move_id)
                connector = env['vatportal.connector']._default_for(move.company_id)
                errors = [problem for problem in move._vatportal_problems(connector) if problem['level'] == 'error']
                if not tries:
                    barrier.wait(60)
                tries.append(1)
                if errors:
                    return errors[0]['message']
                env['vatportal.job']._queue(move, connector, True)
                return 'queued'

            try:
                results.append(retrying(step, env))
            except UserError as error:
                results.append(str(error))

    def test_the_advance_is_settled_once(self):
        barrier, results = threading.Barrier(2), []
        threads = [threading.Thread(target=self.send, args=(move_id, barrier, results)) for move_id in self.move_ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(results.count('queued'), 1, results)
        (other,) = [result for result in results if result != 'queued']
        self.assertRegex(other, "Nothing is left|someone else is sending")
        with self.registry.cursor() as cr:
            advance = api.Environment(cr, SUPERUSER_ID, {})['vatportal.document'].browse(self.advance_id)
            self.assertEqual(advance.settlement_ids.mapped('advance_settled'), [354])
            self.assertEqual(advance.advance_left, 0)
