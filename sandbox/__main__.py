"""Run the sandbox by itself, from the project's folder: python -m sandbox --port 8070."""

import argparse
import signal
import sys
import threading

from .server import Sandbox


def parse(arguments=None):
    """The command line."""
    parser = argparse.ArgumentParser(prog='sandbox', description='A VatPortal to play with, on this computer only.')
    parser.add_argument('--port', type=int, default=8070, help='port to listen on (0: any free one; default 8070)')
    parser.add_argument('--host', default='127.0.0.1', help='loopback address to listen on (default 127.0.0.1)')
    parser.add_argument('--auto-confirm', action='store_true', help='the phone confirms by itself')
    parser.add_argument('--confirm-after', type=float, default=4.0, metavar='S', help='… after S seconds (default 4)')
    parser.add_argument('--stage-seconds', type=float, default=2.0, metavar='S', help='duration of a stage (default 2)')
    parser.add_argument('--speed', type=float, default=1.0, metavar='N', help='N times as fast (default 1)')
    parser.add_argument('--pin-timeout', type=float, default=120.0, metavar='S', help='a prompt lives S seconds')
    parser.add_argument('--read-style', choices=('get', 'post', 'both'), default='both', help='method of the reading endpoints (default both)')
    return parser.parse_args(arguments)


def build(options):
    """The sandbox that the command line asks for."""
    if options.speed <= 0:
        raise ValueError('--speed must be above 0')
    return Sandbox(
        options.port,
        options.host,
        auto_confirm=options.auto_confirm,
        read_style=options.read_style,
        confirm_after=options.confirm_after / options.speed,
        pin_timeout=options.pin_timeout,
        stage_seconds=options.stage_seconds / options.speed,
    )


def main(arguments=None):
    """Serve until Ctrl-C or SIGTERM."""
    options = parse(arguments)
    try:
        sandbox = build(options).start()
    except (OSError, ValueError) as error:
        print(f'sandbox: {options.host}:{options.port}: {error}', file=sys.stderr)
        return 1
    account = sandbox.portal.state.accounts[0]
    print(f'VatPortal sandbox   {sandbox.url}   (user {account.username}, token {account.token})', flush=True)
    print(f'ASAN İmza phone     {sandbox.phone_url}', flush=True)
    print(f'Admin API           {sandbox.admin_url}   (open to every program on this computer)', flush=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    sandbox.stop()
    return 0


if __name__ == '__main__':
    sys.exit(main())
