from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain

from ..states import FAR, FINAL_STATUSES, LIVE_STATES, NEAR, SENDABLE_STATES


class AccountMove(models.Model):
    """An invoice that was reversed in Odoo, and the one in its place (*Reverse and Create Invoice*).

    A reversal changes nothing at e-taxes: the old document stands until it is deleted or cancelled there. Sent as well,
    the new invoice would make two electronic invoices of one sale, and the VAT due twice.
    """

    _inherit = 'account.move'

    vatportal_replaced_id = fields.Many2one(
        'account.move',
        string='Replaces',
        copy=False,
        index='btree_not_null',
        check_company=True,
        ondelete='set null',
        help="The reversed invoice in whose place this one was made. While that one's document stands at e-taxes, this one "
        'is not sent. Empty the field if both are right.',
    )
    vatportal_replacing_ids = fields.One2many('account.move', 'vatportal_replaced_id', string='Replaced by')

    def _vatportal_replaced_documents(self):
        """The documents at e-taxes, or on their way, of those that this invoice replaces: of one, of the one before it …"""
        documents = self.env['vatportal.document'].sudo()
        # Whoever asks: what stands at e-taxes stands, though a rule may let a person see their own invoices alone.
        seen, move = self, self.sudo().vatportal_replaced_id
        while move and move not in seen:
            documents |= move._vatportal_live_document()
            seen |= move
            move = move.vatportal_replaced_id
        return documents

    def _vatportal_drop_strange_names(self):
        """What was entered anew in the place of what took an entry back takes it back, too, unless it is of another partner by now: Odoo would
        settle the one's account with it."""
        for move in self.filtered(lambda move: move.reversed_entry_id and move.vatportal_replaced_id):
            named = move.sudo().reversed_entry_id
            if named == move.sudo().vatportal_replaced_id.reversed_entry_id and named.commercial_partner_id != move.commercial_partner_id:
                move.reversed_entry_id = False

    def _vatportal_in_its_place(self):
        """The invoices that replace this one and are in force, or may come to be."""
        return self.sudo().vatportal_replacing_ids.filtered(lambda move: move.state != 'cancel')

    def _vatportal_full_credit(self):
        """The credit notes that take back the whole of this invoice without a word to e-taxes; none where something is
        left of it, or e-taxes knows of one of them, from here or from the buyer."""
        # Whoever asks, here too; of what they may not see they are told no more than the name.
        credits = self.sudo().browse().union(*self._vatportal_credits())
        told = credits.vatportal_document_ids.filtered(lambda document: document.state in LIVE_STATES)
        return credits if self._vatportal_is_taken_back() and not told else credits.browse()

    def _vatportal_reversed_alike(self):
        """Earlier invoices in whose place each of these may have been made by hand, or by another app: of the same customer
        and with the same total or origin, taken back in full not long ago, with a document that stands.

        :return: dict of invoice → those invoices; only of such as could be sent, and have any
        """
        asked = self.filtered(lambda move: move.state == 'posted' and move.vatportal_can_send)
        if not asked:
            return {}
        by_key = defaultdict(self.sudo().browse)
        for old in asked.sudo()._vatportal_reversed_near():
            for key in _keys(old, old.vatportal_document_id.buyer_vat):
                by_key[key] += old
        found = {}
        for move in asked:
            others = self.sudo().browse().union(*(by_key[key] for key in _keys(move, move._vatportal_buyer_voen()) if key in by_key))
            found[move] = others.filtered(move._vatportal_is_of_reversed)
        return {move: others for move, others in found.items() if others}

    def _vatportal_reversed_near(self):
        """The invoices to the customers of these, or to other contacts with their VÖEN, that were taken back about their days, with a
        document that stands."""
        days, numbers = self.mapped('invoice_date'), {move._vatportal_buyer_voen() for move in self} - {False}
        near = Domain('state', '=', 'posted') & Domain('invoice_date', '>=', min(days) - FAR) & Domain('invoice_date', '<=', max(days) + FAR)
        common = self._vatportal_with_credits(near) & Domain(
            [
                ('company_id', 'in', self.company_id.ids),
                ('move_type', 'in', list(set(self.mapped('move_type')))),
                ('id', '<', max(self.ids)),
                ('vatportal_state', 'not in', (*SENDABLE_STATES, False)),
            ]
        )
        found = self.search(common & Domain('commercial_partner_id', 'in', self.commercial_partner_id.ids))
        return found | self.search(common & Domain('vatportal_document_id', 'any', [('buyer_vat', 'in', list(numbers))]))

    def _vatportal_is_of_reversed(self, old):
        """Whether ``old``, of the same customer and type, was taken back in full about the day of this invoice, and has its
        total or origin."""
        return (
            old.id < self.id
            and (old._vatportal_has_total_of(self) or bool(old.invoice_origin) and old.invoice_origin == self.invoice_origin)
            and any(move.invoice_date and abs(move.invoice_date - self.invoice_date) <= FAR for move in old._vatportal_full_credit())
        )

    # ------------------------------------------------------------------ what is to be said

    def _vatportal_take_away_text(self, document):
        """How to get rid of ``document``, which stands at e-taxes for nothing any more."""
        return document._delete_problem() or self.env._('Delete it from e-taxes.')

    def _vatportal_reversed_text(self, document):
        """What to say on this invoice, whose ``document`` stands, though it was reversed; False for nothing."""
        replacing, credits = self._vatportal_in_its_place(), self._vatportal_full_credit()
        values = {
            'number': document.qaime or document.erp_id,
            'what': self._vatportal_take_away_text(document),
            'others': ', '.join((replacing or credits).mapped('display_name')),
        }
        if replacing:
            return self.env._(
                'e-taxes: this invoice was reversed and replaced by %(others)s, but its document %(number)s still stands at '
                'e-taxes. %(what)s The new invoice goes after that.',
                **values,
            )
        if not credits:
            return False
        return self.env._(
            'e-taxes: this invoice was reversed by %(others)s, but its document %(number)s still stands at e-taxes. If goods '
            'come back, the buyer issues the return. If the invoice was wrong: %(what)s',
            **values,
        )

    def _vatportal_replaced_text(self, document):
        return self.env._(
            'It replaces %(old)s, whose document %(number)s still stands at e-taxes; one sale must not have two. %(what)s If '
            'both are right, empty “Replaces” on the tab e-taxes.',
            old=document._source().display_name,
            number=document.qaime or document.erp_id,
            what=self._vatportal_take_away_text(document),
        )

    def _vatportal_replaced_problems(self):
        problems = []
        if self.state != 'posted' or not self.vatportal_can_send:
            return problems
        for document in self._vatportal_replaced_documents():
            problems.append(self._vatportal_problem(self.env._('Replaces'), self._vatportal_replaced_text(document), record=document._source()))
        for other in self._vatportal_in_its_place():
            problems.append(
                self._vatportal_problem(
                    self.env._('Replaced by'),
                    self.env._(
                        'It was reversed and replaced by %s: send that one. If both are right, empty “Replaces” there, on the tab e-taxes.', other.display_name
                    ),
                    record=other,
                )
            )
        credits = self._vatportal_full_credit()
        if credits and not self._vatportal_in_its_place():
            problems.append(
                self._vatportal_problem(
                    self.env._('Reversal'),
                    self.env._('It was reversed by %s. Send it only if the goods were delivered all the same.', ', '.join(credits.mapped('display_name'))),
                    level='warning',
                    record=credits[0],
                    asks=True,
                )
            )
        return problems + self._vatportal_credit_problems()

    def _vatportal_credit_problems(self):
        """What is to be looked at before a credit note goes that may be no more than a correction of the books."""
        text = (
            self._vatportal_sold_again_text() or self._vatportal_credits_nothing_text() or self._vatportal_lowered_text() or self._vatportal_whole_return_text()
        )
        origin = self._vatportal_reverses() or self._vatportal_debited()
        return [self._vatportal_problem(self.env._('Reversal'), text, level='warning', record=origin or self, asks=True)] if text else []

    def _vatportal_debited(self):
        """The entry of another type that this one is a debit note of; where that app is installed."""
        origin = self.debit_origin_id if 'debit_origin_id' in self._fields else self.browse()
        return origin.filtered(lambda origin: origin.move_type != self.move_type)

    def _vatportal_sold_again_text(self):
        """That an invoice takes back a credit note that is nothing at e-taxes; False for what does not."""
        move = self.sudo()
        reversed_ = move._vatportal_reverses()
        credit = reversed_ or move._vatportal_debited()
        if self.move_type != 'out_invoice' or not credit or credit._vatportal_is_at_etaxes():
            return False
        if reversed_ and credit.state != 'posted':
            return self.env._(
                'The credit note %s that it takes back does not stand any more: what is sold anew is to be sent. If nothing is, cancel this one, too.',
                credit.display_name,
            )
        if reversed_ and not self._vatportal_credits_nothing():
            return self.env._(
                'Nothing is at e-taxes for the credit note %s, and what takes that back goes beyond it, or is in another currency: what is sold anew '
                'is to be sent. Leave out what the credit note took back, else the same sale may be there twice.',
                credit.display_name,
            )
        return self.env._(
            'It takes back the credit note %s, for which nothing is at e-taxes: then nothing is to be sent for this one either. Send it only if it '
            'is a sale of its own, else the same sale may be there twice.',
            credit.display_name,
        )

    def _vatportal_credits_nothing_text(self):
        """That what it takes back is at e-taxes no more; False where it is."""
        ended = self.sudo()._vatportal_reverses() if self._vatportal_credits_nothing() else self._vatportal_ended_unnamed()
        if not ended:
            return False
        documents = [entry._vatportal_counting_document() for entry in ended]
        return self.env._(
            'It takes back %(entry)s, whose document %(number)s was cancelled or deleted at e-taxes: nothing stands there that it could take '
            'back. Empty the kind on the tab e-taxes: then nothing is sent.',
            entry=', '.join(ended.mapped('display_name')),
            number=', '.join(document.qaime or document.name or '' for document in documents),
        )

    def _vatportal_ended_unnamed(self):
        """The entries that this credit note, which names none, takes back, whoever asks, where the document of each is no more; else none."""
        if self.move_type not in ('out_refund', 'in_refund') or self.reversed_entry_id:
            return self.browse()
        entries = self._vatportal_entries_taken_back().filtered(lambda entry: self in entry._vatportal_credits())
        documents = [entry._vatportal_counting_document() for entry in entries]
        gone = all(document.state == 'deleted' or document.status in FINAL_STATUSES for document in documents)
        return entries if gone else entries.browse()

    def _vatportal_whole_return_text(self):
        """That a return to the vendor that takes back the whole of a bill may be the correction of a bill that was entered wrongly; False
        for what is none."""
        bill = self.sudo().reversed_entry_id
        document = bill.vatportal_bill_document_id
        if self.move_type != 'in_refund' or not document._is_in_force() or self not in bill._vatportal_full_credit():
            return False
        return self.env._(
            'It takes back the whole of %(bill)s, whose document %(number)s stands at e-taxes. Send it only if all goods go back to the '
            'seller. If the bill was entered wrongly, or twice, empty the kind on the tab e-taxes: then nothing is sent.',
            bill=bill.display_name,
            number=document.qaime or document.name,
        )

    def _vatportal_reversal_problems(self, others):
        """What is to be said of ``others``, see :meth:`_vatportal_reversed_alike`."""
        problems = []
        for old in others - self.vatportal_replaced_id:
            document = old._vatportal_live_document()
            problems.append(
                self._vatportal_problem(
                    self.env._('Reversal'),
                    self.env._(
                        '%(old)s, of the same customer, was reversed, and its document %(number)s still stands at e-taxes. If this '
                        'invoice is for the same sale: %(what)s',
                        old=old.display_name,
                        number=document.qaime or document.erp_id,
                        what=self._vatportal_take_away_text(document),
                    ),
                    level='warning',
                    record=old,
                    asks=True,
                )
            )
        return problems

    # ------------------------------------------------------------------ banner

    def _vatportal_replaced_alerts(self):
        document, alerts = self._vatportal_live_document(), {}
        text = document and self._vatportal_reversed_text(document)
        if text:
            alerts['vatportal_reversed'] = {'level': 'warning', 'message': text} | (
                {'action_text': self.env._('Delete from e-taxes'), 'action_call': (self._name, 'action_vatportal_delete', self.ids)}
                if document.can_delete
                else {}
            )
        for old in self._vatportal_replaced_documents():
            alerts[f'vatportal_replaced_{old.id}'] = {
                'level': 'warning',
                'message': self.env._('e-taxes: %s', self._vatportal_replaced_text(old)),
                'action_text': self.env._('Open the old invoice'),
                'action': {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': old._source().id, 'views': [(False, 'form')]},
            }
        return alerts


class VatportalDocument(models.Model):
    _inherit = 'vatportal.document'

    def _sent_instead(self):
        """The documents at e-taxes, or on their way, that were sent in the place of this one, whose invoice was taken back, or may have been:
        made later, of about the same day, for the same buyer and with the same total."""
        document = self.sudo()
        alike = document.search(
            [
                ('company_id', 'in', self._of_taxpayer(document.company_id).ids),
                ('direction', '=', 'outgoing'),
                ('buyer_vat', '=', document.buyer_vat),
                ('id', '>', document.id),
                ('state', 'in', LIVE_STATES),
            ]
        ).filtered(lambda other: other._has_total_of(document) and other._is_about(document.date))
        replacing = alike.union(*(move._vatportal_live_document() for move in document.move_id._vatportal_in_its_place()))
        return (alike | replacing).filtered(lambda other: other._may_be_double())

    def _has_total_of(self, other):
        """Whether this document and ``other`` come to the same, or their invoices do in another currency."""
        moves = self.move_id, other.move_id
        return self._amount_to_pay() == other._amount_to_pay() or all(moves) and moves[0]._vatportal_has_total_of(moves[1])

    def _is_about(self, moment):
        """Whether this document is of about that day; what is on its way has no day yet."""
        return not self.date or not moment or abs(self.date - moment) <= NEAR


def _keys(move, number):
    """What invoices have one of in common of which one may stand in the place of another: the contact, or its VÖEN, which is ``number``."""
    return [(move.company_id, move.move_type, customer) for customer in (move.commercial_partner_id, number) if customer]
