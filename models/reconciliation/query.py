"""The reconciliation as one statement, put together of the constants beside this file."""

from odoo.fields import Domain
from odoo.tools import SQL

from ...vatportal.typed_number import CYRILLIC, LATIN
from ..account_move.credits import CHARGES
from ..account_tax import BESIDE_VAT, OUTSIDE
from ..catalog.kind_booking import KNOWN_KINDS, SURE_BOOKINGS
from ..national_chart import UNDEDUCTED
from ..states import ADJUSTMENTS, ASKING_STATUSES, BAKU_OFFSET, FINAL_STATUSES, PENDING_STATES, RETURN_KINDS, ROUNDING_LIMIT, WAITING_STATUSES
from .sql_amounts import AMOUNT, DIFFERENCE
from .sql_findings import CAUSE, FOUND, UNTOLD
from .sql_pairs import FACT, PAIR

MOVE_TYPES = ('out_invoice', 'out_refund', 'out_receipt', 'in_invoice', 'in_refund', 'in_receipt')
_COMPANY_COLUMNS = ('id', 'taxpayer', 'since', 'simplified', 'bare'), ('integer', 'integer', 'date', 'boolean', 'boolean')
_PARTS = {'pair': PAIR, 'fact': FACT, 'amount': AMOUNT, 'difference': DIFFERENCE, 'cause': CAUSE, 'found': FOUND}


def with_found(env, **more):
    """The ``WITH`` of a statement that selects from ``found``, one row for each pair of entry and document.

    :param more: name → :class:`SQL` of further common table expressions, before it
    """
    companies = _companies(env)
    connected = _connected(env, companies)
    values = parameters(env) | {'taken_back': _taken_back(env, companies)}
    tables = {'company': _values(*_COMPANY_COLUMNS, connected), 'tax': _tax_rows(env, companies), **more}
    tables |= {name: SQL(text, **values) for name, text in _PARTS.items()}
    return SQL('WITH %s', SQL(', ').join(SQL('%s AS NOT MATERIALIZED (%s)', SQL.identifier(name), table) for name, table in tables.items()))


def parameters(env):
    """What the constants are to be filled with."""
    return {
        'final': FINAL_STATUSES,
        'asking': ASKING_STATUSES,
        'waiting': WAITING_STATUSES,
        'returns': RETURN_KINDS,
        'adjustments': ADJUSTMENTS,
        'sure_bookings': SURE_BOOKINGS,
        'known_kinds': KNOWN_KINDS,
        'move_types': MOVE_TYPES,
        'baku': BAKU_OFFSET,
        'azn': env.ref('base.AZN').id,
        'azerbaijan': env.ref('base.az').id,
        'cyrillic': CYRILLIC,
        'latin': LATIN,
        'rounding': ROUNDING_LIMIT,
        'paid_by': env['account.move']._vatportal_payment_products().ids,
    }


