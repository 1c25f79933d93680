import json
from datetime import date, timedelta

from odoo import fields
from odoo.tests import new_test_user

from ..common import SELLER
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

    def presser(self, groups='account.group_account_manager'):
        return self.person('presser', groups, 'ru_RU')

    def by(self, user, records):
        return records.with_user(user).with_context(lang=user.lang)

    def schedule(self):
        return self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'next_at': fields.Datetime.now()})

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f'l10n_az_vatportal.{name}').with_context(lang=None).method_direct_trigger()
        self.env.invalidate_all()

    def test_a_test_by_somebody_else(self):
        presser = self.presser('base.group_system,account.group_account_manager')
        told = self.by(presser, self.connector).action_test_connection()['params']['message']
        self.assertIn('Ответ портала', told)
        self.assertIn('Portalın cavabı', self.connector.test_problem)
        self.assertIn('giriş', self.connector.test_problem)

    def test_a_portal_that_does_not_work(self):
        """Whoever sends, and the hourly look."""
        presser = self.presser('account.group_account_invoice')
        for look in (lambda: self.by(presser, self.connector)._look_before_sending(), lambda: self.run_cron('cron_compare')):
            self.connector.sudo().account_id.write({'retry_at': False, 'last_error': False})
            self.connector.sudo().write({'compared_at': False, 'looked_at': False})
            look()
            self.assertIn('giriş', self.connector.last_error)

    def test_a_scheduled_import(self):
        schedule = self.schedule()
        self.company.vat = False
        self.run_cron('cron_import')
        self.assertIn('VÖEN', schedule.last_error)
        self.assertIn('göstərin', schedule.last_error)
        self.assertIn('Planlaşdırılmış', self.connector.message_ids[0].subject)

    def import_now(self, schedule):
        """Somebody presses *Import Now* and looks on until the end."""
        presser = self.presser()
        action = self.by(presser, schedule).action_import_now()
        job = self.by(presser, self.env['vatportal.job'].browse(action['res_id']))
        self.finish(job)
        self.assertEqual(job.user_id, presser)
        return job

    def test_a_scheduled_import_that_somebody_began(self):
        """It fails later, when whoever began it looks on."""
        schedule = self.schedule()
        self.assertEqual(self.import_now(schedule).state, 'failed')
        self.assertIn('giriş', schedule.last_error)
        message = self.connector.message_ids[0]
        self.assertIn('Planlaşdırılmış', message.subject)
        self.assertIn('alınmadı', message.body)
        self.assertIn('giriş', message.body)
        self.assertIn('Daxil olan', message.body)
        self.assertEqual(message.notified_partner_ids, self.reader.partner_id)

    def test_its_warning(self):
        self.connector.sudo().token = 'sandbox-token'
        self.sandbox.portal.add_document(0, tin_to=SELLER, net_amount='much')
        schedule = self.schedule()
        self.assertEqual(self.import_now(schedule).state, 'done')
        self.assertIn('oxuna bilmədi', schedule.last_warning)
        message = self.connector.message_ids[0]
        self.assertIn('xəbərdarlıq', message.subject)
        self.assertIn('oxuna bilmədi', message.body)

    def test_a_scheduled_import_that_somebody_stopped(self):
        """What failed before is told by the stop."""
        schedule = self.schedule()
        schedule.sudo().last_day = fields.Date.today() - timedelta(days=60)
        jobs = schedule._begin()
        self.assertGreater(len(jobs), 1)
        jobs[0].sudo().write({'state': 'failed', 'message': 'Alınmadı', 'has_documents': True})
        self.by(self.presser(), jobs[1:]).action_stop()
        self.assertIn('Planlaşdırılmış', self.connector.message_ids[0].subject)

    def test_a_process_of_somebody_else(self):
        """What its starter reads is in their language; what is kept of the portal is not theirs alone."""
        presser = self.presser('account.group_account_invoice')
        job = self.by(presser, self.env['vatportal.job'])._queue_download(self.connector, ['incoming'], date(2026, 11, 1), date(2026, 11, 2), 'portal')
        self.finish(job)
        self.assertIn('Портал', job.message)
        self.assertIn('giriş', self.connector.last_error)

    def test_a_comparison_that_somebody_stopped(self):
        jobs = self.env['vatportal.job']._queue_download(
            self.connector, ['outgoing'], date(2026, 11, 1), date(2026, 11, 2), 'portal', user=self.env['res.users'], compares=True, phase='compare'
        )
        jobs.sudo().write({'found_count': 1, 'unknown_ids': {'ODOO-1-1-1': (False, False)}})
        self.by(self.presser(), jobs).action_stop()
        message = self.connector.message_ids[0]
        self.assertIn('müqayisə', message.subject)
        self.assertIn('bilmədiyi', message.body)
        self.assertIn('imzalanmayıb', message.body)

    def test_a_process_is_called_in_the_words_of_each(self):
        other = self.person('other', 'account.group_account_manager', 'ru_RU')
        self.connector.notify_user_ids += other
        job = self.env['vatportal.job']._queue_download(
            self.connector, ['incoming'], date(2026, 11, 1), date(2026, 11, 2), 'portal', user=self.env['res.users']
        )
        self.env['bus.bus'].sudo().search([]).unlink()
        job.sudo().with_context(lang=None)._notify('code')
        self.env.cr.precommit.run()
        buses = self.env['bus.bus'].sudo().search([('message', 'like', 'vatportal.job')])
        sent = {bus.channel.replace(' ', ''): json.loads(bus.message)['payload']['name'] for bus in buses}
        for user, word in ((self.reader, 'İmport'), (other, 'Импорт')):
            name = next(name for channel, name in sent.items() if f'"res.partner",{user.partner_id.id}]' in channel)
            self.assertIn(word, name)

    # ------------------------------------------------------------------ the account, of several connectors

    def shared(self):
        """Another company's connector at the same account, whose people speak Russian."""
        company = self.env['res.company'].create({'name': 'İkinci MMC', 'country_id': self.env.ref('base.az').id})
        reader = new_test_user(
            self.env, 'other-reader', 'account.group_account_manager', lang='ru_RU', company_id=company.id, company_ids=[(6, 0, company.ids)]
        )
        other = self.env['vatportal.connector'].create(
            {'base_url': self.connector.base_url, 'token': self.connector.sudo().token, 'company_id': company.id, 'notify_user_ids': reader.ids}
        )
        self.assertEqual(other.sudo().account_id, self.connector.sudo().account_id)
        return other

    def assertTold(self, other, of_this, of_other):
        for connector, text in ((self.connector, of_this), (other, of_other)):
            self.assertIn(text, connector.message_ids[0].body)
            self.assertEqual(connector.message_ids[0].notified_partner_ids, connector.notify_user_ids.partner_id)

    def test_a_renewal_for_several(self):
        other = self.shared()
        account = self.connector.sudo().account_id
        account.secret_ids.write({'token': 'sandbox-token', 'username': 'demo', 'secret_hash': 'wrong-secret'})
        account.write({'auto_renew': True, 'token_date': fields.Datetime.now() - timedelta(days=100)})
        self.run_cron('cron_renew_tokens')
        self.assertTold(other, 'Token yenilənmədi. Portal istifadəçini', 'Токен не обновлён. Портал не принимает пользователя')
        self.assertTold(other, 'Köhnə token', 'Старый токен')
        account._enter({'secret_hash': False})
        self.run_cron('cron_renew_tokens')
        self.assertTold(other, 'bağlantıda doldurun', 'заполните в подключении')

    def test_a_renewal_that_waits_for_several(self):
        other = self.shared()
        account = self.connector.sudo().account_id
        account.write({'auto_renew': True, 'token_date': fields.Datetime.now() - timedelta(days=100)})
        account.renewal_put_off_at = fields.Datetime.now() - timedelta(days=5)
        self.env['vatportal.job']._queue_download(self.connector, ['incoming'], date(2026, 11, 1), date(2026, 11, 2), 'portal')
        self.run_cron('cron_renew_tokens')
        self.assertTold(other, 'Son 3 gündə', 'За последние 3')

    def test_a_phone_that_is_missing(self):
        other = self.shared()
        self.by(self.presser(), self.connector + other).sudo()._ask_for_phone()
        self.assertTold(other, 'Telefonu daxil edin', 'Введите телефон')

    def test_a_renewal(self):
        self.connector.sudo().write({'token': 'sandbox-token', 'username': 'demo', 'secret_hash': 'wrong-secret', 'auto_renew': True})
        self.connector.sudo().token_date = fields.Datetime.now() - timedelta(days=100)
        self.run_cron('cron_renew_tokens')
        self.assertIn('Token yenilənmədi', self.connector.message_ids[0].body)
        self.connector.sudo().secret_hash = 'sandbox-secret'
        self.run_cron('cron_renew_tokens')
        self.assertIn('Token yeniləndi', self.connector.message_ids[0].body)
