from odoo import api, fields, models


class AccountMove(models.Model):
    """Says on the form which way a credit note goes at e-taxes, and what to do when the portal does not take a kind.

    A return of goods is issued by whoever gives the goods back (kind ``returnInvoice``); a change of price without a
    return is an adjustment that the seller issues (Tax Code, article 163).
    """

    _inherit = 'account.move'

    vatportal_refund_note = fields.Text(compute='_compute_vatportal_refund', string='Note on the Credit Note')
    vatportal_origin_qaime = fields.Char(string='Qaimə of the Original', compute='_compute_vatportal_refund')

    @api.depends('move_type', 'reversed_entry_id.vatportal_document_ids.qaime', 'vatportal_kind_id', 'invoice_line_ids')
    @api.depends_context('lang')
    def _compute_vatportal_refund(self):
        for move in self:
            documents = move.reversed_entry_id.sudo().vatportal_document_ids.filtered(lambda doc: doc.qaime and doc.state == 'registered').sorted('id')
            move.vatportal_origin_qaime = documents[-1:].qaime
            move.vatportal_refund_note = move._vatportal_refund_text()

    def _vatportal_refund_text(self):
        _ = self.env._
        if self.move_type == 'out_refund':
            return self._vatportal_advance_note() or _(
                'If the customer returns goods, the customer issues the electronic invoice (kind “Return of '
                'goods”), and it reaches you with the next import: send nothing and leave the kind empty. If '
                'only the price or the VAT changes, you issue an adjustment: choose the kind “Adjustment (Tax '
                'Code, article 163)” and name the original in the main note.'
            )
        if self.move_type == 'in_refund':
            return _(
                'If you return goods to the seller, you issue the electronic invoice: the kind is “Return of '
                'goods”, your company stands in it as the one that gives, the vendor as the one that receives. '
                'If only the price changes, the vendor issues an adjustment, or corrects the document of the bill: leave the kind empty.'
            )
        return False

    def _vatportal_advance_note(self):
        """What to do with a credit note that comes of an advance; False for any other."""
        origins = self.invoice_line_ids._vatportal_downpayment_lines().move_id - self
        named = self.reversed_entry_id or (self._is_downpayment() and origins) or self.browse()
        advances = named.sudo().vatportal_document_id.filtered(lambda document: document.is_advance and document.state == 'registered')
        if advances:
            return self.env._(
                'It takes back the advance %s: what it credits is no longer offered to final invoices. Nothing is sent '
                'for it, so leave the kind empty. At e-taxes the advance stays until it is taken away there: delete it '
                'from e-taxes while the customer has not approved it, else ask for its cancellation at '
                'e-taxes.gov.az.',
                ', '.join(advances.mapped('qaime')),
            )
        if not origins or self._is_downpayment():
            return False
        return self.env._(
            'The down payment (%s) is larger than what is delivered, so Odoo made a credit note of the final invoice. '
            'e-taxes has nothing like it: leave the kind empty. If more is to be delivered, take off only as much as is '
            'delivered now, so that an invoice remains that settles a part of the advance. If the rest is given back, '
            'have the advance corrected or cancelled at e-taxes.gov.az, and send an invoice over what was delivered.',
            ', '.join(origin.sudo().vatportal_qaime or origin.name for origin in origins),
        )

    # ------------------------------------------------------------------ a kind that the portal does not take

    def _vatportal_kind_alerts(self):
        """What can be done with this invoice where the portal did not take the kind of its document."""
        document = self.sudo().vatportal_document_id
        refused = document.state == 'rejected' and document.kind_refused
        if not refused or self.vatportal_kind_id not in (document.kind_id, document.kind_id.browse()):
            return {}
        if document._fits_package():
            return {
                'vatportal_kind_refused': {
                    'level': 'warning',
                    'message': self.env._('e-taxes: invoices of this kind can be uploaded at e-taxes.gov.az by hand.'),
                    'action_text': self.env._('Download the XML package'),
                    'action_call': ('account.move', 'action_vatportal_xml', self.ids),
                }
            }
        alert = {
            'level': 'warning',
            'message': self.env._(
                'e-taxes: of this kind no XML package can be made either. Enter the invoice at '
                'e-taxes.gov.az by hand; its number comes with the next import of sent documents.'
            ),
        }
        if self.env.user.has_group('account.group_account_manager'):
            alert |= {
                'message': self.env._(
                    'e-taxes: of this kind no XML package can be made either. Enter the invoice at e-taxes.gov.az by hand; its number comes '
                    "with the import of sent documents. Change the kind's type only where VatPortal names another one: with “default” the "
                    'invoice would go as an ordinary sale.'
                ),
                'action_text': self.env._("Change the kind's type when sending"),
                'action': {'type': 'ir.actions.act_window', 'res_model': document.kind_id._name, 'res_id': document.kind_id.id, 'views': [(False, 'form')]},
            }
        plain = self._vatportal_plain_kind()
        return {'vatportal_kind_refused': alert} | (
            {
                'vatportal_kind_plain': {
                    'level': 'info',
                    'message': self.env._('e-taxes: is it an ordinary sale, and the kind was chosen by mistake? Then send it as “%s”.', plain.name),
                    'action_text': self.env._('Change the kind and send'),
                    'action_call': ('account.move', 'action_vatportal_plain', self.ids),
                }
            }
            if plain
            else {}
        )

    def _vatportal_plain_kind(self):
        """The kind of ordinary sales, where this invoice may be one: its own kind was chosen by a person, not by a rule."""
        plain = self.env.ref('l10n_az_vatportal.kind_default_invoice')
        chosen = self.vatportal_kind_id and self.vatportal_kind_id not in (plain, self.vatportal_kind_proposed_id)
        if chosen and self.move_type == 'out_invoice' and not self._is_downpayment():
            return plain
        return plain.browse()

    def action_vatportal_plain(self):
        """The kind was chosen by mistake: change it to that of ordinary sales, and open the send wizard."""
        self._vatportal_check_may_write()
        for move in self:
            move._vatportal_guard()
            move.vatportal_kind_id = move._vatportal_plain_kind() or move.vatportal_kind_id
        return self.action_vatportal_send()
