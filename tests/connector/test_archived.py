from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields

from odoo.addons.base.models.ir_cron import IrCron

from ...models.document import read_numbers
from ..restored_common import RestoredCommon


class TestArchived(RestoredCommon):
    """A connector was archived, and another one of the company took its place."""

    def test_what_went_through_it(self):
        """It is followed, deleted and sent again as everything else."""
        signed, registered, missed = self.imported(), self.registered(), self.create_invoice()
        self.sandbox.configure(auto_confirm=False)
        job = self.send(missed)
        self.advance(job, steps=3)
        self.sandbox.decline()
        self.finish(job)
        self.assertEqual(missed.vatportal_state, 'rejected')
        self.sandbox.configure(auto_confirm=True)
        other = self.connector.copy({'name': 'Next'})
        self.connector.active = False

        self.sandbox.portal.sign_by_hand(signed.vatportal_document_id.erp_id)
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
        self.env.invalidate_all()
        self.assertRegistered(signed)

        job = self.delete(registered.vatportal_document_id)
        self.assertEqual(job.connector_id, other)
        self.finish(job)
        self.assertEqual(registered.vatportal_state, 'deleted')

        self.assertEqual(missed.vatportal_document_id.action_send_again()['res_model'], 'vatportal.send.wizard')

    def test_without_log_in_data(self):
        """As in a copy of the database: nothing is read, and that is no error."""
        document = self.imported().vatportal_document_id
        self.connector.sudo().account_id.secret_ids.write({'token': False, 'password': False})
        for archived in (False, True):
            self.connector.active = not archived
            self.env.flush_all()
            with (
                self.subTest(archived=archived),
                patch.object(read_numbers._logger, 'info') as told,
                patch.object(read_numbers._logger, 'exception') as failed,
                self.enter_registry_test_mode(),
            ):
                self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual((told.call_count, failed.call_count), (1, 0))
        self.assertEqual(document.state, 'imported')

    def test_through_which_connector_it_is_deleted(self):
        """At VatPortal alone, a document of a partner's account is seen under its own phone; with its number, by any connector."""
        self.connector.phone = '994501234567'
        waiting, registered = self.imported().vatportal_document_id, self.registered().vatportal_document_id
        other = self.connector.copy({'name': 'Next', 'phone': '994501234567'})
        account = (self.connector + other).sudo().account_id
        self.assertEqual(len(account), 1)
        self.connector.active = False
        for partner, phone, through in (
            (False, '994501234567', other),
            (False, '994551234567', other),
            (True, '994501234567', other),
            (True, '994551234567', self.connector),
        ):
            with self.subTest(partner=partner, phone=phone):
                account.is_partner = partner
                other.phone = phone
                self.assertEqual((waiting._deletion_connector(), registered._deletion_connector()), (through, other))

    def test_numbers_are_asked_for_in_turn(self):
        """A run has time for one connector: the next one goes on with those that were not asked, be it that the first fails each time."""
        connectors = self.connector | self.connector.copy({'name': 'Second'}) | self.connector.copy({'name': 'Third'})
        for connector in connectors:
            self.imported().vatportal_document_id.sudo().connector_id = connector
        documents, asked = type(self.env['vatportal.document']), []
        plain = documents._read_numbers

        def read(waiting, connector, **how):
            asked.append(connector.name)
            if fails:
                raise KeyError('x')
            return plain(waiting, connector, **how)

        def run():
            with self.enter_registry_test_mode():
                self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
            self.env.invalidate_all()

        self.patch(documents, '_read_numbers', read)
        self.patch(read_numbers, 'time', SimpleNamespace(monotonic=lambda: 1000 * len(asked)))
        for fails in (False, True):
            with self.subTest(fails=fails):
                connectors.sudo().numbers_asked_at = False
                asked.clear()
                with self.assertLogs('odoo.addons.l10n_az_vatportal.models', 'ERROR') if fails else self.subTest():
                    for _run in connectors:
                        run()
                self.assertEqual(asked, connectors.mapped('name'))
        connectors.sudo().write({'numbers_asked_at': False, 'retry_at': fields.Datetime.now() + timedelta(hours=1)})
        run()
        self.assertFalse(any(connectors.mapped('numbers_asked_at')), 'who has to wait was not asked')

    def test_each_has_its_turn(self):
        """A run of the hourly look that has no time left goes on with the next ones."""
        connectors = self.connector | self.connector.copy({'name': 'Second'}) | self.connector.copy({'name': 'Third'})
        looked = []
        for _run in connectors:
            with patch.object(IrCron, '_commit_progress', lambda *_args, **_kwargs: 0.0):
                self.env['vatportal.connector']._cron_compare()
            looked.append(connectors.filtered('looked_at'))
        self.assertEqual([len(done) for done in looked], [1, 2, 3])
        before = len(self.sandbox.requests)
        with patch.object(IrCron, '_commit_progress', lambda *_args, **_kwargs: 9.0):
            self.env['vatportal.connector']._cron_compare()
        self.assertEqual(len(self.sandbox.requests), before, 'none is due')
