from odoo.fields import Command

from ..send_common import SendCommon


class SetupCommon(SendCommon):
    """A company that has nothing yet but its name, and the page of its set-up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref('base.group_system')
        cls.new = cls.env['res.company'].create({'name': 'Yeni MMC'})
        cls.env.user.company_ids += cls.new

    def at_work(self, *companies, user=None):
        """The checklist for whoever works in ``companies``, the first of them at the moment."""
        checklist = self.env['vatportal.checklist'].with_user(user or self.env.user)
        return checklist.with_context(allowed_company_ids=[company.id for company in companies or (self.new,)])

    def steps(self, company=None, user=None):
        """key → step, as the page of ``company`` shows it."""
        company = company or self.new
        return {step['key']: step for step in self.at_work(company, user=user).get_checklist(company.id)['steps']}

    def states(self, company=None):
        return {key: step['state'] for key, step in self.steps(company).items()}

    def buttons(self, key, company=None, user=None):
        return [button['key'] for button in self.steps(company, user)[key]['buttons']]

    def press(self, key, company=None, user=None):
        """Press a button that the page shows."""
        company = company or self.new
        steps = self.steps(company, user)
        self.assertIn(key, [button['key'] for step in steps.values() for button in step['buttons']])
        return self.at_work(company, user=user).action_step(company.id, key)

    def connect(self, company, **vals):
        return self.env['vatportal.connector'].create(
            {'name': company.name, 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': company.id, **vals}
        )

    def sell(self, company, product, **vals):
        """A posted invoice of ``company`` for ``product``."""
        move = (
            self.env['account.move']
            .with_context(allowed_company_ids=company.ids)
            .create(
                {
                    'move_type': 'out_invoice',
                    'partner_id': self.partner.id,
                    'invoice_line_ids': [Command.create({'product_id': product.id, 'quantity': 1, 'price_unit': 100})],
                    **vals,
                }
            )
        )
        move.action_post()
        return move
