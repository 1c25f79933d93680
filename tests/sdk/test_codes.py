"""The portal's own error codes."""

import pytest
from calls import assert_fault
from raw_server import error, http
from samples import invoice

from vatportal import AuthError, InvalidInvoices, PortalError, Refused, TransientError, UnknownOutcome


@pytest.mark.parametrize('code', [10, 11, 12, 16])
@pytest.mark.parametrize('status', [200, 400])
def test_server_error_codes(call, serve, connect, code, status):
    exc = call(connect(serve(error(code, 'oops', status))))
    assert_fault(exc, UnknownOutcome if call.write else TransientError, 'server')
    assert (exc.code, exc.message) == (code, 'oops')


def test_log_in_out_of_order(call, serve, connect):
    exc = call(connect(serve(error(7))))
    assert_fault(exc, TransientError, 'auth_system')
    assert exc.code == 7


@pytest.mark.parametrize('answer', [error(4), error(5), error('5', status=401), http(401, ''), http(401, {'err_code': 0})])
def test_credentials(call, serve, connect, answer):
    exc = call(connect(serve(answer)))
    assert (type(exc), exc.reason) == (AuthError, 'credentials')


@pytest.mark.parametrize(
    ('code', 'message', 'phone', 'kind', 'reason'),
    [
        (15, '', None, AuthError, 'asan'),
        (15, 'No ASAN number', None, AuthError, 'asan'),
        (15, 'No ASAN phone number', None, AuthError, 'asan'),
        (15, 'phone is missing', None, AuthError, 'phone'),
        (15, '', '994501234567', AuthError, 'phone'),
        (15, 'No ASAN number', '994501234567', AuthError, 'asan'),
        (15, 'ASAN phone missing', '994501234567', AuthError, 'phone'),
        (16, 'Phone not authorised', '994501234567', AuthError, 'phone'),
        (16, 'Telefon icazəsizdir', '994501234567', AuthError, 'phone'),
        (16, '', '994501234567', UnknownOutcome, 'server'),
        (17, 'phone malformed', '994501234567', AuthError, 'phone'),
        (17, 'phone malformed', None, AuthError, 'phone'),
        (17, '', '994501234567', Refused, None),
        (17, '', None, Refused, None),
        (17, 'yox', '994501234567', Refused, None),
        (17, 'id exists', None, Refused, None),
    ],
)
def test_phones(serve, connect, code, message, phone, kind, reason):
    with pytest.raises(PortalError) as caught:
        connect(serve(error(code, message)), phone=phone).upload_invoices([invoice()], upload=True)
    assert (type(caught.value), getattr(caught.value, 'reason', None)) == (kind, reason)
    assert (caught.value.code, caught.value.message) == (code, message)


@pytest.mark.parametrize('message', ['', 'Səhv'])
def test_known_erp_id_where_none_was_sent(call, serve, connect, message):
    """At a partner's account it is the phone that is meant."""
    answer = error(17, message)
    exc = call(connect(serve(answer), phone='994501234567'))
    assert (type(exc), getattr(exc, 'reason', None)) == ((Refused, None) if call.sends else (AuthError, 'phone'))
    assert type(call(connect(serve(answer), phone='994501234567', partner=False))) is Refused


@pytest.mark.parametrize(
    ('message', 'phone', 'reason'),
    [
        ('phone is missing', None, 'phone'),
        ('', None, 'phone'),
        ('ASAN phone missing', None, 'phone'),
        ('No ASAN number', None, 'asan'),
        ('Bağlı deyil', None, 'asan'),
        ('phone not authorised', '994501234567', 'phone'),
        ('', '994501234567', 'asan'),
        ('No ASAN number', '994501234567', 'asan'),
    ],
)
def test_phone_of_an_enterprise_that_downloads(serve, connect, message, phone, reason):
    with pytest.raises(AuthError) as caught:
        connect(serve(error(15, message)), phone=phone, partner=False).read_etaxes(direction=0, proc_id=1)
    assert caught.value.reason == reason


@pytest.mark.parametrize('code', [2, 3, 6, 17, 20, 99, -1])
def test_refusals(call, serve, connect, code):
    exc = call(connect(serve(error(code, 'No.\n', 400))))
    assert (type(exc), exc.code, exc.message, exc.http_status) == (Refused, code, 'No.', None)


@pytest.mark.parametrize('status', [403, 404, 405, 410, 413, 414, 415])
def test_refused_by_the_web_server(call, serve, connect, status):
    exc = call(connect(serve(http(status, '<html>'))))
    assert (type(exc), exc.code, exc.http_status) == (Refused, None, status)


@pytest.mark.parametrize(
    ('data', 'codes'),
    [
        ({'invoices': [[37, 43], [], [21]]}, [[37, 43], [], [21]]),
        ({'invoices': [[37]]}, [[37], [], []]),
        ({'invoices': [[], ['21'], 22, [1], [2]]}, [[], [21], [22]]),
        ({'invoices': {'1': [20], 'x': [1], '2': {'4': 21}}}, [[], [20], [21]]),
        ([[20]], [[20], [], []]),
        (None, [[], [], []]),
        ({'invoices': 'x'}, [[], [], []]),
    ],
)
def test_invalid_invoices(serve, connect, data, codes):
    client = connect(serve(error(14, '', 400, data=data)))
    with pytest.raises(InvalidInvoices) as caught:
        client.upload_invoices([invoice(), invoice(), invoice()], upload=True)
    assert (caught.value.code, caught.value.codes) == (14, codes)
