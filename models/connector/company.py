from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..states import PENDING_STATES

# A copy with one of these is made for the account that they say, else for that of the original.
_LOG_IN = {'base_url', 'token', 'username', 'password'}
_OF_RULE = ('journal_id', 'fiscal_position_id')
# Model, field that names the connector, and domain of what went through one, or came; and of what was only tried, or waits to go.
_WENT = (
    ('vatportal.job', 'connector_id', [('state', '=', 'done')]),
    ('vatportal.document', 'connector_id', [('state', 'not in', (*PENDING_STATES, 'rejected'))]),
    ('vatportal.document', 'seen_connector_id', []),
)
_TRIED = (('vatportal.job', 'connector_id', []), ('vatportal.document', 'connector_id', []), ('vatportal.selection', 'connector_id', [('state', '=', 'open')]))


class VatportalConnector(models.Model):
    """One more company at the same account: a copy, of which the company is said afterwards or at once."""

    _inherit = 'vatportal.connector'

    def copy_data(self, default=None):
        """A copy keeps the account, the rules and the schedules; of another company, what does not belong to that."""
        default = dict(default or {})
        vals_list = super().copy_data(default)
        for connector, vals in zip(self, vals_list, strict=True):
            if _LOG_IN & default.keys():
                vals.pop('account_id', None)
                vals.update({name: vals.get(name, connector[name]) for name in ('base_url', 'auth_method', 'is_partner')})
            company = self.env['res.company'].browse(vals['company_id'])
            vals.update({name: value for name, value in connector._for_company(company).items() if name not in default})
            if company != connector.company_id:
                vals['rule_ids'] = [
                    command
                    for command in vals.get('rule_ids', ())
                    if all(connector._fits(self.env['vatportal.kind.rule']._fields[name], command[2].get(name), company) for name in _OF_RULE)
                ]
        return vals_list

    def action_add_companies(self):
        """Open the dialog that makes connectors like this one for more companies.

        :raises AccessError: for anyone but accounting managers
        """
        self.ensure_one()
        self.check_access('write')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Add Companies'),
            'res_model': 'vatportal.company.wizard',
            'views': [[False, 'form']],
            'target': 'new',
            'context': {'default_connector_id': self.id},
        }

    def _to_company(self, vals):
        """Yield those of these connectors that ``vals`` give to another company, with what else becomes of them.

        :raises UserError: for one through which something was sent or received
        """
        company = self.env['res.company'].browse(vals['company_id'])
        for connector in self.filtered(lambda connector: connector.company_id != company):
            if connector._has_served():
                raise UserError(self.env._('Invoices were sent or received through this connector, so it stays with its company. Create another one.'))
            gone = connector.rule_ids.filtered(lambda rule: not all(self._fits(rule._fields[name], rule[name].id, company) for name in _OF_RULE))
            if gone and vals.get('rule_ids'):
                # The form tells of each rule that its company has changed.
                vals['rule_ids'] = [command for command in vals['rule_ids'] if command[1] not in gone.ids]
            yield (
                connector,
                {
                    'is_default': False,
                    'rule_ids': [Command.delete(rule.id) for rule in gone],
                    **{name: value for name, value in connector._for_company(company).items() if name not in vals},
                },
            )

    def _has_served(self):
        """Whether anything went through any of these connectors, came or was seen through one, was tried, or waits to go; whoever asks."""
        return bool(self._served(_WENT + _TRIED))

    def _served(self, places=_WENT):
        """Those of these connectors through which anything went, came or was seen, in as many questions as there are ``places`` for it."""
        served = self.browse()
        for model, name, domain in places:
            if left := self - served:
                records = self.env[model].sudo().with_context(active_test=False)
                found = [connector.id for (connector,) in records._read_group([(name, 'in', left.ids), *domain], [name])]
                served |= left.filtered(lambda connector, found=found: connector.id in found)
        return served

    def _for_company(self, company):
        """What becomes of this connector's fields that belong to its company when it is another one's."""
        if company == self.company_id:
            return {}
        named = {'name': company.sudo().name} if self.name == self.company_id.sudo().name else {}
        return named | {
            name: False
            for name, field in self._fields.items()
            if field.type == 'many2one' and field.check_company and not self._fits(field, self[name].id, company)
        }

    @api.model
    def _fits(self, field, value, company):
        """Whether ``value``, an id in ``field`` or none, may be used by ``company``."""
        comodel = self.env[field.comodel_name].sudo()
        return not value or bool(comodel.browse(value).filtered_domain(comodel._check_company_domain(company)))
