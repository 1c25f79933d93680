from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from ..lifecycle_common import LifecycleCommon


class TestStoredLanguage(LifecycleCommon):
    """What is kept of a failure is written for those who are told of it: whoever has pressed, or a scheduled action, may
    speak another language, or none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ('az_AZ', 'ru_RU'):
            cls.env['res.lang']._activate_lang(lang)
        cls.reader = cls.person('reader', 'account.group_account_manager', 'az_AZ')
        cls.connector.notify_user_ids = cls.reader
        cls.connector.sudo().token = 'wrong-token'

    @classmethod
    def person(cls, login, groups, lang):
        return new_test_user(cls.env, login, groups, lang=lang, company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)])

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f'l10n_az_vatportal.{name}').with_context(lang=None).method_direct_trigger()
        self.env.invalidate_all()

    def test_a_test_by_somebody_else(self):
        presser = self.person('presser', 'base.group_system,account.group_account_manager', 'ru_RU')
        told = self.connector.with_user(presser).with_context(lang='ru_RU').action_test_connection()['params']['message']
        self.assertIn('Ответ портала', told)
        self.assertIn('Portalın cavabı', self.connector.test_problem)
        self.assertIn('giriş', self.connector.test_problem)

    def test_a_portal_that_does_not_work(self):
        """Whoever sends, and the hourly look."""
        presser = self.person('presser', 'account.group_account_invoice', 'ru_RU')
        for look in (lambda: self.connector.with_user(presser).with_context(lang='ru_RU')._look_before_sending(), lambda: self.run_cron('cron_compare')):
            self.connector.sudo().account_id.write({'retry_at': False, 'last_error': False})
            self.connector.sudo().write({'compared_at': False, 'looked_at': False})
            look()
            self.assertIn('giriş', self.connector.last_error)

    def test_a_scheduled_import(self):
        schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'next_at': fields.Datetime.now()})
        self.company.vat = False
        self.run_cron('cron_import')
        self.assertIn('VÖEN', schedule.last_error)
        self.assertIn('göstərin', schedule.last_error)
        self.assertIn('Planlaşdırılmış', self.connector.message_ids[0].subject)

    def test_a_renewal(self):
        self.connector.sudo().write({'token': 'sandbox-token', 'username': 'demo', 'secret_hash': 'wrong-secret', 'auto_renew': True})
        self.connector.sudo().token_date = fields.Datetime.now() - timedelta(days=100)
        self.run_cron('cron_renew_tokens')
        self.assertIn('Token yenilənmədi', self.connector.message_ids[0].body)
        self.connector.sudo().secret_hash = 'sandbox-secret'
        self.run_cron('cron_renew_tokens')
        self.assertIn('Token yeniləndi', self.connector.message_ids[0].body)
