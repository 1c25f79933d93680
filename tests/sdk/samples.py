"""Invoices to work with, and ways to make up others."""

from decimal import Decimal

from hypothesis import strategies as st

from vatportal import Invoice, Item

D = Decimal
SELLER, BUYER = '9900003871', '1234567891'


def item(**changes):
    """2 × 50.00 at 18 %."""
    values = {
        'id': '1234567890',
        'name': 'Kağız',
        'unit': 'ədəd',
        'unit_price': D(50),
        'quantity': D(2),
        'barcode': '1234567890000',
        'subtotal1': D(100),
        'subtotal2': D(100),
        'apply_vat_amount': D(100),
        'vat_amount': D(18),
        'total': D(118),
    }
    return Item(**{**values, **changes})


def invoice(*items, **changes):
    """An invoice over ``items`` whose sums add up."""
    values = {'id': 'INV-2025-0001', 'main_info': 'Müqavilə 1', 'seller': SELLER, 'buyer': BUYER}
    return Invoice.over(items or (item(),), **{**values, **changes})


def money(lowest='0.01', highest='99999.99'):
    return st.decimals(D(lowest), D(highest), places=2)


def texts(longest=60):
    """Text as e-taxes can hold it: no control characters, no spaces at the ends."""
    kinds = st.characters(codec='utf-8', exclude_categories=('C', 'Z'))
    words = st.text(kinds, min_size=1, max_size=longest // 3)
    return st.lists(words, min_size=1, max_size=2).map(' '.join)


@st.composite
def items(draw):
    """Items that obey the portal's arithmetic: any VAT part, excise, road tax."""
    quantity = draw(st.decimals(D('0.001'), D(999), places=3))
    price = draw(st.decimals(D('0.0001'), D(9999), places=4).filter(lambda value: value * quantity >= D('0.01')))
    subtotal1 = (quantity * price).quantize(D('0.01'))
    excise = draw(st.one_of(st.just(D(0)), money(highest='999')))
    part = draw(st.sampled_from(['apply_vat_amount', 'skip_vat_amount', 'vat_zero', 'vat_free', None]))
    subtotal2 = subtotal1 + excise
    vat = (subtotal2 * D('0.18')).quantize(D('0.01')) if part == 'apply_vat_amount' else D(0)
    road = draw(st.one_of(st.just(D(0)), money(highest='99')))
    code = draw(st.text('0123456789', min_size=10, max_size=10))
    parts = {part: subtotal2} if part else {}
    return Item(
        id=code,
        name=draw(texts()),
        unit=draw(texts(12)),
        unit_price=price,
        quantity=quantity,
        barcode=code + '000',
        subtotal1=subtotal1,
        aksiz=excise,
        aksizgrade=D(5) if excise else D(0),
        subtotal2=subtotal2,
        vat_amount=vat,
        transport_tax=road,
        total=subtotal2 + vat + road,
        **parts,
    )


@st.composite
def invoices(draw):
    """Invoices without a fault: all items bear VAT fields, or none does (simplified taxation)."""
    lines = draw(st.lists(items(), min_size=1, max_size=6))
    bases = ('apply_vat_amount', 'skip_vat_amount', 'vat_zero', 'vat_free')
    plain = [line for line in lines if not any(getattr(line, name) for name in bases)]
    lines = [line for line in lines if line not in plain] or plain
    return invoice(*lines, main_info=draw(texts()), add_info=draw(st.one_of(st.just(''), texts())))
