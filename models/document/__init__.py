"""One e-invoice as e-taxes knows it: its states, numbers, doubts, deletion, sums."""

from . import document
from . import line
from . import doubt
from . import erp_id
from . import settle
from . import read_numbers
from . import delete
from . import kind
from . import absorb
from . import status
from . import number
from . import find
from . import sums
from . import copy
from . import approval
from . import due
