import io
import zipfile
from decimal import Decimal

from ..vatportal import Invoice, Item, write_invoice
from .bill_common import SELLER, VENDOR, BillCommon

NUMBER = 'MT261125000100'
# A file of the old layout: no column for 0 %; VAT, total and road tax stand elsewhere.
OLD = (
    '<?xml version="1.0"?><root version="205" kod="QAIME_1"><qaimeKime>{buyer}</qaimeKime>'
    '<qaimeKimden>{seller}</qaimeKimden><qaimeKimeAd>Xəzər &amp; Co</qaimeKimeAd><vo>25000100</vo><sn>MT2412</sn>'
    '<des>Müqavilə</des><des2/><ma/><mk/><product><qaimeTable>'
    '<row no="0"><c1>2523290000</c1><c2>Sement</c2><c3>kq</c3><c4>2</c4><c5>50</c5><c6>100</c6><c7>0</c7><c8>0</c8>'
    '<c9>100</c9><c10>60</c10><c11>30</c11><c12>10</c12><c13>10.8</c13><c14>115.8</c14><c15>5</c15></row>'
    '</qaimeTable><qaimeYekunTable><row><c1>100</c1><c2>0</c2><c3>100</c3><c4>60</c4><c5>30</c5><c6>10</c6>'
    '<c7>10.8</c7><c8>115.8</c8></row></qaimeYekunTable></product></root>'
)


class XmlCommon(BillCommon):
    """Files of e-taxes, and the ways in which they reach Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.purchase_journal = cls.company_data['default_journal_purchase']

    @classmethod
    def create_branch(cls):
        """A branch under the company's VÖEN, with a journal of bills of its own."""
        cls.branch = cls.env['res.company'].create({'name': 'Xəzər Gəncə', 'parent_id': cls.company.id, 'country_id': cls.env.ref('base.az').id})
        cls.env.user.company_ids += cls.branch
        cls.vendor.with_company(cls.branch).property_account_payable_id = cls.vendor.property_account_payable_id
        cls.branch_journal = cls.env['account.journal'].create(
            {
                'name': 'Gəncə alışları',
                'code': 'GNC',
                'type': 'purchase',
                'company_id': cls.branch.id,
                'default_account_id': cls.purchase_journal.default_account_id.id,
            }
        )

    @classmethod
    def xml(cls, *amounts, number='', buyer=SELLER, seller=VENDOR, note='Müqavilə A-12', **changes):
        """A file of version 304, each of ``amounts`` a row at 18 %; ``changes`` are of its items."""
        items = []
        for amount in map(Decimal, amounts or ['100']):
            vat = (amount * Decimal('0.18')).quantize(Decimal('0.01'))
            items.append(
                Item(
                    **{
                        'id': '2523290000',
                        'name': 'Sement M400',
                        'unit': 'ədəd',
                        'unit_price': amount,
                        'quantity': Decimal(1),
                        'subtotal1': amount,
                        'subtotal2': amount,
                        'apply_vat_amount': amount,
                        'vat_amount': vat,
                        'total': amount + vat,
                        **changes,
                    }
                )
            )

        def added(name):
            return sum(getattr(item, name) for item in items)

        text = write_invoice(
            Invoice(
                id='INV/0001',
                main_info=note,
                seller=seller,
                buyer=buyer,
                items=tuple(items),
                **{f'sum_{name}': added(name) for name in ('subtotal1', 'subtotal2', 'apply_vat_amount', 'vat_amount', 'total')},
            )
        ).decode()
        if number:
            text = text.replace('<ds>', f'<vo>{number[-8:]}</vo><sn>{number[:-8]}</sn><ds>')
        return text.encode()

    def package(self, *files, **named):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
            archive.writestr('vhf-inf/vhf.mf', 'VHF-Manifest-Version: 1.0\r\n\r\n')
            for position, content in enumerate(files, 1):
                archive.writestr(f'{position}.xml', content)
            for name, content in named.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    def attach(self, content, name='qaime.xml'):
        return self.env['ir.attachment'].create({'name': name, 'raw': content})

    def drop(self, content, name='qaime.xml', user=None):
        """Drop a file on Vendor Bills; return the bills that open."""
        user = user or self.env.user
        journal = self.purchase_journal.with_user(user).with_context(default_move_type='in_invoice')
        action = journal.create_document_from_attachment(journal.env['ir.attachment'].create({'name': name, 'raw': content}).ids)
        return self.env['account.move'].search([('id', '=', action['res_id'])] if action.get('res_id') else action['domain'], order='id')

    def documents(self, **vals):
        return self.env['vatportal.document'].search([('company_id', '=', self.company.id)] + [(name, '=', value) for name, value in vals.items()])

    def assert_refused(self, bills, *texts):
        """The drafts stay empty, and say why in their chatter, all in one message."""
        for bill in bills:
            self.assertFalse(bill.invoice_line_ids)
            said = ' '.join(bill.message_ids.mapped('body'))
            for text in texts:
                self.assertIn(text, said)
            self.assertNotIn('Traceback', said)
