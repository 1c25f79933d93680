from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..res_partner import GETS_QAIME
from ..states import ADJUSTMENTS, FINAL_STATUSES, LIVE_STATES, RETURN_KINDS, SALE_TYPES
from .credits import CHARGES, within_credit

# As AccountMove._vatportal_credits_nothing() has it; one statement for all types, which Odoo would make one each of.
_CREDITS_NOTHING = f"""
    EXISTS (
        SELECT FROM account_move origin
          LEFT JOIN vatportal_document sent ON sent.id = origin.vatportal_document_id
          LEFT JOIN vatportal_document received ON received.id = origin.vatportal_bill_document_id
         WHERE origin.id = %(origin)s AND origin.move_type != %(move_type)s
           AND CASE WHEN %(move_type)s IN %(charges)s
                    THEN ({within_credit('%(move)s')})
                     AND (sent.id IS NOT NULL OR received.id IS NOT NULL OR origin.vatportal_package_date IS NULL)
                     AND (sent.state IN %(live)s AND COALESCE(sent.status, '') NOT IN %(final)s) IS NOT TRUE
                     AND (received.state IN %(live)s AND COALESCE(received.status, '') NOT IN %(final)s) IS NOT TRUE
                    ELSE sent.state = 'deleted' OR sent.status IN %(final)s OR received.status IN %(final)s END
    )
"""
# What AccountMove._vatportal_says_something() is true of, but for what was taken back in full, which no domain tells.
SAYS_SOMETHING = Domain('vatportal_credits_nothing', '=', False) & Domain('vatportal_is_empty', '=', False)


class AccountMove(models.Model):
    """Until when an invoice has to be at e-taxes: by what it sells, from the delivery on where Odoo knows of one."""

    _inherit = 'account.move'

    _vatportal_due_activity = 'l10n_az_vatportal.mail_activity_etaxes_due'

    vatportal_credits_nothing = fields.Boolean(
        string='Takes Back Nothing at e-taxes',
        compute='_compute_vatportal_credits_nothing',
        search='_search_vatportal_credits_nothing',
        export_string_translation=False,
    )

    @api.depends(
        'state',
        'move_type',
        'company_id',
        'commercial_partner_id',
        'invoice_date',
        'delivery_date',
        'payment_state',
        'reversed_entry_id.state',
        'reversed_entry_id.vatportal_package_date',
        'reversed_entry_id.vatportal_state',
        'reversed_entry_id.vatportal_status',
        'reversed_entry_id.vatportal_bill_document_id.status',
        'amount_total',
        'invoice_line_ids.product_id',
        'vatportal_kind_id',
        'vatportal_is_advance',
        'vatportal_advance_day',
        'vatportal_advance_id',
        'vatportal_bill_document_id',
        'vatportal_unsent_reason',
        'vatportal_state',
        'vatportal_document_id.vatportal_due_date',
        'vatportal_document_id.vatportal_deadline_id',
    )
    def _compute_vatportal_due_date(self):
        return super()._compute_vatportal_due_date()

    def _vatportal_due_kind(self):
        return self.vatportal_kind_id

    def _vatportal_due_claims(self, begun):
        # EXTENDS vatportal.source
        if self.state not in ('draft', 'posted') or not self._vatportal_is_issued_here():
            return []
        delivered = self._vatportal_delivered_on()
        days = {'invoice': self.invoice_date, 'delivery': delivered or self.invoice_date, 'payment': self.vatportal_advance_day}
        # What was delivered and is a draft still has been invoiced for Odoo, and is on no other list.
        stands = self.state == 'posted' or delivered
        if not stands or not days['delivery'] or (self.invoice_date or days['delivery']) < begun:
            return []
        if not self.commercial_partner_id._vatportal_gets_qaime() or not self._vatportal_says_something():
            return []
        return [(subject, days) for subject in self._vatportal_due_subjects()]

    def _vatportal_delivered_on(self):
        """The day on which what this invoice sells was delivered; False where nothing tells."""
        return self.delivery_date

    def _vatportal_says_something(self):
        """Whether there is anything for e-taxes on it: what was credited in full never goes, nor what credits something that is
        gone there, nor what comes to nothing beside taxes that are no part of it, unless it settles an advance."""
        if self.vatportal_is_empty or self._vatportal_credits_nothing():
            return False
        return not self._vatportal_is_taken_back()

    def _vatportal_credits_nothing(self):
        """Whether it takes back an entry whose document was deleted or cancelled: nothing is left at e-taxes to take back. An invoice
        that takes back a credit note stands for what that one took back, unless the credit note is at e-taxes, or may be."""
        origin = self.sudo()._vatportal_reverses()
        if origin and self.move_type in CHARGES:
            return self._vatportal_is_within(origin) and not origin._vatportal_is_at_etaxes()
        return origin.vatportal_state == 'deleted' or bool({origin.vatportal_status, origin.vatportal_bill_document_id.status} & set(FINAL_STATUSES))

    def _compute_vatportal_credits_nothing(self):
        for move in self:
            move.vatportal_credits_nothing = move._vatportal_credits_nothing()

    @api.model
    def _search_vatportal_credits_nothing(self, operator, value):
        if operator != 'in' or True not in value:
            return NotImplemented
        documents = self.env['vatportal.document']._fields
        names = ('vatportal_document_id', 'vatportal_bill_document_id', 'vatportal_package_date', 'state', 'amount_total', 'currency_id')
        flush = [self._fields[name] for name in names]
        return Domain('reversed_entry_id', '!=', False) & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                _CREDITS_NOTHING,
                origin=model._field_to_sql(alias, 'reversed_entry_id', query),
                move=model._field_to_sql(alias, 'id', query),
                move_type=model._field_to_sql(alias, 'move_type', query),
                charges=CHARGES,
                live=LIVE_STATES,
                final=FINAL_STATUSES,
                to_flush=[*flush, documents['state'], documents['status']],
            ),
            predicate=lambda move: move._vatportal_credits_nothing(),
        )

    def _vatportal_due_subjects(self):
        """Which rules it is due by, the strictest of which counts."""
        if self.vatportal_is_advance:
            return ['advance']
        if self.move_type != 'out_invoice' or self.vatportal_kind_id.code in (*RETURN_KINDS, *ADJUSTMENTS):
            return ['return']
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == 'product' and (line.product_id or line.price_subtotal > 0))
        services = {line.product_id.product_tmpl_id._vatportal_is_service() for line in lines}
        return [subject for subject, there in (('goods', False in services or not services), ('service', True in services)) if there]

    @api.model
    def _vatportal_may_be_due(self):
        # EXTENDS vatportal.due
        since = self._vatportal_since('invoice_date') | Domain('invoice_date', '=', False) & self._vatportal_since('delivery_date')
        # All that was ever sold to private persons is at no e-taxes.
        sent_back_or_to_go = Domain('vatportal_state', '=', 'registered') | Domain('commercial_partner_id', 'any', GETS_QAIME)
        return Domain('state', 'in', ('draft', 'posted')) & Domain('move_type', 'in', SALE_TYPES) & self._vatportal_unsettled() & sent_back_or_to_go & since

    @api.model
    def _vatportal_of_partners(self, partners):
        return Domain('commercial_partner_id', 'in', partners.ids)
