"""What ./dev bench works on, inside Odoo: invoices, documents as the portal names them, a company that buys."""

import datetime
import json

from lxml import etree

from odoo.tools.misc import split_every

from odoo.addons.l10n_az_vatportal.vatportal import EtaxesDocument

LINES = 10
VENDORS = 40
# 0-based number of the tenth digit, see vatportal/voen.py; any ten digits do for what is received.
FIRST_VOEN = 1500000001
GOODS = [
    ('0401100000', 'Süd 1 l', 'litr'),
    ('1001110000', 'Buğda', 'kq'),
    ('2523290000', 'Sement M400', 'ton'),
    ('4802560000', 'Kağız A4', 'bağlama'),
    ('6109100000', 'Köynək', 'ədəd'),
    ('8471300000', 'Noutbuk', 'ədəd'),
    ('9403300000', 'Masa', 'ədəd'),
]


class World:
    """The demo company. ``number`` is the first of the qaimə numbers that nobody has yet."""

    def __init__(self, env):
        self.env = env(user=env.ref('base.user_admin'), context={'lang': 'en_US', 'tz': 'Asia/Baku'})
        if 'vatportal.connector' not in self.env:
            return
        self.connector = self.env['vatportal.connector'].search([], limit=1)
        self.env.cr.execute("SELECT COALESCE(MAX(SUBSTR(qaime, 7)::int), 70000000) + 1 FROM vatportal_document WHERE qaime LIKE 'MT2610%'")
        [self.number] = self.env.cr.fetchone()

    def commit(self):
        self.env.cr.commit()
        self.env.invalidate_all()

    def invoices(self, count, lines=LINES):
        """Posted invoices, made a few at a time as people do."""
        source = self.env['account.move'].search([('move_type', '=', 'out_invoice'), ('partner_id.vat', '!=', False)], limit=1, order='id')
        product = source.invoice_line_ids[:1].product_id
        moves = self.env['account.move']
        for numbers in split_every(100, range(count)):
            part = moves.create(
                [
                    {
                        'move_type': 'out_invoice',
                        'partner_id': source.partner_id.id,
                        'invoice_date': datetime.date.today(),
                        'invoice_line_ids': [
                            (0, 0, {'product_id': product.id, 'quantity': line + 1, 'price_unit': 10 + number / 100}) for line in range(lines)
                        ],
                    }
                    for number in numbers
                ]
            )
            part.action_post()
            moves += part
        self.commit()
        return moves

    def portal_documents(self, count, lines=LINES):
        """Received documents, field by field as the portal names them."""
        own = self.env['vatportal.document']._own_voen(self.connector.company_id)
        found = []
        for position in range(count):
            rows = [self._portal_line(line, position) for line in range(1, lines + 1)]
            sums = {name: round(sum(row[name] for row in rows), 6) for name in ('ini_amount', 'ini_amount2', 'apply_amount', 'vat_amount', 'net_amount')}
            vendor = position % VENDORS
            raw = {
                'qaime': f'MT2610{self.number:08d}',
                'main_subject': f'Müqavilə A{position:05d}; 01.10.2026',
                'add_subject': f'Sifariş {position + 1}',
                'cmp_from': f'Təchizatçı {vendor + 1} MMC',
                'tin_from': str(FIRST_VOEN + vendor * 10),
                'cmp_to': self.connector.company_id.name,
                'tin_to': own,
                'datetime': f'{position % 28 + 1:02d}.10.2026 {position % 24:02d}:{position % 60:02d}',
                'type': 'defaultInvoice',
                'status': 'approved',
                **sums,
                'lines': rows,
            }
            self.number += 1
            found.append(EtaxesDocument.from_portal_json(json.loads(json.dumps(raw))))
        return found

    def _portal_line(self, line, position):
        code, name, unit = GOODS[(line + position) % len(GOODS)]
        price, quantity = 10 + position % 997 / 100, line
        amount = round(price * quantity, 2)
        vat = round(amount * 0.18, 6)
        amounts = {'ini_amount': amount, 'ini_amount2': amount, 'apply_amount': amount, 'vat_amount': vat, 'net_amount': round(amount + vat, 6)}
        return {'line': line, 'prod_code': code, 'prod_name': name, 'unit_name': unit, 'unit_qty': quantity, 'unit_price': price, **amounts}

    def store(self, documents):
        """Store what the portal names; return the documents."""
        found = self.env['vatportal.document']._upsert_from_portal(self.connector, 'incoming', documents)
        assert found['created'] == len(documents), found
        return found['new']

    def vendors(self):
        """Those who issue :meth:`portal_documents`; VÖEN → partner."""
        numbers = {str(FIRST_VOEN + vendor * 10): f'Təchizatçı {vendor + 1} MMC' for vendor in range(VENDORS)}
        Partner = self.env['res.partner']
        found = {partner.vat: partner for partner in Partner.search([('vat', 'in', list(numbers))])}
        missing = [
            {'name': name, 'vat': vat, 'is_company': True, 'country_id': self.env.ref('base.az').id} for vat, name in numbers.items() if vat not in found
        ]
        found |= {partner.vat: partner for partner in Partner.with_context(no_vat_validation=True).create(missing)}
        self.commit()
        return found

    def products(self):
        """The goods of :meth:`portal_documents`, known by their codes."""
        self.env['product.product'].create([{'name': name, 'vatportal_code': code} for code, name, _unit in GOODS])

    def ubl_files(self, count):
        """Invoices of as many lines as UBL, as Odoo's import takes them."""
        builder = self.env['account.edi.xml.ubl_bis3']
        contents = [builder._export_invoice(move)[0] for move in self.invoices(count)]
        return [{'name': 'invoice.xml', 'raw': raw, 'xml_tree': etree.fromstring(raw), 'attachment': self.env['ir.attachment']} for raw in contents]
