from . import models
from . import wizards


def _post_init(env):
    """Give transfers the documents that they had before this addon was uninstalled, and invoices the days of what they deliver."""
    env['stock.picking']._vatportal_take_back()
    env['account.move']._renew_due([])
