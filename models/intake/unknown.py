import logging
from decimal import Decimal

from odoo import models
from odoo.fields import Command

from ...vatportal import Identity, follows_from_document, is_ours, qaime_number, voen
from ..concurrency import by_halves
from ..states import LIVE_STATES, SALE_TYPES
from .compare import SENT_LATE

_logger = logging.getLogger(__name__)


class VatportalDocument(models.Model):
    """Invoices that another database has sent, or this one before its backup was restored."""

    _inherit = 'vatportal.document'

    def _take_found(self, number):
        """The portal has this document, which was made a moment ago: with that ``number``, '' for none yet, None for what
        can't be one."""
        if number:
            self._set_number(number)
        elif number is None:
            self._keep_without_number(self._number_problem())
        else:
            self._set_state(
                'imported',
                message=self.env._(
                    'The portal has this invoice, without a qaimə number; it was sent by another database. Sign it in VatPortal; '
                    'or delete it from e-taxes here and send it again.'
                ),
            )

    def _unknown_erp_ids(self, numbers):
        """The ERP ids of ours among ``numbers`` (ERP id → qaimə number) that no document here has, in whatever company."""
        ours = {erp_id for erp_id in numbers if is_ours(erp_id)}
        known = self.sudo().search([('erp_id', 'in', list(ours))])
        return ours - set(known.mapped('erp_id'))

    def _know_by_number(self, numbers):
        """Write the ERP ids of ours among ``numbers`` (ERP id → qaimə number) on the documents that have their numbers and
        belong to something here: an import has brought them, and found what they belong to."""
        by_number = {number: erp_id for erp_id, number in numbers.items() if number and is_ours(erp_id)}
        unknown = self._unknown_erp_ids(by_number.values()) if by_number else set()
        wanted = {qaime_number(number): erp_id for number, erp_id in by_number.items() if erp_id in unknown}
        found = self.sudo().search([('direction', '=', 'outgoing'), ('qaime', 'in', list(wanted)), ('erp_id', '=', False)])
        for document in found.filtered(lambda document: document._source()):
            # A branch and its parent may both have read it; the ERP id is one record's.
            erp_id = wanted.get(document.qaime)
            if erp_id and not document._settle(lambda doc, erp_id=erp_id: doc.write({'erp_id': erp_id, 'shown': True})):
                del wanted[document.qaime]

    def _take_foreign(self, connector, numbers, first_day=None):
        """Write what the portal has, as far as it can be linked.

        :param numbers: ERP id → number, as the portal names them by date
        :param first_day: the day from which on it was asked for; else the last one on which all was known
        :return: (documents that were made or have got their number, {ERP id that remains: [number, name of the invoice that
            has its number by now, or False]})
        """
        documents = self.sudo()
        waiting = documents.search([('erp_id', 'in', list(numbers)), ('company_id', '=', connector.company_id.id), ('state', 'in', ('imported', 'rejected'))])
        waiting._settle(lambda records: records.write({'shown': True}))
        waiting._take_numbers(numbers)
        waiting._take_appeared(numbers)
        unknown = sorted(self._unknown_erp_ids(numbers))
        found, named = waiting.filtered(lambda doc: doc.state == 'registered'), {}
        certain = connector._certain_day()
        since = min(first_day or certain, certain) - SENT_LATE
        for model in self.env['vatportal.send.wizard']._fields_of() if any(map(follows_from_document, unknown)) else ():
            unseen = self.env[model].sudo()._vatportal_sent_unseen(connector.company_id, since)
            for record, ids in unseen._vatportal_sent_as(unknown):
                named |= dict.fromkeys(ids, record.name)
                found |= record._vatportal_take_sent(connector, ids, numbers)
        # What was written as a question is known by now, and told with the rest.
        written = documents.search([('erp_id', 'in', list(unknown))]).filtered(lambda document: not document._source()).mapped('erp_id')
        left = self._unknown_erp_ids(numbers) | {erp_id for erp_id in written if erp_id in named}
        return found, {erp_id: [numbers[erp_id] or '', named.get(erp_id, False)] for erp_id in sorted(left)}


