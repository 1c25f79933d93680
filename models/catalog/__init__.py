"""What e-taxes knows of: kinds, the rules that choose one, statuses, the classifier of goods."""

from . import activity_type
from . import kind
from . import kind_rule
from . import status
from . import kind_booking
from . import product_code
from . import deadline
from . import working_days
from . import due
