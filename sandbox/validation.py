"""The rules of an uploaded invoice: codes 20 to 64.

The documentation gives codes 52 to 60 for an item's amounts without saying which is which; here it is

    52 subtotal1 · 53 aksiz, aksizgrade · 54 subtotal2 · 55 apply_vat_amount · 56 skip_vat_amount
    57 vat_zero · 58 vat_free · 59 vat_amount · 60 transport_tax, total

It has no codes either for sums that do not match their items: they come with the code that says that this
sum is wrong. Numbers must be JSON numbers; they are read as Decimal, so that float noise shows as too
many decimals.
"""

import re
from decimal import Decimal

CENT = Decimal('0.01')
VAT_RATE = Decimal('0.18')
TEN_DIGITS = re.compile(r'[0-9]{10}', re.ASCII)
DIGITS = re.compile(r'[0-9]+', re.ASCII)

# sum -> (code when missing, code when wrong); None: may be left out
SUMS = {
    'sum_subtotal1': (24, 25),
    'sum_subtotal2': (26, 27),
    'sum_total': (28, 29),
    'sum_aksiz': (None, 30),
    'sum_apply_vat_amount': (None, 31),
    'sum_skip_vat_amount': (None, 32),
    'sum_vat_zero': (None, 33),
    'sum_vat_free': (None, 34),
    'sum_vat_amount': (None, 35),
    'sum_ttax': (None, 36),
}
ITEM_AMOUNTS = {
    'subtotal1': 52,
    'aksiz': 53,
    'aksizgrade': 53,
    'subtotal2': 54,
    'apply_vat_amount': 55,
    'skip_vat_amount': 56,
    'vat_zero': 57,
    'vat_free': 58,
    'vat_amount': 59,
    'transport_tax': 60,
    'total': 60,
}
ITEM_REQUIRED = ('subtotal1', 'subtotal2', 'total')
VAT_PARTS = ('apply_vat_amount', 'skip_vat_amount', 'vat_zero', 'vat_free')
# sum of the invoice -> amount of its items that must add up to it
SUM_OF = {
    'sum_subtotal1': 'subtotal1',
    'sum_subtotal2': 'subtotal2',
    'sum_total': 'total',
    'sum_aksiz': 'aksiz',
    'sum_apply_vat_amount': 'apply_vat_amount',
    'sum_skip_vat_amount': 'skip_vat_amount',
    'sum_vat_zero': 'vat_zero',
    'sum_vat_free': 'vat_free',
    'sum_vat_amount': 'vat_amount',
    'sum_ttax': 'transport_tax',
}


