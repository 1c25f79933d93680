"""Documents in bulk, as varied as those of a real month: kinds, statuses, VAT categories, long prices,
many lines.
"""

import random
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .clock import format_datetime, parse_date
from .etaxes import INCOMING, plain

KINDS = {
    'defaultInvoice': 80,
    'advanceInvoice': 6,
    'returnInvoice': 5,
    'agent': 2,
    'resale': 1,
    'recycling': 1,
    'taxCodex163': 1,
    'taxCodex177_5': 1,
    'returnByAgent': 1,
    'returnRecycled': 1,
    'exportNoteInvoice': 1,
    'exciseGoodsTransfer': 1,
}
STATUSES = {
    'approved': 50,
    'onApproval': 20,
    'approvedBySystem': 15,
    'updateRequested': 3,
    'onApprovalEdited': 3,
    'updateApproval': 2,
    'cancelRequested': 2,
    'canceled': 3,
    'deleted': 1,
    'deletedBySystem': 1,
    'deactivated': 1,
}
# VAT category of a line: amount field, VAT rate
CATEGORIES = {('apply_amount', '0.18'): 80, ('skip_amount', '0'): 5, ('zero_amount', '0'): 5, ('free_amount', '0'): 10}

PRODUCTS = (
    ('0401100000', 'Süd 1 l', 'litr'),
    ('1001110000', 'Buğda', 'kq'),
    ('2710124100', 'Benzin Aİ-92', 'litr'),
    ('2523290000', 'Sement M400', 'ton'),
    ('3004900000', 'Dərman preparatı', 'qutu'),
    ('4802560000', 'Kağız A4', 'bağlama'),
    ('6109100000', 'Köynək', 'ədəd'),
    ('8471300000', 'Noutbuk', 'ədəd'),
    ('8517130000', 'Telefon', 'ədəd'),
    ('9403300000', 'Masa', 'ədəd'),
    ('9947008540', 'Daşınma xidməti', 'xidmət'),
    ('9965111040', 'Texniki xidmət', 'saat'),
)
NAMES = ('Xəzər', 'Qafqaz', 'Şəki', 'Gəncə', 'Abşeron', 'Naxçıvan', 'Lənkəran', 'Quba', 'Zaqatala', 'Göyçay', 'Şirvan', 'Muğan')
FORMS = ('MMC', 'ASC', 'QSC', 'Fərdi sahibkar')

PRICE = Decimal('0.00000001')  # 8 decimals
TOTAL = Decimal('0.000001')  # 6 decimals


def generate_documents(count, folder, company, now, seed=1, date_from=None, date_to=None, max_lines=6, voen=None, partners=40, kinds=None, statuses=None):
    """`count` documents, field by field as the portal gives them; the same seed gives the same documents.

    Dates are datetimes or dd.mm.yyyy; without them the last 30 days. `kinds` and `statuses` are weights by
    name, or lists.
    """
    rng = random.Random(seed)
    end = _moment(date_to, end=True) or now
    start = _moment(date_from) or end - timedelta(days=30)
    span = max(1, int((end - start).total_seconds() // 60))
    others = [(_voen(rng, i), f'{NAMES[i % len(NAMES)]} {i + 1} {FORMS[i % len(FORMS)]}') for i in range(partners)]
    own = (voen or company.voen, company.name)
    for position in range(count):
        moment = start + timedelta(minutes=rng.randrange(span))
        other = rng.choice(others)
        seller, buyer = (other, own) if folder == INCOMING else (own, other)
        yield {
            'main_subject': f'Müqavilə {rng.choice("ABC")}{rng.randrange(1, 999):03d}; {start:%d.%m.%Y}',
            'add_subject': '' if position % 3 else f'Sifariş {position + 1}',
            'cmp_from': seller[1],
            'cmp_to': buyer[1],
            'tin_from': seller[0],
            'tin_to': buyer[0],
            'datetime': format_datetime(moment),
            'type': _pick(rng, kinds or KINDS),
            'status': _pick(rng, statuses or STATUSES),
            'lines': [_line(rng) for _ in range(rng.randint(1, max_lines))],
        }


def _voen(rng, position):
    """A tax id with a right check digit (the ninth; the tenth says company or person)."""
    while True:
        digits = f'{17 + position % 3}{rng.randrange(10**6):06d}'
        check = sum(int(d) * w for d, w in zip(digits, (4, 1, 8, 6, 2, 7, 5, 3), strict=True)) % 11
        if check < 10:
            return f'{digits}{check}{2 if position % len(FORMS) == 3 else 1}'


def _moment(value, end=False):
    return value if isinstance(value, datetime) or value is None else parse_date(value, end)


def _pick(rng, weights):
    if not isinstance(weights, dict):
        return rng.choice(list(weights))
    return rng.choices(list(weights), list(weights.values()))[0]


def _line(rng):
    """A line whose amounts add up; prices with up to 8 decimals, amounts with up to 6."""
    code, name, unit = rng.choice(PRODUCTS)
    places = rng.choice((2, 2, 4, 8))
    price = (Decimal(rng.randrange(1, 50000 * 10**6)).scaleb(-8)).quantize(Decimal(1).scaleb(-places)) + Decimal('0.01')
    quantity = Decimal(rng.choice((1, 2, 3, 10, 100, '0.5', '12.345', '816.6102')))
    amount = (price * quantity).quantize(TOTAL, ROUND_HALF_UP)
    grade = Decimal(rng.choice((0,) * 19 + (40,)))
    excise = (amount * grade / 100).quantize(TOTAL, ROUND_HALF_UP)
    base = amount + excise
    category, rate = _pick(rng, CATEGORIES)
    vat = (base * Decimal(rate)).quantize(TOTAL, ROUND_HALF_UP)
    road = Decimal(rng.randrange(1, 2000)).scaleb(-2) if code.startswith('2710') else Decimal(0)
    return {
        'prod_code': code,
        'prod_name': name,
        'barcode': f'{code}000' if rng.random() < 0.7 else f'476{rng.randrange(10**10):010d}',
        'unit_name': unit,
        'unit_price': plain(price.quantize(PRICE)),
        'unit_qty': plain(quantity),
        'ini_amount': plain(amount),
        'ini_amount2': plain(base),
        'grade': plain(grade),
        'total_excise': plain(excise),
        category: plain(base),
        'vat_amount': plain(vat),
        'transp_amount': plain(road),
        'net_amount': plain(base + vat + road),
    }
