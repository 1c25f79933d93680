"""The demo company, run through `odoo shell`: company, taxes, customers, products, connector, invoices.

Of the nine draft invoices ./dev demo posts and sends the first six, and with them the advance (SO0010), whose final
invoice goes later. The other three wait for the reader, one of them with a product that lacks its code, to see what the
check before sending says. Where the glue addon is installed there is a transfer between two warehouses too.
"""

import datetime

COMPANY = {
    'name': 'Xəzər Ticarət MMC',
    'vat': '2304775691',
    'street': 'Nizami küçəsi 103',
    'city': 'Bakı',
    'zip': 'AZ1010',
    'phone': '+994 12 404 00 00',
    'email': 'office@example.com',
}
CUSTOMERS = [
    ('Abşeron Tikinti MMC', '2003041171', 'Bakı'),
    ('Gəncə Market MMC', '1701552211', 'Gəncə'),
    ('Lənkəran Çay ASC', '9902163471', 'Lənkəran'),
    ('Şəki İpək MMC', '1503884371', 'Şəki'),
]
# name, 10-digit code, unit (of Odoo's or of the addon's), price, VAT category
PRODUCTS = {
    'paper': ('Ofis kağızı A4', '4802562000', 'uom.product_uom_unit', 8.90, 'vat'),
    'laptop': ('Noutbuk 15,6"', '8471300000', 'uom.product_uom_unit', 1449.99, 'vat'),
    'tea': ('Qara çay', '0902300000', 'uom.product_uom_kgm', 12.37, 'vat'),
    'fuel': ('Dizel yanacağı', '2710194300', 'uom.product_uom_litre', 1.10, 'vat'),
    'wheat': ('Ərzaq buğdası', '1001990000', 'uom.product_uom_ton', 385.00, 'exempt'),
    'export': ('Beynəlxalq daşıma', '9911000000', 'l10n_az_vatportal.uom_service', 620.00, 'zero'),
    'advance': ('Alınmış avans', '9900000100', 'l10n_az_vatportal.uom_service', 2000.00, 'vat'),
    'advice': ('Mühasibat məsləhəti', '9969000000', 'uom.product_uom_hour', 45.00, 'vat'),
    'gift': ('Hədiyyə səbəti', False, 'uom.product_uom_unit', 75.00, 'vat'),
}
# customer, lines of (product, quantity, discount)
INVOICES = [
    (0, [('laptop', 2, 0), ('paper', 40, 10)]),
    (1, [('tea', 12.375, 0), ('wheat', 3, 0)]),
    (2, [('fuel', 850.5, 0)]),
    (3, [('advice', 6.5, 0)]),
    (0, [('export', 1, 0), ('advice', 2, 33.33)]),
    (1, [('paper', 3, 0)]),
    (2, [('laptop', 1, 5)]),
    (3, [('tea', 4.25, 0), ('paper', 10, 0)]),
    (0, [('gift', 2, 0)]),
]
# The final invoice takes off with a negative line what was paid in advance.
ADVANCE = (1, [('advance', 1, 0)])
FINAL = (1, [('laptop', 4, 0), ('advance', -1, 0)])
# e-taxes code (the sandbox's account has these two), name
WAREHOUSES = [('WH001', 'Bakı anbarı'), ('WH002', 'Gəncə anbarı')]
# product, its cost, what is in stock, what is moved
TRANSFER = [('paper', 6.40, 500, 120), ('laptop', 1180.00, 20, 3)]


def build(env):
    """Everything, as the user admin would do it in the browser."""
    env = env(user=env.ref('base.user_admin'), context={'tracking_disable': True, 'lang': 'en_US'})
    env.user.tz = 'Asia/Baku'
    env.ref('base.group_user').sudo().implied_ids += env.ref('uom.group_uom')
    stay_offline(env)
    company = build_company(env)
    connector = build_connector(env, company)
    connector.action_create_taxes()
    taxes = {
        tax.vatportal_category: tax
        for tax in env['account.tax'].search([('company_id', '=', company.id), ('type_tax_use', '=', 'sale'), ('vatportal_category', '!=', False)])
    }
    company.account_sale_tax_id = taxes['vat']
    products = {key: build_product(env, taxes, *values) for key, values in PRODUCTS.items()}
    customers = [build_customer(env, *values) for values in CUSTOMERS]
    for number, (customer, lines) in enumerate(INVOICES, 1):
        build_invoice(env, customers[customer], products, lines, f'SO{number:04}')
    connector.advance_product_id = products['advance']
    build_sale_with_advance(env, customers, products)
    if 'stock.picking' in env:
        build_transfer(env, company, products)


