"""From a received document to a vendor bill: matching, vendor, products, units, taxes, lines, what became of it."""

from . import follow
from . import unit_alias
from . import product_mapping
from . import settings
from . import products
from . import quantity
from . import bill
from . import lowered
from . import outcome
from . import make
from . import day
from . import relatives
from . import together
from . import cron
from . import vendor
from . import match
from . import link
from . import match_note
from . import alike
from . import take_off
from . import move_bill
from . import move_keep
from . import move_replaced
from . import move_unit
from . import move_hold
from . import product_code
