from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from .document import LIVE_STATES
from .document_delete import FINAL_STATUSES

# The portal's code for an advance that it does not find.
ADVANCE_UNKNOWN = 62


class VatportalDocument(models.Model):
    """Advances: a qaimə for money received before the delivery, and the final one that settles it.

    The final document names the advance by its number (``main_qaime``), and both are linked here. What is left of an
    advance is its total less what the documents settle that are at the portal, or on their way.
    """

    _inherit = 'vatportal.document'

    is_advance = fields.Boolean(compute='_compute_is_advance', store=True, index=True)
    advance_id = fields.Many2one(
        'vatportal.document', string="Settles the Advance", readonly=True, copy=False, index='btree_not_null',
        ondelete='restrict', check_company=True)
    advance_settled = fields.Float(string="Settled of the Advance", digits=(16, 2), readonly=True, copy=False)
    settlement_ids = fields.One2many('vatportal.document', 'advance_id', string="Settled by", readonly=True)
    advance_left = fields.Float(
        string="Left of the Advance", digits=(16, 2), compute='_compute_advance_left', store=True)
    advance_day = fields.Date(
        string="Advance Received on", readonly=True, copy=False, help="The day on which it had to be issued.")
    is_late_advance = fields.Boolean(
        string="Issued Late", compute='_compute_is_late_advance', store=True,
        help="The advance was not issued on the day it was received.")

    @api.depends('kind_id.code', 'kind_id.upload_type')
    def _compute_is_advance(self):
        for document in self:
            kind = document.kind_id
            document.is_advance = kind.code == 'advanceInvoice' or kind.upload_type == 'avans'

    @api.depends('is_advance', 'amount_total', 'status', 'state', 'settlement_ids.state', 'settlement_ids.status',
                 'settlement_ids.advance_settled')
    def _compute_advance_left(self):
        for document in self:
            if not document.is_advance or document.state == 'deleted' or document.status in FINAL_STATUSES:
                document.advance_left = 0.0
                continue
            settled = sum(document._settlements().mapped('advance_settled'))
            document.advance_left = max(0.0, round(document.amount_total - settled, 2))

    def _settlements(self):
        """The documents that settle this advance and are at the portal, or may be."""
        return self.settlement_ids.filtered(
            lambda doc: doc.state in LIVE_STATES and doc.status not in FINAL_STATUSES)

    @api.depends('is_advance', 'advance_day', 'date')
    def _compute_is_late_advance(self):
        for document in self:
            made = document.date and fields.Datetime.context_timestamp(
                document.with_context(tz='Asia/Baku'), document.date).date()
            document.is_late_advance = bool(
                document.is_advance and document.advance_day and made and made > document.advance_day)

    # ------------------------------------------------------------------ guards and messages

    def _delete_problem(self):
        problem = super()._delete_problem()
        settlements = self._settlements() if not problem and self.is_advance else self.browse()
        if settlements:
            return self.env._("It is an advance that %s settles. Delete that one first.",
                              ', '.join(settlements.mapped('display_name')))
        return problem

    def _code_text(self, code):
        """Say of 62 which advance is meant."""
        if code != ADVANCE_UNKNOWN:
            return super()._code_text(code)
        advance = self.advance_id
        if not advance:
            return self.env._("The portal does not know the advance %s. Check its number.", self.main_qaime)
        return self.env._(
            "The portal does not know the advance %(number)s of %(date)s over %(amount)s, which this invoice settles. "
            "Look whether it was cancelled at e-taxes, or choose another one on the invoice.",
            number=self.main_qaime, date=format_date(self.env, advance.date),
            amount=formatLang(self.env, advance.amount_total, currency_obj=advance.currency_id))


class VatportalConnector(models.Model):
    _inherit = 'vatportal.connector'

    advance_product_id = fields.Many2one(
        'product.product', string="Product for Advances", check_company=True, ondelete='restrict',
        help="Down-payment lines of sales orders have no product. This one's e-taxes code and unit stand on the "
             "electronic invoice of the advance instead.")
