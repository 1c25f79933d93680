from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from odoo import models

from odoo.addons.l10n_az_vatportal.models.amounts import decimal
from odoo.addons.l10n_az_vatportal.models.intake.compare import SENT_LATE
from odoo.addons.l10n_az_vatportal.vatportal import follows_from_document, outgoing_items
from odoo.addons.l10n_az_vatportal.vatportal.erp_id import series_of


class StockPicking(models.Model):
    """A transfer as a document of e-taxes: from the company to itself, what was moved, without VAT."""

    _inherit = 'stock.picking'

    def _vatportal_document_vals(self, connector):
        # EXTENDS vatportal.source
        self.ensure_one()
        lines = [self._vatportal_line_vals(row, sequence) for sequence, row in enumerate(self._vatportal_rows(connector), 1)]
        by = connector.warehouse_field
        return {
            **self._vatportal_base_vals(connector, self.company_id.partner_id, lines),
            'kind_id': self.env.ref('l10n_az_vatportal.kind_goods_transfer').id,
            'main_info': self._vatportal_note(connector),
            'from_wh': self.vatportal_from_warehouse_id._vatportal_key(by),
            'to_wh': self.vatportal_to_warehouse_id._vatportal_key(by),
            'wh_field': by,
        }

    def _vatportal_identity(self, vals):
        # EXTENDS: prices follow the cost of the day, what left and whereto does not; nor what came back since
        goods = [
            f'{move.product_id.product_tmpl_id._vatportal_code()} {decimal(quantity, 6):f}'
            for move in self.move_ids
            if (quantity := move._vatportal_left_quantity())
        ]
        way = f'{self.vatportal_from_warehouse_id.code} > {self.vatportal_to_warehouse_id.code}'
        return replace(super()._vatportal_identity(vals), total=Decimal(0), goods=(way, *goods))

    def _vatportal_sendable_domain(self, since):
        # EXTENDS vatportal.source
        return [*self._vatportal_issued_domain(), ('date_done', '>=', since)]

    def _vatportal_take_back(self):
        """Link the documents that were made from transfers and lost them with this addon, which was uninstalled, with those transfers.

        An ERP id tells the number of the transfer that it was given to.
        """
        lone = (
            self.env['vatportal.document']
            .sudo()
            .search([('direction', '=', 'outgoing'), ('move_id', '=', False), ('picking_id', '=', False), ('erp_id', '!=', False)])
        )
        for company, documents in lone.filtered(lambda document: follows_from_document(document.erp_id)).grouped('company_id').items():
            by_series = documents.grouped(lambda document: series_of(document.erp_id))
            since = min(document.date or document.create_date for document in documents) - SENT_LATE
            for picking in self.sudo().search([('company_id', '=', company.id), *self._vatportal_sendable_domain(since)]):
                by_series.get(picking._vatportal_series(), documents.browse()).picking_id = picking

    def _vatportal_line_vals(self, row, sequence):
        """Return the values of one document line for an :class:`outgoing_items.Row`."""
        move = row.key
        return {**self._vatportal_item_vals(row, sequence, move.product_id, move.product_uom), 'stock_move_id': move.id}

    def _vatportal_amount(self, connector):
        return float(sum(row.total for row in self._vatportal_rows(connector)))

    def _vatportal_rows(self, connector):
        """Return the transfer as :class:`outgoing_items.Row` objects, in AZN: one for each move, or for each price where its lots
        have costs of their own.

        :raises AmountError: for a line that no qaimə can express
        """
        quantities = {}
        for part in self._vatportal_parts():
            key = part.line.move_id, self._vatportal_price(part.line, connector)
            quantities[key] = quantities.get(key, 0) + part.quantity
        rows = []
        for (move, price), moved in quantities.items():
            quantity = decimal(moved, 6)
            rows.append(
                outgoing_items.Row(
                    key=move,
                    label=self._vatportal_move_label(move),
                    quantity=quantity,
                    price=price,
                    net=(price * quantity).quantize(outgoing_items.QEPIK, ROUND_HALF_UP),
                )
            )
        outgoing_items.check_rows(rows)
        return rows

    def _vatportal_price(self, line, connector):
        """The price of one unit of a ``stock.move.line``, in the unit of its move and in the company's currency, as the
        connector has it: the cost of that day (each company has its own), or the sales price without included taxes."""
        company = self.company_id
        product = line._vatportal_product()
        if connector.transfer_price == 'cost':
            price, currency = line._vatportal_unit_cost(), product.cost_currency_id
        else:
            price, currency = product._vatportal_list_price(), product.currency_id
        price = product.uom_id._compute_price(price, line.move_id.product_uom)
        date = self.date_done or self.scheduled_date
        return decimal(currency._convert(price, company.currency_id, company, date, round=False))

    def _vatportal_move_label(self, move):
        product = move.product_id.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        return self._vatportal_label(product.display_name, product)
