"""Connectors, accounts, tokens, secrets."""

from . import test_token
from . import test_token_race
from . import test_account_guard
from . import test_connector
from . import test_taxes
from . import test_secret_logs
from . import test_account
from . import test_account_apart
from . import test_account_companies
from . import test_account_many
from . import test_account_tour
from . import test_connector_list
from . import test_connector_people
from . import test_secret_masks
