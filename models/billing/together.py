import logging

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import split_every

from ..concurrency import CONCURRENT
from .builder import BillBuilder

_logger = logging.getLogger(__name__)

# So many bills are made with one ``create()``.
TOGETHER = 20


class VatportalDocument(models.Model):
    """Many documents, their bills in one go: Odoo computes the journal items of many entries for less than those of each.

    What asks for anything special is left for ``_make_bill()``, and so is all of a batch that fails.
    """

    _inherit = 'vatportal.document'

    def _make_bills_together(self):
        """Make the bills of those of these documents that nothing stands against, and return them; write nothing on the others."""
        bills = self.env['account.move']
        plain = self.filtered(lambda document: document.bill_state == 'to_bill' and document.qaime and not document.file_move_ids)
        for documents in plain.grouped(lambda document: (document._bill_company(), document._in_reader_language().env.lang)).values():
            for ids in split_every(TOGETHER, documents.ids) if len(documents) > 1 else ():
                bills += documents.browse(ids)._make_batch_of_bills()
        return bills

    def _make_batch_of_bills(self):
        documents = self[:1]._in_reader_language().with_company(self[:1]._bill_company()).browse(self.ids)
        try:
            with self.env.cr.savepoint():
                documents._lock_to_bill()
                return documents._create_bills().with_env(self.env)
        except CONCURRENT:
            raise
        except Exception:  # noqa: BLE001 - one by one it shows whose it is, and is told there
            _logger.info('VatPortal: the bills of documents %s are made one by one', self.ids, exc_info=True)
            return self.env['account.move']

    def _create_bills(self):
        """Make the bills of these documents of one company, all locked, as far as nothing stands against one; return them."""
        Move = self.env['account.move'].with_context(vatportal_billing=True)
        planned = self._plan_bills()
        if not planned:
            return Move.browse()
        moves = Move.create([vals for _partner, vals, _notes in planned.values()])
        bills = dict(zip(planned, moves, strict=True))
        differences = {document: document._bill_difference(move) for document, move in bills.items()}
        rounded = [document for document, difference in differences.items() if document._is_rounding(difference)]
        if rounded:
            with Move.union(*(bills[document] for document in rounded))._get_edi_creation():
                for document in rounded:
                    bills[document].invoice_line_ids = [Command.create(document._rounding_line(differences[document]))]
        made = {}
        for document, (partner, _vals, notes) in planned.items():
            move = bills[document]
            notes = [*notes, *document._filled_notes(move, differences[document])]
            move._vatportal_mend_due_date()
            made[document] = move.with_context(vatportal_billing=False), partner, notes
        self._note_bills(made)
        return moves.with_context(vatportal_billing=False)

    def _plan_bills(self):
        """Return a dict of document → (vendor, values of its bill, notes), of those that nothing stands against."""
        Move, planned, numbers = self.env['account.move'].with_context(vatportal_billing=True), {}, set()
        units = self.env['vatportal.unit.alias']._units_by_key(self[:1]._bill_company())
        for document in self.filtered(lambda document: document.bill_state == 'to_bill'):
            if document.qaime in numbers:
                continue  # here for two companies of the taxpayer: the second is asked about where it is made by itself
            numbers.add(document.qaime)
            try:
                with self.env.cr.savepoint():
                    move_type, partner = document._decide_bill()
                    header = document._bill_header(move_type, partner)
                    lines, notes = BillBuilder(document, Move.new(header), units).lines()
            except CONCURRENT:
                raise
            except UserError:  # asked, or told, where it is made by itself
                continue
            vals = {**header, 'invoice_line_ids': [Command.create(line) for line in lines]}
            planned[document] = partner, vals, [*document._journal_notes(), *notes]
        return planned
