"""Odoo's test companies with their charts of accounts, which are dear to make, made once for all classes of a run."""

import os

from odoo.fields import Command
from odoo.models import BaseModel
from odoo.tests.common import get_db_name

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

# Companies that are ready for those tests that need another one; archived until then.
SPARE = 2
_kept = {}  # name of a database → what stands on the class that made the company in it, records as (model, ids)


class CompanyCommon(AccountTestInvoicingCommon):
    """What ``AccountTestInvoicingCommon`` has, committed to the database where that is thrown away afterwards.

    ``./dev test`` says of which database that is so; in any other the company goes with the class that made it. The
    groups of the user, the chart and the context are those of this class: who needs others changes them after
    ``super().setUpClass()``.
    """

    spare = ()

    @classmethod
    def setUpClass(cls):
        name = get_db_name()
        if os.environ.get('DEV_DISPOSABLE') != name:
            super().setUpClass()
            return
        if name not in _kept:
            _kept[name] = _make()
        super(BaseCommon, cls).setUpClass()  # past all that makes data
        kept = _kept[name]
        cls.env = cls.env['base'].with_context(**cls.default_env_context()).with_user(kept['user'][1][0]).env
        for attribute, value in kept.items():
            setattr(cls, attribute, _thawed(cls.env, value))
        cls.maxDiff, cls.tax_number = None, 0

    @classmethod
    def setup_other_company(cls, **kwargs):
        spare = [data for data in cls.spare if not data['company'].active] if not kwargs.keys() - {'name'} else []
        if not spare:
            return super().setup_other_company(**kwargs)
        spare[0]['company'].write({'name': 'company_2', 'active': True, **kwargs})
        cls.env.user.company_ids = [Command.link(spare[0]['company'].id)]
        return spare[0]


def _make():
    class Maker(AccountTestInvoicingCommon):
        pass

    try:
        Maker.setUpClass()
        Maker.spare = [Maker.setup_other_company(name=f'company_{number}') for number in range(2, 2 + SPARE)]
        Maker.env.user.company_ids = [Command.set(Maker.company.ids)]
        for data in Maker.spare:
            data['company'].active = False
        Maker.env.flush_all()
        type(Maker.cr).commit(Maker.cr)  # a test's own cursor refuses
        return {attribute: frozen for attribute, value in vars(Maker).items() if (frozen := _frozen(value))}
    finally:
        Maker.doClassCleanups()


def _frozen(value):
    if isinstance(value, BaseModel):
        return (value._name, value.ids)
    if isinstance(value, dict) and any(isinstance(inner, BaseModel) for inner in value.values()):
        return {name: _frozen(inner) for name, inner in value.items()}
    if isinstance(value, list) and all(isinstance(inner, dict) for inner in value):
        return [_frozen(inner) for inner in value]
    return None


def _thawed(env, value):
    if isinstance(value, dict):
        return {name: _thawed(env, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_thawed(env, inner) for inner in value]
    model, ids = value
    return env[model].browse(ids)
