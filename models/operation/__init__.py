"""What a process at the portal does: sending, import, deletion; each with what its live view shows."""

from . import operation
from . import view
from . import view_batch
from . import upload_queue
from . import upload
from . import upload_look
from . import upload_rejected
from . import upload_apart
from . import upload_view
from . import download
from . import download_queue
from . import download_view
from . import comparison
from . import refresh
from . import deletion
from . import deletion_reading
from . import deletion_view
