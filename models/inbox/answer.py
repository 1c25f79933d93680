from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..amounts import API_NAMES
from ..document.line import item_of
from .advice import VERDICTS

# Where documents are answered.
ETAXES = 'https://e-taxes.gov.az'
# What is decided on: a document of which any of this is another one now was never looked at.
_DECIDED_ON = {'status', 'date', 'kind_id', 'seller_vat', 'main_info', 'add_info', 'line_ids', *API_NAMES}
# What people say of it.
_SAID = ('answer_decision', 'answer_user_id', 'answer_note')


class VatportalDocument(models.Model):
    """What a person answers to a received document, who it is entrusted to, and who decided when.

    VatPortal's API v8.0 has no call for an answer: approved is what is not refused in time, and refused, or sent back, it is at
    e-taxes.gov.az. :meth:`action_answer_at_portal` is the one place where such a call would go.
    """

    _inherit = 'vatportal.document'

    answer_decision = fields.Selection(VERDICTS, string='Decision', readonly=True, copy=False, tracking=True)
    answer_user_id = fields.Many2one('res.users', string='Entrusted to', readonly=True, copy=False, tracking=True)
    answer_note = fields.Text(string='Note on the Answer', readonly=True, copy=False, tracking=True)
    answer_by_id = fields.Many2one('res.users', string='Decided by', readonly=True, copy=False)
    answer_at = fields.Datetime(string='Decided at', readonly=True, copy=False)
    awaits_answer = fields.Boolean(compute='_compute_awaits_answer')
    refusal_words = fields.Text(string='Words for e-taxes.gov.az', compute='_compute_refusal_words')

    @api.depends('direction', 'state', 'status', 'is_foreign')
    def _compute_awaits_answer(self):
        for document in self:
            document.awaits_answer = document._awaits_answer()

    @api.depends('answer_decision', 'answer_note', 'qaime')
    @api.depends_context('lang')
    def _compute_refusal_words(self):
        for document in self:
            document.refusal_words = document.answer_decision in ('ask', 'refuse') and document._refusal_words(document.answer_note)

    def _refusal_words(self, note=''):
        """What to enter at e-taxes.gov.az: the person's ``note``, else what speaks against the document, in Azerbaijani where
        Odoo speaks it."""
        installed = {code for code, _name in self.env['res.lang'].get_installed()}
        document = self.with_context(lang='az_AZ') if 'az_AZ' in installed else self
        words = (note or '').strip() or ' '.join(document._advice_sentences(grave=True))
        return f'{self.qaime}: {words}' if self.qaime and words else words

    # ------------------------------------------------------------------ deciding

    def action_decide(self):
        """Open the dialog in which a person decides, entrusts and notes.

        :raises UserError: when none of the documents awaits an answer
        """
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Answer'),
            'res_model': 'vatportal.answer.wizard',
            'views': [[False, 'form']],
            'target': 'new',
            'context': {'default_document_ids': self._to_answer().ids},
        }

    def _to_answer(self):
        """Those of these documents that await an answer.

        :raises UserError: for none
        """
        documents = self.filtered(lambda document: document._awaits_answer())
        if not documents:
            raise UserError(self.env._('None of these documents awaits an answer.'))
        return documents

    def _decided_on(self):
        """Return a dict of id, as text → a digest of what there is of the document to decide on, and of what was said of it: another one
        once any of that is."""
        rows = {document.id: [item_of(line) for line in document.line_ids] for document in self}
        told = self.read([*sorted(_DECIDED_ON - {'line_ids'}), *_SAID], load=False)
        return {str(values['id']): sha256(repr((values, rows[values['id']])).encode()).hexdigest() for values in told}

    def _decide(self, **said):
        """Write down what was decided of these documents, and whom they are entrusted to. What is not said stays as it is.

        :param decision: a key of :data:`VERDICTS`; False: nobody has decided yet
        :param user: ``res.users``; empty for nobody
        :param note: a text, or False
        :raises UserError: when none of them awaits an answer, or ``user`` can't see all of those that do
        """
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can answer documents.'))
        self.check_access('read')
        documents, user = self._to_answer(), said.get('user')
        if user and not self.env['vatportal.connector']._able(user, documents):
            raise UserError(self.env._('%s has no access to these documents.', user.name))
        for document in documents:
            vals, was_over = {}, document._vatportal_is_over()
            if said.get('decision', document.answer_decision) != document.answer_decision:
                decided = bool(said['decision'])
                vals = {'answer_decision': said['decision'], 'answer_by_id': decided and self.env.uid, 'answer_at': decided and fields.Datetime.now()}
            if user is not None:
                vals['answer_user_id'] = user.id
            if 'note' in said:
                vals['answer_note'] = (said['note'] or '').strip() or False
            # Entrusted to nobody, the task is not the former person's any more.
            passed_on = user is not None and user != document.answer_user_id and (user or document.sudo().activity_search([self._vatportal_due_activity]))
            document.sudo().write(vals)
            # What has no last day nobody is told of later.
            again = was_over and not document.vatportal_due_date
            if (passed_on or again) and not document._vatportal_is_over():
                document._vatportal_tell()
        self._vatportal_close_due()

    def _ask_again(self, changes):
        """Take the decision back where the portal has changed what it was made on; whom it is entrusted to and the note stay, and what
        was decided is in the history.

        :param changes: values that were written, by the names of fields
        """
        if self.answer_decision and self._awaits_answer() and not _DECIDED_ON.isdisjoint(changes):
            # Whoever was told of the document as it was is told once more.
            self.write(dict.fromkeys(('answer_decision', 'answer_by_id', 'answer_at', 'vatportal_told_due', 'vatportal_told_left'), False))
            if not self.vatportal_due_date and not self._vatportal_is_over():
                self._vatportal_tell()

    def action_answer_at_portal(self):
        """Go where the document is answered. Once VatPortal's API has a call for it, the decision goes out from here.

        :return: an action that opens e-taxes.gov.az
        """
        self.check_access('read')
        return {'type': 'ir.actions.act_url', 'url': ETAXES, 'target': 'new'}

    # ------------------------------------------------------------------ telling a person

    def _vatportal_is_settled(self):
        """What is fine needs nobody: silence approves it. What has an invoice, or whatever else, is told of on that."""
        return self.answer_decision == 'fine' if self.direction == 'incoming' else bool(self._source())

    def _vatportal_is_over(self):
        # EXTENDS vatportal.due: until when it is to be answered may be known to nobody; whom it is entrusted to answers it all the same
        waits = self.answer_user_id and self._awaits_answer() and not self._vatportal_is_settled()
        return not waits and super()._vatportal_is_over()

    def _vatportal_due_user(self):
        connector = self._connector().sudo()
        return connector._able(self.answer_user_id, self) or connector._activity_user(self)
