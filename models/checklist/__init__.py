"""The set-up of a company, step by step: what is there, what is missing, and the button that does it."""

from . import chart_template
from . import company
from . import steps
from . import checklist
from . import actions
from . import connector
from . import empty
