from odoo import api, models
from odoo.fields import Domain

from .. import qaime_file
from ..states import FINAL_STATUSES


class VatportalDocument(models.Model):
    """Which document a file without a number is, and which download it is.

    Packages have no numbers before their upload, so such a file is told apart by its content, see
    :func:`qaime_file.content_key`: a second file with the same content is the same document, and so is the one download
    with it, which brings the number. Another note, or other names, mean another document. Where two downloads fit, or
    the bill that was confirmed does not say the same, nothing is taken for granted: a person is asked before a bill is
    made, see :meth:`_may_be_same`.
    """

    _inherit = 'vatportal.document'

    def _content_key(self):
        return qaime_file.content_key(self, self.line_ids)

    @api.model
    def _known_document(self, company, vals, lines):
        """The document that a file with ``vals`` and ``lines`` is about, if it is here already."""
        domain = Domain('company_id', '=', company.id) & Domain('direction', '=', vals['direction'])
        if vals['qaime']:
            return self.search(domain & Domain('qaime', '=', vals['qaime']), limit=1)
        if self.env.context.get('vatportal_other_document'):
            return self.browse()
        key = qaime_file.content_key(vals, lines)
        # What has its number by now has the portal's words, and of its file the key.
        same = self._alike(domain, vals).filtered(lambda document: key in (document._content_key(), document.content_key))
        return same.filtered(lambda document: not document.qaime)[:1] or (same if len(same) == 1 else self.browse())

    @api.model
    def _alike(self, domain, vals):
        """The documents in force in ``domain`` with the seller and the total of ``vals``, a record or a dict."""
        return self.search(
            domain
            & Domain('amount_total', '>=', vals['amount_total'] - 0.01)
            & Domain('amount_total', '<=', vals['amount_total'] + 0.01)
            & Domain('seller_vat', '=', vals['seller_vat'])
            & Domain('state', '!=', 'deleted'),
            order='id',
        ).filtered(lambda document: document.status not in FINAL_STATUSES)

    def _is_billed(self):
        # A branch's bill may be seen by whoever works there alone.
        return bool(self.sudo().move_id) and self.sudo().move_id.state != 'cancel'

    @api.model
    def _free_key(self, company, vals, lines):
        """The content's key, or one like it where a person says that this is another document all the same."""
        key = qaime_file.content_key(vals, lines)
        if not self.env.context.get('vatportal_other_document'):
            return key
        taken = self.search_count([('company_id', '=', company.id), ('direction', '=', vals['direction']), ('content_key', '=like', f'{key}%')])
        return f'{key}:{taken}' if taken else key

    # ------------------------------------------------------------------ what a download brings

    @api.model
    def _merge_numberless(self, created, changed):
        """Downloads, and files, with the content of a file that had no number are that document. Return both sets anew."""
        fresh = created.sudo().filtered(lambda document: document.qaime and document.direction == 'incoming' and document.state == 'registered')
        waiting = fresh and self.sudo().search(
            [
                ('company_id', 'in', fresh.company_id.ids),
                ('direction', '=', 'incoming'),
                ('content_key', '!=', False),
                ('qaime', '=', False),
                ('state', '=', 'registered'),
                ('seller_vat', 'in', fresh.mapped('seller_vat')),
            ]
        )
        meant = {}
        for document in waiting:
            download = document._download_meant()
            meant[download] = document if download not in meant else self.browse()
        for download in fresh:
            document = meant.get(download)
            if document:
                created -= download
                changed |= document.with_env(changed.env)
                document._take_in(download)
        return created, changed

    def _download_meant(self):
        """The download that this document of a file without a number surely is; an empty recordset for none or several.
        What a person has typed on its bill decides before the content does."""
        fitting = self._may_be_same()
        named = fitting.filtered(lambda download: self.move_id._vatportal_bears(download.qaime))
        key = self.content_key.partition(':')[0]
        chosen = named or fitting.filtered(lambda download: download._content_key() == key)
        sure = len(chosen) == 1 and self._takes_number(chosen.qaime, chosen.date and chosen._baku_date())
        # Somebody may have entered a bill with this number beside the file's.
        return chosen if sure and not chosen._bills_with_number() else self.browse()

    def _takes_number(self, qaime, day):
        """Whether this document, which has no number, may be given ``qaime`` without asking: not against what people have
        typed on its bill, and on a confirmed one only where its day is that of the document, ``day``."""
        move = self.move_id
        if not self._is_billed() or move._vatportal_bears(qaime):
            return True
        if move._vatportal_numbers():
            return False
        if move.state == 'draft' and not (move.invoice_date and day):
            return True
        return move.invoice_date == day

    def _take_in(self, other):
        """``other`` is this document: one of both was read from a file without a number. It goes, and what is known of it
        stays here."""
        drafts = other.file_move_ids
        if self.qaime:
            other._hand_over(self)
            other._set_state('deleted', content_key=False)
            other.unlink()
        else:
            number = other.qaime
            self.write({name: other[name] for name in ('seller_name', 'buyer_name') if other[name]} | {'kind_id': other.kind_id.id or self.kind_id.id})
            # Takes over what the download knows, and removes it.
            self._absorb_download(number)
            self.qaime = number
        (drafts - self.move_id)._vatportal_existing_bills()

    def _take_file(self, other):
        files = self.env['ir.attachment'].search([('res_model', '=', self._name), ('res_id', '=', other.id)])
        files.res_id = self.id
        if other.file_name:
            self.file_name = self.file_name or other.file_name
            # What people have put on it is theirs.
            read = files - other.message_ids.filtered(lambda message: message.message_type == 'comment').attachment_ids
            self._message_log(body=self.env._('Read from a file of e-taxes.'), attachment_ids=read.ids)

    # ------------------------------------------------------------------ where it is not sure

    def _may_be_same(self, companies=None):
        """The documents that may be this very one: one has a number and the other came in a file without, the content is
        about the same, and nothing that people have typed speaks against it.

        :param companies: where to look; without it in the document's own
        """
        self.ensure_one()
        if self.direction != 'incoming' or not (self.qaime or self.content_key):
            return self.browse()
        domain = Domain('company_id', 'in', (self.company_id if companies is None else companies).ids) & Domain('direction', '=', 'incoming')
        domain &= Domain('qaime', '=', False) & Domain('content_key', '!=', False) if self.qaime else Domain('qaime', '!=', False)
        own = qaime_file.likeness(self, self.line_ids)
        return (
            (self.sudo()._alike(domain, self) - self)
            .filtered(
                lambda other: (
                    not other.bill_ignored
                    and not (self._is_billed() and other._is_billed())
                    and qaime_file.are_alike(own, qaime_file.likeness(other, other.line_ids))
                    and not self._is_contradicted(other)
                )
            )
            .with_env(self.env)
        )

    def _is_contradicted(self, other):
        """Whether the bill of the one of both that has no number bears another one than the other document's."""
        numberless, numbered = (other, self) if self.qaime else (self, other)
        move = numberless.sudo().move_id
        return numberless._is_billed() and bool(move._vatportal_numbers()) and not move._vatportal_bears(numbered.qaime)

    def _same_question(self):
        others = self._may_be_same()
        # Without a number a document is named by its bill.
        names = [
            f'{other.qaime or other.file_name} ({other.move_id.with_env(self.env)._vatportal_names_for_reader()})' if other._is_billed() else other.display_name
            for other in others.sudo()
        ]
        return others and self.env._(
            'This may be the same document as %s: the content is the same, and one of them came as a file without a '
            'number. Link it with the bill of the other one, or make another bill.',
            ', '.join(names),
        )

    def _same_with_bill(self, move):
        """The document that has ``move`` as its bill and may be this very one, which has none; else an empty recordset."""
        other = move.sudo().vatportal_bill_document_id - self
        return other if other and other in self._may_be_same() and not self._is_billed() else self.browse()

    def _become_one_with(self, other):
        """A person says that ``other``, which has a bill, is this document; return the action that shows the bill."""
        move = other.move_id.sudo(False).with_env(self.env)
        move.check_access('write')
        rivals = other.sudo()._may_be_same() - self
        other.sudo()._take_in(self.sudo())
        other.sudo()._complete_bill()
        # They were asked about because of a document that is another one now.
        rivals.filtered(lambda document: not document._is_billed()).sudo().bill_question = False
        rivals.sudo()._request_wanted_bills()
        return move._vatportal_open()
