from odoo.fields import Command

from ..vatportal import EtaxesDocument
from .common import BUYER, OTHER_BUYER, SELLER, VatportalCommon

VENDOR, OTHER_VENDOR = '1503647981', '9900003871'


class BillCommon(VatportalCommon):
    """Received documents, made as the import makes them, and the purchase side of the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.purchase = {
            category: cls.create_tax(name, rate, category, type_tax_use='purchase')
            for category, name, rate in (('vat', 'P VAT 18 %', 18), ('zero', 'P VAT 0 %', 0), ('exempt', 'P exempt', 0), ('not_subject', 'P not subject', 0))
        }
        cls.vendor = cls.env['res.partner'].create({'name': 'Qafqaz Təchizat MMC', 'vat': VENDOR, 'country_id': cls.env.ref('base.az').id, 'is_company': True})
        cls.numbers = iter(range(25000100, 26000000))

    @classmethod
    def kind(cls, code):
        return cls.env['vatportal.kind'].search([('code', '=', code)])

    @classmethod
    def line(cls, amount=100.0, category='vat', vat=None, excise=0.0, road=0.0, total=None, **vals):
        """Values of a document line: ``amount`` before excise, everything else following from it unless given."""
        base = amount + excise
        vat = round(base * 0.18, 6) if vat is None and category == 'vat' else vat or 0.0
        column = {'vat': 'amount_vat_base', 'zero': 'amount_zero', 'exempt': 'amount_exempt', 'not_subject': 'amount_not_subject'}.get(category)
        return {
            'product_code': '2523290000',
            'name': 'Sement M400',
            'unit': 'ədəd',
            'quantity': 1,
            'price_unit': amount,
            'barcode': '2523290000000',
            'amount_goods': amount,
            'amount_excise': excise,
            'amount_net': base,
            **({column: base} if column else {}),
            'amount_vat': vat,
            'amount_road': road,
            'amount_total': round(base + vat + road, 6) if total is None else total,
            **vals,
        }

    @classmethod
    def document(cls, *lines, kind='defaultInvoice', direction='incoming', company=None, **vals):
        """A document as the import stores it; sums follow from the lines unless given."""
        lines = [line if isinstance(line, dict) else cls.line(line) for line in lines or (100.0,)]
        company = company or cls.company
        fields = (
            'amount_goods',
            'amount_excise',
            'amount_net',
            'amount_vat_base',
            'amount_not_subject',
            'amount_zero',
            'amount_exempt',
            'amount_vat',
            'amount_road',
            'amount_total',
        )
        ours = {'buyer_vat': SELLER, 'buyer_name': company.name, 'seller_vat': VENDOR, 'seller_name': cls.vendor.name}
        if direction == 'outgoing':
            ours = {'seller_vat': SELLER, 'seller_name': company.name, 'buyer_vat': BUYER, 'buyer_name': cls.partner.name}
        return (
            cls.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': direction,
                    'company_id': company.id,
                    'state': 'registered',
                    'connector_id': cls.connector.id if company == cls.company else False,
                    'qaime': f'MT2611{next(cls.numbers)}',
                    'kind_id': cls.kind(kind).id,
                    'date': '2026-11-20 21:30:00',
                    'status': 'approved',
                    'status_code': 'approved',
                    'main_info': 'Müqavilə A-12',
                    **ours,
                    **{name: round(sum(line.get(name, 0.0) for line in lines), 6) for name in fields},
                    'line_ids': [Command.create({'sequence': position, **line}) for position, line in enumerate(lines, 1)],
                    **vals,
                }
            )
            .sudo(False)
        )

    def as_downloaded(self, qaime, line=None, **changes):
        """A received document over 118.00 as the portal names it; ``line`` and ``changes``: what of its row, or of itself, is otherwise."""
        amounts = {'ini_amount': 100, 'ini_amount2': 100, 'apply_amount': 100, 'vat_amount': 18, 'net_amount': 118}
        goods = {'line': 1, 'prod_code': '2523290000', 'prod_name': 'Sement M400', 'unit_name': 'ədəd', 'unit_qty': 1, 'unit_price': 100}
        return EtaxesDocument.from_portal_json(
            {
                'qaime': qaime,
                'cmp_from': self.vendor.name,
                'tin_from': VENDOR,
                'tin_to': SELLER,
                'datetime': '20.11.2026 10:00',
                'main_subject': 'Müqavilə A-12',
                'type': 'defaultInvoice',
                'status': 'approved',
                **amounts,
                'lines': [{**goods, **amounts, **(line or {})}],
                **changes,
            }
        )

    def store(self, *documents, connector=None):
        """Store what the portal names, as one page of an import; return what became of it."""
        return self.env['vatportal.document']._upsert_from_portal(connector or self.connector, 'incoming', list(documents))

    def bill(self, *lines, **vals):
        """The draft bill of such a document; it has its total."""
        document = self.document(*lines, **vals)
        document.action_create_bills()
        self.assertEqual(document.bill_state, 'billed', document.bill_question)
        self.assert_total(document)
        return document.move_id

    def assert_total(self, document):
        self.assertFalse(document.amount_differs, document.amount_difference)
        self.assertEqual(document.move_id._vatportal_total(), document._amount_to_pay())

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_bill').method_direct_trigger()

    def product_lines(self, move):
        return move.invoice_line_ids.filtered(lambda line: line.display_type == 'product')


__all__ = ['BUYER', 'OTHER_BUYER', 'OTHER_VENDOR', 'SELLER', 'VENDOR', 'BillCommon']
