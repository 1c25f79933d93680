from . import test_handed_over
from . import test_net
from . import test_runner
