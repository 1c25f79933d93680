from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import clean_context

from ...vatportal import QaimeXmlError, voen
from ...vatportal.qaime_read import read_document, xml_files
from .. import qaime_file
from ..portal_values import clean

# So many files that are no qaimə are named.
NAMES_SHOWN = 10


class VatportalDocument(models.Model):
    """Documents out of files of e-taxes (XML, or packages of them).

    A file whose number is known already means the document that has it; which one a file without a number means tells
    :meth:`_known_document`. What a file says never changes a document that is here already; the portal knows it better.
    """

    _inherit = 'vatportal.document'

    file_name = fields.Char(readonly=True, copy=False, help='The file of e-taxes of which the document was read.')
    is_mere_file = fields.Boolean(
        compute='_compute_is_mere_file', string='Known from a File Alone', help='Nothing but a file, which anybody can write, speaks of the document.'
    )
    content_key = fields.Char(
        readonly=True,
        copy=False,
        index='btree_not_null',
        help='Tells documents apart that were read from files without a number.',
        string='Fingerprint of the Contents',
    )
    file_move_ids = fields.One2many('account.move', 'vatportal_file_document_id', readonly=True, copy=False)

    _content_unique = models.UniqueIndex(
        "(company_id, direction, content_key) WHERE content_key IS NOT NULL AND qaime IS NULL AND state != 'deleted'",
        'A document with this content exists already.',
    )

    @api.depends('file_name', 'fingerprint', 'erp_id')
    def _compute_is_mere_file(self):
        for document in self:
            document.is_mere_file = bool(document.file_name) and not document.fingerprint and not document.erp_id

    # ------------------------------------------------------------------ reading

    @api.model
    def _split_files(self, name, content, limit=qaime_file.FILES_AT_ONCE):
        """Return [(file name, XML)] for a file, a package or a single XML; nothing of it is read yet.

        :raises UserError: saying why the file can't be opened
        """
        try:
            files = xml_files(content or b'')
        except QaimeXmlError as error:
            raise UserError(qaime_file.error_text(self.env, error)) from None
        if len(files) > limit:
            raise UserError(
                self.env._(
                    'The package holds %(count)s documents; %(limit)s can be taken at once. Divide it, or take it in with '
                    '“Import from e-taxes” if there are no more than %(most)s.',
                    count=len(files),
                    limit=limit,
                    most=qaime_file.FILES_IN_WIZARD,
                )
            )
        return [(clean(inner or name or '', 100) or 'qaime.xml', xml) for inner, xml in files]

    @api.model
    def _split_qaime(self, name, content):
        """Return ([(file name, XML)] of the e-taxes files, the names of the other XML files) as :meth:`_split_files`."""
        files = self._split_files(name, content)
        found = [(inner, xml) for inner, xml in files if qaime_file.is_qaime(xml)]
        others = [inner for inner, xml in files if not qaime_file.is_qaime(xml)]
        if not found:
            raise UserError(self.env._('The package holds no qaimə file: %s.', ', '.join(others[:NAMES_SHOWN])))
        return found, others

    @api.model
    def _from_file(self, company, name, xml):
        """Return (document, whether it is new) for one XML of e-taxes, in ``company``.

        :raises UserError: when the file is faulty, or the document is none of the company's
        """
        try:
            read = read_document(xml)
            vals, lines = qaime_file.document_values(read), qaime_file.line_values(read)
        except QaimeXmlError as error:
            raise UserError(qaime_file.error_text(self.env, error)) from None
        except ValueError as error:
            raise UserError(self.env._('The file holds what no invoice can have: %s.', error)) from None
        # Odoo's import leaves defaults of the draft in the context, which are no defaults of ours.
        context = clean_context(self.env.context)
        owner = self._taxpayer(company)
        Document = self.with_context(context).with_company(owner).sudo()  # pylint: disable=context-overridden
        vals |= Document._file_party_values(company, vals)
        document, is_new = Document._known_document(owner, vals, lines), False
        if document:
            document._note_file(name, vals)
        else:
            created = Document._create_from_file(owner, name, xml, vals, lines)
            # One that turned out to be another, read from a file without a number, has been merged with it.
            is_new = bool(created.exists())
            document = created.exists() or Document._known_document(owner, vals, lines)
        document._note_branch(company)
        return document.sudo(False), is_new

    def _note_branch(self, company):
        """The file was taken in by ``company``, the document's own or one of its branches."""
        branch = company - self.company_id
        if self.bill_company_id != branch and not self._is_billed():
            self.bill_company_id = branch

    def _file_party_values(self, company, vals):
        """The values that follow from who we are in the document.

        :raises UserError: when the company is neither buyer nor seller, or nobody can tell
        """
        own = self._own_voen(company)
        if not voen.is_voen(own):
            raise UserError(self.env._("%s has no VÖEN (10 digits), so nobody can tell whose the file is. Fill in the company's Tax ID.", company.name))
        if vals['seller_vat'] == own and not vals['qaime']:
            raise UserError(self.env._('%s issued this document itself, and the file carries no qaimə number yet. Upload it at e-taxes.gov.az.', company.name))
        if vals['buyer_vat'] == own:
            return {'direction': 'incoming', 'buyer_name': vals['buyer_name'] or company.name}
        if vals['seller_vat'] == own:
            if self.env.context.get('from_alias'):
                # Anybody may write a mail, and what is sent from here says what is sold.
                raise UserError(
                    self.env._('%s issued this document itself; such a file is not taken from a mail. Take it in with “Import from e-taxes”.', company.name)
                )
            return {'direction': 'outgoing', 'seller_name': company.name}
        other = self.env.user.company_ids.filtered(lambda other: voen.normalize(other.vat) == vals['buyer_vat'])[:1]
        hint = ' ' + self.env._('It belongs to %s: change to that company and take the file there.', other.name) if other else ''
        raise UserError(
            self.env._(
                'The document is none of %(company)s: its buyer has the VÖEN %(buyer)s, the company %(own)s.',
                company=company.name,
                buyer=vals['buyer_vat'] or '?',
                own=own,
            )
            + hint
        )

    def _create_from_file(self, company, name, xml, vals, lines):
        connector = self.env['vatportal.connector']._default_for(company)
        kod = vals['raw']['kod']
        kind = self.env.ref('l10n_az_vatportal.kind_default_invoice') if kod == qaime_file.PLAIN else None
        try:
            with self.env.cr.savepoint():
                document = self.create(
                    {
                        **vals,
                        'company_id': company.id,
                        'connector_id': connector.id,
                        'state': 'registered',
                        'kind_id': kind.id if kind else False,
                        'file_name': name,
                        'content_key': False if vals['qaime'] else self._free_key(company, vals, lines),
                        'line_ids': [Command.create(line) for line in lines],
                    }
                )
        except UniqueViolation:
            raise UserError(self.env._('Somebody else is importing the same document at this moment.')) from None
        document.message_post(body=self.env._('Read from a file of e-taxes.'), attachments=[(name, xml)], subtype_xmlid='mail.mt_note')
        document._on_imported(document, document.browse())
        return document

    def _keep_file(self, name, xml):
        """This document, which the portal has told of, was read from ``xml`` before."""
        self.env['ir.attachment'].create({'name': name, 'raw': xml, 'res_model': self._name, 'res_id': self.id})
        self.file_name = name

    def _note_file(self, name, vals):
        """A file of this document came once more: say so, and whether it says something else."""
        body = self.env._('Its file came again: %s.', name)
        if abs(self.amount_total - vals['amount_total']) >= 0.005:
            body += ' ' + self.env._(
                'Its total is %(file).2f AZN, that of the document %(document).2f AZN. The document was left as it is.',
                file=vals['amount_total'],
                document=self.amount_total,
            )
        self._message_log(body=body)

    # ------------------------------------------------------------------ the bill

    def _waiting_drafts(self, move_type):
        """Empty drafts that were made for the file of this document, which the bill may fill."""
        return self.file_move_ids.filtered(
            lambda move: (
                move._vatportal_is_empty_draft()
                and move.journal_id.type == 'purchase'
                and move.company_id == self._bill_company()
                and move_type.startswith('in_')
            )
        )

    def _filled_drafts(self):
        """Entries onto which the file of this document was put, and that have lines of another origin: a purchase order's,
        or typed ones."""
        return (
            self.file_move_ids.sudo()
            .filtered(lambda move: move.invoice_line_ids and move.state != 'cancel' and not move.vatportal_bill_document_id)
            .sudo(False)
            .with_env(self.env)
        )

    def _draft_question(self):
        filled = self._filled_drafts()
        return filled and self.env._(
            'The file of this document was put on %s, which has lines already. Link the document with it, or make another bill.',
            filled._vatportal_names_for_reader(),
        )

    def _file_notes(self):
        """What is to be said on a bill of a file that lacks something."""
        texts = []
        if not self.date:
            texts.append(self.env._('A file of e-taxes carries no date: enter the day of the document as bill date.'))
        if not self.qaime:
            texts.append(self.env._('The file carries no qaimə number. The next import from e-taxes brings it.'))
        return [{'level': 'warning', 'text': text} for text in texts]

    # ------------------------------------------------------------------ what a download brings

    def _complete_bill(self):
        """Write what the file lacked, and is known now, on a bill that still lacks it; and the day that was corrected."""
        self._follow_day()
        move, partner = self.move_id, self.partner_id
        if self.direction != 'incoming' or not self.file_name:
            return
        if partner.name == self.seller_vat and self.seller_name:
            partner.sudo().name = clean(self.seller_name, 200)
        if not move or move.state == 'cancel':
            return
        vals = {}
        if self.qaime and not move.ref:
            vals['ref'] = self.qaime
        if move.state == 'draft':
            if self.qaime and not move.payment_reference:
                vals['payment_reference'] = self._payment_reference()
            if self.date and not move.invoice_date:
                vals['invoice_date'] = self.bill_day = self._baku_date()
        if vals:
            move.sudo().with_context(vatportal_billing=True).write(vals)
