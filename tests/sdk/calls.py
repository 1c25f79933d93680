"""Every call of the client, and what its errors have to look like."""

import datetime

from samples import invoice

DAY = datetime.date(2025, 1, 31)
READS = {
    'read_invoices': lambda client: client.read_invoices(['A']),
    'read_by_date': lambda client: client.read_invoices_by_date(DAY, DAY),
    'process_status': lambda client: client.process_status(1),
    'process_data': lambda client: client.process_data(1),
    'read_etaxes': lambda client: client.read_etaxes(direction=0, proc_id=1),
    'start_reset': lambda client: client.start_reset('u'),
}
WRITES = {
    'upload': lambda client: client.upload_invoices([invoice()], upload=True),
    'delete_invoices': lambda client: client.delete_invoices(['A']),
    'start_download': lambda client: client.start_download(DAY, DAY, direction=0),
    'delete_etaxes': lambda client: client.delete_etaxes(['MT2401 10000000'], is_signed=True),
    'confirm_reset': lambda client: client.confirm_reset('u', 'the-key'),
}


def only(server):
    """(method, path, JSON body) of the one request made."""
    [request] = server.requests
    return request.method, request.target, request.json


def assert_fault(exc, kind, reason):
    assert (type(exc), exc.reason) == (kind, reason)
    # The cause would hold headers and body, so the token.
    assert exc.__cause__ is None
    assert exc.__context__ is None
    assert str(exc)
