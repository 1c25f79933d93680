"""A plain client, and invoices to send."""

import itertools
from decimal import Decimal

import requests

IMPORT, READ, DELETE = '/inv/import_upload_invoices.php', '/inv/read_invoices', '/inv/delete'
STATUS, DATA = '/job/read_proc_status', '/job/read_proc_data'
ETX_IMPORT, ETX_READ, ETX_DELETE = '/etx/import', '/etx/read_invoices', '/etx/delete'
START, CONFIRM = '/auth/reset_start.php', '/auth/reset_confirm.php'
METHOD = {READ: 'GET', STATUS: 'GET', DATA: 'GET', ETX_READ: 'GET', DELETE: 'DELETE', ETX_DELETE: 'DELETE'}
EVER = {'date_from': '01.01.2000', 'date_to': '31.12.2099'}

SELLER, BUYER = '1700000011', '1800000021'
_ids = itertools.count(1)


class Client:
    """Speaks to one company's portal."""

    def __init__(self, sandbox, token=None, phone=None):
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False
        if token is not None:
            self.session.headers['x-vatpapikey'] = token
        self.phone = phone

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.session.close()

    def call(self, endpoint, body=None, method=None, **kwargs):
        """The raw response."""
        body = {**({'phone': self.phone} if self.phone else {}), **(body or {})}
        kwargs.setdefault('json', body)
        url = self.sandbox.url + endpoint
        return self.session.request(method or METHOD.get(endpoint, 'POST'), url, allow_redirects=False, **kwargs)

    def code(self, endpoint, body=None, **kwargs):
        """The err_code of an answer."""
        return self.call(endpoint, body, **kwargs).json()['err_code']

    def data(self, endpoint, body=None, **kwargs):
        """The data of a good answer."""
        answer = self.call(endpoint, body, **kwargs).json()
        assert answer['err_code'] == 0, answer
        return answer['data']

    def send(self, *invoices, upload=True):
        """Post invoices; the process id."""
        return self.data(IMPORT, {'upload': upload, 'invoices': list(invoices)})['id']

    def status(self, process):
        """(status, stats) of a process."""
        data = self.data(STATUS, {'procId': process})
        return data['status'], data.get('stats')

    def numbers(self, *ids):
        """ERP id -> qaimə."""
        return {row['id']: row.get('qaime') for row in self.data(READ, {'ids': list(ids)})['invoices']}

    def finish(self, process):
        """Type every PIN that is asked for; (status, stats) at the end."""
        for _ in range(3):
            status, stats = self.status(process)
            if status in (2, 3):
                break
            self.sandbox.confirm()
        return status, stats

    def documents(self, folder, **body):
        """What the portal holds of a folder."""
        return self.data(ETX_READ, {**EVER, 'dir': folder, **body})['invoices']


def make_item(price=50, quantity=2, aksiz=0, vat='apply_vat_amount', **fields):
    """An item whose amounts add up."""
    goods = Decimal(str(price)) * Decimal(str(quantity))
    subtotal2 = goods + Decimal(str(aksiz))
    tax = subtotal2 * Decimal('0.18') if vat == 'apply_vat_amount' else Decimal(0)
    amounts = dict.fromkeys(('apply_vat_amount', 'skip_vat_amount', 'vat_zero', 'vat_free'), 0)
    if vat:
        amounts[vat] = float(subtotal2)
    return {
        "id": "0401100000", "name": "Süd", "unit": "litr", "barcode": "0401100000000", "unit_price": price,
        "quantity": quantity, "subtotal1": float(goods), "aksiz": aksiz, "aksizgrade": 0,
        "subtotal2": float(subtotal2), **amounts, "vat_amount": float(tax), "transport_tax": 0,
        "total": float(subtotal2 + tax), **fields,
    }  # fmt: skip


def make_invoice(items=None, **fields):
    """An invoice that the portal takes; a field given as ... is left out."""
    items = items if items is not None else [make_item()]
    sums = {
        "sum_subtotal1": "subtotal1", "sum_aksiz": "aksiz", "sum_subtotal2": "subtotal2",
        "sum_apply_vat_amount": "apply_vat_amount", "sum_skip_vat_amount": "skip_vat_amount",
        "sum_vat_zero": "vat_zero", "sum_vat_free": "vat_free", "sum_vat_amount": "vat_amount",
        "sum_ttax": "transport_tax", "sum_total": "total",
    }  # fmt: skip
    invoice = {
        "id": f"INV-{next(_ids):06d}", "main_info": "Müqavilə A001", "seller": SELLER, "buyer": BUYER,
        **{name: round(sum(i.get(of) or 0 for i in items), 2) for name, of in sums.items()}, "items": items,
        **fields,
    }  # fmt: skip
    return {name: value for name, value in invoice.items() if value is not ...}


def make_transfer(**fields):
    """Goods between two warehouses of one company."""
    warehouses = {'from_wh': 'WH001', 'to_wh': 'WH002', 'wh_field': 1}
    return make_invoice([make_item(vat=None)], **{'type': 'goodsTransfer', 'buyer': SELLER, **warehouses, **fields})
