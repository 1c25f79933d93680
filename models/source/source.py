from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..states import ASKING_STATUSES, LIVE_STATES, PENDING_STATES, SENDABLE_STATES

# Shown on what is sent: what its current document is doing, in the accountant's words.
SOURCE_STATES = [
    ('none', 'Not sent yet'),
    ('progress', 'In progress'),
    ('pin', 'Waiting for PIN'),
    ('unconfirmed', 'Unconfirmed'),
    ('imported', 'At the portal, not signed'),
    ('registered', 'Registered'),
    ('rejected', 'Not sent'),
    ('deleted', 'Cancelled or Deleted'),
]
_DOCUMENT_STATES = {'queued': 'progress', 'processing': 'progress'}


class VatportalSource(models.AbstractModel):
    """Whatever is sent to e-taxes as a document: invoices, and what other addons send.

    A model that inherits from this

    - has ``name``, ``company_id`` and a chatter,
    - defines ``vatportal_document_ids``, a One2many to ``vatportal.document``, and names its inverse in
      :attr:`_vatportal_link`; the document's ``_source()`` leads back,
    - says what it sends: ``_vatportal_can_be_sent()``, ``_vatportal_unsent_domain()``, ``_vatportal_record_problems()``,
      ``_vatportal_document_vals()`` and ``_vatportal_amount()``,
    - calls :meth:`_vatportal_guard` before anything that would change what e-taxes has,
    - shows :meth:`_vatportal_alerts`, with the buttons that :meth:`_vatportal_usable` leaves.

    The fields here only follow the current document; nothing is decided by them that a person could have written.
    """

    _name = 'vatportal.source'
    _description = 'Sent to e-taxes'
    _inherit = ['vatportal.guard', 'vatportal.due']

    # The field of ``vatportal.document`` that points to this model.
    _vatportal_link = None
    # Whom a record of this model is entrusted to, and the type of the activities that tell them of its document.
    _vatportal_user_field = 'invoice_user_id'
    # Whose users send it, and do whatever else is offered on its banner.
    _vatportal_groups = 'account.group_account_invoice'
    _vatportal_activity_type = 'l10n_az_vatportal.mail_activity_etaxes'

    vatportal_document_id = fields.Many2one(
        'vatportal.document', string='e-taxes Document', compute='_compute_vatportal_document_id', store=True, copy=False, index='btree_not_null'
    )
    vatportal_state = fields.Selection(SOURCE_STATES, string='e-taxes State', compute='_compute_vatportal_state', store=True, copy=False, index=True)
    vatportal_status = fields.Selection(string='e-taxes Status', related='vatportal_document_id.status', store=True, copy=False)
    vatportal_qaime = fields.Char(string='Qaimə Number', related='vatportal_document_id.qaime', store=True, copy=False, index='trigram')
    vatportal_add_info = fields.Char(string='Additional Note', copy=False)
    vatportal_transp_reg_number = fields.Char(string='Transport Registration Number', copy=False)
    vatportal_can_send = fields.Boolean(compute='_compute_vatportal_can_send', string='Can Be Sent to e-taxes')
    vatportal_locked = fields.Boolean(compute='_compute_vatportal_locked', string='e-taxes Fields Locked')
    vatportal_can_delete = fields.Boolean(compute='_compute_vatportal_can_delete', string='Can Be Deleted from e-taxes')
    vatportal_can_refresh = fields.Boolean(compute='_compute_vatportal_can_refresh', string='e-taxes Status Can Be Refreshed')
    vatportal_is_being_deleted = fields.Boolean(compute='_compute_vatportal_can_delete', string='Being Deleted from e-taxes')
    vatportal_document_count = fields.Integer(compute='_compute_vatportal_document_count', string='Number of e-taxes Documents')

    # ------------------------------------------------------------------ computed fields

    @api.depends('vatportal_document_ids.state')
    def _compute_vatportal_document_id(self):
        for record in self:
            documents = record.sudo().vatportal_document_ids.filtered(lambda document: document.direction == 'outgoing' and document.id).sorted('id')
            live = documents.filtered(lambda document: document.state in LIVE_STATES)
            record.vatportal_document_id = (live or documents)[-1:]

    @api.depends('vatportal_document_id.state', 'vatportal_document_id.job_ids.waits_for_pin')
    def _compute_vatportal_state(self):
        for record in self:
            document = record.sudo().vatportal_document_id
            state = document.state or 'none'
            if state == 'processing' and any(document.job_ids.mapped('waits_for_pin')):
                state = 'pin'
            record.vatportal_state = _DOCUMENT_STATES.get(state, state)

    @api.depends('vatportal_state', 'company_id')
    def _compute_vatportal_can_send(self):
        connectors = {company: self.env['vatportal.connector']._default_for(company) for company in self.company_id}
        for record in self:
            record.vatportal_can_send = (
                (record.vatportal_state or 'none') in SENDABLE_STATES and record._vatportal_can_be_sent() and bool(connectors.get(record.company_id))
            )

    @api.depends('vatportal_state')
    def _compute_vatportal_locked(self):
        """What is at e-taxes, or on its way, stays as it is here."""
        for record in self:
            record.vatportal_locked = (record.vatportal_state or 'none') not in SENDABLE_STATES

    @api.depends('vatportal_document_id.can_delete', 'vatportal_document_id.is_being_deleted')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_vatportal_can_delete(self):
        readable = self._vatportal_readable(self.sudo().vatportal_document_id)
        for record in self:
            document = record.sudo().vatportal_document_id
            record.vatportal_can_delete = (document & readable).can_delete
            record.vatportal_is_being_deleted = document.is_being_deleted

    @api.depends('vatportal_document_id.can_refresh')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_vatportal_can_refresh(self):
        readable = self._vatportal_readable(self.sudo()._vatportal_shown_document())
        for record in self:
            record.vatportal_can_refresh = any((record.sudo()._vatportal_shown_document() & readable).mapped('can_refresh'))

    def _vatportal_shown_document(self):
        """The documents whose status these records show."""
        return self.vatportal_document_id

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_vatportal_document_count(self):
        having = self.filtered(lambda record: record._vatportal_has_documents())
        readable = self._vatportal_readable(having.sudo().vatportal_document_ids)
        for record in self:
            record.vatportal_document_count = len(record.sudo().vatportal_document_ids & readable) if record in having else 0

    def _vatportal_has_documents(self):
        """Whether there is any document of this record; read with the record itself, for most have none."""
        return bool(self.vatportal_document_id)

    def _vatportal_can_be_sent(self):
        """Whether this record is one of those that the company sends to e-taxes, and ready for it in itself."""
        raise NotImplementedError

    def _vatportal_is_ever_sent(self):
        """Whether records of this one's type are sent to e-taxes at all, ready or not."""
        return True

    def _vatportal_never_sent_text(self):
        """What to say where all that was chosen is of a type that is not sent."""
        return self.env._('None of these is sent to e-taxes.')

    def _vatportal_is_in_force(self):
        """Whether this record stands as if its document did."""
        return self.state in ('posted', 'done')

    def _vatportal_numbered(self):
        """The qaimə of this record has got its number. Whatever follows from that must not fail."""

    def _vatportal_amount(self, connector):
        """What this record comes to when it is sent through ``connector``, in AZN."""
        raise NotImplementedError

    def _vatportal_signed_amount(self, connector):
        """The same with the sign with which it is added to others: less than nothing for what takes something back."""
        return self._vatportal_amount(connector)

    def _vatportal_live_document(self):
        """The document of this record that is, or may be, at the portal; whoever asks."""
        self.ensure_one()
        return self.sudo().vatportal_document_ids.filtered(lambda document: document.direction == 'outgoing' and document.state in LIVE_STATES)[:1]

    # ------------------------------------------------------------------ buttons

    @api.model
    def _vatportal_may_send(self):
        """Whether the user is one of those who send records of this model, and take them away again. To read them is not enough."""
        return self.env.su or self.env.user.has_groups(self._vatportal_groups)

    @api.model
    def _vatportal_check_may_send(self):
        """:raises AccessError: for users who do not send records of this model"""
        if not self._vatportal_may_send():
            raise AccessError(self.env._('You may look at it, but not send it to e-taxes, nor delete it there.'))

    def action_vatportal_send(self):
        """Open the send wizard for these records; the header button, the list's action, and the way to try a
        rejected one again.

        :raises UserError: when none of them is of those that are ever sent; Odoo shows the action on every list
        """
        self.check_access('read')
        if not any(record._vatportal_is_ever_sent() for record in self):
            raise UserError(self._vatportal_never_sent_text())
        return self.env['vatportal.send.wizard']._open(self)

    def action_vatportal_documents(self):
        """Open the e-taxes documents of this record."""
        self.ensure_one()
        self.check_access('read')
        action = {
            'type': 'ir.actions.act_window',
            'name': self.env._('e-taxes Documents'),
            'res_model': 'vatportal.document',
            'view_mode': 'list,form',
            'domain': [(self._vatportal_link, '=', self.id)],
        }
        if len(self.vatportal_document_ids) == 1:
            action |= {'view_mode': 'form', 'res_id': self.vatportal_document_ids.id}
        return action

    def action_vatportal_follow(self):
        """Open the live view of the process that is at work on this record: a deletion, else the sending."""
        self.ensure_one()
        self.check_access('read')
        deletion = self.vatportal_document_id._open_deletions()
        return deletion._dialog_action() if deletion else self.vatportal_document_id.action_open_job()

    def action_vatportal_delete(self):
        """Open the wizard that deletes these records from e-taxes.

        :raises UserError: when none of them is, or was, at e-taxes
        """
        self.check_access('read')
        documents = self.vatportal_document_id
        if not documents:
            raise UserError(self.env._('None of these was sent to e-taxes; there is nothing to delete.'))
        action = documents.action_delete()
        unsent = self.filtered(lambda record: not record.vatportal_document_id)
        if unsent:
            names = unsent[:10].mapped('display_name') + ['…'] * (len(unsent) > 10)
            action['context']['default_unsent'] = ', '.join(names)
        return action

    def action_vatportal_refresh_status(self):
        """Ask what e-taxes has of the documents of these records, see :meth:`VatportalDocument.action_refresh_status`.

        :raises UserError: when none of them has a document with a number
        """
        self.check_access('read')
        documents = self.sudo()._vatportal_shown_document().sudo(False)
        if not documents:
            raise UserError(self.env._('None of these is at e-taxes.'))
        return documents.action_refresh_status()

    # ------------------------------------------------------------------ banner

    def _vatportal_alerts(self):
        """Return what is to be said at the head of this record's form, for the widget ``actionable_errors``."""
        self.ensure_one()
        alerts = {}
        # Whoever may read the invoice may read what became of it, without access to the documents themselves.
        document = self.sudo().vatportal_document_id
        state = self.vatportal_state
        if state in ('progress', 'pin', 'unconfirmed'):
            alerts['vatportal_progress'] = self._vatportal_follow_alert(
                {
                    'progress': self.env._('e-taxes: this document is being sent.'),
                    'pin': self.env._('e-taxes: ASAN İmza waits for the PIN on the phone.'),
                    'unconfirmed': self.env._("e-taxes: the portal's answer was lost; it is being asked what it has. Nothing is sent a second time."),
                }[state],
                'warning' if state != 'progress' else 'info',
            )
        elif state == 'rejected':
            said = document.portal_message
            alerts['vatportal_rejected'] = {
                'level': 'danger',
                'message': self.env._('e-taxes: %s', document.message or '') + (' ' + self.env._('The portal said: %s', said) if said else ''),
            }
            if not self.vatportal_unsent_reason:
                again = {'action_text': self.env._('Send again'), 'action_call': (self._name, 'action_vatportal_send', self.ids)}
                alerts['vatportal_rejected'] |= again
            alerts |= self._vatportal_connector_alert()
        elif state == 'imported':
            alerts['vatportal_imported'] = {
                'level': 'info',
                'message': document.message
                or self.env._('e-taxes: the document is at VatPortal and waits to be signed there. Its number is fetched by itself.'),
            }
        elif state == 'registered':
            alerts |= self._vatportal_standing_alert(document)
        if self.vatportal_is_being_deleted:
            alerts['vatportal_deletion'] = self._vatportal_follow_alert(self.env._('e-taxes: this document is being deleted.'), 'warning')
        return alerts

    def _vatportal_standing_alert(self, document):
        text = self._vatportal_standing_text(document)
        return (
            {
                'vatportal_standing': {
                    'level': 'warning',
                    'message': text,
                    'action_text': self.env._('See the document'),
                    'action_call': (self._name, 'action_vatportal_documents', self.ids),
                }
            }
            if text
            else {}
        )

    def _vatportal_standing_text(self, document):
        """What the registered ``document`` of this record asks for; False for nothing."""
        if document.status not in ASKING_STATUSES and not document._is_missing():
            return False
        return self.env._('e-taxes: %(number)s. %(hint)s', number=document.qaime or document.name, hint=document.hint)

    def _vatportal_connector_alert(self):
        """The way to the connector, for those who configure it, where the portal did not let it in."""
        connector = self.sudo().vatportal_document_id.job_ids.sorted('id')[-1:]._connector_to_mend()
        if not connector:
            return {}
        return {
            'vatportal_connector': {
                'level': 'warning',
                'message': self.env._('e-taxes: the connector %s has to be mended before this can be sent.', connector.name),
                'action_text': self.env._('Open the connector'),
                'action': {'type': 'ir.actions.act_window', 'res_model': connector._name, 'res_id': connector.id, 'views': [(False, 'form')]},
            }
        }

    def _vatportal_follow_alert(self, text, level):
        return {'level': level, 'message': text, 'action_text': self.env._('Follow'), 'action_call': (self._name, 'action_vatportal_follow', self.ids)}

    # ------------------------------------------------------------------ guards

    def _vatportal_check_may_write(self):
        """Before a guard tells anything of these records, whoever asks must be one who could change them. Other apps call
        with none, which is for nobody to refuse."""
        if self:
            self.check_access('write')

    def _vatportal_guard(self):
        """:raises UserError: when one of the records lives, or may live, at the portal"""
        for record in self:
            document = record._vatportal_live_document()
            if document.state in PENDING_STATES:
                raise UserError(
                    self.env._(
                        '%s is being sent to e-taxes. Wait for the end of the process; then it can be deleted from e-taxes if it must be changed.',
                        record.display_name,
                    )
                )
            if not document:
                continue
            values = {'name': record.display_name, 'number': document.qaime or document.erp_id}
            why_not = document._delete_problem()
            if why_not:
                raise UserError(self.env._('%(name)s is at e-taxes (%(number)s). %(why)s', why=why_not, **values))
            raise UserError(self.env._('%(name)s is at e-taxes (%(number)s). Delete it there first; then it can be changed here.', **values))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_etaxes(self):
        self._vatportal_guard()
        sent = self.filtered('vatportal_document_ids')
        if sent:
            raise UserError(self.env._('%s was sent to e-taxes and stays as part of its history; cancel it instead.', sent[0].display_name))
