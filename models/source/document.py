import re

from odoo import fields, models
from odoo.fields import Command

from ...vatportal import Identity, outgoing_items, voen
from ..amounts import API_NAMES, decimal

_ITEM_FIELDS = {item: ours for ours, (item, _invoice) in API_NAMES.items()} | {'quantity': 'quantity', 'unit_price': 'price_unit', 'aksizgrade': 'excise_rate'}
# Names on a qaimə are at most this long (column c2).
NAME_LENGTH = 150


class VatportalSource(models.AbstractModel):
    """A record as a document of e-taxes."""

    _inherit = 'vatportal.source'

    def _vatportal_document_vals(self, connector):
        """Return the values of the ``vatportal.document`` that says at e-taxes what this record says here.

        :raises AmountError: for a line that no qaimə can express
        """
        raise NotImplementedError

    def _vatportal_identity(self, vals):
        """What makes the document that this record is sent as the same one in every database, see :class:`Identity`.

        :param vals: the document, or its values as :meth:`_vatportal_document_vals` returns them
        """
        return Identity(
            seller=vals['seller_vat'] or '',
            number=vals['source_name'] or '',
            day=self._vatportal_day() or None,
            buyer=vals['buyer_vat'] or '',
            total=decimal(vals['amount_total']),
        )

    def _vatportal_voen_of(self, party):
        """The VÖEN under which ``party`` (``res.partner``) stands on the document. The company's own Tax ID is one
        wherever its address may be."""
        return voen.normalize(party.vat) if party == self.company_id.partner_id else party._vatportal_voen()

    def _vatportal_base_vals(self, connector, buyer, lines):
        """Return what is the same for whatever is sent. The sums are those of ``lines``.

        :param buyer: ``res.partner``
        :param lines: list of values of document lines, see :meth:`_vatportal_item_vals`
        """
        company = self.company_id
        return {
            'direction': 'outgoing',
            'connector_id': connector.id,
            'company_id': company.id,
            self._vatportal_link: self.id,
            'source_name': self.name,
            'partner_id': buyer.id,
            'date': fields.Datetime.now(),
            'seller_vat': voen.normalize(company.vat),
            'seller_name': company.name,
            'buyer_vat': self._vatportal_voen_of(buyer),
            'buyer_name': buyer.name,
            'add_info': (self.vatportal_add_info or '').strip(),
            'transp_reg_number': (self.vatportal_transp_reg_number or '').strip(),
            'kind_refused': False,
            'line_ids': [Command.clear()] + [Command.create({**vals, 'company_id': company.id}) for vals in lines],
            **{name: float(sum(decimal(vals[name]) for vals in lines)) for name in API_NAMES},
        }

    def _vatportal_item_vals(self, row, sequence, product, uom, parts=()):
        """Return the values of one document line for an :class:`outgoing_items.Row` of ``product`` in ``uom``.

        :param parts: further rows of the same item
        """
        code = product.product_tmpl_id._vatportal_code()
        barcode = product.barcode if re.fullmatch(r'[0-9]+', product.barcode or '') else f'{code}000'
        return {
            'sequence': sequence,
            'product_id': product.id,
            'product_code': code,
            'name': row.label,
            'unit': uom._vatportal_unit(),
            'barcode': barcode,
            **{_ITEM_FIELDS[item]: float(value) for item, value in outgoing_items.item_amounts(row, *parts).items()},
        }

    def _vatportal_label(self, text, product):
        """``text`` as a name on the qaimə: one line, without our own article number before it. Where nothing is left, the
        product's name, else its number."""
        code = product.default_code
        for name in (text, product.name):
            name = re.sub(r'\s+', ' ', name or '').strip()
            name = name.removeprefix(f'[{code}]').strip() if code else name
            if name:
                return name[:NAME_LENGTH]
        return code or product.product_tmpl_id._vatportal_code() or ''
