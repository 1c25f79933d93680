"""What holds for all models and views: rights, screens, migrations."""

from . import test_views
from . import test_access
from . import test_security
from . import test_neutralize
from . import test_offered
from . import test_migration
from . import test_first_checked
from . import test_told
from . import test_triggers
from . import test_defaults
from . import test_units_js
from . import test_desk
from . import test_desk_cards
from . import test_due
from . import test_due_again
from . import test_due_merged
from . import test_gone
from . import test_sums
from . import test_indexes
from . import test_languages
from . import test_product_codes
from . import test_product_codes_tour
from . import test_view_habits
