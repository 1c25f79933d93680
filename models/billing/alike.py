from odoo import models
from odoo.fields import Domain

from ..states import FAR, NEAR


class VatportalDocument(models.Model):
    """Entries that somebody has typed before their document came, with a number of their own, or none."""

    _inherit = 'vatportal.document'

    def _bills_alike(self, partners=None):
        """Entries without a document that may be of this one, though its number does not stand on them: of the same partner and total, of
        about the same day. One that bears the number of another qaimə is none.

        :param partners: those of :meth:`_known_vendors`, where they are known
        """
        partners = self._known_vendors() if partners is None else partners
        if self.direction != 'incoming' or not partners:
            return self.env['account.move']
        # Of a file nobody knows the day.
        day, reach = self._baku_date(), NEAR if self.date else FAR
        # Whoever asks: what they may not see is in the books all the same.
        near = (
            self.env['account.move']
            .sudo()
            .search(
                Domain('company_id', 'in', self._invoicing_companies().ids)
                & Domain('commercial_partner_id', 'in', partners.ids)
                & Domain('move_type', 'in', self._entry_types())
                & Domain('state', '!=', 'cancel')
                & Domain('vatportal_bill_document_id', '=', False)
                & Domain('vatportal_file_document_id', '=', False)
                & (
                    Domain('invoice_date', '>=', day - reach) & Domain('invoice_date', '<=', day + reach)
                    # A draft may have no day yet, as Odoo and purchase orders make it.
                    | Domain('invoice_date', '=', False)
                    & Domain('state', '=', 'draft')
                    & Domain('create_date', '>=', day - FAR)
                    & Domain('create_date', '<', day + FAR)
                )
            )
        )
        alike = near.filtered(
            lambda move: (
                move._vatportal_total() == self._amount_to_pay(move.move_type)
                and not move._vatportal_live_document()
                # Odoo calls reversed whatever was settled without money: a bonus or a journal entry pays it, and takes nothing back.
                and not (move.payment_state == 'reversed' and move._vatportal_is_taken_back())
                and not any(serial for serial, _tail in move._vatportal_numbers())
            )
        )
        return (alike - self.other_move_ids).sudo(False).with_env(self.env)

    def _alike_question(self, vendors):
        alike = self._bills_alike(vendors)
        return bool(alike) and self.env._(
            '%s is of the same partner and total, of about the same day or without one, and bears no qaimə number. Link the document with it, or make another one.',
            alike._vatportal_names_for_reader(),
        )


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_names_for_reader(self):
        """These entries by name, as far as the reader may see them; else whose they are."""
        names = self._vatportal_seen_by_reader().mapped('display_name') or self.sudo().company_id.mapped('display_name')
        return ', '.join(names)

    def _vatportal_seen_by_reader(self):
        """Those of these entries that may be named to the reader, also where what is shown is computed with more rights than theirs; none
        where it is written down for all, with ``vatportal_for_all`` in the context."""
        return self.browse() if self.env.context.get('vatportal_for_all') else self.sudo(False)._filtered_access('read')
