from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import qaime_file


class AccountMove(models.Model):
    """Files of e-taxes in Odoo's own import of documents: dropped on Vendor Bills, mailed to the alias of the journal,
    uploaded on the dashboard. Each file becomes a document first, and the document its bill: here, in the draft that
    Odoo has made for the file."""

    _inherit = 'account.move'

    vatportal_file_document_id = fields.Many2one(
        'vatportal.document',
        string='e-taxes Document of the File',
        readonly=True,
        copy=False,
        index='btree_not_null',
        ondelete='set null',
        help='The document for whose file this draft was made.',
    )

    # ------------------------------------------------------------------ Odoo's import of documents

    @api.model
    def _get_import_file_type(self, file_data):
        # EXTENDS account. Files and packages are of one type, or a package's files would share a bill with it.
        return 'vatportal.qaime' if qaime_file.is_qaime(file_data['raw']) else super()._get_import_file_type(file_data)

    def _get_edi_decoder(self, file_data, new=False):
        # EXTENDS account
        if file_data['import_file_type'] == 'vatportal.qaime':
            return {'priority': 20, 'decoder': self._vatportal_decode}
        return super()._get_edi_decoder(file_data, new)

    @api.model
    def _unwrap_attachment(self, file_data, recurse=True):
        """A package of several documents: each after the first gets a file, and so a bill, of its own."""
        # EXTENDS account
        if file_data['import_file_type'] != 'vatportal.qaime':
            return super()._unwrap_attachment(file_data, recurse)
        # Odoo asks again after the import, for the files to be mailed.
        if file_data.get('vatportal_unwrapped'):
            return []
        file_data['vatportal_unwrapped'] = True
        try:
            files, _others = self.env['vatportal.document']._split_qaime(file_data['name'], file_data['raw'])
        except UserError:
            return []  # the decoder says so
        attachments = self.env['ir.attachment'].create([{'name': name, 'raw': xml, 'mimetype': 'application/xml'} for name, xml in files[1:]])
        unwrapped = self._to_files_data(attachments)
        for data in unwrapped:
            # Whatever they hold, they came in a package: something else in there is refused in its own draft.
            data.update(import_file_type='vatportal.qaime', origin_import_file_type='vatportal.qaime', vatportal_unwrapped=True)
        return unwrapped

    def _should_attach_to_record(self, attachment):
        # EXTENDS account: the file proves what the bill says
        return super()._should_attach_to_record(attachment) or bool(attachment and not attachment.res_field and qaime_file.is_qaime(attachment.raw))

    def _extend_with_attachments(self, files_data, new=False):
        # EXTENDS account: of the files in a message Odoo reads one; each of ours is a document
        linked, before = self.sudo().vatportal_bill_document_id, self.invoice_line_ids
        result = super()._extend_with_attachments(files_data, new)
        self._vatportal_keep_as_made(files_data)
        ours = [data for data in files_data if data['import_file_type'] == 'vatportal.qaime']
        if linked and not ours:
            (self.invoice_line_ids - before)._vatportal_mark_other_file()
        if not new and len(ours) > 1 and self.journal_id.type == 'purchase':
            for data in ours:
                if not data.get('vatportal_decoded'):
                    self._vatportal_read_beside(data)
        return result

    def _vatportal_read_beside(self, file_data):
        """Read a file that came in the chatter of this entry and is another document: it gets a bill of its own."""
        Document = self.env['vatportal.document']
        try:
            with self.env.cr.savepoint():
                name, xml = Document._split_qaime(file_data['name'], file_data['raw'])[0][0]
                document, _is_new = Document._from_file(self.company_id, name, xml)
        except UserError as error:
            self.message_post(body=self.env._('Attachment %(filename)s not imported: %(reason)s', filename=file_data['name'], reason=error))
            return
        if document.bill_state in ('to_bill', 'ask') and not self._vatportal_unwanted_text(document):
            document._make_bills()
        bill = document.sudo().move_id
        if file_data['attachment'] and bill:
            file_data['attachment'].sudo().res_id = bill.id
        self._message_log(
            body=Markup('<p>%s</p>')
            % self.env._('%(filename)s is another document: %(document)s', filename=file_data['name'], document=(bill or document)._get_html_link())
        )

    @api.model
    def _vatportal_decode(self, move, file_data, new):
        """Fill ``move`` with the bill of the (first) document in the file; return why not, where it can't be."""
        reason = move._vatportal_file_problem()
        if reason:
            return reason
        Document = move.env['vatportal.document']
        file_data['vatportal_decoded'] = True
        try:
            [(name, xml), *_rest], others = Document._split_qaime(file_data['name'], file_data['raw'])
            document, _is_new = Document._from_file(move.company_id, name, xml)
        except UserError as error:
            if move._vatportal_is_mere_mail(file_data):
                move.button_cancel()
            return str(error)
        if others:
            document.sudo()._message_log(
                body=move.env._(
                    'In the package %(package)s these are no qaimə files, and were passed over: %(names)s', package=file_data['name'], names=', '.join(others)
                )
            )
        reason = move._vatportal_take_document(document)
        if move.vatportal_bill_document_id == document:
            file_data['vatportal_made'] = move._vatportal_figures()  # to be compared when the import is over
        return reason

    def _vatportal_is_mere_mail(self, file_data):
        """Whether this entry was made for a mail alone, in whose package there is no qaimə."""
        return bool(self.env.context.get('from_alias')) and qaime_file.is_other_package(file_data['raw'])

    def _vatportal_file_problem(self):
        if self.state != 'draft':
            return self.env._('The entry is not a draft.')
        if self.journal_id.type != 'purchase':
            return self.env._('Files of e-taxes become vendor bills: drop them on Vendor Bills, or choose a purchase journal.')
        # Of one that has other lines, the document is a question.
        return self.vatportal_bill_document_id and self._reason_cannot_decode_has_invoice_lines()

    def _vatportal_take_document(self, document):
        """Make the bill of ``document`` in this draft; return why not, where it can't be."""
        # Whoever works in a branch alone may not see what belongs to the taxpayer; the bill is the branch's.
        document = document.with_env(self.env)
        document = document if document.has_access('read') else document.sudo()
        if document.direction == 'outgoing':
            return self.env._('%s is a document that the company itself issued. It was taken in, but it is no bill.', document.display_name)
        self.sudo().vatportal_file_document_id = document
        unwanted = self._vatportal_unwanted_text(document)
        if unwanted:
            self._vatportal_close_mail()
            return unwanted
        bill = document._make_bills().sudo(False).with_env(self.env)
        if not bill:
            # In the chatter, which all read; the banner names to each what they may see.
            return document.with_context(vatportal_for_all=True).bill_ask if document.bill_question_open else document.bill_question
        if bill == self:
            return None
        where = bill._get_html_link() if bill.has_access('read') else bill._vatportal_names_for_reader()
        reason = self.env._('It is here already: %s. No second bill was made.', where)
        self._vatportal_close_mail()
        return reason

    def _vatportal_close_mail(self):
        if self.env.context.get('from_alias'):
            # The mail needs an entry to stand on; this one is nobody's bill.
            self.button_cancel()

    def _vatportal_unwanted_text(self, document):
        """Why no bill is made of ``document`` though its file has come once more; False where one is. A mail asks for none in a
        person's name."""
        if document.bill_state == 'ignored':
            return self.env._('%s: it was decided that no bill is wanted. “Bill It After All” on the document takes that back.', document.display_name)
        if document.had_bill and document.bill_state != 'billed' and self.env.context.get('from_alias'):
            return self.env._('The bill of %s was deleted by a person; another one is not made by itself.', document.display_name)
        return False

    # ------------------------------------------------------------------ bills that exist already

    def _vatportal_is_empty_draft(self):
        return self.state == 'draft' and not self.invoice_line_ids and not self.posted_before

    def _vatportal_existing_bills(self):
        """Return these bills, with the one that exists already in the place of each draft that was made for its file;
        the file goes to that bill, and the draft away."""
        result = self.browse()
        for move in self:
            bill = move.sudo().vatportal_file_document_id.move_id
            if bill and bill != move and bill.state != 'cancel' and move._vatportal_is_empty_draft() and (move.env.su or bill._vatportal_can_be_opened()):
                move._vatportal_hand_over(bill)
                move = bill.with_env(self.env)
            result |= move
        return result

    def _vatportal_can_be_opened(self):
        """Whether the user may see this entry: in another of their companies Odoo offers to go there."""
        return self.sudo(False).with_context(allowed_company_ids=self.env.user.company_ids.ids).has_access('read')

    def _vatportal_hand_over(self, bill):
        files = self.env['ir.attachment'].sudo().search([('res_model', '=', self._name), ('res_id', '=', self.id)])
        names = ', '.join(files.mapped('name'))
        files.write({'res_id': bill.id})
        bill.sudo()._message_log(body=self.env._('A file of this document came again: %s. No second bill was made.', names), attachment_ids=files.ids)
        self.sudo().with_context(force_delete=True).unlink()

    # ------------------------------------------------------------------ banner

    def _vatportal_file_alerts(self):
        document = self.sudo().vatportal_file_document_id
        if document.bill_state != 'ask' or self.state != 'draft' or self.vatportal_bill_document_id:
            return {}
        return {
            'vatportal_file_question': {
                'level': 'warning',
                'message': self.env._('e-taxes: %s', document.bill_ask),
                'action_text': self.env._('Answer'),
                'action_call': ('vatportal.document', 'action_bill_wizard', document.ids),
            }
        }


class AccountJournal(models.Model):
    _inherit = 'account.journal'

    def _create_document_from_attachment(self, attachment_ids):
        """:raises UserError: where nothing but packages without a qaimə was dropped"""
        # EXTENDS account: Odoo makes a draft for each file before it looks into it
        files = self.env['ir.attachment'].browse(attachment_ids)
        refused = files.filtered(lambda file: qaime_file.is_other_package(file.raw))
        if refused:
            text = self.env._('No qaimə file is in %s, and no bill was made of it.', ', '.join(refused.mapped('name')))
            if refused == files:
                raise UserError(text)
            self.env.user._bus_send('simple_notification', {'type': 'warning', 'sticky': True, 'message': text})
        return super()._create_document_from_attachment((files - refused).ids)._vatportal_existing_bills()
