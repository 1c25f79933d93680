from collections import Counter
from dataclasses import dataclass

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .account_move.account_move import ISSUED
from .account_move.due import SAYS_SOMETHING
from .res_partner import GETS_QAIME
from .states import FINAL_STATUSES, WAITING_STATUSES

_MOVES, _DOCUMENTS, _JOBS = 'account.move', 'vatportal.document', 'vatportal.job'
_VALID = Domain('state', '=', 'registered') & Domain('is_foreign', '=', False)
_MISSING = _VALID & Domain('missing_since', '!=', False) & Domain('status', 'not in', FINAL_STATUSES)
_WAITS = Domain('waits_for_pin', '=', True)
_READS_INCOMING = Domain('operation', '=', 'download') & Domain('direction', '=', 'incoming')
_DIRECTIONS = {'sale': 'outgoing', 'purchase': 'incoming'}
# What is in a package waits for its upload by hand; of some a person has said why they never go.
_TO_SEND = Domain('state', '!=', 'cancel') & SAYS_SOMETHING & Domain('vatportal_package_waits', '=', False) & Domain('vatportal_unsent_reason', '=', False)


@dataclass(frozen=True)
class Task:
    """Something that e-taxes wants of the company: the records of ``model`` in ``domain``.

    :ivar side: ``sale`` or ``purchase``: under which journals it stands, and of which direction its documents are
    :ivar urgent: whether it stands still until somebody acts
    :ivar opens: XML id of the list that opens with them, where it is not that of the model
    :ivar dated: whether the list is to say until when each is due, or since when it is late
    """

    key: str
    side: str
    model: str
    domain: Domain
    urgent: bool = False
    opens: str = ''
    dated: bool = False

    @property
    def direction(self):
        return _DIRECTIONS[self.side]

    @property
    def action(self):
        """XML id of the list that opens with them."""
        if self.opens:
            return self.opens
        names = {_MOVES: 'account.action_move_out_invoice_type', _JOBS: 'l10n_az_vatportal.vatportal_job_action'}
        return names.get(self.model, f'l10n_az_vatportal.vatportal_document_action_{self.direction}')

    @property
    def records(self):
        """The domain of its records, in whatever company. What a branch and its parent have both read is to be done once."""
        return self.domain & Domain('direction', '=', self.direction) & Domain('is_copy', '=', False) if self.model == _DOCUMENTS else self.domain


_ANSWERS = 'l10n_az_vatportal.vatportal_document_action_answer'
_AWAITS = _VALID & Domain('status', 'in', WAITING_STATUSES)

