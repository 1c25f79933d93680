"""A VatPortal to run locally.

A real HTTP server that behaves as the vendor's public contract documents it: ten endpoints, accounts,
asynchronous processes with ASAN İmza prompts, e-taxes folders, and faults on demand. It knows nothing of
the addon; everything is kept in memory; it listens on the loopback interface only and must never be
reachable from elsewhere, since its admin API is open to whoever can connect.

    with Sandbox(auto_confirm=True, stage_seconds=0) as portal:
        requests.post(portal.url + '/inv/import_upload_invoices.php', ...)
"""

from .faults import KINDS as FAULT_KINDS
from .server import Sandbox
from .settings import Settings

__all__ = ['FAULT_KINDS', 'Sandbox', 'Settings']
