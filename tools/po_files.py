"""Merge an exported template into the translations, or check them. Run by the Python of .work/venv: it has polib."""

import argparse
import ast
import re
import sys
from collections import Counter
from pathlib import Path

import polib

# Without dates: a file changes only when its terms do.
METADATA = {'Project-Id-Version': 'Odoo Server 19.0', 'MIME-Version': '1.0', 'Content-Type': 'text/plain; charset=UTF-8', 'Content-Transfer-Encoding': '8bit'}
PLURALS = {
    'az': 'nplurals=2; plural=(n != 1);',
    'ru': 'nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : '
    'n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14)? 2 : 3);',
}
PLACEHOLDER = re.compile(r'%(?:\(\w+\))?[sdif]|%%|\$?\{[^{}]*\}|<[^>]*>|&#?\w+;')
SPOKEN = re.compile(r"""\b(title|alt|placeholder|aria-label|string)=("[^"]*"|'[^']*')""")  # attributes with a text of their own


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument('template', type=Path, help='as Odoo exported it')
    parser.add_argument('folder', type=Path, help="the addon's i18n")
    parser.add_argument('languages', nargs='+')
    parser.add_argument('--check', action='store_true')
    options = parser.parse_args()
    name = options.template.stem
    template = polib.pofile(str(options.template))
    drop_misread(template, options.folder.parent)
    kept = options.folder / options.template.name
    if options.check:
        complaints = outdated(template, kept)
        for line in complaints:
            print(line)
    else:
        complaints = []
        options.folder.mkdir(exist_ok=True)
        write(template, {}, name, kept)
    troubles = [language(template, options.folder, name, code, options.check) for code in options.languages]
    return 1 if options.check and (complaints or any(troubles)) else 0


def drop_misread(template: polib.POFile, addon: Path) -> None:
    """Drop what is no term: Odoo's reader takes the first string of a tuple that follows `_(…)` for one, too."""
    terms = {}
    for entry in list(template):
        paths = [path.split('/', 2)[2] for path, _line in entry.occurrences if path.startswith('code:')]
        if len(paths) < len(entry.occurrences) or not all(path.endswith('.py') for path in paths):
            continue
        for path in paths:
            if path not in terms:
                terms[path] = python_terms((addon / path).read_text())
        if not any(entry.msgid in terms[path] for path in paths):
            template.remove(entry)


def python_terms(code: str) -> set[str]:
    """The strings that are really given to `_`, `_lt` or `….env._`."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and node.args]
    names = {id(call): getattr(call.func, 'attr', getattr(call.func, 'id', None)) for call in calls}
    firsts = [call.args[0] for call in calls if names[id(call)] in ('_', '_lt')]
    return {part.value for first in firsts for part in ast.walk(first) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def language(template: polib.POFile, folder: Path, name: str, code: str, check: bool) -> int:
    """Merge (unless `check`) and print what is left to do in one language; returns how much that is."""
    path = folder / f'{code}.po'
    known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path)) if not entry.obsolete} if path.is_file() else {}
    complaints = outdated(template, path) if check else []
    if not check:
        write(template, known, name, path, code)
    untranslated = [entry.msgid for entry in template if not known.get(entry.msgid)]
    wrong = [(entry.msgid, why) for entry in template if (why := fault(entry.msgid, known.get(entry.msgid) or ''))]
    print(f'{name} {code}: {len(template)} terms, {len(untranslated)} untranslated, {len(wrong)} wrong')
    for msgid in untranslated[:20]:
        print(f'  untranslated: {shortened(msgid)}')
    for msgid, why in wrong:
        print(f'  wrong ({why}): {shortened(msgid)}')
    for line in complaints:
        print(line)
    return len(untranslated) + len(wrong) + len(complaints)


def write(template: polib.POFile, known: dict[str, str], name: str, path: Path, code: str = '') -> None:
    """The template's terms in its order with the translations that are known; nothing else survives."""
    file = polib.POFile(wrapwidth=78)
    file.header = f'{"Translation" if code else "Terms to translate"} of {name}; made by ./dev i18n'
    file.metadata = {**METADATA, **({'Language': code, 'Plural-Forms': PLURALS[code]} if code else {})}
    for entry in template:
        file.append(polib.POEntry(msgid=entry.msgid, msgstr=known.get(entry.msgid, ''), comment=entry.comment, occurrences=entry.occurrences))
    text = f'{file}\n'.rstrip('\n') + '\n'
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


def outdated(template: polib.POFile, path: Path) -> list[str]:
    """What differs between the code and a file: terms, and the places they stand at, for Odoo loads translations by these."""
    code = {entry.msgid: places(entry) for entry in template}
    file = {entry.msgid: places(entry) for entry in polib.pofile(str(path)) if not entry.obsolete} if path.is_file() else {}
    lines = [f'  new in the code: {shortened(msgid)}' for msgid in code if msgid not in file]
    lines += [f'  gone from the code: {shortened(msgid)}' for msgid in file if msgid not in code]
    lines += [f'  stands elsewhere now: {shortened(msgid)}' for msgid in code if msgid in file and code[msgid] != file[msgid]]
    return [f'{path.name} does not fit the code; run ./dev i18n', *lines] if lines else []


def places(entry: polib.POEntry) -> tuple:
    return entry.comment, frozenset(entry.occurrences)


def fault(source: str, translation: str) -> str:
    """Why a translation would break what it is put into; empty if it would not."""
    if not translation:
        return ''
    if parts(source) != parts(translation):
        return 'placeholders or markup differ'
    if edges(source) != edges(translation):
        return 'spaces at the edges differ'
    return ''


def parts(text: str) -> tuple:
    """Placeholders and tags; the nameless ones are filled in by their order."""
    found = [SPOKEN.sub(r'\1', part) for part in PLACEHOLDER.findall(text)]
    return Counter(found), [part for part in found if len(part) == 2 and part[0] == '%']


def edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def shortened(text: str) -> str:
    text = ' '.join(text.split())
    return text if len(text) <= 110 else f'{text[:109]}…'


if __name__ == '__main__':
    sys.exit(main())
