from datetime import date, datetime
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ..bill_common import SELLER
from ..common import script
from ..due_common import TODAY, DueCommon


class TestDueAgain(DueCommon):
    """Who is told of what is due once more, in a branch, and since when."""

    def test_what_was_no_more_due_is_told_anew(self):
        """A reason that was entered by mistake and taken out; also where the person had closed the activity already."""
        for closed in (False, True):
            with self.subTest(closed=closed):
                move = self.create_invoice()
                self.remind()
                self.assertTrue(self.told(move))
                if closed:
                    self.told(move).action_feedback(feedback='I know')
                self.remind()
                self.assertEqual(bool(self.told(move)), not closed, 'once')
                move.vatportal_unsent_reason = 'Səhvən'
                self.remind()
                self.assertFalse(self.told(move))
                move.vatportal_unsent_reason = False
                self.remind()
                self.assertTrue(self.told(move))

    def test_what_was_deleted_at_etaxes(self):
        move = self.create_invoice()
        self.remind()
        self.finish(self.send(move))
        self.assertFalse(self.told(move))
        move.vatportal_document_id.sudo()._set_state('deleted')
        self.remind()
        self.assertTrue(self.told(move))

    def test_a_decision_that_is_taken_back(self):
        document = self.document(status='onApproval', status_code='onApproval', date='2026-11-17 08:00:00')
        self.remind()
        self.assertTrue(self.told(document))
        document._decide(decision='fine')
        self.assertFalse(self.told(document))
        self.remind()
        self.assertFalse(self.told(document))
        document._decide(decision=False)
        self.remind()
        self.assertTrue(self.told(document))
        document._decide(decision='refuse')
        self.told(document).action_feedback(feedback='Done')
        self.remind()
        self.assertFalse(self.told(document), 'once')

    def test_a_branch_without_a_connector(self):
        """Its parent sends for it; what the buyer sends back is told on its invoice, whoever reads e-taxes by now."""
        branch = self.env['res.company'].create({'name': 'Xəzər Gəncə', 'parent_id': self.company.id, 'vat': SELLER, 'country_id': self.env.ref('base.az').id})
        self.env.user.company_ids = [Command.link(branch.id)]
        self.partner.with_company(branch).property_account_receivable_id = self.partner.property_account_receivable_id
        clerk = new_test_user(self.env, 'due-responsible', 'account.group_account_invoice', company_id=self.company.id, company_ids=(self.company + branch).ids)
        self.connector.responsible_id = clerk
        own, theirs = self.create_invoice(), self.create_invoice(company_id=branch.id)
        for move, archived in ((theirs, False), (own, True)):
            with self.subTest(company=move.company_id.name):
                document = self.document(direction='outgoing', move_id=move.id, status='updateRequested', date='2026-10-23 08:00:00')
                self.assertEqual(document.vatportal_due_date, TODAY)
                self.connector.active = not archived
                self.env.invalidate_all()
                self.assertEqual(move.vatportal_due_date, TODAY)
                self.remind()
                self.assertEqual(len(self.told(move)), 1)
                self.assertTrue(self.told(move).user_id)
                self.assertTrue(archived or self.told(move).user_id == clerk)
                document.sudo().status = 'approved'
                self.assertFalse(move.vatportal_due_date)
        self.assertFalse(self.create_invoice(company_id=branch.id).vatportal_due_date, 'nobody sends for it')

    def branch_with_connector(self):
        branch = self.env['res.company'].create({'name': 'Xəzər Gəncə', 'parent_id': self.company.id, 'vat': SELLER, 'country_id': self.env.ref('base.az').id})
        self.env.user.company_ids = [Command.link(branch.id)]
        self.partner.with_company(branch).property_account_receivable_id = self.partner.property_account_receivable_id
        connector = self.connector.create({'name': 'Gəncə', 'base_url': self.sandbox.url, 'company_id': branch.id})
        self.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-10-15 08:00:00' WHERE id = %s", [connector.id])
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        return branch

    def test_a_rule_of_a_company_in_its_branch(self):
        """It holds there as well, unless the branch has one itself."""
        branch = self.branch_with_connector()
        move, general = self.create_invoice(company_id=branch.id), self.rule('deadline_goods')
        self.assertEqual(move.vatportal_deadline_id, general)
        own = general.copy({'company_id': self.company.id, 'days': 9})
        self.assertEqual(move.vatportal_deadline_id, own)
        general.copy({'company_id': self.company.id, 'days': 3, 'kind_ids': [Command.set(self.kind('defaultInvoice').ids)]})
        nearest = general.copy({'company_id': branch.id, 'days': 20})
        self.assertEqual(move.vatportal_deadline_id, nearest, 'though the one above names the kind')
        self.assertNotEqual(self.create_invoice().vatportal_deadline_id, nearest)
        nearest.active = False
        self.assertEqual(move.vatportal_deadline_id.company_id, self.company)

    def test_migration_of_branches(self):
        """Their people may read what holds for them."""
        branch = self.branch_with_connector()
        move, general = self.create_invoice(company_id=branch.id), self.rule('deadline_goods')
        own = general.copy({'company_id': self.company.id, 'days': 9})
        rule = self.env.ref('l10n_az_vatportal.vatportal_deadline_company_rule')
        rule.domain_force = "[('company_id', 'in', company_ids + [False])]"
        self.env.flush_all()
        self.env.cr.execute('UPDATE account_move SET vatportal_deadline_id = %s WHERE id = %s', [general.id, move.id])
        self.env.invalidate_all()
        script('19.0.1.10.0/end-branch_deadlines.py').migrate(self.env.cr, '19.0.1.9.0')
        self.env.invalidate_all()
        self.assertEqual(move.vatportal_deadline_id, own)
        clerk = new_test_user(self.env, 'due-branch', 'account.group_account_invoice', company_id=branch.id, company_ids=branch.ids)
        self.assertTrue(own.with_user(clerk).name)
        self.assert_changed_by_its_own(own, branch)

    def assert_changed_by_its_own(self, own, branch):
        """Whoever works in the branch alone sets the branch's deadlines, and no others'."""
        manager = new_test_user(self.env, 'due-manager', 'account.group_account_manager', company_id=branch.id, company_ids=branch.ids)
        theirs = own.with_user(manager)
        self.assertTrue(theirs.name)
        for change in (lambda: theirs.write({'days': 1}), lambda: theirs.write({'active': False}), lambda: theirs.copy()):
            with self.assertRaises(AccessError):
                change()
        of_branch = theirs.copy({'company_id': branch.id})
        of_branch.days = 2
        self.assertEqual(of_branch.days, 2)

    def test_the_month_in_which_a_connector_was_made(self):
        """In Baku it is the first already."""
        for made, begun in (('2026-10-31 20:00:00', date(2026, 11, 1)), ('2026-10-31 19:59:59', date(2026, 10, 1)), ('2025-12-31 21:00:00', date(2026, 1, 1))):
            self.env.cr.execute('UPDATE vatportal_connector SET create_date = %s WHERE id = %s', [made, self.connector.id])
            self.env.registry.clear_cache()
            self.env.invalidate_all()
            for archived in (False, True):
                self.assertEqual(self.env['vatportal.connector']._begun(archived)[self.company.id], begun)

    def test_a_connector_in_the_place_of_another(self):
        """It goes on with what the first one has left: that one began it, and a company without any has nothing at e-taxes to do."""
        Move, Connector = self.env['account.move'], self.env['vatportal.connector']
        self.document(connector_id=self.connector.id)
        before, left = self.create_invoice(invoice_date='2026-09-30'), self.create_invoice(invoice_date='2026-11-16')
        draft = self.create_invoice(post=False, invoice_date=False, delivery_date='2026-10-20')
        self.assertEqual([bool(move.vatportal_due_date) for move in (before, left, draft)], [False, True, True])
        late = [('vatportal_due_state', '=', 'late'), ('company_id', '=', self.company.id)]
        found = Move.search(late)
        self.assertIn(left, found)
        self.at(datetime(2026, 12, 3, 8, 0, 0))
        first, after = self.connector, self.create_invoice(invoice_date='2026-12-02')
        second = first.copy({'name': 'New', 'company_id': self.company.id})
        self.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-12-03 08:00:00' WHERE id = %s", [second.id])
        for change in (
            lambda: first.write({'active': False}),
            lambda: second.write({'is_default': True}),
            lambda: self.rule('deadline_goods').write({'days': 4}),
        ):
            change()
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(Connector._begun()[self.company.id], date(2026, 10, 1))
            self.assertEqual([bool(move.vatportal_due_date) for move in (before, left, draft, after)], [False, True, True, True])
            self.assertLessEqual(found, Move.search(late))
        self.env.cr.execute('UPDATE account_move SET vatportal_due_date = NULL WHERE id = ANY(%s)', [[before.id, left.id]])
        self.env.invalidate_all()
        script('19.0.1.11.0/end-begun.py').migrate(self.env.cr, '19.0.1.10.0')
        self.assertEqual([bool(move.vatportal_due_date) for move in (before, left)], [False, True])
        second.active = False
        self.assertNotIn(self.company.id, Connector._begun())
        self.assertEqual(Connector._begun(archived=True)[self.company.id], date(2026, 10, 1))
        self.assertFalse(left.vatportal_due_date or after.vatportal_due_date)

    def job_of(self, connector, state):
        vals = {'connector_id': connector.id, 'operation': 'download', 'direction': 'incoming', 'state': state}
        return self.env['vatportal.job'].sudo().create(vals)

    def test_companies_that_began_together(self):
        """Of as many as there are it is asked once for each month."""
        Move, Company = self.env['account.move'], self.env['res.company']
        others = Company.create([{'name': f'Şirkət {number}', 'country_id': self.env.ref('base.az').id} for number in range(3)])
        for other in others:
            self.connector.create({'name': other.name, 'base_url': self.sandbox.url, 'company_id': other.id})
        made = [('2026-10-02 08:00:00', others[0].id), ('2026-10-30 08:00:00', others[1].id), ('2026-11-30 20:00:00', others[2].id)]
        for moment, company_id in made:
            self.env.cr.execute('UPDATE vatportal_connector SET create_date = %s WHERE company_id = %s', [moment, company_id])
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        begun = self.env['vatportal.connector']._begun()
        days = [condition.value for condition in Move._vatportal_since('invoice_date').iter_conditions() if condition.field_expr == 'invoice_date']
        self.assertEqual(sorted(days), sorted(set(begun.values())))
        self.assertEqual([begun[other.id] for other in others], [date(2026, 10, 1), date(2026, 10, 1), date(2026, 12, 1)])
        samples = [Move.new({'company_id': other.id, 'invoice_date': day}) for other in others for day in ('2026-09-30', '2026-10-01', '2026-12-01')]
        since = Move._vatportal_since('invoice_date')
        self.assertEqual([bool(move.filtered_domain(since)) for move in samples], [False, True, True, False, True, True, False, False, True])

    def test_a_connector_that_never_served(self):
        """One that was tried years ago, and archived, has begun nothing, nor does the migration say so; what went through it, or came, has."""
        Connector, move = self.env['vatportal.connector'], self.create_invoice(invoice_date='2024-05-16')
        tried = self.connector.copy({'name': 'Tried', 'company_id': self.company.id, 'active': True})
        self.env.cr.execute("UPDATE vatportal_connector SET create_date = '2024-05-03 08:00:00' WHERE id = %s", [tried.id])
        tried.active = False
        self.env.invalidate_all()
        script('19.0.1.11.0/end-begun.py').migrate(self.env.cr, '19.0.1.10.0')
        self.assertEqual(Connector._begun()[self.company.id], date(2026, 10, 1))
        self.assertFalse(move.vatportal_due_date)
        document = self.document(connector_id=self.connector.id)
        for state in ('queued', 'processing', 'unconfirmed', 'rejected'):
            self.document(direction='outgoing', connector_id=tried.id, state=state)
        self.assertTrue(tried._has_served(), 'it stays with its company all the same')
        for state in ('queued', 'failed'):
            self.job_of(tried, state)
        tried.active = True
        tried.active = False
        self.assertEqual(Connector._begun()[self.company.id], date(2026, 10, 1), 'a token, or an upload, that was refused has begun nothing')
        for model, vals in (('vatportal.document', 'connector_id'), ('vatportal.document', 'seen_connector_id'), ('vatportal.job', 'connector_id')):
            with self.subTest(model, name=vals):
                record = document.sudo() if model == 'vatportal.document' else self.job_of(self.connector, 'done')
                record[vals] = tried
                for active in (True, False):
                    tried.active = active
                    self.assertEqual(Connector._begun()[self.company.id], date(2024, 5, 1))
                self.assertTrue(move.vatportal_due_date)
                record[vals] = vals == 'connector_id' and self.connector
                tried.active = True
                tried.active = False
                self.assertFalse(move.vatportal_due_date)

    def test_what_is_never_sent_is_not_walked_through(self):
        """A shop has sold to private persons for years: a deadline that is changed does not ask for each of them."""
        private = self.create_invoice(partner_id=self.env['res.partner'].create({'name': 'Vətəndaş'}).id)
        move = self.create_invoice()
        rule = self.rule('deadline_goods')
        changes = (lambda: rule.write({'days': 4}), lambda: self.connector.write({'active': False}), lambda: self.connector.write({'active': True}))
        for change in changes:
            found = {one for part in self.computed('account.move', 'vatportal_due_date', change) for one in part}
            self.assertIn(move.id, found)
            self.assertNotIn(private.id, found)
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 24))
        private.partner_id.is_company = True
        self.assertEqual(private.vatportal_due_date, date(2026, 11, 24))
        rule.days = 5
        self.assertEqual(private.vatportal_due_date, date(2026, 11, 25))
        private.partner_id.is_company = False
        self.assertFalse(private.vatportal_due_date)

    def test_a_customer_that_stays_what_it_is(self):
        """Whoever has bought for years gets another VÖEN or address: what it bought is not gone through while somebody waits."""
        self.create_invoice()
        contact = self.env['res.partner'].create({'name': 'Aygün', 'parent_id': self.partner.id, 'type': 'delivery'})
        for partner, vals in (
            (self.partner, {'vat': '1700321031'}),
            (self.partner, {'vat': '1700321031', 'country_id': self.env.ref('base.az').id, 'is_company': True}),
            (contact, {'country_id': self.env.ref('base.ge').id}),
            (contact, {'name': 'Aygün B.', 'parent_id': self.partner.id}),
        ):
            with self.subTest(partner=partner.name, vals=vals):
                self.assertEqual(self.computed('account.move', 'vatportal_due_date', lambda partner=partner, vals=vals: partner.write(vals)), [])

    def test_somebody_new_at_a_customer(self):
        """What that one has bought for years is not gone through; nor is it where somebody leaves it, or goes to another one."""
        Partner, known = self.env['res.partner'], self.create_invoice()
        other = self.partner.copy({'name': 'Başqa MMC', 'vat': '2001876531'})
        person = Partner.create({'name': 'Aygün'})
        for parent in (self.partner, other, Partner):
            with self.subTest(parent=parent.name):
                parts = self.computed('account.move', 'vatportal_due_date', lambda parent=parent: person.write({'parent_id': parent.id}))
                self.assertNotIn(known.id, {one for part in parts for one in part})

    def test_a_rule_for_the_kind_gives_kind_and_day(self):
        """Invoices without a kind get it, and with it their last day; those that have one are not looked at."""
        kind, has = self.kind('defaultInvoice'), self.create_invoice()
        self.rule('deadline_goods').copy({'days': 9, 'kind_ids': [Command.set(kind.ids)], 'company_id': self.company.id})
        self.connector.rule_ids.unlink()
        move = self.create_invoice()
        self.assertFalse(move.vatportal_kind_id)

        def change():
            self.connector.rule_ids = [Command.create({'move_type': 'out_invoice', 'kind_id': kind.id})]

        found = {one for part in self.computed('account.move', 'vatportal_due_date', change) for one in part}
        self.assertEqual((move.vatportal_kind_id, move.vatportal_due_date), (kind, date(2026, 11, 29)))
        self.assertNotIn(has.id, found)

    def test_the_day_from_which_bills_are_made(self):
        """Documents have days of Baku, wherever the user is."""
        self.env.user.tz = 'America/New_York'
        self.at(datetime(2026, 11, 20, 20, 30))
        self.connector.auto_bill = True
        self.assertEqual(self.connector.auto_bill_from, date(2026, 11, 21))
        self.assertEqual(self.connector.copy({'auto_bill': True, 'auto_bill_from': False, 'company_id': self.company.id}).auto_bill_from, date(2026, 11, 21))
        form = self.connector.new({'auto_bill': True})
        form._onchange_auto_bill()
        self.assertEqual(form.auto_bill_from, date(2026, 11, 21))

    # ------------------------------------------------------------------ what fails keeps nobody from being told of the rest

    def test_types_of_activities_are_not_deleted(self):
        """Nor are they made those of other records."""
        own = self.env['ir.model.data'].search([('model', '=', 'mail.activity.type'), ('module', '=like', 'l10n_az_vatportal%')])
        self.assertGreater(len(own), 3)
        for data in own:
            with self.subTest(data.complete_name), self.assertRaises(UserError):
                self.env.ref(data.complete_name).unlink()
            with self.subTest(data.complete_name, model=True), self.assertRaises(UserError):
                self.env.ref(data.complete_name).res_model = 'res.partner'

    def test_one_model_that_fails(self):
        """Whichever it is."""
        models = self.env['vatportal.deadline']._models()
        self.assertGreater(len(models), 1)
        for failing in models:
            with self.subTest(failing._name):
                records = {
                    'account.move': self.create_invoice(),
                    'vatportal.document': self.document(status='onApproval', status_code='onApproval', date='2026-11-17 08:00:00'),
                }

                def fails(model):
                    raise ValueError('One that fails')

                with patch.object(type(failing), '_close_reminded', fails), mute_logger('odoo.addons.l10n_az_vatportal.models.catalog.deadline'):
                    self.remind()
                for name, record in records.items():
                    self.assertEqual(bool(self.told(record)), name != failing._name)

    def test_one_record_that_is_not_closed(self):
        """A rule of another addon, say, is against it."""
        first, second, third = (self.create_invoice() for _number in range(3))
        self.remind()
        for move in (first, second):
            # As SQL leaves it: the run finds it.
            self.env.cr.execute('UPDATE account_move SET vatportal_due_date = NULL WHERE id = %s', [move.id])
        self.env.invalidate_all()
        self.assertTrue(self.told(first) and self.told(second) and self.told(third))
        feedback, later = type(first).activity_feedback, self.create_invoice()

        def fails(records, *args, **kwargs):
            if first in records:
                raise ValueError('Not this one')
            return feedback(records, *args, **kwargs)

        with patch.object(type(first), 'activity_feedback', fails), mute_logger('odoo.addons.l10n_az_vatportal.models.catalog.due'):
            self.remind()
        self.assertEqual([bool(self.told(move)) for move in (first, second, third, later)], [True, False, True, True])
