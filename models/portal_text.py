"""What the codes of VatPortal mean to an accountant (VatPortal API v8.0, "Error codes")."""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

_ITEM_AMOUNT = _lt('An amount of the line is wrong (excise, VAT, road tax or total), or they do not add up.')

# The portal's validation codes: what is wrong and what to do.
VALIDATION = {
    20: _lt('A VÖEN is missing. Fill in the Tax ID of the customer and of your company.'),
    21: _lt('A VÖEN does not have exactly 10 digits. Correct the Tax ID of the customer or of your company.'),
    22: _lt('The main note is missing. Fill it in on the invoice, tab e-taxes.'),
    23: _lt('The main note is empty. Fill it in on the invoice, tab e-taxes.'),
    **{code: _lt('The goods total, net total or grand total of the invoice is missing.') for code in (24, 26, 28)},
    **{code: _lt('The goods total, net total or grand total of the invoice is not greater than zero.') for code in (25, 27, 29)},
    30: _lt("The invoice's excise total is wrong."),
    31: _lt("The invoice's total subject to 18 % VAT is wrong."),
    32: _lt("The invoice's total not subject to VAT is wrong."),
    33: _lt("The invoice's total at 0 % VAT is wrong."),
    34: _lt("The invoice's total exempt from VAT is wrong."),
    35: _lt("The invoice's VAT total is wrong."),
    36: _lt("The invoice's road tax total is wrong."),
    37: _lt('The ERP id is missing.'),
    38: _lt('The ERP id is shorter than 7 characters.'),
    39: _lt('The invoice has no lines.'),
    40: _lt('The product code is missing. Set the 10-digit e-taxes code on the product or its category.'),
    41: _lt('The product code does not have exactly 10 digits. Correct the e-taxes code on the product or its category.'),
    42: _lt("The line's name is missing."),
    43: _lt("The line's name is empty."),
    44: _lt("The line's unit is missing. Choose a unit of measure on the line."),
    45: _lt("The line's unit is empty. Choose a unit of measure on the line."),
    46: _lt("The line's price is missing."),
    47: _lt("The line's price is not greater than zero."),
    48: _lt("The line's quantity is missing."),
    49: _lt("The line's quantity is not greater than zero."),
    50: _lt("The line's barcode is not valid. Correct the barcode of the product."),
    51: _lt("The line's barcode may hold digits only. Correct the barcode of the product."),
    **dict.fromkeys(range(52, 61), _ITEM_AMOUNT),
    61: _lt('This portal account does not take invoices of this kind through the API. Choose another kind, or change its “type when sending”.'),
    62: _lt("The portal does not know the advance that this invoice settles. Check the advance's qaimə number."),
    63: _lt('The portal does not know the warehouse of departure.'),
    64: _lt('The portal does not know the warehouse of arrival.'),
}
# The codes for a warehouse that the portal does not find.
KIND_UNKNOWN, ADVANCE_UNKNOWN, FROM_UNKNOWN, TO_UNKNOWN = 61, 62, 63, 64
_WAREHOUSE = {
    (FROM_UNKNOWN, False): _lt(
        'The portal knows no warehouse with the code “%s”, from which the goods leave. Correct the '
        'e-taxes code on the warehouse, or add the warehouse in the portal.'
    ),
    (FROM_UNKNOWN, True): _lt(
        'The portal knows no warehouse with the name “%s”, from which the goods leave. Correct the '
        'e-taxes name on the warehouse, or add the warehouse in the portal.'
    ),
    (TO_UNKNOWN, False): _lt(
        'The portal knows no warehouse with the code “%s”, to which the goods go. Correct the e-taxes '
        'code on the warehouse, or add the warehouse in the portal.'
    ),
    (TO_UNKNOWN, True): _lt(
        'The portal knows no warehouse with the name “%s”, to which the goods go. Correct the e-taxes '
        'name on the warehouse, or add the warehouse in the portal.'
    ),
}
# The codes that speak of an item, not of the invoice as a whole.
ITEM_CODES = frozenset(range(40, 61))
# Of these, the ones of which the vendor does not say which amount they mean.
AMOUNT_CODES = frozenset(range(52, 61))

