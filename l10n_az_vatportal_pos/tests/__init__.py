from . import test_pos_cashier
from . import test_pos_gather
from . import test_pos_rpc
from . import test_pos_sale
from . import test_pos_taxes
from . import test_views