def _taken_back(env, companies):
    """The ids of what is taken back as far as SQL can't tell it: of entries without a document that stands of which nothing is left, for
    what Odoo calls reversed may be paid with the credit note of another, and what takes something back may be taken back itself; and of
    the credit notes that name no entry."""
    moves, documents = env['account.move'].sudo(), env['vatportal.document'].sudo()
    moves.flush_model(['amount_total', 'currency_id', 'reversed_entry_id', 'state', 'vatportal_bill_document_id', 'vatportal_document_id'])
    documents.flush_model(['state', 'status', 'is_foreign'])
    posted = Domain('state', '=', 'posted')
    own = posted & Domain('company_id', 'in', companies.ids)
    # Of credit notes Odoo says so wherever an entry pays them, and what takes them back names them.
    reversed_ = moves._search(own & Domain('payment_state', '=', 'reversed') & Domain('move_type', 'in', CHARGES))
    of_orders = moves._search(own & moves._vatportal_with_order_credits(posted))
    tables = {'reversed': reversed_.subselect(), 'of_orders': of_orders.subselect(), 'companies': tuple(companies.ids) or (0,)}
    rows = env.execute_query(SQL('%s', SQL(UNTOLD, final=FINAL_STATUSES, rounding=ROUNDING_LIMIT, **tables)))
    entries = moves.browse(move_id for (move_id,) in rows)
    found, alone = moves.browse(), {}
    for move in entries:
        document = move._vatportal_counting_document()
        # Of a private customer or one abroad no qaimə is expected, nor of what was given back; there may be many.
        if move.move_type == 'out_invoice' and not document and not move.commercial_partner_id._vatportal_gets_qaime():
            continue
        credits = move._vatportal_credits()
        settled = move._vatportal_is_taken_back_by(credits)
        if settled:
            found += move
        # From the buyer of what was never sent no return comes, of a part neither; a bill of which a part is left was bought.
        if document.state not in PENDING_STATES + ('imported',) and not move.vatportal_package_waits and (settled or move.move_type == 'out_invoice'):
            for credit in credits:
                if not credit.reversed_entry_id and not credit._vatportal_is_issued_here():
                    alone.setdefault(credit, set()).add(move)
    for credit, told in alone.items():
        others = credit._vatportal_taken_back().filtered(lambda move, told=told: move not in told)
        if not any(credit in move._vatportal_credits() for move in others):
            found += credit
    return found.ids


def _companies(env):
    """The companies that are chosen, and all that are the same taxpayers; for the superuser every one that has documents."""
    documents = env['vatportal.document'].sudo()
    chosen = env['res.company'].sudo().with_context(active_test=False).search([]) if env.su else env.companies
    return documents._of_taxpayer(chosen) if chosen else chosen


def _values(columns, types, rows):
    """``rows`` as a table of those ``columns``; it may have none."""
    names = SQL(', ').join(map(SQL.identifier, columns))
    arrays = SQL(', ').join(SQL(f'%s::{kind}[]', [row[place] for row in rows]) for place, kind in enumerate(types))
    return SQL('SELECT * FROM UNNEST(%s) row(%s)', arrays, names)


def _connected(env, companies):
    """id, the first of those of its taxpayer, since when its invoices are to be at e-taxes, how it is taxed, and whether a line
    without a tax says *not subject to VAT* there."""
    documents, connectors = env['vatportal.document'].sudo(), env['vatportal.connector'].sudo().with_context(active_test=False)
    first, rows, days = {}, [], connectors._begun(archived=True)
    for company in companies.sorted('id'):
        owner = documents._taxpayer(company).sudo() or company
        simplified = connectors._default_for(owner).sudo().taxation == 'simplified'
        rows.append(
            (
                company.id,
                first.setdefault(documents._taxpayer_key(company), company.id),
                min((days[one.id] for one in (company, owner) if one.id in days), default=None),
                simplified,
                not simplified and company._vatportal_has_national_chart(),
            )
        )
    return rows


def _tax_rows(env, companies):
    """id, VAT column of its base, whether it is no VAT, is road tax, stands on no qaimə, may be deducted, and what it is used for.

    What a tax is follows from its name in the chart and its group, see :class:`AccountTax`, so it is told here and not stored.
    """
    taxes = env['account.tax'].sudo().with_context(active_test=False).search([('company_id', 'parent_of', companies.ids)]) if companies else []
    # What is in a group is used for nothing by itself.
    within = {child.id: tax.type_tax_use for tax in taxes for child in tax.children_tax_ids}
    rows = []
    for tax in taxes:
        categories, columns = tax._vatportal_categories(), tax._vatportal_own_columns()
        column = min(columns) if len(columns) == 1 else 'either' if columns == {'zero', 'exempt'} else None
        use = within.get(tax.id) if tax.type_tax_use == 'none' else tax.type_tax_use
        creditable = tax.vatportal_chart_id not in UNDEDUCTED
        rows.append((tax.id, column, bool(categories & BESIDE_VAT), 'road' in categories, OUTSIDE in categories, creditable, use))
    names, types = ('beside', 'road', 'outside', 'creditable'), ('boolean',) * 4
    return _values(('id', 'vat_column', *names, 'use'), ('integer', 'text', *types, 'text'), rows)
