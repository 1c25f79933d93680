from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...vatportal import QaimeXmlError, outgoing_items, write_invoice, write_package
from .. import qaime_file
from ..states import FAR, FINAL_STATUSES, LIVE_STATES, baku_day


class AccountMove(models.Model):
    """Invoices as an e-taxes package, to be uploaded at e-taxes.gov.az by hand: the way out when the portal is down.

    A package is no sending: no document is made of it here, and nobody knows whether it was uploaded. The invoice
    remembers that there is one, so that nobody sends it a second time by accident; its number comes with the import of
    sent documents, or with the file that e-taxes gives back.
    """

    _inherit = 'account.move'

    vatportal_package_date = fields.Datetime(
        string='e-taxes Package Made on',
        readonly=True,
        copy=False,
        index='btree_not_null',
        help='When this invoice was last put into an e-taxes package, to be uploaded at e-taxes.gov.az by hand.',
    )
    vatportal_package_waits = fields.Boolean(
        string='Package, No Number Yet',
        compute='_compute_vatportal_package_waits',
        search='_search_vatportal_package_waits',
        export_string_translation=False,
        help='It was put into a package, and was not sent since.',
    )

    @api.depends('vatportal_package_date', 'vatportal_document_id.state', 'vatportal_document_id.date')
    def _compute_vatportal_package_waits(self):
        for move in self:
            document = move.sudo().vatportal_document_id
            sent = document.state in LIVE_STATES or document.date and move.vatportal_package_date and document.date > move.vatportal_package_date
            move.vatportal_package_waits = bool(move.vatportal_package_date) and not sent

    @api.model
    def _search_vatportal_package_waits(self, operator, value):
        if operator != 'in' or True not in value:
            return NotImplemented
        return Domain('vatportal_package_date', '!=', False) & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                'NOT EXISTS (SELECT FROM vatportal_document document WHERE document.id = %s AND (document.state IN %s OR document.date > %s))',
                model._field_to_sql(alias, 'vatportal_document_id', query),
                LIVE_STATES,
                model._field_to_sql(alias, 'vatportal_package_date', query),
            ),
            predicate=lambda move: move.vatportal_package_waits,
        )

    # ------------------------------------------------------------------ button

    def action_vatportal_xml(self):
        """Download these invoices as one e-taxes package; what stands against that, or should be looked at before, is
        shown in a dialog.

        :raises UserError: when they belong to several companies
        """
        self._vatportal_check_package()
        problems = self._vatportal_package_problems()
        if problems or not self:
            return {
                'type': 'ir.actions.act_window',
                'name': self.env._('e-taxes Package'),
                'res_model': 'vatportal.package.wizard',
                'view_mode': 'form',
                'target': 'new',
                'context': {'default_move_ids': [fields.Command.set(self.ids)]},
            }
        return self._vatportal_download_package()

    def action_vatportal_forget_package(self):
        """The package of these invoices was not uploaded and never will be: they can be sent without a warning."""
        self._vatportal_check_package()
        for move in self.filtered('vatportal_package_date'):
            move.sudo().vatportal_package_date = False
            move._message_log(body=self.env._('The e-taxes package of this invoice was not uploaded, as said here.'))
        return True

    def _vatportal_check_package(self):
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can make e-taxes packages.'))
        self.check_access('write')
        if len(self.company_id) > 1:
            raise UserError(self.env._('A package holds invoices of one company. Choose those of one of them.'))

    # ------------------------------------------------------------------ problems

    def _vatportal_package_warnings(self):
        if not self.vatportal_package_waits:
            return []
        return [
            self._vatportal_problem(
                self.env._('e-taxes Package'),
                self.env._(
                    'A package with this invoice was downloaded on %s. If it was uploaded at e-taxes.gov.az, do not send '
                    'the invoice again: its number comes with the next import of sent documents.',
                    self._vatportal_package_day(),
                ),
                level='warning',
                asks=True,
            )
        ]

    def _vatportal_package_day(self):
        local = fields.Datetime.context_timestamp(self, self.vatportal_package_date)
        return f'{local:%d.%m.%Y %H:%M}'

    def _vatportal_package_problems(self):
        """The problems of sending, and those of the file's form; see :meth:`_vatportal_problems`."""
        problems = []
        for company, moves in self.grouped('company_id').items():
            connector = self.env['vatportal.connector']._default_for(company)
            for move in moves:
                found = move._vatportal_problems(connector)
                found += move._vatportal_package_doubt()
                if not any(problem['level'] == 'error' for problem in found):
                    found += move._vatportal_form_problems(connector)
                problems += found
        return problems

    def _vatportal_package_doubt(self):
        """What was sent and may be there must not go in a package: it has no ERP id, so e-taxes would take it twice."""
        documents = self.sudo().vatportal_document_ids
        if not any(document.state == 'rejected' for document in documents.filtered_domain(documents._numbers_domain())):
            return []
        return [
            self._vatportal_problem(
                self.env._('e-taxes Package'),
                self.env._(
                    'The answer to an earlier sending was lost, so VatPortal may have this invoice already, and a package would make a second qaimə of it. '
                    'Send it again with “Send to e-taxes”: what is there is not taken twice.'
                ),
            )
        ]

    def _vatportal_form_problems(self, connector):
        """What the form of the file can't hold, though the portal's API could."""
        try:
            if not self._vatportal_sent_kind(connector)._fits_package():
                raise QaimeXmlError('only plain invoices can be written as a package', reason='kind', field='type')
            write_invoice(self._vatportal_as_file(connector))
        except QaimeXmlError as error:
            return [self._vatportal_problem(self.env._('e-taxes Package'), qaime_file.error_text(self.env, error))]
        transport = (self.vatportal_transp_reg_number or '').strip()
        if not transport:
            return []
        return [
            self._vatportal_problem(
                self._fields['vatportal_transp_reg_number']._description_string(self.env),
                self.env._('An e-taxes package has no place for it, so %s is left out. Enter it at e-taxes.gov.az when you upload the package.', transport),
                level='warning',
            )
        ]

    def _vatportal_as_file(self, connector):
        """This invoice as the SDK's :class:`Invoice`, named by its number: the file has no ERP id."""
        try:
            vals = self._vatportal_document_vals(connector)
        except outgoing_items.AmountError as error:
            raise UserError(self._vatportal_amount_problem(error)['message']) from None
        return replace(self.env['vatportal.document']._invoice_of(vals), id=self.name or '')

    # ------------------------------------------------------------------ package

    def _vatportal_download_package(self):
        """Make the package of these invoices, all of them ready, and return the action that downloads it."""
        connector = self.env['vatportal.connector']._default_for(self.company_id)
        moves = self._vatportal_in_order()
        content = write_package([move._vatportal_as_file(connector) for move in moves])
        now = fields.Datetime.now()
        moves.sudo().vatportal_package_date = now
        stamp = fields.Datetime.context_timestamp(self, now)
        package = self.env['ir.attachment'].create(
            {
                # Older readers at e-taxes take plain ASCII names only.
                'name': f'etaxes_{moves[0]._vatportal_seller_digits()}_{stamp:%Y%m%d_%H%M%S}.zip',
                'raw': content,
                'mimetype': 'application/zip',
                **({'res_model': self._name, 'res_id': self.id} if len(self) == 1 else {}),
            }
        )
        for move in moves:
            move._message_log(
                body=self.env._(
                    'Put into the e-taxes package %s. Upload it at e-taxes.gov.az; the number comes with the next import of '
                    'sent documents. Do not send the invoice to e-taxes as well.',
                    package.name,
                )
            )
        return {'type': 'ir.actions.act_url', 'url': f'/web/content/{package.id}?download=true', 'target': 'download'}

    def _vatportal_seller_digits(self):
        return ''.join(char for char in self.company_id.vat or '' if char in '0123456789')

    # ------------------------------------------------------------------ banner

    def _vatportal_package_alerts(self):
        if not self.vatportal_package_waits:
            return {}
        return {
            'vatportal_package': {
                'level': 'info',
                'message': self.env._(
                    'e-taxes: a package with this invoice was downloaded on %s. Once it is uploaded at e-taxes.gov.az, '
                    'the number comes with the next import of sent documents.',
                    self._vatportal_package_day(),
                ),
                'action_text': self.env._('It was not uploaded'),
                'action_call': ('account.move', 'action_vatportal_forget_package', self.ids),
            }
        }


