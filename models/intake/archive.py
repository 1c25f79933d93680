from datetime import datetime, time, timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools.misc import split_every

from ...vatportal import QaimeXmlError, archive
from ...vatportal.codes import known_status
from ...vatportal.decimals import json_number
from ...vatportal.qaime_read import read_document
from .. import portal_values, qaime_file
from ..amounts import decimal
from ..archive_sheets import Sheet
from ..states import BAKU_OFFSET, FINAL_STATUSES

# How many documents are in memory at a time.
CHUNK = 500
# The portal's name of a row's field -> ours.
ROW_TEXTS = {'prod_code': 'product_code', 'prod_name': 'name', 'unit_name': 'unit', 'barcode': 'barcode'}
ROW_FIGURES = {'unit_qty': 'quantity', 'unit_price': 'price_unit', 'grade': 'excise_rate'}
TEXTS = {
    'main_subject': 'main_info',
    'add_subject': 'add_info',
    'cmp_from': 'seller_name',
    'cmp_to': 'buyer_name',
    'tin_from': 'seller_vat',
    'tin_to': 'buyer_vat',
}


class VatportalDocument(models.Model):
    """Documents as an archive, see :mod:`..vatportal.archive`.

    What stands in it follows from what e-taxes has said of a document, or from its file, not from what Odoo made of it: so an
    archive that is read into an empty company gives the same one again. What Odoo made of it is a list of its own in it.
    """

    _inherit = 'vatportal.document'

    def action_archive_package(self):
        """Open the wizard that makes an archive of these documents.

        :raises UserError: when they belong to several companies
        """
        self.check_access('read')
        if len(self.company_id) > 1:
            raise UserError(self.env._('An archive holds documents of one company. Choose those of one of them.'))
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Archive of e-taxes Documents'),
            'res_model': 'vatportal.archive.wizard',
            'view_mode': 'form',
            'views': [[False, 'form']],
            'target': 'new',
            'context': {'default_company_id': self.company_id.id, 'default_document_ids': [Command.set(self.ids)]},
        }

    @api.model
    def _archive_domain(self, company, directions):
        """What is a document of ``company`` at e-taxes, whatever its date: numbers were given, or a file came from there."""
        return (
            Domain('company_id', '=', company.id)
            & Domain('direction', 'in', directions)
            & Domain('is_foreign', '=', False)
            & Domain('state', 'in', ('registered', 'deleted'))
            & (Domain('qaime', '!=', False) | Domain('file_name', '!=', False))
        )

    @api.model
    def _archive_period(self, date_from, date_to):
        """What was made on these days in Baku, the last one included."""
        first, end = (datetime.combine(day, time.min) - BAKU_OFFSET for day in (date_from, date_to + timedelta(days=1)))
        return Domain('date', '>=', first) & Domain('date', '<', end)

    def _write_archive(self, file, voen, with_books=False, **told):
        """Write the archive of these documents, part by part.

        :param file: opened for writing bytes
        :param with_books: also what Odoo made of each, which is not the same in every database
        :param told: what else its manifest tells
        """
        writer = archive.Writer(file)
        index = Sheet('e-taxes', self._archive_columns())
        books = Sheet('Odoo', self._archive_book_columns()) if with_books else None
        labels = self._archive_labels()
        for documents in self._archive_chunks():
            visible = self.union(*(document for document, _archived in documents))._archive_visible() if books else ()
            for document, archived in documents:
                words = archived.document()
                paths = writer.add(archived, words)
                index.add(self._archive_row(archived, words, labels, [part for path in paths for part in (path, writer.sums[path])]))
                if books:
                    books.add(document._archive_book_row(visible))
        writer.add_file(archive.INDEX, index.content(), packed=True)
        if books:
            writer.add_file(archive.BOOKS, books.content(), packed=True)
        writer.close(voen, language=self.env.lang or 'en_US', **told)

    # ------------------------------------------------------------------ one by one

    def _archive_chunks(self):
        """Yield lists of (document, :class:`archive.Archived`), in an order that is the same in every database."""
        files = self._archive_files()
        self.fetch(['direction', 'qaime', 'content_key', 'file_name'])
        marks = {document.id: files[document.id].checksum if document.id in files else document.content_key or '' for document in self}
        places = {}
        for ids in split_every(CHUNK, [doc.id for doc in self.sorted(lambda doc: (doc.direction, doc.qaime or '', marks[doc.id], doc.id))], list):
            part = self.browse(ids)
            part.fetch(['raw', 'payload'])
            found = []
            for document in part:
                name = document.qaime
                if not name:
                    key = document.direction, marks[document.id][:16]
                    places[key] = places.get(key, 0) + 1
                    name = archive.file_stem(marks[document.id], places[key])
                xml = files[document.id].raw if document.id in files else None
                found.append((document, archive.Archived(direction=document.direction, name=name, data=document._archive_data(xml), xml=xml or None)))
            yield found
            part.invalidate_recordset(flush=False)
            part.line_ids.invalidate_recordset(flush=False)

    def _archive_files(self):
        """The file of each of these documents that was read from one, if it is kept: dict of id → attachment."""
        read = self.filtered('file_name')
        # Whoever may read a document may have its file, which the chatter shows.
        attachments = self.env['ir.attachment'].sudo().search([('res_model', '=', self._name), ('res_id', 'in', read.ids)], order='id desc')
        names = {document.id: document.file_name for document in read}
        return {file.res_id: file for file in attachments if file.name == names[file.res_id]}

    def _archive_data(self, xml):
        """The JSON of this document. Its figures are the portal's own where it has told of the document."""
        # Only what came from there has a fingerprint; what was read from a file has its header as raw.
        data = self.raw if self.raw and self.fingerprint else self._archive_file_data(xml) or self._archive_composed()
        status = known_status(str(data.get('status') or ''))
        return archive.as_deleted(data) if self.state == 'deleted' and status not in FINAL_STATUSES else data

    def _archive_file_data(self, xml):
        """The JSON that the file alone gives; None where there is none, or the document has got its number in another way."""
        if not xml:
            return None
        try:
            read = read_document(xml)
            number = qaime_file.file_number(read)
            return archive.from_file(read, number) if number == (self.qaime or '') else None
        except (QaimeXmlError, ValueError):
            return None

    def _archive_composed(self):
        """What is kept of this document, in the form of a download."""
        mark = {'source': 'sent', 'payload': self.payload} if self.payload else {'source': 'record'}
        return {
            archive.MARK: mark,
            'qaime': self.qaime or '',
            'datetime': f'{self.date + BAKU_OFFSET:%d.%m.%Y %H:%M:%S}' if self.date else '',
            'status': self.status_code or '',
            'type': self.kind_id.code or '',
            **{theirs: self[ours] or '' for theirs, ours in TEXTS.items()},
            **{theirs: _figure(self[ours]) for ours, (theirs, _row) in portal_values.AMOUNTS.items()},
            'lines': [
                {
                    'line': place,
                    **{theirs: line[ours] or '' for theirs, ours in ROW_TEXTS.items()},
                    **{theirs: _figure(line[ours]) for theirs, ours in ROW_FIGURES.items()},
                    **{theirs: _figure(line[ours]) for ours, (_document, theirs) in portal_values.AMOUNTS.items()},
                }
                for place, line in enumerate(self.line_ids.sorted('sequence'), 1)
            ],
        }

    # ------------------------------------------------------------------ lists

    def _archive_columns(self):
        _, label = self.env._, self._archive_label
        return [
            (label('qaime'), 'text'),
            (label('date'), 'date'),
            (_('Folder'), 'text'),
            (label('kind_id'), 'text'),
            (label('status'), 'text'),
            *((label(name), 'text') for name in ('seller_vat', 'seller_name', 'buyer_vat', 'buyer_name', 'main_info', 'add_info')),
            *((label(name), 'amount') for name in portal_values.AMOUNTS),
            (_('Source of the JSON'), 'text'),
            (_('JSON'), 'text'),
            (_('SHA-256 of the JSON'), 'text'),
            (_('XML'), 'text'),
            (_('SHA-256 of the XML'), 'text'),
        ]

    def _archive_label(self, name):
        return self._fields[name]._description_string(self.env)

    def _archive_labels(self):
        """What codes mean to people: dict of field → code → text."""
        _ = self.env._
        kinds = self.env['vatportal.kind'].with_context(active_test=False).search([('code', '!=', False)])
        return {
            'direction': dict(self._fields['direction']._description_selection(self.env)),
            'status': dict(self._fields['status']._description_selection(self.env)),
            'kind': {kind.code.lower(): kind.name for kind in kinds},
            'source': {'portal': _("the portal's words"), 'sent': _('as it was sent'), 'file': _('a file of e-taxes'), 'record': _('what is kept here')},
        }

    def _archive_row(self, archived, words, labels, files):
        """A row of the index. ``files``: path and hash of the JSON, and of the XML if there is one."""
        status = 'deleted' if archived.is_deleted else known_status(words.status)
        return [
            words.qaime,
            words.datetime if archive.month_of(words) != archive.NO_DATE else None,
            labels['direction'][archived.direction],
            labels['kind'].get(words.type.lower(), words.type),
            labels['status'].get(status, words.status),
            words.tin_from,
            words.cmp_from,
            words.tin_to,
            words.cmp_to,
            words.main_subject,
            words.add_subject,
            *(getattr(words, theirs) for theirs, _row in portal_values.AMOUNTS.values()),
            labels['source'][archived.source],
            *files,
            *[None] * (4 - len(files)),
        ]

    def _archive_book_columns(self):
        _, label = self.env._, self._archive_label
        return [
            (label('qaime'), 'text'),
            (_('Folder'), 'text'),
            (label('partner_id'), 'text'),
            (_('Invoice or Bill'), 'text'),
            (_('Invoice Date'), 'date'),
            (_('State'), 'text'),
            (_('Total'), 'amount'),
            (_('Currency'), 'text'),
        ]

    def _archive_visible(self):
        """What these documents are linked with and the user may see: set of records."""
        linked = {}
        for document in self:
            for record in document.partner_id, document.move_id, document._source():
                linked.setdefault(record._name, set()).update(record.ids)
        return {record for model, ids in linked.items() for record in self.env[model].browse(ids)._filtered_access('read')}

    def _archive_book_row(self, visible):
        """What Odoo made of this document, as far as it is ``visible``."""
        partner, source, move = (record if record in visible else record.browse() for record in (self.partner_id, self._source(), self.move_id))
        states = dict(move._fields['state']._description_selection(self.env))
        return [
            self.qaime or self.name,
            dict(self._fields['direction']._description_selection(self.env))[self.direction],
            partner.display_name or '',
            source.display_name or '',
            move.invoice_date,
            states.get(move.state, ''),
            move.amount_total if move else None,
            move.currency_id.name or '',
        ]


def _figure(number):
    return json_number(decimal(number))
