from collections import defaultdict
from datetime import timedelta
from statistics import median_low

from odoo import fields, models
from odoo.fields import Domain

from ...vatportal import advice
from ..amounts import decimal
from ..states import FINAL_STATUSES, WAITING_STATUSES

# What is older says little of today's prices.
YEAR = timedelta(days=365)
# So many of a vendor's earlier notes tell its contract.
NOTES = 5
# Bills that were typed tell a price where no document does; so many lines are looked at.
BILL_LINES = 2000
# Kinds of which the whole VAT is 18 % of the base.
_PLAIN_KINDS = ('defaultInvoice',)


class VatportalDocument(models.Model):
    """What is known about received documents when they are to be answered, asked for all of them at once.

    Earlier ones are those of the same vendor in the same company that are in force and were answered: what waits itself proves
    no price.
    """

    _inherit = 'vatportal.document'

    def _advice_facts(self):
        """Return a dict of document → :class:`advice.Facts`."""
        documents = self.sudo()
        # What follows asks the database itself.
        documents.flush_model(['direction', 'state', 'status', 'date', 'partner_id', 'company_id', 'main_info'])
        documents.line_ids.flush_model(['document_id', 'name', 'product_code', 'unit', 'quantity', 'amount_net'])
        usual, notes, twins = documents._usual_prices(), documents._earlier_notes(), documents._said_before()
        orders, billed = documents._ordered(), documents._billed_before()
        result = {}
        for document, reader in zip(documents, self, strict=True):
            key = document.company_id.id, document.partner_id.id
            expects, ordered = orders.get(document, (False, {}))
            result[reader] = advice.Facts(
                rows=tuple(map(_row, document.line_ids)),
                orders=ordered,
                usual={number: usual[document, line] for number, line in enumerate(document.line_ids) if (document, line) in usual},
                expects_orders=expects,
                known=bool(key in notes or any((company.id, document.partner_id.id) in billed for company in document._compared_in())),
                twin=twins.get(document, ''),
                note=document.main_info or '',
                earlier_notes=tuple(note for note in notes.get(key, ()) if note),
                base=decimal(document.amount_vat_base) if document.kind_id.code in _PLAIN_KINDS else None,
                vat=decimal(document.amount_vat),
            )
        return result

    def _compared_in(self):
        """The companies in whose books this document is compared with others: its own, and the branch in which its bill is made
        where the reader may see that one."""
        branch = self._bill_company() - self.company_id
        return self.company_id | branch if branch in self.env.user.company_ids else self.company_id

    def _delivers(self):
        """Whether it says what was delivered: advances, returns and corrections compare neither with orders nor with prices."""
        return self.kind_id.booking == 'bill'

    def _ordered(self):
        """What was ordered of the rows of these documents, as the apps for that know it.

        :return: dict of document → (whether the vendor has orders that are not billed yet, dict of the number of a row →
            :class:`advice.Ordered`)
        """
        return {}

    def _earlier(self):
        """The parameters by which a statement finds the earlier documents of these documents' vendors."""
        return {
            'partners': self.partner_id.ids,
            'companies': self.company_id.ids,
            'since': fields.Datetime.now() - YEAR,
            'void': [*FINAL_STATUSES, *WAITING_STATUSES],
        }

    # ------------------------------------------------------------------ prices

    def _usual_prices(self):
        """Return a dict of (document, its line) → :class:`advice.Usual`: what the vendor took before for what is called the same,
        on its documents, else on its bills."""
        self.env.cr.execute(
            """
            SELECT document.company_id, document.partner_id, COALESCE(line.product_code, ''), line.name, COALESCE(line.unit, ''),
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY line.amount_net / line.quantity), count(*)
              FROM vatportal_document_line line
              JOIN vatportal_document document ON document.id = line.document_id
              JOIN vatportal_kind kind ON kind.id = document.kind_id AND kind.booking = 'bill'
             WHERE document.direction = 'incoming' AND document.state = 'registered' AND document.partner_id = ANY(%(partners)s)
               AND document.company_id = ANY(%(companies)s) AND document.date >= %(since)s
               AND COALESCE(document.status, '') != ALL(%(void)s) AND line.quantity > 0 AND line.name = ANY(%(names)s)
             GROUP BY 1, 2, 3, 4, 5""",
            {**self._earlier(), 'names': list({line.name for line in self.line_ids if line.name})},
        )
        rows = self.env.cr.fetchall()
        known = {tuple(key): advice.Usual(decimal(price), count) for *key, price, count in rows}
        result = {}
        delivering = self.filtered(lambda document: document._delivers())
        for document in delivering:
            for line in document.line_ids:
                usual = known.get((document.company_id.id, document.partner_id.id, line.product_code or '', line.name, line.unit or ''))
                if usual:
                    result[document, line] = usual
        return result | self._prices_of_bills([(document, line) for document in delivering for line in document.line_ids if (document, line) not in result])

    def _prices_of_bills(self, rows):
        """As :meth:`_usual_prices`, of bills that were made without a document."""
        vendors = self.browse().union(*(document for document, _line in rows)).partner_id
        names = {line.name for _document, line in rows if line.name}
        companies, azn = self.env['res.company'].union(*(document._compared_in() for document, _line in rows)), self.currency_id
        if not vendors or not names:
            return {}
        lines = self.env['account.move.line'].search(
            Domain('parent_state', '=', 'posted')
            & Domain('move_id.move_type', '=', 'in_invoice')
            & Domain('move_id.vatportal_bill_document_id', '=', False)
            & Domain('move_id.commercial_partner_id', 'in', vendors.ids)
            & Domain('company_id', 'in', companies.ids)
            & (Domain('company_currency_id', '=', azn.id) | Domain('currency_id', '=', azn.id))
            & Domain('display_type', '=', 'product')
            & Domain('name', 'in', list(names))
            & Domain('quantity', '>', 0)
            & Domain('date', '>=', fields.Datetime.now() - YEAR),
            order='date desc, id desc',
            limit=BILL_LINES,
        )
        prices = defaultdict(list)
        for line in lines:
            net = line.balance if line.company_currency_id == azn else line.amount_currency
            gross = net * line.price_total / line.price_subtotal if line.price_subtotal else net
            prices[line.company_id, line.move_id.commercial_partner_id, line.name].append((decimal(net / line.quantity), decimal(gross / line.quantity)))
        found = {}
        for document, line in rows:
            paid = [price for company in document._compared_in() for price in prices.get((company, document.partner_id, line.name), ())]
            if paid:
                # Under simplified taxation VAT is part of what is paid, whether there is a tax on the line or not.
                gross = document._connector().taxation == 'simplified'
                found[document, line] = advice.Usual(median_low(price[gross] for price in paid), len(paid), gross)
        return found

    # ------------------------------------------------------------------ the vendor

    def _earlier_notes(self):
        """Return a dict of (company id, vendor's id) → the main notes of its last documents; '' for none on them."""
        found = defaultdict(list)
        self.env.cr.execute(
            """
            SELECT company_id, partner_id, COALESCE(main_info, '') FROM (
                   SELECT company_id, partner_id, main_info, id, date,
                          row_number() OVER (PARTITION BY company_id, partner_id ORDER BY date DESC, id DESC) AS place
                     FROM vatportal_document
                    WHERE direction = 'incoming' AND state = 'registered' AND partner_id = ANY(%(partners)s) AND company_id = ANY(%(companies)s)
                      AND date >= %(since)s AND COALESCE(status, '') != ALL(%(void)s)) earlier
             WHERE place <= %(notes)s ORDER BY date DESC, id DESC""",
            {**self._earlier(), 'notes': NOTES},
        )
        for company, partner, note in self.env.cr.fetchall():
            found[company, partner].append(note)
        return found

    def _billed_before(self):
        """The (company id, vendor's id) of those that have posted bills, but for bills of what waits itself."""
        settled = Domain('vatportal_bill_document_id', '=', False) | Domain('vatportal_bill_document_id.status', 'not in', WAITING_STATUSES)
        groups = self.env['account.move']._read_group(
            settled
            & Domain('commercial_partner_id', 'in', self.partner_id.ids)
            & Domain('company_id', 'in', self.env['res.company'].union(*(document._compared_in() for document in self)).ids)
            & Domain('move_type', '=', 'in_invoice')
            & Domain('state', '=', 'posted'),
            ['company_id', 'commercial_partner_id'],
        )
        return {(company.id, partner.id) for company, partner in groups}

    def _said_before(self):
        """Return a dict of document → the number of an earlier one in force that says the same: issued on the same day by the same
        seller, with the same rows and main note."""
        dated = self.filtered(lambda document: document.date and document.seller_vat)
        if not dated:
            return {}
        others = self.search(
            [
                ('direction', '=', 'incoming'),
                ('state', '=', 'registered'),
                ('status', 'not in', FINAL_STATUSES),
                ('company_id', 'in', dated.company_id.ids),
                ('seller_vat', 'in', dated.mapped('seller_vat')),
                ('date', '>=', min(dated.mapped('date')) - timedelta(days=1)),
                ('date', '<=', max(dated.mapped('date')) + timedelta(days=1)),
                ('amount_total', 'in', list(set(dated.mapped('amount_total')))),
            ],
            order='date, id',
        )
        alike = others.grouped(lambda document: (document.company_id, document.seller_vat, document._baku_date(), document._content_key()))
        result = {}
        for document in dated:
            key = document.company_id, document.seller_vat, document._baku_date(), document._content_key()
            first = alike.get(key, document)[:1]
            if first != document:
                result[document] = first.qaime or first.name or ''
        return result


def _row(line):
    """A line of a document as :class:`advice.Row`."""
    quantity = decimal(line.quantity)
    return advice.Row(
        name=line.name or '',
        quantity=quantity,
        price=_per_unit(line.amount_net, quantity),
        gross=_per_unit(line.amount_total, quantity),
        written=decimal(line.price_unit),
    )


def _per_unit(amount, quantity):
    return decimal(amount) / quantity if quantity else None
