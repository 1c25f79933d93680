"""Row K of ./dev bench, inside Odoo: an Odoo that sends nothing, with the addon; beside one without it."""

import datetime

from odoo.fields import Command
from odoo.tests.form import Form

import bench_meter

GOAL = 1.03


def forms(world, size, rounds, empty, **_others):
    sides = {'with the addon': Office(world.env), 'without it': Office(empty.env)}
    lines = []
    for what in ('create', 'post', 'open', 'onchange', 'save'):
        works = {
            f'{what}, {name}': (office.env, lambda office=office, what=what: [getattr(office, what)(number) for number in range(size)])
            for name, office in sides.items()
        }
        lines += bench_meter.rows((GOAL,), bench_meter.interleaved(works, rounds), works, per=size)
    return lines


class Office:
    """A company with a chart of accounts, a customer, three products, and draft invoices of three lines."""

    def __init__(self, env):
        self.env = env = env(user=env.ref('base.user_admin'), context={'lang': 'en_US', 'tz': 'Asia/Baku'})
        if not env.company.chart_template:
            env['account.chart.template'].try_loading('generic_coa', env.company)
        self.partner = env['res.partner'].create({'name': 'Customer', 'is_company': True})
        self.products = env['product.product'].create([{'name': f'Product {number}', 'list_price': 10 + number} for number in range(3)])
        self.drafts = env['account.move'].create([self.values() for _number in range(20)])
        env.cr.commit()
        view = Form(self.drafts[0])._view
        self.spec = view['fields_spec']

    def values(self):
        return {
            'move_type': 'out_invoice',
            'partner_id': self.partner.id,
            'invoice_date': datetime.date(2026, 10, 1),
            'invoice_line_ids': [Command.create({'product_id': product.id, 'quantity': 2}) for product in self.products],
        }

    def draft(self, number):
        self.env.invalidate_all()
        return self.drafts[number % len(self.drafts)]

    def create(self, _number):
        self.env['account.move'].create(self.values())
        self.env.flush_all()

    def post(self, number):
        self.draft(number).action_post()
        self.env.flush_all()

    def open(self, number):
        self.draft(number).web_read(self.spec)

    def onchange(self, number):
        """What the browser asks when the quantity of a line changes."""
        move = self.draft(number)
        [values] = move.web_read(self.spec)
        line = move.invoice_line_ids[0]
        changed = {**plain(values), 'invoice_line_ids': [Command.update(line.id, {'quantity': 7.0})]}
        move.onchange(changed, ['invoice_line_ids'], self.spec)

    def save(self, number):
        move = self.draft(number)
        line = move.invoice_line_ids[0]
        move.web_save({'invoice_line_ids': [Command.update(line.id, {'quantity': 7.0})]}, self.spec)
        self.env.flush_all()


def plain(values):
    """What was read of a form, as a browser gives it back to ``onchange``: nothing of the lines that it has not changed."""
    return {name: value['id'] if isinstance(value, dict) and 'id' in value else value for name, value in values.items() if not isinstance(value, list)}
