from . import queued
from . import account
from . import company
from . import document
from . import job
from . import queue_job
from . import selection
