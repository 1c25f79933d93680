from odoo import SUPERUSER_ID
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import VatportalCommon


class TestConnectorPeople(VatportalCommon):
    """What asks for a person reaches one: never OdooBot, nor somebody who may not see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env['res.company'].create({'name': 'Başqa MMC'})
        cls.robot = cls.env.ref('base.user_root')
        cls.responsible, cls.named, cls.manager = (
            cls.person(login, groups)
            for login, groups in (
                ('responsible', 'account.group_account_invoice'),
                ('named', 'account.group_account_invoice'),
                ('manager', 'account.group_account_manager'),
            )
        )
        # Those who run the tests are managers as well.
        cls.managers = cls.connector._administrators()
        cls.stranger = cls.person('stranger', 'account.group_account_manager', cls.elsewhere)

    @classmethod
    def person(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(cls.env, login, groups, company_id=company.id, company_ids=[Command.set(company.ids)])

    def user_for(self, record):
        return self.connector.with_user(SUPERUSER_ID).sudo()._activity_user(record)

    def document(self):
        return (
            self.env['vatportal.document']
            .with_user(SUPERUSER_ID)
            .create(
                {'direction': 'outgoing', 'company_id': self.company.id, 'state': 'registered', 'qaime': 'MT261125000100', 'connector_id': self.connector.id}
            )
        )

    def test_who_it_is(self):
        document = self.document()
        self.connector.write({'responsible_id': self.responsible.id, 'notify_user_ids': [Command.set(self.named.ids)]})
        self.assertEqual(self.user_for(document), self.responsible)
        for unable in (self.stranger, self.robot, self.env['res.users']):
            self.connector.responsible_id = unable
            self.assertEqual(self.user_for(document), self.named)
        self.connector.notify_user_ids = self.stranger + self.named
        self.assertEqual(self.user_for(document), self.named)
        self.named.active = False
        self.assertIn(self.user_for(document), self.managers)
        for nobody in (self.stranger, self.env['res.users']):
            self.connector.notify_user_ids = nobody
            self.assertIn(self.user_for(document), self.managers)

    def test_people_who_may_not_see_the_record(self):
        """Access to the company is not enough: rules of other addons hide records from some."""
        document = self.document()
        plain = self.person('plain', 'base.group_user')
        self.connector.notify_user_ids = plain
        self.assertIn(self.user_for(document), self.managers)
        self.connector.notify_user_ids = plain + self.named
        self.assertEqual(self.user_for(document), self.named)
        self.env['ir.rule'].create(
            {
                'name': "Only one's own",
                'model_id': self.env['ir.model']._get_id('vatportal.document'),
                'domain_force': f"[('id', '!=', {document.id})] if user.id == {self.named.id} else [(1, '=', 1)]",
            }
        )
        self.env.invalidate_all()
        self.assertIn(self.user_for(document), self.managers)

    def test_nobody_at_all(self):
        """The activity is there for whoever opens the record."""
        company = self.env['res.company'].create({'name': 'Kimsəsiz MMC'})
        self.env['res.users'].search([]).company_ids -= company
        document = self.document()
        connector = self.connector.sudo().create({'base_url': 'nobody', 'company_id': company.id, 'notify_user_ids': [Command.set(self.named.ids)]})
        document.write({'company_id': company.id, 'connector_id': connector.id})
        document._raise_activity('Look', 'Why')
        record, activity_type = document._activity_place()
        activity = record.activity_search([activity_type])
        self.assertEqual((len(activity), activity.user_id), (1, self.env['res.users']))

    def test_a_named_user_without_access_is_a_warning(self):
        self.assertFalse(self.connector.people_note)
        self.connector.write({'notify_user_ids': [Command.set((self.named + self.stranger).ids)]})
        self.assertIn(self.stranger.name, self.connector.people_note)
        self.assertNotIn(self.named.name, self.connector.people_note)
        self.connector.notify_user_ids = self.named
        self.assertFalse(self.connector.people_note)
        self.named.active = False
        self.env.invalidate_all()
        self.assertIn(self.named.name, self.connector.people_note)
        self.connector.write({'notify_user_ids': [Command.clear()], 'responsible_id': self.stranger.id})
        self.assertIn(self.stranger.name, self.connector.people_note)

    def test_a_scheduled_import_that_nobody_can_confirm(self):
        self.connector.notify_user_ids = self.stranger
        schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'source': 'etaxes'})
        self.assertFalse(schedule._begin())
        self.assertIn('users to notify', schedule.last_error)
        self.connector.notify_user_ids = self.named
        self.assertTrue(schedule._begin())

    def test_a_named_user_who_has_lost_the_right(self):
        """Nobody would see the code: it is said, and asked of the managers instead."""
        schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'source': 'etaxes'})
        self.connector.write({'notify_user_ids': [Command.set(self.named.ids)], 'responsible_id': self.responsible.id})
        self.assertFalse(self.connector.people_note)
        job, other = schedule._begin(), schedule.copy({'direction': 'outgoing'})
        for group in ('account.group_account_readonly', 'base.group_user'):
            with self.subTest(group):
                self.named.group_ids = [Command.set(self.env.ref(group).ids)]
                self.assertIn(self.named.name, self.connector.people_note)
                self.assertNotIn(self.responsible.name, self.connector.people_note)
                self.assertEqual(self.connector._told_users(), self.managers)
                self.assertEqual(job._told_users(), self.managers)
                other.sudo().last_error = False
                self.assertFalse(other._begin())
                self.assertIn('users to notify', other.last_error)
        self.responsible.group_ids = [Command.set(self.env.ref('account.group_account_readonly').ids)]
        self.assertNotIn(self.responsible.name, self.connector.people_note, 'who may read gets activities')
        self.responsible.group_ids = [Command.set(self.env.ref('base.group_user').ids)]
        self.assertIn(self.responsible.name, self.connector.people_note)
        self.named.group_ids = [Command.set(self.env.ref('account.group_account_invoice').ids)]
        self.assertEqual(self.connector._told_users(), self.named)
