"""What ./dev faults --cluster works on, made inside Odoo: connectors with an account and a phone each, and their processes."""

import datetime


def account(number):
    """The account ``cluster-N`` as the sandbox makes it, with a phone of its own."""
    return {'username': f'cluster-{number}', 'asan': f'99450{number:07}'}


def connectors(env, url, count):
    """Connectors to the accounts ``cluster-N`` of the sandbox."""
    model = env['vatportal.connector']
    model.search([]).active = False
    made = model.create(
        [
            {
                'name': f'Cluster {number}',
                'company_id': env.company.id,
                'base_url': f'{url}/api',
                'token': f'cluster-{number}-token',
                'phone': account(number)['asan'],
                'batch_size': 1,
            }
            for number in range(count)
        ]
    )
    made.sudo().write({'compared_at': datetime.datetime.now(), 'compared_in': made[0]._database()})
    env['ir.config_parameter'].set_param('l10n_az_vatportal.send_at_once', '100000')
    env.cr.commit()


def invoices(env, count):
    """Posted invoices; their ids."""
    source = env['account.move'].search([('move_type', '=', 'out_invoice'), ('invoice_origin', '!=', 'SO0009')], limit=1, order='id')
    moves = source.browse().union(*(source.copy({'invoice_date': datetime.date.today()}) for _number in range(count)))
    moves.action_post()
    env.cr.commit()
    return moves.ids


def processes(env, move_ids, count):
    """A process for each invoice, spread over the first so many connectors."""
    made = env['vatportal.connector'].search([('name', '=like', 'Cluster %')], order='id', limit=count)
    jobs = env['vatportal.job']
    for number, move in enumerate(env['account.move'].browse(move_ids)):
        jobs += jobs._queue(move, made[number % len(made)], True)
    jobs._wake()
    env.cr.commit()
