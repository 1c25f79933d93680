from odoo import fields, models


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    compares = fields.Boolean(readonly=True, help='Asks for the ERP ids that the portal has of these days first.')
    found_count = fields.Integer(string='Found', readonly=True, help='Invoices that were sent, which was not known here.')
    unknown_ids = fields.Json(readonly=True, help='ERP ids of ours that nothing is known of here → number, and the invoice that has it by now.')


class VatportalOperationComparison(models.AbstractModel):
    """Comparing what the portal has with what is known here, as after a restored backup.

    An import of sent documents that first asks, by date, for the ERP ids that the portal has of those days. What is found
    so, or by the documents that then are read, is linked with its invoices; the rest is told.
    """

    _name = 'vatportal.operation.comparison'
    _description = 'Compare with VatPortal'
    _inherit = ['vatportal.operation.download']

    def _phases(self):
        return {**super()._phases(), 'compare': (self._ask_ids, self._take_ids, self._page_failed)}

    def _ask_ids(self, job, client):
        return client.read_invoices_by_date(*self._span(job))

    def _take_ids(self, job, numbers):
        # Long spans are read in parts; somebody has asked for all of them.
        found, unknown = self.env['vatportal.document']._take_foreign(job.connector_id, numbers, min(job._batch().mapped('date_from')))
        # Nothing has been read yet.
        job._go('start' if job.source == 'etaxes' else 'read', 0, state='queued', found_count=len(found), unknown_ids=unknown, changed_at=fields.Datetime.now())

    def _resume_values(self, job):
        vals = super()._resume_values(job)
        return vals if job.has_documents else {**vals, 'phase': 'compare'}

    # ------------------------------------------------------------------ the end

    def _get_warning(self, job):
        return '\n'.join(filter(None, [super()._get_warning(job), self._unknown_text(job)])) or False

    def _unknown_text(self, job):
        """What the portal has from here that is not known here, a line each; '' for nothing."""
        if not job.unknown_ids:
            return ''
        return '\n'.join(
            [
                self.env._('VatPortal has these invoices, sent from Odoo, that this database does not know. Look for them there; do not send them again:'),
                *(self._unknown_line(erp_id, *values) for erp_id, values in job.unknown_ids.items()),
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

    def _end(self, job, problem=False, portal_message=False, warning=False):
        if job.unknown_ids:
            self._drop_known(job)
        super()._end(job, problem, portal_message, warning)

    def _all_ended(self, job, batch):
        super()._all_ended(job, batch)
        # Also where a person has stopped it, or gone on with it.
        job.connector_id._in_their_language()._note_compared(batch)

    def _drop_known(self, job):
        """What the documents that were read have been linked with is not unknown any more."""
        unknown, documents = job.unknown_ids, self.env['vatportal.document'].sudo()
        documents._know_by_number({erp_id: number for erp_id, (number, _name) in unknown.items()})
        linked = documents.search([('erp_id', 'in', list(unknown))]).filtered(lambda document: document._source())
        if linked:
            gone = set(linked.mapped('erp_id'))
            job.write(
                {
                    'found_count': job.found_count + len(gone),
                    'unknown_ids': {erp_id: values for erp_id, values in unknown.items() if erp_id not in gone} or False,
                }
            )

    # ------------------------------------------------------------------ one sentence

    def _headline_done(self, job):
        batch = job._batch()
        return self.env._(
            'Compared: %(found)s invoices were sent that this database did not know, and were linked; %(unknown)s are of no invoice here.',
            found=sum(batch.mapped('found_count')),
            unknown=sum(len(other.unknown_ids or {}) for other in batch),
        )

    def _headline_open(self, job):
        if job.phase == 'compare' and not job.on_hold:
            return self.env._('Asking VatPortal what it has of these days…')
        return super()._headline_open(job)
