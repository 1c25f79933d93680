from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models, modules
from odoo.exceptions import UserError

from ..states import OPEN_STATES

# Who may see check codes; addons that let others carry processes on add their groups.
CARRIERS = 'account.group_account_invoice'
STEPS = [
    ('send', 'Handed to VatPortal'),
    ('import', 'Imported'),
    ('packet', 'Packet made'),
    ('login', 'Logged in with PIN1'),
    ('sign', 'Signed with PIN2'),
    ('numbers', 'Numbers received'),
]
# What the next call to the portal is for: phase → (the state that the job has meanwhile, what may follow). Each may end.
#
#   upload    (look ──▶) start ──▶ follow (──▶ detail) ──▶ read ◀──▶ clean        read ──▶ start: some, or all, go again
#   download  (compare ──▶) (start ──▶ follow (──▶ detail) ──▶) read
#   delete    start (──▶ follow (──▶ detail)) ──▶ read ◀──▶ list ◀──▶ remove ──▶ read
#
# A job is 'starting' while the call that starts it is under way, and an import 'queued' until its first page is read.
# Nothing but _go() writes the phase, the state and when the next call is due.
PHASES = {
    'look': ('queued', {'start', 'read'}),
    'compare': ('queued', {'start', 'read'}),
    'start': ('queued', {'look', 'follow', 'read'}),
    'follow': ('running', {'detail', 'read', 'list'}),
    'detail': ('running', {'read', 'list'}),
    'read': ('running', {'start', 'clean', 'list', 'remove'}),
    'clean': ('running', {'read'}),
    'list': ('running', {'read', 'remove'}),
    'remove': ('running', {'read'}),
    # An import can be resumed.
    'end': ('done', {'compare', 'start', 'read'}),
}


