from odoo import fields, models

from ..states import OPEN_STATES


class VatportalJob(models.Model):
    """Comparing what the portal has with what is known here, as after a restored backup.

    An import of sent documents that first asks, by date, for the ERP ids that the portal has of those days. What is found
    so, or by the documents that then are read, is linked with its invoices; the rest is told.
    """

    _inherit = 'vatportal.job'

    phase = fields.Selection(selection_add=[('compare', 'Ask for the ERP ids of these days')], ondelete={'compare': 'set default'})
    compares = fields.Boolean(readonly=True, help='Asks for the ERP ids that the portal has of these days first.')
    found_count = fields.Integer(string='Found', readonly=True, help='Invoices that were sent, which was not known here.')
    unknown_ids = fields.Json(readonly=True, help='ERP ids of ours that nothing is known of here → number, and the invoice that has it by now.')

    def _call_compare(self, client):
        return client.read_invoices_by_date(*self._span())

    def _apply_compare(self, numbers):
        found, unknown = self.env['vatportal.document']._take_foreign(self.connector_id, numbers)
        self.write(
            {'found_count': len(found), 'unknown_ids': unknown, 'phase': 'start' if self.source == 'etaxes' else 'read', 'changed_at': fields.Datetime.now()}
        )
        self._schedule(0)

    def _error_compare(self, answer):
        return self._error_read(answer)

    def _resume_values(self):
        vals = super()._resume_values()
        return {**vals, 'phase': 'compare'} if self.compares and not self.has_documents else vals

    # ------------------------------------------------------------------ the end

    def _get_warning(self):
        return '\n'.join(filter(None, [super()._get_warning(), self.compares and self._unknown_text()])) or False

    def _unknown_text(self):
        """What the portal has from here that is not known here, a line each; '' for nothing."""
        if not self.unknown_ids:
            return ''
        return '\n'.join(
            [
                self.env._('VatPortal has these invoices, sent from Odoo, that this database does not know. Look for them there; do not send them again:'),
                *(self._unknown_line(erp_id, *values) for erp_id, values in self.unknown_ids.items()),
            ]
        )

    def _unknown_line(self, erp_id, number, name):
        if name and number:
            return self.env._('%(erp_id)s, qaimə %(number)s: sent as %(name)s, with another customer, date or total', erp_id=erp_id, number=number, name=name)
        if name:
            return self.env._('%(erp_id)s, not signed: sent as %(name)s, with another customer, date or total', erp_id=erp_id, name=name)
        if number:
            return self.env._('%(erp_id)s, qaimə %(number)s', erp_id=erp_id, number=number)
        return self.env._('%(erp_id)s, not signed', erp_id=erp_id)

    def _end_download(self, problem=False, portal_message=False):
        if self.unknown_ids:
            self._drop_known()
        super()._end_download(problem, portal_message)

    def _finish(self):
        super()._finish()
        if not self.compares:
            return
        batch = self._batch()
        if all(job.state not in OPEN_STATES for job in batch):
            self.connector_id._note_compared(batch)

    def _drop_known(self):
        """What the documents that were read have been linked with is not unknown any more."""
        unknown, documents = self.unknown_ids, self.env['vatportal.document'].sudo()
        documents._know_by_number({erp_id: number for erp_id, (number, _name) in unknown.items()})
        linked = documents.search([('erp_id', 'in', list(unknown))]).filtered(lambda document: document._source())
        if linked:
            gone = set(linked.mapped('erp_id'))
            self.write(
                {
                    'found_count': self.found_count + len(gone),
                    'unknown_ids': {erp_id: values for erp_id, values in unknown.items() if erp_id not in gone} or False,
                }
            )

    def _headline(self):
        if self.phase == 'compare' and self.state in OPEN_STATES and not (self._is_delayed() or self.on_hold):
            return self.env._('Asking VatPortal what it has of these days…')
        if self.compares and self.state == 'done':
            batch = self._batch()
            return self.env._(
                'Compared: %(found)s invoices were sent that this database did not know, and were linked; %(unknown)s are of no invoice here.',
                found=sum(batch.mapped('found_count')),
                unknown=sum(len(job.unknown_ids or {}) for job in batch),
            )
        return super()._headline()
