from . import models
from .models.queued import KEY


def uninstall_hook(env):
    """What waits could not be done any more; the scheduled actions go on with it."""
    env['queue.job'].sudo().search([('identity_key', '=like', f'{KEY}:%'), ('state', 'in', ('pending', 'enqueued', 'failed'))]).unlink()