class VatportalDocument(models.Model):
    """A document of the sent folder that went there in a package."""

    _inherit = 'vatportal.document'

    def _match_packaged(self):
        """The invoice from which a package was made, with the same buyer, total and main note. A file has no date."""
        moves = self._free_invoices([('vatportal_package_date', '!=', False), ('state', '=', 'posted')])
        linked, by_note = moves.browse(), defaultdict(moves.browse)
        for move in moves:
            for buyer in move._vatportal_buyer_keys():
                by_note[buyer, (move.vatportal_main_info or '').strip(), move._vatportal_total()] += move
        for document in self - self._copies():
            note, total = (document.main_info or '').strip(), document._amount_to_pay()
            found = moves.browse().union(*(by_note[buyer, note, total] for buyer in document._buyer_keys()))
            meant = (found - linked).filtered(lambda move, document=document: document._may_be_packaged(move))
            if note and total and len(meant) == 1:
                document._link(meant)
                linked |= meant

    def _may_be_packaged(self, move):
        """Whether this document can have come of the package with ``move``: it is in force, was not made before the package, is of
        about the same day, and nobody has said that it is another one."""
        if self.status in FINAL_STATUSES or move in self.other_move_ids:
            return False
        if not self.date:
            return True
        day = move.invoice_date or self._baku_date()
        return baku_day(move.vatportal_package_date) <= self._baku_date() and abs(self._baku_date() - day) <= FAR