_SERVER = _lt('The portal had an internal error.')
# The general codes.
GENERAL = {
    1: _lt('The portal does not take this call. Please report it: the addon and the portal speak different versions.'),
    2: _lt('The portal did not accept the form of the request.'),
    3: _lt('The portal missed a part of the request.'),
    4: _lt('The portal got no log-in data. Fill in the token, or user and password, on the connector.'),
    5: _lt('The portal does not accept the log-in data. Check the token, or user and password, on the connector.'),
    6: _lt('The portal received no invoices.'),
    7: _lt("The portal's log-in service is out of order at the moment; it is tried again by itself. If it lasts, check the log-in data on the connector."),
    10: _SERVER,
    11: _SERVER,
    12: _SERVER,
    16: _SERVER,
    14: _lt('The portal found mistakes in the invoices.'),
    15: _lt("The portal account has no ASAN İmza number. Add it in the portal's profile."),
    17: _lt('The portal has an invoice with this ERP id already.'),
    20: _lt('The portal does not find this qaimə, or not in this folder.'),
}
_ADDRESS = _lt('No VatPortal answers at this address. Correct the portal address on the connector.')
TOO_LARGE = 413
# What a web server says by itself, by HTTP status; else it is the address.
_WEB = {
    403: _lt(
        'The web server at this address does not let Odoo in (HTTP 403). Check the portal address on the connector; if it is right, '
        'ask VatPortal whether it lets this server in.'
    ),
    TOO_LARGE: _lt('The request is too large for the portal (HTTP 413). Send less at once; an invoice with very many lines has to be divided into several.'),
    414: GENERAL[2],
    415: GENERAL[2],
}
PHONE = _lt('The portal does not accept the ASAN İmza phone of this company, or it is missing. Check the phone on the connector.')

REASONS = {
    'connect': _lt("The portal can't be reached. Check the portal address on the connector and the internet connection of the server."),
    'name': _lt(
        "The portal can't be reached: there is no server of this name. Check the portal address on the connector "
        'for mistakes, and the internet connection of the server.'
    ),
    'refused': _lt(
        "The portal can't be reached: nobody listens at its address. Check the address on the connector, and "
        'the port where it has one; else the portal is out of order at the moment.'
    ),
    'tls': _lt("The portal's certificate is not valid; nothing was sent. Check the portal address on the connector."),
    'timeout': _lt('The portal did not answer in time.'),
    'server': _SERVER,
    'busy': _lt('The portal is busy.'),
    'answer': _lt("The portal's answer could not be read."),
    'size': _lt("The portal's answer is too long to be read."),
    'auth_system': GENERAL[7],
    'redirect': _lt('The portal address leads to another address. Correct it on the connector.'),
    'credentials': GENERAL[5],
    'asan': GENERAL[15],
    'phone': PHONE,
}

# Why an address is none that a secret may be sent to (AddressError).
ADDRESS = {
    'spaces': _lt('The portal address must not contain spaces.'),
    'url': _lt('The portal address must look like https://example.vatportal.az/api; of a portal at vatportal.az the subdomain is enough.'),
    'login': _lt('The portal address must not contain a user name or a password; they have fields of their own.'),
    'query': _lt('The portal address must not contain “?” or “#”.'),
    'https': _lt('The portal address must begin with https://, since it carries secrets.'),
}


def explain(env, error):
    """Return what a :class:`PortalError` means to the person, in the language of ``env``."""
    text = REASONS.get(getattr(error, 'reason', None)) or GENERAL.get(error.code)
    http_status = getattr(error, 'http_status', None)
    if not text and http_status:
        text = _WEB.get(http_status, _ADDRESS)
    return env._(text) if text else env._('The portal refused the request.')


def validation_text(env, code):
    """Return what the validation ``code`` (20–64) of the portal means, in the language of ``env``."""
    text = VALIDATION.get(code)
    if text:
        return env._(text)
    return env._('The portal refused the invoice (code %s).', code)


def warehouse_text(env, code, warehouse, by_name):
    """Return what 63 or 64 means for ``warehouse``, the code or name under which the portal looked it up."""
    text = env._(_WAREHOUSE[code, by_name])
    return text % warehouse
