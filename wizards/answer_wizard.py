from odoo import api, fields, models

from ..models.inbox.advice import VERDICTS


class VatportalAnswerWizard(models.TransientModel):
    """What a person answers to received documents, whom they are entrusted to, and why."""

    _name = 'vatportal.answer.wizard'
    _inherit = ['vatportal.guard']
    _description = 'Answer to received e-invoices'

    document_ids = fields.Many2many('vatportal.document', string='Documents', required=True)
    document_count = fields.Integer(compute='_compute_document_count')
    decision = fields.Selection(VERDICTS, compute='_compute_decision', store=True, readonly=False)
    user_id = fields.Many2one('res.users', string='Entrusted to', compute='_compute_decision', store=True, readonly=False, domain="[('share', '=', False)]")
    note = fields.Text(
        compute='_compute_decision', store=True, readonly=False, help='On the document it stays; of a refusal it is what to say at e-taxes.gov.az.'
    )
    advice = fields.Selection(VERDICTS, string='Recommendation', compute='_compute_advice')
    advice_text = fields.Text(string='Why', compute='_compute_advice')
    compared_text = fields.Text(string='Compared with', compute='_compute_advice')
    due_text = fields.Char(compute='_compute_advice')
    words = fields.Text(string='Words for e-taxes.gov.az', compute='_compute_words')

    @api.depends('document_ids')
    def _compute_document_count(self):
        for wizard in self:
            wizard.document_count = len(wizard.document_ids)

    @api.depends('document_ids')
    def _compute_decision(self):
        for wizard in self:
            said = wizard._said_before()
            wizard.decision, wizard.user_id, wizard.note = said['decision'], said['user'], said['note']

    def _said_before(self):
        """What was said of all of the documents alike, by the names that ``_decide`` takes; nothing where it differs."""
        documents = self.document_ids
        first, nothing = documents[:1], documents.browse()
        said = {}
        for name, field in (('decision', 'answer_decision'), ('user', 'answer_user_id'), ('note', 'answer_note')):
            alike = all(document[field] == first[field] for document in documents)
            said[name] = (first if alike else nothing)[field]
        return said

    @api.depends('document_ids')
    def _compute_advice(self):
        for wizard in self:
            document = wizard.document_ids if len(wizard.document_ids) == 1 else wizard.document_ids.browse()
            wizard.advice, wizard.advice_text, wizard.compared_text = document.advice, document.advice_text, document.compared_text
            wizard.due_text = document.vatportal_due_text

    @api.depends('decision', 'note', 'document_ids')
    def _compute_words(self):
        for wizard in self:
            single = len(wizard.document_ids) == 1 and wizard.decision in ('ask', 'refuse')
            wizard.words = single and wizard.document_ids._refusal_words(wizard.note)

    def action_apply(self):
        """Write down what was decided. Of several documents only what was changed here: what they have each of its own stays.

        :raises UserError: when the documents await no answer any more, or for somebody who has no access to them
        """
        self.ensure_one()
        self.check_access('read')
        before = self._said_before()
        said = {'decision': self.decision, 'user': self.user_id, 'note': (self.note or '').strip() or False}
        self.document_ids._decide(**{name: value for name, value in said.items() if value != before[name]})
        return {'type': 'ir.actions.act_window_close'}
