from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """At the end: only with all apps loaded it is known which invoices are down payments, or take them off."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    _keep_cleared_kinds(env)
    _recompute(env['account.move'].search([('vatportal_is_advance', '=', True)]), 'vatportal_advance_day')
    _recompute(env['vatportal.document'].search([('is_advance', '=', True)]), 'advance_left')
    _settle_differences(env)
    _tell_found_from_chosen(env)


def _recompute(records, *names):
    for name in names:
        records.env.add_to_compute(records._fields[name], records)
    records.modified(names)
    records.env.flush_all()


def _keep_cleared_kinds(env):
    """Invoices without a kind, though the rules propose one: a person has cleared it."""
    Connector = env['vatportal.connector']
    for company in Connector.search([]).company_id:
        connector = Connector._default_for(company)
        for move in env['account.move'].search(
            [
                ('company_id', '=', company.id),
                ('vatportal_kind_id', '=', False),
                ('state', '!=', 'cancel'),
                ('move_type', 'in', connector.rule_ids.mapped('move_type')),
            ]
        ):
            move.vatportal_kind_proposed_id = connector._kind_for(move)


def _settle_differences(env):
    """Where nothing remained to be paid, the advance's total was taken for a difference."""
    documents = env['vatportal.document'].search([('advance_id', '!=', False)])
    wrong = documents.filtered('amount_differs')
    _recompute(documents, 'amount_difference', 'amount_differs')
    wrong.filtered(lambda document: not document.amount_differs)._follow_status()


def _tell_found_from_chosen(env):
    moves = env['account.move'].search([('vatportal_advance_id', '!=', False), ('vatportal_state', 'in', ('none', 'rejected', 'deleted', False))])
    for move in moves:
        advance = move.vatportal_advance_id
        if advance.move_id in move._vatportal_downpayments():
            move.vatportal_advance_found_id = advance
        else:
            # Where it is not what would be proposed, a person wrote it.
            move.vatportal_advance_amount_proposed = move._vatportal_settled(advance)
    # One of several was taken without asking, and one that is no more was kept.
    _recompute(moves, 'vatportal_advance_id')
