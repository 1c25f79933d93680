"""Coverage of the addon's own rooms over all test runs together."""

import json
import subprocess
from pathlib import Path

from base import ADDON, ROOT, SOURCES, WORK, clean_env, say
from python_env import PYTHON

FOLDER = WORK / 'coverage'
ROOMS = ('vatportal', *(f'{name}/{room}' if name != ADDON else room for name in SOURCES for room in ('models', 'wizards')))


def data_file(name: str) -> Path:
    return FOLDER / f'data-{name}'


def options(name: str) -> list:
    """pytest's options for one run; each run has its own data file, so that two may run side by side."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    data_file(name).unlink(missing_ok=True)
    return ['--cov', f'--cov-config={_configuration()}', '--cov-report=']


def _configuration() -> Path:
    path = FOLDER / 'config.ini'
    rooms = ''.join(f'    {ROOT / room}\n' for room in ROOMS if (ROOT / room).is_dir())
    path.write_text(f'[run]\nsource =\n{rooms}[report]\nexclude_also =\n    if TYPE_CHECKING:\n    raise NotImplementedError\n')
    return path


def show(names: list[str]) -> None:
    files = [data_file(name) for name in names if data_file(name).is_file()]
    if not files:
        return
    env = clean_env(COVERAGE_FILE=str(FOLDER / 'all'))
    config, report = f'--rcfile={_configuration()}', FOLDER / 'report.json'
    for arguments in (['combine', '--keep', '-q', config, *files], ['json', '-q', config, '-o', report]):
        subprocess.run([str(part) for part in (PYTHON, '-m', 'coverage', *arguments)], env=env, cwd=ROOT)
    if not report.is_file():
        return
    measured = {name: data['summary'] for name, data in json.loads(report.read_text())['files'].items()}
    report.unlink()
    _print(measured)


def _print(measured: dict[str, dict]) -> None:
    width = max(map(len, measured), default=20) + 2
    say(f'\n{"Coverage":<{width}}{"lines":>7}{"missed":>8}{"":>4}\n{"-" * (width + 22)}')
    for room in ROOMS:
        inside = {name: summary for name, summary in measured.items() if Path(name).is_relative_to(room) and summary['num_statements']}
        for name, summary in sorted(inside.items()):
            say(_line(name, [summary], width))
        if inside:
            say(_line(f'{room}/ altogether', inside.values(), width))
    say(f'{"-" * (width + 22)}\n{_line("TOTAL", measured.values(), width)}')


def _line(name: str, summaries, width: int) -> str:
    lines = sum(summary['num_statements'] for summary in summaries)
    missed = sum(summary['missing_lines'] for summary in summaries)
    return f'{name:<{width}}{lines:>7}{missed:>8}{100 * (lines - missed) / (lines or 1):>6.0f}%'
