from . import import_wizard
from . import import_file_wizard
from . import package_wizard
from . import send_wizard
from . import delete_wizard
from . import token_wizard
from . import bill_wizard
