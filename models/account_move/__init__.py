"""Invoices: what they become at e-taxes, what guards them, advances, doubles, sending beside Odoo's own."""

from . import account_journal
from . import advance_document
from . import account_move
from . import follow_amounts
from . import check
from . import amount_check
from . import document
from . import item
from . import outside
from . import on_payment
from . import discount
from . import number
from . import correct
from . import rename
from . import replaced
from . import kind
from . import due
from . import advance
from . import advance_check
from . import queue
from . import double
from . import send
from . import xml_in
from . import xml
from . import print
from . import send_later
