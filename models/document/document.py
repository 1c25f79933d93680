from odoo import api, fields, models
from odoo.exceptions import UserError

from ...vatportal import Invoice, qaime_number
from .. import portal_text
from ..amounts import API_NAMES, api_amounts
from ..states import FINAL_STATUSES, LIVE_STATES, STATUSES, TRANSITIONS
from .line import item_of


class VatportalDocument(models.Model):
    """One e-invoice, as e-taxes knows it or will know it.

    Everything else is made into it (invoices, downloads, files) or from it (payloads, packages, bills). Amounts
    are in AZN and stand in the columns of the qaimə; they are the portal's own figures for what came from there.
    A document is never reused: an invoice that was deleted from e-taxes and sent again has two of them.
    """

    _name = 'vatportal.document'
    _description = 'e-taxes document'
    _inherit = ['vatportal.amounts', 'vatportal.guard', 'vatportal.due', 'mail.thread', 'mail.activity.mixin']
    _order = 'date desc, id desc'
    _check_company_auto = True

    name = fields.Char(compute='_compute_name', store=True, index='trigram')
    direction = fields.Selection([('outgoing', 'Sent'), ('incoming', 'Incoming')], required=True, default='outgoing', readonly=True)
    connector_id = fields.Many2one('vatportal.connector', readonly=True, ondelete='restrict', check_company=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    currency_id = fields.Many2one('res.currency', compute='_compute_currency_id')
    kind_id = fields.Many2one('vatportal.kind', readonly=True, ondelete='restrict')
    erp_id = fields.Char(string='ERP ID', readonly=True, copy=False, help="The invoice's identification at VatPortal; the same on every try.")
    qaime = fields.Char(string='Qaimə Number', readonly=True, copy=False, tracking=True)
    move_id = fields.Many2one('account.move', string='Invoice', readonly=True, ondelete='restrict', index='btree_not_null', check_company=True)
    partner_id = fields.Many2one('res.partner', readonly=True, ondelete='restrict')
    date = fields.Datetime(readonly=True, default=fields.Datetime.now, help='When the qaimə was made; before that, when it was queued.')
    state = fields.Selection(
        [
            ('queued', 'Queued'),
            ('processing', 'In progress'),
            ('unconfirmed', 'Unconfirmed'),
            ('imported', 'At the portal, not signed'),
            ('registered', 'Registered'),
            ('rejected', 'Not sent'),
            ('deleted', 'Cancelled or Deleted'),
        ],
        required=True,
        default='queued',
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        help='Queued: not sent yet.\n'
        'In progress: the portal is working on it.\n'
        'Unconfirmed: it was sent and the answer was lost; the portal is being asked what it has.\n'
        'At the portal, not signed: imported into VatPortal without a signature.\n'
        'Registered: it has its qaimə number.\n'
        'Not sent: it is not at e-taxes; the message says why.\n'
        'Cancelled or deleted: it is no longer in force at e-taxes, or no longer at the portal.',
    )
    status = fields.Selection(STATUSES, readonly=True, copy=False, tracking=True, string='e-taxes Status')
    status_code = fields.Char(readonly=True, copy=False, help='The status as e-taxes names it.')
    message = fields.Text(readonly=True, copy=False, help='Why the document was not sent, in our words.')
    portal_message = fields.Text(readonly=True, copy=False, help='What the portal said, word for word.')

    seller_vat = fields.Char(string='Seller VÖEN', readonly=True)
    seller_name = fields.Char(string='Seller', readonly=True)
    buyer_vat = fields.Char(string='Buyer VÖEN', readonly=True)
    buyer_name = fields.Char(string='Buyer', readonly=True)
    main_info = fields.Char(string='Main Note', readonly=True)
    add_info = fields.Char(string='Additional Note', readonly=True)
    transp_reg_number = fields.Char(string='Transport Registration Number', readonly=True)
    main_qaime = fields.Char(string='Advance Qaimə', readonly=True)
    from_wh = fields.Char(string='From Warehouse', readonly=True, help='Goods transfers: where the goods leave from.')
    to_wh = fields.Char(string='To Warehouse', readonly=True, help='Goods transfers: where the goods go to.')
    wh_field = fields.Selection([('1', 'Code'), ('2', 'Name')], string='Warehouses by', readonly=True, help='What the portal looks the warehouses up by.')

    line_ids = fields.One2many('vatportal.document.line', 'document_id', readonly=True, copy=True)

    # Large, and looked at one document at a time.
    payload = fields.Json(readonly=True, copy=False, groups='account.group_account_manager', prefetch=False)
    raw = fields.Json(readonly=True, copy=False, groups='account.group_account_manager', prefetch=False)
    job_ids = fields.Many2many('vatportal.job', string='Processes', readonly=True, copy=False)
    sequence = fields.Integer(readonly=True, copy=False, help='Its place among what was queued together.')
    spent = fields.Boolean(readonly=True, copy=False, help='The ERP id was used up at the portal; the invoice goes again under a new one.')
    resend_count = fields.Integer(readonly=True, copy=False, aggregator=None)

    _erp_id_unique = models.UniqueIndex('(erp_id) WHERE erp_id IS NOT NULL', 'This ERP id was used before.')
    _qaime_unique = models.UniqueIndex('(company_id, direction, qaime) WHERE qaime IS NOT NULL', 'This qaimə exists already in this company.')
    _one_live = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL AND direction = 'outgoing' AND state NOT IN ('rejected', 'deleted')", 'This invoice was sent to e-taxes already.'
    )

    @api.depends('qaime', 'move_id.name', 'erp_id', 'file_name')
    def _compute_name(self):
        for document in self:
            document.name = document.qaime or document._source().name or document.erp_id or document.file_name

    def _compute_currency_id(self):
        self.currency_id = self.env.ref('base.AZN')

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_with_number(vals) for vals in vals_list])

    def write(self, vals):
        if 'move_id' in vals and not vals['move_id'] and 'had_bill' not in vals:
            self._note_lost_bills()
        told = self.sudo()._told_numbers() if not {'state', 'status', 'qaime', 'move_id'}.isdisjoint(vals) else {}
        result = super().write(_with_number(vals))
        if not {'state', 'move_id', 'kind_id'}.isdisjoint(vals):
            self.sudo()._propose_to_finals()
        if told:
            self.sudo()._forget_prints(told)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        for document in self:
            if document.payload or document.qaime or document.state in LIVE_STATES:
                raise UserError(self.env._("%s was sent to e-taxes and stays as part of the invoice's history.", document.display_name))

    def copy_data(self, default=None):
        raise UserError(self.env._("An e-taxes document can't be duplicated."))

    def _source(self):
        """The record that this document was made from (a model with ``vatportal.source``), or an empty one.

        The one place that knows what documents are made from.
        """
        return self.move_id

    def _in_order(self):
        """These documents in the order in which they are sent."""
        return self.sorted(lambda document: (document.sequence, document.id))

    def _put_in_order(self):
        """Give these documents, whatever they were made from, their places; return them in that order."""
        documents = self.sudo().sorted(lambda document: document._source()._vatportal_order())
        for place, document in enumerate(documents, 1):
            document.sequence = place
        return documents.sudo(False)

    # ------------------------------------------------------------------ states

    def _set_state(self, state, **vals):
        """Bring the documents into ``state``, along :data:`TRANSITIONS`, and write ``vals`` with it.

        Repeating the present state is allowed and writes ``vals`` alone.

        :raises UserError: when one of the documents cannot get there
        """
        for document in self:
            if state != document.state and state not in TRANSITIONS[document.state]:
                labels = dict(self._fields['state']._description_selection(self.env))
                raise UserError(
                    self.env._("%(name)s is “%(old)s” and can't become “%(new)s”.", name=document.display_name, old=labels[document.state], new=labels[state])
                )
        self.sudo().write({'state': state, **vals})

    def _reject(self, message, portal_message=False, **vals):
        """The documents are surely not at the portal; ``message`` tells the person why and what to do.

        :param vals: what else is written; ``reject_reason`` is one of :data:`REJECT_REASONS`
        """
        self._set_state('rejected', message=message, portal_message=portal_message, **{'reject_reason': 'other', **vals})

    def _set_processing(self, moment):
        """The portal took the documents at ``moment``."""
        self._note_sent(moment, taken=True)
        self._set_state('processing')

    def _set_queued_again(self):
        """The documents go again by themselves."""
        for document in self:
            document._set_state('queued', resend_count=document.resend_count + 1)

    def _take_codes(self, codes):
        """Reject the document with the portal's validation ``codes`` (error 14), each on its line.

        The portal does not say which line a code means; our own reading of the same rules does.
        """
        self.ensure_one()
        found = [problem for problem in self._to_invoice().problems() if problem.item is not None]
        texts = []
        for code in sorted(set(codes)):
            text = self._code_text(code)
            lines = self._lines_meant(code, found) if code in portal_text.ITEM_CODES else self.line_ids.browse()
            for line in lines:
                line.sudo().message = f'{line.message}\n{text}' if line.message else text
            names = ', '.join(f'“{line.name}”' for line in lines)
            texts.append(f'{names}: {text}' if names else text)
        self._reject(
            '\n'.join(texts), self.env._('Error codes: %s', ', '.join(map(str, codes))), reject_reason='refused', kind_refused=portal_text.KIND_UNKNOWN in codes
        )

    def _code_text(self, code):
        """What the portal's validation ``code`` means for this very document."""
        if code == portal_text.KIND_UNKNOWN:
            return self._kind_refused_text()
        if code == portal_text.ADVANCE_UNKNOWN:
            return self._advance_unknown_text()
        warehouse = {portal_text.FROM_UNKNOWN: self.from_wh, portal_text.TO_UNKNOWN: self.to_wh}.get(code)
        if warehouse:
            return portal_text.warehouse_text(self.env, code, warehouse, by_name=self.wh_field == '2')
        return portal_text.validation_text(self.env, code)

    def _lines_meant(self, code, found):
        """The lines that ``code`` means; of 52–60 the vendor does not say which is which, so they are one."""
        if len(self.line_ids) == 1:
            return self.line_ids
        same = portal_text.AMOUNT_CODES if code in portal_text.AMOUNT_CODES else {code}
        indexes = sorted({problem.item for problem in found if problem.code in same})
        lines = self.line_ids.sorted('sequence')
        return lines.browse([lines[index].id for index in indexes])

    def _set_number(self, qaime):
        """Write the ``qaime`` number that the portal gave this document, in whatever form, and tell what it was made from.

        A download may have brought the document before: it is the same one.
        """
        self.ensure_one()
        number = qaime_number(qaime)
        is_news = self.state != 'registered' or self.qaime != number
        self._absorb_download(number)
        others = self._leave_move()
        changed = self._was_changed_since()
        if is_news:
            self._write_number(number)
        self._settle_doubt(number, changed)
        source = self._source().sudo()
        if source.activity_ids or source and not source._vatportal_is_in_force() or self.status in FINAL_STATUSES:
            # What was asked for about an earlier document of the same invoice is settled by this one; and who has cancelled
            # what was taken for not sent has to hear of it. A download may have known that it is in force no more.
            self._follow_status()
        if is_news:
            self._suspect_rivals()
        self._mark_doubles(others)

    def _write_number(self, number):
        self._set_state(
            'registered', qaime=number, message=False, portal_message=False, **({} if self.status else {'status': 'onApproval', 'status_code': 'onApproval'})
        )
        source = self._source()
        if source:
            source.sudo().message_post(body=self.env._('Registered at e-taxes with the qaimə number %s.', number))
            source._vatportal_close_due()
            source._vatportal_numbered()

    # ------------------------------------------------------------------ payload

    def _to_invoice(self):
        """Return this document as the SDK's :class:`Invoice`, amounts as exact ``Decimal``."""
        self.ensure_one()
        names = (*_OF_INVOICE.values(), 'wh_field', *API_NAMES)
        return self._invoice_of({name: self[name] for name in names} | {'kind_id': self.kind_id.id}, self.line_ids)

    @api.model
    def _invoice_of(self, vals, lines=None):
        """Return the document that ``vals`` would make as the SDK's :class:`Invoice`.

        :param vals: values as for ``create()``; what is not among them is empty
        :param lines: lines, or their values; not given: those of the commands in ``vals``
        """
        kind, way = self.env['vatportal.kind'].browse(vals['kind_id']), vals.get('wh_field')
        lines = [command[2] for command in vals['line_ids'] if command[2]] if lines is None else lines
        return Invoice(
            # What is only received never goes as an ordinary sale: as itself the portal refuses it.
            type=kind.upload_type or kind.code or 'default',
            with_agent=kind.with_agent,
            wh_field=int(way) if way else None,
            items=tuple(item_of(line) for line in lines),
            **{theirs: vals.get(ours) or '' for theirs, ours in _OF_INVOICE.items()},
            **api_amounts(vals, of_invoice=True),
        )

    def _connector(self):
        """The connector of the document; of one that came as a file, its company's."""
        return self.connector_id or self.env['vatportal.connector']._default_for(self.company_id)

    # ------------------------------------------------------------------ buttons

    def action_open_move(self):
        """Open what this document was made from: the invoice."""
        self.ensure_one()
        self.check_access('read')
        source = self._source()
        return {'type': 'ir.actions.act_window', 'res_model': source._name, 'res_id': source.id, 'view_mode': 'form'}

    def action_open_job(self):
        """Open the live view of the last process of this document."""
        self.ensure_one()
        self.check_access('read')
        return self.job_ids.sorted('id')[-1:]._dialog_action()

    def action_send_again(self):
        """Send again what these documents, rejected, were made from: at once where nothing has changed since and nothing
        stands against it, else through the send wizard.

        :return: action of the live view, or of the wizard
        """
        self.check_access('read')
        action = self.env['vatportal.send.wizard']._open(*(document._source() for document in self))
        return self._sent_as_before(action['context']) or action

    def _sent_as_before(self, context):
        """Send through the same connector, signed or not as before, what has not changed; None where a person has to look
        first. What e-taxes refused it would refuse again.

        :param context: the wizard's, as :meth:`action_send_again` opens it
        """
        jobs = self.env['vatportal.job'].union(*(document._sending() for document in self))
        connectors, signs = self.connector_id, set(jobs.mapped('sign'))
        if (
            len(connectors) != 1
            or not connectors.active
            or len(signs) != 1
            or any(document.reject_reason == 'refused' or not document.sudo().payload or not document._is_as_sent() for document in self)
        ):
            return None
        wizard = self.env['vatportal.send.wizard'].with_context(**context).create({'connector_id': connectors.id, 'sign': signs.pop()})
        if wizard.alerts or wizard.ready_count != len(self):
            return None
        return wizard.action_send()


# field of the SDK's Invoice -> our field, where it is a text
_OF_INVOICE = {
    'id': 'erp_id',
    'transp_reg_number': 'transp_reg_number',
    'from_wh': 'from_wh',
    'to_wh': 'to_wh',
    'main_qaime': 'main_qaime',
    'main_info': 'main_info',
    'add_info': 'add_info',
    'seller': 'seller_vat',
    'buyer': 'buyer_vat',
}


def _with_number(vals):
    """Return ``vals`` with the qaimə number in the form in which numbers compare."""
    return {**vals, 'qaime': qaime_number(vals['qaime'])} if vals.get('qaime') else vals
