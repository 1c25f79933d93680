import ast

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..bill_common import BillCommon


class TestOffered(BillCommon):
    """What a view offers a person, it does not refuse for want of a right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = [
            new_test_user(cls.env, role, f'account.group_account_{role}', company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
            for role in ('readonly', 'invoice', 'user', 'manager')
        ]
        cls.move = cls.create_invoice()
        cls.selection = cls.env['vatportal.selection']._start([cls.move], cls.connector, True)
        cls.schedule = cls.env['vatportal.import.schedule'].create({'connector_id': cls.connector.id})
        cls.received = cls.document()

    def buttons(self, person):
        """(button, record) of each of our buttons that ``person`` sees, of some record of its model."""
        entries = self.env['ir.model.data'].search([('module', '=like', 'l10n_az_vatportal%'), ('model', '=', 'ir.ui.view')])
        seen = set()
        for view in self.env['ir.ui.view'].browse(entries.mapped('res_id')).exists():
            root = view
            while root.inherit_id and root.mode != 'primary':
                root = root.inherit_id
            if root in seen or root.type not in ('list', 'form', 'kanban') or root.model not in self.env:
                continue
            seen.add(root)
            model = self.env[root.model].with_user(person)
            if not model._abstract and not model._transient and model.has_access('read'):
                yield from self.of_view(model, etree.fromstring(model.get_view(root.id, root.type)['arch']))

    def of_view(self, model, arch):
        for button in arch.iterfind('.//button[@name]'):
            fields = [field.get('name') for field in button.iterancestors('field') if field.get('name')]
            there = model
            for name in reversed(fields):
                there = there[name]
            records = there.browse() if not there.has_access('read') else there.search([], limit=3, order='id desc')
            for record in records:
                if not any(self.is_hidden(record, node) for node in (button, *button.iterancestors()) if node.get('invisible')):
                    yield button, record

    def is_hidden(self, record, node):
        expression = node.get('invisible')
        names = {part.id for part in ast.walk(ast.parse(expression, mode='eval')) if isinstance(part, ast.Name)} & record._fields.keys()
        values = {name: record._fields[name].convert_to_read(record[name], record, use_display_name=False) for name in names}
        try:
            return safe_eval(expression, values)
        except (NameError, ValueError):
            return True  # it depends on what the view is part of

    def is_ours(self, button, record):
        return record._name.startswith('vatportal.') or 'vatportal' in button.get('name')

    def may_open(self, person, action_id):
        action = self.env['ir.actions.act_window'].browse(action_id).exists()
        if not action or action.group_ids and not action.group_ids & person.all_group_ids:
            return not action
        model = self.env[action.res_model].with_user(person)
        return model.has_access('create' if model._transient else 'read')

    @mute_logger('odoo.addons.base.models.ir_model', 'odoo.addons.base.models.ir_rule')
    def test_no_button_is_refused(self):
        pressed = set()
        for person in self.people:
            refused = set()
            for button, record in self.buttons(person):
                if button.get('type') == 'action' and not self.may_open(person, int(button.get('name'))):
                    refused.add((record._name, button.get('name'), 'may not open it'))
                if button.get('type') != 'object' or not self.is_ours(button, record):
                    continue
                pressed.add((record._name, button.get('name')))
                try:
                    with self.env.cr.savepoint() as savepoint:
                        getattr(record, button.get('name'))()
                        savepoint.rollback()
                except UserError as error:
                    # That there is nothing to be done at the moment is no refusal.
                    if isinstance(error, AccessError):
                        refused.add((record._name, button.get('name'), str(error).splitlines()[0]))
                self.env.invalidate_all()
            with self.subTest(person.login):
                self.assertEqual(refused, set())
        self.assertGreater(len(pressed), 15)
