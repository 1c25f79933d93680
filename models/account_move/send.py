import logging
from collections import defaultdict

from markupsafe import Markup

from odoo import api, models
from odoo.tools.mail import html2plaintext

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    """Invoices that are queued beside something else, which e-taxes must not hold back: nothing here raises."""

    _inherit = 'account.move'

    def _vatportal_errors(self):
        """What stops these invoices on their way to e-taxes, through the default connectors of their companies.

        :return: dict of invoice → list of problems, see :meth:`_vatportal_problems`; those that are ready are not in it
        """
        moves, errors = self.sudo(), self._vatportal_own_errors()
        ready = moves - moves.browse().union(*errors)
        return errors | ready._vatportal_apart(type(self)._vatportal_together_problems, flush=False)

    def _vatportal_own_errors(self):
        """:meth:`_vatportal_errors`, but for what stands against sending them together."""
        self.env.flush_all()  # the checks write nothing, so that undoing one may leave the cache alone
        return self.sudo()._vatportal_apart(type(self)._vatportal_errors_of_each, flush=False)

    def _vatportal_errors_of_each(self):
        errors = {}
        for company, moves in self.grouped('company_id').items():
            connector = self.env['vatportal.connector']._default_for(company).sudo()
            for move, problems in moves._vatportal_problems_of_each(connector, seen=False).items():
                errors[move] = [problem for problem in problems if problem['level'] == 'error']
        return {move: problems for move, problems in errors.items() if problems}

    def _vatportal_queue_for(self, user):
        """Queue what is ready of these invoices, as a process of ``user``; see :meth:`_vatportal_queue`.

        :return: dict of invoice → list of problems of those that were not queued, see :meth:`_vatportal_problems`;
                 what is at e-taxes already, or on its way, is not in it
        """
        refused = self.sudo()._vatportal_apart(lambda moves: moves._vatportal_queue(user=user))
        return {move: problems for move, problems in refused.items() if not any(problem.get('sent') for problem in problems)}

    def _vatportal_apart(self, work, flush=True):
        """Do ``work`` with these invoices in a savepoint. Where it raises, each half of them tries by itself, so that one
        invoice does not take the others with it.

        :param work: function of a recordset, returns a dict of invoice → list of problems
        :param flush: False where ``work`` writes nothing and all else has been flushed
        """
        if not self:
            return {}
        try:
            with self.env.cr.savepoint(flush=flush):
                return work(self)
        except Exception as error:  # noqa: BLE001 - whatever it is, PDF and mail have to go
            if len(self) == 1:
                return {self: [self._vatportal_failure(error)]}
        half = len(self) // 2
        return self[:half]._vatportal_apart(work, flush) | self[half:]._vatportal_apart(work, flush)

    def _vatportal_note_errors(self, errors):
        """Note on each invoice why it does not go to e-taxes; the same reasons are noted once.

        :param errors: dict of invoice → list of problems
        :return: the invoices that have a note they did not have before
        """
        noted = self.browse()
        for move, problems in errors.items():
            move = move.with_env(self.env)
            body = Markup('%s<ul>%s</ul>') % (
                self.env._('Not sent to e-taxes:'),
                Markup().join(Markup('<li>%s: %s</li>') % (problem['field'], problem['message']) for problem in problems),
            )
            text = html2plaintext(body)
            if not any(html2plaintext(message.body) == text for message in move.sudo().message_ids):
                move.sudo()._message_log(body=body)
                noted += move
        return noted


