import json
from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from ...models.guard import is_ours
from ..send_common import SendCommon

MOMENT = '2020-01-01 00:00:00'
OF_TYPE = {
    'boolean': True,
    'integer': 7,
    'float': 7.5,
    'monetary': 7.5,
    'date': date(2020, 1, 2),
    'datetime': datetime(2020, 1, 2, 3, 4, 5),
    'many2one': 1,
    'many2one_reference': 1,
    'one2many': [Command.set([1])],
    'many2many': [Command.set([1])],
    'json': {'planted': 'planted'},
}


def planted(env, field):
    """Some value that ``field`` takes."""
    return field.get_values(env)[-1] if field.type == 'selection' else OF_TYPE.get(field.type, 'planted')


class TestDefaults(SendCommon):
    """What a client's context proposes, and what anybody keeps as a default of theirs, is as good as values of theirs:
    no more, though a record be made as superuser on their behalf."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, 'default-clerk', 'account.group_account_invoice', company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)]
        )

    def stored(self):
        """Yield each model that is guarded and stores records, with the names of its fields that only the addon writes."""
        guard = self.env.registry['vatportal.guard']
        for name in sorted(self.env):
            model = self.env[name]
            if not (model._abstract or model._transient) and (issubclass(self.env.registry[name], guard) or name.startswith('vatportal.')):
                own = [field.name for field in model._fields.values() if is_ours(field) and field.readonly and field.name not in model._vatportal_given_fields]
                yield model, own

    def linking(self, model):
        return [field.name for field in model._fields.values() if is_ours(field) and field.relational]

    def plant(self, *names):
        """Have the clerk keep a default for all of these models that only the addon writes; return a context that proposes it
        as well."""
        context = {}
        for model, own in self.stored():
            if model._name in names:
                self.keep(model, [name for name in own if model._fields[name].type not in ('one2many', 'many2many')])
                context |= {f'default_{name}': planted(self.env, model._fields[name]) for name in own}
        return context

    def keep(self, model, names):
        """Have the clerk keep a default for each of the fields ``names``, which any employee may."""
        for name in names:
            self.env['ir.default'].with_user(self.clerk).set(model._name, name, planted(self.env, model._fields[name]), user_id=True)

    # ------------------------------------------------------------------ every model

    @freeze_time(MOMENT)
    def test_none_of_the_context(self):
        checked = 0
        for model, own in self.stored():
            mine = model.with_user(self.clerk)
            for label, asking, names in (('own', mine, own), ('superuser', mine.sudo(), {*own, *self.linking(model)})):
                before = asking.default_get(list(names))
                context = {f'default_{name}': planted(self.env, model._fields[name]) for name in names}
                after = asking.with_context(**context).default_get(list(names))
                for name in names:
                    checked += 1
                    with self.subTest(label, model=model._name, field=name):
                        self.assertEqual(after.get(name), before.get(name))
        self.assertGreater(checked, 400)

    @freeze_time(MOMENT)
    def test_none_that_somebody_keeps(self):
        for model, own in self.stored():
            mine = model.with_user(self.clerk)
            before = {asking: asking.default_get(own) for asking in (mine, mine.sudo())}
            self.keep(model, [name for name in own if model._fields[name].type not in ('one2many', 'many2many')])
            for asking, values in before.items():
                with self.subTest(model=model._name, su=asking.env.su):
                    self.assertEqual(asking.default_get(own), values)

    def test_what_people_give_is_proposed_as_ever(self):
        connector = self.env['vatportal.connector'].with_context(default_name='Proposed', default_batch_size=7)
        self.assertEqual(connector.default_get(['name', 'batch_size']), {'name': 'Proposed', 'batch_size': 7})
        self.env['ir.default'].with_user(self.clerk).set('account.move', 'vatportal_add_info', 'Kept', user_id=True)
        for move in (self.env['account.move'].with_user(self.clerk), self.env['account.move'].with_user(self.clerk).sudo()):
            self.assertEqual(move.default_get(['vatportal_add_info']), {'vatportal_add_info': 'Kept'})

    # ------------------------------------------------------------------ records

    def values(self, record):
        """What only the addon writes on ``record``, but for what tells one record from another."""
        own = next(own for model, own in self.stored() if model._name == record._name)
        [values] = record.sudo().read([name for name in own if record._fields[name].store and record._fields[name].type not in ('datetime', 'one2many')])
        return {
            name: value
            for name, value in values.items()
            if name not in ('id', 'name', 'erp_id', 'source_name', 'move_id', 'document_ids', 'job_ids', 'main_info')
        }

    def test_a_document_and_its_process(self):
        """Sent with such defaults and without: the same."""
        made = []
        for names in ((), ('vatportal.document', 'vatportal.document.line', 'vatportal.job')):
            context = self.plant(*names)
            move = self.create_invoice().with_user(self.clerk)
            job = move.env['vatportal.job'].with_context(**context)._queue(move.with_context(**context), self.connector.with_user(self.clerk), True)
            made.append((self.values(job), self.values(job.document_ids), job.document_ids.sudo().line_ids.mapped('name')))
        self.assertEqual(made[1], made[0])

    def test_an_import(self):
        foreign = self.env['vatportal.job'].sudo().create({'operation': 'download', 'connector_id': self.connector.id, 'state': 'queued'})
        made = []
        for names in ((), ('vatportal.job',)):
            context = self.plant(*names)
            if context:
                context['default_root_id'] = foreign.id
                self.env['ir.default'].with_user(self.clerk).set('vatportal.job', 'root_id', foreign.id, user_id=True)
            wizard = self.env['vatportal.import.wizard'].with_user(self.clerk).create({'company_id': self.company.id, 'direction': 'incoming'})
            before = self.env['vatportal.job'].sudo().search([])
            wizard.with_context(**context).action_import()
            made.append([self.values(job) for job in self.env['vatportal.job'].sudo().search([]) - before])
        self.assertEqual(made[1], made[0])

    def test_a_selection(self):
        made = []
        for names in ((), ('vatportal.selection', 'vatportal.selection.line')):
            context = self.plant(*names)
            move = self.create_invoice().with_user(self.clerk).with_context(**context)
            made.append(self.values(move.env['vatportal.selection'].sudo(False)._start([move], self.connector.browse(), True)))
            self.assertFalse(made[-1]['has_looked'])
        self.assertEqual({**made[1], 'line_ids': 0}, {**made[0], 'line_ids': 0})

    def test_an_account_at_the_portal(self):
        """It takes what is entered on its connector, and neither connectors of others nor what was learnt elsewhere."""
        manager = new_test_user(
            self.env,
            'default-manager',
            'account.group_account_manager,base.group_system',
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        own = self.connector.sudo().account_id
        self.env['ir.default'].with_user(manager).set('vatportal.account', 'released_until', '2099-01-01 00:00:00', user_id=True)
        connector = (
            self.env['vatportal.connector']
            .with_user(manager)
            .with_context(default_connector_ids=[Command.link(self.connector.id)], default_login_key='x', default_secret_hash='planted')
            .create({'name': 'Another', 'base_url': 'http://127.0.0.1:9/api', 'company_id': self.company.id})
        )
        account = connector.sudo().account_id
        self.assertEqual((account.connector_ids, self.connector.sudo().account_id), (connector.sudo(), own))
        self.assertFalse(account.released_until or account.login_key or connector.sudo().secret_hash)

    def test_an_invoice(self):
        """A mail that is said to wait is not sent by Odoo's scheduled action, which asks for nobody's rights."""
        self.keep(self.env['account.move'], ['vatportal_mail_leaving', 'vatportal_mail_data'])
        move = self.env['account.move'].with_user(self.clerk).create({'move_type': 'out_invoice', 'partner_id': self.partner.id, 'invoice_date': '2026-11-20'})
        self.assertFalse(move.sudo().vatportal_mail_leaving or move.sudo().vatportal_mail_data or move.vatportal_waits_to_mail)

    def test_documents_are_not_handed_over_with_an_invoice(self):
        """Made as superuser, as other apps do: neither theirs nor new ones."""
        sent = self.create_invoice()
        self.finish(self.send(sent))
        document = sent.vatportal_document_id
        Move = self.env['account.move'].with_user(self.clerk).sudo()
        for command in (Command.link(document.id), Command.create({'state': 'registered'}), Command.update(document.id, {'state': 'deleted'})):
            self.assertNotHandedOver(Move.with_context(default_vatportal_document_ids=[command]), document)
        for command in (Command.link(document.id), Command.create({'state': 'registered'})):
            field = self.env['ir.model.fields']._get('account.move', 'vatportal_document_ids')
            kept = self.env['ir.default'].create({'field_id': field.id, 'user_id': self.clerk.id, 'json_value': json.dumps([command])})
            self.assertNotHandedOver(Move, document)
            kept.unlink()

    def assertNotHandedOver(self, moves, document):
        before = document.move_id
        move = moves.create({'move_type': 'out_invoice', 'partner_id': self.partner.id, 'invoice_date': '2026-11-20'})
        self.assertFalse(move.vatportal_document_ids)
        self.assertEqual((document.move_id, document.state), (before, 'registered'))

    # ------------------------------------------------------------------ processes of others

    def test_processes_of_others_are_neither_stopped_nor_resumed(self):
        """Whatever says that they were begun together."""
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        connector = self.env['vatportal.connector'].create({'name': 'Foreign', 'base_url': 'other', 'token': 'x', 'company_id': other.id})
        vals = {'operation': 'download', 'direction': 'incoming', 'date_from': '2026-11-01', 'date_to': '2026-11-02', 'source': 'portal', 'phase': 'read'}
        Job = self.env['vatportal.job'].sudo()
        for state, call in (('queued', 'action_stop'), ('failed', 'action_resume')):
            foreign = Job.create({**vals, 'connector_id': connector.id, 'state': state})
            own = Job.create({**vals, 'connector_id': self.connector.id, 'state': state, 'root_id': foreign.id})
            with self.subTest(call), self.assertRaises(AccessError):
                getattr(own.with_user(self.clerk), call)()
            self.assertEqual((foreign.state, own.state), (state, state))
