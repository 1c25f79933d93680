from odoo import api, fields, models

from ..states import INVOICE_KINDS

MOVE_TYPES = [('out_invoice', 'Customer Invoice'), ('out_refund', 'Customer Credit Note'), ('in_refund', 'Vendor Credit Note')]


class VatportalKindRule(models.Model):
    """Chooses the e-taxes kind of an invoice; the first rule of the connector that matches wins."""

    _name = 'vatportal.kind.rule'
    _description = 'e-taxes kind rule'
    _inherit = ['vatportal.guard']
    _order = 'sequence, id'
    _check_company_auto = True

    connector_id = fields.Many2one('vatportal.connector', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(related='connector_id.company_id', related_sudo=False)
    sequence = fields.Integer(default=10)
    move_type = fields.Selection(MOVE_TYPES, required=True, default='out_invoice')
    # Of what is gone there is no rule: without its journal it would be one for any.
    journal_id = fields.Many2one(
        'account.journal', check_company=True, ondelete='cascade', domain="[('type', 'in', ('sale', 'purchase'))]", help='Empty: any journal.'
    )
    fiscal_position_id = fields.Many2one('account.fiscal.position', check_company=True, ondelete='cascade', help='Empty: any fiscal position.')
    down_payment = fields.Boolean(string='Down Payments Only', help='Matches only invoices that are down payments.')
    kind_id = fields.Many2one('vatportal.kind', required=True, domain=INVOICE_KINDS, ondelete='restrict')

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.connector_id._propose_on_moves()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.connector_id._propose_on_moves()
        return result

    def _matches(self, move):
        """Whether this rule applies to ``move`` (one ``account.move``)."""
        self.ensure_one()
        return (
            self.move_type == move.move_type
            and (not self.journal_id or self.journal_id == move.journal_id)
            and (not self.fiscal_position_id or self.fiscal_position_id == move.fiscal_position_id)
            and (not self.down_payment or move._is_downpayment())
        )
