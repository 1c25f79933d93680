"""Servers as children of ours, and ports for them."""

import contextlib
import ctypes
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from base import LOGS, Failure, fresh_log, tail


class Children:
    """Servers of ours: they end with us, in whatever way we end."""

    def __init__(self):
        self.running: dict[str, subprocess.Popen] = {}

    def __enter__(self):
        return self

    def start(self, name: str, command: list, url: str, **kwargs) -> None:
        """Start a server and wait until it answers at `url`."""
        with (LOGS / f'{fresh_log(name)}.log').open('w') as sink:
            self.running[name] = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
                preexec_fn=end_with_parent,
                **kwargs,
            )
        deadline = time.monotonic() + 120
        while not answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise Failure(f'{name} does not answer at {url}; see .work/log/{name}.log')
            time.sleep(0.2)

    def check(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                raise Failure(f'{name} ended with {process.returncode}:\n{tail((LOGS / f"{name}.log").read_text(errors="replace"))}')

    def watch(self) -> None:
        while True:
            self.check()
            time.sleep(1)

    def __exit__(self, *_):
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            if process.poll() is None:
                process.kill()
                process.wait()


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """For a child before it begins: have that signal sent to it when its parent ends, in whatever way."""
    ctypes.CDLL(None).prctl(1, number)  # PR_SET_PDEATHSIG


def answers(url: str) -> bool:
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return opener.open(url, timeout=30).status == 200
    except (OSError, urllib.error.URLError):
        return False


def check_port(port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', port))
        except (OSError, OverflowError) as error:
            raise Failure(f'Port {port} can not be used ({error}). Choose another one with {option} N.') from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]
