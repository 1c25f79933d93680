"""./dev faults --upgrade: an earlier state of the addon, filled by its users, updated to the present one: nothing lost."""

import ast
import contextlib
import json
import subprocess
import tarfile
from io import BytesIO

import databases
import demo_incoming
import demo_scenes
import environment
from base import ADDON, ROOT, Failure, fresh_log, run, say
from demo_run import Phone
from scene import DATABASE, HOME, UPLOAD, Scene, freeze_addons

# Columns that have a new place: table.column → (the column that names the row there, table, its column with that name);
# they keep their names.
MOVED = {
    **{f'vatportal_connector.{name}': ('account_id', 'vatportal_secret', 'account_id') for name in ('token', 'username', 'password', 'secret_hash')},
    **{
        f'vatportal_connector.{name}': ('account_id', 'vatportal_account', 'id')
        for name in (
            'base_url',
            'auth_method',
            'is_partner',
            'token_date',
            'auto_renew',
            'renew_days',
            'renewal_lost_at',
            'renewal_tried_at',
            'renewal_put_off_at',
            'read_methods',
            'error_count',
            'down_since',
            'down_reason',
            'retry_at',
            'last_error',
        )
    },
    'vatportal_secret.connector_id': ('account_id', 'vatportal_connector', 'account_id'),
}
# Columns that count or describe what is recomputed by an update.
RECOMPUTED = {'write_date', 'write_uid', 'turns'}
# A value that an update changes on purpose: column → (what it was, what it becomes).
CHANGED = {'vatportal_kind.booking': ('none', 'amount'), 'uom_uom.vatportal_unit': ('qutu', 'qutu (6 ədəd)')}


def earlier_addon(revision: str):
    """The addon as of that revision, in a folder of its own."""
    folder = HOME / 'earlier' / ADDON
    archive = subprocess.run(['git', '-C', ROOT, 'archive', revision], capture_output=True)
    if archive.returncode:
        raise Failure(archive.stderr.decode())
    run('rm', '-rf', folder)
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(folder)  # our own repository's files
    return folder


def git(*arguments) -> str:
    return run('git', '-C', ROOT, *arguments).stdout.strip()


def version_at(revision: str) -> str:
    return ast.literal_eval(git('show', f'{revision}:__manifest__.py'))['version']


def last_version() -> str:
    """The last commit with another version of the addon than the present one, which is what users update from."""
    now = ast.literal_eval((ROOT / '__manifest__.py').read_text())['version']
    for revision in git('rev-list', '--first-parent', 'HEAD').split():
        if version_at(revision) != now:
            return revision
    return 'HEAD'


def live(scene) -> None:
    """What a company does: sends, deletes, settles an advance, receives, makes bills, teaches, reads the answers."""
    scene.portal.call('settings', {'auto_confirm': False})
    show = demo_scenes.Show(scene.browser, Phone(scene.sandbox_url), scene.sandbox_url)
    for part in (show.batch, show.deletion, show.advance, show.incoming, show.answers):
        part()
    connector = scene.call('vatportal.connector', 'search', [])[0]
    # The demo of some states has schedules already; none of them is to begin by itself.
    never = {'next_at': '2099-01-01 00:00:00', 'days_back': 7}
    schedules = scene.call('vatportal.import.schedule', 'search', [('connector_id', '=', connector)])
    if schedules:
        scene.call('vatportal.import.schedule', 'write', schedules, never)
    else:
        scene.call('vatportal.import.schedule', 'create', {'connector_id': connector, **never})
    scene.portal.call('settings', {'auto_confirm': True})


def read_again(scene) -> list[str]:
    """Read the incoming documents once more: the update must not make them look new, or changed."""
    context = {'lang': 'en_US'}
    wizard = scene.call(
        'vatportal.import.wizard', 'create', {'direction': 'incoming', 'source': 'portal', **demo_scenes.days(demo_incoming.DAYS_BACK)}, context=context
    )
    job = scene.call('vatportal.import.wizard', 'action_import', [wizard])['res_id']
    scene.follow(job)
    read = scene.call('vatportal.job', 'read', [job], ['state', 'read_count', 'created_count', 'updated_count'])[0]
    well = read['state'] == 'done' and read['read_count'] and not read['created_count'] and not read['updated_count']
    return [] if well else [f'read once more: {read}']


