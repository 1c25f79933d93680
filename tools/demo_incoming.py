"""What other companies have issued to the demo company: documents as e-taxes gives them (VatPortal API v8.0, /etx/read_invoices).

The vendor of the paper calls it by another name and under another code than the demo company does, so that a person has
to say once which product it is. All companies are invented; their VÖENs have right check digits.
"""

import datetime
from decimal import ROUND_HALF_UP, Decimal

BAKU = datetime.timezone(datetime.timedelta(hours=4))
DAYS_BACK = 10  # none of them is older

PAPER_VENDOR = '1304612051'
VENDORS = {
    PAPER_VENDOR: 'Zirvə Ofis Təchizatı MMC',
    '1400887331': 'Kür Logistika MMC',
    '9900721551': 'Günəş Enerji ASC',
    '1702554821': 'Muğan Taxıl MMC',
    '2003771901': 'Araz Servis MMC',
    '2003041171': 'Abşeron Tikinti MMC',  # a customer too: it returns goods
}
# code, name, unit, price, quantity[, VAT column]
PAPER = ('4802569000', 'Kağız A4, 80 q/m², 500 vərəq', 'ədəd', '6.40')
# days ago, seller, kind, status, subject, lines
DOCUMENTS = [
    (9, PAPER_VENDOR, 'defaultInvoice', 'approved', 'Müqavilə Z-118', [(*PAPER, '120'), ('8443999000', 'Printer üçün kartric', 'ədəd', '84.7458', '3')]),
    (7, '1400887331', 'defaultInvoice', 'approvedBySystem', 'Bakı – Gəncə yükdaşıma', [('9949410000', 'Yükdaşıma xidməti', 'xidmət', '338.98305085', '1')]),
    (6, '9900721551', 'defaultInvoice', 'approved', 'Çatdırılma aktı 77', [('2710194300', 'Dizel yanacağı', 'litr', '0.93220339', '816.61')]),
    (5, '9900721551', 'defaultInvoice', 'canceled', 'Çatdırılma aktı 78', [('2710194300', 'Dizel yanacağı', 'litr', '0.93220339', '500')]),
    (4, '2003771901', 'taxCodex163', 'approved', 'Qiymət fərqi, Müqavilə A-9', [('9987130000', 'Texniki xidmət', 'saat', '25', '4')]),
    (2, '2003041171', 'returnInvoice', 'onApproval', 'Qaytarılan mal', [('8471300000', 'Noutbuk 15,6"', 'ədəd', '1449.99', '1')]),
    (2, '1702554821', 'defaultInvoice', 'onApproval', 'Müqavilə T-31', [('1001990000', 'Ərzaq buğdası', 'ton', '352.5', '12.345', 'free_amount')]),
    (1, PAPER_VENDOR, 'defaultInvoice', 'onApproval', 'Müqavilə Z-118', [(*PAPER, '75')]),
]


def today() -> datetime.date:
    """Where the documents are dated."""
    return datetime.datetime.now(BAKU).date()


def documents(voen: str, name: str) -> list[dict]:
    """For POST /admin/documents; `voen` and `name` are the buyer's."""
    return [
        {
            'tin_from': seller,
            'cmp_from': VENDORS[seller],
            'tin_to': voen,
            'cmp_to': name,
            'main_subject': subject,
            'type': kind,
            'status': status,
            'datetime': f'{today() - datetime.timedelta(days=days):%d.%m.%Y} {9 + number}:{7 * number:02}',
            'lines': [_line(*line) for line in lines],
        }
        for number, (days, seller, kind, status, subject, lines) in enumerate(DOCUMENTS)
    ]


def _line(code, name, unit, price, quantity, column='apply_amount') -> dict:
    """Amounts with six decimals, as real documents have them; they add up."""
    amount = _six(Decimal(price) * Decimal(quantity))
    vat = _six(amount * Decimal('0.18')) if column == 'apply_amount' else Decimal(0)
    return {
        'prod_code': code,
        'prod_name': name,
        'barcode': f'{code}000',
        'unit_name': unit,
        'unit_price': float(price),
        'unit_qty': float(quantity),
        'ini_amount': float(amount),
        'ini_amount2': float(amount),
        column: float(amount),
        'vat_amount': float(vat),
        'net_amount': float(amount + vat),
    }


def _six(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal('0.000001'), ROUND_HALF_UP)
