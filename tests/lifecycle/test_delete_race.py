import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import TransactionCase, tagged

from ...models.job.job import VatportalJob


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestDeleteRace(TransactionCase):
    """Two people delete the same document at the same moment: two cursors, two threads, real commits.

    The portal is one that nobody answers for: the deletion stays queued, which is all that is asked here.
    """

    def setUp(self):
        super().setUp()
        # Under test a commit is a flush; here the transactions are our own, and commit.
        self.enterContext(patch.object(VatportalJob, '_commit', lambda job: job.env.cr.commit()))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env.ref('base.main_company')
            self.connector_id = (
                env['vatportal.connector'].create({'name': 'Race', 'base_url': 'http://127.0.0.1:9/api', 'token': 'race', 'company_id': company.id}).id
            )
            self.document_id = (
                env['vatportal.document']
                .create(
                    {
                        'company_id': company.id,
                        'connector_id': self.connector_id,
                        'qaime': 'RD261100000001',
                        'state': 'registered',
                        'status': 'onApproval',
                        'status_code': 'onApproval',
                    }
                )
                .id
            )
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            cr.execute('DELETE FROM vatportal_delete_wizard')
            cr.execute('DELETE FROM vatportal_job WHERE connector_id = %s', [self.connector_id])
            cr.execute("DELETE FROM mail_message WHERE model = 'vatportal.document' AND res_id = %s", [self.document_id])
            cr.execute("DELETE FROM mail_followers WHERE res_model = 'vatportal.document' AND res_id = %s", [self.document_id])
            cr.execute('DELETE FROM vatportal_document WHERE id = %s', [self.document_id])
            cr.execute('DELETE FROM vatportal_connector WHERE id = %s', [self.connector_id])

    def wizard(self, env):
        return env['vatportal.delete.wizard'].create({'document_ids': [self.document_id], 'reason': 'Race'})

    def jobs(self):
        with self.registry.cursor() as cr:
            cr.execute('SELECT count(*) FROM vatportal_job WHERE connector_id = %s', [self.connector_id])
            return cr.fetchone()[0]

    def test_the_second_with_an_older_view_gets_the_first_ones_process(self):
        snapshot, committed = threading.Event(), threading.Event()
        errors, tries, actions = [], [], []

        def second():
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})

                    def step():
                        cr.execute('SELECT 1 FROM vatportal_document LIMIT 1')
                        if not tries:
                            snapshot.set()
                            committed.wait(60)
                        tries.append(1)
                        return self.wizard(env).action_delete()

                    actions.append(retrying(step, env))
            except Exception as error:  # noqa: BLE001 - told by the assertion below
                errors.append(error)

        thread = threading.Thread(target=second)
        thread.start()
        self.assertTrue(snapshot.wait(60))
        with self.registry.cursor() as cr:
            first = self.wizard(api.Environment(cr, SUPERUSER_ID, {})).action_delete()
        committed.set()
        thread.join(120)
        self.assertFalse(errors)
        self.assertEqual((len(tries), self.jobs()), (2, 1))
        self.assertEqual(actions[0]['res_id'], first['res_id'])

    def test_while_somebody_else_has_it_in_hand(self):
        with self.registry.cursor() as holder, self.registry.cursor() as cr:
            holder.execute('SELECT 1 FROM vatportal_document WHERE id = %s FOR NO KEY UPDATE', [self.document_id])
            wizard = self.wizard(api.Environment(cr, SUPERUSER_ID, {}))
            with self.assertRaisesRegex(UserError, 'RD261100000001: someone else'):
                wizard.action_delete()
            cr.rollback()
        self.assertEqual(self.jobs(), 0)