class AccountMoveSend(models.AbstractModel):
    """e-taxes in Odoo's own "Send". It only queues, for the PINs need a person at the dialog or the notification, not a
    mail in the making; and whatever comes of it, PDF and mail go: what does not is told beside them.
    """

    _inherit = 'account.move.send'

    @api.model
    def _may_send_to_vatportal(self, user):
        """Whether ``user``, who sends invoices, sends them to e-taxes as well. For guests, who pay on the website, the
        company does."""
        return user.share or user.has_group('account.group_account_invoice')

    @api.model
    def _is_vatportal_offered(self, move):
        """Whether e-taxes is the user's, and this invoice one that waits to go there, ready or not. What was put into a
        package may be at e-taxes: the button warns before it is sent as well, this would not. Nor is what never goes."""
        move = move.sudo()
        return self._may_send_to_vatportal(self.env.user) and move.vatportal_can_send and not move.vatportal_package_waits and not move.vatportal_unsent_reason

    @api.model
    def _is_vatportal_applicable(self, move):
        stopped = self.env.context.get('vatportal_stopped')
        # No client can give a set.
        known = isinstance(stopped, frozenset)
        return self._is_vatportal_offered(move) and not (move.id in stopped if known else move._vatportal_errors())

    @api.model
    def _vatportal_checked(self, moves):
        """This model, with all of ``moves`` checked at once: Odoo asks of each of them whether it can go, several times."""
        offered = moves.filtered(self._is_vatportal_offered)
        return self.with_context(vatportal_stopped=frozenset(move.id for move in offered._vatportal_own_errors()))

    @api.model
    def _vatportal_is_checked_later(self, offered):
        """Whether these are too many to be checked while a dialog opens. They are checked as they are queued."""
        return len(offered) > self.env['vatportal.selection']._at_once()

    def _get_all_extra_edis(self):
        # EXTENDS account
        return {
            **super()._get_all_extra_edis(),
            'vatportal': {
                'label': self.env._('e-taxes'),
                'is_applicable': self._is_vatportal_applicable,
                'help': self.env._('Queue the invoice for the tax portal e-taxes.gov.az. ASAN İmza asks for its PINs a moment later.'),
            },
        }

    # ------------------------------------------------------------------ the dialog

    def _get_alerts(self, moves, moves_data):
        # EXTENDS account
        # Odoo hands the context on to the client with its actions.
        context = {name: value for name, value in moves.env.context.items() if name != 'vatportal_stopped'}
        plain = moves.with_env(moves.env(context=context))
        alerts = super()._get_alerts(plain, moves_data)
        offered = moves.filtered(self._is_vatportal_offered)
        if self._vatportal_is_checked_later(offered):
            text = self.env._(
                'So many invoices are checked for e-taxes when their turn comes. What does not go there is noted on the invoice; PDF and mail go all the same.'
            )
            return {**alerts, 'vatportal_later': {'level': 'info', 'message': text}}
        errors = offered._vatportal_errors()
        if errors:
            stopped = moves.browse().union(*errors)
            alerts['vatportal_problems'] = {
                'level': 'warning',
                'message': self._vatportal_alert_text(moves, errors),
                'action_text': self.env._('Look at them'),
                'action': self.env['vatportal.send.wizard']._open(stopped),
            }
        return alerts

    def _vatportal_alert_text(self, moves, errors):
        if len(moves) == 1:
            return self.env._('This invoice does not go to e-taxes; PDF and mail do. %s', ' '.join(problem['message'] for problem in errors[moves][:5]))
        texts = [f'{move.display_name}: {problems[0]["message"]}' for move, problems in errors.items()]
        return self.env._(
            '%(count)s of %(total)s invoices do not go to e-taxes; PDF and mail do. %(problems)s',
            count=len(errors),
            total=len(moves),
            problems=' '.join(texts[:5]) + (' …' if len(texts) > 5 else ''),
        )

    # ------------------------------------------------------------------ sending

    def _call_web_service_before_invoice_pdf_render(self, invoices_data):
        # EXTENDS account
        super()._call_web_service_before_invoice_pdf_render(invoices_data)
        senders = defaultdict(self.env['account.move'].browse)
        for move, data in invoices_data.items():
            senders[data['author_user_id']] += move
        for user, moves in senders.items():
            chosen = moves.filtered(lambda move: 'vatportal' in invoices_data[move]['extra_edis'])
            user = self.env['res.users'].browse(user).exists() or self.env.ref('base.user_root')
            self.env.cr.flush()  # what fails in this is not ours
            try:
                with self.env.cr.savepoint():
                    self._vatportal_queue_beside(user, moves, chosen)
            except Exception:
                _logger.exception('Invoices %s could neither be queued for e-taxes nor told why', moves.ids)

    def _vatportal_queue_beside(self, user, moves, chosen):
        """Queue those of ``moves`` that are ``chosen``, all of them being sent by ``user``, and tell what does not go.

        Chosen is a stale dialog's choice, or a program's, as well: what would not be offered now is not queued.
        """
        if not self._may_send_to_vatportal(user):
            return
        owner = self.env['vatportal.job']._owner(user)
        if owner.lang:
            self, moves = self.with_context(lang=owner.lang), moves.with_context(lang=owner.lang)
        chosen = chosen.with_env(moves.env)
        offered = moves.filtered(self._is_vatportal_offered)
        errors = self._vatportal_stops(chosen - offered) | (chosen & offered)._vatportal_queue_for(owner)
        failed = moves.browse().union(*(move for move, problems in errors.items() if problems))
        errors |= (offered - chosen)._vatportal_errors()
        moves._vatportal_note_errors({move: problems for move, problems in errors.items() if problems})
        if failed and owner:
            self._vatportal_notify(owner, failed)

    def _vatportal_stops(self, moves):
        """Why ``moves`` are not offered to e-taxes, as a dict of invoice → list of problems; none of what is there already."""
        return {move: [problem for problem in problems if not problem.get('sent')] for move, problems in moves._vatportal_errors().items()}

    def _vatportal_notify(self, user, moves):
        """Tell ``user``, whose browser may be elsewhere by now, that ``moves`` did not go to e-taxes as wanted."""
        user.partner_id._bus_send(
            'account_notification',
            {
                'type': 'warning',
                'title': self.env._('Not sent to e-taxes'),
                'message': self.env._(
                    '%s: see the note on the invoice. PDF and mail were not held back.',
                    ', '.join(moves[:5].mapped('display_name')) + (' …' if len(moves) > 5 else ''),
                ),
                'action_button': {'name': self.env._('Open'), 'action_name': self.env._('Not sent to e-taxes'), 'model': moves._name, 'res_ids': moves.ids},
            },
        )
