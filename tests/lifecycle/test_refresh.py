from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ...models.operation import view_batch
from ..common import OTHER_BUYER, SELLER
from ..companies_common import CompaniesCommon
from ..send.test_missing import MissingCommon

START = '/etx/import'


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestRefresh(MissingCommon):
    def jobs(self, action):
        self.assertEqual(action['res_model'], 'vatportal.job')
        job = self.env['vatportal.job'].browse(action['res_id'])
        return job._batch()

    def refresh(self, records, name='action_refresh_status'):
        jobs = self.jobs(getattr(records, name)())
        for job in jobs:
            self.finish(job)
        return jobs

    def asked(self):
        return [record.json for record in self.sandbox.requests if record.path.endswith('/etx/read_invoices')]

    # ------------------------------------------------------------------ one document

    def test_one_document_and_no_folder(self):
        numbers = self.put(3)
        self.download()
        later = self.put(2)
        for number in numbers:
            self.sandbox.portal.set_status(number, 'cancelRequested')
        document = self.of(numbers[0])
        job = self.refresh(document)
        self.assertEqual((job.state, job.date_from, job.date_to), ('done', date(2026, 11, 10), date(2026, 11, 10)))
        self.assertEqual(document.status, 'cancelRequested')
        self.assertEqual(self.of(numbers[1]).status, 'approved', 'Nobody asked for it')
        self.assertFalse(self.of(later[0]))
        data = job.action_refresh()
        self.assertEqual(
            (data['name'], data['headline']), (f'Status: {document.name}', f'{document.name} has changed, as VatPortal has it: Cancellation requested.')
        )
        (row,) = data['documents']
        self.assertEqual((row['id'], row['state_label'], row['message']), (document.id, 'Cancellation requested', False))
        self.assertEqual((data['progress']['updated'], data['progress']['skipped'], data['can_ask_etaxes']), (1, 0, True))
        data = self.refresh(document).action_refresh()
        self.assertIn('is unchanged', data['headline'])
        self.assertNotIn(None, [value for key, value in data.items() if key not in ('code', 'connector')])

    def test_then_etaxes(self):
        """VatPortal holds an old copy: e-taxes itself is asked, which costs a PIN."""
        number = self.put(2)[0]
        self.download()
        self.sandbox.portal.set_status(number, 'canceled', held=False)
        job = self.refresh(self.of(number))
        self.assertEqual(self.of(number).status, 'approved')
        asked = self.jobs(job.action_ask_etaxes())
        self.finish(asked)
        self.assertEqual((asked.source, asked.asked_document_ids, asked.state), ('etaxes', self.of(number), 'done'))
        self.assertEqual(self.of(number).status, 'canceled')
        self.assertFalse(asked.action_refresh()['can_ask_etaxes'])
        (start,) = [record.json for record in self.sandbox.requests if record.path.endswith(START)]
        self.assertEqual((start['date_from'][:10], start['date_to'][:10], start['dir']), ('10.11.2026', '10.11.2026', 0))

    def test_invoices_and_bills(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        self.assertTrue(move.vatportal_can_refresh)
        self.sandbox.portal.set_status(move.vatportal_qaime, 'approved')
        job = self.refresh(move, 'action_vatportal_refresh_status')
        self.assertEqual((job.direction, move.vatportal_status), ('outgoing', 'approved'))
        number = self.put(1)[0]
        self.download()
        self.of(number).action_create_bills()
        bill = self.of(number).move_id
        self.sandbox.portal.set_status(number, 'canceled')
        jobs = self.refresh(bill | move, 'action_vatportal_refresh_status')
        self.assertEqual(set(jobs.mapped('direction')), {'incoming', 'outgoing'})
        self.assertTrue(bill.vatportal_bill_void)
        draft = self.create_invoice(post=False)
        self.assertFalse(draft.vatportal_can_refresh)
        with self.assertRaises(UserError):
            draft.action_vatportal_refresh_status()

    def test_signed_after_midnight(self):
        """The day of what was sent, and never read, may be the one after."""
        move = self.create_invoice()
        self.finish(self.send(move))
        move.vatportal_document_id.sudo().date = fields.Datetime.now() - timedelta(days=1)
        self.sandbox.portal.set_status(move.vatportal_qaime, 'approved')
        self.refresh(move, 'action_vatportal_refresh_status')
        self.assertEqual(move.vatportal_status, 'approved')

    def test_signed_days_later(self):
        """Sent without signature, signed at the portal by hand: whenever that was, its number was fetched, its day not."""
        moves = self.create_invoice() | self.create_invoice() | self.create_invoice()
        for days, move in zip((3, 25, 200), moves, strict=True):
            self.finish(self.send(move))
            move.vatportal_document_id.sudo().date = fields.Datetime.now() - timedelta(days=days)
            self.sandbox.portal.set_status(move.vatportal_qaime, 'approved')
            job = self.refresh(move, 'action_vatportal_refresh_status')
            self.assertEqual((len(job), job.absent_ids or [], move.vatportal_status), (1, [], 'approved'), days)

    def test_what_was_read_is_asked_for_on_its_day(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        self.refresh(move, 'action_vatportal_refresh_status')
        document = move.vatportal_document_id
        self.assertEqual(document._refresh_days(), (document._baku_date(), document._baku_date()))

    def test_a_long_time_is_one_process(self):
        """What may be of many days takes with it what lies among them."""
        documents = self.document(direction='outgoing', fingerprint=False)
        for days in (90, 60, 1):
            documents |= self.document(direction='outgoing', fingerprint=False, date=fields.Datetime.now() - timedelta(days=days))
        documents[0].sudo().date = fields.Datetime.now() - timedelta(days=40)
        self.assertEqual(len(self.env['vatportal.job']._queue_refresh(documents, 'etaxes')), 1)

    # ------------------------------------------------------------------ the company's VÖEN

    def test_without_a_voen(self):
        """Nobody can tell which documents are the company's own: nothing is asked, and none becomes another's."""
        number = self.put(1)[0]
        self.download()
        document, before = self.of(number), self.env['vatportal.job'].search_count([])
        waiting = self.env['vatportal.job']._queue_refresh(document, 'portal')
        self.company.vat = False
        with self.assertRaisesRegex(UserError, 'VÖEN'):
            document.action_refresh_status()
        self.assertEqual(self.env['vatportal.job'].search_count([]), before + 1)
        # What was begun before it was cleared, of single documents and of a folder.
        self.company.vat = SELLER
        folder = self.queue()
        self.company.vat = False
        self.sandbox.portal.set_status(number, 'cancelRequested')
        for job in waiting | folder:
            self.finish(job)
            self.assertEqual(job.state, 'failed')
            self.assertIn('VÖEN', job.message)
        self.assertEqual((document.is_foreign, document.status), (False, 'approved'))
        self.company.vat = SELLER
        folder.action_resume()
        self.finish(folder)
        self.assertEqual((folder.state, document.status), ('done', 'cancelRequested'))

    # ------------------------------------------------------------------ e-taxes is asked once

    def test_a_second_press_at_etaxes(self):
        """Whoever presses, in whatever view, gets the process that asks for the document already: each costs a PIN."""
        numbers = self.put(2)
        self.download()
        one, other = self.of(numbers[0]), self.of(numbers[1])
        view = self.refresh(one)
        asked = self.jobs(view.action_ask_etaxes())
        self.assertEqual(self.jobs(view.action_ask_etaxes()), asked)
        again = self.refresh(one)
        self.assertEqual(self.jobs(again.action_ask_etaxes()), asked)
        both = self.refresh(one | other)
        action = both.action_ask_etaxes()
        views = self.env['vatportal.job'].browse(action['context']['vatportal_live_views'])
        self.assertEqual((views[0], views[1].asked_document_ids), (asked, other))
        self.assertTrue(view.action_refresh()['can_ask_etaxes'], 'It leads to the process')
        for job in views:
            self.finish(job)
            job.sudo().finished_at += timedelta(seconds=1)  # than the views
        for job in (view, again, both):
            self.assertFalse(job.action_refresh()['can_ask_etaxes'], 'Answered')
        self.assertEqual(len([record for record in self.sandbox.requests if record.path.endswith(START)]), 2)
        later = self.refresh(one)
        later.sudo().finished_at += timedelta(seconds=2)
        self.assertTrue(later.action_refresh()['can_ask_etaxes'])
        self.assertNotIn(self.jobs(later.action_ask_etaxes()), views)

    def test_a_failed_process_may_be_asked_again(self):
        number = self.put(1)[0]
        self.download()
        view = self.refresh(self.of(number))
        asked = self.jobs(view.action_ask_etaxes())
        asked.action_stop()
        self.assertTrue(view.action_refresh()['can_ask_etaxes'])
        self.assertNotEqual(self.jobs(view.action_ask_etaxes()), asked)

    def test_a_folder_is_not_what_single_documents_are(self):
        """An import that brought nothing asks e-taxes for the folder, though one of its documents is being asked for."""
        number = self.put(1)[0]
        self.download()
        day = self.of(number)._baku_date()
        folder = self.download(dates=(day, day))
        single = self.jobs(self.refresh(self.of(number)).action_ask_etaxes())
        asked = self.jobs(folder.action_ask_etaxes())
        self.assertNotEqual(asked, single)
        self.assertFalse(asked.asked_document_ids)

    # ------------------------------------------------------------------ several

    def test_several_are_as_few_processes_as_can_be(self):
        numbers = self.put(2) + self.put(2, moment='12.11.2026 12:00') + self.put(1, moment='20.09.2026 12:00')
        sent = self.put(1, folder=1)
        self.download(dates=(date(2026, 9, 1), date(2026, 11, 30)))
        self.download('outgoing')
        documents = self.of(numbers[0]) | self.of(numbers[2]) | self.of(numbers[4]) | self.of(sent[0], 'outgoing')
        jobs = self.refresh(documents)
        self.assertEqual(
            sorted((job.direction, job.date_from.month, job.date_from.day, job.date_to.day) for job in jobs),
            [('incoming', 9, 20, 20), ('incoming', 11, 10, 12), ('outgoing', 11, 10, 10)],
        )
        self.assertEqual(jobs[0].action_refresh()['headline'], '4 documents, as VatPortal has them: 0 changed, 0 not found.')
        self.assertEqual(len(self.refresh(self.of(numbers[0]) | self.of(numbers[1]))), 1, 'One day, one process')

    def test_very_many(self):
        """Not all of them are listed each few seconds; the rest is in a list."""
        numbers = self.put(3)
        self.download()
        documents = self.of(numbers[0]) | self.of(numbers[1]) | self.of(numbers[2])
        job = self.refresh(documents)
        with patch.object(view_batch, 'DOCUMENTS_SHOWN', 2):
            shown = job.action_refresh()
            job.sudo().absent_ids = documents.sorted('id')[-1:].ids
            first = job.action_refresh()['documents'][0]['id']
        self.assertEqual((len(shown['documents']), shown['more']), (2, 1))
        self.assertEqual([first], job.absent_ids, 'what was not found is listed')
        self.assertEqual(self.env['vatportal.document'].search(job.action_batch_documents()['domain']), documents)

    def test_pages_end_where_all_is_found(self):
        self.sandbox.configure(page_size=2)
        numbers = self.put(9)
        self.download()
        before = len(self.asked())
        job = self.refresh(self.of(numbers[1]))
        self.assertEqual((job.state, len(self.asked()) - before), ('done', 1))

    def test_those_that_cant_be_asked_for(self):
        number = self.put(1)[0]
        self.download()
        nameless = self.document(qaime=False, date='2026-11-10 08:00:00', file_name='a.xml')
        undated = self.document(date=False, file_name='b.xml', fingerprint=False)
        for document in (nameless, undated):
            self.assertFalse(document.can_refresh)
            with self.assertRaises(UserError):
                document.action_refresh_status()
        job = self.refresh(self.of(number) | nameless | undated)
        self.assertEqual(job.asked_document_ids, self.of(number))
        self.assertIn(undated.name, job.action_refresh()['warning'])
        self.assertNotIn('All documents are here', job.warning)

    def test_a_file_whose_bill_has_its_day(self):
        number = self.put(1)[0]
        document = self.document(qaime=number, date=False, file_name='b.xml', status=False, status_code=False)
        document.action_create_bills()
        document.move_id.invoice_date = '2026-11-10'
        self.assertTrue(document.can_refresh)
        self.refresh(document)
        self.assertEqual(document.status, 'approved')

    # ------------------------------------------------------------------ not there

    def test_missing(self):
        """Its day was read, and it is not there: that alone is marked, and the reading says so."""
        numbers = self.put(6)
        self.download()
        for number in numbers[:2]:
            self.drop_from(number)
        document = self.of(numbers[0])
        job = self.refresh(document)
        self.assertEqual(self.missing(), document)
        data = job.action_refresh()
        self.assertEqual(data['headline'], f'VatPortal does not have {document.name}.')
        self.assertIn('missing at e-taxes', data['documents'][0]['message'])
        self.assertEqual(data['progress']['missing'], 1)

    def test_not_found_and_not_missing(self):
        """What was never seen there is told as not found."""
        document = self.document(qaime='MT261100000009', date='2026-11-10 08:00:00', fingerprint=False)
        self.put(3)
        job = self.refresh(document)
        self.assertFalse(self.missing())
        self.assertIn('not among the documents', job.action_refresh()['documents'][0]['message'])

    # ------------------------------------------------------------------ who

    def test_access(self):
        number = self.put(1)[0]
        self.download()
        document = self.of(number)
        own = {'company_id': self.company.id, 'company_ids': [Command.set(self.company.ids)]}
        reader = new_test_user(self.env, 'reader17', 'account.group_account_readonly', **own)
        clerk = new_test_user(self.env, 'clerk17', 'account.group_account_invoice', **own)
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        stranger = new_test_user(self.env, 'stranger17', 'account.group_account_manager', company_id=other.id, company_ids=[Command.set(other.ids)])
        before = self.env['vatportal.job'].search_count([])
        for user in (reader, stranger):
            with self.assertRaises(AccessError):
                document.with_user(user).with_context(allowed_company_ids=user.company_ids.ids).action_refresh_status()
        self.assertEqual(self.env['vatportal.job'].search_count([]), before)
        job = self.jobs(document.with_user(clerk).action_refresh_status())
        self.finish(job)
        self.assertEqual((job.user_id, job.state), (clerk, 'done'))
        with self.assertRaises(AccessError):
            job.with_user(reader).action_ask_etaxes()
        action = job.with_user(clerk).action_ask_etaxes()
        self.assertEqual(self.env['vatportal.job'].browse(action['res_id']).user_id, clerk)

    # ------------------------------------------------------------------ Odoo's own buttons

    def test_buttons_of_journals(self):
        Journal = self.env['account.journal']
        sale, purchase = self.company_data['default_journal_sale'], self.company_data['default_journal_purchase']
        self.assertEqual((purchase | sale).mapped('show_fetch_in_einvoices_button'), [True, False])
        self.assertEqual((purchase | sale).mapped('show_refresh_out_einvoices_status_button'), [False, True])
        action = purchase.button_fetch_in_einvoices()
        self.assertEqual((action['res_model'], action['context']['default_direction']), ('vatportal.import.wizard', 'incoming'))
        wizard = self.env[action['res_model']].with_context(**action['context']).create({})
        self.assertEqual(wizard.connector_id, self.connector)
        self.assertEqual(sale.button_refresh_out_einvoices_status()['tag'], 'display_notification')
        moves = self.create_invoice() | self.create_invoice() | self.create_invoice()
        self.finish(self.send(moves))
        moves[1].vatportal_document_id.sudo().write({'status': 'approved', 'status_code': 'approved'})
        job = self.jobs(sale.button_refresh_out_einvoices_status())
        self.assertEqual(job.asked_document_ids, (moves[0] | moves[2]).vatportal_document_id)
        self.connector.active = False
        Journal.invalidate_model()
        self.assertFalse(sale.show_refresh_out_einvoices_status_button or purchase.show_fetch_in_einvoices_button)
        reader = new_test_user(self.env, 'reader17b', 'account.group_account_readonly', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        self.connector.active = True
        self.assertFalse(purchase.with_user(reader).show_fetch_in_einvoices_button)

    def test_buttons_of_a_branch(self):
        """What the parent's connector does is for those who are at work in the parent as well."""
        branch = self.env['res.company'].create({'name': 'Xəzər Gəncə', 'parent_id': self.company.id})
        both = self.company + branch
        sale, purchase = self.env['account.journal'].create(
            [{'name': kind, 'code': kind[:4].upper(), 'type': kind, 'company_id': branch.id} for kind in ('sale', 'purchase')]
        )
        one, two = (
            new_test_user(self.env, f'clerk-{len(companies)}', 'account.group_account_invoice', company_id=branch.id, company_ids=[Command.set(companies.ids)])
            for companies in (branch, both)
        )
        for user, at_work, shown in ((one, branch, False), (two, both, True), (two, branch, False), (two, both, True)):
            with self.subTest(user=user.login, at_work=at_work.mapped('name')):
                fetch, refresh = (journal.with_user(user).with_context(allowed_company_ids=at_work[::-1].ids) for journal in (purchase, sale))
                self.assertEqual((fetch.show_fetch_in_einvoices_button, refresh.show_refresh_out_einvoices_status_button), (shown, shown))
                action, notice = fetch.button_fetch_in_einvoices(), refresh.button_refresh_out_einvoices_status()
                if shown:
                    wizard = fetch.env[action['res_model']].with_context(**action['context']).create({})
                    self.assertEqual(wizard.connector_id.sudo(False), self.connector)
                else:
                    self.assertFalse(action or notice)
        own = self.env['vatportal.connector'].create({'base_url': 'gence', 'company_id': branch.id})
        self.env.invalidate_all()
        mine = purchase.with_user(one).with_context(allowed_company_ids=branch.ids)
        self.assertTrue(mine.show_fetch_in_einvoices_button)
        self.assertEqual(mine.button_fetch_in_einvoices()['context']['default_company_id'], own.company_id.id)

    def test_buttons_of_a_branch_that_is_another_taxpayer(self):
        """Its parent's connector reads the parent's folders, and none of its own; neither does that of a branch below it for the parent."""
        branch = self.env['res.company'].create({'name': 'Xəzər Gəncə', 'parent_id': self.company.id, 'vat': OTHER_BUYER})
        below = self.env['res.company'].create({'name': 'Xəzər Gəncə, anbar', 'parent_id': branch.id})
        self.env.user.company_ids += branch + below
        for company in branch + below:
            journals = self.env['account.journal'].create(
                [{'name': kind, 'code': f'{kind[:3]}{company.id}'[:5].upper(), 'type': kind, 'company_id': company.id} for kind in ('sale', 'purchase')]
            )
            sale, purchase = journals.with_context(allowed_company_ids=(company + self.company).ids)
            self.assertFalse(purchase.show_fetch_in_einvoices_button or sale.show_refresh_out_einvoices_status_button)
            self.assertFalse(purchase.button_fetch_in_einvoices() or sale.button_refresh_out_einvoices_status())
        own = self.env['vatportal.connector'].create({'base_url': 'gence', 'company_id': branch.id})
        self.env.invalidate_all()
        self.assertEqual(purchase.with_context(allowed_company_ids=(below + branch).ids)._vatportal_connector().ids, own.ids)


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestRefreshCompanies(CompaniesCommon):
    """Documents of several companies in one press."""

    def registered(self):
        moves = self.invoices_of_all()
        self.wizard(moves).action_send()
        for job in moves.vatportal_document_id.job_ids.sorted('id'):
            self.finish(job)
        return moves

    def test_each_company_for_itself(self):
        """What keeps one from asking, a missed PIN say, does not keep the others."""
        moves = self.registered()
        jobs = self.env['vatportal.job']._queue_refresh(moves.vatportal_document_id, 'etaxes')
        self.assertEqual((len(jobs), jobs.root_id, jobs.filtered('on_hold')), (3, jobs.browse(), jobs.browse()))
        jobs.sorted('id')[0].action_stop()
        for job in jobs.sorted('id')[1:]:
            self.finish(job)
        self.assertEqual(jobs.sorted('id').mapped('state'), ['failed', 'done', 'done'])

    def test_one_view_of_all(self):
        moves = self.registered()
        for move in moves:
            self.sandbox.portal.set_status(move.vatportal_qaime, 'approved')
        action = moves.action_vatportal_refresh_status()
        views = self.env['vatportal.job'].browse(action['context']['vatportal_live_views'])
        self.assertEqual(views.company_id, self.companies)
        shown = views[1].live_views
        self.assertEqual([view['id'] for view in shown], views.ids)
        for job in views:
            self.finish(job)
        self.assertEqual(set(moves.mapped('vatportal_status')), {'approved'})

    def test_one_without_a_voen(self):
        """The others are asked for; what is said of it stands once."""
        moves = self.registered()
        self.companies[1].vat = False
        jobs = self.env['vatportal.job']._queue_refresh(moves.vatportal_document_id, 'portal')
        self.assertEqual(jobs.company_id, self.companies[0] + self.companies[2])
        self.assertEqual(jobs[0].notes.count('VÖEN'), 1)
        self.assertIn(self.companies[1].name, jobs[0].notes)
