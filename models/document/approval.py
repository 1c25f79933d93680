from odoo import api, fields, models

from ..states import APPROVED_STATUSES, WAITING_STATUSES


class VatportalDocument(models.Model):
    """How long the counterparty takes to approve.

    e-taxes does not tell when a document was approved. Known is when a reading first showed it so, where an earlier one
    had shown it waiting; what was approved before anybody looked says nothing about time.
    """

    _inherit = 'vatportal.document'

    seen_waiting = fields.Boolean(compute='_compute_approved_at', store=True, copy=False, help='A reading has shown it waiting for approval.')
    approved_at = fields.Datetime(string='Approval Seen', compute='_compute_approved_at', store=True, copy=False)
    days_to_approve = fields.Float(
        string='Days until Approval',
        digits=(16, 1),
        compute='_compute_days_to_approve',
        store=True,
        aggregator='avg',
        help='From the day on which it was made to the first reading that showed it approved, after one that had shown it waiting. '
        'It is as exact as the readings are frequent.',
    )

    @api.depends('status')
    def _compute_approved_at(self):
        now = fields.Datetime.now()
        for document in self:
            waited, approved_at = document.seen_waiting, document.approved_at
            document.seen_waiting = waited or document.status in WAITING_STATUSES
            document.approved_at = approved_at or (waited and document.status in APPROVED_STATUSES and now)

    @api.depends('approved_at', 'date')
    def _compute_days_to_approve(self):
        for document in self:
            passed = document.approved_at and document.date and (document.approved_at - document.date).total_seconds()
            document.days_to_approve = max(0.0, passed / 86400) if passed else 0.0
