"""Fills a database inside Odoo: documents of three years and their bills, multiplied in SQL from one that Odoo has made."""

from bench_world import VENDORS, World

LINES = 5  # of the document that is multiplied; its copies have one to five
# Values of the copies; `i` is the number of the copy, from 1. Six of ten are received, most of them are billed.
_DAY = "timestamp '2023-11-01 06:00' + i * (interval '1095 days' / {count})"
_INCOMING = '(i % 10 < 6)'
_TO_BILL = f'({_INCOMING} AND i % 100 = 0)'
_MOVE = {
    'name': "'BILL/FILL/' || i",
    'ref': "'MT26' || LPAD((10000000 + i)::text, 10, '0')",
    'payment_reference': "'MT26 ' || (10000000 + i)",
    'sequence_prefix': "'BILL/FILL/'",
    'sequence_number': 'i',
    'date': f'({_DAY})::date',
    'invoice_date': f'({_DAY})::date',
    'invoice_date_due': f'({_DAY})::date',
    'partner_id': '({partners})[1 + i % {vendors}]',
    'commercial_partner_id': '({partners})[1 + i % {vendors}]',
    'access_token': 'NULL',
}
_DOCUMENT = {
    'direction': f"CASE WHEN {_INCOMING} THEN 'incoming' ELSE 'outgoing' END",
    'qaime': "'MT26' || LPAD((10000000 + i)::text, 10, '0')",
    'name': "'MT26' || LPAD((10000000 + i)::text, 10, '0')",
    'fingerprint': 'MD5(i::text)',
    'erp_id': f"CASE WHEN NOT {_INCOMING} THEN UPPER('ODOO-' || LEFT(MD5(i::text), 10) || '-' || LEFT(MD5('no' || i), 20)) END",
    'date': _DAY,
    'day': f'({_DAY})::date',
    'move_id': f'CASE WHEN {_INCOMING} AND NOT {_TO_BILL} THEN {{first_move}} + i END',
    'partner_id': '({partners})[1 + i % {vendors}]',
    'counterparty_name': "'Təchizatçı ' || 1 + i % {vendors} || ' MMC'",
    'seller_name': f"CASE WHEN {_INCOMING} THEN 'Təchizatçı ' || 1 + i % {{vendors}} || ' MMC' ELSE t.buyer_name END",
    'buyer_name': f"CASE WHEN {_INCOMING} THEN t.buyer_name ELSE 'Təchizatçı ' || 1 + i % {{vendors}} || ' MMC' END",
    'seller_vat': f'CASE WHEN {_INCOMING} THEN (1500000001 + 10 * (i % {{vendors}}))::text ELSE t.buyer_vat END',
    'buyer_vat': f'CASE WHEN {_INCOMING} THEN t.buyer_vat ELSE (1500000001 + 10 * (i % {{vendors}}))::text END',
    'main_info': "'Müqavilə A' || i % 9000",
    'status': "CASE WHEN i % 20 < 17 THEN 'approved' WHEN i % 20 < 19 THEN 'onApproval' ELSE 'canceled' END",
    'status_code': "CASE WHEN i % 20 < 17 THEN 'approved' WHEN i % 20 < 19 THEN 'onApproval' ELSE 'canceled' END",
    'shown_status': "CASE WHEN i % 20 < 17 THEN 'approved' WHEN i % 20 < 19 THEN 'onApproval' ELSE 'canceled' END",
    'bill_state': f"CASE WHEN {_TO_BILL} AND i % 20 < 19 THEN 'to_bill' WHEN {_INCOMING} THEN 'billed' ELSE 'none' END",
    'to_follow': 'NULL',
    'create_date': _DAY,
    'write_date': _DAY,
}
_OF_MOVE = {
    'name': "CASE WHEN t.display_type = 'product' THEN t.name || ' ' || o.id % 5000 ELSE t.name END",
    'move_id': 'o.id',
    'move_name': 'o.name',
    'ref': 'o.ref',
    'date': 'o.date',
    'invoice_date': 'o.invoice_date',
    'partner_id': 'o.partner_id',
}
_OF_DOCUMENT = {'document_id': 'o.id', 'name': "t.name || ' ' || o.id % 5000"}


def fill(env, count):
    world = World(env)
    env, cr = world.env, env.cr
    partners = world.vendors()
    document = world.store(world.portal_documents(1, lines=LINES))
    document._make_bills()
    move = document.move_id
    move.action_post()
    world.commit()
    # No trigger of a foreign key for each of a million rows, which are right by how they are made.
    cr.execute('SET session_replication_role = replica')
    values = {'count': count, 'vendors': VENDORS, 'partners': f'ARRAY{[partner.id for partner in partners.values()]}'}
    copies = f'generate_series(1, {count}) i'
    cr.execute('SELECT last_value FROM account_move_id_seq')
    values['first_move'] = cr.fetchone()[0]
    copy(cr, 'account_move', f't.id = {move.id}', copies, _MOVE, values)
    cr.execute('SELECT MIN(id), MAX(id) FROM account_move WHERE id > %s', [values['first_move']])
    assert cr.fetchone() == (values['first_move'] + 1, values['first_move'] + count)
    moves = f'account_move o ON o.id > {values["first_move"]}'
    copy(cr, 'account_move_line', f't.move_id = {move.id}', moves, _OF_MOVE, values, join='JOIN')
    copy(cr, 'vatportal_document', f't.id = {document.id}', copies, _DOCUMENT, values)
    documents = f'vatportal_document o ON o.id > {document.id} AND t.sequence <= 1 + o.id % {LINES}'
    copy(cr, 'vatportal_document_line', f't.document_id = {document.id}', documents, _OF_DOCUMENT, values, join='JOIN')
    cr.execute('SET session_replication_role = origin')
    cr.commit()


def copy(cr, table, template, others, overrides, values, join='CROSS JOIN'):
    """Insert a copy of the rows ``template`` of ``table`` for each of ``others``, in their order, with some values of its own."""
    cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public' AND column_name != 'id'", [table])
    columns = [name for [name] in cr.fetchall()]
    expressions = [overrides[name].format(**values) if name in overrides else f't."{name}"' for name in columns]
    order = 'ORDER BY i' if join == 'CROSS JOIN' else 'ORDER BY o.id, t.id'
    cr.execute(
        f'INSERT INTO {table} ({", ".join(chr(34) + name + chr(34) for name in columns)}) '  # noqa: S608 - names of our own
        f'SELECT {", ".join(expressions)} FROM {table} t {join} {others} WHERE {template} {order}'
    )
