from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# What Odoo runs a request again for: another transaction was at the same rows.
CONCURRENT = (ConcurrencyError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


def by_halves(records, change, failed, cr=None):
    """Call ``change(records)`` in a savepoint. If that fails, with each half, down to the record that is at fault.

    :param records: a recordset; or a list, with the cursor ``cr``
    :param failed: called with that record, or a list of one, and the exception, whatever it is
    :raises: what :data:`CONCURRENT` names
    """
    if not records:
        return
    # What was written before is not theirs; it would be with the savepoint, which begins with it.
    cr = cr or records.env.cr
    cr.flush()
    try:
        with cr.savepoint():
            change(records)
    except CONCURRENT:
        raise
    except Exception as error:  # noqa: BLE001 - any rule of any module may be against it
        if len(records) == 1:
            failed(records, error)
            return
        middle = len(records) // 2
        by_halves(records[:middle], change, failed, cr)
        by_halves(records[middle:], change, failed, cr)
