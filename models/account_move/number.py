from odoo import models
from odoo.fields import Domain

from ...vatportal.typed_number import bears_number, bears_tail, same_number, typed_numbers

BILLS = ('in_invoice', 'in_refund')


class AccountMove(models.Model):
    """The qaimə number on a bill, as people type it."""

    _inherit = 'account.move'

    def _vatportal_bears(self, qaime, in_full=False):
        """Whether ``qaime`` stands on this bill, at least with its last eight digits."""
        bears = bears_number if in_full else bears_tail
        return any(bears(text, qaime) for text in (self.ref, self.payment_reference, self.name))

    def _vatportal_numbers(self):
        """The qaimə numbers that stand on this bill, or what looks like one, see :func:`typed_numbers`."""
        return typed_numbers(self.ref) | typed_numbers(self.payment_reference)

    def _fetch_duplicate_reference(self, matching_states=('draft', 'posted')):
        """Odoo finds bills with the very same reference; bills of one vendor with one qaimə number are the same as well,
        however it is typed."""
        # EXTENDS account
        result = super()._fetch_duplicate_reference(matching_states)
        bills = self.filtered(lambda move: move.move_type in BILLS and move.commercial_partner_id)
        numbers = {bill: typed_numbers(bill.ref) for bill in bills}
        wanted = {tail for found in numbers.values() for _serial, tail in found}
        if not wanted:
            return result
        others = self.search(
            Domain('company_id', 'in', bills.company_id.ids)
            & Domain('move_type', 'in', BILLS)
            & Domain('state', 'in', matching_states)
            & Domain('commercial_partner_id', 'in', bills.commercial_partner_id.ids)
            & Domain.OR(Domain('ref', 'ilike', '%'.join(tail)) for tail in wanted)
        )
        for bill in bills:
            same = others.filtered(
                lambda other, bill=bill: (
                    other != bill._origin
                    and other.company_id == bill.company_id
                    and other.move_type == bill.move_type
                    and other.commercial_partner_id == bill.commercial_partner_id
                    and same_number(numbers[bill], typed_numbers(other.ref))
                )
            )
            if same:
                result[bill._origin] = result.get(bill._origin, self.browse()) | same
        return result
