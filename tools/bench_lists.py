"""Row I of ./dev bench, inside Odoo: the list of documents; beside Odoo's list of as many bills."""

from lxml import etree

import bench_meter


def lists(world, rounds, **_others):
    env = world.env
    Document, Move = env['vatportal.document'], env['account.move']
    bought = [('move_type', '=', 'in_invoice')]
    documents, bills = Document.search_count([]), Move.search_count(bought)
    assert min(documents, bills) >= 1000, (documents, bills)  # as ./dev bench asks for
    columns = {Document: of_list(env.ref('l10n_az_vatportal.vatportal_document_view_list')), Move: of_list(env.ref('account.view_in_invoice_bill_tree'))}
    some = Document.search([('qaime', '!=', False), ('partner_id', '!=', False)], limit=1, offset=documents // 2)
    partner = some.partner_id
    in_force = [('state', '=', 'registered'), ('status', 'not in', ('canceled', 'deleted', 'deletedBySystem', 'deactivated'))]
    number = some.qaime[-8:]
    number = [[('qaime_search', 'ilike', number)], ['|', ('name', 'ilike', number), ('ref', 'ilike', number)]]
    # Of one of the documents in the middle, the row with the longest name; shorter ones begin others as well.
    text = longest(Document.search([], limit=80, offset=documents // 2).line_ids)
    theirs = longest(Move.search(bought, limit=80, offset=bills // 2).invoice_line_ids)
    asked = {
        'list opened': ([], bought),
        'default filter': ([('direction', '=', 'incoming'), *in_force], [*bought, ('state', '=', 'posted')]),
        'number': (number[0], [*bought, *number[1]]),
        'partner': ([('partner_id', 'ilike', partner.name)], [*bought, ('partner_id', 'ilike', partner.name)]),
        'one partner': ([('partner_id', '=', partner.id)], [*bought, ('partner_id', '=', partner.id)]),
        'text in lines': (
            ['|', ('line_ids.name', 'ilike', text), ('line_ids.product_code', '=like', f'{text}%')],
            [*bought, ('invoice_line_ids.name', 'ilike', theirs)],
        ),
        'to bill': ([('bill_state', 'in', ('to_bill', 'ask'))], [*bought, ('payment_state', '=', 'not_paid')]),
    }
    lines = []
    for what, domains in asked.items():
        sides = {
            f'{what}, {documents}': (env, lambda domain=domains[0]: page(Document, domain, columns)),
            f'{bills} bills': (env, lambda domain=domains[1]: page(Move, domain, columns)),
        }
        lines += bench_meter.rows((0.5,), bench_meter.interleaved(sides, rounds), sides)
    for what, group, theirs in (
        ('by partner', 'partner_id', 'partner_id'),
        ('by status', 'shown_status', 'state'),
        ('by month', 'day:month', 'invoice_date:month'),
    ):
        sides = {
            f'{what}, {documents}': (env, lambda group=group: Document.formatted_read_group([], [group], ['amount_total_signed:sum', '__count'])),
            f'{bills} bills': (env, lambda group=theirs: Move.formatted_read_group(bought, [group], ['amount_total_in_currency_signed:sum', '__count'])),
        }
        lines += bench_meter.rows((0.5,), bench_meter.interleaved(sides, rounds), sides)
    return lines


def longest(lines):
    return max(filter(None, lines.mapped('name')), key=len)


def page(Model, domain, columns):
    """The first page of a list, as the browser asks for it."""
    return Model.web_search_read(domain, columns[Model], limit=80, count_limit=10001)


def of_list(view):
    """The columns of a list that are shown from the start, as ``web_search_read`` asks for them."""
    tree = etree.fromstring(view.env[view.model].get_view(view.id, 'list')['arch'])
    names = [node.get('name') for node in tree.iter('field') if node.get('optional') != 'hide' and node.get('column_invisible') not in ('1', 'True')]
    model = view.env[view.model]
    return {name: {'fields': {'display_name': {}}} if model._fields[name].type == 'many2one' else {} for name in names if name in model._fields}
