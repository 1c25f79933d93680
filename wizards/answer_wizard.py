from odoo import api, fields, models

from ..models.inbox.advice import VERDICTS

# So many documents are named that have changed.
NAMED = 10


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
    # What the form has shown, as it gives it back: what is another one by then was never looked at.
    shown = fields.Json(compute='_compute_shown', store=True, readonly=False, export_string_translation=False)
    changed_text = fields.Text(readonly=True, export_string_translation=False)

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
        documents = self.document_ids._origin
        first, nothing = documents[:1], documents.browse()
        said = {}
        for name, field in (('decision', 'answer_decision'), ('user', 'answer_user_id'), ('note', 'answer_note')):
            alike = all(document[field] == first[field] for document in documents)
            said[name] = (first if alike else nothing)[field]
        return said

    @api.depends('document_ids')
    def _compute_shown(self):
        for wizard in self:
            wizard.shown = wizard._to_show()

    def _to_show(self):
        """What there is to look at: ``documents``, see :meth:`VatportalDocument._decided_on`, and ``said``, what was said of all of them."""
        said = self._said_before()
        return {'documents': self.document_ids._origin._decided_on(), 'said': {**said, 'user': said['user'].id}}

    @api.depends('document_ids')
    @api.depends_context('lang')
    def _compute_advice(self):
        for wizard in self:
            document = wizard.document_ids if len(wizard.document_ids) == 1 else wizard.document_ids.browse()
            wizard.advice, wizard.advice_text, wizard.compared_text = document.advice, document.advice_text, document.compared_text
            wizard.due_text = document.vatportal_due_text

    @api.depends('decision', 'note', 'document_ids')
    @api.depends_context('lang')
    def _compute_words(self):
        for wizard in self:
            single = len(wizard.document_ids) == 1 and wizard.decision in ('ask', 'refuse')
            wizard.words = single and wizard.document_ids._refusal_words(wizard.note)

    def action_apply(self):
        """Write down what was decided. Of several documents only what was changed here: what they have each of its own stays. Where one
        of them is not what it was when the dialog was opened, nothing is written, and the dialog opens again.

        :raises UserError: when the documents await no answer any more, or for somebody who has no access to them
        """
        self.ensure_one()
        self.check_access('read')
        self.document_ids._to_answer()
        if self._to_show() != self.shown:
            return self._shown_again()
        before = self._said_before()
        said = {'decision': self.decision, 'user': self.user_id, 'note': (self.note or '').strip() or False}
        self.document_ids._decide(**{name: value for name, value in said.items() if value != before[name]})
        return {'type': 'ir.actions.act_window_close'}

    def _shown_again(self):
        """This dialog once more, with what there is to decide on now, and a sentence of why. What was decided was decided on something
        else; what else was changed here stays."""
        before, now = self.shown or {}, self._to_show()
        known, before_said = before.get('documents', {}), before.get('said', {})
        changed = self.document_ids.filtered(lambda document: known.get(str(document.id)) != now['documents'][str(document.id)])
        here = (('user', 'user_id', self.user_id.id), ('note', 'note', self.note or False))
        kept = {field: now['said'][name] for name, field, value in here if value == before_said.get(name)}
        names = ', '.join(changed[:NAMED].mapped('display_name')) + ('…' if len(changed) > NAMED else '')
        text = self.env._('%s: changed since this dialog was opened. Nothing was written down: look at it again, then decide.', names)
        # Whom a colleague has entrusted it to meanwhile, this user may not see.
        self.sudo().write({'decision': now['said']['decision'], **kept, 'shown': now, 'changed_text': text})
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Answer'),
            'res_model': self._name,
            'res_id': self.id,
            'views': [[False, 'form']],
            'target': 'new',
        }
