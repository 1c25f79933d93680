"""Our record of a process at the portal: how it moves, takes turns, is shown. What it does is in the next room."""

from . import job
from . import engine
from . import answer
from . import cron
from . import progress
from . import details
from . import batch
from . import turns
from . import together
from . import clock
from . import prompts
from . import stop
