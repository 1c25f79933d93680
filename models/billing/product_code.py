import re

from odoo import api, models
from odoo.fields import Domain

from ..connector.setup import notification
from ..product import is_code

# How many suggestions are shown, and among how many records of each source they are looked for.
SHOWN, LOOKED_AT = 8, 80
# Words of a product's name shorter than this say nothing of what it is.
TELLING = 3


class VatportalProductCode(models.Model):
    """The codes that are suggested for a product, wherever they are known from."""

    _inherit = 'vatportal.product.code'

    @api.model
    def suggest(self, text, product_name='', barcode=''):
        """Codes for what was typed, or for a product where nothing was.

        In this order: what products and categories here have, what the documents of vendors named goods by, what the
        classifier says. The user's own rights hold, so nothing of other companies is told.

        :param text: the first digits of a code, or words
        :return: list of dicts: ``code``, ``name`` (of the goods), ``source`` (where it is known from, in the user's language)
        :raises AccessError: for those who may not read products
        """
        self.env['product.template'].check_access('read')
        wanted = _Wanted(*(value.strip() if isinstance(value, str) else '' for value in (text, product_name, barcode)))
        if not wanted.asks:
            return []
        found = {}
        for source, search in (
            (self.env._('used here'), self._codes_used),
            (self.env._('received'), self._codes_taught),
            (self.env._('classifier'), self._codes_of_classifier),
            (self.env._('received'), self._codes_of_documents),
        ):
            if len(found) >= SHOWN:
                break
            for code, name in sorted(search(wanted), key=lambda pair: wanted.rank(pair[1]), reverse=True):
                if is_code(code):
                    found.setdefault(code, {'code': code, 'name': name or '', 'source': source})
        return list(found.values())[:SHOWN]

    def _codes_used(self, wanted):
        for model in ('product.template', 'product.category'):
            records = self.env[model].search(Domain('vatportal_code', '!=', False) & wanted.domain('vatportal_code', 'name'), limit=LOOKED_AT)
            yield from records.mapped(lambda record: (record.vatportal_code, record.name))

    def _codes_taught(self, wanted):
        yield from self._codes_in('vatportal.product.mapping', wanted, 'product_code', 'id desc')

    def _codes_of_classifier(self, wanted):
        yield from self._codes_in(self._name, wanted, 'code', 'code')

    def _codes_of_documents(self, wanted):
        """What received documents say that nobody has booked yet; where there are many documents it is the slowest to ask."""
        yield from self._codes_in('vatportal.document.line', wanted, 'product_code', 'id desc', Domain('document_id.direction', '=', 'incoming'))

    def _codes_in(self, model, wanted, code, order, domain=Domain.TRUE):
        records = self.env[model]
        if records.has_access('read'):
            barcode = 'barcode' if 'barcode' in records._fields else None
            found = records.search(domain & Domain(code, '!=', False) & wanted.domain(code, 'name', barcode), limit=LOOKED_AT, order=order)
            yield from found.mapped(lambda record: (record[code], record.name))


class _Wanted:
    """What is looked for: a code that begins with ``digits``, else goods with all ``words``, else such as a product."""

    def __init__(self, text, product_name, barcode):
        compact = re.sub(r'[\s.]', '', text)
        self.digits = compact if compact.isdigit() else ''
        self.words = [] if self.digits else text.split()
        self.alike = [] if text else [word for word in re.findall(r'\w+', product_name) if len(word) >= TELLING]
        self.barcode = '' if text else barcode

    @property
    def asks(self):
        return bool(self.digits or self.words or self.alike or self.barcode)

    def domain(self, code, name, barcode=None):
        if self.digits:
            return Domain(code, '=like', f'{self.digits}%')
        if self.words:
            return Domain.AND(Domain(name, 'ilike', word) for word in self.words)
        alike = Domain.OR(Domain(name, 'ilike', word) for word in self.alike)
        return alike | Domain(barcode, '=', self.barcode) if barcode and self.barcode else alike

    def rank(self, name):
        """The more words of the product stand in ``name``, the likelier it is the same."""
        folded = (name or '').casefold()
        return sum(word.casefold() in folded for word in self.alike)


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def action_vatportal_take_codes(self):
        """Give those of these products that have no e-taxes code the one under which vendors' documents name them.

        :return: a notification that says which have got one, and of which the documents give several
        :raises AccessError: for those who may not change products, or read what documents have taught
        """
        self.check_access('write')
        self.env['vatportal.product.mapping'].check_access('read')
        bare = self.filtered(lambda product: not product.vatportal_has_code)
        taught = self.env['vatportal.product.mapping'].search([('product_id.product_tmpl_id', 'in', bare.ids), ('product_code', '!=', False)])
        codes = {}
        for mapping in taught.filtered(lambda mapping: is_code(mapping.product_code)):
            codes.setdefault(mapping.product_id.product_tmpl_id, set()).add(mapping.product_code)
        unclear = bare.filtered(lambda product: len(codes.get(product, ())) > 1)
        clear = bare.filtered(lambda product: len(codes.get(product, ())) == 1)
        for product in clear:
            (product.vatportal_code,) = codes[product]
        return notification(
            'success' if clear and not unclear else 'warning',
            self.env._("Codes of the vendors' documents"),
            self._vatportal_taken_text(clear, unclear, bare - clear - unclear),
            sticky=bool(unclear),
            reload=True,
        )

    def _vatportal_taken_text(self, clear, unclear, unknown):
        """What :meth:`action_vatportal_take_codes` has done with these products."""
        texts = [self.env._('Products that have got a code: %s.', len(clear))]
        if unclear:
            names = ', '.join(unclear[:10].mapped('display_name'))
            texts.append(self.env._('The documents have several codes for: %s. Choose one by hand.', names))
        if unknown:
            texts.append(self.env._('Products that stand on no bill made of a document: %s.', len(unknown)))
        return ' '.join(texts)
