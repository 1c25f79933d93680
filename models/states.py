"""What several models must agree on, each said once: states, statuses and kinds of documents, and the day in Baku."""

from datetime import timedelta
from decimal import Decimal

# ---------------------------------------------------------------------- states: what Odoo knows of a document

# What a document may become. Nothing but its _set_state() writes the state.
#
#   queued ──▶ processing ──▶ imported ──▶ registered
#    │  ▲       │   │            │             │
#    ▼  │       │   ▼            ▼             ▼
#  unconfirmed ◀┘ rejected    deleted       deleted
#
# What counts as deleted is registered again when e-taxes shows that it stands.
TRANSITIONS = {
    'queued': {'processing', 'unconfirmed', 'imported', 'registered', 'rejected'},
    'processing': {'imported', 'registered', 'rejected', 'unconfirmed', 'queued'},
    'unconfirmed': {'queued', 'processing', 'imported', 'registered', 'rejected'},
    'imported': {'registered', 'rejected', 'queued', 'deleted'},
    'registered': {'deleted'},
    'rejected': {'queued', 'registered', 'imported'},
    'deleted': {'registered'},
}
# States in which the invoice is, or may be, at the portal: there is one such document per invoice at most.
LIVE_STATES = ('queued', 'processing', 'unconfirmed', 'imported', 'registered')
# Of these, the ones that a process is still working on.
PENDING_STATES = ('queued', 'processing', 'unconfirmed')
# It is surely not at the portal, or no more.
DEAD_STATES = ('rejected', 'deleted')
# From these states of what is sent it can be sent (again).
SENDABLE_STATES = ('none', *DEAD_STATES)

# In these states a process at the portal has not ended.
OPEN_STATES = ('queued', 'starting', 'running')

# ---------------------------------------------------------------------- statuses: what e-taxes says of it

STATUSES = [
    ('onApproval', 'Waits for approval'),
    ('approved', 'Approved'),
    ('approvedBySystem', 'Approved by the system'),
    ('onApprovalEdited', 'Edited, waits for approval'),
    ('updateRequested', 'Sent back for correction'),
    ('updateApproval', 'Correction approved'),
    ('cancelRequested', 'Cancellation requested'),
    ('canceled', 'Cancelled'),
    ('deleted', 'Deleted'),
    ('deletedBySystem', 'Deleted by the system'),
    ('deactivated', 'Deactivated'),
    ('cancelationRefused', 'Cancellation refused'),
    ('correctionRefused', 'Correction refused'),
    ('unknown', 'Other'),
]
# Why a document is not at e-taxes.
REJECT_REASONS = [('pin', 'PIN not confirmed'), ('refused', 'Not accepted by e-taxes'), ('other', 'Not sent')]
# The one status that lists show of a document: e-taxes' own once it is registered there, else how far its sending is.
SHOWN_STATUSES = [
    ('none', 'Not sent yet'),
    ('progress', 'In progress'),
    ('pin', 'Waiting for PIN'),
    ('unconfirmed', 'Unconfirmed'),
    ('imported', 'At the portal, not signed'),
    ('pin_missed', 'Not sent – PIN not confirmed'),
    ('not_accepted', 'Not accepted'),
    ('not_sent', 'Not sent'),
    ('registered', 'Registered'),
    *STATUSES,
]
SHOWN_REASONS = {'pin': 'pin_missed', 'refused': 'not_accepted'}
# e-taxes lets its issuer take back what the counterparty has not answered.
WAITING_STATUSES = ('onApproval', 'onApprovalEdited')
# What was refused leaves the document as it was, approved.
APPROVED_STATUSES = ('approved', 'approvedBySystem', 'updateApproval', 'cancelationRefused', 'correctionRefused')
# Only these let Odoo post a bill of a document without a person.
SETTLED_STATUSES = ('approved', 'approvedBySystem')
# What the buyer asks for by these has to be answered at e-taxes.gov.az.
ASKING_STATUSES = ('updateRequested', 'cancelRequested')
# At e-taxes the issuer corrects such a document, or has just done so.
CORRECTED_STATUSES = ('updateRequested', 'onApprovalEdited')
# While its seller corrects a document, it may be out of the folder, or come back with another date.
AWAY_STATUSES = ('updateRequested',)
DELETED_STATUSES = ('deleted', 'deletedBySystem')
# It is no longer in force.
FINAL_STATUSES = ('canceled', *DELETED_STATUSES, 'deactivated')

# ---------------------------------------------------------------------- kinds, and what goes out as one

# Kinds whose issuer gives goods back: received, they mean that a customer returned goods to us.
RETURN_KINDS = ('returnInvoice', 'returnByAgent', 'returnRecycled')
# Kinds that may lower what an earlier document said: the only ones for which a credit note is as likely as an invoice.
ADJUSTMENTS = ('taxCodex163', 'taxCodex177_5')
# Kinds of what a company moves from one place of its own to another.
TRANSFERS = ('goodsTransfer', 'exciseGoodsTransfer')
# The kinds that an invoice can be sent as: those that are sent at all, but for goods transfers, which go from one
# warehouse to another and have a record of their own.
INVOICE_KINDS = "[('upload_type', 'not in', (False, 'goodsTransfer'))]"

# What may be sent: customer invoices, and credit notes that got a kind by rule or by hand.
SALE_TYPES = ('out_invoice', 'out_refund', 'in_refund')

# ---------------------------------------------------------------------- amounts

# A difference of this size between the lines and the document's sums is rounding; a larger one is for a person to
# look at.
ROUNDING_LIMIT = Decimal('0.05')

# ---------------------------------------------------------------------- time

# An invoice may be issued at e-taxes some days before or after its date in the books.
NEAR = timedelta(days=7)
# Farther away than this it is not even proposed.
FAR = timedelta(days=45)

# Baku time without a time zone -> UTC; Azerbaijan has had no daylight saving time since 2016.
BAKU_OFFSET = timedelta(hours=4)


def baku_day(moment):
    """The day in Baku at ``moment`` (UTC)."""
    return (moment + BAKU_OFFSET).date()
