from . import test_orders
from . import test_orders_month
from . import test_orders_answer
from . import test_orders_beyond
from . import test_orders_credits