TASKS = (
    Task('late', 'sale', _MOVES, Domain('vatportal_due_state', '=', 'late'), urgent=True, dated=True),
    Task('due', 'sale', _MOVES, Domain('vatportal_due_state', 'in', ('today', 'soon')), dated=True),
    Task('pin', 'sale', _MOVES, Domain('vatportal_state', '=', 'pin'), urgent=True),
    # Goods transfers, deletions, imports of what was sent: no invoice is on its way by them.
    Task(
        'pin_other', 'sale', _JOBS, _WAITS & ~_READS_INCOMING & (Domain('operation', '!=', 'upload') | Domain('document_ids.move_id', '=', False)), urgent=True
    ),
    Task('refused', 'sale', _MOVES, _TO_SEND & Domain('vatportal_state', '=', 'rejected'), urgent=True),
    Task('sent_back_alone', 'sale', _DOCUMENTS, _VALID & Domain('status', '=', 'updateRequested') & Domain('move_id', '=', False), urgent=True),
    Task('sent_back', 'sale', _MOVES, Domain('vatportal_state', '=', 'registered') & Domain('vatportal_status', '=', 'updateRequested'), urgent=True),
    Task(
        'to_send',
        'sale',
        _MOVES,
        _TO_SEND
        & ISSUED
        & Domain('vatportal_state', 'in', ('none', 'deleted', False))
        & Domain('state', '=', 'posted')
        & Domain('commercial_partner_id', 'any', GETS_QAIME),
    ),
    Task('to_sign', 'sale', _DOCUMENTS, Domain('state', '=', 'imported')),
    Task('cancel_asked', 'sale', _DOCUMENTS, _VALID & Domain('status', '=', 'cancelRequested'), urgent=True),
    Task('missing_sent', 'sale', _DOCUMENTS, _MISSING, urgent=True),
    Task('pin_import', 'purchase', _JOBS, _WAITS & _READS_INCOMING, urgent=True),
    # What is fine may be left to silence.
    Task(
        'answer_soon',
        'purchase',
        _DOCUMENTS,
        _AWAITS & Domain('vatportal_due_state', 'in', ('today', 'soon')) & Domain('answer_decision', '!=', 'fine'),
        urgent=True,
        opens=_ANSWERS,
    ),
    Task(
        'unanswered',
        'purchase',
        _DOCUMENTS,
        _AWAITS & Domain('vatportal_due_state', '=', 'late') & Domain('answer_decision', '!=', 'fine'),
        urgent=True,
        opens=_ANSWERS,
    ),
    Task('to_approve', 'purchase', _DOCUMENTS, _AWAITS, urgent=True, opens=_ANSWERS),
    Task('to_bill', 'purchase', _DOCUMENTS, Domain('bill_state', '=', 'to_bill')),
    Task('question', 'purchase', _DOCUMENTS, Domain('bill_state', '=', 'ask'), urgent=True),
    Task('missing', 'purchase', _DOCUMENTS, _MISSING, urgent=True),
    Task('to_cancel', 'purchase', _DOCUMENTS, _VALID & Domain('status', '=', 'cancelRequested'), urgent=True),
    Task(
        'void_bills',
        'purchase',
        _DOCUMENTS,
        Domain('status', 'in', FINAL_STATUSES) & Domain('move_id', 'any', [('state', '=', 'posted'), ('vatportal_bill_void', '=', True)]),
        urgent=True,
    ),
)


