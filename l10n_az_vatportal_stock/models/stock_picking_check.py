from odoo import models

from odoo.addons.l10n_az_vatportal.vatportal import outgoing_items


class StockPicking(models.Model):
    """What stands between a transfer and e-taxes, told before the portal is asked."""

    _inherit = 'stock.picking'  # pylint: disable=consider-merging-classes-inherited

    def _vatportal_record_problems(self, connector, values):
        self.ensure_one()
        stop = self._vatportal_state_problem(connector)
        if stop:
            return [stop]
        problems = self._vatportal_voen_problems(self.company_id.partner_id)
        problems += self._vatportal_day_problems(self.env._('Effective Date'), self._vatportal_day())
        problems += self._vatportal_type_problems(self.env.ref('l10n_az_vatportal.kind_goods_transfer'))
        problems += self._vatportal_left_out_problems() + self._vatportal_unsent_origin_problems()
        problems += self._vatportal_warehouse_problems(connector) + self._vatportal_line_problems(connector)
        if not self._vatportal_note(connector):
            problems.append(self._vatportal_problem(self.env._('Main Note'), self.env._('The main note is empty. Fill it in on the transfer, tab e-taxes.')))
        if any(problem['level'] == 'error' for problem in problems):
            return problems
        try:
            vals = values[self] = self._vatportal_document_vals(connector)
        except outgoing_items.AmountError as error:
            return problems + [self._vatportal_amount_problem(error)]
        return problems + self._vatportal_portal_problems(vals)

    def _vatportal_amount_problem(self, error):
        return self._vatportal_problem(self.env._('Amount'), self._vatportal_amount_text(error), line=error.row.key)

    def _vatportal_amount_text(self, error):
        if error.reason == 'large':
            return self._vatportal_large_text(error.row)
        if error.reason == 'price':
            return self._vatportal_price_text(error.row)
        # Its price is there, so the amount is less than half a qəpik.
        return self.env._('“%s” comes to less than one qəpik. e-taxes takes no such line.', error.row.label)

    def _vatportal_is_ever_sent(self):
        # A delivery of a sale is told to be invoiced.
        return self.vatportal_is_transfer or self._vatportal_is_sold()

    def _vatportal_never_sent_text(self):
        return self.env._(
            'Receipts, and transfers within a warehouse, are not sent to e-taxes; choose transfers from one warehouse to another, or dispatches without a sale.'
        )

    def _vatportal_state_problem(self, connector):
        """Return the one problem that makes all others pointless, or None."""
        _ = self.env._
        if self.state != 'done':
            return self._vatportal_problem(
                _('Status'), _("The transfer is cancelled; it can't be sent.") if self.state == 'cancel' else _('The transfer is not done. Validate it first.')
            )
        stop = self._vatportal_sent_problem() or self._vatportal_unsent_problem()
        if not stop and not self.vatportal_is_transfer:
            stop = self._vatportal_problem(
                _('Type'),
                _('Its goods were sold: send the invoice to e-taxes.')
                if self._vatportal_is_sold()
                else _('Only transfers from one warehouse to another, and dispatches without a sale, are sent to e-taxes as goods transfers.'),
            )
        return stop or self._vatportal_connector_problem(connector) or self._vatportal_currency_problem()

    def _vatportal_warehouse_problems(self, connector):
        origin, target = self.vatportal_from_warehouse_id, self.vatportal_to_warehouse_id
        problems = self._vatportal_place_problems()
        if problems:
            return problems
        if not target:
            return [
                self._vatportal_problem(
                    self.env._('To Warehouse'), self.env._('It is not known to which warehouse the goods go. Choose it on the transfer, tab e-taxes.')
                )
            ]
        keys = [warehouse._vatportal_key(connector.warehouse_field) for warehouse in (origin, target)]
        if keys[0] == keys[1]:
            return [
                self._vatportal_problem(
                    self.env._('To Warehouse'),
                    self.env._(
                        '%(origin)s and %(target)s are the same for the portal: “%(key)s”. Correct it on one of the warehouses.',
                        origin=origin.name,
                        target=target.name,
                        key=keys[0],
                    ),
                    record=target,
                )
            ]
        return []

    def _vatportal_line_problems(self, connector):
        problems, parts = [], self._vatportal_parts()
        for move in self.env['stock.move'].union(*(part.line.move_id for part in parts)):
            product = move.product_id.product_tmpl_id
            problems += self._vatportal_product_problems(move, product, move.product_uom, self._vatportal_move_label(move))
            lines = [part.line for part in parts if part.line.move_id == move]
            if any(self._vatportal_price(line, connector) <= 0 for line in lines):
                text = (
                    self.env._('%s has no cost. Fill it in on the product.', product.display_name)
                    if connector.transfer_price == 'cost'
                    else self.env._('%s has no sales price. Fill it in on the product.', product.display_name)
                )
                problems.append(self._vatportal_problem(self.env._('Price'), text, line=move, record=product))
        return problems

    def _vatportal_line_of(self, line_vals):
        return self.env['stock.move'].browse(line_vals['stock_move_id'])
