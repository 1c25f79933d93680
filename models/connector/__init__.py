"""A company's way to the portal: its account, log-in data, token, companies, and what guards them."""

from . import portal_account
from . import secret
from . import call_log
from . import connector
from . import account
from . import secrets
from . import company
from . import setup
from . import taxes
from . import guard
from . import partner
from . import told
from . import list
from . import portal_account_token
from . import token
