from odoo.tests import new_test_user

from ..lifecycle_common import LifecycleCommon


class TestActivityLanguage(LifecycleCommon):
    """An activity is written in the language of whom it is for, whoever is at work: a scheduled action speaks none."""

    def activity_of(self, record, lang):
        self.env['res.lang']._activate_lang(lang)
        self.env['ir.module.module'].search([('name', '=', 'l10n_az_vatportal')])._update_translations([lang])
        self.connector.sudo().responsible_id = new_test_user(self.env, f'reader-{lang}', 'account.group_account_invoice', lang=lang)
        return record

    def test_in_the_readers_language(self):
        words = {'en_US': 'was sent back', 'az_AZ': 'düzəliş', 'ru_RU': 'исправление'}
        for lang, word in words.items():
            move = self.registered()
            self.activity_of(move, lang)
            document = move.vatportal_document_id
            document.sudo().write({'status': 'updateRequested', 'status_code': 'updateRequested'})
            document._follow_status()
            activity = move.activity_ids
            self.assertEqual(activity.user_id.lang, lang)
            self.assertIn(word, f'{activity.summary} {activity.note}'.lower(), lang)
            document._follow_status()
            self.assertEqual(move.activity_ids, activity, 'nothing new, no new activity')

    def test_what_a_scheduled_action_writes(self):
        """A number that comes later, and what is done by it, stand in the history in the language of whoever reads it."""
        move = self.activity_of(self.imported(), 'az_AZ')
        self.connector.sudo().notify_user_ids = self.connector.sudo().responsible_id
        document = move.vatportal_document_id
        self.sandbox.portal.sign_by_hand(document.erp_id)
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').with_context(lang=None).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(move.vatportal_state, 'registered')
        self.assertIn('nömrəsi', ' '.join(move.message_ids.mapped('body')))

    def test_what_is_done_is_said_in_the_readers_language(self):
        move = self.activity_of(self.registered(), 'az_AZ')
        document = move.vatportal_document_id
        document.sudo().write({'status': 'updateRequested', 'status_code': 'updateRequested'})
        document._follow_status()
        document.sudo().write({'status': 'approved', 'status_code': 'approved'})
        document.with_context(lang=None)._follow_status()
        self.assertFalse(move.activity_ids)
        self.assertIn('statusu', ' '.join(move.message_ids.mapped('body')))
