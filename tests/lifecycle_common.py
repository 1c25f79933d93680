from odoo.fields import Command

from .common import VatportalCommon


class LifecycleCommon(VatportalCommon):
    """What the tests of deletion, advances, kinds, partners and renewal share."""

    def registered(self, *lines, **vals):
        """An invoice that has its number."""
        move = self.create_invoice(*lines, **vals)
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered', move.vatportal_document_id.message)
        return move

    def imported(self, *lines, **vals):
        """An invoice that is at VatPortal without a signature."""
        move = self.create_invoice(*lines, **vals)
        self.finish(self.send(move, sign=False))
        self.assertEqual(move.vatportal_state, 'imported')
        return move

    def delete_wizard(self, documents, reason='Wrong price'):
        return self.env['vatportal.delete.wizard'].create({'document_ids': [Command.set(documents.ids)], 'reason': reason})

    def delete(self, documents, **vals):
        """Delete ``documents`` through the wizard; return the job, which has been started."""
        action = self.delete_wizard(documents, **vals).action_delete()
        return self.env['vatportal.job'].browse(action['res_id'])

    def calls(self, path, method=None):
        """The requests that the sandbox received for an endpoint."""
        return [record for record in self.sandbox.requests if record.path.endswith(path) and method in (None, record.method)]

    def settle(self, job):
        """Move ``job`` on until it has ended, with the waiting for a lost answer behind it."""
        for _step in range(40):
            if job.state not in ('queued', 'starting', 'running'):
                return
            if job.settle_at:
                job.sudo().settle_at = '2020-01-01'
            self.advance(job)
        self.fail(f'The job is still {job.state}, phase {job.phase}: {job.message}')

    def document_of(self, row):
        """A document that was sent by hand and imported: ``row`` of the portal's list."""
        return (
            self.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'outgoing',
                    'company_id': self.company.id,
                    'connector_id': self.connector.id,
                    'qaime': row['qaime'],
                    'state': 'registered',
                    'status': 'onApproval',
                    'status_code': 'onApproval',
                    'date': '2026-11-20 06:00:00',
                    'kind_id': self.env.ref('l10n_az_vatportal.kind_default_invoice').id,
                }
            )
            .sudo(False)
        )
