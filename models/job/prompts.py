import logging
from datetime import timedelta

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

# How long ASAN İmza waits for a PIN, in seconds; the vendor says "about two minutes".
PROMPT_S = 120


class VatportalJob(models.Model):
    """The prompts on people's phones, as a person sees them on every page of Odoo."""

    _inherit = 'vatportal.job'

    asked_pin = fields.Selection([('pin1', 'PIN1'), ('pin2', 'PIN2')], readonly=True, copy=False, help='The PIN for which a check code came last.')
    code_at = fields.Datetime(readonly=True, copy=False, help='When the portal first named the check code that waits.')

    _prompting = models.Index('(company_id) WHERE waits_for_pin IS TRUE')

    def _seconds_left(self):
        """How many seconds the phone still waits for the PIN whose code is shown; 0 … PROMPT_S, whatever the clock does."""
        since = self.code_at or self.changed_at or fields.Datetime.now()
        return min(PROMPT_S, max(0, int((since + timedelta(seconds=PROMPT_S) - fields.Datetime.now()).total_seconds())))

    @api.model
    def _get_prompts(self):
        """The processes whose check code the user is told of, in all companies of the user; what expires first comes first.

        :return: list of ids
        """
        if not self.has_access('read'):
            return []
        companies = self.env.user.company_ids
        jobs = self.with_context(allowed_company_ids=companies.ids).search([('waits_for_pin', '=', True), ('company_id', 'in', companies.ids)]).sudo()
        waiting = jobs.filtered(lambda job: job._may_use() and self.env.user in job._told_users())
        # By that of which people are told: of those that take turns, the first.
        return list(dict.fromkeys((job.root_id or job).id for job in waiting.sorted(lambda job: (job._seconds_left(), job.id))))


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    def session_info(self):
        # EXTENDS web: a page that is loaded while a prompt waits shows it at once
        info = super().session_info()
        if self.env.user._is_internal():
            info['vatportal_prompts'] = self._vatportal_prompts()
        return info

    def _vatportal_prompts(self):
        try:
            with self.env.cr.savepoint(flush=False):
                return self.env['vatportal.job']._get_prompts()
        except Exception:  # whoever is kept out of the list must not be kept out of Odoo
            _logger.exception('The prompts that wait could not be read')
            return []
