"""Codes of e-taxes for statuses and kinds, as its pages and other programs spell them."""

import re

from .names import text_key

#: the statuses of VatPortal API v8.0, and the two that only the tax portal itself names
STATUSES = (
    'onApproval', 'approved', 'approvedBySystem', 'onApprovalEdited', 'updateRequested', 'updateApproval',
    'cancelRequested', 'canceled', 'deleted', 'deletedBySystem', 'deactivated', 'cancelationRefused', 'correctionRefused',
)  # fmt: skip


def code_key(code: str) -> str:
    """The form in which two codes compare: neither case nor what parts words counts, nor British spelling
    (``Cancelled``, ``CANCELED``, ``canceled``)."""
    return re.sub(r'[\W_]', '', text_key(code)).replace('ll', 'l')


_BY_KEY = {code_key(code): code for code in STATUSES}


def known_status(code: str) -> str:
    """The code of :data:`STATUSES` that is meant; '' for one that is new to us."""
    return _BY_KEY.get(code_key(code), '')
