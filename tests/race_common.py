import contextlib
import threading
from unittest.mock import patch
from uuid import uuid4

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from ..models.job.job import VatportalJob
from ..sandbox.server import Sandbox
from .send_common import UPLOAD

# A code and VÖENs that no other test has: others run beside, and the company stays behind, archived.
OWN, PARTNER, CODE = '2304775691', '1304612051', '4407110000'
TABLES = ('vatportal_job', 'vatportal_document', 'account_move', 'vatportal_connector')
_kept = {}  # name of a database → (company, its people): a chart of accounts is dear, so they are there for the next test


@tagged('post_install_l10n', 'post_install', '-at_install')
class RaceCommon(TransactionCase):
    """Several people, and the scheduled action, at the same moment: cursors and threads of their own, real commits.

    What they work on is committed too, in a company of its own, and removed afterwards; the company stays, archived.
    """

    def setUp(self):
        super().setUp()
        self.sandbox = self.enterContext(Sandbox(stage_seconds=0, auto_confirm=True, confirm_after=0))
        self.enterContext(patch.object(VatportalJob, '_commit', lambda job: job.env.cr.commit()))
        self.company_id, self.user_ids = _kept.get(self.registry.db_name, (False, []))
        self.addCleanup(self.clean_up)
        with self.registry.cursor() as cr:
            self.build(api.Environment(cr, SUPERUSER_ID, {}))
        _kept[self.registry.db_name] = (self.company_id, self.user_ids)

    def build(self, env):
        """The company at work, with a connector to the sandbox, and taxes."""
        if not self.company_id:
            self.found(env)
        company = env['res.company'].browse(self.company_id)
        company.write({'active': True, 'vat': OWN})
        env['res.users'].browse(self.user_ids).active = True
        env.user.company_ids += company
        connector = self.at(env)['vatportal.connector'].create(
            {'name': 'Race', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': company.id}
        )
        connector.action_create_taxes()
        self.connector_id = connector.id

    def found(self, env):
        """A company with a chart and two people who invoice."""
        azn, country = env.ref('base.AZN'), env.ref('base.az')
        azn.active = True
        company = env['res.company'].create({'name': f'Race {uuid4()}', 'country_id': country.id, 'currency_id': azn.id})
        self.company_id = company.id
        env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
        company.write({'currency_id': azn.id, 'account_fiscal_country_id': country.id})
        self.user_ids = [
            new_test_user(env, f'race {number} {uuid4()}', 'account.group_account_invoice', company_id=company.id, company_ids=[Command.set(company.ids)]).id
            for number in range(2)
        ]

    def invoices(self, env, count, **vals):
        """Posted customer invoices."""
        env = self.at(env)
        partner = env['res.partner'].create({'name': 'Race partner', 'vat': PARTNER, 'country_id': env.ref('base.az').id, 'is_company': True})
        product = env['product.product'].create({'name': 'Race product', 'vatportal_code': CODE, 'uom_id': env.ref('uom.product_uom_unit').id})
        tax = env['account.tax'].search([('company_id', '=', self.company_id), ('type_tax_use', '=', 'sale'), ('vatportal_category', '=', 'vat')])
        moves = env['account.move'].create(
            [
                {
                    'move_type': 'out_invoice',
                    'partner_id': partner.id,
                    'invoice_date': '2026-11-20',
                    **vals,
                    'invoice_line_ids': [Command.create({'product_id': product.id, 'price_unit': 1000 + number, 'tax_ids': [Command.set(tax.ids)]})],
                }
                for number in range(count)
            ]
        )
        moves.action_post()
        return moves

    def advance(self, partner):
        """An advance of 354.00 that ``partner`` was sent, in the environment of ``partner``."""
        env = self.at(partner.env)
        return env['vatportal.document'].create(
            {
                'direction': 'outgoing',
                'company_id': self.company_id,
                'connector_id': self.connector_id,
                'state': 'registered',
                'qaime': 'RA261199999999',
                'amount_total': 354,
                'status': 'approved',
                'status_code': 'approved',
                'kind_id': env.ref('l10n_az_vatportal.kind_advance_invoice').id,
                'partner_id': partner.id,
            }
        )

    def received(self, env, number):
        """The values of a document of 118.00 that the company received, with a line."""
        amounts = {'amount_goods': 100, 'amount_net': 100, 'amount_vat_base': 100, 'amount_vat': 18, 'amount_total': 118}
        return {
            'direction': 'incoming',
            'company_id': self.company_id,
            'connector_id': self.connector_id,
            'qaime': f'RB2611{number:08d}',
            'kind_id': env.ref('l10n_az_vatportal.kind_default_invoice').id,
            'state': 'registered',
            'date': '2026-11-20 21:30:00',
            'status': 'approved',
            'status_code': 'approved',
            'buyer_vat': OWN,
            'buyer_name': 'Race',
            'seller_vat': PARTNER,
            'seller_name': 'Race vendor',
            **amounts,
            'line_ids': [Command.create({'name': 'Sement', 'quantity': 1, 'price_unit': 100, **amounts})],
        }

    @contextlib.contextmanager
    def look_up(self):
        """An environment that sees what was committed."""
        with self.registry.cursor() as cr:
            yield self.at(api.Environment(cr, SUPERUSER_ID, {}))

    def at(self, env):
        """``env`` in the company of the race."""
        return env(context={'allowed_company_ids': [self.company_id]})

    def clean_up(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for table in TABLES:
                cr.execute(SQL('DELETE FROM %s WHERE company_id = %s', SQL.identifier(table), self.company_id))
            env.user.company_ids -= env['res.company'].browse(self.company_id)
            env['res.users'].browse(self.user_ids).active = False
            env['res.partner'].search([('vat', '=', PARTNER)]).unlink()
            env['product.product'].search([('vatportal_code', '=', CODE)]).unlink()
            env['res.company'].browse(self.company_id).write({'active': False, 'vat': False})

    def settle(self):
        """Move all processes of the connector on until they have ended."""
        for _round in range(60):
            with self.look_up() as env:
                jobs = env['vatportal.job'].search([('connector_id', '=', self.connector_id), ('state', 'in', ('queued', 'starting', 'running'))])
                if not jobs:
                    return
                jobs.next_poll_at = False
                jobs._advance()
        self.fail('the jobs do not end')

    def uploaded(self):
        """The ERP ids that went out, one entry for each time."""
        return [invoice['id'] for record in self.sandbox.requests if record.path.endswith(UPLOAD) for invoice in record.json['invoices']]

    def race(self, *actions):
        """Call each of ``actions`` with an environment of its own, at the same moment and as a request of Odoo, which
        is run again where the database asks for it; return what they returned or raised, and the number of tries."""
        barrier, results = threading.Barrier(len(actions)), [None] * len(actions)

        def work(index, action):
            tries = []
            with self.registry.cursor() as cr:
                env = self.at(api.Environment(cr, self.user_ids[index % 2], {}))

                def step():
                    cr.execute('SELECT 1 FROM res_company LIMIT 1')  # the snapshot is taken
                    if not tries:
                        barrier.wait(60)
                    tries.append(1)
                    return action(env)

                try:
                    results[index] = (retrying(step, env), len(tries))
                except Exception as error:  # noqa: BLE001 - looked at by the test
                    results[index] = (error, len(tries))

        threads = [threading.Thread(target=work, args=each) for each in enumerate(actions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return results
