from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.l10n_az_vatportal.models.amounts import decimal
from odoo.addons.l10n_az_vatportal.models.states import baku_day
from odoo.addons.l10n_az_vatportal.vatportal.deadlines import uninvoiced

from .sale_deliveries import deliveries, invoiced, knows_sales

AWAITS = [('transfer', 'Goods transfer'), ('invoice', 'Invoice of the sale')]


class StockPicking(models.Model):
    """Until when a goods transfer has to be at e-taxes, and until when a delivery of a sale has to be invoiced.

    Sales are known where the app for them is installed; this addon does not ask for it.
    """

    _inherit = 'stock.picking'  # pylint: disable=consider-merging-classes-inherited

    _vatportal_due_activity = 'l10n_az_vatportal_stock.mail_activity_etaxes_due'

    vatportal_awaits = fields.Selection(
        AWAITS, string='Awaited by e-taxes', compute='_compute_vatportal_awaits', store=True, copy=False, help='What of these goods e-taxes waits for.'
    )

    @api.depends(lambda self: self._vatportal_awaits_fields())
    def _compute_vatportal_awaits(self):
        begun = self.env['vatportal.connector']._begun()
        for picking in self:
            # Cheap to say of the very many that were done long ago.
            since = picking.state == 'done' and picking.date_done and begun.get(picking.company_id.id)
            concerned = since and baku_day(picking.date_done) >= since
            if concerned and picking.vatportal_is_transfer:
                picking.vatportal_awaits = 'transfer'
            else:
                picking.vatportal_awaits = bool(concerned) and picking._vatportal_is_uninvoiced() and 'invoice'

    @api.depends(
        'vatportal_awaits',
        'date_done',
        'company_id',
        'vatportal_state',
        'vatportal_unsent_reason',
        'vatportal_document_id.vatportal_due_date',
        'vatportal_document_id.vatportal_deadline_id',
        'move_ids.quantity',
        'move_line_ids.owner_id',
    )
    def _compute_vatportal_due_date(self):
        super()._compute_vatportal_due_date()
        # What is left of a transfer depends on its returns, and these on it, over any number of steps: no path of fields leads there.
        moves = self.filtered(lambda picking: picking.state == 'done').move_ids
        for picking in moves._vatportal_related_by_returns().picking_id - self:
            days = picking._vatportal_due_day()
            if days != (picking.vatportal_due_date, picking.vatportal_deadline_id.id):
                picking.write({'vatportal_due_date': days[0], 'vatportal_deadline_id': days[1]})

    @api.model
    def _vatportal_awaits_fields(self):
        sold = ('qty_invoiced', 'qty_delivered', 'price_total', 'order_id.partner_invoice_id') if knows_sales(self.env) else ()
        names = [f'move_ids.sale_line_id.{name}' for name in sold]
        return ['state', 'date_done', 'company_id', 'vatportal_is_transfer', 'move_ids.state', *names]

    def _vatportal_due_claims(self, begun):
        # EXTENDS l10n_az_vatportal
        day = self.date_done and baku_day(self.date_done)
        if not self.vatportal_awaits or not day or self._vatportal_is_taken_off():
            return []
        return [('goods', {'delivery': day, 'invoice': day})]

    def _vatportal_is_to_go(self):
        """Whether this is a goods transfer that the company has to send itself, if anything is left of it."""
        return self.vatportal_awaits == 'transfer' and not self.vatportal_unsent_reason

    def _vatportal_is_never_sent(self):
        """Whether somebody has said of this goods transfer why it never goes."""
        return self.vatportal_awaits == 'transfer' and bool(self.vatportal_unsent_reason)

    def _vatportal_is_taken_off(self):
        """Whether this goods transfer never goes: all of it came back, or is to be taken off what it returns. What came back by one that
        never goes itself may be at e-taxes in another way: of that somebody has to judge."""
        if self.vatportal_awaits != 'transfer' or self._vatportal_live_document() or not self._vatportal_is_taken_back():
            return False
        return not self._vatportal_returns_never_sent()

    def _vatportal_due_kind(self):
        code = 'kind_goods_transfer' if self.vatportal_awaits == 'transfer' else 'kind_default_invoice'
        return self.env.ref(f'l10n_az_vatportal.{code}')

    @api.model
    def _vatportal_may_be_due(self):
        # EXTENDS l10n_az_vatportal
        return Domain('vatportal_awaits', '!=', False) & self._vatportal_unsettled()

    @api.model
    def _renew_concerned(self, domain):
        # EXTENDS l10n_az_vatportal: what it awaits depends on whether there is a connector, and on who buys
        done = Domain('state', '=', 'done') & self._vatportal_unsettled() & self._vatportal_since('date_done')
        ids = self.sudo().search(Domain(domain) & (done | Domain('vatportal_awaits', '!=', False)), order='id').ids
        self._vatportal_compute_in_parts(ids, ('vatportal_awaits',))
        return super()._renew_concerned(domain)

    @api.model
    def _vatportal_of_partners(self, partners):
        if not knows_sales(self.env):
            return super()._vatportal_of_partners(partners)
        return Domain('move_ids.sale_line_id.order_id.partner_invoice_id', 'child_of', partners.ids)

    # ------------------------------------------------------------------ sales

    def _vatportal_is_uninvoiced(self):
        """Whether goods of this delivery went to a buyer who gets a qaimə, and no invoice covers them yet, not even a draft: a
        draft is due by itself."""
        if not knows_sales(self.env):
            return False
        lines = self.sudo().move_ids.sale_line_id.filtered(
            lambda line: (
                line.price_total
                and decimal(line.qty_delivered) > invoiced(line)
                and line.order_id.partner_invoice_id.commercial_partner_id._vatportal_gets_qaime()
            )
        )
        made = [delivery for line in lines for delivery in deliveries(line)]
        return bool(lines) and self.id in uninvoiced(made, {line.id: invoiced(line) for line in lines})

    # ------------------------------------------------------------------ telling a person

    def _vatportal_due_task(self):
        if self.vatportal_awaits != 'invoice':
            return super()._vatportal_due_task()
        _ = self.env._
        return (
            _('e-taxes: invoice what %(name)s has delivered until %(day)s', name=self.name, day=fields.Date.to_string(self.vatportal_due_date)),
            _('%s. Its goods were delivered, and no invoice covers them.', self.vatportal_deadline_id.name),
        )
