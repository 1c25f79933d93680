from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    _inherit = 'account.move.send'

    @api.model
    def _is_vatportal_applicable(self, move):
        return move.vatportal_can_send

    def _get_all_extra_edis(self):
        # EXTENDS account
        return {
            **super()._get_all_extra_edis(),
            'vatportal': {
                'label': self.env._("e-taxes"),
                'is_applicable': self._is_vatportal_applicable,
                'help': self.env._("Queue the invoice for the tax portal e-taxes.gov.az. ASAN İmza asks for its PINs a moment "
                          "later."),
            },
        }

    def _get_alerts(self, moves, moves_data):
        # EXTENDS account
        alerts = super()._get_alerts(moves, moves_data)
        chosen = moves.filtered(lambda move: 'vatportal' in moves_data[move]['extra_edis'])
        problems = [
            problem for move in chosen
            for problem in move._vatportal_problems(self.env['vatportal.connector']._default_for(move.company_id))
            if problem['level'] == 'error'
        ]
        if problems:
            alerts['vatportal_problems'] = {
                'level': 'warning',
                'message': self.env._("Not ready for e-taxes: %s", ' '.join(problem['message'] for problem in problems[:5])),
                'action_text': self.env._("Look at them"),
                'action': chosen.action_vatportal_send(),
            }
        return alerts

    def _call_web_service_before_invoice_pdf_render(self, invoices_data):
        """Only queues: what is raised here would undo the rest of "Send", and the PINs need a person at the dialog
        or the notification, not a mail in the making."""
        # EXTENDS account
        super()._call_web_service_before_invoice_pdf_render(invoices_data)
        moves = self.env['account.move'].browse([
            move.id for move, data in invoices_data.items() if 'vatportal' in data['extra_edis']])
        for move, problems in moves._vatportal_queue().items():
            invoices_data[move]['error'] = {
                'error_title': self.env._("e-taxes: %s was not queued", move.name),
                'errors': [problem['message'] for problem in problems],
            }