class Validator:
    """Checks invoices for one company; `find_advance(qaime, seller)` finds the advance or nothing."""

    def __init__(self, company, types, find_advance, sum_decimals=2, item_decimals=5):
        self.company = company
        self.types = types
        self.find_advance = find_advance
        self.sum_decimals = sum_decimals
        self.item_decimals = item_decimals

    def codes(self, invoice):
        """All codes of an invoice, each once, in rising order; empty where the invoice is fine."""
        if not isinstance(invoice, dict):
            return [37]
        codes = set()
        codes.update(self._heading(invoice))
        codes.update(self._parties(invoice))
        codes.update(self._type(invoice))
        settles = bool(invoice.get('main_qaime'))
        items = invoice.get('items')
        has_items = isinstance(items, list) and bool(items)
        if not has_items and not (settles and not items):
            codes.add(39)
        sum_codes = self._sums(invoice, optional=settles)
        item_codes = {code for item in (items if has_items else []) for code in self._item(item)}
        codes |= sum_codes | item_codes
        # adding up makes sense only over amounts that are amounts
        if has_items and not sum_codes and not item_codes:
            codes |= self._adds_up(invoice, items)
        return sorted(codes)

    def _heading(self, invoice):
        erp_id = invoice.get('id')
        if not isinstance(erp_id, str) or not erp_id:
            yield 37
        elif len(erp_id) < 7:
            yield 38
        main_info = invoice.get('main_info')
        if main_info is None:
            yield 22
        elif not isinstance(main_info, str) or not main_info.strip():
            yield 23

    def _parties(self, invoice):
        for party in ('seller', 'buyer'):
            voen = invoice.get(party)
            if voen is None or voen == '':
                yield 20
            elif not isinstance(voen, str) or not TEN_DIGITS.fullmatch(voen):
                yield 21

    def _type(self, invoice):
        kind = 'default' if invoice.get('type') is None else invoice['type']
        if kind not in self.types:
            yield 61
        if invoice.get('main_qaime') and not self.find_advance(invoice['main_qaime'], invoice.get('seller')):
            yield 62
        if kind != 'goodsTransfer':
            return
        if invoice.get('seller') != invoice.get('buyer'):
            yield 21
        wh_field = invoice.get('wh_field', 1)
        if not isinstance(wh_field, int):
            wh_field = None
        if not self.company.has_warehouse(invoice.get('from_wh'), wh_field):
            yield 63
        if not self.company.has_warehouse(invoice.get('to_wh'), wh_field):
            yield 64

    def _sums(self, invoice, optional):
        codes = set()
        for name, (missing, wrong) in SUMS.items():
            value = invoice.get(name)
            if value is None:
                if missing and not optional:
                    codes.add(missing)
            elif not is_amount(value, self.sum_decimals) or (missing and value <= 0):
                codes.add(wrong)
        return codes

    def _item(self, item):
        if not isinstance(item, dict):
            return {40}
        codes = set(self._item_texts(item)) | set(self._item_figures(item))
        if not codes & {46, 47, 48, 49} and not codes & set(range(52, 61)):
            codes |= set(self._item_adds_up(item))
        return codes

    def _item_texts(self, item):
        code = item.get('id')
        if code is None or code == '':
            yield 40
        elif not isinstance(code, str) or not TEN_DIGITS.fullmatch(code):
            yield 41
        for name, missing, empty in (('name', 42, 43), ('unit', 44, 45)):
            text = item.get(name)
            if text is None:
                yield missing
            elif not isinstance(text, str) or not text.strip():
                yield empty
        barcode = item.get('barcode')
        if not isinstance(barcode, str) or not barcode:
            yield 50
        elif not DIGITS.fullmatch(barcode):
            yield 51

    def _item_figures(self, item):
        for name, missing, wrong in (('unit_price', 46, 47), ('quantity', 48, 49)):
            value = item.get(name)
            if value is None:
                yield missing
            elif not is_number(value) or value <= 0:
                yield wrong
        for name, code in ITEM_AMOUNTS.items():
            value = item.get(name)
            if value is None:
                if name in ITEM_REQUIRED:
                    yield code
            elif not is_amount(value, self.item_decimals):
                yield code

    def _item_adds_up(self, item):
        amount = {name: Decimal(item.get(name) or 0) for name in ITEM_AMOUNTS}
        if differs(Decimal(item['unit_price']) * Decimal(item['quantity']), amount['subtotal1']):
            yield 52
        if differs(amount['subtotal1'] + amount['aksiz'], amount['subtotal2']):
            yield 54
        parts = [amount[name] for name in VAT_PARTS]
        # all VAT fields at zero: simplified taxation
        if any(parts + [amount['vat_amount']]) and differs(sum(parts), amount['subtotal2']):
            yield 55
        if differs(amount['apply_vat_amount'] * VAT_RATE, amount['vat_amount']):
            yield 59
        if differs(amount['subtotal2'] + amount['vat_amount'] + amount['transport_tax'], amount['total']):
            yield 60

    def _adds_up(self, invoice, items):
        codes = set()
        for name, of_item in SUM_OF.items():
            if invoice.get(name) is None and SUMS[name][0]:
                continue  # left out beside an advance
            total = sum(Decimal(item.get(of_item) or 0) for item in items)
            if differs(Decimal(invoice.get(name) or 0), total):
                codes.add(SUMS[name][1])
        return codes | set(self._sums_add_up(invoice))

    @staticmethod
    def _sums_add_up(invoice):
        amount = {name: Decimal(invoice.get(name) or 0) for name in SUMS}
        subtotal = amount['sum_subtotal1'] + amount['sum_aksiz']
        if amount['sum_subtotal2'] and differs(subtotal, amount['sum_subtotal2']):
            yield 27
        total = amount['sum_subtotal2'] + amount['sum_vat_amount'] + amount['sum_ttax']
        if amount['sum_total'] and differs(total, amount['sum_total']):
            yield 29


def is_number(value):
    """Whether it came as a (finite) JSON number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return False
    return not isinstance(value, Decimal) or value.is_finite()


def is_amount(value, decimals):
    """A number, not negative, with no more decimals than allowed (trailing zeros do not count)."""
    if not is_number(value) or value < 0:
        return False
    return -Decimal(value).normalize().as_tuple().exponent <= decimals


def differs(one, other):
    """Whether two amounts are further apart than the qəpik that rounding may cost."""
    return abs(one - other) > CENT