class VatportalSource(models.AbstractModel):
    _inherit = 'vatportal.source'

    def _vatportal_sent_unseen(self, company, since):
        """The records of ``company``, of ``since`` or later, that may have been sent without this database knowing."""
        return self.search(
            [
                ('company_id', '=', company.id),
                *self._vatportal_sendable_domain(since),
                '!',
                ('vatportal_document_ids', 'any', [('direction', '=', 'outgoing'), ('state', 'in', LIVE_STATES)]),
            ]
        )

    def _vatportal_sendable_domain(self, since):
        """What holds of all records of this model that could be sent, of ``since`` or later."""
        raise NotImplementedError

    def _vatportal_sent_as(self, erp_ids):
        """Yield (record, those of ``erp_ids`` that were given out under its number), for each of these that has such."""
        for record in self:
            series = record._vatportal_series()
            ids = [erp_id for erp_id in erp_ids if erp_id.startswith(series)]
            if ids and record._vatportal_can_be_sent():
                yield record, ids

    def _vatportal_take_sent(self, connector, erp_ids, numbers):
        """Make the document of this record that the portal has under one of ``erp_ids``; return it, or none."""
        documents = self.env['vatportal.document'].sudo()
        try:
            vals = self._vatportal_document_vals(connector)
        except ValueError:
            return documents  # no qaimə can say it any more
        identity = self._vatportal_identity(vals)
        attempts = {identity.erp_id(attempt): attempt for attempt in range(1, len(self.vatportal_document_ids) + 20)}
        fitting = sorted((erp_id for erp_id in erp_ids if erp_id in attempts), key=lambda erp_id: (numbers[erp_id] not in ('', None), attempts[erp_id]))
        if not fitting:
            self._vatportal_propose_sent(connector, erp_ids, numbers)
            return documents
        erp_id = fitting[-1]
        made = []

        def make(record):
            document = documents.create({**vals, 'erp_id': erp_id, 'attempt': attempts[erp_id], 'shown': True})
            document._take_found(numbers[erp_id])
            made.append(document)

        # Somebody may be sending it at this very moment, or have its number in hand.
        by_halves(self, make, lambda record, error: _logger.warning('VatPortal: %s could not be linked with %s', record.display_name, erp_id, exc_info=error))
        return documents.union(*made)

    def _vatportal_propose_sent(self, connector, erp_ids, numbers):
        """Something went out under this record's number, with another customer, date or total: write down that it is there, so
        that the record is not sent before a person has looked."""
        for erp_id in erp_ids if self._name == 'account.move' else ():

            def make(record, erp_id=erp_id):
                documents = self.env['vatportal.document'].sudo()
                if documents._note_sent_as(record, erp_id, numbers[erp_id]):
                    return
                document = documents.create(
                    {
                        'direction': 'outgoing',
                        'connector_id': connector.id,
                        'company_id': record.company_id.id,
                        'erp_id': erp_id,
                        'seller_vat': voen.normalize(record.company_id.vat),
                        'source_name': record.name,
                        'shown': True,
                        'proposed_move_ids': [Command.set(record.ids)],
                    }
                )
                document._take_found(numbers[erp_id])

            by_halves(
                self, make, lambda record, error: _logger.warning('VatPortal: what was sent as %s could not be written', record.display_name, exc_info=error)
            )

    def _vatportal_series(self):
        """The beginning that the ERP ids of all that was ever sent under this record's number have."""
        return Identity(seller=voen.normalize(self.company_id.vat) or '', number=self.name or '', day=None, buyer='', total=Decimal(0)).series()


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_sendable_domain(self, since):
        # EXTENDS vatportal.source
        return [('move_type', 'in', SALE_TYPES), ('state', '=', 'posted'), ('invoice_date', '>=', since)]
