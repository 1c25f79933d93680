from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..models.document_bill import AT_ONCE
from ..models.qaime_file import FILES_IN_WIZARD


class VatportalImportWizard(models.TransientModel):
    """Files of e-taxes as a third source: they need neither a connector nor a PIN."""

    _inherit = 'vatportal.import.wizard'

    source = fields.Selection(
        selection_add=[('file', "Files from e-taxes.gov.az (XML or package)")], ondelete={'file': 'set default'})
    connector_id = fields.Many2one(required=False)
    file_ids = fields.Many2many('ir.attachment', string="Files")
    other_documents = fields.Boolean(
        help="Files without a qaimə number that say the same as a document that is here already, to the letter, are taken "
             "for that document. Tick this where they are others: the same rent for another month, say.")

    def action_import(self):
        """Import the files, or begin the import of a folder.

        :raises UserError: when nothing could be imported, saying why
        """
        self.ensure_one()
        if self.source != 'file':
            if not self.connector_id:
                raise UserError(self.env._("The company has no VatPortal connector."))
            return super().action_import()
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._("Only invoicing users can import documents."))
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Change to the company %s first.", self.company_id.sudo().name))
        if not self.file_ids:
            raise UserError(self.env._("Choose the files."))
        return self._import_files()

    def _import_files(self):
        documents = self.env['vatportal.document'].with_context(vatportal_other_document=self.other_documents)
        known, problems = documents, []
        for name, xml in self._read_files(problems):
            try:
                with self.env.cr.savepoint():
                    document, is_new = documents._from_file(self.company_id, name, xml)
            except UserError as error:
                problems.append(f'{name}: {error}' if name not in str(error) else str(error))
                continue
            documents |= document
            if not is_new:
                known |= document
        if not documents:
            raise UserError('\n'.join(problems))
        to_bill = documents.filtered(lambda document: document.bill_state == 'to_bill')
        if len(to_bill) > AT_ONCE:
            to_bill._request_bills()
        else:
            to_bill._make_bills()
        return self._result(documents, known, problems)

    def _read_files(self, problems):
        """Return [(name, XML)] of all files; what can't be opened is told in ``problems``."""
        files = []
        for attachment in self.file_ids:
            try:
                files += self.env['vatportal.document']._split_files(
                    attachment.name, attachment.raw, FILES_IN_WIZARD)
            except UserError as error:
                problems.append(f'{attachment.name}: {error}')
        return files

    def _result(self, documents, known, problems):
        """Open the documents; say beside it what was here already and what was refused."""
        action = {'type': 'ir.actions.act_window', 'res_model': 'vatportal.document',
                  'name': self.env._("Imported Documents"), 'view_mode': 'list,form',
                  'views': [[False, 'list'], [False, 'form']], 'domain': [('id', 'in', documents.ids)]}
        if len(documents) == 1:
            action |= {'view_mode': 'form', 'views': [[False, 'form']], 'res_id': documents.id}
        texts = list(problems)
        if known:
            texts.insert(0, self.env._("%s were here already; no second bill is made of them.",
                                       ', '.join(known.mapped('display_name'))))
        if not texts:
            return action
        return {'type': 'ir.actions.client', 'tag': 'display_notification', 'params': {
            'type': 'warning' if problems else 'info', 'sticky': bool(problems), 'message': '\n'.join(texts),
            'next': action}}
