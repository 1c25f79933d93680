from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class VatportalCandidateWizard(models.TransientModel):
    """Asks whether a document that e-taxes has already is that of an invoice which is about to be sent."""

    _name = 'vatportal.candidate.wizard'
    _inherit = ['vatportal.guard']
    _description = 'Is this document the one of the invoice?'

    move_id = fields.Many2one('account.move', string='Invoice', required=True, readonly=True, ondelete='cascade')
    document_id = fields.Many2one('vatportal.document', string='e-taxes Document', required=True, readonly=True, ondelete='cascade')
    # The dialog that led here; it is shown again with all that was set in it.
    send_wizard_id = fields.Many2one('vatportal.send.wizard', readonly=True, ondelete='set null', export_string_translation=False)
    package_wizard_id = fields.Many2one('vatportal.package.wizard', readonly=True, ondelete='set null', export_string_translation=False)
    text = fields.Text(compute='_compute_text')
    can_open = fields.Boolean(compute='_compute_text', export_string_translation=False)

    def _vatportal_links(self, vals):
        """Whoever may write an invoice is asked about what may be its document, though that be the parent's of the branch."""
        links = [*super()._vatportal_links(vals)]
        given = [id_ for _record, field, ids in links if field.name == 'move_id' for id_ in ids]
        asked = self._asked_of(self.env['account.move'].browse(given[-1:]) or self.move_id)
        for record, field, ids in links:
            yield record, field, [id_ for id_ in ids if field.name != 'document_id' or id_ not in asked.ids]

    def _asked_of(self, move):
        """The documents that whoever may write ``move`` is asked about, with the rights to answer."""
        documents = self.env['vatportal.document']
        if len(move) != 1 or not move.exists() or not move.has_access('write'):
            return documents
        return documents._candidates_for(move._vatportal_asked_about()).get(move, documents).sudo()

    @api.depends('move_id', 'document_id')
    @api.depends_context('lang')
    def _compute_text(self):
        for wizard in self:
            # It was checked as the wizard was made.
            move, document = wizard.move_id, wizard.document_id.sudo()
            wizard.can_open = wizard.document_id.has_access('read')
            if document._went_as(move):
                wizard.text = self.env._(
                    '%(number)s was sent from another database under the number of %(move)s, with another customer, date or total. Look for it in VatPortal.',
                    number=document.qaime or document.erp_id,
                    move=move.display_name,
                )
                continue
            wizard.text = (
                self.env._(
                    '%(number)s of %(day)s for %(buyer)s, %(note)s, has the same total as %(move)s.',
                    number=document.qaime or document.erp_id,
                    day=format_date(self.env, document._baku_date()),
                    buyer=document.buyer_name or document.buyer_vat,
                    note=f'“{document.main_info or ""}”',
                    move=move.display_name,
                )
                if move and document
                else False
            )

    def action_link(self):
        """It is the document of the invoice, which is not sent then.

        :raises AccessError: for documents or invoices that the user may not see or change
        """
        self._answered().action_link_move(self.move_id.id)
        return self._go_on()

    def action_other(self):
        """It is another one, and the invoice can be sent.

        :raises AccessError: for documents or invoices that the user may not see or change
        """
        self._answered()._say_other(self.move_id)
        return self._go_on()

    def _answered(self):
        """The document, with the rights to answer."""
        self.ensure_one()
        self.move_id.check_access('write')
        asked = self._asked_of(self.move_id) & self.document_id
        if not asked and not self.document_id.has_access('read'):
            raise UserError(self.env._('The question about %s has been answered meanwhile.', self.move_id.display_name))
        return asked or self.document_id

    def _go_on(self):
        dialog = self.send_wizard_id or self.package_wizard_id
        return dialog._shown_again() if dialog else self.env['vatportal.send.wizard']._open(self.move_id)
