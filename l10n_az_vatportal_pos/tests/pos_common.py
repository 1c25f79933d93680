from uuid import uuid4

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.l10n_az_vatportal.tests.common import VatportalCommon


class PosCommon(VatportalCommon):
    """A shop with a cashier, who may use Point of Sale and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref('point_of_sale.group_pos_manager')
        cls.partner.email = 'buyer@example.com'
        cls.product.write({'available_in_pos': True, 'taxes_id': [Command.set(cls.taxes['vat'].ids)]})
        cls.cashier = new_test_user(
            cls.env,
            'vatportal-cashier',
            'base.group_user,point_of_sale.group_pos_user',
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            email='cashier@example.com',
        )
        cls.accountant = new_test_user(
            cls.env,
            'vatportal-accountant',
            'base.group_user,account.group_account_invoice',
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang='en_US',
        )
        # In a small shop the same person sells and keeps the books.
        cls.owner = new_test_user(
            cls.env,
            'vatportal-owner',
            'base.group_user,point_of_sale.group_pos_manager,account.group_account_invoice',
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            email='owner@example.com',
        )
        cls.connector.write({'notify_user_ids': [Command.set(cls.accountant.ids)], 'pos_from': '2026-01-01'})
        cls.shop = cls.create_shop('Mağaza', cls.company_data)

    @classmethod
    def create_shop(cls, name, company_data):
        journal = company_data['default_journal_cash'].copy({'name': name})
        company = company_data['company']
        return (
            cls.env['pos.config']
            .with_company(company)
            .create(
                {
                    'name': name,
                    'company_id': company.id,
                    'journal_id': company_data['default_journal_sale'].id,
                    'invoice_journal_id': company_data['default_journal_sale'].id,
                    'payment_method_ids': [
                        Command.create(
                            {
                                'name': name,
                                'journal_id': journal.id,
                                'company_id': company.id,
                                'receivable_account_id': company_data['default_account_receivable'].id,
                            }
                        )
                    ],
                }
            )
        )

    def opened(self, shop=None, user=None):
        """The open session of ``shop``, opened by ``user`` where there is none."""
        shop = (shop or self.shop).with_user(user or self.cashier)
        if not shop.current_session_id:
            shop.open_ui()
            shop.current_session_id.set_opening_control(0, None)
        return shop.current_session_id

    def sell(self, *lines, partner=None, shop=None, user=None, invoice=True, **vals):
        """Sell as the browser of the cash desk does; return the order.

        :param lines: product, quantity, and what else the order line has if anything; by default one product
        """
        session = self.opened(shop, user)
        order_lines, total, tax = [], 0, 0
        for product, quantity, *more in lines or [(self.product, 1)]:
            taxes = product.taxes_id.filtered(lambda tax: tax.company_id == session.company_id)
            price = more[0].get('price_unit', product.lst_price) if more else product.lst_price
            amounts = taxes.compute_all(price, session.currency_id, quantity, product)
            total += amounts['total_included']
            tax += amounts['total_included'] - amounts['total_excluded']
            order_lines.append(
                Command.create(
                    {
                        'product_id': product.id,
                        'qty': quantity,
                        'price_unit': price,
                        'discount': 0,
                        'tax_ids': [Command.set(taxes.ids)],
                        'pack_lot_ids': [],
                        'full_product_name': product.name,
                        'price_subtotal': amounts['total_excluded'],
                        'price_subtotal_incl': amounts['total_included'],
                        **(more[0] if more else {}),
                    }
                )
            )
        uuid = str(uuid4())
        session.env['pos.order'].sync_from_ui(
            [
                {
                    'uuid': uuid,
                    'name': uuid,
                    'session_id': session.id,
                    'user_id': session.env.uid,
                    'partner_id': (self.partner if partner is None else partner).id,
                    'date_order': fields.Datetime.to_string(fields.Datetime.now()),
                    'fiscal_position_id': False,
                    'pricelist_id': False,
                    'lines': order_lines,
                    'to_invoice': invoice,
                    'last_order_preparation_change': '{}',
                    'amount_total': total,
                    'amount_tax': tax,
                    'amount_paid': total,
                    'amount_return': 0,
                    'payment_ids': [Command.create({'amount': total, 'name': fields.Datetime.now(), 'payment_method_id': session.payment_method_ids[:1].id})],
                    **vals,
                }
            ]
        )
        self.env.flush_all()
        return self.env['pos.order'].search([('uuid', '=', uuid)])

    def refund(self, order):
        """Take all of ``order`` back at the cash desk; return the credit note."""
        return self.sell(
            *((line.product_id, -line.qty, {'refunded_orderline_id': line.id}) for line in order.lines), partner=order.partner_id, is_refund=True
        ).account_move

    def invoices(self, count, **vals):
        """``count`` invoices, each of a sale."""
        return self.env['account.move'].union(*(self.sell(**vals).account_move for _number in range(count)))

    def close(self, session):
        """Close ``session`` as the cash desk does."""
        cash = sum(session.order_ids.payment_ids.mapped('amount'))
        session.post_closing_cash_details(cash)
        result = session.close_session_from_ui()
        self.assertEqual((result.get('successful'), session.state), (True, 'closed'), result)
        self.env.flush_all()

    def is_due(self):
        """Whether the scheduled action has been called, since this was asked last."""
        cron = self.env.ref('l10n_az_vatportal_pos.cron_gather')
        triggers = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)])
        found = bool(triggers)
        triggers.unlink()
        return found

    def gather(self, hourly=False):
        """Run the scheduled action; return the jobs that it queued."""
        before = self.env['vatportal.job'].search([])
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal_pos.cron_gather' + ('_hourly' if hourly else '')).method_direct_trigger()
        self.env.invalidate_all()
        return self.env['vatportal.job'].search([]) - before

    def notes(self, move):
        return [str(message.body) for message in move.message_ids if 'Not sent to e-taxes' in message.body]
