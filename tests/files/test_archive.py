import hashlib
import io
import json
import subprocess
import tempfile
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ...models.intake import archive
from ...models.states import DELETED_STATUSES
from ..archive_common import ArchiveCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestArchive(ArchiveCommon):
    """An archive of a year, out and in again."""

    def test_out_and_in_again(self):
        """Into an empty company under the same VÖEN, and archived there: the same bytes, and the same documents."""
        self.seed()
        first = self.archive()
        other = self.empty_company()
        self.assertIn('60 documents were taken in, 0 were here already', self.take_in(first, other))
        self.assertEqual(self.figures(other), self.figures(self.company))
        self.assertEqual(self.archive(other), first)
        self.assertEqual(self.archive(), first, 'nothing of the first company has changed')
        self.assertIn('0 documents were taken in, 60 were here already', self.take_in(first, other))
        self.assertEqual(self.archive(other), first)

    def test_what_is_in_it(self):
        documents = self.seed()
        content = self.archive(with_books=True)
        files = self.files(content)
        manifest = json.loads(files['manifest.json'])
        self.assertEqual(manifest['documents'], {'incoming': 31, 'sent': 29})
        self.assertEqual((manifest['voen'], manifest['version'], manifest['date_from']), (self.company.vat, 1, '2025-01-01'))
        told = documents.filtered('fingerprint')[:1]
        [path] = [name for name in files if name.endswith(f'{told.qaime}.json')]
        self.assertEqual(json.loads(files[path]), told.raw, "the portal's own words")
        self.assertTrue([name for name in files if name.startswith('incoming/no-date/file-')])
        self.assertTrue([name for name in files if name.startswith('sent/2025-01/')], 'the month of Baku')
        self.assertTrue([name for name in files if name.endswith('.form.xml')])
        with tempfile.TemporaryDirectory() as folder:
            with ZipFile(io.BytesIO(content)) as package:
                package.extractall(folder)
            checked = subprocess.run(['sha256sum', '-c', '--strict', 'SHA256SUMS'], cwd=folder, capture_output=True, text=True)
            self.assertEqual(checked.returncode, 0, checked.stderr)
            self.assertEqual(len(checked.stdout.splitlines()), len(list(Path(folder).rglob('*.*'))))
        self.check_index(documents, files)

    def check_index(self, documents, files):
        [_heading, *rows] = openpyxl.load_workbook(io.BytesIO(files['index.xlsx'])).active.iter_rows(values_only=True)
        self.assertEqual(len(rows), 60)
        self.assertAlmostEqual(sum(row[20] or 0 for row in rows), sum(documents.mapped('amount_total')))
        for row in rows:
            for name, digest in (row[22:24], row[24:26]):
                if name:
                    self.assertEqual(hashlib.sha256(files[name]).hexdigest(), digest)
        self.assertIn('=Abşeron', {row[8] for row in rows}, 'a text, no formula')
        sent = documents.filtered('move_id').filtered('payload')
        [_heading, *rows] = openpyxl.load_workbook(io.BytesIO(files['books.xlsx'])).active.iter_rows(values_only=True)
        entries = {row[0]: row[3] for row in rows}
        self.assertEqual([entries[document.qaime] for document in sent], sent.mapped('move_id.name'))

    def test_what_was_cancelled(self):
        """Of an invoice sent from here it counts as deleted here; it is cancelled, by archives of before as well, which call it deleted."""
        document = self.download('outgoing', self.raw('outgoing', self.number()))
        document.action_link_move(self.create_invoice().id)
        self.download('outgoing', self.raw('outgoing', document.qaime, status='canceled'))
        document.sudo()._follow_status()
        self.assertEqual((document.state, document.status), ('deleted', 'canceled'))
        now = self.archive()
        with patch.object(archive, 'FINAL_STATUSES', DELETED_STATUSES):
            before = self.archive()
        for content, called in ((now, 'Cancelled'), (before, 'Deleted')):
            with self.subTest(called):
                [_heading, row] = openpyxl.load_workbook(io.BytesIO(self.files(content)['index.xlsx'])).active.iter_rows(values_only=True)
                self.assertEqual(row[4], called)
                other = self.empty_company(name=called)
                self.take_in(content, other)
                copy = self.env['vatportal.document'].with_company(other).search([('company_id', '=', other.id)])
                self.assertEqual((copy.qaime, copy.status, copy.shown_status), (document.qaime, 'canceled', 'canceled'))

    def test_the_choice(self):
        """Days of Baku, folder, what has no date, what was selected, and what e-taxes never had."""
        self.document(date='2025-12-31 19:59:59', seller_name='last')
        self.document(date='2025-12-31 20:00:00', seller_name='new year')
        self.document(date='2025-06-01', direction='outgoing')
        self.document(date='2025-06-01', direction='outgoing', state='rejected', qaime=False, erp_id='ODOO-NEVER-1')
        self.document(date='2025-06-01', is_foreign=True)
        self.env['vatportal.document']._from_file(self.company, 'a.xml', self.xml())
        year = {'period': 'custom', 'date_from': '2025-01-01', 'date_to': '2025-12-31'}

        def counted(**vals):
            return json.loads(self.files(self.archive(**{**year, **vals}))['manifest.json'])['documents']

        self.assertEqual(counted(), {'incoming': 2, 'sent': 1})
        self.assertEqual(counted(with_undated=False), {'incoming': 1, 'sent': 1})
        self.assertEqual(counted(direction='outgoing'), {'incoming': 0, 'sent': 1})
        chosen = self.env['vatportal.document'].search([('company_id', '=', self.company.id), ('direction', '=', 'outgoing')])
        wizard = self.env['vatportal.archive.wizard'].with_context(**chosen.action_archive_package()['context']).create({})
        self.assertEqual((wizard.document_count, wizard.left_out_count), (1, 1))
        self.assertEqual(json.loads(self.files(self.downloaded(wizard.action_download()))['manifest.json'])['documents'], {'incoming': 0, 'sent': 1})
        with self.assertRaisesRegex(UserError, 'no documents of e-taxes'):
            self.archive(period='custom', date_from='2020-01-01', date_to='2020-12-31', with_undated=False)

    def test_last_year_is_proposed(self):
        wizard = self.env['vatportal.archive.wizard'].create({})
        self.assertEqual((wizard.date_from.month, wizard.date_from.day, wizard.date_to.month, wizard.date_to.day), (1, 1, 12, 31))
        self.assertEqual(wizard.date_from.year, self.sandbox.portal.clock.baku().year - 1)

    def test_who_may(self):
        """Only accounting managers, and only those of the company."""
        self.document(date='2025-06-01')
        content = self.archive()
        other = self.empty_company()
        groups = {
            'invoicing': 'account.group_account_invoice',
            'auditor': 'account.group_account_readonly',
            'nobody': 'base.group_user',
            'manager': 'account.group_account_manager',
        }
        users = {
            name: new_test_user(self.env, f'archive-{name}', f'base.group_user,{group}', company_id=other.id, company_ids=[Command.set(other.ids)])
            for name, group in groups.items()
        }
        for name in ('invoicing', 'auditor', 'nobody'):
            users[name].company_ids += self.company
            with self.assertRaises(AccessError):
                self.archive(user=users[name])
            with self.assertRaises(AccessError):
                self.take_in(content, other, user=users[name])
        # A manager, but of another company.
        with self.assertRaises(AccessError):
            self.archive(user=users['manager'])
        with self.assertRaises(AccessError):
            self.env['vatportal.archive.wizard'].with_user(users['manager']).create({'document_ids': [Command.set(self.documents().ids)]})
        self.assertIn('1 documents', self.take_in(content, other, user=users['manager']))
        # Nor does anybody have what another person has made.
        made = self.env['ir.attachment'].search([('res_model', '=', 'vatportal.archive.wizard')])
        self.assertTrue(made)
        with self.assertRaises(AccessError):
            made.with_user(users['invoicing']).read(['raw'])
        with self.assertRaises(AccessError):
            made.with_user(users['manager']).read(['raw'])

    def test_too_many(self):
        self.patch(self.registry['vatportal.document'], 'search', lambda records, *args, **kwargs: records.browse(range(1, 30_000)))
        with self.assertRaisesRegex(UserError, 'Make one for each half'):
            self.archive()


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestArchiveIn(ArchiveCommon):
    """Archives that anyone may have made, and what is here already."""

    def setUp(self):
        super().setUp()
        self.told = self.download('incoming', self.raw('incoming', 'MT251125000001'), self.raw('incoming', 'MT251125000002'))
        self.package = self.archive()
        self.other = self.empty_company()

    def refused(self, content, text, company=None):
        company = company or self.other
        before = self.env['vatportal.document'].search_count([('company_id', '=', company.id)])
        with self.assertRaisesRegex(UserError, text):
            self.take_in(content, company)
        self.assertEqual(self.env['vatportal.document'].search_count([('company_id', '=', company.id)]), before)

    def changed(self, path, change):
        buffer = io.BytesIO()
        with ZipFile(buffer, 'w') as package:
            for name, content in self.files(self.package).items():
                package.writestr(name, change(content) if name == path else content)
        return buffer.getvalue()

    def test_a_changed_file(self):
        path = 'incoming/2025-11/MT251125000002.json'
        self.refused(self.changed(path, lambda content: content.replace(b'118', b'999')), f'{path}.*SHA-256')

    def test_another_companys(self):
        self.other.vat = '2001876531'
        self.refused(self.package, '1402345691.*has another one')
        self.other.vat = False
        self.refused(self.package, 'VÖEN')

    def test_a_newer_one(self):
        self.refused(self.changed('manifest.json', lambda content: content.replace(b'"version": 1', b'"version": 2')), 'newer version')

    def test_beside_other_files(self):
        files = self.attach(self.package, 'archive.zip') + self.attach(self.xml())
        wizard = self.env['vatportal.import.wizard'].create({'source': 'file', 'file_ids': [Command.set(files.ids)]})
        with self.assertRaisesRegex(UserError, 'by themselves'):
            wizard.action_import()

    def test_what_is_here_stays(self):
        """What the portal has told here since is newer; what was read from a file alone learns what the portal had told."""
        self.download('incoming', self.raw('incoming', 'MT251125000001', status='canceled'))
        self.take_in(self.package, self.company)
        self.assertEqual(self.told.mapped('status'), ['canceled', 'approved'])
        Document = self.env['vatportal.document'].with_company(self.other)
        from_file, _is_new = Document._from_file(self.other, 'a.xml', self.xml(number='MT251125000001'))
        self.assertIn('2 documents were taken in', self.take_in(self.package, self.other))
        self.assertEqual((from_file.status, from_file.raw['status']), ('approved', 'approved'))
        self.assertEqual(Document.search_count([('company_id', '=', self.other.id)]), 2)

    def test_nothing_is_said_to_be_seen(self):
        """An archive is no reading: what it shows need not be at e-taxes today, and what is missing stays so."""
        self.told[0].sudo().missing_since = '2026-01-01'
        self.take_in(self.package, self.company)
        self.assertTrue(self.told[0].missing_since)
        connector = self.connector.copy({'name': 'Yeni', 'company_id': self.other.id})
        self.env['vatportal.document'].with_company(self.other)._from_file(self.other, 'a.xml', self.xml(number='MT251125000001'))
        self.take_in(self.package, self.other)
        documents = self.env['vatportal.document'].with_company(self.other).search([('company_id', '=', self.other.id)])
        self.assertEqual((len(documents), documents.connector_id), (2, connector))
        self.assertFalse(documents.seen_connector_id)
        self.assertTrue(documents.partner_id, 'what follows from a download has followed')

    def test_in_parts(self):
        """More than are stored at once: the next time brings the rest."""
        from ...models.intake import archive_in

        self.patch(archive_in, 'AT_ONCE', 1)
        self.assertIn('1 documents were taken in, 0 were here already.\n1 more', self.take_in(self.package, self.other))
        self.assertIn('1 documents were taken in, 1 were here already.', self.take_in(self.package, self.other))
        self.assertEqual(self.archive(self.other), self.package)

    def test_dropped_on_vendor_bills(self):
        """It is no package of bills."""
        bill = self.drop(self.package, 'archive.zip')
        self.assertFalse(bill.invoice_line_ids)
        self.assertEqual(len(self.documents()), 2)


