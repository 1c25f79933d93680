"""The commands of ./dev."""

import os
import shutil
import signal
import subprocess
import sys

import bench
import databases
import demo
import demo_database
import environment
import faults
import i18n
import lint
import package
import postgres
import python_env
import screenshots
import testing
from base import ROOT, WORK, Failure, clean_env, say

USAGE = """\
Usage: ./dev COMMAND [ARGUMENTS]

  setup                 fetch and build all that is needed (every command does it by itself)
  demo [--once] [--port N] [--sandbox-port N]
                        Odoo with a demo company and the sandbox portal; sends invoices before your eyes
  test                  lint and all tests: SDK, sandbox, Odoo and browser
  test PATH… | -k EXPR | any pytest arguments
                        some tests, on the database that is prepared already
  faults [--seeds A-B] [--seed N] [--kills N] [--races N]
                        hundreds of random schedules of faults (1-500), one of them again, or real servers killed N times
  faults --cluster [N]
                        N connectors (50) on two servers over one database with OCA's queue_job, one of them killed in the middle
  faults --upgrade [REVISION]
                        update a filled database from an earlier commit (the last one of another version): nothing may be lost
  faults --mutants [NAME…]
                        break each rule of sending on purpose, in a copy: whatever the tests do not notice is told
  bench [NAME…] [--scale X] [--fill N] [--json FILE] [--baseline FILE]
                        what sending, importing, bills, lists and forms cost beside Odoo's own; N: in a database with N documents
  lint                  ruff over everything (rules and format), mypy over vatportal/, pylint-odoo over the addons
  format                bring all Python into the form that lint asks for (ruff format)
  i18n [--check]        bring the translations (i18n/) in line with the code; --check only says what is missing
  screenshots           the pictures of README and of the store, in English and Azerbaijani, taken of the demo
  package               the addons side by side, without tests and tools, and as an archive: for stores, Odoo.sh, OCA
  odoo ARGUMENTS…       Odoo with our configuration and addons (e.g. ./dev odoo -d mine -i l10n_az_vatportal)
  shell [ARGUMENTS]     Odoo's Python shell on the demo database
  psql [ARGUMENTS]      psql on the demo database
  sandbox ARGUMENTS…    the sandbox portal alone (python -m sandbox)
  clean [--all]         stop the servers and remove databases and logs; --all removes .work altogether

ODOO_BIN=…  an Odoo 19 to use instead of fetching one (else `odoo` or `odoo-bin` on PATH, else Debian's package).
            It runs as it is: its own Python must have requests and xmltodict. Tests import its source.
PG_BIN=…    the folder of PostgreSQL's programs (else /usr/lib/postgresql/*/bin, else a wheel).
"""


def foreground(command, **kwargs) -> int:
    """Run in the terminal; Ctrl-C belongs to the command."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen([str(part) for part in command], preexec_fn=lambda: signal.signal(signal.SIGINT, previous), **kwargs) as process:
            code = process.wait()
    finally:
        signal.signal(signal.SIGINT, previous)
    return code if code >= 0 else 128 - code


# -- commands ---------------------------------------------------------------------------------------


def command_setup(arguments) -> int:
    with environment.serving(browser=True, queue=True) as server:
        environment.ensure_base(server)
        say(f'Ready: Odoo {server.version}, {server.source or server.command[0]}')
    return 0


def command_odoo(arguments) -> int:
    with environment.serving() as server:
        return foreground([*server.command, *arguments], env=databases.odoo_env())


def command_shell(arguments) -> int:
    with environment.serving() as server:
        if not any(argument.startswith(('-d', '--database')) for argument in arguments):
            environment.ensure_base(server)
            demo_database.ensure_database(server)
            arguments = ['-d', databases.DEMO, *arguments]
        return foreground([*server.command, 'shell', '--no-http', *arguments], env=databases.odoo_env())


def command_psql(arguments) -> int:
    with environment.serving():
        env = {**postgres.client_env(), 'PGDATABASE': databases.DEMO if databases.exists(databases.DEMO) else 'postgres'}
        return foreground([postgres.programs() / 'psql', *arguments], env=env)


def command_sandbox(arguments) -> int:
    environment.ensure(server=False)
    return foreground([python_env.PYTHON, '-m', 'sandbox', *arguments], cwd=ROOT, env=clean_env())


def command_lint(arguments) -> int:
    environment.ensure(server=False)
    return lint.run_all()


def command_format(arguments) -> int:
    environment.ensure(server=False)
    return lint.format_all()


def command_test(arguments) -> int:
    return testing.main(arguments)


def command_i18n(arguments) -> int:
    return i18n.main(arguments)


def command_screenshots(arguments) -> int:
    return screenshots.main(arguments)


def command_package(arguments) -> int:
    return package.main(arguments)


def command_faults(arguments) -> int:
    return faults.main(arguments)


def command_bench(arguments) -> int:
    return bench.main(arguments)


def command_demo(arguments) -> int:
    return demo.main(arguments)


def command_clean(arguments) -> int:
    if set(arguments) - {'--all'}:
        raise Failure('./dev clean knows --all only.')
    demo.stop_other()
    postgres.stop()
    kept = () if arguments else ('venv', 'odoo', 'debs', 'stamps', 'lock')
    for path in WORK.iterdir() if WORK.exists() else ():
        if path.name in kept:
            continue
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if arguments:
        WORK.rmdir()
    else:
        for path in (WORK / 'stamps').glob('*'):
            if path.name == 'pg' or path.name.startswith('db-'):
                path.unlink()
    say('Removed .work.' if arguments else 'Stopped the servers, removed databases and logs (kept: Odoo and the Python packages).')
    return 0


def main() -> int:
    name, arguments = (sys.argv[1:2] or ['--help'])[0], sys.argv[2:]
    command = globals().get(f'command_{name}')
    if not command:
        print(USAGE, end='')
        return 0 if name in ('--help', '-h', 'help') else 2
    os.chdir(os.environ.pop('DEV_CALLER_DIR', None) or ROOT)
    WORK.mkdir(exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return command(arguments)
    except Failure as failure:
        sys.stdout.flush()
        print(f'./dev: {failure}', file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has gone, as in ./dev lint | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        print('\nStopped.', file=sys.stderr)
        return 130


if __name__ == '__main__':
    sys.exit(main())