class VatportalJob(models.Model):
    """One asynchronous process at VatPortal, from the intent to its last consequence.

    ::

        queued ──▶ starting ──▶ running ──▶ done | failed
           ▲           │           │
           └───────────┴───────────┘   surely not processed, or the rest of a batch goes again

    The intent (state *starting*) is committed before the network is touched. Whoever finds a job *starting* that
    nobody holds locked, longer than any call takes, knows that a process died in between, and asks the portal what it
    has.
    What is asked of the portal, and what follows, is said by the job's operation (``operation/``). How every job moves
    stands in ``job/engine.py`` (locks, calls), ``job/answer.py`` (what can't be written), ``job/turns.py`` (one PIN at a time
    on a phone), ``job/batch.py`` (one after the other) and ``job/cron.py``; what a person sees of it in ``job/progress.py``.
    """

    _name = 'vatportal.job'
    _description = 'VatPortal process'
    _inherit = ['vatportal.guard']
    _order = 'id desc'
    _check_company_auto = True

    name = fields.Char(compute='_compute_name')
    operation = fields.Selection([('upload', 'Sending'), ('download', 'Import'), ('delete', 'Deletion')], required=True, default='upload', readonly=True)
    state = fields.Selection(
        [('queued', 'Queued'), ('starting', 'Starting'), ('running', 'In progress'), ('done', 'Done'), ('failed', 'Ended with errors')],
        required=True,
        default='queued',
        readonly=True,
        index=True,
    )
    connector_id = fields.Many2one('vatportal.connector', required=True, readonly=True, ondelete='restrict', index=True)
    company_id = fields.Many2one(related='connector_id.company_id', store=True, index=True)
    user_id = fields.Many2one(
        'res.users', string='Started by', readonly=True, default=lambda self: self._owner(), help="Empty: nobody; the connector's users to notify hear of it."
    )
    document_ids = fields.Many2many('vatportal.document', string='Documents', readonly=True)
    document_count = fields.Integer(compute='_compute_document_count')
    sign = fields.Boolean(default=True, readonly=True, help='Send to e-taxes and sign, or import into VatPortal only.')

    portal_id = fields.Char(string='Process Number', readonly=True, help='The number of the process at VatPortal, for its support.')
    stats = fields.Json(readonly=True, groups=CARRIERS)
    step = fields.Selection(STEPS, readonly=True, help='The last step that is finished.')
    # For those who carry processes on, not for those who look at the books.
    pin1_code = fields.Char(string='Check Code for PIN1', readonly=True, groups=CARRIERS)
    pin2_code = fields.Char(string='Check Code for PIN2', readonly=True, groups=CARRIERS)
    waits_for_pin = fields.Boolean(compute='_compute_waits_for_pin', store=True)
    message = fields.Text(readonly=True, help='What went wrong, in our words.')
    portal_message = fields.Text(readonly=True, help='What the portal said, word for word.')
    end_words = fields.Text(readonly=True, copy=False, help='What the portal said of a process that did not end well, all of it.')
    connector_fault = fields.Boolean(readonly=True, help="The portal's last answer was that it does not let the connector in; it has to be mended.")
    details = fields.Json(readonly=True, groups='account.group_account_manager')

    phase = fields.Selection(
        [
            ('start', 'Start the process'),
            ('follow', 'Ask for its status'),
            ('detail', 'Fetch the log of a failed process'),
            ('read', 'Read the numbers'),
            ('clean', 'Remove what was not signed'),
            ('end', 'End'),
            ('remove', 'Delete what is left'),
            ('list', "Look through the portal's list"),
            ('compare', 'Ask for the ERP ids of these days'),
            ('look', 'Look what the portal has'),
        ],
        required=True,
        default='start',
        readonly=True,
        help='What the next call to the portal is for.',
    )
    reason = fields.Selection(
        [
            ('done', 'The process ended well'),
            ('failed', 'The process ended with errors'),
            ('lost', "The portal's answer was lost"),
            ('exists', 'The portal has the ERP id already'),
            ('invalid', 'The portal refused some of the invoices'),
        ],
        readonly=True,
        help='Why the numbers are being read.',
    )
    last_read = fields.Boolean(readonly=True, help='After this reading, what has no number is rejected.')
    by_date = fields.Boolean(readonly=True, help='The last reading is by date, for the portal names any ERP id that it is asked for.')
    one_by_one = fields.Boolean(readonly=True, help='Remove single invoices, for the portal refused them together.')
    kept_ids = fields.Json(readonly=True, help='ERP ids that the portal did not let be removed.')
    answer = fields.Json(readonly=True, groups=CARRIERS, help="The portal's last answer, until its consequences are written.")
    started_at = fields.Datetime(readonly=True)
    sent_at = fields.Datetime(readonly=True, help='When the invoices last went to the portal.')
    changed_at = fields.Datetime(readonly=True, help='When the portal last told something new.')
    settle_at = fields.Datetime(readonly=True, help='Since when the numbers are being read.')
    finished_at = fields.Datetime(readonly=True)
    next_poll_at = fields.Datetime(readonly=True, index=True)
    error_count = fields.Integer(readonly=True)
    watched_at = fields.Datetime(readonly=True, help='When a live view last moved the job; the scheduled action then keeps off.')

    # ------------------------------------------------------------------ fields

    @api.depends('operation', 'document_count', 'document_ids', 'direction', 'date_from', 'date_to', 'asked_document_ids')
    @api.depends_context('lang')
    def _compute_name(self):
        for job in self:
            job.name = job._operation()._title(job)

    def _count_text(self):
        return self.env._('%s invoices', self.document_count)

    @api.depends('document_ids')
    def _compute_document_count(self):
        for jobs in self.grouped('operation').values():
            counts = jobs[:1]._operation()._document_counts(jobs)
            for job in jobs:
                job.document_count = counts[job]

    @api.depends('pin1_code', 'pin2_code', 'state')
    def _compute_waits_for_pin(self):
        for job in self:
            job.waits_for_pin = job.state == 'running' and bool(job.pin1_code or job.pin2_code)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        if any(job.state in OPEN_STATES for job in self):
            raise UserError(self.env._("A process that has not ended can't be deleted."))

    # ------------------------------------------------------------------ writing

    def _commit(self):
        """Commit, so that what was written survives whatever comes; under test, flush alone."""
        if modules.module.current_test:
            self.env.flush_all()
        else:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _set(self, **vals):
        """Write those of ``vals`` that are others than before: what depends on the rest is not computed anew."""
        changed = {name: value for name, value in vals.items() if (self[name] or False) != (value or False)}
        if changed:
            self.write(changed)

    def _operation(self):
        """What this job does, see :class:`VatportalOperation`."""
        return self.env[f'vatportal.operation.{self.operation}']._variant(self)

    def _go(self, phase, seconds, **vals):
        """Go on with ``phase`` in ``seconds`` (None: when somebody looks), and write ``vals`` with it.

        Another phase brings its state along, see :data:`PHASES`; the same one leaves it. What ``vals`` say is written.

        :raises ValueError: for a phase that does not follow
        """
        self.ensure_one()
        if phase != self.phase:
            state, _following = PHASES[phase]
            _state, following = PHASES[self.phase]
            if phase not in ('end', *following):
                raise ValueError(f'{self.phase} is not followed by {phase}')
            vals = {'phase': phase, 'state': state, **vals}
        due = seconds is not None and fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({'next_poll_at': due, 'planned_wait': seconds or 0, **vals})

    def _finish(self):
        """End the job, unless its operation looks at something again; then those have their turn that wait for it.

        Its state follows from what became of its documents. Check codes are wiped.
        """
        self.ensure_one()
        operation = self._operation()
        # What is stopped on the way goes on at the portal, and on the phone.
        settled = self.phase not in ('start', 'follow')
        if not operation._goes_on(self):
            failed = bool(self.message or self._passed_on()) or any(doc.state in ('rejected', 'unconfirmed') for doc in self.document_ids)
            self._go(
                'end',
                None,
                state='failed' if failed else 'done',
                answer=False,
                finished_at=fields.Datetime.now(),
                pin1_code=False,
                pin2_code=False,
                stats=without_codes(self.stats) or False,
            )
            self._beside(lambda job: job._notify('failed' if failed else 'done'))
        batch = self._batch()
        operation._finished(self, batch)
        if all(job.state not in OPEN_STATES for job in batch):
            operation._all_ended(self, batch)
        if settled:
            self.prompt_until = False

    def _passed_on(self):
        """The documents that were rejected here and have gone again since, with another process."""
        return self.document_ids - self._operation()._own_documents(self)

    # ------------------------------------------------------------------ whom it concerns

    @api.model
    def _owner(self, user=None):
        """Whom a process belongs to that ``user`` starts (not given: whoever is at work): that person, or nobody where
        it is none, such as OdooBot in a scheduled action or a visitor of the website."""
        user = (self.env.user if user is None else user).sudo()
        return user.filtered(lambda person: person.active and not person.share and person.id != SUPERUSER_ID)

    def _notify(self, event):
        """Tell whoever waits for this job that there is something to see (a ``code``, its end).

        Of jobs that run together, the code and the end of all are news; the view of the first shows both. The message
        carries no code: bus messages stay in the database for a while. The browser fetches what it shows with
        :meth:`action_refresh`.
        """
        operation, shown = self._operation(), self.root_id or self
        if event != 'code':
            if not operation._tells_end(self) or self.root_id and any(job.state in OPEN_STATES for job in self._batch()):
                return
            event = operation._told_event(self, event)
        for user in shown._told_users():
            user._bus_send('vatportal.job', {'job_id': shown.id, 'event': event, 'name': shown.with_context(lang=user.lang).name})

    def _told_users(self):
        """Who hears of this job: whoever it belongs to. Where that is nobody, or somebody who may not follow it, those whom the
        connector names, see :meth:`VatportalConnector._told_users`."""
        owner = self._owner(self.user_id)
        if owner and self._may_be_followed_by(owner):
            return owner
        return owner | self.connector_id._told_users(self)

    def _language(self):
        """The language of whoever started this job, or is told of it: what is written for the person is written in it."""
        return self._operation()._language(self)

    def _language_of_people(self):
        told = self.env.user if self.user_id == self.env.user else self._told_users()[:1]
        return told and told.with_user(told).context_get().get('lang') or self.env.lang

    def _may_be_followed_by(self, user):
        job = self.with_user(user).with_context(allowed_company_ids=self.company_id.ids)
        return self.company_id in user.company_ids and job.has_access('read') and job._may_use()

    def _may_use(self):
        """Whether the user, who can read these jobs, may also move them on or give them up."""
        return self.env.user.has_group('account.group_account_invoice')

    # ------------------------------------------------------------------ buttons

    def action_follow(self):
        """Open the live view of this job."""
        self.check_access('read')
        return self._dialog_action()

    def action_documents(self):
        """Open the documents of this job; of an import, those that it brought or changed."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('e-taxes Documents'),
            'res_model': 'vatportal.document',
            'view_mode': 'list,form',
            **self._operation()._documents_action(self),
        }


def without_codes(data):
    """``data``, of any JSON shape, without check codes: they are for the person at the phone, not to be kept."""
    if isinstance(data, dict):
        return {key: without_codes(value) for key, value in data.items() if key not in ('pin1_code', 'pin2_code')}
    if isinstance(data, list):
        return [without_codes(value) for value in data]
    return data
