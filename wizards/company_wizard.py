from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class VatportalCompanyWizard(models.TransientModel):
    """Adds companies to the account of a connector, many in one go: a connector for each, like that one."""

    _name = 'vatportal.company.wizard'
    _inherit = ['vatportal.guard']
    _description = 'Add companies to an account at VatPortal'

    connector_id = fields.Many2one('vatportal.connector', string='Like', required=True, ondelete='cascade')
    account_name = fields.Char(related='connector_id.account_name', related_sudo=False)
    is_partner = fields.Boolean(related='connector_id.is_partner', related_sudo=False)
    line_ids = fields.One2many('vatportal.company.wizard.line', 'wizard_id', string='Companies')

    @api.model
    def default_get(self, fields):
        """Propose the companies of the user that have no connector yet: those that may be meant by this account."""
        values = super().default_get(fields)
        if 'line_ids' in fields and 'line_ids' not in values:
            mine = self.env.user.company_ids
            connectors = self.env['vatportal.connector']
            served = connectors.sudo().search([('company_id', 'in', mine.ids)]).company_id
            like = connectors.browse(values.get('connector_id'))
            people = like.notify_user_ids
            values['line_ids'] = [
                Command.create(
                    {
                        'company_id': company.id,
                        'chosen': False,
                        'notify_user_ids': [Command.set(people.filtered(lambda user, company=company: company in user.company_ids).ids)],
                    }
                )
                for company in self._companies_of_account(like, mine - served)
            ]
        return values

    @api.model
    def _companies_of_account(self, connector, companies):
        """Those of ``companies`` that may be served by the account of ``connector``: none abroad, and without a partner account those of
        the taxpayers that it serves."""
        here = companies.filtered(lambda company: company.sudo().country_id.code in (False, 'AZ'))
        if connector.is_partner:
            return here
        documents = self.env['vatportal.document']
        numbers = {documents._own_voen(company) for company in connector.sudo().account_id.connector_ids.company_id}
        return here.filtered(lambda company: documents._own_voen(company) in numbers - {''})

    def action_add(self):
        """Create the connectors of the companies that were chosen, with a partner account by their phone, and say which.

        :raises AccessError: for anyone but accounting managers
        :raises UserError: where no company is left
        """
        self.ensure_one()
        self.connector_id.check_access('read')
        lines = self.line_ids.filtered('phone' if self.is_partner else 'chosen')
        if not lines:
            raise UserError(
                self.env._('Enter the ASAN İmza phone of each company that you want to add.')
                if self.is_partner
                else self.env._('Tick each company that you want to add.')
            )
        # The companies need not be those at work at the moment.
        original = self.connector_id.with_context(allowed_company_ids=(self.env.company | self.env.user.company_ids).ids)
        connectors = original.browse()
        for line in lines:
            connectors += original.copy(
                {
                    'company_id': line.company_id.id,
                    'name': line.company_id.sudo().name,
                    'phone': line.phone,
                    'notify_user_ids': [Command.set(line.notify_user_ids.ids)],
                }
            )
        hidden = connectors.company_id - self.env.companies
        names = ', '.join(connectors.mapped('name'))
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'title': self.env._('Added'),
                'sticky': bool(hidden),
                'message': self.env._('%s. To see them, switch to these companies at the top.', names) if hidden else names,
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }


class VatportalCompanyWizardLine(models.TransientModel):
    _name = 'vatportal.company.wizard.line'
    _inherit = ['vatportal.guard']
    _description = 'Company to add to an account at VatPortal'

    wizard_id = fields.Many2one('vatportal.company.wizard', required=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True)
    chosen = fields.Boolean(string='Add', default=True)
    phone = fields.Char(string='ASAN İmza Phone')
    notify_user_ids = fields.Many2many('res.users', string='Users to Notify', domain="[('share', '=', False)]")

    _company_once = models.UniqueIndex('(wizard_id, company_id)', 'Each company can be added once.')

    def _vatportal_companies(self):
        # They need not be at work at the moment.
        return self.env.user.company_ids
