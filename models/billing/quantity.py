from decimal import ROUND_HALF_UP, Decimal

from odoo import models

from ...vatportal.names import text_key
from ..amounts import decimal

# So many quantities are named in a question.
NAMED = 3


class VatportalDocumentLine(models.Model):
    _inherit = 'vatportal.document.line'

    def _counted(self, contains=Decimal(1)):
        """(exact quantity, the same as Odoo can keep it), both as Decimal.

        :param contains: how many of the bill's unit are in one of the document's
        """
        exact = decimal(self.quantity) * contains
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        return exact, exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)

    def _quantity_to_split(self, contains):
        # EXTENDS vatportal.amounts
        return {'quantity': self._counted(contains)[0], 'digits': self.env['decimal.precision'].precision_get('Product Unit')}

    def _rounded_text(self, contains):
        """What becomes of a quantity that Odoo can't keep; '' for one that it can."""
        exact, kept = self._counted(contains)
        if exact == kept:
            return ''
        values = {
            'line': self.name or '',
            'quantity': f'{exact.normalize():f}',
            'kept': f'{kept.normalize():f}',
            'unit': '' if contains != 1 else self.unit or '',
        }
        if not kept:
            return self.env._('“%(line)s”: %(quantity)s %(unit)s would become nothing.', **values)
        return self.env._('“%(line)s”: %(quantity)s %(unit)s would become %(kept)s.', **values)


class VatportalDocument(models.Model):
    """Quantities that rounding would change."""

    _inherit = 'vatportal.document'

    def _quantity_question(self, partner=None, move_type=None):
        """What a person has to say because Odoo can't keep a quantity; False for nothing."""
        partner = (partner or self.partner_id).commercial_partner_id
        usage = 'sale' if (move_type or self.kind_id._bill_move_type() or '').startswith('out_') else 'purchase'
        known = self.env['vatportal.product.mapping']._for_partner(self._bill_company(), partner, usage) if partner else {}
        texts, needed = [], 0
        for row in self.line_ids:
            mapping = known.get((row.product_code or '', text_key(row.name)))
            contains = mapping._counting(row)[1] if mapping else Decimal(1)
            text = row._rounded_text(contains)
            if text:
                texts.append(text)
                needed = max(needed, -row._counted(contains)[0].normalize().as_tuple().exponent)
        if not texts:
            return False
        if len(texts) > NAMED:
            texts[NAMED:] = [self.env._('%s more lines.', len(texts) - NAMED)]
        # The first line is the same for all documents that the same setting stands against.
        return '\n'.join(
            [
                self.env._(
                    'Odoo is set to keep %(digits)s decimals of a quantity, and %(needed)s are needed. Raise the decimal accuracy of '
                    '“Product Unit” (Settings › Technical › Decimal Accuracy), or make the bill with the rounded quantity; the amounts '
                    "are the document's either way.",
                    needed=needed,
                    digits=self.env['decimal.precision'].precision_get('Product Unit'),
                ),
                *texts,
            ]
        )
