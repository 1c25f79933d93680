import logging

from markupsafe import Markup

from odoo import api, fields, models

from ..concurrency import by_halves

_logger = logging.getLogger(__name__)

# What of the settings of Odoo's "Send" are records, and of which model; they are kept as ids.
RECORDS = {'mail_template': 'mail.template', 'pdf_report': 'ir.actions.report'}


class AccountMove(models.Model):
    """Mails that wait for the qaimə number: written by a person in Odoo's "Send", sent by Odoo's own scheduled action."""

    _inherit = 'account.move'

    vatportal_mail_data = fields.Json(
        readonly=True, copy=False, help='What goes to the customer once the invoice has its qaimə number.', string='Mail That Waits'
    )
    vatportal_mail_leaving = fields.Json(readonly=True, copy=False, help="What Odoo's scheduled action is to send now.", string='Mail That Leaves')
    vatportal_waits_to_mail = fields.Boolean(compute='_compute_vatportal_waits_to_mail', string='Mail Waits for the Qaimə Number')

    @api.depends('vatportal_mail_data', 'vatportal_mail_leaving')
    def _compute_vatportal_waits_to_mail(self):
        for move in self:
            move.vatportal_waits_to_mail = bool(move.vatportal_mail_data or move.vatportal_mail_leaving)

    def _vatportal_numbered(self):
        # EXTENDS vatportal.source: what is printed from now on carries the number
        def follow(moves):
            moves._detach_attachments()
            for move in moves:
                move._vatportal_release_mail()

        def failed(move, error):  # its number is worth more
            _logger.error('What follows from the number of invoice %s could not be done', move.id, exc_info=error)

        by_halves(self.sudo().filtered(lambda move: move.vatportal_mail_data or move.invoice_pdf_report_id), follow, failed)

    def _vatportal_release_mail(self):
        """Hand the mail that waited to Odoo's own scheduled action."""
        if self.vatportal_mail_data:
            self.write({'vatportal_mail_leaving': self.vatportal_mail_data, 'vatportal_mail_data': False})
            self._vatportal_let_mail_leave()

    def _vatportal_let_mail_leave(self):
        # Anybody who may write an invoice can write Odoo's own sending data, and *Send* on many invoices does: they hold nothing of it.
        self.sending_data = {name: self.vatportal_mail_leaving[name] for name in ('author_user_id', 'author_partner_id')}
        self.env.ref('account.ir_cron_account_move_send')._trigger()

    @api.model
    def _vatportal_readdress_mails(self, sources, target):
        """The partners ``sources`` are about to become ``target``: mails that wait go to it, or come from it."""

        def readdressed(data):
            author, people = data.get('author_partner_id'), data.get('mail_partner_ids') or []
            return {
                **data,
                'author_partner_id': target.id if author in sources.ids else author,
                'mail_partner_ids': [*dict.fromkeys(target.id if one in sources.ids else one for one in people)],
            }

        for name in ('vatportal_mail_data', 'vatportal_mail_leaving'):
            for move in self.sudo().search([(name, '!=', False)]):
                data = readdressed(move[name])
                if data != move[name]:
                    move[name] = data

    def action_vatportal_no_mail(self):
        """Give up the mails that wait for a number, and those that have it and have not left yet."""
        self.check_access('write')
        for move in self.sudo().filtered(lambda move: move.vatportal_mail_data or move.vatportal_mail_leaving):
            if move.vatportal_mail_leaving:
                move.sending_data = False
            move.write({'vatportal_mail_data': False, 'vatportal_mail_leaving': False})
            move._message_log(body=self.env._('The mail that waited for the qaimə number was given up.'))
        return True


class AccountMoveSend(models.AbstractModel):
    _inherit = 'account.move.send'

    @api.model
    def _get_default_sending_settings(self, move, from_cron=False, **custom_settings):
        # EXTENDS account: a mail that waited goes as it was written
        waited = move.sudo().vatportal_mail_leaving if from_cron else None
        if waited:
            ids = {name: waited[name] if isinstance(waited.get(name), int) else False for name in RECORDS}
            records = {name: self.env[model].browse(ids[name]).exists() for name, model in RECORDS.items()}
            texts = {'mail_body': Markup(waited['mail_body'])} if waited.get('mail_body') else {}
            # Contacts may have been deleted meanwhile; where none is left, it goes to whom Odoo would send it.
            chosen = waited.get('mail_partner_ids') or []
            left = self.env['res.partner'].browse(chosen).exists().ids
            people = {'mail_partner_ids': left} if left or not chosen else {}
            files = {'mail_attachments_widget': self._vatportal_files_of_author(waited)}
            waited = {name: value for name, value in waited.items() if name != 'mail_partner_ids'}
            custom_settings = {**waited, **records, **texts, **people, **files, **custom_settings}
        return super()._get_default_sending_settings(move, from_cron=from_cron, **custom_settings)

    @api.model
    def _vatportal_files_of_author(self, waited):
        """What goes along with a mail that waited: what is made for it, and the files that its author may read; the scheduled
        action may read all."""
        chosen = waited.get('mail_attachments_widget') or []
        author = self.env['res.users'].browse(waited.get('author_user_id')).exists()
        files = self.env['ir.attachment'].with_user(author).with_context(allowed_company_ids=author.company_ids.ids)
        readable = files.browse(data['id'] for data in chosen if isinstance(data['id'], int)).exists()._filtered_access('read') if author else files
        return [data for data in chosen if data['id'] in readable.ids or str(data['id']).startswith('placeholder')]

    @api.model
    def _generate_and_send_invoices(self, moves, from_cron=False, **kwargs):
        # EXTENDS account: whatever is sent goes off Odoo's list. From the list, what is not tried again does not leave with what is sent
        # some day; what a person sends without a mail, for its PDF, leaves the mail as it was
        checked = self._vatportal_checked(moves)
        attachments = super(AccountMoveSend, checked)._generate_and_send_invoices(moves, from_cron=from_cron, **kwargs)
        for move in moves.sudo().filtered(lambda move: move.vatportal_mail_leaving and not move.sending_data):
            if from_cron:
                move.vatportal_mail_leaving = False
            else:
                move._vatportal_let_mail_leave()
        return attachments

    def _hook_if_success(self, moves_data, from_cron=False):
        # EXTENDS account: what went by mail waits no longer
        super()._hook_if_success(moves_data, from_cron=from_cron)
        for move, data in moves_data.items():
            if 'email' in data['sending_methods'] and move.sudo().vatportal_waits_to_mail:
                if not (data.get('mail_partner_ids') or move.partner_id.email):
                    move.sudo()._message_log(
                        body=self.env._(
                            'The mail that waited for the qaimə number went to nobody: its recipients are gone, and the customer has no email address.'
                        )
                    )
                move.sudo().write({'vatportal_mail_data': False, 'vatportal_mail_leaving': False})

    @api.model
    def _get_mail_params(self, move, move_data):
        # EXTENDS account: at this moment it is known whether there is a number
        params = super()._get_mail_params(move, move_data)
        translated = self.with_context(lang=move_data.get('mail_lang') or self.env.lang)
        mark = move.with_env(translated.env)._vatportal_printed_mark()
        if params and mark:
            params['body'] = Markup('%s<p>%s</p>') % (
                params.get('body') or '',
                translated.env._('Electronic invoice (qaimə) %(qaime)s of %(date)s. Status at e-taxes: %(status)s.', **mark),
            )
        return params
