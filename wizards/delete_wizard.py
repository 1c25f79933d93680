from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.document.delete import FOLDERS


class VatportalDeleteWizard(models.TransientModel):
    """Shows what of the chosen documents can be deleted and what not, asks for a reason, and starts the deletion."""

    _name = 'vatportal.delete.wizard'
    _description = 'Delete from e-taxes'
    _inherit = ['vatportal.guard']

    document_ids = fields.Many2many('vatportal.document', string='Documents', required=True)
    line_ids = fields.One2many('vatportal.delete.wizard.line', 'wizard_id', string='Can be Deleted', compute='_compute_line_ids', store=True, readonly=False)
    reason = fields.Char(help='Kept in the history of the document and of the invoice.')
    unsent = fields.Char(readonly=True, help='What was chosen in a list and never sent to e-taxes.')
    alerts = fields.Json(compute='_compute_alerts')
    line_count = fields.Integer(compute='_compute_alerts')
    document_count = fields.Integer(compute='_compute_alerts')
    folder_count = fields.Integer(compute='_compute_folder_count')
    has_etaxes = fields.Boolean(compute='_compute_folder_count')
    has_portal = fields.Boolean(compute='_compute_folder_count')

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if 'document_ids' in fields_list and not values.get('document_ids'):
            values['document_ids'] = [fields.Command.set(self._chosen_in_list().ids)]
            self._vatportal_check_links(values)
        return values

    @api.model
    def _chosen_in_list(self):
        """The documents of what was chosen in a list, be it documents or what they are of."""
        documents = self.env['vatportal.document']
        model, ids = self.env.context.get('active_model') or documents._name, self.env.context.get('active_ids') or []
        if model == documents._name:
            return documents.browse(ids)
        of = model in self.env and 'vatportal_document_id' in self.env[model]._fields
        return self.env[model].browse(ids).vatportal_document_id if of else documents

    # ------------------------------------------------------------------ what is shown

    def _problems(self):
        """Return {document that can't be deleted: why}."""
        found = {document: document._delete_problem() for document in self.document_ids._origin}
        return {document: problem for document, problem in found.items() if problem}

    @api.depends('document_ids')
    def _compute_line_ids(self):
        for wizard in self:
            problems = wizard._problems()
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create({'document_id': document.id, 'folder': document._delete_folder()})
                for document in wizard.document_ids._origin
                if document not in problems
            ]

    @api.depends('document_ids', 'unsent')
    @api.depends_context('lang')
    def _compute_alerts(self):
        for wizard in self:
            problems = wizard._problems()
            wizard.document_count = len(wizard.document_ids)
            wizard.line_count = len(wizard.document_ids) - len(problems)
            alerts = {
                f'problem_{document.id}': {
                    'level': 'danger',
                    'message': self.env._("%(name)s can't be deleted. %(why)s", name=document.display_name, why=problem),
                    'action_text': self.env._('Open'),
                    'action': {'type': 'ir.actions.act_window', 'res_model': document._name, 'res_id': document.id, 'views': [[False, 'form']]},
                }
                for document, problem in problems.items()
            }
            if wizard.unsent:
                alerts['unsent'] = {'level': 'info', 'message': self.env._('Never sent to e-taxes, so there is nothing to delete: %s', wizard.unsent)}
            wizard.alerts = alerts

    @api.depends('line_ids.folder', 'line_ids.connector_id')
    def _compute_folder_count(self):
        for wizard in self:
            etaxes = wizard.line_ids.filtered(lambda line: line.folder != 'portal')
            wizard.folder_count = len({(line.connector_id, line.folder) for line in etaxes})
            wizard.has_etaxes = bool(etaxes)
            wizard.has_portal = etaxes != wizard.line_ids

    # ------------------------------------------------------------------ deleting

    def action_delete(self):
        """Delete what can be deleted, a process for each connector and folder, and open its live view.

        Those of one connector take turns, the one without a PIN first.

        The intent is committed before the portal is called. A second click gets the view of the deletion that is on
        its way already.

        :raises AccessError: for users who do not send what the documents are of
        :raises UserError: without a reason, or when none of the documents can be deleted
        """
        self.ensure_one()
        self.check_access('read')
        for model in {document._source()._name for document in (self.document_ids | self.line_ids.document_id).sudo()}:
            self.env[model]._vatportal_check_may_send()
        reason = (self.reason or '').strip()
        if not reason:
            raise UserError(self.env._('Give the reason of the deletion.'))
        jobs = self.env['vatportal.job']
        deletable = self._deletable()
        for folder in sorted(deletable, key=list(dict(FOLDERS)).index):
            jobs += jobs._queue_deletion(deletable[folder], folder, reason)
        if not jobs:
            running = self.document_ids._open_deletions()
            if not running:
                raise UserError(self._nothing_to_delete())
            return running._dialog_action()
        return jobs._start_together()

    def _deletable(self):
        """Return {folder: its documents}, locked, so that nobody else deletes them meanwhile, and checked again.

        :raises UserError: when someone else has one of them in hand at this very moment
        """
        chosen = self.line_ids.document_id
        locked = chosen.sudo().try_lock_for_update(allow_referencing=True).sudo(False)
        self.env.invalidate_all()
        if len(locked) < len(chosen):
            raise UserError(
                self.env._(
                    '%s: someone else is deleting or changing it at this moment. Wait a little and press the button again.',
                    ', '.join((chosen - locked)[:5].mapped('display_name')),
                )
            )
        lines = self.line_ids.filtered(lambda line: not line.document_id._delete_problem())
        return {folder: group.document_id for folder, group in lines.grouped('folder').items()}

    def _nothing_to_delete(self):
        return '\n'.join(
            [self.env._('None of the documents can be deleted:'), *(f'{document.display_name}: {problem}' for document, problem in self._problems().items())]
        )


class VatportalDeleteWizardLine(models.TransientModel):
    """A document that can be deleted, and where from."""

    _name = 'vatportal.delete.wizard.line'
    _description = 'Document to delete from e-taxes'
    _inherit = ['vatportal.guard']

    wizard_id = fields.Many2one('vatportal.delete.wizard', required=True, ondelete='cascade')
    document_id = fields.Many2one('vatportal.document', required=True, readonly=True, ondelete='cascade')
    connector_id = fields.Many2one('vatportal.connector', compute='_compute_connector_id')
    folder = fields.Selection(FOLDERS, required=True, help='What was numbered at e-taxes but not signed is a draft there; the portal does not tell it apart.')
    state = fields.Selection(related='document_id.state', related_sudo=False)
    status = fields.Selection(related='document_id.status', related_sudo=False)
    partner = fields.Char(related='document_id.buyer_name', related_sudo=False)
    amount_total = fields.Float(related='document_id.amount_total', related_sudo=False, digits=(16, 2))

    @api.depends('document_id')
    def _compute_connector_id(self):
        for line in self:
            line.connector_id = line.document_id._deletion_connector()

    @api.constrains('folder', 'document_id')
    def _check_folder(self):
        for line in self:
            if (line.folder == 'portal') != (line.document_id.state == 'imported'):
                raise UserError(self.env._('%s: only what has no number yet is deleted from VatPortal alone.', line.document_id.display_name))
