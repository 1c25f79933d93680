from odoo import api, fields, models


class VatportalConnector(models.Model):
    """Who hears of what no person has started, and whose task it is what a document asks for."""

    _inherit = 'vatportal.connector'

    people_note = fields.Char(compute='_compute_people_note')

    @api.depends(
        'notify_user_ids.company_ids',
        'notify_user_ids.active',
        'notify_user_ids.all_group_ids',
        'responsible_id.company_ids',
        'responsible_id.active',
        'responsible_id.all_group_ids',
        'company_id',
    )
    @api.depends_context('lang')
    def _compute_people_note(self):
        """Who is named and hears of nothing."""
        for connector in self:
            named = connector.sudo().with_context(active_test=False)
            notified, responsible = named.notify_user_ids, named.responsible_id
            deaf = notified - connector._reachable(notified) | responsible - connector._able(responsible, connector)
            connector.people_note = ' '.join(connector._people_notes(deaf)) or False

    def _people_notes(self, deaf):
        """Sentences on ``deaf``, named people who are not told of all."""
        if not deaf:
            return []
        return [
            self.env._(
                'Not told of anything, for they have no access to %(company)s, may not send its invoices, or were archived: %(names)s.',
                company=self.company_id.display_name,
                names=', '.join(deaf.mapped('name')),
            )
        ]

    def _told_users(self, jobs=None):
        """The users to notify whom it reaches; where there are none, the administrators of the company.

        :param jobs: see :meth:`_reachable`
        """
        return self._reachable(self.sudo().notify_user_ids, jobs) or self._administrators()

    def _in_their_language(self):
        """This connector in the language of those who are told of it: a scheduled action has none of its own."""
        return self.with_context(lang=self._told_users()[:1].lang or self.company_id.partner_id.sudo().lang or self.env.lang)

    def _reachable(self, people, jobs=None):
        """Those of ``people`` who are at work in Odoo, have access to the company, and may carry on its processes: nobody else is
        shown a code.

        :param jobs: the processes that are meant, also such as are yet to begin; not given: any
        """
        jobs = self.env['vatportal.job'] if jobs is None else jobs
        return self._at_work(people, self.company_id).filtered(lambda user: jobs.with_user(user)._may_use())

    def _at_work(self, people, company):
        return self.env['vatportal.job']._owner(people).filtered(lambda user: company in user.company_ids)

    def _administrators(self, company=None):
        """The accounting managers of the company; where it has none, those who run the system there."""
        company = company or self.company_id
        for group in ('account.group_account_manager', 'base.group_system'):
            people = self.env['res.users'].sudo().search([('all_group_ids', 'in', self.env.ref(group).ids), ('company_ids', 'in', company.ids)])
            if found := self._at_work(people, company):
                return found
        return self.env['res.users']

    def _able(self, people, records):
        """Those of ``people`` who are at work in Odoo and may see all of ``records``, documents or what they are about."""
        return (
            self.env['vatportal.job']
            ._owner(people)
            .filtered(
                lambda user: (
                    not records.company_id - user.company_ids
                    and records.sudo(False).with_user(user).with_context(allowed_company_ids=records.company_id.ids).has_access('read')
                )
            )
        )

    # ------------------------------------------------------------------ tasks

    def _activity_user(self, record):
        """Whose task it is what happened to the document of ``record``, an invoice, bill or whatever else, or to
        ``record`` itself where it is the document: the responsible's, else that of the users to notify, of whoever is
        at work, or of the company's accounting managers; nobody's where none of them may see the record."""
        own = getattr(record, '_vatportal_user_field', None)
        job = self.env['vatportal.job']
        candidates = (
            lambda: self.responsible_id,
            lambda: own and record[own],
            lambda: record.create_uid,
            lambda: self.sudo().notify_user_ids,
            lambda: job._owner(),
            lambda: self._administrators(record.company_id),
        )
        for people in candidates:
            able = self._able(people() or self.env['res.users'], record)
            if able:
                return able[0]
        return self.env['res.users']
