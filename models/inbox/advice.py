from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import formatLang

from ...vatportal import advice

VERDICTS = [('fine', 'Fine'), ('ask', 'Ask back'), ('refuse', 'Refuse')]


class VatportalDocument(models.Model):
    """What is recommended to answer to a received document, each reason in a sentence. The reasons come of ``vatportal/advice.py``,
    what they are found in of ``facts.py`` beside this file."""

    _inherit = 'vatportal.document'

    advice = fields.Selection(VERDICTS, string='Recommendation', compute='_compute_advice')
    advice_text = fields.Text(string='Why', compute='_compute_advice')
    compared_text = fields.Text(string='Compared with', compute='_compute_advice')

    @api.depends(
        'direction', 'state', 'status', 'is_foreign', 'partner_id', 'line_ids.amount_net', 'line_ids.quantity', 'amount_total', 'amount_vat', 'main_info'
    )
    @api.depends_context('lang', 'uid')
    def _compute_advice(self):
        found = self.filtered(lambda document: document._awaits_answer())._advice_facts()
        for document in self:
            facts = found.get(document)
            verdict, reasons = advice.advise(facts) if facts else (False, ())
            document.advice = verdict
            document.advice_text = facts and '\n'.join(map(document._reason_text, reasons))
            document.compared_text = facts and document._compared(facts)

    def _advice_sentences(self, grave=False):
        """The sentences of the recommendation.

        :param grave: those alone that speak against the document
        """
        facts = self._advice_facts().get(self)
        return [self._reason_text(reason) for reason in advice.advise(facts)[1] if not grave or reason.verdict != 'fine'] if facts else []

    def _compared(self, facts):
        """With what the document was compared, line by line."""
        _ = self.env._
        orders = ', '.join(dict.fromkeys(ordered.order for ordered in facts.orders.values()))
        rows = sum(usual.count for usual in facts.usual.values())
        texts = (
            orders and _('Purchase order: %s', orders),
            any(ordered.received is not None for ordered in facts.orders.values()) and _('What was received of it'),
            rows and _('Earlier documents and bills of the vendor; rows: %s', rows),
            facts.earlier_notes and _('Main note of earlier documents: %s', facts.earlier_notes[0]),
        )
        return '\n'.join(text for text in texts if text) or _('Nothing: no order, and nothing earlier of this vendor.')

    def _reason_text(self, reason):
        """A reason of the recommendation in a sentence, in the language of the context."""
        values = {name: self._reason_value(name, value) for name, value in reason.values.items()}
        return self._reason_texts()[reason.code] % values

    def _reason_value(self, name, value):
        if name in ('quantity', 'left', 'received'):
            return formatLang(self.env, float(value), digits=max(0, -value.normalize().as_tuple().exponent))
        return formatLang(self.env, float(value), digits=max(2, -value.as_tuple().exponent)) if isinstance(value, Decimal) else value

    def _reason_texts(self):
        """Code of each reason → its sentence."""
        _ = self.env._
        return {
            'as_ordered': _('All as ordered: %(order)s.'),
            'contract': _('It names the same as the earlier ones: %(contract)s.'),
            'price_usual': _('“%(row)s”: %(price)s AZN is the usual price.'),
            'nothing_to_compare': _('There is nothing to compare it with: look whether the goods or services were had.'),
            'unknown_vendor': _('Nothing was had from this vendor before.'),
            'contract_missing': _('It names no contract; the earlier ones name %(contract)s.'),
            'contract_other': _('It names “%(note)s”; the earlier ones name %(contract)s.'),
            'not_compared': _('“%(row)s” was compared with nothing: look whether it was had.'),
            'not_ordered': _('“%(row)s” is on no open order of this vendor.'),
            'price_not_ordered': _('“%(row)s”: %(price)s AZN; ordered at %(ordered)s AZN (%(order)s).'),
            'unit_not_ordered': _('“%(row)s”: the quantity %(quantity)s is in another unit than on the order %(order)s.'),
            'more_than_received': _('“%(row)s”: %(quantity)s; received and not billed yet: %(received)s (%(order)s).'),
            'price_higher': _('“%(row)s”: %(price)s AZN; usually %(usual)s AZN (%(count)s earlier rows).'),
            'price_lower': _('“%(row)s”: %(price)s AZN, less than usually: %(usual)s AZN (%(count)s earlier rows).'),
            'price_above_order': _('“%(row)s”: %(price)s AZN is more than was ordered: %(ordered)s AZN (%(order)s).'),
            'more_than_ordered': _('“%(row)s”: %(quantity)s; ordered and not billed yet: %(left)s (%(order)s).'),
            'twin': _('It says the same as %(number)s, issued on the same day.'),
            'vat': _('Its VAT is %(vat)s AZN; 18 %% of its base would be %(due)s AZN.'),
        }
