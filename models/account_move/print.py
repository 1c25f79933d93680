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
        if self.direction == 'outgoing' and self.state != 'registered':
            states = dict(self._fields['state']._description_selection(self.env))
            return self.env._('Not registered at e-taxes (%s): this page is no qaimə.', states[self.state])
        if self.status in FINAL_STATUSES:
            return self.env._('No longer in force at e-taxes: %s.', self.status_label)
        return ''

    def _printed_number(self, value, least=0):
        """``value`` with all the decimals that e-taxes has of it, so that what is printed adds up; ``least`` at the least."""
        exponent = decimal(value, PRICE_DIGITS).as_tuple().exponent
        return formatLang(self.env, value, digits=max(least, -exponent))

    def _forget_prints(self):
        """What was printed of the invoices of these documents names a qaimə that is not in force any more: it is made anew."""
        dead = self.filtered(
            lambda document: document.direction == 'outgoing' and document.qaime and (document.state == 'deleted' or document.status in FINAL_STATUSES)
        )
        dead.move_id.filtered('invoice_pdf_report_id')._detach_attachments()


class AccountMove(models.Model):
    _inherit = 'account.move'

    vatportal_can_print = fields.Boolean(compute='_compute_vatportal_can_print', string='Qaimə Page Can Be Printed')

    @api.depends('vatportal_bill_document_id')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_vatportal_can_print(self):
        """Whether the user may see the page of what the bill was made of: a branch's user may not see its parent's."""
        readable = self.sudo().vatportal_bill_document_id.sudo(False)._filtered_access('read')
        for move in self:
            move.vatportal_can_print = bool(move.sudo().vatportal_bill_document_id & readable.sudo())

    def _vatportal_printed_document(self):
        """The document whose page stands beside this invoice or bill: the one it was sent as, or made of.

        :raises UserError: where there is none, so that nobody takes an empty page for one
        """
        self.ensure_one()
        document = self.vatportal_bill_document_id or self.vatportal_document_id
        if not document:
            raise UserError(self.env._('%s has no document at e-taxes.', self.display_name))
        return document

    def _vatportal_printed_mark(self):
        """What the customer's copy says of the qaimə: its ``qaime``, ``date`` and ``status``; None before it has a number.

        Whoever may read the invoice may know that.
        """
        self.ensure_one()
        document = self.sudo().vatportal_document_id
        if document.state != 'registered' or not document.qaime or document.status in FINAL_STATUSES:
            return None
        return {'qaime': document.qaime, 'date': document._printed_date(), 'status': document.status_label or ''}
