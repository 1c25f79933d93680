from markupsafe import Markup

from odoo import api, models


class VatportalChecklist(models.AbstractModel):
    """Menus that are still empty lead to the set-up, those who can do it."""

    _inherit = 'vatportal.checklist'

    @api.model
    def _help_of_empty_list(self, model, message):
        """``message``, which a list of ``model`` shows that has no records; after it, where the set-up lacks something, what
        and the way there."""
        # Asked whenever the list is opened; mostly there is something.
        if model.search_count([], limit=1) or not self.env.user.has_group('account.group_account_manager'):
            return message
        lacking = {company: steps for company, steps in self._steps(self._companies()).items() if self._open(steps)}
        if not lacking:
            return message
        company, steps = next(iter(lacking.items()))
        text, way = (
            (self.env._('The set-up of %(company)s lacks: %(steps)s.', company=company.name, steps='; '.join(self._open(steps))), f'/{company.id}')
            if len(lacking) == 1
            else (self.env._('Companies whose set-up lacks something: %s.', len(lacking)), '')
        )
        link = Markup('<p class="o_vatportal_setup_link">%s <a href="/odoo/e-taxes-setup%s">%s</a></p>') % (text, way, self.env._('Go on with the set-up'))
        return Markup(message or '') + link  # noqa: S704 - the action's own help


class VatportalConnector(models.Model):
    _inherit = 'vatportal.connector'

    @api.model
    def get_empty_list_help(self, help_message):
        return self.env['vatportal.checklist']._help_of_empty_list(self, super().get_empty_list_help(help_message))


class VatportalDocument(models.Model):
    _inherit = 'vatportal.document'

    @api.model
    def get_empty_list_help(self, help_message):
        return self.env['vatportal.checklist']._help_of_empty_list(self, super().get_empty_list_help(help_message))


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    @api.model
    def get_empty_list_help(self, help_message):
        return self.env['vatportal.checklist']._help_of_empty_list(self, super().get_empty_list_help(help_message))
