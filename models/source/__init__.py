"""Whatever a document is made from, an invoice or a transfer: checks, document, queue."""

from . import source
from . import shown
from . import ends
from . import check
from . import type_check
from . import queue
from . import document
from . import due
from . import selection
from . import selection_run
