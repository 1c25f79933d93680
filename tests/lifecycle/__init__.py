"""Deletions, corrections, changes of status."""

from . import test_removals
from . import test_delete
from . import test_delete_settle
from . import test_delete_race
from . import test_tour_delete
from . import test_unwritable_others
from . import test_guards
from . import test_renamed
from . import test_replaced
from . import test_correct
from . import test_credits
from . import test_credit_taken_back
from . import test_credit_lowers
from . import test_refresh
from . import test_refresh_tour
from . import test_shown_status
from . import test_activity_language
