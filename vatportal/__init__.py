"""VatPortal SDK: the portal's API v8.0 and the files of e-taxes, in plain Python.

Knows nothing of Odoo, so that it can be used, and tested, without it.
"""

from . import polling
from .client import Page, VatPortalClient
from .endpoints import PAGE_SIZE
from .erp_id import Identity, find_erp_ids, follows_from_document, is_ours
from .errors import AuthError, InvalidInvoices, PortalError, Refused, Secret, TransientError, UnknownOutcome
from .etaxes import EtaxesDocument, EtaxesLine, qaime_number, serie_number
from .invoice import Invoice, Item
from .natural import natural_key
from .plain import is_number, plain
from .polling import DONE, FAILED, next_delay, overdue
from .process import ProcessStatus, Stats, speaks_of_pin
from .qaime_xml import QaimeFile, QaimeXmlError, read_package, write_invoice, write_package
from .rules import Problem
from .transport import AddressError, kept_connections, portal_url

__all__ = [
    'DONE',
    'FAILED',
    'PAGE_SIZE',
    'AddressError',
    'AuthError',
    'EtaxesDocument',
    'EtaxesLine',
    'Identity',
    'InvalidInvoices',
    'Invoice',
    'Item',
    'Page',
    'PortalError',
    'Problem',
    'ProcessStatus',
    'QaimeFile',
    'QaimeXmlError',
    'Refused',
    'Secret',
    'Stats',
    'TransientError',
    'UnknownOutcome',
    'VatPortalClient',
    'find_erp_ids',
    'follows_from_document',
    'is_number',
    'is_ours',
    'kept_connections',
    'natural_key',
    'next_delay',
    'overdue',
    'plain',
    'polling',
    'portal_url',
    'qaime_number',
    'read_package',
    'serie_number',
    'speaks_of_pin',
    'write_invoice',
    'write_package',
]
