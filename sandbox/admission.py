"""Admission to /api: who asks, with which method, for which company. Refusals 1 to 5 and 15 to 17 are made
here.
"""

import hmac
import json
from dataclasses import dataclass
from decimal import Decimal

from .accounts import PHONE
from .errors import ApiError, HttpError

READ = 'read'  # GET or POST, as the settings say
METHODS = {
    '/inv/import_upload_invoices.php': 'POST',
    '/inv/read_invoices': READ,
    '/inv/delete': 'DELETE',
    '/job/read_proc_status': READ,
    '/job/read_proc_data': READ,
    '/etx/import': 'POST',
    '/etx/read_invoices': READ,
    '/etx/delete': 'DELETE',
    '/auth/reset_start.php': 'GET',
    '/auth/reset_confirm.php': 'POST',
}
DOWNLOADING = ('/etx/import', '/etx/read_invoices')
SIGNING = ('/inv/import_upload_invoices.php', '/etx/import', '/etx/delete')


@dataclass
class Call:
    """A request that was admitted: who asks for what."""

    endpoint: str
    body: dict
    query: dict
    account: object = None
    company: object = None
    process: object = None  # the one it started or asked for
    back: int = 0  # answer as of so many stages before
    skew: float = 0.0
    envelope: bool = True


class Admission:
    """Lets requests in. Called with the portal's lock held."""

    def __init__(self, portal):
        self.portal = portal

    def admit(self, request, endpoint):
        """A Call, or the first refusal: method, content type, body, credentials, phone."""
        if endpoint not in METHODS:
            raise HttpError(404)
        self._check_method(request.method, endpoint)
        if 0 < self.portal.settings.most_bytes < len(request.get_data()):
            raise HttpError(413)
        query = request.args.to_dict()
        if endpoint == '/auth/reset_start.php':
            return Call(endpoint, {}, query, envelope=False)
        if request.mimetype != 'application/json':
            raise ApiError(2, 'Wrong content type')
        body = parse_json(request.get_data())
        if not isinstance(body, dict):
            raise ApiError(3, 'Root elements missing')
        call = Call(endpoint, body, query, envelope=not endpoint.startswith('/auth/'))
        if call.envelope:
            call.account = self._log_in(request, body)
            call.company = company_of(call.account, body.get('phone'))
            if self.portal.settings.ask_phone and endpoint in DOWNLOADING and not body.get('phone'):
                raise ApiError(15, 'Phone number is required')
            self._check_asan(call)
        return call

    def _check_method(self, method, endpoint):
        allowed = METHODS[endpoint]
        if allowed == READ:
            style = self.portal.settings.style_of(endpoint)
            allowed = ('GET', 'POST') if style == 'both' else (style.upper(),)
        if method in (allowed if isinstance(allowed, tuple) else (allowed,)):
            return
        if self.portal.settings.wrong_method == 'error':
            raise ApiError(1, 'Wrong method')
        raise HttpError(int(self.portal.settings.wrong_method))

    def _log_in(self, request, body):
        """The account, by token or by user name and password."""
        token = request.headers.get('x-vatpapikey')
        if token is not None:
            if not token.strip():
                raise ApiError(4, 'Empty credentials')
            found = [a for a in self.portal.state.accounts if same(a.token, token)]
        else:
            username, password = body.get('username'), body.get('password')
            if not username or not password:
                raise ApiError(4, 'Empty credentials')
            named = [a for a in self.portal.state.accounts if same(a.username, username)]
            found = [a for a in named if same(a.password, password)]
        if not found:
            raise ApiError(5, 'Invalid credentials')
        return found[0]

    def _check_asan(self, call):
        always = self.portal.settings.asan_check == 'always'
        if not call.company.phone and (always or call.endpoint in SIGNING):
            raise ApiError(15, 'No ASAN number is set for the account')


def company_of(account, phone):
    """Whose request it is: an enterprise's phone is not looked at, a partner's decides."""
    if not account.partner:
        return account.companies['']
    if phone is None or phone == '':
        raise ApiError(15, 'Phone number is required for partners')
    if not isinstance(phone, str) or not PHONE.fullmatch(phone):
        raise ApiError(17, 'Invalid format of the phone number')
    if phone not in account.companies:
        raise ApiError(16, 'This phone number is not authorized for the account')
    return account.companies[phone]


def same(one, other):
    """Compares secrets of any type the client sent."""
    return isinstance(other, str) and hmac.compare_digest(one.encode(), other.encode(errors='replace'))


def parse_json(raw):
    """The body, with numbers as exact as they came; None if it is no JSON."""
    try:
        return json.loads(raw.decode('utf-8-sig'), parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