class VatportalDesk(models.AbstractModel):
    """What is to be done today: counted over the companies that are chosen, each count with its list."""

    _name = 'vatportal.desk'
    _description = 'What e-taxes wants today'

    @api.model
    def _labels(self):
        """Key of each task → (its name, what it means)."""
        _ = self.env._
        pin = _('ASAN İmza asks on the phone at this moment.')
        missing = (_('Missing at e-taxes'), _('A later reading did not show them any more: look for them at e-taxes.gov.az.'))
        return {
            'late': (_('Late at e-taxes'), _('The last day on which they were to be sent, or corrected, has passed.')),
            'due': (_('Due at e-taxes soon'), _('To be sent, or corrected, today or within two days.')),
            'answer_soon': (
                _('To answer soon'),
                _('Today or within two days silence approves them: decide, and refuse at e-taxes.gov.az what is to be refused.'),
            ),
            'unanswered': (_('Not answered in time'), _('By silence they count as approved; the next import tells.')),
            'pin': (_('Waiting for PIN'), pin),
            'pin_other': (_('Waiting for PIN: other processes'), pin),
            'pin_import': (_('Waiting for PIN: imports'), pin),
            'refused': (_('Not sent'), _('Their PIN was not confirmed, or they were not accepted: correct what is to be corrected, and send them again.')),
            'sent_back': (_('Sent back by the buyer'), _('Correct them at e-taxes.gov.az and in Odoo.')),
            'sent_back_alone': (_('Sent back, without an invoice'), _('Correct them at e-taxes.gov.az; goods transfers stand here too.')),
            'cancel_asked': (_('Cancellation requested by the buyer'), _('Answer at e-taxes.gov.az.')),
            'missing_sent': missing,
            'missing': missing,
            'to_send': (_('To send'), _('Posted since the connector was set up, and not at e-taxes yet.')),
            'to_sign': (_('Not signed'), _('VatPortal has them without a signature: sign them there.')),
            'to_approve': (_('To approve'), _('Answer at e-taxes.gov.az; what is not answered approves itself.')),
            'to_bill': (_('To bill'), _('Received, in force, and without a bill.')),
            'question': (_('Questions'), _('Something has to be decided before a bill can be made.')),
            'to_cancel': (_('Cancellation requested'), _('Answer at e-taxes.gov.az.')),
            'void_bills': (_('Bills without a valid qaimə'), _('Posted, though the document is no longer in force at e-taxes.')),
        }

    @api.model
    def _domain(self, task):
        """The records of ``task`` in the companies that are chosen."""
        domain = task.records & Domain('company_id', 'in', self.env.companies.ids)
        if task.key == 'to_send':
            domain &= self.env[_MOVES]._vatportal_since('invoice_date')
        if task.key in ('to_send', 'refused'):
            domain &= Domain('id', 'not in', self.env[_MOVES]._vatportal_reversed_in_full(domain).ids)
        return domain

    @api.model
    def _tasks(self):
        """All tasks of whoever asks: those whose records they may see. Addons that build on this one add theirs."""
        return TASKS

    @api.model
    def _connectors(self):
        return self.env['vatportal.connector'].search([('company_id', 'in', self.env.companies.ids)])

    @api.model
    def get_tasks(self):
        """What is to be done, for the page that the e-taxes menu opens with.

        :return: dict of ``sale`` and ``purchase``, each a list of dicts: ``key``, ``label``, ``help``, ``count``, ``urgent``;
                 ``troubles``, a list of dicts of the connectors that do not work: ``id``, ``name``, ``text``; and ``setup``: what is
                 missing before anything can be done, where no company has a connector yet
        :raises AccessError: for those who have no business with invoices
        """
        self.env['account.move'].check_access('read')
        self.env[_DOCUMENTS].check_access('read')
        labels = self._labels()
        sides = {'sale': [], 'purchase': []}
        for task in self._tasks():
            name, text = labels[task.key]
            count = self.env[task.model].search_count(self._domain(task))
            sides[task.side].append({'key': task.key, 'label': name, 'help': text, 'count': count, 'urgent': task.urgent})
        connectors = self._connectors()
        troubles = [{'id': one.id, 'name': one.display_name, 'text': one.last_error or ''} for one in connectors.filtered('down_since')]
        return {**sides, 'troubles': troubles, 'setup': not connectors and self._setup_note()}

    @api.model
    def _setup_note(self):
        """dict of ``text``, and of ``may``: whether the user can do the set-up."""
        may = self.env.user.has_group('account.group_account_manager')
        text = self.env._('%s is not connected with e-taxes yet, so nothing is counted here.', ', '.join(self.env.companies.sudo().mapped('name')))
        return {'text': text if may else f'{text} {self.env._("An accounting manager can do the set-up.")}', 'may': may}

    @api.model
    def action_open(self, key):
        """Open the list of the task ``key``.

        :return: an action
        :raises AccessError: for those who have no business with invoices
        :raises UserError: for a key that is none
        """
        self.env['account.move'].check_access('read')
        task = next((task for task in self._tasks() if task.key == key), None)
        if not task:
            raise UserError(self.env._('There is no such list any more. Reload the page.'))
        action = self.env['ir.actions.act_window']._for_xml_id(task.action)
        name, text = self._labels()[key]
        return {
            **action,
            # What is to be done is never shown as it was: the browser keeps lists that it has opened.
            'cache': False,
            'name': name,
            'display_name': name,
            'domain': list(self._domain(task)),
            'help': f'<p>{text}</p>',
            'context': self._context(task),
        }

    @api.model
    def _context(self, task):
        """The context of the list of ``task``."""
        contexts = {_MOVES: {'default_move_type': 'out_invoice'}, _JOBS: {}, _DOCUMENTS: {f'vatportal_{task.direction}': True, 'create': False}}
        return contexts.get(task.model, {'create': False}) | ({'vatportal_dated': True} if task.dated else {})


