from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from .bill_common import BillCommon

# Odoo's tests switch the chatter's log off; it is what some of these are about.
TRACKED = {'tracking_disable': False, 'mail_notrack': False, 'mail_create_nolog': False}
TODAY = date(2026, 11, 20)  # a Friday


class DueCommon(BillCommon):
    """It is noon in Baku, on the day on which the tests' invoices and documents are made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['account.move'].search([('company_id', '=', cls.company.id), ('state', '=', 'draft')]).unlink()
        cls.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-10-15 08:00:00' WHERE id = %s", [cls.connector.id])
        cls.env.registry.clear_cache()
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        freezer = freeze_time(datetime(2026, 11, 20, 8, 0, 0))
        self.clock = freezer.start()
        self.addCleanup(freezer.stop)
        self.env.invalidate_all()

    def at(self, moment):
        """From here on it is ``moment`` (UTC)."""
        self.env.flush_all()
        self.clock.move_to(moment)
        self.env.invalidate_all()

    def rule(self, name):
        return self.env.ref(f'l10n_az_vatportal.{name}')

    def remind(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_remind').method_direct_trigger()
        self.env.invalidate_all()

    def computed(self, model, field, change):
        """Ids of the records of ``model`` of which ``field`` is computed while ``change()`` is at work: one list for each time."""
        cls, parts = type(self.env[model]), []
        name = cls._fields[field].compute
        compute = getattr(cls, name)

        def noted(records):
            parts.append(records.ids)
            return compute(records)

        self.env.flush_all()
        with patch.object(cls, name, noted):
            change()
            self.env.flush_all()
        self.env.invalidate_all()
        return parts

    def told(self, record):
        """The activities of what is due on ``record``."""
        return record.activity_ids.filtered(
            lambda activity: activity.activity_type_id.get_external_id()[activity.activity_type_id.id].endswith(('_due', '_answer'))
        )
