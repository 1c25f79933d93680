from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException

from ..common import VatportalCommon
from .walk_common import QAIME, WalkCommon


class TestTold(WalkCommon, VatportalCommon):
    """Nothing of another company's documents is told, by whatever model, field, form or error."""

    def test_nothing_is_told(self):
        self.assertNothingTold()

    def test_what_leads_to_documents_is_guarded(self):
        """A model of ours, or one that points to one, takes no links unchecked."""
        guard = self.env.registry['vatportal.guard']
        for name in self.env:
            model = self.env[name]
            if model._abstract or name in ('vatportal.secret', 'vatportal.account'):  # which nobody has access to
                continue
            leads = [
                field.name
                for field in model._fields.values()
                if field.type in ('many2one', 'many2many') and field.comodel_name.startswith('vatportal.') and not field.related and field.store
            ]
            if leads or name.startswith('vatportal.'):
                self.assertTrue(issubclass(self.env.registry[name], guard), f'{name}: {leads}')
        for name in self.env:
            if name.startswith('vatportal.') and self.env[name]._transient:
                for field in self.env[name]._fields.values():
                    self.assertFalse(field.related and field.compute_sudo, f'{field} is read as superuser')

    def test_dialogs_are_one_s_own(self):
        """What somebody else has entered into a dialog is nobody's to read, of whatever company."""
        for name in self.env:
            model = self.env[name]
            if name.startswith('vatportal.') and model._transient and not model._abstract:
                rules = self.env['ir.rule'].search([('model_id.model', '=', name), ('groups', '=', False)])
                self.assertIn("('create_uid', '=', user.id)", ''.join(rules.mapped('domain_force')), name)

    def test_no_default_of_the_context_is_taken_for_what_has_happened(self):
        connectors = self.env['vatportal.connector'].with_user(self.people['strange-admin'])
        context = {f'default_{name}': '2099-01-01 00:00:00' for name in ('released_until', 'compared_at')}
        connector = connectors.with_context(**context).create({'name': 'New', 'base_url': 'new', 'token': 'x', 'company_id': self.other.id})
        self.assertFalse(connector.released_until or connector.compared_at)

    def test_people_of_both_companies_are_led_as_before(self):
        """Whoever works in both is refused nothing, and told by Odoo's own words what does not go together."""
        user = self.people['strange-invoicing']
        user.sudo().write({'company_ids': [Command.link(self.company.id)]})
        both = self.env['vatportal.delete.wizard'].with_user(user).with_context(allowed_company_ids=[self.other.id, self.company.id])
        document = self.foreign['vatportal.document']
        wizard = both.create({'document_ids': [Command.set(document.ids)]})
        self.assertEqual(wizard.document_ids, document)
        with self.assertRaises(AccessError):
            both.with_context(allowed_company_ids=self.other.ids).create({'document_ids': [Command.set(document.ids)]})


class TestToldInDeveloperMode(WalkCommon, VatportalCommon, HttpCase):
    """Odoo's developer mode names the records that a rule keeps from a person: not ours."""

    def test_no_name_in_the_error(self):
        user = self.people['strange-admin']
        self.authenticate(user.login, user.login)
        self.url_open('/odoo?debug=1')
        for name in ('vatportal.document', 'vatportal.job', 'vatportal.connector', 'account.move'):
            with self.subTest(name), self.assertRaises(JsonRpcException) as caught:
                self.make_jsonrpc_request(
                    f'/web/dataset/call_kw/{name}/read', {'model': name, 'method': 'read', 'args': [self.foreign[name].ids, ['display_name']], 'kwargs': {}}
                )
            said = str(caught.exception.__dict__) + str(caught.exception)
            for secret in (QAIME, 'GIZLI', 'Gizli'):
                self.assertNotIn(secret, said)
