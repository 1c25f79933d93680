from odoo import models
from odoo.fields import Command

from ...vatportal import qaime_number
from ..amounts import API_NAMES
from .status import DOCUMENT_ACTIVITY

# What a download knows better than we do.
_TAKEN_OVER = ('status', 'status_code', 'date', 'fingerprint', 'import_job_id', 'raw', 'seen_connector_id')
# What people have said of it.
_ANSWER = ('answer_decision', 'answer_user_id', 'answer_note', 'answer_by_id', 'answer_at')
# What the portal tells of a document, and of each of its rows.
_TOLD = ('kind_id', 'seller_vat', 'seller_name', 'buyer_vat', 'buyer_name', 'main_info', 'add_info', *API_NAMES)
_TOLD_OF_ROWS = ('sequence', 'product_code', 'name', 'unit', 'barcode', 'quantity', 'price_unit', 'excise_rate', *API_NAMES)
# What it alone knows where nothing here tells what was sent.
_CONTENT = (
    *_TOLD,
    'move_id',
    'partner_id',
    'transp_reg_number',
    'main_qaime',
    'advance_id',
    'advance_settled',
    'advance_day',
    'to_follow',
    'missing_since',
    'missing_job_id',
)


class VatportalDocument(models.Model):
    """One record for one document: it may be here already, from a download, when the portal tells its number."""

    _inherit = 'vatportal.document'

    def _absorb_download(self, number):
        twin = self.sudo().search(
            [('company_id', '=', self.company_id.id), ('direction', '=', self.direction), ('qaime', '=', number), ('id', '!=', self.id), ('erp_id', '=', False)]
        )
        if not twin:
            return
        bare = not self._source() and not self.line_ids
        known = twin.read([*_TAKEN_OVER, *_ANSWER, *(_CONTENT if bare else ())], load=False)[0]
        del known['id']
        # The portal's figures come once: the next download of them is no news any more. A file is not its word.
        told = None if bare or twin.is_mere_file else (_values(twin, _TOLD)[0], _values(twin.line_ids.sorted('sequence'), _TOLD_OF_ROWS))
        if bare:
            twin.line_ids.document_id = self
            known['proposed_move_ids'] = [Command.set([] if twin.move_id else (self.proposed_move_ids | twin.proposed_move_ids).ids)]
        elif twin.move_id and twin.move_id != self.move_id:
            twin.move_id._message_log(
                body=self.env._('The e-taxes document %(number)s was taken off: it belongs to %(move)s.', number=number, move=self.move_id.display_name)
            )
        twin._hand_over(self)
        twin._set_state('deleted', qaime=False, move_id=False)
        twin.flush_recordset()
        twin.unlink()
        changes = self.sudo()._changes(*told) if told else {}
        if changes:
            changes['to_follow'] = self.to_follow or 'changed'
        self.sudo().write(changes | {name: value for name, value in known.items() if value})

    def _hand_over(self, other):
        """This document, which goes, turned out to be ``other``: what people have said of it or put on it, and what points to it,
        is of that one."""
        twin, document = self.sudo(), other.sudo()
        self.env['vatportal.explanation'].sudo().search([('document_id', '=', twin.id)]).document_id = document
        document._take_file(twin)
        twin.file_move_ids.vatportal_file_document_id = document
        document.other_move_ids |= twin.other_move_ids - document.move_id
        twin._hand_over_as_advance(document)
        twin._clear_double()
        # What its status asks for is asked for anew.
        twin.activity_unlink([DOCUMENT_ACTIVITY])
        twin.activity_ids.res_id = document.id
        twin.message_ids.filtered(lambda message: message.message_type == 'comment').res_id = document.id

    def _note_sent_as(self, move, erp_id, number):
        """The portal has ``number`` under an ERP id that went out under the number of ``move``. Write that on the document
        that an import has read, with its figures and its link; a person is asked where it has no invoice.

        :return: whether there is one
        """
        companies = self._taxpayer_above(move.company_id)
        read = (
            self.sudo().search(
                [('company_id', 'in', companies.ids), ('direction', '=', 'outgoing'), ('qaime', '=', qaime_number(number)), ('erp_id', '=', False)]
            )
            if number
            else self.browse()
        )
        # Both a branch and its parent may have read it.
        document = max(read, key=lambda one: (bool(one._source()), one.company_id == move.company_id), default=read)
        if document:
            document.write({'erp_id': erp_id, 'shown': True})
            if document._may_be_double() and not document._source() and move not in document.other_move_ids:
                document.proposed_move_ids |= move
            document._suspect_rivals()
        return bool(document)


def _values(records, names):
    """The values of ``records`` as ``write()`` takes them, a list of dicts."""
    return [{name: row[name] for name in names} for row in records.read(names, load=False)]
