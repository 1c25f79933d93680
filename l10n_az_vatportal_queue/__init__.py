from . import models
from .models.queued import KEY


def uninstall_hook(env):
    """What has not ended could not be done any more, nor what is run again after its server was killed; the scheduled actions go on."""
    env['queue.job'].sudo().search([('identity_key', '=like', f'{KEY}:%'), ('state', 'not in', ('done', 'cancelled'))]).unlink()
