from . import test_tour_transfer
from . import test_transfer
from . import test_transfer_status
from . import test_transfer_access
from . import test_transfer_checks
from . import test_transfer_rpc
from . import test_views
from . import test_transfer_queue
