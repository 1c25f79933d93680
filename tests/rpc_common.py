"""What of an addon's code RPC reaches, and the calling of all of it. Shared with the addons that build on this one."""

import inspect

from odoo.fields import Command
from odoo.tests import JsonRpcException, new_test_user

# Public by Odoo's own design; all that they do is checked in there.
INHERITED = {'load', 'create', 'write', 'unlink', 'copy', 'copy_data', 'read', 'default_get', 'init', 'name_create', 'onchange', 'get_empty_list_help'}
# What opens a window tells nothing: whoever may not read the records sees nothing in it.
WINDOWS = {'ir.actions.act_window', 'ir.actions.client', 'ir.actions.act_url'}


def public_methods(model, addon):
    """The names of the methods that ``addon`` defines on ``model`` and that RPC reaches."""
    found = set()
    for cls in type(model).mro():
        for name, function in vars(cls).items():
            function = inspect.unwrap(getattr(function, '__func__', function))
            ours = str(getattr(function, '__module__', '')).startswith(f'odoo.addons.{addon}.')
            if not name.startswith('_') and inspect.isfunction(function) and ours and not getattr(function, '_api_private', False):
                found.add(name)
    return found - INHERITED


def arguments(model, method):
    """Something for each parameter that has no default."""
    parameters = list(inspect.signature(getattr(type(model), method)).parameters.values())[1:]
    return [
        1 for parameter in parameters if parameter.default is parameter.empty and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]


class RpcCommon:
    """For an HttpCase: every public method of ``ADDON``, called over RPC by people who have no business with it."""

    ADDON = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own = {'company_id': cls.company.id, 'company_ids': [Command.set(cls.company.ids)]}
        other = cls.env['res.company'].create({'name': 'Başqa MMC'})
        cls.intruders = [
            new_test_user(cls.env, 'nobody', 'base.group_user', **own),
            new_test_user(cls.env, 'outsider', 'base.group_portal'),
            # These have every right, in another company.
            *(
                new_test_user(cls.env, login, groups, company_id=other.id, company_ids=[Command.set(other.ids)])
                for login, groups in (('stranger', 'account.group_account_manager'), ('strange-admin', 'account.group_account_manager,base.group_system'))
            ),
        ]

    def records(self):
        """model → a record of it, of those whose records have to be made with some care."""
        raise NotImplementedError

    def made(self):
        """model → values to make a record with; of other models one that is there is taken."""
        return {}

    def everything(self):
        """A record of each model on which the addon has public methods."""
        records, made = self.records(), self.made()
        found = {}
        for name in self.env:
            if self.env[name]._abstract or not public_methods(self.env[name], self.ADDON):
                continue
            found[name] = records.get(name) or (self.env[name].create(made[name]) if name in made else self.env[name].sudo().search([], limit=1))
            self.assertTrue(found[name], f'{name} has public methods: make a record of it here')
        return found

    def state(self):
        """What an intruder could have changed."""
        self.env.invalidate_all()
        names = [name for name in self.env if name.startswith('vatportal.') and not self.env[name]._abstract]
        return {
            name: self.env[name].sudo().search([], order='id').mapped(lambda record: (record.id, record.write_date if record._log_access else None))
            for name in [*names, *self.records()]
        }

    def call(self, record, method):
        """The answer to the call over HTTP, or the name of the exception."""
        args = [record.ids, *arguments(record, method)]
        try:
            return self.make_jsonrpc_request(
                f'/web/dataset/call_kw/{record._name}/{method}', {'model': record._name, 'method': method, 'args': args, 'kwargs': {}}
            )
        except JsonRpcException as error:
            return str(error)

    def assertChecked(self):
        """Nobody gets anywhere: refused for want of a right, or shown a window on what they may not read."""
        methods = [(record, method) for record in self.everything().values() for method in sorted(public_methods(record, self.ADDON))]
        before, asked = self.state(), len(self.sandbox.requests)
        for user in self.intruders:
            self.authenticate(user.login, user.login)
            for record, method in methods:
                with self.subTest(user=user.login, model=record._name, method=method):
                    answer = self.call(record, method)
                    # What is worked out for the companies of whoever asks is not there for others.
                    refusals = ('AccessError',) if record._auto else ('AccessError', 'MissingError')
                    refused = isinstance(answer, str) and any(refusal in answer for refusal in refusals)
                    window = isinstance(answer, dict) and answer.get('type') in WINDOWS
                    self.assertTrue(refused or window or answer in (False, None, [], {}), answer)
        self.assertEqual(self.state(), before)
        self.assertEqual(len(self.sandbox.requests), asked, 'the portal was asked')
        return [method for _record, method in methods]