def stay_offline(env):
    """No announcement of a demo database to Odoo's update service."""
    cron = env.ref('mail.ir_cron_module_update_notification', raise_if_not_found=False)
    if cron:
        cron.sudo().active = False


def build_company(env):
    company = env.company
    azn = env.ref('base.AZN')
    azn.write({'active': True, 'symbol': '₼'})
    company.write({'country_id': env.ref('base.az').id, 'currency_id': azn.id, **COMPANY})
    env['account.chart.template'].try_loading('generic_coa', company)
    company.write({'currency_id': azn.id, 'account_fiscal_country_id': env.ref('base.az').id, 'account_sale_tax_id': False, 'account_purchase_tax_id': False})
    # The generic chart's taxes of 15 %, and its fiscal positions, which know the United States as home.
    for model in ('account.tax', 'account.fiscal.position'):
        env[model].search([('company_id', '=', company.id)]).active = False
    return company


def build_connector(env, company):
    """The address is set at each start, when the sandbox's port is known."""
    return env['vatportal.connector'].create(
        {
            'name': 'VatPortal sandbox',
            'company_id': company.id,
            'base_url': 'http://127.0.0.1:8070/api',
            'auth_method': 'token',
            'token': 'sandbox-token',
            'secret_hash': 'sandbox-secret',
            'sign_on_send': True,
            # From tomorrow on, so that they don't run into what is shown.
            'import_schedule_ids': [
                (
                    0,
                    0,
                    {'direction': direction, 'interval_number': every, 'interval_type': unit, 'next_at': datetime.datetime.now() + datetime.timedelta(days=1)},
                )
                for direction, every, unit in (('incoming', 1, 'days'), ('outgoing', 4, 'hours'))
            ],
        }
    )


def build_customer(env, name, vat, city):
    return env['res.partner'].create({'name': name, 'vat': vat, 'city': city, 'is_company': True, 'country_id': env.ref('base.az').id})


def build_product(env, taxes, name, code, unit, price, category):
    return env['product.product'].create(
        {
            'name': name,
            'vatportal_code': code,
            'uom_id': env.ref(unit).id,
            'list_price': price,
            'type': 'service' if code and code.startswith('99') else 'consu',
            'taxes_id': [(6, 0, taxes[category].ids)],
        }
    )


def build_invoice(env, customer, products, lines, order):
    return env['account.move'].create(
        {
            'move_type': 'out_invoice',
            'partner_id': customer.id,
            'invoice_date': datetime.date.today(),
            'invoice_origin': order,
            'invoice_line_ids': [(0, 0, {'product_id': products[key].id, 'quantity': quantity, 'discount': discount}) for key, quantity, discount in lines],
        }
    )


def build_sale_with_advance(env, customers, products):
    (customer, lines), kind = ADVANCE, env.ref('l10n_az_vatportal.kind_advance_invoice')
    build_invoice(env, customers[customer], products, lines, 'SO0010, avans').vatportal_kind_id = kind
    customer, lines = FINAL
    build_invoice(env, customers[customer], products, lines, 'SO0010')


def build_transfer(env, company, products):
    """Two warehouses with goods in the first one, and a transfer that is ready to be done."""
    first = env['stock.warehouse'].search([('company_id', '=', company.id)], limit=1)
    warehouses = first | env['stock.warehouse'].create({'name': WAREHOUSES[1][1], 'code': 'GNC', 'company_id': company.id})
    for warehouse, (code, name) in zip(warehouses, WAREHOUSES, strict=True):
        warehouse.write({'name': name, 'vatportal_code': code})
    moves = []
    for key, cost, stock, quantity in TRANSFER:
        product = products[key]
        product.write({'is_storable': True, 'standard_price': cost})
        env['stock.quant'].with_context(inventory_mode=True).create(
            {'product_id': product.id, 'location_id': first.lot_stock_id.id, 'inventory_quantity': stock}
        ).action_apply_inventory()
        moves.append(
            (
                0,
                0,
                {
                    'product_id': product.id,
                    'product_uom_qty': quantity,
                    'product_uom': product.uom_id.id,
                    'location_id': first.lot_stock_id.id,
                    'location_dest_id': warehouses[1].lot_stock_id.id,
                },
            )
        )
    picking = env['stock.picking'].create(
        {'picking_type_id': first.int_type_id.id, 'location_id': first.lot_stock_id.id, 'location_dest_id': warehouses[1].lot_stock_id.id, 'move_ids': moves}
    )
    picking.action_confirm()
    picking.action_assign()


build(env)  # noqa: F821 - the shell's
env.cr.commit()  # noqa: F821
