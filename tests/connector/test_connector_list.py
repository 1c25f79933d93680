from lxml import etree

from odoo.fields import Command
from odoo.tests import new_test_user

from ..send_common import SendCommon


class TestConnectorList(SendCommon):
    """A service firm looks at all its companies in one list."""

    def fill(self, count):
        """``count`` connectors, each with an account, a company and processes of its own, as quickly as the database can."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            WITH account AS (
                INSERT INTO vatportal_account (base_url, auth_method, renew_days, token_date)
                     SELECT 'https://firm' || number || '.vatportal.az/api', 'token', 85, now() FROM generate_series(1, %(count)s) number
                  RETURNING id),
            secret AS (
                INSERT INTO vatportal_secret (account_id, username) SELECT id, 'user' || id FROM account),
            connector AS (
                INSERT INTO vatportal_connector (
                    name, account_id, company_id, active, sequence, taxation, batch_size, main_info_template, phone)
                     SELECT 'Client ' || id, id, %(company)s, TRUE, 20, 'vat', 500, '{number}', '99450' || lpad(id::text, 7, '0')
                       FROM account
                  RETURNING id)
            INSERT INTO vatportal_job (connector_id, company_id, operation, state, phase, finished_at, waits_for_pin)
                 SELECT connector.id, %(company)s, 'upload', state, 'end', now() - days * interval '1 day', state = 'running'
                   FROM connector, (VALUES ('done', 1), ('done', 2), ('failed', 0), ('running', 0)) job (state, days)
        """,
            {'count': count, 'company': self.company.id},
        )
        self.env.invalidate_all()

    def read_list(self, user):
        """(rows of the list as the browser asks for them, how many questions that takes)."""
        Connector = self.env['vatportal.connector'].with_user(user)
        arch = etree.fromstring(Connector.get_view(view_type='list')['arch'])
        spec = {node.get('name'): {'fields': {'display_name': {}}} if node.get('name') == 'company_id' else {} for node in arch.iter('field')}
        self.assertLessEqual({'account_name', 'phone', 'last_success_at', 'pin_count', 'token_age'}, set(spec))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        rows = Connector.web_search_read([], spec, limit=1000)['records']
        return rows, self.env.cr.sql_log_count - before

    def test_500_rows_take_no_more_questions_than_5(self):
        users = [
            new_test_user(self.env, f'list {groups}', groups, company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
            for groups in ('account.group_account_readonly', 'account.group_account_manager,base.group_system')
        ]
        self.fill(5)
        for user in users:
            self.read_list(user)  # what is read once, such as rights
        few = [self.read_list(user)[1] for user in users]
        self.fill(500)
        for user, count in zip(users, few, strict=True):
            rows, questions = self.read_list(user)
            self.assertEqual(len(rows), 506)
            self.assertLessEqual(questions, count + 2)

    def test_what_it_tells(self):
        self.connector.sudo().write({'username': 'demo', 'phone': '994501234567'})
        move = self.create_invoice()
        self.finish(self.send(move))
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', message='No')
        self.finish(self.send(self.create_invoice()))
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        self.advance(job, 3)
        self.assertTrue(job.waits_for_pin)
        self.connector.invalidate_recordset()
        done = move.vatportal_document_id.job_ids
        self.assertEqual((self.connector.last_success_at, self.connector.pin_count), (done.finished_at, 1))
        action = self.connector.action_waiting_jobs()
        self.assertEqual(self.env[action['res_model']].search(action['domain']), job)
        new = self.env['vatportal.connector'].new({'name': 'New'})
        self.assertEqual((new.last_success_at, new.pin_count, new.account_name), (False, 0, ''))
