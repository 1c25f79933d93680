"""The sandbox as one object: start it, use it, stop it."""

import ipaddress
import threading
import time

from .faults import Faults
from .http_server import Server
from .log import RequestLog
from .portal import Portal
from .router import Router


class Sandbox:
    """A VatPortal on this computer.

    with Sandbox(auto_confirm=True, stage_seconds=0) as sandbox:
        requests.post(sandbox.url + "/etx/import", ...)

    Keyword arguments are settings (see settings.Settings). `port=0` takes a free one. Stopping keeps the
    state, so that a portal can be down for a while and come back on the same port.
    """

    def __init__(self, port=0, host='127.0.0.1', **settings):
        if not is_loopback(host):
            raise ValueError(f'the sandbox listens on the loopback interface only, not on {host}')
        self.host = host
        self.port = port
        self.portal = Portal(**settings)
        self.faults = Faults()
        self.log = RequestLog(self.portal.settings.log_size)
        self._router = Router(self)
        self._server = None
        self._thread = None

    # -- life ---------------------------------------------------------------------------------------------

    def start(self):
        """Listen, in a thread of its own. Raises OSError where the port is taken."""
        if self._server is None:
            self._server = Server((self.host, self.port), self._router)
            self.port = self._server.server_address[1]
            self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name='vatportal-sandbox', daemon=True)
            self._thread.start()
        return self

    def stop(self):
        """Connections are refused from now on; open ones are cut."""
        if self._server is not None:
            server, self._server = self._server, None
            server.stop()
            self._thread.join()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_exc):
        self.stop()

    @property
    def running(self):
        return self._server is not None

    @property
    def root_url(self):
        return f'http://{self.host}:{self.port}'

    @property
    def url(self):
        """What stands for https://<subdomain>.vatportal.az/api."""
        return f'{self.root_url}/api'

    @property
    def phone_url(self):
        return f'{self.root_url}/phone'

    @property
    def admin_url(self):
        return f'{self.root_url}/admin'

    # -- in short -----------------------------------------------------------------------------------------

    @property
    def settings(self):
        """The settings; change them with `configure`."""
        return self.portal.settings

    def configure(self, **values):
        """Change settings while it runs."""
        with self.portal.lock:
            self.portal.tick()
            self.portal.settings.set(**values)

    def reset(self):
        """A fresh portal: state, settings, faults, log."""
        self.portal.reset()
        self.faults.clear()
        self.log.clear()

    @property
    def requests(self):
        """Records of the requests to /api, oldest first."""
        return self.log.all()

    @property
    def connections(self):
        """How many connections were accepted since the start."""
        return self._server.accepted

    def advance(self, seconds):
        """Push the portal's clock forward."""
        self.portal.clock.advance(seconds)

    def prompts(self, state='waiting'):
        """Prompts on the phones."""
        return self.portal.prompts(state)

    def confirm(self, prompt=None, pin=None):
        """Type the PIN for a waiting prompt: that one, that PIN's, or the oldest. LookupError without one."""
        return self.portal.answer_prompt(True, prompt, pin)

    def decline(self, prompt=None, pin=None):
        """Decline a waiting prompt."""
        return self.portal.answer_prompt(False, prompt, pin)

    def wait_prompt(self, pin=None, timeout=10.0):
        """The next waiting prompt, as soon as there is one; LookupError after `timeout` seconds."""
        end = time.clock_gettime(time.CLOCK_MONOTONIC) + timeout
        while time.clock_gettime(time.CLOCK_MONOTONIC) < end:
            for prompt in self.prompts():
                if pin in (None, prompt.pin):
                    return prompt
            time.sleep(0.02)
        raise LookupError(f'no prompt within {timeout} s')


def is_loopback(host):
    """Whether that address reaches this computer only."""
    if host == 'localhost':
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
