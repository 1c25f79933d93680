from odoo import api, fields, models


class VatportalConnector(models.Model):
    """What the connector's form says of the set-up of its company."""

    _inherit = 'vatportal.connector'

    setup_note = fields.Char(string='What the Set-up Lacks', compute='_compute_setup_note')
    lacks_chart = fields.Boolean(string='No Chart of Accounts', compute='_compute_setup_note')

    @api.depends('company_id')
    @api.depends_context('lang', 'uid', 'allowed_company_ids')
    def _compute_setup_note(self):
        Checklist = self.env['vatportal.checklist']
        told = self.env.user.has_group('account.group_account_manager')
        for connector in self:
            company = connector.company_id & self.env.companies
            # A new one is being set up: what it lacks itself is no news.
            lacking = Checklist._lacking(company, without=() if connector._origin else ('connector', 'taxes', 'people')) if told and company else []
            connector.setup_note = bool(lacking) and self.env._('The set-up of %(company)s lacks: %(steps)s.', company=company.name, steps='; '.join(lacking))
            connector.lacks_chart = bool(lacking) and not company._vatportal_with_chart()

    def action_setup(self):
        """Open the page of the set-up, at the company of this connector.

        :raises AccessError: for anyone but accounting managers
        """
        self.ensure_one()
        self.check_access('read')
        self.env['vatportal.checklist']._check_rights()
        return {**self.env['ir.actions.client']._for_xml_id('l10n_az_vatportal.vatportal_setup_action'), 'params': {'company_id': self.company_id.id}}
