from odoo import api, fields, models


class VatportalProblemDialog(models.AbstractModel):
    """A dialog that shows what stands against something, or should be looked at before, and then does it.

    What asks whoever presses, and came up since the form was made, is shown before anything is done.
    """

    _name = 'vatportal.problem.dialog'
    _description = 'Dialog with problems'
    _inherit = ['vatportal.guard']

    # The field of the question about a candidate that leads back to this dialog.
    _question_field = None

    problems = fields.Json(compute='_compute_problems')
    alerts = fields.Json(compute='_compute_problems')
    # What asks, as the form has shown it and gives it back: so it is told from what came up since.
    asked = fields.Json(compute='_compute_asked', store=True, readonly=False, export_string_translation=False)

    @api.depends_context('lang')
    def _compute_problems(self):
        raise NotImplementedError

    @api.model
    def _problems_follow(self):
        """The names of the fields that the problems follow from."""
        return []

    @api.depends(lambda self: self._problems_follow())
    def _compute_asked(self):
        for dialog in self:
            dialog.asked = dialog._asking(dialog.problems)

    def _asking(self, problems):
        """What of ``problems`` is not to be passed over unseen, in the words in which it is shown."""
        return [_shown(problem) for problem in problems or [] if problem.get('asks')]

    def _has_unseen(self, problems):
        """Whether any of ``problems``, of what is about to be done, asks and has not been shown."""
        return any(text not in (self.asked or []) for text in self._asking(problems))

    def _title(self):
        raise NotImplementedError

    def _shown_again(self):
        """This dialog once more, with what came up since it was opened."""
        self.asked = self._asking(self.problems)
        return {'type': 'ir.actions.act_window', 'name': self._title(), 'res_model': self._name, 'res_id': self.id, 'views': [[False, 'form']], 'target': 'new'}

    # ------------------------------------------------------------------ what is shown

    def _alerts(self, problems):
        """Return ``problems`` for the widget that shows alerts: errors first, each with a link to what to mend.

        Records that are at e-taxes already need no mending; where there are several they are one line.
        """
        sent = [problem for problem in problems if problem.get('sent')]
        alerts = {}
        if len(sent) > 1:
            problems = [problem for problem in problems if problem not in sent]
            names = ', '.join(problem['name'] for problem in sent[:10])
            alerts['sent'] = {
                'level': 'info',
                'message': self.env._(
                    '%(count)s are at e-taxes already, or on their way, and are left out: %(names)s',
                    count=len(sent),
                    names=names + ('…' if len(sent) > 10 else ''),
                ),
            }
        return {
            f'problem_{index}': {
                'level': 'danger' if problem['level'] == 'error' else 'warning',
                'message': _shown(problem),
                **(self._ask_candidate(problem) if problem.get('candidate') else self._open_problem(problem)),
            }
            for index, problem in enumerate(sorted(problems, key=lambda problem: problem['level'] != 'error'))
        } | alerts

    def _open_problem(self, problem):
        """The link to what to mend; none where that is gone, or the addon that it is of."""
        if problem['res_model'] not in self.env:
            return {}
        action = {'type': 'ir.actions.act_window', 'name': problem['field'], 'views': [[False, 'form']]}
        return {'action_text': self.env._('Open'), 'action': {**action, 'res_model': problem['res_model'], 'res_id': problem['res_id']}}

    def _ask_candidate(self, problem):
        """The question whether what is at e-taxes already is the document of the invoice in ``problem``; answered, this dialog is
        shown again, which the browser saves before it asks."""
        back = {f'default_{self._question_field}': self._origin.id} if self._question_field else {}
        return {
            'action_text': self.env._('Answer'),
            'action': {
                'type': 'ir.actions.act_window',
                'name': problem['field'],
                'res_model': 'vatportal.candidate.wizard',
                'views': [[False, 'form']],
                'target': 'new',
                'context': {'default_move_id': problem['move_id'], 'default_document_id': problem['candidate'], **back},
            },
        }


def _shown(problem):
    return f'{problem["name"]} · {problem["field"]}: {problem["message"]}'
