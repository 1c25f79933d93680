"""The endpoints of VatPortal API v8.0, and what is particular to some of them."""

PAGE_SIZE = 5000

UPLOAD = '/inv/import_upload_invoices.php'
READ_INVOICES = '/inv/read_invoices'
DELETE_INVOICES = '/inv/delete'
PROCESS_STATUS = '/job/read_proc_status'
PROCESS_DATA = '/job/read_proc_data'
DOWNLOAD = '/etx/import'
READ_ETAXES = '/etx/read_invoices'
DELETE_ETAXES = '/etx/delete'
RESET_START = '/auth/reset_start.php'
RESET_CONFIRM = '/auth/reset_confirm.php'

#: The longest answers that make sense, in bytes: a page of ``PAGE_SIZE`` documents is some 12 MB.
LONGEST = 4 * 1024 * 1024
LONGEST_OF = {READ_ETAXES: 40 * 1024 * 1024, PROCESS_DATA: 8 * 1024 * 1024}

#: Endpoints that the documentation calls by GET on one page and by POST on another.
EITHER_METHOD = (READ_INVOICES, PROCESS_STATUS, PROCESS_DATA, READ_ETAXES)

#: The calls of which one page of the documentation says that everyone's carry the phone, not only a partner's.
PHONE_CALLS = (DOWNLOAD, READ_ETAXES)
