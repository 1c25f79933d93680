from io import BytesIO

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..models.billing.bill import AT_ONCE
from ..models.operation.download_queue import _months
from ..models.qaime_file import FILES_IN_WIZARD
from ..vatportal.archive_read import is_archive


class VatportalImportWizard(models.TransientModel):
    """Asks for a folder and a range of days, and imports what e-taxes has there; or imports files of e-taxes, which needs
    neither a connector nor a PIN."""

    _name = 'vatportal.import.wizard'
    _description = 'Import from e-taxes'
    _inherit = ['vatportal.period', 'vatportal.import.choice', 'vatportal.guard']

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    connector_id = fields.Many2one(
        'vatportal.connector', domain="[('company_id', '=', company_id)]", compute='_compute_connector_id', store=True, readonly=False
    )
    connector_count = fields.Integer(compute='_compute_connector_count')
    direction = fields.Selection([('incoming', 'Incoming'), ('outgoing', 'Sent'), ('both', 'Both')], string='Folder', required=True, default='incoming')
    source = fields.Selection(
        [('portal', 'What VatPortal holds already'), ('etaxes', 'Ask e-taxes now (PIN1)'), ('file', 'Files from e-taxes.gov.az (XML or package)')],
        required=True,
        default='portal',
    )
    period = fields.Selection(
        [
            ('today', 'Today'),
            ('week', 'This week'),
            ('month', 'This month'),
            ('last_month', 'Last month'),
            ('quarter', 'This quarter'),
            ('custom', 'Other dates'),
        ],
        required=True,
        default='month',
    )
    date_from = fields.Date(help='The day on which the document was made.')
    compares = fields.Boolean(help='Look first for what VatPortal has from here and this database does not know.')
    process_count = fields.Integer(compute='_compute_process_count')
    file_ids = fields.Many2many('ir.attachment', string='Files')
    other_documents = fields.Boolean(
        help='Files without a qaimə number that say the same as a document that is here already, to the letter, are taken '
        'for that document. Tick this where they are others: the same rent for another month, say.'
    )

    @api.depends('company_id')
    def _compute_connector_id(self):
        for wizard in self:
            wizard.connector_id = self.env['vatportal.connector']._default_for(wizard.company_id)

    @api.depends('company_id')
    def _compute_connector_count(self):
        for wizard in self:
            wizard.connector_count = self.env['vatportal.connector'].search_count([('company_id', '=', wizard.company_id.id)])

    @api.constrains('date_from', 'date_to')
    def _check_length(self):
        for wizard in self:
            if wizard.date_from + relativedelta(years=5) < wizard.date_to:
                raise ValidationError(self.env._('Choose five years at most.'))

    @api.depends('date_from', 'date_to', 'direction')
    def _compute_process_count(self):
        for wizard in self:
            months = len(list(_months(wizard.date_from, wizard.date_to))) if wizard.date_from and wizard.date_to else 0
            wizard.process_count = months * len(wizard._directions())

    def _directions(self):
        return ['incoming', 'outgoing'] if self.direction == 'both' else [self.direction]

    def action_import(self):
        """Begin the import of a folder and open its live view, or import the files.

        :raises UserError: when the company has no VÖEN, or nothing could be imported, saying why
        """
        self.ensure_one()
        if self.source == 'file':
            return self._import_files()
        if not self.connector_id:
            raise UserError(self.env._('The company has no VatPortal connector.'))
        if self.connector_id.company_id != self.company_id:
            raise UserError(self.env._('The connector belongs to another company.'))
        jobs = self.env['vatportal.job']._queue_download(
            self.connector_id,
            self._directions(),
            self.date_from,
            self.date_to,
            self.source,
            self._filters(),
            **({'compares': True, 'phase': 'compare'} if self.compares else {}),
        )
        jobs._commit()
        jobs[:1]._advance()
        return jobs._dialog_action()

    # ------------------------------------------------------------------ files

    def _check_files(self):
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can import documents.'))
        if self.company_id not in self.env.companies:
            raise UserError(self.env._('Change to the company %s first.', self.company_id.sudo().name))
        if not self.file_ids:
            raise UserError(self.env._('Choose the files.'))

    def _import_files(self):
        self._check_files()
        archives = self.file_ids.filtered(lambda file: is_archive(BytesIO(file.raw or b'')))
        if archives:
            return self._import_archives(archives)
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
        # Whoever works in a branch alone may not see what belongs to the taxpayer; the bills are the branch's.
        documents = documents if documents.has_access('read') else documents.sudo()
        to_bill = documents.filtered(lambda document: document.bill_state == 'to_bill')
        if len(to_bill) > AT_ONCE:
            to_bill._request_bills()
        else:
            to_bill._make_bills()
        return self._result(documents, known, problems)

    def _import_archives(self, archives):
        if archives != self.file_ids:
            raise UserError(self.env._('Take in archives by themselves, without other files.'))
        results = [self.env['vatportal.document']._import_archive(self.company_id, BytesIO(archive.raw)) for archive in archives]
        documents = results[0]['documents'].union(*(result['documents'] for result in results[1:]))
        known, left = (sum(result[name] for result in results) for name in ('known', 'left'))
        problems = [problem for result in results for problem in result['problems']]
        texts = [self.env._('%(new)s documents were taken in, %(known)s were here already.', new=len(documents), known=known)]
        if left:
            texts.append(self.env._('%s more are in the archive: import it once more.', left))
        return self._told(documents, texts + problems, problems or left)

    def _read_files(self, problems):
        """Return [(name, XML)] of all files; what can't be opened is told in ``problems``."""
        files = []
        for attachment in self.file_ids:
            try:
                files += self.env['vatportal.document']._split_files(attachment.name, attachment.raw, FILES_IN_WIZARD)
            except UserError as error:
                problems.append(f'{attachment.name}: {error}')
        return files

    def _result(self, documents, known, problems):
        """Open the documents; say beside it what was here already and what was refused."""
        texts = []
        if not documents.sudo(False).has_access('read'):
            # Nothing else leads to what has no bill.
            unbilled = documents.filtered(lambda document: not document._is_billed())
            requested = unbilled.filtered('bill_requested')
            problems = [*problems, *filter(None, [(unbilled - requested)._unbilled_text()])]
            texts += [requested._requested_text()] if requested else []
        texts += problems
        if known:
            texts.insert(0, self.env._('%s were here already; no second bill is made of them.', ', '.join((documents & known).mapped('display_name'))))
        return self._told(documents, texts, problems)

    def _told(self, documents, texts, stays):
        """Open ``documents``, or the bills of such as the user may not see, and say ``texts`` beside them, until it is closed where it ``stays``."""
        action = {
            'type': 'ir.actions.act_window',
            'res_model': 'vatportal.document',
            'name': self.env._('Imported Documents'),
            'view_mode': 'list,form',
            'views': [[False, 'list'], [False, 'form']],
            'domain': [('id', 'in', documents.ids)],
        }
        if not documents.sudo(False).has_access('read'):
            bills = documents.sudo().move_id.with_env(self.env)._filtered_access('read')
            action = bills._vatportal_open() if bills else {'type': 'ir.actions.act_window_close'}
        elif len(documents) == 1:
            action |= {'view_mode': 'form', 'views': [[False, 'form']], 'res_id': documents.id}
        if not texts:
            return action
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning' if stays else 'info',
                'sticky': bool(stays),
                'className': 'o_vatportal_lines',
                'message': '\n'.join(texts),
                'next': action,
            },
        }
