from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..amounts import decimal
from ..states import FINAL_STATUSES

# The columns of a qaimə's lines, in its own order; what each of them means stands on vatportal.amounts.
COLUMNS = (
    'amount_goods',
    'excise_rate',
    'amount_excise',
    'amount_net',
    'amount_vat_base',
    'amount_not_subject',
    'amount_exempt',
    'amount_zero',
    'amount_vat',
    'amount_road',
    'amount_total',
)
# As many digits as e-taxes keeps of a price.
PRICE_DIGITS = 8


class VatportalDocument(models.Model):
    """The document as a page: in the form in which people know a qaimə, whoever issued it."""

    _inherit = 'vatportal.document'

    def _printed_columns(self):
        """The money columns of the page, as a list of dicts: ``name`` of the field, ``label``, ``is_sum``: whether the last row
        adds it up."""
        self.ensure_one()
        lines = self.line_ids
        return [{'name': name, 'label': lines._fields[name]._description_string(self.env), 'is_sum': name != 'excise_rate'} for name in COLUMNS]

    def _printed_date(self):
        """The day of the qaimə in Baku, as a qaimə writes it."""
        self.ensure_one()
        return f'{self._baku_date():%d.%m.%Y}' if self.date else ''

    def _printed_warning(self):
        """Why this page is no valid qaimə; '' for one that is in force."""
        self.ensure_one()
        if self.status in FINAL_STATUSES:
            return self.env._('No longer in force at e-taxes: %s.', self.status_label)
        if self.direction == 'outgoing' and self.state != 'registered':
            states = dict(self._fields['state']._description_selection(self.env))
            return self.env._('Not registered at e-taxes (%s): this page is no qaimə.', states[self.state])
        if self.is_foreign:
            return self.env._("%s is not the company's document.", self.display_name)
        if not self.qaime:
            return self.env._('It has no number of e-taxes: this page is no qaimə.')
        return self._missing_text() or ''

    def _printed_number(self, value, least=0):
        """``value`` with all the decimals that e-taxes has of it, so that what is printed adds up; ``least`` at the least."""
        exponent = decimal(value, PRICE_DIGITS).as_tuple().exponent
        return formatLang(self.env, value, digits=max(least, -exponent))

    def _told_numbers(self):
        """What copies of invoices say of these documents, of those that are in force: {document: (its invoice, its number)}."""
        return {
            document: (document.move_id, document.qaime) for document in self if document.move_id and document.direction == 'outgoing' and document._is_told()
        }

    def _is_told(self):
        """Whether a customer's copy names this document: it has its number, and is in force."""
        return self._is_in_force() and bool(self.qaime)

    def _forget_prints(self, told):
        """Copies that say what these documents were, and are no more, are made anew.

        :param told: :meth:`_told_numbers` as it was before the change
        """
        now = self._told_numbers()
        moves = self.move_id.browse().union(*(said[0] for document, said in told.items() if now.get(document) != said))
        moves.filtered('invoice_pdf_report_id')._detach_attachments()


class AccountMove(models.Model):
    _inherit = 'account.move'

    vatportal_can_print = fields.Boolean(compute='_compute_vatportal_can_print', string='Qaimə Page Can Be Printed')

    @api.depends('vatportal_bill_document_id')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_vatportal_can_print(self):
        """Whether the user may see the page of what the bill was made of: a branch's user may not see its parent's."""
        readable = self._vatportal_readable(self.sudo().vatportal_bill_document_id)
        for move in self:
            move.vatportal_can_print = bool(move.sudo().vatportal_bill_document_id & readable)

    def _vatportal_printed_document(self):
        """The document whose page stands beside this invoice or bill: the one it was sent as, or made of.

        :raises UserError: where there is none, so that nobody takes an empty page for one
        """
        self.ensure_one()
        document = self.vatportal_bill_document_id or self.vatportal_document_id
        if not document:
            raise UserError(self.env._('%s has no document at e-taxes.', self.display_name))
        if not document.has_access('read'):
            names = {'move': self.display_name, 'company': document.sudo().company_id.display_name}
            raise UserError(self.env._('The document of %(move)s is that of %(company)s: whoever works there can print it.', **names))
        return document

    def _vatportal_printed_mark(self):
        """What the customer's copy says of the qaimə: its ``qaime``, ``date`` and ``status``; None before it has a number.

        Whoever may read the invoice may know that.
        """
        self.ensure_one()
        document = self.sudo().vatportal_document_id
        if not document._is_told():
            return None
        return {'qaime': document.qaime, 'date': document._printed_date(), 'status': document.status_label or ''}
