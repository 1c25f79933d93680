"""The books beside e-taxes: the reconciliation, its freshness, and the lines of the VAT return."""

from . import test_reconciliation
from . import test_reconciliation_chart
from . import test_reconciliation_date
from . import test_reconciliation_month
from . import test_reconciliation_lowered
from . import test_reconciliation_replaced
from . import test_reconciliation_steps
from . import test_reconciliation_typed
from . import test_reconciliation_unnamed
from . import test_reconciliation_taxation
from . import test_explained
from . import test_reading
from . import test_vat_return
from . import test_reconciliation_tour
