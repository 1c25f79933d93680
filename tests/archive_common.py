import io
import zipfile
from itertools import cycle

from odoo.fields import Command

from ..models.portal_values import AMOUNTS
from ..models.states import STATUSES
from ..vatportal import EtaxesDocument
from .bill_common import BUYER, SELLER, VENDOR
from .send_common import SendCommon
from .xml_common import XmlCommon


class ArchiveCommon(XmlCommon, SendCommon):
    """Sixty documents of all kinds and statuses, as they get into Odoo: read from the portal, sent from here, read from files."""

    def raw(self, direction, number, **changes):
        """A document as the portal names it."""
        amounts = {'ini_amount': 100, 'ini_amount1': 100, 'ini_amount2': 100, 'apply_amount': 100, 'vat_amount': 18, 'net_amount': 118}
        parties = {'tin_from': VENDOR, 'cmp_from': '"Qafqaz" MMC', 'tin_to': SELLER, 'cmp_to': 'Xəzər Ticarət MMC'}
        if direction == 'outgoing':
            parties = {'tin_from': SELLER, 'cmp_from': 'Xəzər Ticarət MMC', 'tin_to': BUYER, 'cmp_to': '=Abşeron'}
        goods = {'id': 7, 'line': 1, 'prod_code': '2523290000', 'prod_name': 'Sement', 'barcode': '', 'unit_name': 'kq', 'unit_qty': 0.5, 'unit_price': 200}
        return {
            'id': int(number[-6:]),
            'qaime': number,
            'serial': number[:-8],
            'number': number[-8:],
            'datetime': '20.11.2025 10:05',
            'main_subject': 'Müqavilə A-12',
            'add_subject': None,
            'type': 'defaultInvoice',
            'status': 'approved',
            'unknownToUs': {'z': [1, 2.50], 'a': None},
            **parties,
            **amounts,
            'lines': [{**goods, **amounts, 'skip_amount': 0}],
            **changes,
        }

    def number(self):
        return f'MT2511{next(self.numbers)}'

    def download(self, direction, *raws):
        documents = self.env['vatportal.document']
        result = documents._upsert_from_portal(self.connector, direction, [EtaxesDocument.from_portal_json(raw) for raw in raws])
        self.assertFalse(result['problems'])
        return result['new']

    def seed(self):
        """Sixty documents."""
        kinds = self.env['vatportal.kind'].search([]).mapped('code')
        statuses, days = (
            cycle([code for code, _label in STATUSES if code != 'unknown'] + ['Ləğv']),
            cycle(['31.01.2025 23:59', '01.02.2025 00:00', '', '20.11.2025']),
        )
        for direction in ('incoming', 'outgoing'):
            self.download(
                direction,
                *(self.raw(direction, self.number(), type=kinds[place % len(kinds)], status=next(statuses), datetime=next(days)) for place in range(24)),
            )
        # Two rows in several VAT columns; one that no file holds, for its note is too long; one with six decimals.
        self.download(
            'incoming',
            self.raw('incoming', self.number(), skip_amount=50, ini_amount=150, ini_amount2=150, net_amount=168, main_subject='x' * 300),
            self.raw('incoming', self.number(), ini_amount=0.123456, ini_amount2=0.123456, apply_amount=0.123456, vat_amount=0.022222, net_amount=0.145678),
        )
        # Sent from here: one that no import has read, one that has been corrected since, one deleted from here.
        sent = self.create_invoice() + self.create_invoice({'price_unit': 55})
        self.finish(self.send(sent))
        corrected, deleted = self.download('outgoing', *(self.raw('outgoing', self.number()) for _place in range(2)))
        self.download('outgoing', self.raw('outgoing', corrected.qaime, status='updateApproval', net_amount=236, vat_amount=36))
        deleted._set_deleted(self.env.user, 'Wrong')
        # Files: with a number, without one, twice the same without one, and one of which the portal has told since.
        number = self.number()
        files = [self.xml(number=self.number()), self.xml('70'), self.xml('80'), self.xml('80'), self.xml('90', number=number)]
        for place, file in enumerate(files):
            self.env['vatportal.document'].with_context(vatportal_other_document=place == 3)._from_file(self.company, f'{place}.xml', file)
        self.download('incoming', self.raw('incoming', number))
        # Kept from a time of which nothing else is kept.
        self.document(direction='outgoing')
        documents = self.env['vatportal.document'].search([('company_id', '=', self.company.id)])
        self.assertEqual(len(documents), 60)
        return documents

    def archive(self, company=None, user=None, **vals):
        """The bytes of an archive of all documents of a company."""
        company = company or self.company
        wizard = (
            self.env['vatportal.archive.wizard']
            .with_user(user or self.env.user)
            .with_company(company)
            .create({'period': 'custom', 'date_from': '2025-01-01', 'date_to': '2026-12-31', 'with_books': False, 'company_id': company.id, **vals})
        )
        return self.downloaded(wizard.action_download())

    def downloaded(self, action):
        return self.env['ir.attachment'].browse(int(action['url'].split('/')[-1].partition('?')[0])).raw

    def files(self, content):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return {name: package.read(name) for name in package.namelist()}

    def take_in(self, content, company, user=None):
        """Take an archive in with the wizard of imports; return what it says, '' for nothing."""
        file = self.env['ir.attachment'].with_user(user or self.env.user).create({'name': 'archive.zip', 'raw': content})
        wizard = self.env['vatportal.import.wizard'].with_user(user or self.env.user).with_company(company)
        action = wizard.create({'source': 'file', 'company_id': company.id, 'file_ids': [Command.set(file.ids)]}).action_import()
        return action.get('params', {}).get('message', '')

    def empty_company(self, **vals):
        """Another company under the same VÖEN, in which there is nothing."""
        company = self.env['res.company'].create(
            {'name': 'Xəzər, yeni baza', 'vat': SELLER, 'country_id': self.env.ref('base.az').id, 'currency_id': self.env.ref('base.AZN').id, **vals}
        )
        self.env.user.company_ids += company
        return company

    def figures(self, company):
        """What counts of the documents of a company, without what is of the database."""
        names = ['direction', 'qaime', 'date', 'state', 'status', 'seller_vat', 'buyer_vat', 'main_info', *AMOUNTS]
        found = self.env['vatportal.document'].with_company(company).search([('company_id', '=', company.id)])
        return sorted([[str(doc[name]) for name in names] + [doc.kind_id.code, len(doc.line_ids)] for doc in found], key=str)
