from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...vatportal import serie_number
from ...vatportal.codes import known_status
from ...vatportal.etaxes import qaime_number
from ..states import FINAL_STATUSES, OPEN_STATES, PENDING_STATES, WAITING_STATUSES

# Where a document stands, which decides how it is taken away (VatPortal API v8.0, /inv/delete and /etx/delete).
FOLDERS = [('portal', 'At VatPortal only'), ('sent', 'Sent, waits for the counterparty'), ('draft', 'Drafts at e-taxes')]


class VatportalDocument(models.Model):
    """Taking a document away again: whether it can be, where from, and what is written when it is gone.

    Nothing here knows of invoices: whatever a document was made from follows by itself.
    """

    _inherit = 'vatportal.document'

    delete_reason = fields.Char(string='Reason of Deletion', readonly=True, copy=False)
    deleted_by_id = fields.Many2one('res.users', string='Deleted by', readonly=True, copy=False)
    deleted_at = fields.Datetime(string='Deleted on', readonly=True, copy=False)
    deletion_job_id = fields.Many2one(
        'vatportal.job',
        string='Deletion',
        readonly=True,
        copy=False,
        ondelete='set null',
        index='btree_not_null',
        help='The last process that was to delete the document.',
    )
    is_being_deleted = fields.Boolean(compute='_compute_deletion')
    can_delete = fields.Boolean(compute='_compute_deletion')

    @api.depends('state', 'status', 'qaime', 'job_ids.state')
    def _compute_deletion(self):
        for document in self:
            document.is_being_deleted = bool(document._open_deletions())
            document.can_delete = not document._delete_problem()

    def _open_deletions(self):
        """The deletions that are at work on these documents."""
        jobs = self.sudo().job_ids.filtered(lambda job: job.operation == 'delete' and job.state in OPEN_STATES)
        return jobs.sudo(False)

    def _deletion_connector(self):
        """The connector through which the document is deleted. Where its own is archived: of what has its number any connector
        of the company reaches it, of what is at VatPortal alone only one of the same account, a partner's with the same phone."""
        own, other = self._connector(), self._refresh_connector()
        return other if other and (self.qaime or other._reaches_what_went_through(own)) else own

    # ------------------------------------------------------------------ whether and where

    def _delete_folder(self):
        """Where the document stands. What has a number is taken for signed: the portal does not tell a draft
        apart, so the person may say that it is one."""
        return 'portal' if self.state == 'imported' else 'sent'

    def _delete_problem(self):
        """Return why this document cannot be deleted, and what to do instead; False where it can."""
        self.ensure_one()
        _ = self.env._
        if self._open_deletions():
            return _('It is being deleted already.')
        if self.direction == 'incoming':
            return _('Only the company that issued it can delete it. Refuse it at e-taxes.gov.az, or ask the seller.')
        if self.state in PENDING_STATES:
            return _('It is being sent at the moment. Wait for the end of the process.')
        if self.state == 'rejected':
            return _('It was rejected and is not at e-taxes; there is nothing to delete.')
        if self.state == 'deleted':
            return self._delete_status_problem() if self._is_ended_otherwise() else _('It is deleted already.')
        if not self._connector():
            return _('%s has no VatPortal connector.', self.company_id.name)
        if self.state == 'imported':
            return self._delete_advance_problem()
        return self._delete_status_problem() or self._delete_number_problem() or self._delete_advance_problem()

    def _delete_status_problem(self):
        """Why e-taxes would not give up a registered document in its present status; False where it would."""
        _ = self.env._
        if self.status in WAITING_STATUSES:
            return False
        if not self.status:
            return _('Its status at e-taxes is not known here, for it was read from a file. Import it from e-taxes first.')
        if self.status in FINAL_STATUSES:
            return _('It is no longer in force at e-taxes (%s).', self._status_label())
        if self.status == 'cancelRequested':
            return _('Its cancellation is requested at e-taxes already. The next import brings the outcome.')
        if self.status == 'updateRequested':
            return _('The counterparty sent it back for correction. Correct it at e-taxes.gov.az; the next import brings the outcome.')
        return _(
            "The counterparty has answered it (%s), so it can't be deleted any more. Ask for its cancellation at "
            'e-taxes.gov.az; the next import brings the outcome.',
            self._status_label(),
        )

    def _delete_number_problem(self):
        try:
            serie_number(self.qaime)
        except ValueError:
            return self.env._('Its number %s is not a series and eight digits; delete it at e-taxes.gov.az.', self.qaime)
        return False

    def _status_label(self):
        labels = dict(self._fields['status']._description_selection(self.env))
        return labels.get(self.status) if self.status != 'unknown' else self.status_code or ''

    def _is_gone_from(self, listed):
        """Whether the portal's list of sent documents, ``{number: status}``, shows that this one is gone."""
        return known_status(listed.get(qaime_number(self.qaime))) in FINAL_STATUSES

    # ------------------------------------------------------------------ gone

    def _set_deleted(self, user, reason, by_hand=False):
        """The documents are surely gone: say so here and on the invoice, with who, when and why.

        :param by_hand: a person vouches for it, not the portal
        """
        for document in self:
            number = document.qaime or document.erp_id or document.display_name
            document._set_state(
                'deleted',
                deleted_by_id=user.id,
                deleted_at=fields.Datetime.now(),
                delete_reason=reason,
                message=False,
                portal_message=False,
                **({'status': 'deleted', 'status_code': 'deleted'} if document.qaime else {}),
                **({} if by_hand else {'missing_since': False, 'missing_job_id': False}),
            )
            document._clear_double()
            if document._source() and not document._source()._vatportal_is_in_force():
                document._follow_status()  # that it stands was somebody's task
            if by_hand:
                text = self.env._(
                    '%(user)s looked at the portal and did not find %(number)s there; it counts as deleted. Reason: %(reason)s',
                    user=user.name,
                    number=number,
                    reason=reason,
                )
            else:
                text = self.env._('%(number)s was deleted from e-taxes by %(user)s. Reason: %(reason)s', user=user.name, number=number, reason=reason)
            for record in (document, document._source()):
                if record:
                    record.sudo().message_post(body=text, author_id=user.partner_id.id)

    # ------------------------------------------------------------------ buttons

    def action_delete(self):
        """Open the wizard that deletes these documents from e-taxes."""
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Delete from e-taxes'),
            'res_model': 'vatportal.delete.wizard',
            'view_mode': 'form',
            'views': [[False, 'form']],
            'target': 'new',
            'context': {'default_document_ids': [fields.Command.set(self.ids)], 'dialog_size': 'large'},
        }

    def action_not_at_portal(self):
        """A manager looked at the portal and the document is not there: the way out when the portal neither shows
        an ERP id nor gives it up, or a document that was sent is missing, or is known from a file alone. From here on the invoice can be corrected and
        sent anew, under a new ERP id.

        :raises AccessError: for anyone but accounting managers
        :raises UserError: for documents that are neither missing, nor known from a file alone, nor at the portal without a number
        """
        self.check_access('read')
        if not self.env.user.has_group('account.group_account_manager'):
            raise AccessError(self.env._('Only accounting managers can say that an invoice is not at the portal.'))
        given_back = self.filtered(lambda document: document.state == 'rejected' and document.doubtful)
        for document in self - given_back:
            missing = document.direction == 'outgoing' and (document._is_missing() or document.state == 'registered' and document.is_mere_file)
            if not (document.state == 'imported' or missing) or document._open_deletions():
                raise UserError(
                    self.env._(
                        'This is only for invoices that are at the portal without a signature, or are missing there, and %s is not.', document.display_name
                    )
                )
        (self - given_back)._set_deleted(self.env.user, self.env._('Not at the portal'), by_hand=True)
        given_back._give_up_erp_id(self.env.user)
        (self - given_back)._follow_status()
        return True
