from unittest.mock import patch

from odoo.addons.base.models.ir_cron import IrCron

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
