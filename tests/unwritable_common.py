from contextlib import contextmanager

from odoo.tools import SQL, mute_logger

from .send_common import READ, SendCommon

# What the rule of the other module says.
FORBIDDEN = 'Forbidden by another module'
LOUD = (
    'odoo.sql_db',
    *(f'odoo.addons.l10n_az_vatportal.models.{name}' for name in ('document_settle', 'job_answer', 'job_engine', 'portal_import', 'portal_account_token')),
)


class Unwritable:
    """Rules of other modules that stand against what follows from the portal's answers."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*LOUD))

    @contextmanager
    def forbidden(self, records, when='TRUE'):
        """A rule of another module stands against writing ``records`` where ``when`` (SQL, of the row NEW) holds."""
        self.env.flush_all()
        cr, table = self.env.cr, SQL.identifier(records._table)
        cr.execute(
            SQL("""
            CREATE OR REPLACE FUNCTION vatportal_test_forbid() RETURNS trigger AS
                $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0]; END $$ LANGUAGE plpgsql""")
        )
        cr.execute(
            SQL(
                """CREATE TRIGGER vatportal_test_forbid BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (NEW.id IN %s AND (%s))
               EXECUTE FUNCTION vatportal_test_forbid(%s)""",
                table,
                records._ids,
                SQL(when),
                FORBIDDEN,
            )
        )
        try:
            yield
        finally:
            self.env.flush_all()
            cr.execute(SQL('DROP TRIGGER vatportal_test_forbid ON %s', table))


class UnwritableCommon(Unwritable, SendCommon):
    """Answers of the portal that can't be written down, for whatever reason."""

    def say_numbers(self, numbers, times=1, after=0):
        """The portal answers a question for numbers with ``numbers``: dict of documents' ERP ids → number."""
        rows = [{'id': erp_id, 'qaime': number} for erp_id, number in numbers.items()]
        self.sandbox.faults.add(READ, 'wrong_data', times=times, after=after, data={'invoices': rows, 'total': len(rows)})

    def at_portal_as(self, document, number):
        """What the portal has of ``document`` bears ``number`` from now on; return its former one."""
        self.sandbox.portal.tick()
        [invoice] = [invoice for invoice in self.sandbox.portal.state.invoices.values() if invoice.erp_id == document.erp_id]
        former, invoice.qaime = invoice.qaime, number
        return former

    def advance_until(self, job, phase, limit=30):
        for _step in range(limit):
            if job.phase == phase:
                return
            self.advance(job)
        self.fail(f'The job is still in phase {job.phase}: {job.message}')

    def read_numbers(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
        self.env.invalidate_all()

    def assertSentOnce(self, moves):
        """Each of ``moves`` is at the portal once, and went there once."""
        for move in moves:
            self.assertEqual(len(self.at_portal(move)), 1)
        sent = [invoice['id'] for record in self.processed_uploads() for invoice in record.json['invoices']]
        self.assertEqual(len(sent), len(set(sent)))
