"""Rows B, C and G of ./dev bench, inside Odoo: what the portal has is stored, found again, and becomes bills."""

from odoo.fields import Command
from odoo.tools.misc import split_every

from odoo.addons.l10n_az_vatportal.models import portal_values
from odoo.addons.l10n_az_vatportal.models.billing.builder import BillBuilder
from odoo.addons.l10n_az_vatportal.models.intake.portal_import import CHUNK, PortalImport, _status

import bench_meter
import bench_send

BATCH = 20


def store(world, size, rounds, **_others):
    """A page of the portal, new, and the same page again; beside plain ``create()`` of the same rows."""
    env = world.env
    world.vendors()
    page = world.portal_documents(size)
    rows = finished_rows(world, page)

    def create():
        Document = env['vatportal.document'].sudo().with_context(tracking_disable=True)
        for part in split_every(CHUNK, rows, list):
            Document.create(part)
            env.flush_all()
            env.invalidate_all()

    def ours():
        world.store(page)

    sides = {f'page of {size} stored': (env, ours), 'create()': (env, create)}
    lines = bench_meter.rows((1.1,), bench_meter.interleaved(sides, rounds), sides, per=size)

    documents = world.store(page)
    world.commit()

    def again():
        return env['vatportal.document']._upsert_from_portal(world.connector, 'incoming', page)

    fresh = world.portal_documents(size)
    rows = finished_rows(world, fresh)
    written = {before: documents.mapped(before) for before in ('write_date', 'fingerprint')}
    sides = {f'the same {size} again': (env, again), 'create()': (env, create)}
    lines += bench_meter.rows((0.05,), bench_meter.interleaved(sides, rounds), sides, per=size)
    assert again()['unchanged'] == size
    env.flush_all()
    assert written == {before: documents.mapped(before) for before in written}
    return lines


def finished_rows(world, documents):
    """The values with which ``create()`` makes what storing these documents makes."""
    work = PortalImport(world.env['vatportal.document'], world.connector, 'incoming')
    partners = world.vendors()
    rows = []
    for document in documents:
        vals, kind_code = portal_values.document_values(document, 'incoming', work.own_voen, portal_values.storable(document.raw))
        vals |= {
            'kind_id': world.env['vatportal.kind']._get_or_create(kind_code).id,
            'fingerprint': portal_values.fingerprint(vals['raw'], work.own_voen),
            **_status(vals['status_code']),
        }
        rows.append({**work._new_values(vals, portal_values.line_values(document)), 'partner_id': partners[vals['seller_vat']].id, 'to_follow': False})
    return rows


def bill(world, size, rounds, **_others):
    """Draft bills; beside plain ``create()`` of the same bills with their lines, and beside Odoo's import of UBL."""
    env = world.env
    world.vendors()
    world.products()
    documents = world.store(world.portal_documents(size))
    world.commit()
    finished, bills = finished_bills(documents), len(documents)
    files = world.ubl_files(min(size, 50))
    Move = env['account.move']

    def ours():
        for ids in split_every(BATCH, documents.ids):
            made = documents.browse(ids)._make_bills()
            assert len(made) == len(ids), documents.browse(ids).mapped('bill_question')
            env.flush_all()

    def create():
        for part in split_every(BATCH, finished, list):
            Move.create(part)
            env.flush_all()

    def read():
        for number in range(bills):
            move = Move.create({'move_type': 'in_invoice'})
            with move._get_edi_creation() as draft:
                env['account.edi.xml.ubl_bis3']._import_invoice_ubl_cii(draft, files[number % len(files)], new=True)
            env.flush_all()

    sides = {f'{size} draft bills': (env, ours), f'create(), {BATCH} at a time': (env, create), "Odoo's UBL import": (env, read)}
    return bench_meter.rows((1.3, 0.4), bench_meter.interleaved(sides, rounds), sides, per=size)


def finished_bills(documents):
    """The values with which ``create()`` makes the bills of these documents."""
    documents._make_bills()
    found = []
    for document in documents:
        move = document.move_id
        header = document._bill_header(move.move_type, document.partner_id)
        found.append({**header, 'invoice_line_ids': [Command.create(vals) for vals in BillBuilder(document, move).lines()[0]]})
    documents.env.cr.rollback()
    return found


def grow(world, size, rounds, empty, **_others):
    """The lookup of known numbers, a page and some invoices in the filled database; beside one without documents."""
    lines = []
    works = {}
    for name, place in (('filled', world), ('empty', empty)):
        place.vendors()
        page = place.portal_documents(size)
        place.store(page)
        fresh = place.portal_documents(size // 10)
        moves = place.invoices(max(10, size // 100))
        place.connector.batch_size = 1000
        place.commit()
        works[name] = {
            f'lookup of {size} numbers': lambda place=place, page=page: known(place, page),
            f'the same {size} again': lambda place=place, page=page: place.env['vatportal.document']._upsert_from_portal(place.connector, 'incoming', page),
            f'{len(fresh)} stored': lambda place=place, fresh=fresh: place.store(fresh),
            f'{len(moves)} invoices sent': lambda place=place, moves=moves: bench_send.queued(moves, place.connector),
        }
    count = world.env['vatportal.document'].search_count([])
    for what in works['filled']:
        sides = {f'{what}, {count} there': (world.env, works['filled'][what]), 'none there': (empty.env, works['empty'][what])}
        lines += bench_meter.rows((1.2,), bench_meter.interleaved(sides, rounds), sides)
    return lines


def known(world, page):
    work = PortalImport(world.env['vatportal.document'], world.connector, 'incoming')
    assert len(work._known(work._by_key(page))) == len(page)
