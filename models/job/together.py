from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import formatLang


class VatportalJob(models.Model):
    """What one press of a button has started, for several companies or connectors: one live view shows all of it.

    Each connector's processes take their turns (``job/batch.py``); those of different connectors have nothing to do with
    each other but the person who waits for their codes. The view asks for each of them by itself, so that a portal that
    hangs keeps nobody's code from the screen.
    """

    _inherit = 'vatportal.job'

    started_with_id = fields.Many2one(
        'vatportal.job',
        readonly=True,
        ondelete='set null',
        index='btree_not_null',
        help='The first of the processes that were started by the same press of a button, of whatever company.',
    )
    live_views = fields.Json(compute='_compute_live_views')

    def _start_together(self):
        """Commit these jobs, queued a moment ago, and begin them; return the action that opens their live view.

        Where they are of several connectors the view begins them, all at once: one after the other, a slow portal would
        keep the others' codes waiting, and the person from seeing anything. Deletions from VatPortal alone have no codes,
        and are over with the press.
        """
        views = self._take_turns()._views().sudo()
        if len(views) > 1:
            group = (views | views._group()).sorted('id')
            group.filtered(lambda job: job.started_with_id != group[0]).started_with_id = group[0]
        self._commit()
        if len(views) == 1 or all(job._operation()._ends_at_once(job) for job in self):
            for job in self:
                job._begin()
        # The net, should no dialog open; not at once, for the dialog is about to ask.
        self._wake(fields.Datetime.now() + timedelta(seconds=10))
        return self._dialog_action()

    def _views(self):
        """The jobs whose live views show these: of those that take turns, the first."""
        return self.browse().union(*(job.root_id or job for job in self))

    def _group(self):
        """All that was started together with these jobs, whoever may see it."""
        firsts = (self | self.started_with_id).ids
        return self.sudo().search(['|', ('id', 'in', firsts), ('started_with_id', 'in', self.started_with_id.ids)])

    # ------------------------------------------------------------------ the live view

    @api.depends_context('uid', 'lang', 'allowed_company_ids', 'vatportal_live_views')
    def _compute_live_views(self):
        """What the live view of this job shows: list of {``id``, ``company``, ``phone``, ``what``}, one for each job that
        was started with it, or that it was opened with, as far as the user may follow them."""
        opened = self.browse(self.env.context.get('vatportal_live_views') or [])
        for job in self:
            views = (job._views() | job._views()._group().sudo(False) | opened).exists()._filtered_access('read')
            job.live_views = [{'id': view.id, **view._batch()._usable()._label()} for view in views.sorted('id') if view._may_use()]

    def _label(self):
        """Whose processes these are, all of one connector, and what they are about: dict of ``company``, ``phone`` (that of
        ASAN İmza, or '') and ``what`` it sends or deletes, with the total."""
        documents, connector = self.sudo().document_ids, self.sudo().connector_id
        what = '; '.join(self.mapped('name'))
        amount = formatLang(self.env, sum(document._way() * document.amount_total for document in documents), digits=2)
        return {
            'company': connector.company_id.display_name,
            'phone': connector.phone or '',
            'what': self.env._('%(what)s, %(amount)s AZN', what=what, amount=amount) if documents else what,
        }

    def _dialog_action(self):
        """Return the action that opens the live view of these jobs, one for all of them."""
        views = self._views()
        action = {
            'type': 'ir.actions.act_window',
            'name': self.env._('e-taxes – %s', views[0].name),
            'res_model': 'vatportal.job',
            'res_id': views[0].id,
            'views': [[self.env.ref('l10n_az_vatportal.vatportal_job_view_dialog').id, 'form']],
            'target': 'new',
            'context': {'dialog_size': 'large'},
        }
        companies = self.env.company | views.company_id | self.env.companies
        if len(companies) > 1:
            # The user may have chosen another company since.
            action['context'] = {**action['context'], 'allowed_company_ids': companies.ids}
        if len(views) > 1:
            action.update(name=self.env._('e-taxes – %s processes', len(views)), context={**action['context'], 'vatportal_live_views': views.ids})
        return action
