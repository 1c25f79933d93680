"""What e-taxes knows of: kinds, the rules that choose one, statuses."""

from . import kind
from . import kind_rule
from . import status
from . import kind_booking