class TestArchiveTour(ArchiveCommon, HttpCase):
    """The dialog in a browser, for somebody who reads Azerbaijani."""

    def test_a_year(self):
        self.env['res.lang']._activate_lang('az_AZ')
        self.env.user.lang = 'az_AZ'
        year = self.sandbox.portal.clock.baku().year - 1
        self.download('incoming', self.raw('incoming', 'MT251125000001', datetime=f'01.02.{year}'), self.raw('incoming', 'MT251125000002', datetime=''))
        for size in ('1366x768', '390x844'):
            with self.subTest(size):
                self.browser_size, self.touch_enabled = size, size == '390x844'
                self.start_tour('/odoo/e-taxes', 'vatportal_archive', login=self.env.user.login, timeout=90)
        made = self.env['ir.attachment'].search([('res_model', '=', 'vatportal.archive.wizard')])
        self.assertEqual(made.mapped('name'), [f'e-taxes_1402345691_{year}-01-01_{year}-12-31.zip'] * 2)
        files = self.files(made[0].raw)
        self.assertEqual(json.loads(files['manifest.json'])['documents'], {'incoming': 1, 'sent': 0})
        headings = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(files['index.xlsx'])).active[1]]
        self.assertEqual(headings[0], 'Qaimə nömrəsi')
