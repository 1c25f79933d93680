from functools import partial

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command

from ...vatportal import serie_number
from ..states import FINAL_STATUSES, ROUNDING_LIMIT, baku_day
from .bill import BillQuestion, OpenQuestion
from .builder import BillBuilder


class VatportalDocument(models.Model):
    """One document, one bill."""

    _inherit = 'vatportal.document'

    def _make_bill(self, partner=None, booking=None, duplicates=False):
        """Make the draft bill, or return the one that exists.

        :param partner: a person's choice of the vendor; without it the VÖEN decides
        :param booking: a person's choice; only where the kind leaves it open
        :param duplicates: a person has seen what speaks against it (a bill with this number exists, the status is not
            known, a quantity can't be kept), and wants the bill all the same
        :raises BillQuestion: when a person must decide
        :raises UserError: when something is missing in the configuration
        :raises ConcurrencyError: when somebody else is at the same document
        """
        self.ensure_one()
        document = self.with_company(self._bill_company())
        document._lock_to_bill()
        if document.bill_state == 'billed':
            return document.move_id
        move_type, partner = document._decide_bill(partner, booking, duplicates)
        move, notes = document._create_bill(move_type, partner)
        document._note_bills({document: (move, partner, notes)})
        return move

    def _lock_to_bill(self):
        """:raises ConcurrencyError: when somebody else is at one of these documents"""
        # What is here once more, for another company of the taxpayer, is billed once.
        copies = self._received_copies()
        locked = (self.sudo() | copies).try_lock_for_update()
        if locked != self.sudo() | copies:
            # Whoever is at it may yet fail: Odoo runs this again, and then it shows.
            raise ConcurrencyError(self.env._('Somebody else is making the bill of %s at this moment.', ((self - locked) or self)[0].display_name))
        copies.invalidate_recordset(['move_id'])
        self.invalidate_recordset(['move_id', 'bill_state'])

    def _decide_bill(self, partner=None, booking=None, duplicates=False):
        """What becomes of this document, which has no bill and is locked: (type of the entry, vendor); see :meth:`_make_bill`."""
        document = self
        document._check_billable(booking)
        move_type = document.kind_id._bill_move_type(booking)
        if not move_type:
            raise OpenQuestion(document._kind_question())
        if document._status_question() and not duplicates:
            raise OpenQuestion(document._status_question())
        document._check_money(move_type)
        if not duplicates:
            document._check_not_booked()
        partner = partner or document._find_vendor()
        question = not duplicates and document._quantity_question(partner, move_type)
        if question:
            # Mostly it is a setting that is mended: then the bill is made by itself.
            raise UserError(question)
        return move_type, partner

    def _note_bills(self, made):
        """Write on these documents, and on their bills, that the one was made of the other.

        :param made: document → (bill, vendor, notes)
        """
        for document, (move, partner, notes) in made.items():
            document.sudo().write(
                {
                    'move_id': move.id,
                    'partner_id': partner.id,
                    'bill_question': False,
                    'bill_requested': False,
                    'bill_retry_at': False,
                    'bill_notes': notes,
                    'bill_ignored': False,
                }
            )
        moves = self.env['account.move'].union(*(move for move, _partner, _notes in made.values()))
        moves._message_log_batch({move.id: document._bill_text(notes) for document, (move, _partner, notes) in made.items()})
        self.browse().union(*made).sudo()._message_log_batch(
            {document.id: document.env._('A draft was made of it: %s', move.display_name) for document, (move, _partner, _notes) in made.items()}
        )

    def _check_billable(self, booking=None):
        """:raises BillQuestion: for a document that nobody may bill, and for one whose kind asks for no bill"""
        never = self.direction != 'incoming' or self.is_foreign or self.status in FINAL_STATUSES or self.state == 'deleted'
        if self._is_to_oneself():
            raise BillQuestion(self.env._('%s is kept, but not billed: the company is its seller and its buyer.', self.display_name))
        if never or self._booking() == 'none':
            raise BillQuestion(self.env._('%s is not billed: see its kind and status.', self.display_name))
        if booking and self._booking() not in (False, booking):
            raise BillQuestion(self.env._('Documents of the kind “%s” are booked as the kind says.', self.kind_id.display_name))

    def _check_not_booked(self):
        """:raises OpenQuestion: where the document may be in the books already"""
        question = self._elsewhere_text() or next(self._booked_questions(), False)
        if question:
            raise OpenQuestion(question)

    def _booked_questions(self):
        """What a person has to say because the document may be in the books of its own company already, one after the other."""
        vendors = self._known_vendors()
        asks = (partial(self._number_question, vendors), self._draft_question, self._same_question, partial(self._alike_question, vendors))
        return filter(None, (ask() for ask in asks))

    def _number_question(self, vendors):
        existing = self._bills_with_number(vendors)
        return existing and self.env._('%s bears this number already. Link the document to it, or make another one.', existing._vatportal_names_for_reader())

    def _check_money(self, move_type):
        """:raises UserError: where no bill of ``move_type`` can have the document's total"""
        if not self.currency_id.active:
            raise UserError(
                self.env._(
                    'e-taxes documents are in AZN, and this currency is not active. Activate it under Accounting › '
                    'Configuration › Currencies, and enter its rate.'
                )
            )
        if self.amount_total < 0 and not self._is_turned(move_type):
            raise BillQuestion(
                self.env._(
                    'The total of %s is negative, but its kind is booked as a bill. Enter the credit note by hand and link the document with it.',
                    self.display_name,
                )
            )

    def _create_bill(self, move_type, partner):
        """Return (draft move, notes about it)."""
        move = self.with_context(vatportal_billing=True)._new_bill(self._bill_header(move_type, partner))
        notes = [*self._journal_notes(), *self._fill_bill(move)]
        move._vatportal_mend_due_date()
        return move.with_context(vatportal_billing=False), notes

    def _fill_bill(self, move):
        """Put the document's lines into the draft ``move``, in the place of those it has; return notes about it."""
        if move.currency_id != self.currency_id:
            move.currency_id = self.currency_id  # that of the vendor's purchases, say: the amounts are the document's
        with move._get_edi_creation() as move:
            lines, notes = BillBuilder(self, move).lines()
            move.invoice_line_ids = move._vatportal_line_commands(lines)
        difference = self._bill_difference(move)
        if self._is_rounding(difference):
            with move._get_edi_creation() as move:
                move.invoice_line_ids = [Command.create(self._rounding_line(difference))]
        return notes + self._filled_notes(move, difference)

    def _bill_difference(self, move):
        """What the draft ``move`` lacks to the document's total, in AZN."""
        return self._amount_to_pay(move.move_type) - move._vatportal_total()

    def _is_rounding(self, difference):
        return bool(difference) and abs(difference) <= ROUNDING_LIMIT

    def _filled_notes(self, move, difference):
        """The draft ``move`` has its lines, which lacked ``difference``: what is to be said of that, and of the rest."""
        notes = []
        if self._is_rounding(difference):
            notes.append({'level': 'info', 'text': self.env._("%s AZN of rounding make the bill's total that of the document.", difference)})
        elif difference:
            lines, total = move._vatportal_total(), self._amount_to_pay(move.move_type)
            text = self.env._('The lines of the document add up to %(lines)s AZN, but its total is %(total)s AZN.', lines=lines, total=total)
            notes.append({'level': 'warning', 'text': text})
        return notes + self._file_notes()

    def _rebuild_bill(self):
        """Make the lines of the draft bill anew; what people have corrected on it is known from their corrections."""
        self.ensure_one()
        document = self.with_company(self.move_id.company_id)
        document._check_billable()
        document._check_money(self.move_id.move_type)
        move = document.move_id.with_context(vatportal_billing=True)
        gone = move._vatportal_typed_lines().mapped(lambda line: line.name or line.product_id.display_name or '–')
        notes = document._fill_bill(move)
        if gone:
            notes.append({'level': 'info', 'text': self.env._('Lines that were added by hand were taken out: %s.', ', '.join(gone))})
        if document._is_day_corrected():
            document._take_over_day()
        document.sudo().bill_notes = notes
        move._message_log(body=document._bill_text(notes, self.env._('Its lines were made anew of the e-taxes document %s.', self.qaime or '')))
        document.sudo()._follow_status()

    def _restore_bill(self):
        """Something else has changed the draft bill since it was made: put back what the document says."""
        document = self.with_company(self.company_id)
        move = document.move_id.with_context(vatportal_billing=True)
        header = document._bill_header(move.move_type, document.partner_id)
        move.write({name: header[name] for name in ('partner_id', 'invoice_date', 'ref', 'payment_reference', 'narration')})
        document.sudo().bill_notes = notes = document._fill_bill(move)
        text = self.env._('While the file was read in, something else changed this draft. It was made anew of the e-taxes document %s.', self.qaime or '')
        move._message_log(body=document._bill_text(notes, text))

    def _new_bill(self, vals):
        draft = self._waiting_drafts(vals['move_type'])[:1]
        if not draft:
            return self.env['account.move'].create(vals)
        # The journal is the one into which the file was dropped.
        draft.write({name: value for name, value in vals.items() if name not in ('journal_id', 'company_id')})
        return draft

    def _bill_header(self, move_type, partner):
        connector = self._connector()
        notes = [text for text in (self.main_info, self.add_info) if text]
        vals = {
            'move_type': move_type,
            'company_id': self._bill_company().id,
            'partner_id': partner.id,
            'currency_id': self.currency_id.id,
            # A file carries no date. Odoo asks for the day when the bill is confirmed; today's would be a guess.
            'invoice_date': self.date and self._baku_date(),
            'ref': self.qaime,
            # Payment orders quote series and number of the qaimə (Tax Code, article 16.11.1).
            'payment_reference': self._payment_reference(),
            'narration': Markup().join(Markup('<p>%s</p>') % text for text in notes),
        }
        if move_type.startswith('in_') and connector.bill_journal_id.active:
            vals['journal_id'] = connector.bill_journal_id.id
        if self.env.user == self.env.ref('base.user_root'):
            vals['invoice_user_id'] = connector.responsible_id.id
        return vals

    def _journal_notes(self):
        journal = self._connector().bill_journal_id
        if not journal or journal.active:
            return []
        return [
            {
                'level': 'warning',
                'text': self.env._(
                    "The journal “%s”, which the VatPortal connector names for bills, is archived: the company's first one was taken.", journal.display_name
                ),
            }
        ]

    def _baku_date(self):
        """The day on which the document was made, where it was made."""
        return baku_day(self.date) if self.date else baku_day(fields.Datetime.now())

    def _payment_reference(self):
        try:
            return serie_number(self.qaime)
        except ValueError:
            return self.qaime

    def _rounding_line(self, difference):
        connector = self._connector()
        return {
            'name': self.env._('Rounding'),
            'quantity': 1,
            'price_unit': float(difference),
            'sequence': 9999,
            'tax_ids': [Command.clear()],
            'is_imported': True,
            **({'account_id': connector.rounding_account_id.id} if connector.rounding_account_id else {}),
        }

    def _bill_text(self, notes, again=None):
        """What the bill says of where it comes from, and what was noticed.

        :param again: what has happened, where the bill is not a new one
        """
        items = Markup().join(Markup('<li>%s</li>') % note['text'] for note in notes)
        return Markup('<p>%s</p><ul>%s</ul>') % (again or self.env._('Made of the e-taxes document %s.', self.qaime or ''), items)
