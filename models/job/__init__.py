"""Our record of a process at the portal: how it moves, takes turns, is shown."""

from . import job
from . import engine
from . import answer
from . import cron
from . import process
from . import upload
from . import clean
from . import known
from . import cancel
from . import download
from . import download_batch
from . import progress
from . import delete
from . import delete_progress
from . import details
from . import download_progress
from . import batch
from . import turns
from . import together
from . import clock
from . import compare
from . import look
from . import prompts
