"""One scenario of ./dev bench, run through `odoo shell`: NAME, SIZE, PORTAL (its URL) and RESULT (a file) are set before it.

Real commits, a real socket. What a scenario needs is made before its clock starts.
"""

import datetime
import json
import resource
import time

from odoo.addons.l10n_az_vatportal.vatportal import qaime_xml

env = env(user=env.ref('base.user_admin'), context={'lang': 'en_US', 'tz': 'Asia/Baku'})  # noqa: F821 - the shell's
MONTH = datetime.date(2026, 10, 1), datetime.date(2026, 10, 31)
LINES = 3


class Figures:
    """Times what is done inside it; `above` is how far the memory rose over what Odoo took before."""

    def __enter__(self):
        env.cr.commit()
        env.invalidate_all()
        with open('/proc/self/clear_refs', 'w') as file:
            file.write('5')  # the peak counts from here
        self.before, self.start, self.cpu = peak(), time.perf_counter(), processor()
        return self

    def __exit__(self, *_):
        env.cr.commit()
        self.values = {'cpu': processor() - self.cpu, 'wall': time.perf_counter() - self.start, 'peak': peak(), 'above': peak() - self.before}


def peak():
    """The most memory held at one time, in MB."""
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith('VmHWM'))


def processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def invoices(count):
    """Posted invoices of the demo company."""
    source = env['account.move'].search([('move_type', '=', 'out_invoice'), ('partner_id.vat', '!=', False)], limit=1, order='id')
    line = source.invoice_line_ids[:1]
    moves = env['account.move'].create(
        [
            {
                'move_type': 'out_invoice',
                'partner_id': source.partner_id.id,
                'invoice_date': datetime.date.today(),
                'invoice_line_ids': [
                    (0, 0, {'product_id': line.product_id.id, 'quantity': part + 1, 'price_unit': 10 + number / 100}) for part in range(LINES)
                ],
            }
            for number in range(count)
        ]
    )
    moves.action_post()
    return moves


def finish(jobs):
    """Move the jobs on as fast as they are allowed to; pauses between questions count as wall time alone."""
    while any(job.state in ('queued', 'starting', 'running') for job in jobs):
        jobs._advance()
        env.invalidate_all()
        time.sleep(0.05)
    assert set(jobs.mapped('state')) == {'done'}, jobs.mapped('message')


def send():
    moves = invoices(SIZE)  # noqa: F821
    connector.batch_size = SIZE  # noqa: F821
    with Figures() as figures:
        wizard = env['vatportal.send.wizard'].create({'move_ids': [(6, 0, moves.ids)]})
        action = wizard.action_send()
        finish(env['vatportal.job'].browse(action['res_id']))
    assert all(moves.mapped('vatportal_qaime'))
    return figures, f'{len(moves.vatportal_document_id.line_ids)} lines, {len(moves)} numbers'


def read():
    with Figures() as figures:
        jobs = env['vatportal.job']._queue_download(connector, ['incoming'], *MONTH, 'portal')
        jobs._commit()
        finish(jobs)
    lines = env['vatportal.document.line'].search_count([('document_id.connector_id', '=', connector.id), ('document_id.direction', '=', 'incoming')])
    return figures, (
        f'{lines} lines; new: {sum(jobs.mapped("created_count"))}, changed: {sum(jobs.mapped("updated_count"))}, '
        f'unchanged: {sum(jobs.mapped("unchanged_count"))}'
    )


def bills():
    documents = env['vatportal.document'].search([('bill_state', '=', 'to_bill')], limit=SIZE, order='date, id')  # noqa: F821
    with Figures() as figures:
        for start in range(0, len(documents), 20):
            documents[start : start + 20]._make_bills()
            env.cr.commit()
    equal = sum(not document.amount_differs for document in documents if document.move_id)
    return figures, f'{len(documents.move_id)} bills of {len(documents.line_ids)} lines; {equal} totals to the qəpik'


def show():
    Document = env['vatportal.document']
    view = env.ref('l10n_az_vatportal.vatportal_document_view_list')
    names = [node.get('name') for node in env['ir.ui.view'].browse(view.id)._get_combined_arch().iter('field')]
    with Figures() as figures:
        Document.web_search_read([], {name: {} for name in names}, limit=80, count_limit=10001)
        Document.web_search_read([('bill_state', 'in', ('to_bill', 'ask'))], {name: {} for name in names}, limit=80)
        Document.formatted_read_group([], ['partner_id'], ['amount_total:sum', '__count'])
    return figures, f'{len(names)} columns, three requests'


def package():
    moves = invoices(SIZE)  # noqa: F821
    with Figures() as figures:
        content = qaime_xml.write_package([move._vatportal_as_file(connector) for move in moves])
        files = list(qaime_xml.read_package(content))
    return figures, f'{len(files)} files, {len(content) / 1024:.0f} kB'


connector = env['vatportal.connector'].search([], limit=1)
connector.write({'base_url': f'{PORTAL}/api'})  # noqa: F821
env['ir.cron'].search([]).active = False
env.cr.commit()
figures, remark = {'send': send, 'import': read, 'again': read, 'bills': bills, 'list': show, 'package': package}[NAME]()  # noqa: F821
with open(RESULT, 'w') as file:  # noqa: F821
    json.dump({**figures.values, 'remark': remark}, file)
