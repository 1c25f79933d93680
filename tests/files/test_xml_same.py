from odoo import Command
from odoo.tests import Form, tagged

from ..xml_common import XmlCommon

OCTOBER, NOVEMBER = 'MT261025000110', 'MT261125000111'
RENT = 'İcarə, {}'


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestXmlSame(XmlCommon):
    """Files without a number: which document each of them is, and which download."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.write({'auto_bill': True, 'auto_bill_from': '2026-10-01'})

    def download(self, *documents):
        """Store (number, note, day, changes) as one download; return the documents, those that are merged left out."""
        self.store(
            *(
                self.as_downloaded(qaime, {'prod_name': name, 'unit_name': 'ƏDƏD'}, datetime=f'{day} 10:00', main_subject=note)
                for qaime, note, day, name in documents
            )
        )
        self.run_cron()
        return self.documents()

    def rent(self, qaime, month, day, name='Sement M400'):
        return qaime, month if month is None else RENT.format(month), day, name

    def by_number(self, qaime):
        return self.documents(qaime=qaime)

    def confirm(self, bill, day, **vals):
        bill.write({'invoice_date': day, **vals})
        bill.action_post()

    # ------------------------------------------------------------------ files among themselves

    def test_another_note_is_another_document(self):
        october = self.drop(self.xml(note=RENT.format('oktyabr')))
        november = self.drop(self.xml(note=RENT.format('noyabr')), 'november.xml')
        self.assertNotEqual(october, november)
        self.assertEqual(len(self.documents()), 2)
        self.assertEqual(self.drop(self.xml(note=RENT.format('NOYABR ')), 'again.xml'), november)

    def test_other_names_are_another_document(self):
        red = self.drop(self.xml('10', '20', name='Boya, qırmızı'))
        self.assertNotEqual(self.drop(self.xml('10', '20', name='Boya, yaşıl')), red)
        self.assertEqual(self.drop(self.xml('20', '10', name='Boya,  Qırmızı')), red)

    def test_a_further_note_is_another_document(self):
        first = self.drop(self.xml())
        self.assertNotEqual(self.drop(self.xml().replace(b'<des2></des2>', b'<des2>B korpusu</des2>').replace(b'<des2/>', b'<des2>B korpusu</des2>')), first)

    def test_a_person_insists(self):
        """The same to the letter, and yet another month: said in the import."""
        bill = self.drop(self.xml(note='İcarə'))
        for number in (2, 3):
            with Form(self.env['vatportal.import.wizard']) as form:
                form.source = 'file'
                form.file_ids.add(self.attach(self.xml(note='İcarə'), f'{number}.xml'))
                form.other_documents = True
            form.record.action_import()
            self.assertEqual(len(self.documents()), number)
        self.assertEqual(self.documents().mapped('bill_state'), ['billed'] * 3)
        self.assertEqual(len(self.documents().move_id), 3)
        self.assertIn(bill, self.documents().move_id)
        # None of them is surely the one that comes with a number.
        self.download(self.rent(OCTOBER, None, '31.10.2026')[:1] + ('İcarə', '31.10.2026', 'Sement M400'))
        self.assertEqual(self.by_number(OCTOBER).bill_state, 'ask')

    # ------------------------------------------------------------------ files and downloads

    def test_the_note_decides_among_downloads(self):
        bill = self.drop(self.xml(note=RENT.format('oktyabr')))
        self.download(self.rent(NOVEMBER, 'noyabr', '30.11.2026'), self.rent(OCTOBER, 'oktyabr', '31.10.2026'))
        self.assertEqual(self.by_number(OCTOBER).move_id, bill)
        self.assertEqual(bill.ref, OCTOBER)
        other = self.by_number(NOVEMBER)
        self.assertEqual(other.bill_state, 'billed')
        self.assertNotEqual(other.move_id, bill)

    def test_a_download_with_another_note_leaves_a_confirmed_bill_alone(self):
        bill = self.drop(self.xml(note=RENT.format('oktyabr')))
        self.confirm(bill, '2026-10-31')
        self.download(self.rent(NOVEMBER, 'noyabr', '30.11.2026'))
        self.assertFalse(bill.ref or bill.vatportal_bill_qaime)
        self.assertEqual(self.by_number(NOVEMBER).bill_state, 'billed')
        self.download(self.rent(OCTOBER, 'oktyabr', '31.10.2026'))
        self.assertEqual((bill.ref, self.by_number(OCTOBER).move_id), (OCTOBER, bill))
        self.assertEqual(len(self.documents()), 2)

    def test_a_download_of_another_day_is_a_question_for_a_confirmed_bill(self):
        """The same note every month: what is confirmed bears its day, and gets no number by itself on another one."""
        bill = self.drop(self.xml(note='İcarə'))
        self.confirm(bill, '2026-10-31')
        self.download((NOVEMBER, 'İcarə', '30.11.2026', 'Sement M400'))
        document = self.by_number(NOVEMBER)
        self.assertEqual(document.bill_state, 'ask')
        self.assertIn(bill.name, document.bill_ask)
        self.assertFalse(bill.ref)
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertEqual(wizard.move_id, bill)
        wizard.action_create()
        self.assertNotIn(document.move_id, (bill, self.env['account.move']))
        self.download((OCTOBER, 'İcarə', '31.10.2026', 'Sement M400'))
        self.assertEqual((self.by_number(OCTOBER).move_id, bill.ref), (bill, OCTOBER))

    def test_a_confirmed_bill_with_another_number(self):
        """A person has typed the number of October: November's is another document, and no question either."""
        bill = self.drop(self.xml(note='İcarə'))
        self.confirm(bill, '2026-10-31', ref=f'№ {OCTOBER[-8:]}')
        self.download((NOVEMBER, 'İcarə', '31.10.2026', 'Sement M400'))
        self.assertEqual(self.by_number(NOVEMBER).bill_state, 'billed')
        self.assertFalse(bill.vatportal_bill_qaime)
        self.download((OCTOBER, 'İcarə', '31.10.2026', 'Sement M400'))
        self.assertEqual(self.by_number(OCTOBER).move_id, bill)
        self.assertEqual(bill.ref, f'№ {OCTOBER[-8:]}')

    def test_the_number_on_the_bill_decides_among_downloads(self):
        bill = self.drop(self.xml(note='İcarə'))
        bill.ref = 'MT2610 25000110'
        self.download((NOVEMBER, 'İcarə', '30.11.2026', 'Sement M400'), (OCTOBER, 'İcarə', '31.10.2026', 'Sement M400'))
        self.assertEqual(self.by_number(OCTOBER).move_id, bill)
        self.assertNotEqual(self.by_number(NOVEMBER).move_id, bill)

    def test_several_downloads_are_a_question(self):
        bill = self.drop(self.xml(note='İcarə'))
        self.download((NOVEMBER, 'İcarə', '30.11.2026', 'Sement M400'), (OCTOBER, 'İcarə', '31.10.2026', 'Sement M400'))
        october, november = self.by_number(OCTOBER), self.by_number(NOVEMBER)
        self.assertEqual((october.bill_state, november.bill_state), ('ask', 'ask'))
        self.assertEqual(len(self.documents()), 3)
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': october.id})
        self.assertEqual(wizard.move_id, bill)
        self.assertEqual(wizard.action_link()['res_id'], bill.id)
        self.assertEqual((bill.ref, str(bill.invoice_date), bill.vatportal_bill_qaime), (OCTOBER, '2026-10-31', OCTOBER))
        self.assertEqual(len(self.documents()), 2)
        # The other one is asked about no more.
        self.run_cron()
        self.assertEqual(november.bill_state, 'billed')
        self.assertEqual(len(self.documents().move_id), 2)

    def test_a_file_after_several_downloads_is_a_question(self):
        self.download((NOVEMBER, 'İcarə', '30.11.2026', 'Sement M400'), (OCTOBER, 'İcarə', '31.10.2026', 'Sement M400'))
        bill = self.by_number(OCTOBER).move_id
        draft = self.drop(self.xml(note='İcarə'), 'rent.xml')
        self.assert_refused(draft, 'may be the same document', OCTOBER, NOVEMBER)
        document = self.documents(qaime=False)
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id, 'move_id': bill.id})
        wizard.action_link()
        self.assertFalse(draft.exists() or document.exists())
        self.assertEqual(self.by_number(OCTOBER).move_id, bill)
        self.assertIn('rent.xml', bill.attachment_ids.mapped('name'))
        self.assertIn('rent.xml', self.by_number(OCTOBER).message_ids.attachment_ids.mapped('name'))

    def test_a_file_after_one_download(self):
        self.download(self.rent(OCTOBER, 'oktyabr', '31.10.2026'), self.rent(NOVEMBER, 'noyabr', '30.11.2026'))
        bills = self.documents().move_id
        self.assertEqual(self.drop(self.xml(note=RENT.format('noyabr'))), self.by_number(NOVEMBER).move_id)
        self.assertEqual(self.documents().move_id, bills)

    def test_a_note_that_is_missing_is_a_question(self):
        bill = self.drop(self.xml(note=RENT.format('oktyabr')))
        self.download(self.rent(OCTOBER, None, '31.10.2026'))
        document = self.by_number(OCTOBER)
        self.assertEqual(document.bill_state, 'ask')
        document.action_link_move(bill.id)
        self.assertEqual((bill.ref, self.documents().qaime), (OCTOBER, OCTOBER))

    def test_other_punctuation_is_a_question(self):
        """What a page of e-taxes may write otherwise is neither surely the same nor surely another document."""
        self.drop(self.xml(note='Müqavilə № 5, icarə'))
        self.download((OCTOBER, 'Müqavilə №5 - icarə', '31.10.2026', 'Sement M400'))
        self.assertEqual(self.by_number(OCTOBER).bill_state, 'ask')

    def test_other_names_in_a_download(self):
        bill = self.drop(self.xml())
        self.download((OCTOBER, 'Müqavilə A-12', '31.10.2026', 'Sement M500'))
        self.assertNotIn(self.by_number(OCTOBER).move_id, (bill, self.env['account.move']))
        self.assertFalse(bill.ref)

    def test_a_long_name(self):
        """A file holds the first 150 characters."""
        bill = self.drop(self.xml(name='Sement ' * 21 + 'M40'))
        self.download((OCTOBER, 'Müqavilə A-12', '31.10.2026', 'Sement ' * 21 + 'M400 əla növ'))
        self.assertEqual(self.by_number(OCTOBER).move_id, bill)

    # ------------------------------------------------------------------ files with and without a number

    def test_a_number_by_file(self):
        october = self.drop(self.xml(note=RENT.format('oktyabr')))
        november = self.drop(self.xml(note=RENT.format('noyabr')))
        self.assertEqual(self.drop(self.xml(note=RENT.format('noyabr'), number=NOVEMBER)), november)
        self.assertEqual((october.ref, november.ref), (False, NOVEMBER))

    def test_a_number_by_file_on_a_confirmed_bill(self):
        bill = self.drop(self.xml())
        self.confirm(bill, '2026-10-31')
        draft = self.drop(self.xml(number=NOVEMBER))
        self.assert_refused(draft, 'may be the same document', f'({self.company.name})')
        # The chatter is read by all; the banner names the bill to those who may see it.
        self.assertIn(bill.name, draft._get_alerts()['vatportal_file_question']['message'])
        self.assertFalse(bill.ref)
        self.by_number(NOVEMBER).action_link_move(bill.id)
        self.assertEqual((bill.ref, self.documents().qaime), (NOVEMBER, NOVEMBER))
        self.assertFalse(draft.exists())

    def test_a_number_by_file_that_the_bill_bears(self):
        bill = self.drop(self.xml())
        self.confirm(bill, '2026-10-31', ref=OCTOBER[-8:])
        self.assertEqual(self.drop(self.xml(number=OCTOBER)), bill)
        self.assertEqual(self.documents().qaime, OCTOBER)

    def test_a_bill_by_hand_beside_that_of_the_file(self):
        """The number that comes stands on another bill already: said before the file's bill bears it as well."""
        bill = self.drop(self.xml())
        typed = self.env['account.move'].create(
            {
                'move_type': 'in_invoice',
                'partner_id': self.vendor.id,
                'ref': OCTOBER[-8:],
                'invoice_line_ids': [Command.create({'name': 'Sement', 'price_unit': 118, 'tax_ids': [Command.clear()]})],
            }
        )
        self.download((OCTOBER, 'Müqavilə A-12', '31.10.2026', 'Sement M400'))
        document = self.by_number(OCTOBER)
        self.assertEqual((document.bill_state, bill.ref), ('ask', False))
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertEqual(wizard.proposed_ids, typed | bill)

    def test_linked_by_a_clerk(self):
        """Whoever may not write documents may say which one it is."""
        user = self.env['res.users'].create(
            {
                'name': 'Clerk',
                'login': 'clerk',
                'company_id': self.company.id,
                'company_ids': [Command.set(self.company.ids)],
                'group_ids': [Command.link(self.env.ref('account.group_account_invoice').id)],
            }
        )
        bill = self.drop(self.xml(note='İcarə'))
        self.download((NOVEMBER, 'İcarə', '30.11.2026', 'Sement M400'), (OCTOBER, 'İcarə', '31.10.2026', 'Sement M400'))
        self.by_number(OCTOBER).with_user(user).action_link_move(bill.id)
        self.assertEqual(bill.ref, OCTOBER)
