from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# What Odoo runs a request again for: another transaction was at the same rows.
CONCURRENT = (ConcurrencyError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
