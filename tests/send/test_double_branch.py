from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .double_common import DoubleCommon


class TestDoubleBranch(DoubleCommon):
    """What may be at e-taxes already is the parent's document: whoever works in the branch alone does not see it, and is asked."""

    def setUp(self):
        super().setUp()
        self.hers = self.branch()
        self.env['vatportal.connector'].create({'name': 'Gəncə', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.hers.id})
        self.clerk = new_test_user(self.env, 'ganja', 'account.group_account_invoice', company_id=self.hers.id, company_ids=[Command.set(self.hers.ids)])
        self.parents = self.stored('MT261100000002', self.company, main_info='qeyd')
        self.moves = self.create_invoice(company_id=self.hers.id) + self.create_invoice(company_id=self.hers.id)
        self.env.flush_all()
        self.env.invalidate_all()
        self.theirs = self.moves.with_env(self.env(user=self.clerk, su=False, context={'allowed_company_ids': self.hers.ids}))

    def dialog(self, action):
        return self.theirs.env[action['res_model']].with_context(**action['context']).create({})

    def question(self, dialog, move):
        """The question about ``move``, as its form shows it."""
        alerts = dialog.alerts.values()
        action = next(alert['action'] for alert in alerts if alert.get('action', {}).get('context', {}).get('default_move_id') == move.id)
        with Form(self.theirs.env[action['res_model']].with_context(**action['context'])) as form:
            self.assertIn(self.parents.qaime, form.text)
            self.assertFalse(form.can_open)
        return form.record

    def test_she_answers(self):
        self.assertFalse(self.theirs.env['vatportal.document'].search([]))
        first, second = self.theirs
        for opened in ('action_vatportal_send', 'action_vatportal_xml'):
            with self.subTest(opened):
                self.parents.sudo().other_move_ids = False
                self.env.invalidate_all()
                dialog = self.dialog(getattr(self.theirs, opened)())
                self.question(dialog, first).action_other()
                self.assertEqual(self.parents.other_move_ids.ids, first.ids)
                self.assertIn(self.clerk.name, self.parents.message_ids[0].body)
                dialog.invalidate_recordset()
                self.assertEqual([problem['move_id'] for problem in dialog.problems if problem.get('candidate')], second.ids)
        self.question(dialog, second).action_link()
        self.assertEqual((second.vatportal_qaime, self.parents.move_id.ids), (self.parents.qaime, second.ids))

    def test_she_learns_of_nothing_else(self):
        """Of no document that may not be that of the invoice, and of none through an invoice that is not hers to write."""
        dear, mine = self.stored('MT261100000003', self.company, amount_total=500), self.create_invoice(company_id=self.company.id)
        draft = self.create_invoice(company_id=self.hers.id, post=False)
        Wizard = self.theirs.env['vatportal.candidate.wizard']
        for move, document in ((self.moves[0], dear), (mine, self.parents), (draft, self.parents)):
            values = {'move_id': move.id, 'document_id': document.id}
            defaults = {f'default_{name}': value for name, value in values.items()}
            for attempt in (lambda vals=values: Wizard.create(vals), lambda vals=defaults: Wizard.with_context(**vals).create({})):
                with self.assertRaises(AccessError):
                    attempt()
        question = Wizard.create({'move_id': self.moves[0].id, 'document_id': self.parents.id})
        with self.assertRaises(AccessError):
            question.document_id = dear
        # Somebody else has answered while her dialog was open.
        self.parents.action_link_move(self.moves[1].id)
        self.env.invalidate_all()
        for answer in (question.action_link, question.action_other):
            with self.assertRaisesRegex(UserError, 'meanwhile'):
                answer()
        self.assertEqual(self.parents.move_id, self.moves[1])

    def test_the_list_of_a_large_sending_leads_to_what_she_sees(self):
        move = self.theirs[:1]
        connector = move.env['vatportal.connector'].sudo()._default_for(self.hers)
        line = move.env['vatportal.selection']._start([move], connector, True).line_ids.with_env(move.env)
        line.sudo().problems = [self.moves[0]._vatportal_candidate_problem(self.parents)]
        for reader, opened in ((line, move), (line.with_env(self.env), self.parents)):
            action = reader.action_open()
            self.assertEqual((action['res_model'], action['res_id']), (opened._name, opened.id))
