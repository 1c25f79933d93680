from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models, modules
from odoo.exceptions import UserError
from odoo.tools.misc import split_every

from ...vatportal import settlement
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


class VatportalJob(models.Model):
    """One asynchronous process at VatPortal, from the intent to its last consequence.

    ::

        queued ──▶ starting ──▶ running ──▶ done | failed
           ▲           │           │
           └───────────┴───────────┘   surely not processed, or the rest of a batch goes again

    The intent (state *starting*) is committed before the network is touched. Whoever finds a job *starting* that
    nobody holds locked, longer than any call takes, knows that a process died in between, and asks the portal what it
    has.
    The moving parts are in ``job/engine.py`` (locks, calls, errors), ``job/turns.py`` (one PIN at a time on a phone),
    ``job/upload.py`` (what a sending does) and ``job/progress.py`` (what a person sees).
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

    @api.depends('operation', 'document_count', 'document_ids')
    @api.depends_context('lang')
    def _compute_name(self):
        labels = dict(self._fields['operation']._description_selection(self.env))
        for job in self:
            what = (
                job.sudo().document_ids._source().name or job.document_ids.display_name
                if job.document_count == 1
                else job._count_text()
                if job.document_count
                else f'#{job.id}'
            )
            job.name = f'{labels[job.operation]}: {what}'

    def _count_text(self):
        return self.env._('%s invoices', self.document_count)

    @api.depends('document_ids')
    def _compute_document_count(self):
        for job in self:
            job.document_count = len(job.document_ids)

    @api.depends('pin1_code', 'pin2_code', 'state')
    def _compute_waits_for_pin(self):
        for job in self:
            job.waits_for_pin = job.state == 'running' and bool(job.pin1_code or job.pin2_code)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        if any(job.state in OPEN_STATES for job in self):
            raise UserError(self.env._("A process that has not ended can't be deleted."))

    # ------------------------------------------------------------------ queueing

    @api.model
    def _owner(self, user=None):
        """Whom a process belongs to that ``user`` starts (not given: whoever is at work): that person, or nobody where
        it is none, such as OdooBot in a scheduled action or a visitor of the website."""
        user = (self.env.user if user is None else user).sudo()
        return user.filtered(lambda person: person.active and not person.share and person.id != SUPERUSER_ID)

    @api.model
    def _queue(self, records, connector, sign, user=None, join=False):
        """Create the documents of ``records`` (of a model with ``vatportal.source``) and the jobs that send them; return the jobs.

        A rejected document is taken up again with the figures of today and the same ERP id, unless that was used up
        at the portal: ids are unique there for ever. Also where it now goes through another connector, which may be
        another log-in to the same account. The caller commits before anything is sent.

        The documents go in the order of the records' days and numbers, see ``_vatportal_order``.

        :param user: who starts them, see :meth:`_owner`
        :param join: whether they may go with what the same person queued a moment ago, see :meth:`_joinable`
        :raises AmountError: for a record that was not checked with ``_vatportal_problems`` before
        """
        documents = self.env['vatportal.document']
        for record in records:
            documents += self._queue_document(record, connector)
        vals = {'connector_id': connector.id, 'user_id': self._owner(user).id, 'sign': sign}
        jobs = self._joinable(documents, vals) if join else self.browse().sudo()
        parts = list(split_every(connector.batch_size, (jobs.document_ids | documents)._put_in_order().ids, list))
        now = fields.Datetime.now()
        if jobs:
            jobs.write({'document_ids': [fields.Command.set(parts.pop(0))], 'changed_at': now, 'next_poll_at': jobs.on_hold and jobs.next_poll_at})
        jobs += jobs.create([{**vals, 'document_ids': [fields.Command.set(ids)], 'started_at': now, 'changed_at': now} for ids in parts])
        return jobs.sudo(False)

    @api.model
    def _queue_document(self, record, connector):
        vals = record._vatportal_document_vals(connector)
        document = record.sudo().vatportal_document_ids.filtered(lambda doc: settlement.is_taken_up(doc._facts(), doc.spent)).sorted('id')[-1:]
        if document:
            vals.pop(record._vatportal_link)
            document._set_state('queued', message=False, portal_message=False, resend_count=0, **vals)
            document._renew_erp_id()
        else:
            document = self.env['vatportal.document'].sudo().create(vals)
            document._assign_erp_id()
        return document.sudo(False)

    # ------------------------------------------------------------------ writing

    def _commit(self):
        """Commit, so that what was written survives whatever comes; under test, flush alone."""
        if modules.module.current_test:
            self.env.flush_all()
        else:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _schedule(self, seconds):
        """The next call to the portal is due in ``seconds``."""
        self.next_poll_at = fields.Datetime.now() + timedelta(seconds=seconds)

    def _finish(self):
        """End the job; its state follows from what became of its documents. Check codes are wiped."""
        self.ensure_one()
        failed = bool(self.message or self._passed_on()) or any(doc.state in ('rejected', 'unconfirmed') for doc in self.document_ids)
        self.write(
            {
                'state': 'failed' if failed else 'done',
                'phase': 'end',
                'answer': False,
                'next_poll_at': False,
                'finished_at': fields.Datetime.now(),
                'pin1_code': False,
                'pin2_code': False,
                'stats': without_codes(self.stats) or False,
            }
        )
        self._beside(lambda job: job._notify('failed' if failed else 'done'))

    def _notify(self, event):
        """Tell whoever waits for this job that there is something to see (a ``code``, its end).

        The message carries no code: bus messages stay in the database for a while. The browser fetches what it
        shows with :meth:`action_refresh`.
        """
        for user in self._told_users():
            user._bus_send('vatportal.job', {'job_id': self.id, 'event': event, 'name': self.name})

    def _told_users(self):
        """Who hears of this job: whoever it belongs to. Where that is nobody, or somebody who may not follow it, those whom the
        connector names, see :meth:`VatportalConnector._told_users`."""
        owner = self._owner(self.user_id)
        if owner and self._may_be_followed_by(owner):
            return owner
        return owner | self.connector_id._told_users()

    def _may_be_followed_by(self, user):
        job = self.with_user(user).with_context(allowed_company_ids=self.company_id.ids)
        return self.company_id in user.company_ids and job.has_access('read') and job._may_use()

    def _may_use(self):
        """Whether the user, who can read these jobs, may also move them on or give them up."""
        return self.env.user.has_group('account.group_account_invoice')

    # ------------------------------------------------------------------ buttons

    def _dialog_action(self):
        """Return the action that opens this job's live view."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('e-taxes – %s', self.name),
            'res_model': 'vatportal.job',
            'res_id': self.id,
            'views': [[self.env.ref('l10n_az_vatportal.vatportal_job_view_dialog').id, 'form']],
            'target': 'new',
            'context': {'dialog_size': 'large'},
        }

    def action_follow(self):
        """Open the live view of this job."""
        self.check_access('read')
        return self._dialog_action()

    def action_documents(self):
        """Open the documents of this job."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('e-taxes Documents'),
            'res_model': 'vatportal.document',
            'view_mode': 'list,form',
            'domain': [('id', 'in', self.document_ids.ids)],
        }


def without_codes(data):
    """``data``, of any JSON shape, without check codes: they are for the person at the phone, not to be kept."""
    if isinstance(data, dict):
        return {key: without_codes(value) for key, value in data.items() if key not in ('pin1_code', 'pin2_code')}
    if isinstance(data, list):
        return [without_codes(value) for value in data]
    return data
