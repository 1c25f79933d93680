import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

# What of the settings of Odoo's "Send" are records, and of which model; they are kept as ids.
_RECORDS = {'mail_template': 'mail.template', 'pdf_report': 'ir.actions.report'}
# Under which key of Odoo's own sending data they wait for its scheduled action.
_KEY = 'vatportal_mail'


class AccountMove(models.Model):
    """Mails that wait for the qaimə number: written by a person in Odoo's "Send", sent by Odoo's own scheduled action."""

    _inherit = 'account.move'

    vatportal_mail_data = fields.Json(
        readonly=True, copy=False, prefetch=False, help="What goes to the customer once the invoice has its qaimə number.")
    vatportal_waits_to_mail = fields.Boolean(compute='_compute_vatportal_waits_to_mail')

    @api.depends('vatportal_mail_data')
    def _compute_vatportal_waits_to_mail(self):
        for move in self:
            move.vatportal_waits_to_mail = bool(move.vatportal_mail_data)

    def _vatportal_numbered(self):
        # EXTENDS vatportal.source: what is printed from now on carries the number
        for move in self.sudo():
            try:
                with self.env.cr.savepoint():
                    move._detach_attachments()
                    move._vatportal_release_mail()
            except Exception:  # its number is worth more
                _logger.exception("What follows from the number of invoice %s could not be done", move.id)

    def _vatportal_release_mail(self):
        """Hand the mail that waited to Odoo's own scheduled action."""
        data = self.vatportal_mail_data
        if not data:
            return
        self.write({'vatportal_mail_data': False, 'sending_data': {
            'author_user_id': data['author_user_id'], 'author_partner_id': data['author_partner_id'], _KEY: data}})
        self.env.ref('account.ir_cron_account_move_send')._trigger()

    def action_vatportal_no_mail(self):
        """Give up the mails that wait for a number."""
        self.check_access('write')
        for move in self.filtered('vatportal_mail_data'):
            move.sudo().vatportal_mail_data = False
            move.sudo()._message_log(body=self.env._("The mail that waited for the qaimə number was given up."))
        return True


class AccountMoveSend(models.AbstractModel):
    _inherit = 'account.move.send'

    @api.model
    def _get_default_sending_settings(self, move, from_cron=False, **custom_settings):
        # EXTENDS account: a mail that waited goes as it was written
        waited = (move.sending_data or {}).get(_KEY) if from_cron else None
        if waited:
            records = {name: self.env[model].browse(waited[name]).exists() for name, model in _RECORDS.items() if waited.get(name)}
            body = {'mail_body': Markup(waited['mail_body'])} if waited.get('mail_body') else {}
            custom_settings = {**waited, **records, **body, **custom_settings}
        return super()._get_default_sending_settings(move, from_cron=from_cron, **custom_settings)

    @api.model
    def _get_mail_params(self, move, move_data):
        # EXTENDS account: at this moment it is known whether there is a number
        params = super()._get_mail_params(move, move_data)
        translated = self.with_context(lang=move_data.get('mail_lang') or self.env.lang)
        mark = move.with_env(translated.env)._vatportal_printed_mark()
        if params and mark:
            params['body'] = Markup("%s<p>%s</p>") % (params.get('body') or '', translated.env._(
                "Electronic invoice (qaimə) %(qaime)s of %(date)s. Status at e-taxes: %(status)s.", **mark))
        return params


class AccountMoveSendWizard(models.TransientModel):
    _inherit = 'account.move.send.wizard'

    vatportal_has_no_number = fields.Boolean(compute='_compute_vatportal_has_no_number')
    vatportal_waits = fields.Boolean(
        string="Send it when the qaimə number is there",
        help="The mail goes by itself, as it is written here, as soon as e-taxes has given the number.")

    @api.depends('move_id', 'extra_edis')
    def _compute_vatportal_has_no_number(self):
        for wizard in self:
            state = wizard.move_id.vatportal_state
            wizard.vatportal_has_no_number = (
                state in ('progress', 'pin', 'unconfirmed', 'imported') or 'vatportal' in (wizard.extra_edis or []))

    def action_send_and_print(self, allow_fallback_pdf=False):
        """Let the mail wait for the qaimə number, where that is wanted.

        :return: an action, as Odoo's own
        :raises UserError: when the invoice does not go to e-taxes, for then no number would come
        """
        if not (self.vatportal_waits and self.vatportal_has_no_number and 'email' in (self.sending_methods or [])):
            return super().action_send_and_print(allow_fallback_pdf=allow_fallback_pdf)
        self.ensure_one()
        self._raise_danger_alerts(self.alerts or {})
        self._update_preferred_settings()
        if 'vatportal' in (self.extra_edis or []):
            problems = self.move_id._vatportal_queue_for(self.env.user).get(self.move_id)
            if problems:
                raise UserError(self.env._("It was neither sent to e-taxes nor mailed. %s", ' '.join(
                    problem['message'] for problem in problems)))
        if not self.env.ref('account.ir_cron_account_move_send').sudo().active:
            raise UserError(self.env._("Odoo's scheduled action that sends invoices is switched off, so no mail can wait for its "
                                       "moment. Send it now, or ask an administrator to switch it on."))
        self._vatportal_keep_mail()
        return {'type': 'ir.actions.act_window_close'}

    def _vatportal_keep_mail(self):
        settings = self._get_sending_settings()
        manual = [data['id'] for data in settings.get('mail_attachments_widget') or [] if data.get('manual')]
        # What hangs on a dialog is cleared away with it.
        self.env['ir.attachment'].browse(manual).write({'res_model': 'account.move', 'res_id': self.move_id.id})
        self.move_id.sudo().vatportal_mail_data = {
            **settings, **{name: settings[name].id for name in _RECORDS if settings.get(name)},
            'mail_body': str(settings.get('mail_body') or ''),
            'extra_edis': [name for name in settings['extra_edis'] if name != 'vatportal']}
        self.move_id.sudo()._message_log(body=self.env._("Its mail waits for the qaimə number."))
