from odoo import api, fields, models


class AccountMove(models.Model):
    """Says on the form which way a credit note goes at e-taxes, and what to do when the portal does not take a kind.

    A return of goods is issued by whoever gives the goods back (kind ``returnInvoice``); a change of price without a
    return is an adjustment that the seller issues (Tax Code, article 163).
    """

    _inherit = 'account.move'

    vatportal_refund_note = fields.Text(compute='_compute_vatportal_refund')
    vatportal_origin_qaime = fields.Char(string="Qaimə of the Original", compute='_compute_vatportal_refund')

    @api.depends('move_type', 'reversed_entry_id.vatportal_document_ids.qaime', 'vatportal_kind_id')
    def _compute_vatportal_refund(self):
        for move in self:
            documents = move.reversed_entry_id.sudo().vatportal_document_ids.filtered(
                lambda doc: doc.qaime and doc.state == 'registered').sorted('id')
            move.vatportal_origin_qaime = documents[-1:].qaime
            move.vatportal_refund_note = move._vatportal_refund_text()

    def _vatportal_refund_text(self):
        _ = self.env._
        if self.move_type == 'out_refund':
            return _("If the customer returns goods, the customer issues the electronic invoice (kind “Return of "
                     "goods”), and it reaches you with the next import: send nothing and leave the kind empty. If "
                     "only the price or the VAT changes, you issue an adjustment: choose the kind “Adjustment (Tax "
                     "Code, article 163)” and name the original in the main note.")
        if self.move_type == 'in_refund':
            return _("If you return goods to the seller, you issue the electronic invoice: the kind is “Return of "
                     "goods”, your company stands in it as the one that gives, the vendor as the one that receives. "
                     "If only the price changes, the vendor issues an adjustment: leave the kind empty.")
        return False

    # ------------------------------------------------------------------ a kind that the portal does not take

    @api.depends('vatportal_document_id.kind_refused')
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        # EXTENDS account
        alerts = super()._get_alerts()
        document = self.sudo().vatportal_document_id
        if document.kind_refused and document.state == 'rejected':
            alerts['vatportal_kind_refused'] = {
                'level': 'warning',
                'message': self.env._("e-taxes: invoices of this kind can be uploaded at e-taxes.gov.az by hand."),
                'action_text': self.env._("Download the XML package"),
                'action_call': ('account.move', 'action_vatportal_xml', self.ids),
            }
        return alerts
