"""What the repository says of itself, and how its own programs hang together."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]


def imports_of(path):
    """The names of modules that one imports, wherever in it; not what only a type checker reads."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, 'id', '') == 'TYPE_CHECKING':
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from [node.module] if node.module else [alias.name for alias in node.names]


@pytest.mark.parametrize('package', ['tools', 'vatportal', 'sandbox'])
def test_no_import_circle(package):
    modules = {path.stem: path for path in (ROOT / package).glob('*.py')}
    graph = {name: set(imports_of(path)) & set(modules) - {name} for name, path in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(' → '.join(error.args[1]))
    assert sum(map(len, graph.values())) > len(modules)  # imports were found at all


PAGES = [path.relative_to(ROOT).as_posix() for path in (*ROOT.glob('*.md'), ROOT / 'vatportal' / 'README.md')]
PATH = re.compile(r'`((?:[\w.-]+/)+(?:[\w.-]+)?|[\w.-]+\.(?:py|md|toml|xml|js|sql|yml|yaml))(?:::\w+)?`')


def named_files(page):
    """What in a page, between backticks, is the path of a file or folder of this repository."""
    return PATH.findall((ROOT / page).read_text())


@pytest.mark.parametrize('page', PAGES)
def test_files_that_a_page_names_are_there(page):
    assert sorted({name for name in named_files(page) if not (ROOT / name).exists()}) == []


def test_pages_name_files():
    assert sum(len(named_files(page)) for page in PAGES) > 100  # else the pattern above finds nothing


READMES = ('README.md', 'README.az.md')
ADDONS = [ROOT, *ROOT.glob('l10n_az_vatportal_*')]
# README.md speaks to those who work on the code as well; in the other language a sentence leads them there.
FOR_DEVELOPERS = 'For developers'
LINK = re.compile(r'\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)')


def sections(page):
    """A page, part by part under each heading: its level, its title and its text."""
    found, fenced = [], False
    for line in (ROOT / page).read_text().splitlines():
        fenced ^= line.startswith('```')
        heading = not fenced and re.match('(#+) (.+)', line)
        if heading:
            found.append([len(heading[1]), heading[2], ''])
        else:
            found[-1][2] += f'{line}\n'
    return found


def commands(text):
    """The lines of code blocks without their comments, and what stands between backticks, which a sentence may turn round."""
    blocks = re.findall(r'```\n(.*?)```', text, re.DOTALL)
    lines = [line.split('#')[0].rstrip() for block in blocks for line in block.splitlines()]
    return lines, sorted(re.findall('`([^`]+)`', re.sub(r'```.*?```', '', text, flags=re.DOTALL)))


def tables(text):
    """How many cells each row of the section's tables has."""
    return [len(re.findall(r'(?<!\\)\|', line)) - 1 for line in text.splitlines() if line.startswith('|')]


def lists(text):
    """What each item of the section's lists begins with: its number, or a dash."""
    return re.findall(r'^ *(\d+\.|-) ', text, re.MULTILINE)


def links(text):
    """What is linked to, but for pictures, which have words in them, and the page in the other language."""
    return sorted(name for name in re.findall(r'(?<!!)\[[^]]*\]\(([^)#]*)', text) if name not in READMES)


def test_readmes_have_the_same_headings():
    english, other = ([level for level, _title, _text in sections(page)] for page in READMES)
    assert other == english


@pytest.mark.parametrize('what', [commands, tables, lists, links])
def test_readmes_have_the_same(what):
    """What a translation does not change, section by section."""
    pairs = [(english, other) for english, other in zip(*map(sections, READMES), strict=True) if english[1] != FOR_DEVELOPERS]
    assert len(pairs) == len(sections('README.md')) - 1
    different = {}
    for (_level, title, english), (_level, _title, other) in pairs:
        if what(english) != what(other):
            different[title] = (what(english), what(other))
    assert not different


def emphasized(text):
    """What stands between asterisks, one by one where it is the way through menus."""
    marked = re.findall(r'\*\*(.+?)\*\*|\*(.+?)\*', re.sub(r'```.*?```|`[^`]+`', '', text, flags=re.DOTALL), re.DOTALL)
    return {' '.join(part.split()) for pair in marked for part in ''.join(pair).split('→')}


def test_names_of_the_screen_are_those_of_the_translation():
    """A button, menu, field or status that README.md names is named in Azerbaijani as the program itself names it."""
    terms = (entry for addon in ADDONS for entry in polib.pofile(str(addon / 'i18n' / 'az.po')))
    names = {entry.msgid: entry.msgstr for entry in terms if entry.msgstr}
    wanted, missing = 0, []
    for (_level, title, english), (_level, _title, other) in zip(*map(sections, READMES), strict=True):
        known = emphasized(english) & set(names)
        wanted += len(known)
        missing += [f'{title}: {name} is {names[name]}' for name in known if names[name] not in emphasized(other)]
    assert sorted(missing) == []
    assert wanted > 80  # else the names are not found any more


def test_pictures_are_in_the_language_of_the_page():
    english, other = (re.findall(r'!\[[^]]+\]\(([^)]+)\)', (ROOT / page).read_text()) for page in READMES)
    translated = {name: name.replace('.png', '_az.png') for name in english}
    assert other == [translated[name] if (ROOT / translated[name]).exists() else name for name in english]
    assert other != english


def anchor(title):
    """What a link to a heading is called."""
    return re.sub(r'[^\w -]', '', title.lower()).replace(' ', '-')


@pytest.mark.parametrize('page', PAGES)
def test_links_lead_somewhere(page):
    broken = []
    for name, part in LINK.findall((ROOT / page).read_text()):
        target = ((ROOT / page).parent / name) if name else ROOT / page
        if not target.exists():
            broken.append(name)
        elif part and part not in [anchor(title) for _level, title, _text in sections(target)]:
            broken.append(f'{name}#{part}')
    assert broken == []


@pytest.mark.parametrize(('page', 'other'), [READMES, READMES[::-1]])
def test_readmes_lead_to_each_other_at_their_top(page, other):
    assert f']({other})' in (ROOT / page).read_text().splitlines()[2]
