from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ...vatportal.names import text_key
from ..amounts import decimal
from ..states import ROUNDING_LIMIT
from .builder import BillBuilder
from .move_bill import NOTES_SHOWN


class AccountMoveLine(models.Model):
    """The unit of a bill line made of a document: quantity and price are the document's, so the unit is too."""

    _inherit = 'account.move.line'

    def _compute_product_uom_id(self):
        """Odoo takes the product's unit whenever a product is chosen, and leaves an imported line's quantity and price."""
        making = self.env.context.get('vatportal_billing')
        present = {line: line.product_uom_id for line in self if line.vatportal_line_id and line.parent_state == 'draft' and not making}
        super()._compute_product_uom_id()
        for lines in self.filtered(lambda line: line in present).grouped('company_id').values():
            units = lines._vatportal_units()
            for line in lines:
                line.product_uom_id = line._vatportal_fitting_unit(present[line], units) or line.product_uom_id

    def _vatportal_fitting_unit(self, present, units):
        """The unit that this line keeps: ``present``, else the document's, if the product can be counted in it."""
        if not self.product_id:
            return present
        for unit in (present, self._vatportal_named_unit(units)):
            if unit and unit._has_common_reference(self.product_id.uom_id):
                return unit
        return present.browse()

    def _vatportal_counted_anew(self, vals):
        """Return ``vals``, those of a new line, for this one, whose name, place and account stay."""
        vals = {'vatportal_line_id': False, 'product_id': False, **vals}
        if not vals['product_id']:
            vals.setdefault('product_uom_id', False)
        kept = {'name', 'sequence'} | ({'account_id'} if self.product_id.id == vals['product_id'] else set())
        return self._vatportal_anew({name: value for name, value in vals.items() if name not in kept})

    def _vatportal_units(self):
        return self.env['vatportal.unit.alias']._units_by_key(self.company_id)

    def _vatportal_named_unit(self, units):
        """The unit that the document names for this line; empty where nobody knows it.

        :param units: see ``vatportal.unit.alias``, ``_units_by_key()``
        """
        return units.get(text_key(self.vatportal_line_id.sudo().unit)) or self.env['uom.uom']

    def _vatportal_is_unit_chosen(self, units):
        """Whether a person chose the unit of this line, and neither the document nor Odoo; one in which the product can
        be counted."""
        unit, product = self.product_uom_id, self.product_id
        chosen = unit and unit not in (self._vatportal_named_unit(units) | product.uom_id | product.seller_ids.product_uom_id)
        return bool(chosen) and (not product or unit._has_common_reference(product.uom_id))

    def _vatportal_open_unit_text(self, units, known):
        """What is said of a line whose unit is open."""
        row, said = self.vatportal_line_id.sudo(), self._vatportal_said_contents(known)
        values = {'line': row.name or self.name or '', 'unit': row.unit, 'own': self.product_uom_id.name, 'product': self.product_id.display_name}
        if said:
            return self.env._(
                '“%(line)s”: the document counts in “%(unit)s”. That there are %(count)s %(own)s of %(product)s in one is known by now, but this line was '
                'not counted so. Say it once more, or check quantity and price.',
                count=f'{said.normalize():f}',
                **values,
            )
        if self._vatportal_named_unit(units):
            return self.env._('“%(line)s”: the document counts in %(unit)s, the product in %(own)s. Check quantity and price.', **values)
        return self.env._(
            '“%(line)s”: the document counts in “%(unit)s”, and it is not known how many %(own)s of %(product)s that is. Say it, or check quantity and price.',
            **values,
        )

    def _vatportal_is_unit_open(self, units, known):
        """Whether nobody knows how many of the product are in one of the unit that the document counts in.

        :param known: see ``vatportal.product.mapping``, ``_for_partner()``
        """
        row = self.vatportal_line_id.sudo()
        if not (self.product_id and self.product_uom_id and text_key(row.unit) and self._vatportal_is_of_row()) or self._vatportal_is_unit_chosen(units):
            return False
        named = self._vatportal_named_unit(units)
        if named and named._has_common_reference(self.product_uom_id):
            return False
        return not self._vatportal_is_counted(known) and not self._vatportal_typed_contents()

    def _vatportal_counting(self, known):
        """(unit, how many of it are in one of the document's) as a person has said of this line's product; (None, 1) where nobody has."""
        row = self.vatportal_line_id.sudo()
        mapping = known.get((row.product_code or '', text_key(row.name)))
        return mapping._counting(row) if mapping and mapping.product_id == self.product_id else (None, Decimal(1))

    def _vatportal_said_contents(self, known):
        """How many of this line's unit are in one of the document's, where a person has said it; else 0."""
        unit, contains = self._vatportal_counting(known)
        return contains if unit and unit == self.product_uom_id else Decimal(0)

    def _vatportal_is_counted(self, known):
        """Whether this line was counted as a person has said by now: the price tells, for of what was counted fewer may have come."""
        row, contains = self.vatportal_line_id.sudo(), self._vatportal_said_contents(known)
        if contains in (0, 1) or not row.quantity:
            return bool(contains)
        price, own = (abs(decimal(record.price_unit)) for record in (row, self))
        # Whether its own price is nearer, by ratio, to that of one of its units than to that of one of the document's.
        nearer = (price**2 - own**2 * contains) * (contains - 1) > 0
        return nearer or self._vatportal_row_quantity() == abs(row._counted(contains)[1])

    def _vatportal_asked(self):
        """The quantity of the row that this line was made of, as Odoo can keep it. Whatever its sign: a bill may turn it."""
        return abs(self.vatportal_line_id.sudo()._counted()[1])

    def _vatportal_row_quantity(self):
        """The quantity of all lines that were made of the same row, without its sign."""
        lines = self.move_id.invoice_line_ids.filtered(lambda line: line.vatportal_line_id == self.vatportal_line_id)
        return abs(decimal(sum(lines.mapped('quantity')), 6))

    def _vatportal_typed_contents(self):
        """How many of this line's unit a person has counted for one of the document's, as Decimal: the quantity was changed,
        the amount was not. 0 where nothing of the kind was done."""
        asked, quantity = abs(decimal(self.vatportal_line_id.sudo().quantity)), self._vatportal_row_quantity()
        ratio = round(quantity / asked, 6) if asked else Decimal(0)
        if ratio * asked != quantity or ratio in (0, 1) or quantity == self._vatportal_asked():
            return Decimal(0)
        return ratio if self._vatportal_has_amount_of_row() else Decimal(0)

    def _vatportal_has_amount_of_row(self):
        """Whether the lines that were made of the same row come to its amount."""
        row = self.vatportal_line_id.sudo()
        amount = decimal(abs(sum(line.price_subtotal for line in row._parts_among(self.move_id.invoice_line_ids.sorted('sequence')))))
        goods, excise, vat = (decimal(abs(row[name])) for name in ('amount_goods', 'amount_excise', 'amount_vat'))
        # Excise and VAT may be part of the price.
        return any(abs(amount - goods - more) <= ROUNDING_LIMIT for more in (Decimal(0), excise, vat, excise + vat))

    def _vatportal_proposed_contents(self, known):
        """What the dialog proposes to count this line with: what was said, unless a person has changed the line."""
        untouched = self._vatportal_row_quantity() == self._vatportal_asked() and self._vatportal_has_amount_of_row()
        return float(self._vatportal_said_contents(known)) if untouched else 0.0

    def _vatportal_learnt_unit(self, mapping, units):
        """Return what a mapping is to know of the unit of this line: what a person chose, typed, or has said before."""
        row, chosen = self.vatportal_line_id.sudo(), self._vatportal_is_unit_chosen(units)
        named, contents = self._vatportal_named_unit(units), Decimal(0)
        if self.product_id and not (named and named._has_common_reference(self.product_uom_id)):
            contents = self._vatportal_typed_contents()
            said_unit, said = mapping._counting(row) if mapping else (None, Decimal(0))
            if said_unit and not said_unit._has_common_reference(self.product_uom_id):
                contents = contents if contents != said else Decimal(0)  # what is left of another product's count
            elif said_unit == self.product_uom_id and not contents:
                contents = decimal(mapping.unit_contains) if mapping.product_id == self.product_id else contents
        if not (chosen or contents) and mapping and mapping.unit and text_key(mapping.unit) != text_key(row.unit) and (mapping.uom_id or mapping.unit_contains):
            return {}  # of another of the vendor's units, and still true
        return {'uom_id': self.product_uom_id.id if chosen or contents else False, 'unit_contains': float(contents), 'unit': row.unit or False}


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_unit_alerts(self):
        lines, units, known = self._vatportal_open_units()
        if not lines:
            return {}
        texts = [line._vatportal_open_unit_text(units, known) for line in lines]
        texts[NOTES_SHOWN:] = [self.env._('%s more lines.', len(texts) - NOTES_SHOWN)] * (len(texts) > NOTES_SHOWN)
        return {
            'vatportal_bill_units': {
                'level': 'warning',
                'message': ' '.join(texts),
                'action_text': self.env._('Say how many'),
                'action_call': ('account.move', 'action_vatportal_units', self.ids),
            }
        }

    def _vatportal_open_units(self):
        """The lines of this draft of which nobody knows how many of the product they are, and by what that was judged.

        :return: (lines, what :meth:`AccountMoveLine._vatportal_units` and ``_for_partner()`` of ``vatportal.product.mapping`` return)
        """
        lines = self.invoice_line_ids.filtered(lambda line: line.vatportal_line_id and line.product_id)
        if self.state != 'draft' or not lines:
            return lines.browse(), {}, {}
        usage = 'sale' if self.is_sale_document() else 'purchase'
        units, known = lines._vatportal_units(), self.env['vatportal.product.mapping']._for_partner(self.company_id, self.commercial_partner_id, usage)
        return lines.filtered(lambda line: line._vatportal_is_unit_open(units, known)), units, known

    def action_vatportal_units(self):
        """Open the dialog in which a person says how many of a product are in the vendor's unit.

        :raises UserError: where nothing is open
        """
        self.ensure_one()
        self.check_access('write')
        lines, _units, known = self._vatportal_open_units()
        if not lines:
            raise UserError(self.env._('The units of all lines of %s are known.', self.display_name))
        self.sudo()._vatportal_check_currency()
        firsts = [of_row[:1] for of_row in lines.grouped('vatportal_line_id').values()]
        wizard = self.env['vatportal.unit.wizard'].create(
            {
                'move_id': self.id,
                'line_ids': [fields.Command.create({'line_id': line.id, 'contains': line._vatportal_proposed_contents(known)}) for line in firsts],
            }
        )
        return {
            'type': 'ir.actions.act_window',
            'res_model': wizard._name,
            'res_id': wizard.id,
            'view_mode': 'form',
            'target': 'new',
            'name': self.env._('How many are in it?'),
        }

    def _vatportal_check_currency(self):
        """:raises UserError: where this draft is in another currency than its document, so that no line can be counted by itself"""
        document = self.vatportal_bill_document_id
        if self.currency_id != document.currency_id:
            raise UserError(
                self.env._(
                    '%(bill)s is in %(currency)s, its document in %(other)s. Take over the new figures first.',
                    bill=self.display_name,
                    currency=self.currency_id.name,
                    other=document.currency_id.name,
                )
            )

    def _vatportal_recount(self, rows):
        """Count the lines of this draft that were made of ``rows`` anew; all others stay as they are."""
        self.check_access('write')
        # Whoever works in a branch alone counts its bills, though document and rows are its parent's.
        move = self.sudo().with_context(vatportal_billing=True)
        document = move.vatportal_bill_document_id.with_company(self.company_id)
        move._vatportal_check_currency()
        with move._get_edi_creation() as move:
            wanted, notes = BillBuilder(document, move).lines()
            move.invoice_line_ids = [command for row in rows for command in move._vatportal_row_commands(row, wanted)]
        document.bill_notes = _notes_anew(document.bill_notes or [], notes, rows)

    def _vatportal_row_commands(self, row, wanted):
        """Return the commands that turn the lines made of ``row`` into those among ``wanted``, the values of all lines. A part
        that had no quantity may have one now, and a person may have deleted another: the row is made whole."""
        parts = row._parts_among(wanted)
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == 'product')
        lines = row._parts_among(lines.sorted(lambda line: (line.sequence, line.id)))
        commands = [fields.Command.delete(line.id) for line in lines[len(parts) :]]
        for place, vals in enumerate(parts):
            if place >= len(lines):
                commands.append(fields.Command.create({**vals, 'sequence': lines[-1].sequence}))
                continue
            vals = vals if len(lines) == len(parts) else {'vatportal_with_above': False, **vals}
            commands.append(fields.Command.update(lines[place].id, lines[place]._vatportal_counted_anew(vals)))
        return commands


