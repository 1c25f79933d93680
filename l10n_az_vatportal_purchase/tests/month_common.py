import random
from decimal import ROUND_HALF_UP, Decimal

from odoo.fields import Command

from odoo.addons.l10n_az_vatportal.models.portal_values import AMOUNTS
from odoo.addons.l10n_az_vatportal.tests.bill_common import SELLER, VENDOR
from odoo.addons.l10n_az_vatportal.tests.xml_common import XmlCommon

COLUMNS = {'amount_vat_base': 'vat', 'amount_zero': 'zero', 'amount_exempt': 'exempt', 'amount_not_subject': 'not_subject'}
DAY = '10.11.2026'
# How people type a number, given its series, its last eight digits, and the series in Cyrillic letters.
TYPED = ('{1}', '№ {0}-{1}', '{0}/{1}', 'qaimə {1} / 10.11', '{2}{1}')


def in_qepik(amount):
    return Decimal(str(amount)).quantize(Decimal('0.01'), ROUND_HALF_UP)


class MonthCommon(XmlCommon):
    """A month of received documents, each of a shape in which real ones come, beside purchase orders of all kinds.

    Each method ``shape_…`` puts one document where it comes from: at the portal, into a file, into a package. What e-taxes
    says of it is kept in ``truth``: number → (total, VAT), of what is to have a bill in the end.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random()
        cls.company.autopost_bills = True
        cls.connector.write({'auto_bill': True, 'auto_bill_from': '2026-11-01'})
        cls.product.vatportal_code = False
        for code, rate, vals in (('excise', 40, {'include_base_amount': True, 'sequence': 0}), ('road', 1, {'amount_type': 'fixed', 'sequence': 9})):
            cls.create_tax(f'P {code}', rate, code, type_tax_use='purchase', **vals)
        cls.goods = [cls.create_product(f'Mal {position}', False, barcode=f'476000100{position:04}') for position in range(12)]
        if 'is_storable' in cls.env['product.product']._fields:  # with Inventory
            for product in cls.goods[::2]:
                product.is_storable = True
        cls.in_kilos = cls.create_product('Ədviyyat', False, barcode='4760002000007', uom_id=cls.kilo.id)
        cls.create_vendors()
        cls.create_branch()

    @classmethod
    def create_vendors(cls):
        """Vendors whose bills Odoo posts by itself: an ordinary one, one with a fiscal position, one in the archive whose
        contact is not; one whose bills wait, for its documents disappear."""
        vals = {'country_id': cls.env.ref('base.az').id, 'is_company': True, 'autopost_bills': 'always'}
        cls.vendor.autopost_bills = 'always'
        position = cls.env['account.fiscal.position'].create({'name': 'Güzəşt', 'company_id': cls.company.id})
        cls.create_tax('Instead', 18, False, type_tax_use='purchase', original_tax_ids=cls.purchase['vat'].ids, fiscal_position_ids=position.ids)
        cls.mapped, cls.archived, cls.vanishing = cls.env['res.partner'].create(
            [
                {'name': 'Güzəştli MMC', 'vat': '1400000011', **vals},
                {'name': 'Köhnə MMC', 'vat': '1400000021', **vals},
                {'name': 'İtən MMC', 'vat': '1400000041', **vals, 'autopost_bills': 'never'},
            ]
        )
        cls.mapped.with_company(cls.company).property_account_position_id = position
        cls.env['res.partner'].create({'name': 'Leyla, mühasib', 'parent_id': cls.archived.id})
        cls.env.cr.execute('UPDATE res_partner SET active = false WHERE id = %s', [cls.archived.id])
        cls.archived.invalidate_recordset()
        box = cls.env['uom.uom'].create({'name': 'Yeşik 24', 'relative_factor': 24, 'relative_uom_id': cls.unit.id})
        cls.env['vatportal.product.mapping'].create(
            {
                'company_id': cls.company.id,
                'partner_id': cls.vendor.id,
                'product_code': '2523290000',
                'name': 'Su, yeşikdə',
                'product_id': cls.goods[1].id,
                'uom_id': box.id,
                'unit': 'yeşik',
            }
        )

    def setUp(self):
        super().setUp()
        self.random.seed(11)
        self.truth, self.files, self.gone = {}, [], []

    # ------------------------------------------------------------------ what documents are made of

    def number(self):
        return f'MT2611{next(self.numbers)}'

    def row(self, columns=1, product=None, **vals):
        """A row of a product of ours, in some VAT columns."""
        product = product or self.random.choice(self.goods)
        quantity, price = vals.pop('quantity', None) or self.random.randint(1, 40), self.random.randint(100, 5000) / 100
        total = Decimal(str(price)) * quantity if isinstance(quantity, int) else round(Decimal(str(price * quantity)), 4)
        names = self.random.sample(list(COLUMNS), columns)
        if columns == 1:
            names = [self.random.choice(('amount_vat_base', 'amount_vat_base', *COLUMNS))]
        bases = [(total / len(names)).quantize(Decimal('0.01')) for _name in names]
        bases[0] += total - sum(bases)
        bases = dict(zip(names, map(float, bases), strict=True))
        vat = round(bases.get('amount_vat_base', 0.0) * 0.18, 4)
        return self.line(
            float(total), None, vat=vat, quantity=quantity, price_unit=price, **bases, **{'name': product.name, 'barcode': product.barcode, **vals}
        )

    def rows(self):
        return [self.row() for _each in range(self.random.randint(1, 4))]

    def put(self, rows, booked=True, **document):
        """The document of ``rows`` is at the portal; return its number.

        :param booked: whether it is to have a bill in the end
        """
        sums = {name: round(sum(row.get(name, 0.0) for row in rows), 6) for name in AMOUNTS}
        sums |= {name: document.pop(name) for name in list(document) if name in AMOUNTS}
        vals = {
            'qaime': self.number(),
            'datetime': f'{DAY} 10:00',
            'status': 'approved',
            'main_subject': 'Müqavilə A-12',
            'tin_from': VENDOR,
            'cmp_from': self.vendor.name,
            'tin_to': SELLER,
            **document,
            **{theirs: sums[ours] for ours, (theirs, _row) in AMOUNTS.items()},
            'lines': [
                {
                    'prod_code': row['product_code'],
                    'prod_name': row['name'],
                    'unit_name': row['unit'],
                    'unit_qty': row['quantity'],
                    'unit_price': row['price_unit'],
                    'barcode': row['barcode'],
                    'grade': row.get('excise_rate', 0),
                    **{theirs: row.get(ours, 0.0) for ours, (_document, theirs) in AMOUNTS.items()},
                }
                for row in rows
            ],
        }
        self.sandbox.portal.add_document(0, **vals)
        if booked:
            self.truth[vals['qaime']] = tuple(in_qepik(sums[name]) for name in ('amount_total', 'amount_vat'))
        return vals['qaime']

    def put_file(self, numbered=True, journal=None, note=None, name='Sement M400', pack=None, **document):
        """A file is dropped; the portal has its document as well. Return the number."""
        amount = self.random.randint(100, 99999) / 100
        vat = float((Decimal(str(amount)) * Decimal('0.18')).quantize(Decimal('0.01')))
        note = note or f'Müqavilə {amount}'
        number = self.put([self.line(amount, vat=vat, name=name, barcode='2523290000000')], main_subject=note, **document)
        content = self.xml(str(amount), number=number if numbered else '', note=note, name=name)
        content, file_name = (pack(content), 'qaimə.zip') if pack else (content, f'{number}.xml')
        self.files.append((content, file_name, journal or self.purchase_journal))
        return number

    def drop_again(self, content, name, journal):
        env = self.env(context={'allowed_company_ids': journal.company_id.ids})
        journal.with_env(env).with_context(default_move_type='in_invoice').create_document_from_attachment(
            env['ir.attachment'].create({'name': name, 'raw': content}).ids
        )

    def order(self, *lines, **vals):
        order = self.env['purchase.order'].create(
            {'partner_id': self.vendor.id, 'currency_id': self.company.currency_id.id, **vals, 'order_line': [Command.create(line) for line in lines]}
        )
        order.button_confirm()
        return order

    def order_of(self, rows):
        """An order of these very goods."""
        return self.order(
            *(
                {
                    'product_id': self.env['product.product'].search([('barcode', '=', row['barcode'])]).id or self.product.id,
                    'product_qty': row['quantity'],
                    'price_unit': row['price_unit'],
                    'tax_ids': [Command.set([self.purchase[category].id for name, category in COLUMNS.items() if row.get(name)][:1])],
                }
                for row in rows
            )
        )

    # ------------------------------------------------------------------ beside purchase orders

    def shape_order(self):
        rows = self.rows()
        self.order_of(rows)
        self.put(rows)

    def shape_order_received(self):
        rows = self.rows()
        for line in self.order_of(rows).order_line:
            line.qty_received = line.product_qty
        self.put(rows)

    def shape_order_without_vat(self):
        rows = self.rows()
        total = sum(row['amount_total'] for row in rows)
        self.order({'product_id': self.goods[0].id, 'product_qty': 1, 'price_unit': total, 'tax_ids': False})
        self.put(rows)

    def shape_order_of_others(self):
        rows = self.rows()
        net = round(sum(row['amount_total'] for row in rows) / 1.18, 2)
        self.order({'product_id': self.goods[3].id, 'product_qty': 1, 'price_unit': net, 'tax_ids': [Command.set(self.purchase['vat'].ids)]})
        self.put(rows)

    def shape_order_named(self):
        rows = self.rows()
        self.put(rows, main_subject=f'Sifariş {self.order_of(rows).name} üzrə')

    def shape_file_of_an_order(self):
        total, _vat = self.truth[self.put_file()]
        self.order({'product_id': self.goods[0].id, 'product_qty': 1, 'price_unit': float(total), 'tax_ids': False})

    # ------------------------------------------------------------------ files

    def shape_file(self):
        self.put_file()

    def shape_file_without_number(self):
        self.put_file(numbered=False)

    def shape_files_of_a_landlord(self):
        self.put_file(numbered=False, note=f'İcarə {len(self.truth)}', name='İcarə haqqı')

    def shape_package(self):
        self.put_file(pack=lambda content: self.package(content, **{'__MACOSX/._1.xml': b'\0\5\x16\7'}))

    def shape_package_in_a_package(self):
        self.put_file(pack=lambda content: self.package(**{'noyabr.zip': self.package(content)}))

    def shape_file_of_a_branch(self):
        self.put_file(journal=self.branch_journal)

    # ------------------------------------------------------------------ figures

    def shape_columns(self):
        self.put([self.row(columns=self.random.choice((2, 3, 4))) for _each in range(2)])

    def shape_rounding(self):
        rows = [*self.rows(), self.line(10.0)]
        name = self.random.choice(('amount_vat', 'amount_total'))
        self.put(rows, **{name: round(sum(row[name] for row in rows) + self.random.choice((0.01, -0.01, 0.02)), 4)})

    def shape_excise_and_road(self):
        amount = float(self.random.randint(10, 500))
        self.put([self.line(amount, excise=amount * 0.4, excise_rate=40, road=self.random.choice((0.0, 1.0)))])

    def shape_fiscal_position(self):
        self.put(self.rows(), tin_from=self.mapped.vat, cmp_from=self.mapped.name)

    def shape_boxes(self):
        self.put([self.row(name='Su, yeşikdə', barcode='0', unit='yeşik')])

    def shape_unknown_unit(self):
        self.put([self.row(unit=self.random.choice(('qutu', 'kisə', 'KVST')))])

    def shape_weight(self):
        self.put([self.row(product=self.in_kilos, unit='kq', quantity=self.random.choice((0.125, 2.5, 1.333)))])

    # ------------------------------------------------------------------ vendors, kinds and statuses

    def shape_new_vendor(self):
        self.put(self.rows(), tin_from='1400000031', cmp_from='Yeni MMC')

    def shape_archived_vendor(self):
        self.put(self.rows(), tin_from=self.archived.vat, cmp_from=self.archived.name)

    def shape_oneself(self):
        self.put(self.rows(), booked=False, tin_from=SELLER)

    def shape_kind_with_vat(self):
        self.put([self.line(float(self.random.randint(1, 500)))], type=self.random.choice(('recycling', 'returnRecycled', 'exciseGoodsTransfer')))

    def shape_new_kind_or_status(self):
        self.put(self.rows(), **self.random.choice(({'status': 'rejected'}, {'status': 'Ləğv'}, {'type': 'additionalInvoice'})))

    def shape_other_spelling(self):
        self.put(self.rows(), status=self.random.choice(('Approved', 'APPROVEDBYSYSTEM')))

    def shape_cancelled(self):
        self.put(self.rows(), booked=False, status=self.random.choice(('canceled', 'Cancelled', 'deactivated')))

    def shape_waiting(self):
        self.put(self.rows(), status=self.random.choice(('onApproval', 'updateRequested', 'cancelRequested')))

    # ------------------------------------------------------------------ in the books already, or at e-taxes no more

    def shape_typed_before(self):
        number = self.put([self.line(amount := float(self.random.randint(1, 900)))])
        typed = self.random.choice(TYPED).format(number[:-8], number[-8:], number[:-8].replace('MT', 'МТ'))  # noqa: RUF001
        move = self.env['account.move'].create(
            {
                'move_type': 'in_invoice',
                'partner_id': self.vendor.id,
                'invoice_date': '2026-11-10',
                'ref': typed,
                'currency_id': self.env.ref('base.AZN').id,
                'invoice_line_ids': [Command.create({'name': 'Sement', 'price_unit': amount, 'tax_ids': [Command.set(self.purchase['vat'].ids)]})],
            }
        )
        if self.random.random() < 0.3:
            move.action_post()

    def shape_disappeared(self):
        self.gone.append(self.put(self.rows(), tin_from=self.vanishing.vat, cmp_from=self.vanishing.name))