class AccountJournal(models.Model):
    _inherit = 'account.journal'

    def _fill_sale_purchase_dashboard_data(self, dashboard_data):
        # EXTENDS account
        super()._fill_sale_purchase_dashboard_data(dashboard_data)
        if not self.env['vatportal.document'].has_access('read'):
            return
        desk = self.env['vatportal.desk']
        for journal in self:
            dashboard_data[journal.id]['vatportal_tasks'] = []
        cards = self._vatportal_cards()
        sending = self.filtered(lambda journal: journal.type in _DIRECTIONS and journal._vatportal_connector())
        if not cards and not sending:
            return
        labels = desk._labels()
        for task in desk._tasks():
            name, text = labels[task.key]
            for journal, count in self._vatportal_count(task, cards, sending).items():
                told = {'key': task.key, 'label': name, 'help': text, 'count': count, 'urgent': task.urgent}
                dashboard_data[journal.id]['vatportal_tasks'].append(told)

    def _vatportal_cards(self):
        """Those of these journals on whose card stands what is of no journal, each once: dict of (side, company) → journal.

        What is received stands where its bills are made, all else on the first journal of its side: the company's own before those that a
        branch shares with its parent, and one that is on the dashboard.
        """
        cards = {}
        for company in self.env.companies:
            connector = self.env['vatportal.connector']._default_for(company).sudo()
            if connector:
                cards |= {(journal.type, company): journal for journal in self._vatportal_first_journals(company, connector.bill_journal_id)}
        return {place: journal for place, journal in cards.items() if journal in self}

    @api.model
    def _vatportal_first_journals(self, company, chosen):
        """One journal of each side, ``chosen`` before others."""
        journals = self.search([*self._check_company_domain(company), ('type', 'in', list(_DIRECTIONS))])
        journals = journals.sorted(lambda journal: (not journal.show_on_dashboard, journal != chosen, journal.company_id != company))
        return [of_type[0] for of_type in journals.grouped('type').values()]

    def _vatportal_count(self, task, cards, sending):
        """What of ``task`` stands on the cards of these journals: dict of journal → how many, where there are any.

        :param cards: see :meth:`_vatportal_cards`
        :param sending: the journals of companies that have a connector
        """
        domain = self.env['vatportal.desk']._domain(task)
        if task.model == _MOVES:
            # Returns to vendors are sent from the journals of purchases.
            return dict(self.env[_MOVES]._read_group(domain & Domain('journal_id', 'in', sending.ids), ['journal_id'], ['__count']))
        counted = Counter()
        for company, count in self.env[task.model]._read_group(domain, ['company_id'], ['__count']):
            if journal := cards.get((task.side, company)):
                counted[journal] += count
        return counted

    def action_vatportal_task(self):
        """Open the list behind one of the e-taxes counts of the journal's card.

        :return: an action
        """
        self.ensure_one()
        self.check_access('read')
        key = self.env.context.get('vatportal_task')
        action = self.env['vatportal.desk'].action_open(key)
        if action['res_model'] != _MOVES:
            companies = [company.id for side, company in self._vatportal_cards() if side == self.type]
            return {**action, 'domain': [*action['domain'], ('company_id', 'in', companies)]}
        if self.type == 'purchase':
            shown = self.env['ir.actions.act_window']._for_xml_id('account.action_move_in_refund_type')
            action |= {name: shown[name] for name in ('view_id', 'views', 'search_view_id')} | {
                'context': {**action['context'], 'default_move_type': 'in_refund'}
            }
        return {**action, 'domain': [*action['domain'], ('journal_id', '=', self.id)]}