def _notes_anew(before, notes, rows):
    """The notes of a bill, ``before``, of which ``rows`` were counted anew: what ``notes``, those of all its rows, say of them stands
    in the place of what was said of them."""
    new = [note for note in notes if note.get('row') in rows.ids]
    if any('vat' in note and 'row' not in note for note in before):
        # Up to version 19.0.1.8 no note named its row: the VAT of these is among those.
        new = [note for note in new if 'vat' not in note]
    return [note for note in before if note.get('row') not in rows.ids] + new


class VatportalDocumentLine(models.Model):
    _inherit = 'vatportal.document.line'

    def _parts_among(self, lines):
        """Those of ``lines``, of a bill (records, or their values) in order, that were made of this row: its own, and behind
        them amounts too small for a quantity, which say no row."""
        found, inside = [], False
        for line in lines:
            row_id, mark, above, imported = (
                (line.get(name) if isinstance(line, dict) else line[name])
                for name in ('vatportal_line_id', 'vatportal_line_mark', 'vatportal_with_above', 'is_imported')
            )
            row_id = row_id if isinstance(line, dict) else row_id.id
            if row_id:
                inside = row_id == self.id
            if inside and (row_id or (above and imported and mark in (None, False, self._goods_mark()))):
                found.append(line)
        return found
