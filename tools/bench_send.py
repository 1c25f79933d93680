"""Row A of ./dev bench, inside Odoo: invoices are checked, stored as documents, written as the portal takes them."""

from odoo.fields import Command
from odoo.tests.form import Form

import bench_meter
from bench_fill_odoo import copy

# Values of the copies of an invoice; `i` is the number of the copy.
_COPY = {'name': "'INV/PRESS/' || i", 'sequence_prefix': "'INV/PRESS/'", 'sequence_number': 'i', 'access_token': 'NULL'}


def send(world, size, rounds, **_others):
    """Beside Odoo's own export of an e-invoice, and beside the least that it can cost: Odoo's tax engine for each invoice,
    and plain ``create()`` of the same rows."""
    env = world.env
    moves = world.invoices(size)
    world.connector.batch_size = size
    # All that is measured is done at once, however many there are.
    env['ir.config_parameter'].set_param('l10n_az_vatportal.send_at_once', size)
    rows = finished_rows(moves, world.connector)
    world.commit()
    builder = env['account.edi.xml.ubl_bis3']

    def ours():
        return queued(moves, world.connector)

    def export():
        for move in moves:
            builder._export_invoice(move)

    def floor():
        for move in moves:
            base_lines, _tax_lines = move._get_rounded_base_and_tax_lines()
            env['account.tax']._aggregate_base_lines_tax_details(base_lines, lambda _line, tax_data: tax_data and tax_data['tax'])
        env['vatportal.document'].sudo().with_context(tracking_disable=True).create(rows)

    sides = {f'{size} invoices sent': (env, ours), "Odoo's UBL export": (env, export), 'tax engine, create()': (env, floor)}
    figures = bench_meter.interleaved(sides, rounds)
    return bench_meter.rows((0.25, 1.3), figures, sides, per=size)


def press(world, size, rounds, **_others):
    """Beside ten invoices, which are checked and queued at once."""
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
    return [{**line, 'remark': '   goal: 3 s'} for line in bench_meter.rows((None,), figures, sides)]


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


def finished_rows(moves, connector):
    """The values with which ``create()`` makes the documents that sending these invoices makes."""
    documents = queued(moves, connector).sudo().document_ids
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
