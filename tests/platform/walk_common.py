"""Every way in which a client gets something told, for every model that this addon or another one of ours has a part in."""

import json

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ...models.guard import is_ours
from ..rpc_common import arguments, public_methods

OURS = 'odoo.addons.l10n_az_vatportal'
# What shows in no other place.
BUYER, NOTE, CONNECTOR, REFUSAL, MAIN = 'Gizli Alıcı MMC', 'Gizli qeyd', 'Gizli hesab', 'Gizli imtina', 'GIZLI; 20.11.2026'
TOTAL, QAIME, ERP_ID, STATUS, NUMBER = 87654.32, 'MT261199887766', 'ODOO-77-gizli', 'correctionRefused', 'GIZLI/00017'
SECRETS = (BUYER, NOTE, CONNECTOR, REFUSAL, 'GIZLI', '87654.32', '87,654.32', QAIME, '99887766', ERP_ID, STATUS, 'ODOO-77')


class WalkCommon:
    """Another company's invoice, document, process and connector, and people who must not hear of them.

    What is walked is read off the registry, so whatever is added later is walked as well.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.make_foreign()
        cls.other_data = cls.setup_other_company(name='Başqa MMC')
        cls.other = cls.other_data['company']
        cls.own = cls.make_own()
        everywhere = cls.everybody()
        cls.people = {
            login: new_test_user(cls.env, login, groups, company_id=company.id, company_ids=[Command.set(company.ids)])
            for login, (groups, company) in everywhere.items()
        }

    @classmethod
    def everybody(cls):
        """login → (groups, company) of those who must not hear of the document."""
        return {
            'strange-invoicing': ('account.group_account_invoice', cls.other),
            'strange-admin': ('account.group_account_manager,base.group_system', cls.other),
            'strange-auditor': ('account.group_account_readonly', cls.other),
            'plain-user': ('base.group_user', cls.company),
            'portal-user': ('base.group_portal', cls.company),
        }

    # ------------------------------------------------------------------ records

    @classmethod
    def make_foreign(cls):
        """model → the record that nobody may hear of."""
        cls.connector.name = CONNECTOR
        partner = cls.env['res.partner'].create(
            {'name': BUYER, 'company_id': cls.company.id, 'vat': cls.other_partner.vat, 'country_id': cls.env.ref('base.az').id}
        )
        move = cls.create_invoice({'price_unit': TOTAL, 'tax_ids': False, 'name': NOTE}, partner_id=partner.id, name=NUMBER)
        document = (
            cls.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'outgoing',
                    'company_id': cls.company.id,
                    'connector_id': cls.connector.id,
                    'move_id': move.id,
                    'kind_id': cls.env.ref('l10n_az_vatportal.kind_advance_invoice').id,
                    'qaime': QAIME,
                    'erp_id': ERP_ID,
                    'state': 'registered',
                    'status': STATUS,
                    'status_code': STATUS,
                    'buyer_name': BUYER,
                    'main_info': MAIN,
                    'partner_id': partner.id,
                    'amount_total': TOTAL,
                    'message': REFUSAL,
                    'portal_message': REFUSAL,
                    'line_ids': [Command.create({'name': NOTE, 'amount_total': TOTAL, 'quantity': 1, 'price_unit': TOTAL})],
                }
            )
        )
        job = (
            cls.env['vatportal.job']
            .sudo()
            .create(
                {
                    'connector_id': cls.connector.id,
                    'document_ids': [Command.set(document.ids)],
                    'state': 'failed',
                    'phase': 'end',
                    'message': REFUSAL,
                    'portal_message': REFUSAL,
                }
            )
        )
        cls.connector.sudo().write({'main_info_template': MAIN, 'last_error': REFUSAL})
        cls.env.flush_all()
        return {
            record._name: record
            for record in (
                cls.connector,
                move,
                move.invoice_line_ids[0],
                document,
                document.line_ids,
                job,
                cls.company,
                partner,
                cls.connector.rule_ids[:1],
                cls.company_data['default_journal_sale'],
                cls.env['vatportal.import.schedule'].sudo().create({'connector_id': cls.connector.id, 'last_error': REFUSAL}),
                cls.env['vatportal.product.mapping'].create(
                    {'company_id': cls.company.id, 'partner_id': partner.id, 'name': NOTE, 'product_id': cls.product.id}
                ),
                cls.env['vatportal.unit.alias'].create({'name': NOTE, 'uom_id': cls.unit.id, 'company_id': cls.company.id}),
            )
        }

    @classmethod
    def make_own(cls):
        """model → a record of the company whose people look."""
        connector = cls.env['vatportal.connector'].create({'name': 'Öz hesab', 'base_url': cls.sandbox.url, 'token': 'own-token', 'company_id': cls.other.id})
        move = (
            cls.env['account.move']
            .with_company(cls.other)
            .create(
                {
                    'move_type': 'out_invoice',
                    'partner_id': cls.partner.id,
                    'invoice_date': '2026-11-20',
                    'journal_id': cls.other_data['default_journal_sale'].id,
                    'invoice_line_ids': [Command.create({'name': 'x', 'quantity': 1, 'price_unit': 5, 'tax_ids': False})],
                }
            )
        )
        return {record._name: record for record in (connector, connector.rule_ids[:1], move, move.invoice_line_ids)}

    # ------------------------------------------------------------------ what is walked

    def models(self):
        """The models that hold, show or take documents: our own, those that are guarded, and other dialogs of Odoo in which
        one of our addons has a part."""
        guard = self.env.registry['vatportal.guard']
        return [
            name
            for name in sorted(self.env)
            if not self.env[name]._abstract
            and (
                name.startswith('vatportal.')
                or issubclass(self.env.registry[name], guard)
                or self.env[name]._transient
                and any(cls.__module__.startswith(OURS) for cls in self.env.registry[name].mro())
            )
        ]

    def ways(self, name, user):
        """Yield (label, call) for model ``name`` as ``user``."""
        model = self.env[name].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        readable = model.has_access('read') or model.has_access('create')
        foreign = self.foreign.get(name)
        fields = model._fields
        spec = self.spec(model)
        if foreign:
            yield from self.ways_to_read(model, foreign, spec if readable else {'display_name': {}})
        if not readable:
            return
        yield 'empty form', ('onchange', [[], {}, [], spec])
        links = [
            field
            for field in fields.values()
            if field.relational
            and field.comodel_name in self.foreign
            and (
                is_ours(field)
                or field.comodel_name.startswith('vatportal.')
                or name.startswith('vatportal.')
                or field.comodel_name in ('account.move', 'stock.picking', 'res.company', 'account.journal')
            )
        ]
        own = self.own.get(name)
        for field in links:
            for label, value in self.values(field):
                for ids in ([], own.ids) if own else ([],):
                    yield f'{field.name} {label} form {ids}', ('onchange', [ids, {field.name: value}, [field.name], spec])
                values = {**self.required(model), field.name: value}
                yield f'{field.name} {label} create', ('web_save', [[], values, spec])
                if name.startswith('vatportal.'):
                    # A computed field that refuses keeps nobody from reading the others.
                    yield f'{field.name} {label} create, plain', ('web_save', [[], values, {name: spec[name] for name in spec if fields[name].store}])
                if own:
                    yield f'{field.name} {label} write', ('web_save', [own.ids, {field.name: value}, spec])
            target = self.foreign[field.comodel_name].id
            for default in (target, [Command.set([target])]):
                context = {f'default_{field.name}': default}
                yield f'{field.name} default {default}', ('default_get', [list(fields)], context)
                yield f'{field.name} default form {default}', ('onchange', [[], {}, [], spec], context)
        for active in ('vatportal.document', 'account.move', 'stock.picking', 'no.model'):
            record = self.foreign.get(active, self.foreign['account.move'])
            context = {'active_model': active, 'active_ids': record.ids, 'active_id': record.id}
            yield f'active {active}', ('onchange', [[], {}, [], spec], context)

    def ways_to_read(self, model, foreign, spec):
        names = list(spec)
        for way, args in (
            ('read', [foreign.ids, names]),
            ('web_read', [foreign.ids, spec]),
            ('export_data', [foreign.ids, names]),
            ('copy', [foreign.ids]),
            ('copy_data', [foreign.ids]),
            ('onchange', [foreign.ids, {}, [], spec]),
            ('web_save', [foreign.ids, {}, spec]),
            ('write', [foreign.ids, {'display_name': 'x'}]),
            ('unlink', [foreign.ids]),
            ('name_search', [BUYER]),
            ('search_read', [[], names]),
            ('get_formview_action', [foreign.ids]),
            ('read_progress_bar', [[], names[0], {'field': names[0], 'colors': {}}]),
        ):
            yield way, (way, args)
        for name in names:
            field = model._fields[name]
            if not is_ours(field):
                continue
            yield f'group by {name}', ('formatted_read_group', [[], [name], ['__count']])
            if field.type in ('char', 'text', 'selection'):
                yield f'search {name}', ('search_read', [[(name, 'in', SECRETS)], ['id', 'create_date']])
        for method in sorted(public_methods(model, 'l10n_az_vatportal') | set(self.overridden(model))):
            yield f'call {method}', (method, [foreign.ids, *arguments(model, method)])

    def overridden(self, model):
        """Buttons of other addons in which ours have a part, or on records that ours do."""
        return [
            name
            for name in dir(type(model))
            if name.startswith(('button_', 'action_')) and any(cls.__module__.startswith(OURS) for cls in type(model).mro() if name in vars(cls))
        ]

    def spec(self, model):
        """All fields, with the names and all that is ours of what they point to."""
        spec = {}
        for name, field in model._fields.items():
            if not model._has_field_access(field, 'read') or field.type in ('binary', 'properties', 'properties_definition', 'image'):
                continue
            spec[name] = {}
            if field.relational and model._fields[name].comodel_name in self.env:
                spec[name] = {'fields': {'display_name': {}}}
                if field.comodel_name.startswith('vatportal.'):
                    comodel = self.env[field.comodel_name].with_user(model.env.user)
                    spec[name]['fields'] |= {inner: {} for inner in comodel._fields if comodel._has_field_access(comodel._fields[inner], 'read')}
        return spec

    def values(self, field):
        """Yield (label, value): the forms in which a client can point ``field`` at the foreign record."""
        target = self.foreign[field.comodel_name].id
        if field.type == 'many2one':
            yield 'id', target
            yield 'new', {'id': target}
            return
        yield 'link', [Command.link(target)]
        yield 'set', [Command.set([target])]
        yield 'ids', [target]
        yield 'text', [[4, str(target)]]
        yield 'update', [Command.update(target, {})]
        inner = [
            name
            for name, other in self.env[field.comodel_name]._fields.items()
            if other.type == 'many2one' and other.comodel_name in self.foreign and (is_ours(other) or other.comodel_name.startswith('vatportal.'))
        ]
        for name in inner:
            other = self.env[field.comodel_name]._fields[name]
            yield f'row with {name}', [[0, 'virtual_1', {name: self.foreign[other.comodel_name].id}]]

    def required(self, model):
        """What a record of ``model`` can't be without."""
        values = {}
        for name, field in model._fields.items():
            if not field.required or field.compute or field.related or name in ('company_id', 'currency_id'):
                continue
            if field.type == 'many2one':
                own = self.own.get(field.comodel_name)
                values[name] = own.id if own else self.env[field.comodel_name].sudo().search([], limit=1).id
            elif field.type == 'char':
                values[name] = 'x'
        return values

    # ------------------------------------------------------------------ walking

    def tell(self, user, name, way):
        """What ``user`` is answered, as text, errors included."""
        method, args, *context = way
        model = self.env[name].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        kwargs = {'context': {**(context[0] if context else {}), 'allowed_company_ids': user.company_ids.ids}}
        try:
            with self.env.cr.savepoint():
                answer = call_kw(model, method, args, kwargs)
                self.env.flush_all()
        except UserError as error:
            return str(error), None
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not tell
            return f'{type(error).__name__}: {error}', error
        finally:
            self.env.invalidate_all()
        return json.dumps(answer, default=str, ensure_ascii=False), None

    @mute_logger('odoo.sql_db', 'odoo.models', 'odoo.addons.base.models.ir_rule', 'odoo.addons.base.models.ir_model')
    def walk(self):
        """:return: (number of answers, list of what was told, list of what broke)"""
        count, told, broken = 0, [], []
        for login, user in self.people.items():
            for name in self.models():
                for label, way in self.ways(name, user):
                    count += 1
                    answer, error = self.tell(user, name, way)
                    given = json.dumps(way[1], default=str, ensure_ascii=False)
                    found = [secret for secret in SECRETS if secret in answer and secret not in given]
                    if found:
                        told.append(f'{login} · {name} · {label}: {found}')
                    if error is not None and name.startswith('vatportal.') and not self.may_break(label, error):
                        broken.append(f'{login} · {name} · {label}: {answer[:200]}')
        return count, told, broken

    def assertNothingTold(self):
        count, told, broken = self.walk()
        self.assertEqual(told[:60], [], f'{len(told)} of {count} answers')
        self.assertEqual(broken[:60], [], f'{len(broken)} of {count} answers')
        self.assertGreater(count, 300, 'the walk itself must not be empty')

    def may_break(self, label, error):
        """What Odoo itself answers to fields that are not stored, and to what can't be created."""
        text = str(error)
        return label.startswith(('group by', 'search ')) or not any(
            word in f'{type(error).__name__} {text}' for word in ('singleton', 'KeyError', 'AttributeError', 'TypeError')
        )
