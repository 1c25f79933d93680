import re
from collections import defaultdict
from dataclasses import dataclass

from odoo import fields, models
from odoo.fields import Domain

from ...vatportal.names import text_key

MATCHES = [
    ('learnt', 'As on earlier bills'),
    ('barcode', 'Barcode'),
    ('vendor', "Vendor's product name or code"),
    ('code', 'e-taxes code'),
    ('none', 'No product'),
]


@dataclass
class Match:
    """What is known of a document line: its product, how it was found, and what a person taught us beside it."""

    product: object
    how: str
    uom: object = None
    mapping: object = None


class VatportalDocumentLine(models.Model):
    _inherit = 'vatportal.document.line'

    match = fields.Selection(MATCHES, string='Product Found by', readonly=True, copy=False, help='How the product of the bill line was found.')

    def _real_barcode(self):
        """The barcode, unless it only fills the column: 0, the code itself, or the code and 000."""
        self.ensure_one()
        barcode = (self.barcode or '').strip()
        code = self.product_code or ''
        if not barcode.strip('0') or not re.fullmatch(r'[0-9A-Za-z\-]+', barcode) or barcode in (code, f'{code}000'):
            return ''
        return barcode


class VatportalDocument(models.Model):
    """Finding the products of a received document. One question to the database per way of finding, not per line."""

    _inherit = 'vatportal.document'

    def _match_products(self, partner, usage):
        """Return a dict of document line → :class:`Match`.

        In this order: as on earlier bills of ``partner``, by barcode, by the vendor's product list, by the 10-digit
        code where one product alone has it. Whatever means two products means none.
        """
        self.ensure_one()
        lines = self.line_ids
        known = self.env['vatportal.product.mapping']._for_partner(self._bill_company(), partner, usage)
        finders = [('barcode', self._products_by_barcode(lines)), ('vendor', self._products_of_vendor(lines, partner)), ('code', self._products_by_code(lines))]
        mappings = {line: known.get((line.product_code or '', text_key(line.name))) for line in lines}
        learnt = self._search_products(Domain('id', 'in', [mapping.product_id.id for mapping in mappings.values() if mapping and mapping.product_id]))
        return {line: self._match_line(line, mapping, learnt, finders) for line, mapping in mappings.items()}

    def _match_line(self, line, mapping, learnt, finders):
        nothing = self.env['product.product']
        product = mapping.product_id & learnt if mapping else nothing
        if mapping and (product or mapping.no_product):
            return Match(product, 'learnt', mapping=mapping)
        for how, found in finders:
            product, uom = found.get(line, (nothing, None))
            if product:
                return Match(product, how, uom=uom, mapping=mapping)
        return Match(nothing, 'learnt' if mapping and mapping.account_id else 'none', mapping=mapping)

    def _products_by_barcode(self, lines):
        barcodes = {line: line._real_barcode() for line in lines}
        wanted = [barcode for barcode in barcodes.values() if barcode]
        if not wanted:
            return {}
        found = defaultdict(set)
        for product in self._search_products(Domain('barcode', 'in', wanted)):
            found[product.barcode].add((product, None))
        packages = self.env['product.uom'].search([('barcode', 'in', wanted), *self._shared_domain()])
        # What is archived, or another company's, is not looked at: who makes the bill may not even read it.
        usable = self._search_products(Domain('id', 'in', packages.product_id.ids))
        for package in packages.filtered(lambda package: package.product_id in usable):
            found[package.barcode].add((package.product_id, package.uom_id))
        return {line: next(iter(found[barcode])) for line, barcode in barcodes.items() if barcode and len(found[barcode]) == 1}

    def _products_of_vendor(self, lines, partner):
        """By what the vendor calls the product; the vendor's own code counts where the line's name begins with it."""
        infos = self.env['product.supplierinfo'].search(
            [('partner_id', 'child_of', partner.id), *self._shared_domain(), '|', ('product_name', '!=', False), ('product_code', '!=', False)]
        )
        by_name, by_code = defaultdict(set), defaultdict(set)
        variants = self._search_products(Domain('product_tmpl_id', 'in', infos.product_tmpl_id.ids)).grouped('product_tmpl_id')
        for info in infos:
            usable = variants.get(info.product_tmpl_id, infos.product_id.browse())
            product = info.product_id & usable if info.product_id else usable
            if len(product) == 1:
                by_name[text_key(info.product_name)].add(product)
                by_code[(info.product_code or '').strip().casefold()].add(product)
        result = {}
        for line in lines:
            first_word = re.match(r'\[?([^\s\]]*)', line.name or '')[1].casefold()
            for found, key in ((by_name, text_key(line.name)), (by_code, line.product_code or ''), (by_code, first_word)):
                if key and len(found[key]) == 1:
                    result[line] = (next(iter(found[key])), None)
                    break
        return result

    def _products_by_code(self, lines):
        codes = {code for code in lines.mapped('product_code') if code}
        found = defaultdict(set)
        for product in self._search_products(Domain('vatportal_code', 'in', list(codes))) if codes else ():
            found[product.vatportal_code].add(product)
        return {line: (next(iter(found[line.product_code])), None) for line in lines if len(found[line.product_code]) == 1}

    def _shared_domain(self):
        """Of models that don't say so themselves: what the company shares with its parents, as products are."""
        return models.check_company_domain_parent_of(self.env['product.product'], self._bill_company())

    def _search_products(self, domain):
        Product = self.env['product.product']
        return Product.search(domain & Domain(Product._check_company_domain(self._bill_company())))
