"""What comes in: imports and their schedules, files, comparison, refresh, what is missing."""

from . import store
from . import missing
from . import choice
from . import schedule
from . import refresh
from . import compare
from . import unknown
from . import document_file
from . import same
from . import archive
from . import archive_in
