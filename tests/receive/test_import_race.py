import threading

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tests import TransactionCase, tagged

from ...vatportal import EtaxesDocument

OWN, VENDOR = '1402345691', '1700321031'


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestImportRace(TransactionCase):
    """Two imports of the same documents at the same moment: two cursors, two threads, real commits."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env.ref('base.main_company')
            self.connector_id = (
                env['vatportal.connector'].create({'name': 'Race', 'base_url': 'http://127.0.0.1:9/api', 'token': 'race', 'company_id': company.id}).id
            )
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            cr.execute('DELETE FROM vatportal_document WHERE connector_id = %s', [self.connector_id])
            cr.execute('DELETE FROM vatportal_connector WHERE id = %s', [self.connector_id])
            cr.execute("DELETE FROM vatportal_kind WHERE code = 'raceInvoice'")

    def documents(self, status):
        return [
            EtaxesDocument.from_portal_json(
                {
                    'qaime': f'RC2601{number:08d}',
                    'tin_from': VENDOR,
                    'tin_to': OWN,
                    'datetime': '05.11.2026 10:00',
                    'net_amount': 10,
                    'status': status,
                    'type': 'raceInvoice',
                    'lines': [{'line': 1, 'prod_name': 'x', 'net_amount': 10}],
                }
            )
            for number in range(300)
        ]

    def race(self, *statuses):
        """Import the same documents in as many threads, each beginning when all have their snapshot."""
        barrier, errors, results = threading.Barrier(len(statuses)), [], []

        def work(status):
            tries = []
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})

                    def step():
                        cr.execute('SELECT 1 FROM vatportal_document LIMIT 1')
                        if not tries:
                            barrier.wait(60)
                        tries.append(1)
                        documents = self.documents(status)
                        result = env['vatportal.document']._upsert_from_portal(
                            env['vatportal.connector'].browse(self.connector_id), 'incoming', documents if len(results) % 2 else documents[::-1]
                        )
                        return {key: result[key] for key in ('created', 'updated', 'unchanged', 'bad')}

                    results.append(retrying(step, env))
            except Exception as error:  # noqa: BLE001 - told by the assertion below
                errors.append(error)

        threads = [threading.Thread(target=work, args=(status,)) for status in statuses]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertFalse(errors)
        return results

    def count(self):
        with self.registry.cursor() as cr:
            cr.execute('SELECT count(*), count(DISTINCT qaime) FROM vatportal_document WHERE connector_id = %s', [self.connector_id])
            return cr.fetchone()

    def test_two_at_once(self):
        results = self.race('approved', 'approved')
        self.assertEqual(self.count(), (300, 300))
        self.assertEqual(sorted(result['created'] for result in results), [0, 300])
        self.assertEqual(sorted(result['unchanged'] for result in results), [0, 300])
        self.assertEqual([result['bad'] for result in results], [0, 0])

    def test_two_at_once_with_different_news(self):
        self.race('onApproval')
        results = self.race('approved', 'canceled')
        self.assertEqual(self.count(), (300, 300))
        self.assertEqual([result['updated'] for result in results], [300, 300])
