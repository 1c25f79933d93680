from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from ...models.source.selection_run import VatportalSelection
from ..race_common import RaceCommon
from ..send_common import SendCommon
from .double_common import DoubleCommon
from .test_commits import Killed
from .test_queueing import QueueCommon

AT_ONCE = 'l10n_az_vatportal.send_at_once'


class SelectionCommon(SendCommon):
    """More invoices than are sent with the press of the button; here that is two."""

    def setUp(self):
        super().setUp()
        self.env['ir.config_parameter'].set_param(AT_ONCE, '2')

    def press(self, moves, user=None, **vals):
        """*Send* on ``moves``; return the selection whose view opens."""
        wizard = self.env['vatportal.send.wizard'].with_user(user or self.env.user).create({'move_ids': [Command.set(moves.ids)], **vals})
        self.assertTrue(wizard.is_large)
        action = wizard.action_send()
        self.assertEqual(action['res_model'], 'vatportal.selection')
        return self.env['vatportal.selection'].with_user(user or self.env.user).browse(action['context']['vatportal_selections'])

    def run_behind(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_selection').method_direct_trigger()
        self.env.invalidate_all()

    def lines_of(self, selection, moves):
        lines = {line.res_id: line for line in selection.line_ids}
        return selection.line_ids.browse([lines[move.id].id for move in moves])


class TestSelection(SelectionCommon, QueueCommon):
    def test_up_to_one_part_all_goes_at_once(self):
        wizard = self.wizard(self.invoices(2))
        self.assertEqual((wizard.is_large, wizard.ready_count), (False, 2))
        self.assertEqual(wizard.action_send()['res_model'], 'vatportal.job')
        for value in ('', 'many', '0', '-5'):
            self.env['ir.config_parameter'].set_param(AT_ONCE, value)
            self.assertGreaterEqual(self.env['vatportal.selection']._at_once(), 1, value)

    def test_from_the_press_to_the_numbers(self):
        """Stored at the press, then checked and queued part by part; with problems, processes and all as from the wizard."""
        good = self.numbered('INV/2026/12', 'INV/2026/8', 'INV/2026/10', 'INV/2026/9')
        coming = self.create_invoice(invoice_date='2099-01-01')
        bad = self.create_invoice({'product_id': self.create_product('Kabel', False).id})
        sent = self.create_invoice()
        self.finish(self.send(sent))
        moves = good + coming + bad + sent
        checked = []
        self.patch(type(moves), '_vatportal_record_problems', self.counting(checked))
        selection = self.press(moves, self.clerk)
        self.assertEqual((checked, good.vatportal_document_id.ids), ([], []), 'nothing of it is done before the dialog is back')
        shown = selection.action_refresh()
        self.assertEqual((shown['finished'], shown['counts']['waiting'], shown['views']), (False, 7, []))
        self.run_behind()
        self.assertShownInFull(selection)
        shown = selection.action_refresh()
        counts = {'total': 7, 'waiting': 0, 'queued': 5, 'sent': 1, 'refused': 1, 'stopped': 0}
        self.assertEqual((shown['finished'], shown['counts'], shown['more']), (True, counts, 0))
        self.assertEqual(sorted(checked), sorted(moves.ids), 'each is checked once')
        self.assertEqual([alert['level'] for alert in shown['alerts'].values()], ['danger', 'warning'], 'the date is warned of')
        danger = shown['alerts']['problem_0']
        self.assertIn('Kabel', danger['message'])
        self.assertEqual(danger['action']['res_model'], 'product.template')
        [refused] = selection.line_ids.filtered(lambda line: line.state == 'refused')
        self.assertEqual((refused.name, refused.action_open()['res_model']), (bad.name, 'product.template'))
        job = self.jobs_of(good + coming)
        self.assertEqual((len(job), job.user_id, [view['id'] for view in shown['views']]), (1, self.clerk, job.ids))
        told = self.env['mail.message'].sudo().search([('partner_ids', 'in', self.clerk.partner_id.ids), ('subject', '=', 'Not sent to e-taxes')])
        self.assertIn('1 of 7', told.body)
        self.finish(job)
        self.assertRegistered(good + coming)
        numbers = good.sorted('sequence_number').mapped('vatportal_qaime')
        self.assertEqual(numbers, sorted(numbers), 'in the order of their numbers, whatever the order of the choice')

    def counting(self, checked):
        plain = type(self.env['account.move'])._vatportal_record_problems
        return lambda move, *args: (checked.append(move.id), plain(move, *args))[1]

    def test_values_are_built_once(self):
        built = []
        plain = type(self.env['account.move'])._vatportal_document_vals
        self.patch(type(self.env['account.move']), '_vatportal_document_vals', lambda move, connector: (built.append(move.id), plain(move, connector))[1])
        moves = self.invoices(3)
        self.press(moves)
        self.run_behind()
        self.assertEqual(sorted(built), sorted(moves.ids))
        few = self.invoices(2)
        wizard = self.wizard(few)
        self.assertEqual(wizard.ready_count, 2)
        built.clear()
        wizard.action_send()
        self.assertEqual(sorted(built), sorted(few.ids), 'as they were checked after the press')

    def test_processes_of_all_parts(self):
        """As many to a process as the connector says, one shown view, begun when full or when nothing more is to come."""
        self.connector.batch_size = 3
        moves = self.invoices(7)
        selection = self.press(moves)
        self.run_behind()
        jobs = self.jobs_of(moves)
        self.assertEqual([job.document_count for job in jobs], [3, 3, 1])
        self.assertEqual((jobs.root_id, len(selection.action_refresh()['views'])), (jobs[0], 1))
        for _round in range(40):
            jobs.sudo().next_poll_at = False
            if jobs[0].action_refresh()['finished']:
                break
        self.assertRegistered(moves)

    def test_pressed_once_more(self):
        """By the same person, by another, for all of it or a part: nothing waits twice."""
        moves = self.invoices(5)
        selection = self.press(moves[:3], self.clerk)
        self.assertEqual(self.press(moves[:3], self.clerk), selection)
        self.assertEqual(self.press(moves[:3], self.other), selection.with_user(self.other))
        both = self.press(moves, self.other)
        self.assertEqual((selection in both, len(both)), (True, 2))
        self.assertEqual(sorted(both.line_ids.mapped('res_id')), sorted(moves.ids))
        at_once = self.send(moves[0])  # alone it needs not wait
        self.run_behind()
        self.assertEqual(self.lines_of(selection, moves[0]).state, 'sent')
        jobs = self.jobs_of(moves)
        self.assertEqual(sorted(jobs.document_ids.ids), sorted(moves.vatportal_document_ids.ids))
        self.assertEqual([set(self.jobs_of(part).user_id) for part in (moves[1:3], moves[3:])], [{self.clerk}, {self.other}])
        for job in jobs | at_once:
            self.finish(job)
        self.assertRegistered(moves)
        again = self.press(moves, self.clerk)
        self.assertNotIn(again, both, 'what has ended can be chosen again')
        self.run_behind()
        self.assertEqual(set(again.line_ids.mapped('state')), {'sent'})

    def test_changed_while_it_waits(self):
        corrected, draft, gone, kept = self.invoices(4)
        selection = self.press(corrected + draft + gone + kept)
        corrected.button_draft()
        corrected.invoice_line_ids.price_unit = 77
        corrected.action_post()
        draft.button_draft()
        gone.button_draft()
        gone_id = gone.id
        gone.with_context(force_delete=True).unlink()
        self.run_behind()
        self.assertEqual(corrected.vatportal_document_id.amount_total, 90.86, 'the figures of the moment at which it is queued')
        states = {line.res_id: (line.state, line.text) for line in selection.line_ids}
        self.assertEqual([states[move.id][0] for move in (corrected + draft + kept)], ['queued', 'refused', 'queued'])
        self.assertIn('draft', states[draft.id][1])
        self.assertEqual(states[gone_id][0], 'refused')
        alerts = selection.action_refresh()['alerts']
        self.assertEqual(['action' in alert for alert in alerts.values()].count(False), 1, 'what is gone can not be opened')

    def test_one_without_a_number(self):
        """A draft that was never confirmed has none; it is called as Odoo calls it."""
        draft = self.create_invoice(post=False)
        self.assertFalse(draft.name)
        selection = self.env['vatportal.selection']._start([self.invoices(2) + draft], self.connector, True)
        self.assertIn(draft.display_name, selection.line_ids.mapped('name'))

    def test_stopped(self):
        moves = self.invoices(5)
        selection = self.press(moves, self.clerk)
        selection.sudo()._queue_part(set())
        self.assertEqual(selection.action_refresh()['counts']['queued'], 2)
        self.assertShownInFull(selection)
        reading = selection.with_user(self.reader())
        shown = reading.action_refresh()
        self.assertEqual((shown['counts']['waiting'], shown['can_stop'], len(shown['views'])), (3, False, 1))
        self.assertFalse(self.env['vatportal.job'].with_user(reading.env.user).browse(shown['views'][0]['id']).action_refresh()['can_cancel'])
        with self.assertRaises(AccessError):
            reading.action_stop()
        selection.with_user(self.other).action_stop()
        self.run_behind()
        shown = selection.action_refresh()
        self.assertEqual((shown['stopped'], shown['finished'], shown['can_stop']), (True, True, False))
        self.assertEqual((shown['counts']['queued'], shown['counts']['stopped']), (2, 3))
        self.assertShownInFull(selection)
        self.finish(self.jobs_of(moves))
        self.assertEqual(moves.mapped('vatportal_state').count('registered'), 2)
        self.press(moves[-3:])  # and can be chosen again
        self.run_behind()
        self.assertEqual(len(moves.vatportal_document_id), 5)

    def assertShownInFull(self, selection):
        """Every line is in one of the counts, is found by a filter, and stands in the list that opens where nothing became of it."""
        states = dict(selection.line_ids._fields['state'].selection)
        self.assertEqual({state: selection[f'{state}_count'] for state in states}, {state: len(self.in_state(selection, state)) for state in states})
        self.assertEqual(sum(selection[f'{state}_count'] for state in states), selection.total_count)
        action, Line = selection.action_lines(), selection.line_ids
        search = etree.fromstring(Line.get_view(False, 'search')['arch'])
        domains = {one.get('name'): safe_eval(one.get('domain')) for one in search.iterfind('.//filter')}
        shown = Domain.OR(domains[name.removeprefix('search_default_')] for name in action['context'])
        order = etree.fromstring(Line.get_view(False, 'list')['arch']).get('default_order')
        listed = Line.search(shown & Domain(action['domain']), order=order)
        self.assertEqual(listed, Line.browse().union(*(self.in_state(selection, state) for state in ('waiting', 'stopped', 'refused'))))
        for state in states:
            self.assertIn([('state', '=', state)], domains.values())

    def in_state(self, selection, state):
        return selection.line_ids.sorted('id').filtered(lambda line: line.state == state)

    def test_whose_rights_hold(self):
        """What the person may not see is refused at the press; what is taken from the person since holds behind as well. Whoever
        pressed reads it in their language."""
        self.env['res.lang']._activate_lang('az_AZ')
        (self.clerk + self.other).lang = 'az_AZ'
        _ = self.env(context={'lang': 'az_AZ'})._
        self.assertNotEqual(_('It is not there any more.'), 'It is not there any more.')
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        moves = self.invoices(3)
        stranger = self.clerk.copy({'login': 'stranger selection', 'company_id': other.id, 'company_ids': [Command.set(other.ids)]})
        with self.assertRaises(AccessError):
            self.press(moves, stranger)
        seen = []
        plain = VatportalSelection._queue_records
        self.patch(VatportalSelection, '_queue_records', lambda record, moves: (seen.append((moves.env.user, moves.env.su)), plain(record, moves))[1])
        selection = self.press(moves, self.clerk)
        moves[2].button_draft()
        moves[2].with_context(force_delete=True).unlink()
        self.run_behind()
        self.assertEqual(set(seen), {(self.clerk, False)})
        [gone] = selection.sudo().line_ids.filtered(lambda line: line.state == 'refused')
        self.assertEqual((gone.problems[0]['message'], gone.problems[0]['field']), (_('It is not there any more.'), _('Status')))
        for person, vals in ((self.clerk, {'company_id': other.id, 'company_ids': [Command.set(other.ids)]}), (self.other, {'active': False})):
            moves = self.invoices(3)
            selection = self.press(moves, person)
            person.write(vals)
            self.run_behind()
            self.assertEqual(set(selection.sudo().line_ids.mapped('state')), {'refused'})
            self.assertFalse(moves.vatportal_document_ids)
            self.assertEqual(selection.sudo().line_ids[0].problems[0]['message'], _('%s may not send it any more.', person.name))
        mine = selection.with_user(stranger)
        self.assertFalse(mine.line_ids.search([]))
        for call in (mine.action_refresh, mine.action_stop, mine.action_lines, lambda: mine.read(['state'])):
            with self.subTest(call), self.assertRaises(AccessError):
                call()

    def test_of_an_app_that_is_gone(self):
        """Its lines are here still: whoever invoices looks at them and stops them, and nothing of them goes."""
        for model in ('vatportal.gone', 'res.partner'):  # the app, or our addon for it alone
            with self.subTest(model):
                first, second = self.press(self.invoices(3), self.clerk), self.press(self.invoices(3), self.clerk)
                gone = first + second
                gone.sudo().res_model = gone.sudo().line_ids.res_model = model
                gone.sudo().line_ids[:1]._refuse('Why it is so')
                self.env.invalidate_all()
                shown = gone.action_refresh()
                self.assertEqual((shown['finished'], shown['counts']['waiting']), (False, 5))
                self.assertEqual(['action' in alert for alert in shown['alerts'].values()], [model in self.env])
                self.assertTrue(gone.action_follow() and gone.action_lines())
                if model not in self.env:
                    with self.assertRaisesRegex(UserError, 'not installed any more'):
                        first.line_ids[0].action_open()
                first.action_stop()
                self.run_behind()
                self.assertEqual(
                    [(selection.state, set(selection.line_ids.mapped('state'))) for selection in gone],
                    [('stopped', {'refused', 'stopped'}), ('done', {'refused'})],
                )
                with self.assertRaises(AccessError):
                    gone.with_user(self.reader()).action_stop()

    def reader(self):
        return self.clerk.copy(
            {'login': f'reader {self.env["res.users"].search_count([])}', 'group_ids': [Command.set(self.env.ref('account.group_account_readonly').ids)]}
        )

    def test_several_companies(self):
        """A selection for each, in one view."""
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        self.env.user.company_ids += other
        moves = self.invoices(2)
        alien = self.env['account.move'].create({'move_type': 'entry', 'company_id': other.id, 'journal_id': self.journal_of(other).id})
        env = self.env(context={**self.env.context, 'allowed_company_ids': [self.company.id, other.id]})
        wizard = env['vatportal.send.wizard'].create({'move_ids': [Command.set((moves + alien).ids)]})
        self.assertTrue(wizard.is_large)
        self.assertFalse(wizard.company_id)
        action = wizard.action_send()
        selections = env['vatportal.selection'].browse(action['context']['vatportal_selections'])
        self.assertEqual(selections.company_id, self.company + other)
        self.assertEqual(selections[0].with_context(**action['context']).shown_ids, selections.ids)
        self.run_behind()
        self.assertEqual(selections.action_refresh()['counts']['queued'], 2)
        self.assertEqual(self.lines_of(selections, alien).state, 'refused')

    def journal_of(self, company):
        return self.env['account.journal'].create({'name': 'Any', 'code': 'ANY', 'type': 'general', 'company_id': company.id})

    def test_a_fault_of_one(self):
        """The others of its part are queued."""
        moves = self.invoices(3)
        plain = type(moves)._vatportal_record_problems

        def fails(move, *args):
            if move == moves[1]:
                raise KeyError('x')
            return plain(move, *args)

        selection = self.press(moves)
        with patch.object(type(moves), '_vatportal_record_problems', fails), self.assertLogs('odoo.addons.l10n_az_vatportal.models', 'ERROR'):
            self.run_behind()
        self.assertEqual(moves.mapped('vatportal_state'), ['progress', 'none', 'progress'])
        self.assertIn('KeyError', self.lines_of(selection, moves[1]).text)


class TestSelectionDouble(SelectionCommon, DoubleCommon):
    def test_what_may_be_at_e_taxes_already(self):
        """The question of the wizard, with its answer, behind as well."""
        moves = self.invoices(2) + self.create_invoice() + self.create_invoice()
        number = self.entered()
        self.import_sent()
        selection = SelectionCommon.press(self, moves)
        self.run_behind()
        self.assertEqual(self.lines_of(selection, moves).mapped('state'), ['queued', 'queued', 'refused', 'refused'])
        alert = selection.action_refresh()['alerts']['problem_1']
        self.assertIn(number, alert['message'])
        self.assertEqual(alert['action']['context']['default_move_id'], moves[3].id)
        question = self.env[alert['action']['res_model']].with_context(**alert['action']['context']).create({})
        self.assertEqual(question.action_other()['context']['default_move_ids'], [Command.set(moves[3].ids)])


class SelectionRaceCommon(RaceCommon):
    """More invoices than are sent with the press of the button, with real commits."""

    def build(self, env):
        super().build(env)
        self.move_ids = self.invoices(env, 6).ids
        env['ir.config_parameter'].set_param(AT_ONCE, '2')

    def clean_up(self):
        with self.look_up() as env:
            env['ir.config_parameter'].sudo().set_param(AT_ONCE, False)
            env['vatportal.selection'].sudo().search([('company_id', '=', self.company_id)]).unlink()
        super().clean_up()

    def press(self, env):
        wizard = env['vatportal.send.wizard'].create({'move_ids': [Command.set(self.move_ids)]})
        return wizard.action_send()['context']['vatportal_selections']

    def behind(self, env):
        env(user=env.ref('base.user_root').id)['vatportal.selection']._cron_queue()


class TestSelectionRace(SelectionRaceCommon):
    """Killed in the middle, two runs, two people."""

    def states(self):
        with self.look_up() as env:
            return sorted(env['vatportal.selection.line'].search([('company_id', '=', self.company_id)], order='id').mapped('state'))

    def assert_each_once(self):
        with self.look_up() as env:
            moves = env['account.move'].browse(self.move_ids)
            self.assertEqual(len(moves.vatportal_document_ids), len(moves))
            env['vatportal.job'].search([('company_id', '=', self.company_id)]).has_looked = True
        self.settle()
        self.assertEqual(len(self.uploaded()), len(set(self.uploaded())))
        self.assertEqual(len(self.uploaded()), len(self.move_ids))

    def test_killed_between_and_within_parts(self):
        self.race(self.press)
        plain, parts = VatportalSelection._queue_lines, []

        def killed(selection, lines):
            parts.append(lines)
            queued = plain(selection, lines)
            if len(parts) == 2:
                raise Killed  # all of it is written, and nothing committed
            return queued

        with patch.object(VatportalSelection, '_queue_lines', killed), self.assertRaises(Killed), self.look_up() as env:
            self.behind(env)
        self.assertEqual(self.states(), ['queued'] * 2 + ['waiting'] * 4)
        with self.look_up() as env:
            self.assertEqual(len(env['account.move'].browse(self.move_ids).vatportal_document_ids), 2)
            self.behind(env)
        self.assertEqual(self.states(), ['queued'] * 6)
        self.assert_each_once()

    def test_two_people_and_two_runs_at_once(self):
        shown = [result for result, _tries in self.race(self.press, self.press)]
        self.assertEqual(self.states(), ['waiting'] * 6)
        self.assertEqual(shown[0], shown[1], 'both see the one selection')
        for outcome, _tries in self.race(self.behind, self.behind):
            self.assertNotIsInstance(outcome, Exception)
        with self.look_up() as env:
            self.behind(env)
        self.assertEqual(self.states(), ['queued'] * 6)
        self.assert_each_once()

    def test_in_somebody_elses_hands(self):
        """What is being changed at the moment waits for the next run; the rest does not wait for it."""
        self.race(self.press)
        with self.look_up() as other:
            other['account.move'].browse(self.move_ids[0]).try_lock_for_update()
            with self.look_up() as env:
                self.behind(env)
            self.assertEqual(self.states(), ['queued'] * 5 + ['waiting'])
        with self.look_up() as env:
            self.behind(env)
        self.assertEqual(self.states(), ['queued'] * 6)
        self.assert_each_once()
        # The advance that one of them settles is as good as the invoice itself.
        with self.look_up() as env:
            moves = self.invoices(env, 3)
            moves[0].vatportal_advance_id = advance = self.advance(moves.partner_id)
            self.move_ids = moves.ids
        self.race(self.press)
        with self.look_up() as other:
            other['vatportal.document'].browse(advance.id).try_lock_for_update()
            with self.look_up() as env:
                self.behind(env)
            self.assertEqual(self.states(), ['queued'] * 8 + ['waiting'])
        with self.look_up() as env:
            self.behind(env)
        self.assertEqual(self.states(), ['queued'] * 9)
