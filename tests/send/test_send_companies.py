from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from ..companies_common import PHONES, CompaniesCommon


class TestSendCompanies(CompaniesCommon):
    """Invoices of several companies in one press: a process each, one live view of all of them."""

    def start(self, moves, **vals):
        """Press Send; return the jobs, first the one whose view opens, and the action that opens it."""
        action = self.wizard(moves, **vals).action_send()
        jobs = moves.vatportal_document_id.job_ids.sorted('id')
        self.assertIn(action['res_id'], jobs.ids)
        self.assertEqual((action['res_model'], action['target']), ('vatportal.job', 'new'))
        return jobs, action

    def views(self, job, **context):
        return job.with_context(**context).live_views

    # ------------------------------------------------------------------ before

    def test_the_dialog_says_who_is_asked_for_what(self):
        moves = self.invoices_of_all() + self.invoice_of(self.companies[1], 50)
        wizard = self.wizard(moves)
        self.assertEqual((wizard.process_count, wizard.ready_ids), (3, moves))
        rows = [row.split('</tr>')[0] for row in str(wizard.processes).split('<tr>')[2:]]
        self.assertEqual(len(rows), 3)
        for row, company, phone, amount in zip(rows, self.companies, PHONES, ('118.00', '295.00', '354.00'), strict=True):
            for text in (company.name, phone, amount, moves.filtered(lambda move, company=company: move.company_id == company)[0].name):
                self.assertIn(text, row)

    def test_one_company_is_one_process(self):
        wizard = self.wizard(self.invoice_of(self.company) + self.invoice_of(self.company))
        self.assertEqual((wizard.process_count, wizard.processes), (1, False))

    def test_more_than_go_into_one(self):
        """Of one company too they are not one process."""
        self.connectors[0].batch_size = 2
        wizard = self.wizard(self.invoice_of(self.company) + self.invoice_of(self.company) + self.invoice_of(self.company))
        self.assertEqual((wizard.process_count, wizard.processes), (2, False))

    def test_what_is_stopped_is_no_process(self):
        moves = self.invoices_of_all()
        self.companies[2].vat = False
        wizard = self.wizard(moves)
        self.assertEqual(wizard.process_count, 2)
        self.assertNotIn('Üçüncü', str(wizard.processes))

    def test_the_form_opens(self):
        form = Form(self.env['vatportal.send.wizard'].with_context(default_move_ids=self.invoices_of_all().ids))
        self.assertEqual(form.process_count, 3)

    # ------------------------------------------------------------------ all codes at once

    def test_one_view_of_all(self):
        self.sandbox.configure(auto_confirm=False)
        moves = self.invoices_of_all()
        jobs, action = self.start(moves)
        self.assertEqual(len(jobs), 3)
        views = self.views(jobs.browse(action['res_id']), **action['context'])
        self.assertEqual([view['id'] for view in views], jobs.ids)
        self.assertEqual([(view['company'], view['phone']) for view in views], list(zip(self.companies.mapped('name'), PHONES, strict=True)))
        for view, move, amount in zip(views, moves, ('118.00', '236.00', '354.00'), strict=True):
            self.assertEqual(view['what'], f'Sending: {move.name}, {amount} AZN')
        # Whoever comes back to one of them finds the others, too.
        for job in jobs:
            self.assertEqual(job.live_views, views)
        for _look in range(4):
            shown = []
            for job in jobs:
                job.sudo().next_poll_at = False
                shown.append(job.action_refresh())
        codes = {(data['code']['company'], data['code']['phone'], data['code']['value']) for data in shown}
        self.assertEqual(
            codes,
            {
                (prompt.process.company.phone and self.companies[PHONES.index(prompt.process.company.phone)].name, prompt.process.company.phone, prompt.code)
                for prompt in self.sandbox.prompts(None)
            },
        )
        self.assertEqual(len(codes), 3)
        for data, view in zip(shown, views, strict=True):
            self.assertEqual(data['code']['what'], view['what'])

    def test_nothing_waits_for_a_slow_one(self):
        """The press itself asks no portal; the view does, for each at once."""
        self.start(self.invoices_of_all())
        self.assertFalse(self.uploads())

    def test_to_the_end(self):
        moves = self.invoices_of_all()
        jobs, _action = self.start(moves)
        for job in jobs:
            self.finish(job)
        self.assertEqual(set(moves.mapped('vatportal_state')), {'registered'})
        self.assertEqual(sorted(record.json['phone'] for record in self.uploads()), sorted(PHONES))

    def test_several_processes_of_one_are_one_view(self):
        """Those of a connector take turns; the view of the first shows them."""
        self.connectors[0].batch_size = 1
        moves = self.invoices_of_all() + self.invoice_of(self.company)
        jobs, action = self.start(moves)
        views = self.views(jobs.browse(action['res_id']), **action['context'])
        self.assertEqual((len(jobs), len(views)), (4, 3))
        self.assertIn(moves[0].name, views[0]['what'])
        self.assertIn(moves[3].name, views[0]['what'])
        self.assertIn('236.00 AZN', views[0]['what'])

    def test_one_alone_has_its_view_alone(self):
        self.start(self.invoices_of_all())
        move = self.invoice_of(self.company, 7)
        self.connectors[0].sign_on_send = False
        job = self.send(move)
        self.assertEqual([view['id'] for view in job.live_views], job.ids)

    def test_what_joins_is_shown_with_the_rest(self):
        self.sandbox.configure(auto_confirm=False)
        jobs, _action = self.start(self.invoice_of(self.company) + self.invoice_of(self.companies[1]))
        more, action = self.start(self.invoice_of(self.companies[1]) + self.invoice_of(self.companies[2]))
        self.assertEqual(len(jobs & more), 1)
        self.assertEqual([view['id'] for view in self.views(more[0], **action['context'])], (jobs | more).ids)

    def test_a_second_press_opens_the_same(self):
        self.sandbox.configure(auto_confirm=False)
        moves = self.invoices_of_all()
        jobs, action = self.start(moves)
        again, second = self.start(moves)
        self.assertEqual((again, second['res_id']), (jobs, action['res_id']))
        self.assertEqual(second['context']['vatportal_live_views'], jobs.ids)

    def test_deletions(self):
        moves = self.invoices_of_all()
        for job in self.start(moves)[0]:
            self.finish(job)
        wizard = self.env['vatportal.delete.wizard'].create({'document_ids': [Command.set(moves.vatportal_document_id.ids)], 'reason': 'Səhv'})
        action = wizard.action_delete()
        jobs = self.env['vatportal.job'].search([('operation', '=', 'delete')])
        self.assertEqual(len(jobs), 3)
        views = self.views(jobs.browse(action['res_id']), **action['context'])
        self.assertEqual({view['id'] for view in views}, set(jobs.ids))
        self.assertEqual({view['company'] for view in views}, set(self.companies.mapped('name')))
        for job in jobs:
            self.finish(job)
        self.assertEqual(set(moves.mapped('vatportal_state')), {'deleted'})

    def test_deletions_from_vatportal_alone(self):
        """They take no PIN, and are over with the press, of one company or of several."""
        self.connectors.sign_on_send = False
        for moves in (self.invoice_of(self.company), self.invoices_of_all()):
            jobs, _action = self.start(moves, sign=False)
            for job in jobs:
                self.finish(job)
            documents = moves.vatportal_document_id
            self.assertEqual(set(documents.mapped('state')), {'imported'})
            action = self.env['vatportal.delete.wizard'].create({'document_ids': [Command.set(documents.ids)], 'reason': 'Səhv'}).action_delete()
            self.assertEqual(set(documents.mapped('state')), {'deleted'})
            self.assertEqual(len(action['context'].get('vatportal_live_views', [action['res_id']])), len(moves))

    def test_deletions_beside_those_that_ask_for_a_pin(self):
        """The codes come first: the view begins all."""
        moves = self.invoices_of_all()
        for sign, part in ((True, moves[:1]), (False, moves[1:])):
            for job in self.start(part, sign=sign)[0]:
                self.finish(job)
        before = len(self.sandbox.requests)
        self.env['vatportal.delete.wizard'].create({'document_ids': [Command.set(moves.vatportal_document_id.ids)], 'reason': 'Səhv'}).action_delete()
        self.assertEqual(len(self.sandbox.requests), before)

    # ------------------------------------------------------------------ who may see it

    def test_of_a_company_that_is_not_theirs_nothing_is_shown(self):
        jobs, action = self.start(self.invoices_of_all())
        user = new_test_user(
            self.env, 'vp-two', 'account.group_account_invoice', company_id=self.companies[1].id, company_ids=[Command.set(self.companies[1:].ids)]
        )
        job = jobs[1].with_user(user).with_context(allowed_company_ids=self.companies[1:].ids, vatportal_live_views=jobs.ids)
        self.assertEqual([view['id'] for view in job.live_views], jobs[1:].ids)
        with self.assertRaises(AccessError):
            jobs[0].with_user(user).with_context(allowed_company_ids=self.companies[1:].ids).action_refresh()

    def test_whichever_company_is_chosen_in_the_tab(self):
        """A notification leads to the view though another company is at work in this tab."""
        jobs, _action = self.start(self.invoices_of_all())
        job = jobs[2].with_context(allowed_company_ids=[self.company.id, *self.companies[1:].ids])
        action = job.action_follow()
        self.assertEqual(action['context']['allowed_company_ids'][0], self.company.id)
        self.assertEqual(set(action['context']['allowed_company_ids']), set(self.companies.ids))
