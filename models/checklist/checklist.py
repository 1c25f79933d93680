from odoo import api, models
from odoo.exceptions import AccessError


class VatportalChecklist(models.AbstractModel):
    """The page of the set-up: the companies at work, what each of them lacks, and the steps of one."""

    _inherit = 'vatportal.checklist'

    @api.model
    def get_checklist(self, company_id=False):
        """What the page shows.

        :param company_id: the company whose steps are wanted; else the first that lacks something, that at work before others
        :return: dict of ``company`` (id, or False), ``steps`` (list of dicts, see :class:`~.steps.Step`) and ``companies``: list of dicts
            with ``id``, ``name``, ``open`` (titles of what is missing), those that lack something first. Where there is no company
            to show: ``note``, why, and ``branch``, the id of the branch at work
        :raises AccessError: for anyone but accounting managers, and for a company that is not at work
        """
        self._check_rights()
        companies = self._companies()
        asked = self._company(company_id) if company_id else companies.browse()
        steps = self._steps(companies | asked)
        chosen = asked or (companies.filtered(lambda company: self._open(steps[company])) or companies)[:1]
        if not chosen:
            return {'company': False, 'companies': [], 'steps': [], 'note': self._branch_note(), 'branch': self.env.company.id}
        listed = [{'id': company.id, 'name': company.name, 'open': self._open(steps[company])} for company in companies | chosen]
        return {'company': chosen.id, 'companies': sorted(listed, key=lambda told: not told['open']), 'steps': [step.told() for step in steps[chosen]]}

    @api.model
    def _branch_note(self):
        return self.env._(
            '%s is a branch without a connector of its own, so there is nothing to set up. Where it sends invoices of its own, set it up '
            'for itself; for the company that it belongs to, choose that one at the top of the page.',
            self.env.company.name,
        )

    @api.model
    def _check_rights(self):
        if not (self.env.su or self.env.user.has_group('account.group_account_manager')):
            raise AccessError(self.env._('Only accounting managers can see and do the set-up.'))

    @api.model
    def _company(self, company_id):
        """The company at work with that id.

        :raises AccessError: where it is none of them
        """
        company = self.env.companies.filtered(lambda company: company.id == company_id)
        if not company:
            raise AccessError(self.env._('You do not work in this company at the moment. Choose it at the top of the page.'))
        return company

    @api.model
    def _companies(self):
        """The companies at work that send to e-taxes, or may be meant to: not those abroad, and of a taxpayer's branches those
        with a connector of their own."""
        connected = self.env['vatportal.connector'].search([('company_id', 'in', self.env.companies.ids)]).company_id
        here = self.env.companies.filtered(lambda company: not company.parent_id and (company.country_id.code in (False, 'AZ') or company == self.env.company))
        return self.env.companies & (connected | here)

    @api.model
    def _open(self, steps):
        """The titles of those of ``steps`` without which nothing is sent rightly."""
        return [step.title for step in steps if step.state == 'open']

    @api.model
    def _lacking(self, company, without=()):
        """The titles of what ``company`` lacks, without the steps of these keys."""
        return self._open([step for step in self._steps(company)[company] if step.key not in without])