def fill(scene) -> list[int]:
    """Invoices in every state: registered, rejected, unsigned, and queued while the portal is down. Returns the last."""

    def sent(count, fault=None, **values):
        moves = scene.invoices(count)
        scene.portal.clear()
        if fault:
            scene.portal.call('faults', {'endpoint': UPLOAD, **fault})
        wizard = scene.call('vatportal.send.wizard', 'create', {'move_ids': [(6, 0, moves)], **values})
        scene.call('vatportal.send.wizard', 'action_send', [wizard])
        return moves

    sent_well = sent(3)
    scene.settle(sent_well, by_cron=False)
    scene.settle(sent(2, {'kind': 'pin_declined', 'pin': 1}), by_cron=False)
    sent(1, sign=False)
    return sent(2, {'kind': 'unavailable', 'times': 1})


def snapshot(scene) -> dict:
    """table → {id: row} of all that the addon has stored: its own tables, and its columns on those of others."""

    def rows(table, columns='*'):
        found = json.loads(scene.cluster.sql(f'SELECT coalesce(json_agg(t), \'[]\') FROM (SELECT {columns} FROM "{table}") t', DATABASE))
        return {row.get('id', json.dumps(row, sort_keys=True)): row for row in found}

    columns = json.loads(
        scene.cluster.sql(
            """
        SELECT json_agg(c) FROM (
            SELECT table_name, column_name FROM information_schema.columns JOIN pg_class ON relname = table_name AND relkind = 'r'
             WHERE table_schema = 'public' AND table_name NOT LIKE '%wizard%') c""",
            DATABASE,
        )
    )
    found, added = {}, {}
    for table, column in ((row['table_name'], row['column_name']) for row in columns):
        if 'vatportal' in table:
            found[table] = found.get(table) or rows(table)
        elif column.startswith('vatportal'):
            added.setdefault(table, ['id']).append(f'"{column}"')
    added['account_move'] += ['name', 'state']
    return found | {table: rows(table, ', '.join(names)) for table, names in added.items()}


def lost(before: dict, after: dict) -> list[str]:
    """What was there before and is not there, or not the same, afterwards."""
    problems = []
    for table, rows in before.items():
        if table not in after:
            problems.append(f'{table} is gone')
            continue
        for key, row in rows.items():
            now = after[table].get(key)
            if now is None:
                problems.append(f'{table} {key} is gone')
                continue
            problems += [
                f'{table} {key}: {name} was {value!r}, is {there!r}'
                for name, value in row.items()
                if name not in RECOMPUTED
                and not kept(value, there := value_after(after, table, key, name))
                and CHANGED.get(f'{table}.{name}') != (value, there)
            ]
    return problems


def value_after(after: dict, table: str, key, name: str):
    """What stands in that column now, wherever it is kept."""
    if f'{table}.{name}' not in MOVED:
        return after[table][key].get(name)
    link, place, owner = MOVED[f'{table}.{name}']
    column = 'id' if place == 'vatportal_connector' else name
    return next((row[column] for row in after[place].values() if row[owner] == after[table][key][link]), None)


def kept(value, now) -> bool:
    """Whether a value is still there; a translation may have been added to it."""
    if isinstance(value, dict) and isinstance(now, dict):
        return value.items() <= now.items() if all(isinstance(item, str) for item in value.values()) else value == now
    return value is None or value == now


def main(revision: str) -> int:
    revision = revision or last_version()
    say(f'From {revision[:12]}, version {version_at(revision)}')
    with environment.serving() as server, contextlib.ExitStack() as stack:
        environment.ensure_base(server)
        earlier = earlier_addon(revision)
        scene = Scene(stack, server, databases.BASE, earlier.parent, '-i')
        databases.odoo(server, 'shell', *scene.options, '--no-http', log=fresh_log('upgrade-data'), input=(earlier / 'tools' / 'demo_data.py').read_text())
        scene.run_odoo('threaded')
        live(scene)
        moves = fill(scene)
        scene.stop_odoo()
        before = snapshot(scene)
        say(f'{revision[:12]}: {", ".join(f"{len(rows)} {table}" for table, rows in before.items() if rows and "vatportal" in table)}')
        scene.use(freeze_addons(), '-u')
        problems = lost(before, snapshot(scene))
        scene.run_odoo('threaded')
        scene.portal.clear()
        scene.settle(moves, by_cron=False)
        problems += scene.problems(moves) + read_again(scene)
    for problem in problems:
        say(f'! {problem}')
    say(f'updated from {revision[:12]}: {"FAILED" if problems else "nothing lost, and what was queued has its number"}')
    return 1 if problems else 0
