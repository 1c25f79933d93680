from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.account_move.send_later import RECORDS


class AccountMoveSendWizard(models.TransientModel):
    _inherit = 'account.move.send.wizard'

    vatportal_has_no_number = fields.Boolean(compute='_compute_vatportal_has_no_number', string='No Qaimə Number')
    vatportal_waits_to_mail = fields.Boolean(related='move_id.vatportal_waits_to_mail', string='Mail Waits for the Qaimə Number')
    vatportal_waits = fields.Boolean(
        string='Send it when the qaimə number is there', help='The mail goes by itself, as it is written here, as soon as e-taxes has given the number.'
    )

    @api.depends('move_id', 'extra_edis')
    def _compute_vatportal_has_no_number(self):
        for wizard in self:
            state = wizard.move_id.vatportal_state
            wizard.vatportal_has_no_number = state in ('progress', 'pin', 'unconfirmed', 'imported') or 'vatportal' in (wizard.extra_edis or [])

    def action_send_and_print(self, allow_fallback_pdf=False):
        """Let the mail wait for the qaimə number, where that is wanted.

        :return: an action, as Odoo's own
        :raises UserError: when the invoice does not go to e-taxes, for then no number would come
        """
        if not (self.vatportal_waits and self.vatportal_has_no_number and 'email' in (self.sending_methods or [])):
            return super().action_send_and_print(allow_fallback_pdf=allow_fallback_pdf)
        self.ensure_one()
        self._raise_danger_alerts(self.alerts or {})
        self._check_sending_data(self.move_id, **self._get_sending_settings())
        self._update_preferred_settings()
        if 'vatportal' in (self.extra_edis or []):
            self._vatportal_queue_chosen()
        if not self.env.ref('account.ir_cron_account_move_send').sudo().active:
            raise UserError(
                self.env._(
                    "Odoo's scheduled action that sends invoices is switched off, so no mail can wait for its "
                    'moment. Send it now, or ask an administrator to switch it on.'
                )
            )
        self._vatportal_keep_mail()
        return {'type': 'ir.actions.act_window_close'}

    def _vatportal_queue_chosen(self):
        """Queue the invoice for e-taxes, if it is not there; the choice may be older than what speaks against it now.

        :raises UserError: saying why it does not go
        """
        move, offered = self.move_id, self._is_vatportal_offered(self.move_id)
        problems = (move._vatportal_queue_for(self.env.user) if offered else self._vatportal_stops(move)).get(move)
        if problems or not (offered or move._vatportal_live_document()):
            reasons = ' '.join(problem['message'] for problem in problems or [])
            raise UserError(self.env._('It was neither sent to e-taxes nor mailed. %s', reasons))

    def _vatportal_keep_mail(self):
        settings = self._vatportal_settings_to_keep()
        # Its PDF is made anew by then, with the number.
        printed = self._get_invoice_extra_attachments(self.move_id).ids
        attachments = [data for data in settings['mail_attachments_widget'] if data.get('skip') or data['id'] not in printed]
        manual = [data['id'] for data in attachments if data.get('manual')]
        # What hangs on a dialog is cleared away with it.
        self.env['ir.attachment'].sudo().browse(manual).exists().filtered(
            lambda attachment: attachment.create_uid == self.env.user and attachment.res_model != 'account.move'
        ).write({'res_model': 'account.move', 'res_id': self.move_id.id})
        self.move_id.sudo().vatportal_mail_data = {
            **settings,
            'mail_attachments_widget': attachments,
            **{name: settings[name].id for name in RECORDS},
            'mail_body': str(settings.get('mail_body') or ''),
            'extra_edis': [name for name in settings['extra_edis'] if name != 'vatportal'],
        }
        self.move_id.sudo()._message_log(body=self.env._('Its mail waits for the qaimə number.'))
        if self.move_id._vatportal_printed_mark():
            self.move_id.sudo()._vatportal_release_mail()  # the number came while the dialog was open

    def _vatportal_settings_to_keep(self):
        """The settings of this dialog as the scheduled action may carry them out, which asks for nobody's rights and meets what is
        malformed again and again.

        :raises AccessError: when a file is chosen that the user may not read
        """
        settings = self._get_sending_settings()
        offered = self._get_default_mail_attachments_widget(
            self.move_id, self.template_id, invoice_edi_format=self.invoice_edi_format, extra_edis=self.extra_edis or {}, pdf_report=self.pdf_report_id
        )
        made = [(data['id'], data.get('dynamic_report')) for data in offered if data.get('placeholder')]
        chosen = [data for data in settings.get('mail_attachments_widget') or [] if isinstance(data, dict) and isinstance(data.get('name'), str)]
        files = [data for data in chosen if type(data.get('id')) is int and not data.get('dynamic_report')]
        self.env['ir.attachment'].browse(data['id'] for data in files).exists().check_access('read')
        return {
            **settings,
            'mail_attachments_widget': [data for data in chosen if data in files or (data.get('id'), data.get('dynamic_report')) in made],
            'mail_template': settings['mail_template'].filtered(lambda template: template.model == 'account.move'),
        }


class AccountMoveSendBatchWizard(models.TransientModel):
    _inherit = 'account.move.send.batch.wizard'

    def _compute_summary_data(self):
        # EXTENDS account
        super(AccountMoveSendBatchWizard, self._vatportal_summed_up())._compute_summary_data()

    def _compute_alerts(self):
        # EXTENDS account
        super(AccountMoveSendBatchWizard, self._vatportal_summed_up())._compute_alerts()

    def _vatportal_summed_up(self):
        """These dialogs, with their invoices checked at once, or none of them where they are many."""
        moves = self.move_ids._origin
        if self._vatportal_is_checked_later(moves.filtered(self._is_vatportal_offered)):
            return self.with_context(vatportal_stopped=frozenset())
        return self._vatportal_checked(moves)
