from . import models
from . import wizards


def _post_init(env):
    """Give transfers the documents that they had before this addon was uninstalled."""
    env['stock.picking']._vatportal_take_back()
