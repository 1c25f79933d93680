from odoo import models
from odoo.exceptions import AccessError, UserError

from ...vatportal import voen
from ..catalog.kind_booking import KNOWN_KINDS
from ..states import RETURN_KINDS, SALE_TYPES

BILL_TYPES = ('in_invoice', 'in_receipt')


class VatportalDocument(models.Model):
    """A person links a document with its invoice or bill: which entries can be meant, and what stands against one."""

    _inherit = 'vatportal.document'

    def action_link_move(self, move_id):
        """Link this document with the invoice or bill ``move_id``, as a person says."""
        self.ensure_one()
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can link documents.'))
        self.check_access('read')
        move = self.env['account.move'].browse(move_id).exists()
        same = self._same_with_bill(move)
        if same:
            return self._become_one_with(same)
        move.check_access('write')
        problem = self._link_problem(move)
        if problem:
            raise UserError(problem)
        self._link(move)
        self.sudo()._follow_status()
        return move._vatportal_open()

    def _entry_types(self):
        """The types of entries of which this document can be: what charges belongs to what charges, what takes back to what takes back."""
        kind, negative = self.kind_id, self.amount_total < 0
        returns, sure = kind.code in RETURN_KINDS, kind._sure_booking()
        if self.direction == 'outgoing':
            return SALE_TYPES if not sure else ('in_refund',) if returns else ('out_refund',) if negative else ('out_invoice',)
        # Of a kind that is new here nobody knows whose goods go back.
        refund = ('out_refund',) if returns else ('in_refund',) if kind.code in KNOWN_KINDS else ('in_refund', 'out_refund')
        if negative or sure == 'refund':
            return refund
        return BILL_TYPES if sure == 'bill' else BILL_TYPES + refund

    def _can_be_of(self, move):
        """Whether this document can be that of ``move``. A credit note that goes out as its kind says so itself."""
        as_sent = self.direction == 'outgoing' and self.kind_id and self.kind_id == move.vatportal_kind_id
        return move.move_type in (SALE_TYPES if as_sent else self._entry_types())

    def _link_problem(self, move):
        """What stands against linking this document with ``move``; False for nothing."""
        _ = self.env._
        if len(move) != 1 or move.company_id not in self._invoicing_companies():
            return _('Choose an invoice of %s.', self.company_id.name)
        if move.state == 'cancel':
            return _('%s is cancelled: choose one that is in force.', move.display_name)
        if self.is_foreign:
            return _("%s is not the company's document.", self.display_name)
        if self._is_billed() and self.move_id != move:
            return self._belongs_text()
        if not self._can_be_of(move):
            return self._strange_type_text(move)
        strange = self._strange_move_text(move)
        if strange:
            return strange
        if self.direction == 'outgoing':
            if move._vatportal_live_document() - self:
                return _('%s has another document at e-taxes.', move.display_name)
        elif move.sudo().vatportal_bill_document_id not in (self, self.browse()):
            return _('%s is the bill of another document.', move.display_name)
        return False

    def _strange_type_text(self, move):
        """That ``move`` is of a type of which this document is not."""
        possible = SALE_TYPES if self.direction == 'outgoing' else (*BILL_TYPES, 'in_refund', 'out_refund')
        if move.move_type in possible:
            names = dict(move._fields['move_type']._description_selection(self.env))
            return self.env._(
                '%(move)s is a “%(type)s”: %(document)s, of the kind “%(kind)s”, goes with %(types)s.',
                move=move.display_name,
                type=names[move.move_type],
                document=self.display_name,
                kind=self.kind_id.display_name or '?',
                types=', '.join(f'“{names[move_type]}”' for move_type in self._entry_types()),
            )
        if self.direction == 'outgoing':
            return self.env._("%s can't be an invoice that you sent.", move.display_name)
        return self.env._("%s can't be the bill of a received document.", move.display_name)

    def _strange_move_text(self, move):
        """That ``move`` is surely somebody else's; False where it may be this document's. What went out under its number is, whatever was
        changed on it since."""
        return not self._went_as(move) and self._strange_partner_text(move.commercial_partner_id)

    def _strange_partner_text(self, partner):
        """That ``partner`` is surely somebody else than the other side of this document; False where it may be."""
        number, _name = self._counterparty()
        theirs = partner._vatportal_voen()
        if not (voen.is_voen(number) and voen.is_voen(theirs)) or theirs == number:
            return False
        return self.env._('%(partner)s has the VÖEN %(theirs)s, the document %(number)s.', partner=partner.display_name, theirs=theirs, number=number)

    def _belongs_text(self):
        names = {'name': self.display_name, 'move': self.move_id._vatportal_names_for_reader()}
        if not self.can_take_off:
            return self.env._('%(name)s belongs to %(move)s.', **names)
        return self.env._('%(name)s belongs to %(move)s. If that is wrong, press “Not This Invoice” on the document first.', **names)
