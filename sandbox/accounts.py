"""Who may log in, and for which companies.

An enterprise account is one company. A partner account acts for several, told apart by the phone sent
with each request. Invoices, documents and processes belong to a company, never to an account: this is
what keeps two companies of one partner account from seeing each other.
"""

import re
from dataclasses import dataclass, field

PHONE = re.compile(r'994[0-9]{9}', re.ASCII)

DEFAULT_WAREHOUSES = (('WH001', 'Bakı anbarı'), ('WH002', 'Gəncə anbarı'))


@dataclass(eq=False)
class Company:
    """A taxpayer of an account, with its ASAN İmza phone and warehouses."""

    key: str  # 'demo', or 'partner/994501234567'
    name: str
    voens: list = field(default_factory=list)  # empty: any seller goes
    phone: str = ''  # the ASAN number; empty: none is registered
    warehouses: list = field(default_factory=lambda: [{'code': c, 'name': n} for c, n in DEFAULT_WAREHOUSES])

    @property
    def voen(self):
        """The VÖEN to use where only one can stand."""
        return self.voens[0] if self.voens else '1234567890'

    def has_warehouse(self, value, wh_field):
        """Whether one of the warehouses has that code (1) or name (2)."""
        key = {1: 'code', 2: 'name'}.get(wh_field)
        return bool(key and value) and any(warehouse.get(key) == value for warehouse in self.warehouses)

    def to_json(self):
        return {'key': self.key, 'name': self.name, 'voens': list(self.voens), 'phone': self.phone, 'warehouses': list(self.warehouses)}


@dataclass(eq=False)
class Account:
    """A login of the portal: user name and password, or token; the secret hash renews the token."""

    username: str
    password: str
    token: str
    secret_hash: str
    partner: bool = False
    types: list | None = None  # invoice types its portal takes; None: the general setting
    companies: dict = field(default_factory=dict)  # phone -> Company; '' -> the company of an enterprise account
    plain_value: str | None = None  # a renewal that was started

    def to_json(self):
        return {
            'username': self.username,
            'password': self.password,
            'token': self.token,
            'secret_hash': self.secret_hash,
            'partner': self.partner,
            'types': self.types,
            'companies': [company.to_json() for company in self.companies.values()],
        }


def make_account(username, password=None, token=None, secret_hash=None, voens=(), asan='994500000000', name=None, phones=None, warehouses=None, types=None):
    """An account; with `phones` ({phone: VÖEN, list of VÖENs, or {voens, name, warehouses}}) a partner's."""
    account = Account(
        username,
        password if password is not None else username,
        token or f'{username}-token',
        secret_hash or f'{username}-secret',
        partner=phones is not None,
        types=types,
    )
    if phones is None:
        account.companies[''] = _company(username, name or username, voens, asan or '', warehouses)
    for phone, value in (phones or {}).items():
        data = value if isinstance(value, dict) else {'voens': value}
        label = data.get('name') or f'{name or username} {phone[-4:]}'
        account.companies[phone] = _company(f'{username}/{phone}', label, data.get('voens') or (), phone, data.get('warehouses', warehouses))
    return account


def _company(key, name, voens, phone, warehouses):
    company = Company(key, name, [voens] if isinstance(voens, str) else list(voens), phone)
    if warehouses is not None:
        company.warehouses = [w if isinstance(w, dict) else {'code': w[0], 'name': w[1]} for w in warehouses]
    return company


def default_accounts():
    """What a fresh sandbox has: an enterprise and a partner."""
    return [
        make_account('demo', 'demo', 'sandbox-token', 'sandbox-secret', name='Demo MMC', asan='994501112233'),
        make_account(
            'partner',
            'partner',
            'partner-token',
            'partner-secret',
            name='Partner',
            phones={'994501234567': {'voens': '4444444444', 'name': 'Birinci MMC'}, '994551234567': {'voens': '5555555555', 'name': 'İkinci MMC'}},
        ),
    ]
