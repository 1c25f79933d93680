import logging
from collections import Counter
from datetime import timedelta

from odoo import fields, models

from ..concurrency import CONCURRENT, by_halves

_logger = logging.getLogger(__name__)

# Somebody else had it in hand: so often in a row it is tried again at once, and then this soon.
TRIES = 5
SOON = timedelta(minutes=1)


class VatportalSelection(models.Model):
    """How what was chosen gets queued: a part in a transaction, of each selection in its turn."""

    _inherit = 'vatportal.selection'

    def _wake(self, at=None):
        """These selections are to be queued by themselves: whoever does that hears of it.

        :param at: not before this moment, a datetime
        """
        self.env.ref('l10n_az_vatportal.cron_selection')._trigger(at)

    def _cron_queue(self):
        """Scheduled action: check and queue what waits, part by part, as long as the run may last."""
        passed = set()  # lines that somebody else has in hand
        selections, tries = self.search([('state', '=', 'open')], order='id'), Counter()
        while selections:
            for selection in selections:
                tries[selection] += 1
                if not selection._cron_part(passed, tries):
                    selections -= selection
                left = self.env['vatportal.selection.line'].search_count([('state', '=', 'waiting'), ('id', 'not in', list(passed))])
                if not self.env['ir.cron']._commit_progress(1, remaining=left):
                    return
                self.env.invalidate_all()
        left = self.search([('state', '=', 'open')])
        if left:
            left._wake(fields.Datetime.now() + SOON)
            self.env['ir.cron']._commit_progress()

    def _cron_part(self, passed, tries):
        """Queue the next part of this selection; return whether there may be more of it at the moment. Whatever fails touches
        no other.

        :param tries: selection → how often in a row it was tried
        """
        again = False
        try:
            self._look_once()
            again = self._queue_part(passed)
            tries[self] = 0
            return again
        except CONCURRENT as error:
            _logger.info('VatPortal selection %s is in use: %s', self.id, type(error).__name__)
            again = tries[self] < TRIES
        except Exception:
            _logger.exception('VatPortal selection %s could not be queued', self.id)
        self.env.cr.rollback()
        self.env.invalidate_all()
        return again

    def _look_once(self):
        """Before the first part: have the connector look whether its portal knows something from here that is not known here,
        as the press of the button does. Where it was never looked, the process looks before it begins."""
        if self.has_looked or self.state != 'open':
            return
        connector = self._in_their_language().connector_id
        if connector.compared_at and connector._is_to_be_looked_at():
            connector._look_before_sending()
        self.has_looked = True
        self.env['ir.cron']._commit_progress()
        self.env.invalidate_all()

    def _queue_part(self, passed):
        """:return: whether there may be more to queue at the moment"""
        selection = self.try_lock_for_update().filtered(lambda selection: selection.state == 'open')
        if not selection:
            return False
        lines = self.env['vatportal.selection.line'].search(
            [('selection_id', '=', self.id), ('state', '=', 'waiting'), ('id', 'not in', list(passed))], limit=self._at_once()
        )
        if lines:
            passed.update((lines - self._queue_lines(lines)).ids)
            return True
        if not self.env['vatportal.selection.line'].search_count([('selection_id', '=', self.id), ('state', '=', 'waiting')], limit=1):
            self._end('done')
        return False

    # ------------------------------------------------------------------ a part

    def _queue_lines(self, lines):
        """Check and queue what ``lines`` stand for, as whoever pressed; write on them what came of it.

        :return: those of ``lines`` of which something came; the others are in somebody else's hands
        """
        # The scheduled action has no language of its own.
        me = self._in_their_language()
        lines, _ = lines.with_env(me.env), me.env._
        person = self._as_person()
        if person is None:
            lines._refuse(_('%s may not send it any more.', self.user_id.name))
            return lines
        by_record = {person[self.res_model].browse(line.res_id): line for line in lines}
        records = person[self.res_model].union(*by_record)
        there = records.exists()
        seen = there._filtered_access('read')
        for record in records - seen:
            by_record[record]._refuse(
                _('%s may not see it any more.', self.user_id.name) if record in there else _('It is not there any more.'), record in there
            )
        locked = seen.try_lock_for_update(allow_referencing=True)
        locked.invalidate_recordset()
        locked = locked._vatportal_try_lock_for_queue()
        found = self._queue_records(locked)
        for record in locked:
            by_record[record]._take_problems(found.get(record, []))
        return lines.browse().union(*(by_record[record] for record in records - seen + locked))

    def _in_their_language(self):
        return self.with_context(lang=self.user_id.lang or self.env.lang)

    def _as_person(self):
        """The environment of whoever pressed, in the companies of that moment; None where that person may not send any more."""
        user = self.user_id
        companies = self.company_id | (self.company_ids & user.company_ids)
        if not (user.active and self.company_id in user.company_ids and self._can_be_sent(self.res_model)):
            return None
        env = self.env(user=user.id, su=False, context={'lang': user.lang, 'tz': user.tz, 'allowed_company_ids': companies.ids})
        return env if env[self.res_model]._vatportal_may_send() and env['vatportal.send.wizard'].has_access('create') else None

    def _queue_records(self, records):
        """Check ``records`` and queue those that are ready; return a dict of record → problems."""
        found, user = {}, records.env.user
        connector = (self.connector_id.filtered('active') or self.connector_id._default_for(self.company_id)).with_env(records.env)

        def queue(part):
            found.update(part._vatportal_queue_through(connector, self.sign, user))

        by_halves(records, queue, lambda record, error: found.update({record: [record._vatportal_failure(error)]}))
        queued = records.filtered(lambda record: not _errors(found.get(record, [])))
        self._take_jobs(queued.sudo().vatportal_document_id.job_ids.filtered(lambda job: job.state == 'queued'))
        return found

    def _take_jobs(self, jobs):
        """Show ``jobs``, queued a moment ago, together with those of the parts before, and let them go after those that wait still."""
        new = (jobs - self.job_ids).sudo().sorted('id')
        # Written on nothing but what this transaction has made or locked: others may be at work on the first.
        root = self.job_ids.sorted('id')[:1].root_id or new[:1].root_id or new[:1]
        last = new.filtered(lambda job: not job.root_id or job.root_id in new)
        last.root_id = root
        # None of those that wait begins while it is locked here; its end, later, sees these.
        before = root.search([('root_id', '=', root.id), ('state', '=', 'queued'), ('id', 'not in', last.ids)])
        (last if before.try_lock_for_update(allow_referencing=True) else last[1:])._hold()
        self.job_ids |= new

    # ------------------------------------------------------------------ the end

    def _end(self, state):
        """:param state: ``done`` or ``stopped``"""
        self.ensure_one()
        waiting = self.env['vatportal.selection.line'].sudo().search([('selection_id', '=', self.id), ('state', '=', 'waiting')])
        waiting.state = 'stopped'
        self.write({'state': state, 'finished_at': fields.Datetime.now()})
        if state == 'done' and self.refused_count:
            self._tell_refused()

    def _tell_refused(self):
        """Tell whoever pressed, who may be elsewhere by now, that some of it was not queued: at once, and to be found later."""
        me = self._in_their_language()
        _ = me.env._
        text = _('%(refused)s of %(total)s were not queued for e-taxes.', refused=self.refused_count, total=self.total_count)
        open_them = {'name': _('Open'), 'action_name': _('Large Sendings'), 'model': self._name, 'res_ids': self.ids}
        self.user_id.partner_id._bus_send(
            'account_notification', {'type': 'warning', 'title': _('Send to e-taxes'), 'message': text, 'action_button': open_them}
        )
        where = _('What stands against each of them is listed under Invoicing → e-taxes → Large Sendings.')
        me.env['mail.thread'].message_notify(
            partner_ids=self.user_id.partner_id.ids, subject=_('Not sent to e-taxes'), body=f'{text} {where}', model=self._name, res_id=self.id
        )


class VatportalSelectionLine(models.Model):
    _inherit = 'vatportal.selection.line'

    def _refuse(self, text, can_open=True):
        """:param can_open: whether what was chosen is there to be opened"""
        for line in self:
            where = {'res_model': line.res_model if can_open else False, 'res_id': line.res_id if can_open else False}
            problem = {'name': line.name, 'level': 'error', 'field': self.env._('Status'), 'message': text, 'line_id': False, **where}
            line.write({'state': 'refused', 'problems': [problem]})

    def _take_problems(self, problems):
        """What was found has been checked, and queued where nothing stands against it."""
        state = 'queued' if not _errors(problems) else 'sent' if any(problem.get('sent') for problem in problems) else 'refused'
        self.write({'state': state, 'problems': state != 'sent' and problems or False})


def _errors(problems):
    return [problem for problem in problems if problem['level'] == 'error']
