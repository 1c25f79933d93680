"""Row A of ./dev bench, inside Odoo: invoices are checked, stored as documents, written as the portal takes them."""

from odoo.fields import Command
from odoo.tests.form import Form

import bench_meter
from bench_fill_odoo import copy

# So long a person may wait for the dialog.
PRESS_S = 3
# Values of the copies of an invoice; `i` is the number of the copy.
_COPY = {'name': "'INV/PRESS/' || i", 'sequence_prefix': "'INV/PRESS/'", 'sequence_number': 'i', 'access_token': 'NULL'}


def send(world, size, rounds, **_others):
    """Beside Odoo's own export of an e-invoice, and beside the least that it can cost: Odoo's tax engine for each invoice,
    and plain ``create()`` of the same rows. All of them as *Send* does it, which checks and queues what is many in parts, behind;
    and as many of them as go at once."""
    env = world.env
    moves = world.invoices(size)
    at_once = moves[: env['vatportal.selection']._at_once()]
    rows = finished_rows(moves, world.connector)
    world.commit()
    lines = []
    for what, part, ours in ((f'{size} invoices sent', moves, queued_behind), (f'{len(at_once)} sent at once', at_once, queued)):
        sides = {
            what: (env, lambda part=part, ours=ours: ours(part, world.connector)),
            "Odoo's UBL export": (env, lambda part=part: export(part)),
            'tax engine, create()': (env, lambda part=part: floor(part, rows[: len(part)])),
        }
        lines += bench_meter.rows((0.25, 1.3), bench_meter.interleaved(sides, rounds), sides, per=len(part))
    return lines


def export(moves):
    builder = moves.env['account.edi.xml.ubl_bis3']
    for move in moves:
        builder._export_invoice(move)


def floor(moves, rows):
    Tax, env = moves.env['account.tax'], moves.env
    for move in moves:
        base_lines, _tax_lines = move._get_rounded_base_and_tax_lines()
        Tax._aggregate_base_lines_tax_details(base_lines, lambda _line, tax_data: tax_data and tax_data['tax'])
    env['vatportal.document'].sudo().with_context(tracking_disable=True).create(rows)


def press(world, size, rounds, **_others):
    """On the clock, beside what a person waits for without a thought; and beside ten invoices, which are checked and queued at once."""
    env, moves = world.env, world.invoices(10, lines=1)
    copy(env.cr, 'account_move', f't.id = {moves[0].id}', f'generate_series(1, {size}) i', _COPY, {})
    world.commit()
    many = env['account.move'].search([('name', '=like', 'INV/PRESS/%')])
    assert len(many) == size

    def ours():
        dialog = Form(env['vatportal.send.wizard'].with_context(**many.action_vatportal_send()['context'])).save()
        selections = dialog.action_send()['context']['vatportal_selections']
        assert env['vatportal.selection'].browse(selections).action_refresh()['counts']['waiting'] == size

    sides = {f'{size} invoices': (env, ours), '10, queued at once': (env, lambda: queued(moves, world.connector))}
    figures = bench_meter.interleaved(sides, rounds)
    [line] = bench_meter.rows((None,), figures, sides)
    clock = {'ours': {'cpu': line['ours']['wall']}, 'baseline': 'three seconds', 'theirs': {'cpu': PRESS_S}, 'their_sql': 0}
    return [{**line, 'what': f'{size} invoices, the clock', **clock, 'ratio': line['ours']['wall'] / PRESS_S, 'goal': 1.0}, line]


def queued(moves, connector):
    """What *Send* does until the portal is called: the wizard opens and checks, checks again what it has locked, queues,
    and the process writes what goes to the portal."""
    wizard = moves.env['vatportal.send.wizard'].create({'move_ids': [Command.set(moves.ids)], 'connector_id': connector.id})
    assert wizard.ready_count == len(moves), wizard.problems
    jobs = moves.env['vatportal.job']
    for found, records, values, _problems in wizard._ready_by_connector():
        jobs += jobs._queue(records, found, True, join=True, values=values)
    jobs.sudo().document_ids._write_payload()
    return jobs


def queued_behind(moves, connector):
    """What comes of *Send* on more than go at once, until the portal is called: they are chosen, checked and queued part by part, and
    the processes write what goes to the portal."""
    selection = moves.env['vatportal.selection']._start([moves], connector, True).sudo()
    while selection._queue_part(set()):
        moves.env.flush_all()
        moves.env.invalidate_all()  # as after the commit
    documents = selection.job_ids.document_ids
    assert len(documents) == len(moves), selection.refused_count
    documents._write_payload()
    return documents


def finished_rows(moves, connector):
    """The values with which ``create()`` makes the documents that sending these invoices makes."""
    documents = queued_behind(moves, connector)
    names = written(documents)
    line_names = [name for name in written(documents.line_ids) if name != 'document_id']
    rows = [
        {**values(document, names), 'move_id': document.move_id.id, 'line_ids': [Command.create(values(line, line_names)) for line in document.line_ids]}
        for document in documents
    ]
    moves.env.cr.rollback()
    return rows


def written(records):
    """The fields of a model with a column of their own that a document has from the start."""
    unwanted = {'id', 'create_uid', 'create_date', 'write_uid', 'write_date', 'message_main_attachment_id'}
    return [
        name
        for name, field in records._fields.items()
        if field.store and field.column_type and not field.compute and not field.related and name not in unwanted
    ]


def values(record, names):
    return {name: record[name].id if record._fields[name].type == 'many2one' else record[name] for name in names if record[name]}
