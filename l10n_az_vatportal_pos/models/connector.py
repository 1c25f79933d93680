import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.l10n_az_vatportal.models.account_move.due import SAYS_SOMETHING
from odoo.addons.l10n_az_vatportal.models.states import OPEN_STATES, SENDABLE_STATES

_logger = logging.getLogger(__name__)

# What did not go within a month waits for a person: its VAT has been declared. And nothing is looked at hour by hour for ever.
GATHER_DAYS = 31


class VatportalConnector(models.Model):
    """When the invoices of Point of Sale are gathered and sent, as few processes as they fit in, one at a time.

    The cash desk has nothing to do with it: it sells and closes as if there were no e-taxes, and a scheduled action
    gathers later.
    """

    _inherit = 'vatportal.connector'

    pos_sending = fields.Selection(
        [('now', 'At once'), ('hour', 'Every hour'), ('session', 'At the close of a session'), ('manual', 'By hand')],
        string='Invoices of Point of Sale',
        required=True,
        default='session',
        help='When invoices made in Point of Sale are gathered and sent to e-taxes, for which ASAN İmza asks for its PINs. '
        'While one process is under way the next waits. By hand: with “Send Point of Sale Invoices”.',
    )
    pos_from = fields.Date(
        string='Of Point of Sale from',
        compute='_compute_pos_from',
        store=True,
        readonly=False,
        help='Invoices of Point of Sale with an earlier date are not sent by themselves.',
    )

    @api.depends('pos_sending')
    def _compute_pos_from(self):
        for connector in self:
            connector.pos_from = connector.pos_sending != 'manual' and (connector.pos_from or fields.Date.context_today(connector))

    # ------------------------------------------------------------------ taxes

    def _check_nothing_sells(self):
        """EXTENDS l10n_az_vatportal: not while a cash desk of the company, or of one that has its taxes, is open: its screen has the taxes of
        the day on which it was opened, and Odoo wants desks closed for whatever else is changed of a tax"""
        super()._check_nothing_sells()
        company = self.company_id.root_id
        sessions = self.env['pos.session'].sudo().search([('state', '!=', 'closed'), ('config_id.company_id', 'child_of', company.id)])
        if sessions:
            raise UserError(self.env._('Close the sessions of Point of Sale first: %s. They sell with the present taxes.', ', '.join(sessions.mapped('name'))))

    # ------------------------------------------------------------------ by hand

    def action_pos_invoices(self):
        """Open the invoices of Point of Sale that are not at e-taxes, of the companies at work, to be chosen and sent.

        :raises AccessError: for users who do not send invoices
        """
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users send invoices to e-taxes.'))
        # As under To Do: nobody has to send what was taken back, and what is in a package waits for its upload by hand.
        offered = Domain('company_id', 'in', self.env.companies.ids) & SAYS_SOMETHING & Domain('vatportal_package_waits', '=', False)
        moves = self._pos_invoices(offered, SENDABLE_STATES)
        moves -= moves._vatportal_reversed_in_full(Domain('id', 'in', moves.ids))
        moves = moves.sudo(False)._filtered_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Point of Sale: not at e-taxes'),
            'res_model': moves._name,
            'views': [(self.env.ref('account.view_out_invoice_tree').id, 'list'), (False, 'form')],
            'domain': [('id', 'in', moves.filtered('vatportal_can_send').ids)],
            'context': {'default_move_type': 'out_invoice', 'create': False},
        }

    def _pos_invoices(self, domain, states):
        """The invoices of Point of Sale that are in ``states`` at e-taxes and nobody keeps from going there, in the order of their
        dates and numbers."""
        # Whoever sends invoices need not see orders.
        return (
            self.env['account.move']
            .sudo()
            .search(
                [
                    *domain,
                    ('pos_order_ids', '!=', False),
                    ('state', '=', 'posted'),
                    ('move_type', 'in', ('out_invoice', 'out_refund')),
                    ('vatportal_unsent_reason', '=', False),
                    '|',
                    ('vatportal_state', 'in', states),
                    ('vatportal_state', '=', False),
                ],
                order='invoice_date, sequence_prefix, sequence_number, id',
            )
        )

    # ------------------------------------------------------------------ by themselves

    @api.model
    def _cron_gather_pos(self, hourly=False):
        """Scheduled action: gather what is due, of each company by itself.

        :param hourly: whether the hour is over, for those that gather by the hour; what else is due is told by itself
        """
        modes = ('now', 'session', *(['hour'] if hourly else []))
        for connector in self.search([('pos_sending', 'in', modes)]):
            try:
                with self.env.cr.savepoint():
                    connector._gather_pos()
            except Exception:
                _logger.exception('VatPortal: the Point of Sale invoices of connector %s could not be gathered', connector.id)
            self.env['ir.cron']._commit_progress(1)

    def _gather_pos(self):
        """Queue the invoices of Point of Sale, unless there is nothing due or a process is under way; its end comes back
        here."""
        self.ensure_one()
        sessions = self._closed_pos_sessions()
        if self != self._default_for(self.company_id) or self._is_sending() or (self.pos_sending == 'session' and not sessions):
            return
        sessions.vatportal_to_gather = False
        user = self._told_users()[:1]
        moves = (
            self.with_context(lang=user.lang or self.company_id.partner_id.lang)
            ._pos_invoices(
                [
                    ('company_id', '=', self.company_id.id),
                    ('vatportal_package_date', '=', False),
                    ('invoice_date', '>=', max(self.pos_from, fields.Date.context_today(self) - timedelta(days=GATHER_DAYS))),
                ],
                ('none',),
            )
            .filtered('vatportal_can_send')
        )
        # What somebody has in hand at this moment goes the next time.
        noted = (moves & moves.try_lock_for_update(allow_referencing=True))._vatportal_gather()
        if noted:
            self._tell_pos(noted)

    def _closed_pos_sessions(self):
        """The sessions that were closed and whose invoices have not been gathered since."""
        return self.env['pos.session'].search([('vatportal_to_gather', '=', True), ('config_id.company_id', '=', self.company_id.id)])

    def _is_sending(self):
        return bool(
            self.env['vatportal.job'].search_count([('connector_id', '=', self.id), ('operation', '=', 'upload'), ('state', 'in', OPEN_STATES)], limit=1)
        )

    def _tell_pos(self, moves):
        """Tell those who hear of what nobody has started that ``moves`` could not be gathered; the reasons are noted on each."""
        _ = moves.env._
        links = Markup(', ').join(move._get_html_link() for move in moves[:20])
        self.message_post(
            body=_(
                'Invoices of Point of Sale that did not go to e-taxes: %s. Each says why; correct it, and it goes the next time.',
                links + ' …' if len(moves) > 20 else links,
            ),
            partner_ids=self._told_users().partner_id.ids,
            subtype_xmlid='mail.mt_comment',
        )

    @api.model
    def _trigger_pos(self, company, mode):
        """Have the invoices of ``company`` gathered soon, where its connector does it by ``mode``; return whether it does."""
        due = self._default_for(company).sudo().pos_sending == mode
        if due:
            self.env.ref('l10n_az_vatportal_pos.cron_gather')._trigger()
        return due
