from odoo import api, fields, models

# How many attempts of the same document after the present one are looked for at the portal.
LATER = 4


class VatportalDocument(models.Model):
    """The identification under which a document goes to the portal: the ERP id.

    It follows from what is sent, see :mod:`..vatportal.erp_id`: a database that was restored, copied or set up anew sends
    under the same one, which the portal takes only once. It is assigned once and stays over all tries, until the portal
    has used it up; the next one is that of the next attempt. Whoever does not know of earlier attempts hears of them from
    the portal: error 17 for the first one, and the later one in what the portal then shows.
    """

    _inherit = 'vatportal.document'

    attempt = fields.Integer(
        readonly=True, copy=False, aggregator=None, help='Which ERP id of the same document this is; 0 where the ID does not follow from the document.'
    )

    def _identity(self):
        """What makes this document the same one in every database; None where it was made from nothing here."""
        self.ensure_one()
        document = self.sudo()
        source = document._source()
        return source._vatportal_identity(document) if source else None

    def _assign_erp_id(self):
        """Give each document the first ERP id that none of its earlier attempts here has."""
        free = self._free_attempts([document._identity() for document in self])
        for document, (identity, attempt) in zip(self, free, strict=True):
            document.sudo().write({'erp_id': identity.erp_id(attempt), 'attempt': attempt})

    def _free_attempts(self, identities):
        """Return a list of (identity, attempt) for each of ``identities``: the first attempt under which nothing but these documents
        was sent here, and nothing else of this call is."""
        taken = set()
        attempts = [1] * len(identities)
        waiting = list(range(len(identities)))
        while waiting:
            wanted = {index: identities[index].erp_id(attempts[index]) for index in waiting}
            others = self.sudo().search_fetch([('erp_id', 'in', list(wanted.values())), ('id', 'not in', self.ids)], ['erp_id'])
            known = set(others.mapped('erp_id'))
            waiting = []
            for index, erp_id in wanted.items():
                if erp_id in known or erp_id in taken:
                    attempts[index] += 1
                    waiting.append(index)
                taken.add(erp_id)
        return list(zip(identities, attempts, strict=True))

    @api.model
    def _complete(self, sources, queued):
        """Make the documents of those of ``sources`` for which ``queued`` has values, all at once; return all, in their order."""
        new = {source: vals for source, vals in zip(sources, queued, strict=True) if isinstance(vals, dict)}
        free = self.browse()._free_attempts([source._vatportal_identity(vals) for source, vals in new.items()])
        for vals, (identity, attempt) in zip(new.values(), free, strict=True):
            vals.update(erp_id=identity.erp_id(attempt), attempt=attempt)
        # That it was made is said by its process, and on the invoice.
        created = iter(self.browse().sudo().with_context(mail_create_nolog=True).create(list(new.values())).with_env(self.env))
        return self.union(*(next(created) if isinstance(document, dict) else document for document in queued))

    def _renew_erp_id(self):
        """Let the ERP id follow from what these documents say by now, where it has never left for the portal."""
        self.filtered(lambda doc: doc.attempt and not (doc.last_sent_at or doc.doubtful or doc.spent))._assign_erp_id()

    def _give_up_erp_id(self, user):
        """``user`` vouches that these rejected documents are not at the portal: they go again under their next ERP ids."""
        for document in self.sudo():
            document.write({'spent': True, 'doubtful': False})
            for record in (document, document._source()):
                record.message_post(
                    author_id=user.partner_id.id,
                    body=self.env._(
                        '%(user)s looked at the portal and did not find %(number)s there; it goes again under a new ERP ID.',
                        user=user.name,
                        number=document.erp_id,
                    ),
                )

    # ------------------------------------------------------------------ attempts that nobody here knows of

    def _later_ids(self):
        """The ERP ids of the attempts after these documents' own, as a dict of ERP id → (document, attempt)."""
        later = {}
        for document in self.filtered('attempt'):
            identity = document._identity()
            # Of one that was corrected after it left, the id is that of its former figures.
            if identity and identity.erp_id(document.attempt) == document.erp_id:
                later |= {identity.erp_id(attempt): (document, attempt) for attempt in range(document.attempt + 1, document.attempt + 1 + LATER)}
        return later

    def _take_later(self, numbers, named_all):
        """Go on with the latest attempt that the portal shows: another database has sent it, and nobody sends one before the
        one before it is used up.

        :param numbers: ERP id → number, see :meth:`VatPortalClient.read_invoices`
        :param named_all: whether the portal names whatever it is asked for, so that only a number tells something
        :return: the documents that have another ERP id now
        """
        shown = {erp_id: number for erp_id, number in numbers.items() if number or not named_all}
        later = {erp_id: found for erp_id, found in self._later_ids().items() if erp_id in shown} if shown else {}
        known = set(self.sudo().search([('erp_id', 'in', list(later))]).mapped('erp_id')) if later else set()
        moved = self.browse()
        for erp_id, (document, attempt) in sorted(later.items(), key=lambda item: item[1][1]):
            if erp_id not in known and not numbers.get(document.erp_id):
                document.sudo().write({'erp_id': erp_id, 'attempt': attempt, 'shown': True})
                moved |= document
        return moved
