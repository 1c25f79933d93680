from markupsafe import Markup

from odoo import api, models


class VatportalChecklist(models.AbstractModel):
    _inherit = 'vatportal.checklist'

    @api.model
    def _help_of_empty_list(self, message):
        """``message``, which a list shows that has no records; where the set-up lacks something, a link to its page before it
        for those who can do it."""
        if not self.env.user.has_group('account.group_account_manager'):
            return message
        companies = self._companies()
        steps = self._steps(companies)
        lacking = [company for company in companies if self._open(steps[company])]
        if not lacking:
            return message
        text = (
            self.env._('The set-up of %(company)s lacks: %(steps)s.', company=lacking[0].name, steps='; '.join(self._open(steps[lacking[0]])))
            if len(lacking) == 1
            else self.env._('Companies whose set-up lacks something: %s.', len(lacking))
        )
        link = Markup('<p class="o_vatportal_setup_link">%s <a href="/odoo/e-taxes-setup">%s</a></p>') % (text, self.env._('Go on with the set-up'))
        return link + Markup(message or '')  # noqa: S704 - the action's own help


class VatportalDocument(models.Model):
    _inherit = 'vatportal.document'

    @api.model
    def get_empty_list_help(self, help_message):
        message = super().get_empty_list_help(help_message)
        # Asked whenever the list is opened; mostly there is something.
        return message if self.search_count([], limit=1) else self.env['vatportal.checklist']._help_of_empty_list(message)


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    @api.model
    def get_empty_list_help(self, help_message):
        message = super().get_empty_list_help(help_message)
        return message if self.search_count([], limit=1) else self.env['vatportal.checklist']._help_of_empty_list(message)
