"""The books beside e-taxes: what stands on both sides, what on one alone, and why. Computed in SQL whenever it is looked at."""

from . import explanation
from . import reconciliation
from . import steps
from . import row_differences
from . import reading
from . import vat_return
