"""Tests beside Odoo's other apps. `./dev test` runs them on a database that has those apps; the addon needs none of them, so
`tests/__init__.py` does not import them."""

from . import test_neighbours
from . import test_sale_books
from . import test_sale_loyalty
from . import test_formula_taxes
from . import test_expense_taxes
from . import test_sale_defaults
from . import test_debit_note
from . import test_send_sales
from . import test_sale_advance
from . import test_sale_credits
from . import test_sale_settled
from . import test_tax_fields
from . import test_transfer_sales
from . import test_told_apps
from . import test_delivered
from . import test_bill_valuation
