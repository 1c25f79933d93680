import logging
from itertools import zip_longest
from textwrap import shorten

from markupsafe import Markup
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools.misc import split_every

from ..vatportal import qaime_number
from ..vatportal.codes import known_status
from . import portal_values
from .amounts import decimal
from .concurrency import CONCURRENT
from .states import DELETED_STATUSES, TRANSITIONS

_logger = logging.getLogger(__name__)

# How many documents are in memory at a time with all their lines.
CHUNK = 500
# How many documents that could not be read are named.
BAD_SHOWN = 20
# What of a changed row stands in the chatter, and of how many rows.
LOGGED = ('product_code', 'name', 'unit', 'quantity', 'price_unit', 'amount_total')
ROWS_LOGGED = 10


class VatportalDocument(models.Model):
    """Documents that come from the portal: stored once, kept true, and left alone as long as nothing changes."""

    _inherit = 'vatportal.document'

    amount_goods = fields.Float(tracking=True)
    amount_excise = fields.Float(tracking=True)
    amount_net = fields.Float(tracking=True)
    amount_vat_base = fields.Float(tracking=True)
    amount_not_subject = fields.Float(tracking=True)
    amount_zero = fields.Float(tracking=True)
    amount_exempt = fields.Float(tracking=True)
    amount_vat = fields.Float(tracking=True)
    amount_road = fields.Float(tracking=True)
    amount_total = fields.Float(tracking=True)

    is_foreign = fields.Boolean(
        string="Not Ours", readonly=True, copy=False, index=True,
        help="The VÖEN on the document is not the company's. It is kept apart: no bill is made of it, no invoice "
             "matched with it.")
    fingerprint = fields.Char(readonly=True, copy=False, help="Tells whether a download brings anything new.")
    import_job_id = fields.Many2one(
        'vatportal.job', string="Last Changed by", readonly=True, copy=False, ondelete='set null',
        index='btree_not_null', help="The import that brought this document, or its last change.")

    counterparty_name = fields.Char(
        string="Counterparty", compute='_compute_counterparty_name', store=True,
        help="The seller of what was received, the buyer of what was sent, as e-taxes names them; of what was read from a "
             "file, as the partner is called here.")
    qaime_search = fields.Char(compute='_compute_qaime_search', search='_search_qaime', export_string_translation=False)

    @api.depends('direction', 'seller_name', 'buyer_name', 'partner_id.name')
    def _compute_counterparty_name(self):
        for document in self:
            name = document.seller_name if document.direction == 'incoming' else document.buyer_name
            # A file names no seller.
            document.counterparty_name = name or document.partner_id.sudo().name

    # ------------------------------------------------------------------ one form of the number

    def _compute_qaime_search(self):
        for document in self:
            document.qaime_search = document.qaime

    def _search_qaime(self, operator, value):
        """Find a number however it is written: e-taxes shows it with a space."""
        if not isinstance(value, str):
            return NotImplemented
        return [('qaime', operator, qaime_number(value))]

    # ------------------------------------------------------------------ upsert

    @api.model
    def _upsert_from_portal(self, connector, direction, documents, job=None):
        """Store what the portal has; find by company, folder and qaimə number, write only what differs.

        Works on any number of documents in chunks. One that can't be stored does not keep the others from it.

        :param direction: 'incoming' | 'outgoing'
        :param documents: iterable of :class:`EtaxesDocument`; of one number given twice the last counts
        :param job: the ``vatportal.job`` that asked for them, if any
        :return: dict of ``created``, ``updated``, ``unchanged``, ``foreign`` (among the created and updated),
            ``bad``: counts; ``problems``: what is wrong with the first bad ones, list of str; ``new``,
            ``changed``: recordsets
        :raises ConcurrencyError: another import brought the same documents at this moment. Odoo runs a request again
            by itself; the second time finds them.
        """
        documents_by_key, problems = self._by_key(documents)
        result = {
            'created': 0, 'updated': 0, 'unchanged': 0, 'foreign': 0, 'bad': len(problems), 'problems': problems,
            'new': [], 'changed': [],
        }
        target = self.sudo().with_company(connector.company_id).with_context(active_test=False)
        # Looked up once; what each chunk needs of them is read with the chunk.
        found = dict(target._read_group([
            ('company_id', '=', connector.company_id.id), ('direction', '=', direction),
            ('qaime', 'in', list(documents_by_key)),
        ], ['qaime'], ['id:max']))
        common = {
            'connector_id': connector.id, 'company_id': connector.company_id.id, 'direction': direction,
            'import_job_id': job.id if job else False,
        }
        for chunk in split_every(CHUNK, documents_by_key.items(), list):
            target._upsert_chunk(chunk, found, common, result)
            # The changes are logged now: a chunk that fails would take the log of those before it along.
            self.env.cr.flush()
            # The next chunk does not need them any more.
            target.invalidate_model(flush=False)
            self.env['vatportal.document.line'].invalidate_model(flush=False)
        # Also what is left from an earlier import: whoever imports once more expects it to be done.
        result['problems'][:0] = self._follow_waiting(
            [('company_id', '=', connector.company_id.id), ('direction', '=', direction)])
        for key in ('new', 'changed'):
            # A document that turned out to be one that was sent from here has been merged with it.
            result[key] = self.browse(result[key]).exists()
        del result['problems'][BAD_SHOWN:]
        return result

    @api.model
    def _by_key(self, documents):
        by_key, problems = {}, []
        for document in documents:
            try:
                key = portal_values.document_key(document)
            except ValueError as error:
                problems.append(str(error))
                continue
            by_key.pop(key, None)
            by_key[key] = document
        return by_key, problems

    def _upsert_chunk(self, chunk, found, common, result):
        """Store ``chunk``, a list of (number, document). If that fails, its halves, down to the one that is bad."""
        try:
            with self.env.cr.savepoint():
                outcome = self._store_chunk(chunk, found, common)
        except CONCURRENT:
            raise
        except Exception as error:
            if self._is_race(error):
                raise ConcurrencyError(f"documents were imported at the same moment: {error}") from error
            if len(chunk) > 1:
                middle = len(chunk) // 2
                for half in (chunk[:middle], chunk[middle:]):
                    self._upsert_chunk(half, found, common, result)
                return
            _logger.warning("VatPortal: document %s could not be stored", chunk[0][0], exc_info=True)
            result['bad'] += 1
            result['problems'].append(f"{chunk[0][0]}: {error}")
            return
        new, changed, unchanged, foreign = outcome
        result['new'] += new.ids
        result['changed'] += changed.ids
        result['created'] += len(new)
        result['updated'] += len(changed)
        result['unchanged'] += unchanged
        result['foreign'] += foreign

    def _is_race(self, error):
        """Whether ``error`` says that another import brought the same at this moment: a document, or a kind new to both.
        What other modules forbid is no race."""
        Kind = self.env['vatportal.kind']
        ours = (self._qaime_unique.full_name(self), Kind._code_unique.full_name(Kind))
        return isinstance(error, UniqueViolation) and error.diag.constraint_name in ours

    def _store_chunk(self, chunk, found, common):
        """Return (new documents, changed documents, number of unchanged, number of foreign ones stored)."""
        own_voen = self._own_voen(self.env.company)
        known = self.browse([found[key] for key, _document in chunk if key in found])
        known_prints = {document.id: document.fingerprint for document in known}
        to_create, changed, unchanged, kind_ids = [], self.browse(), 0, {}
        for key, document in chunk:
            raw = portal_values.storable(document.raw)
            mark = portal_values.fingerprint(raw, own_voen)
            if key in found and known_prints[found[key]] == mark:
                unchanged += 1
                continue
            vals, kind_code = portal_values.document_values(document, common['direction'], own_voen)
            if kind_code not in kind_ids:
                kind_ids[kind_code] = kind_code and self.env['vatportal.kind']._get_or_create(kind_code).id
            vals |= {'kind_id': kind_ids[kind_code], 'fingerprint': mark, **_status(vals['status_code'])}
            lines = portal_values.line_values(document)
            if key in found:
                if known.browse(found[key])._update_from_portal(vals, lines, common):
                    changed += known.browse(found[key])
                else:
                    unchanged += 1
            else:
                to_create.append(self._new_values(vals, lines, common))
        # Nobody wants five thousand "created" messages, and nothing is changed yet that could be logged.
        new = self.with_context(tracking_disable=True).create(to_create).with_env(self.env)
        known._note_shown(changed, common)
        foreign = len((new + changed).filtered('is_foreign'))
        return new, changed, unchanged, foreign

    @api.model
    def _new_values(self, vals, lines, common):
        return {
            **vals, **common,
            'seen_connector_id': common['connector_id'],
            'to_follow': False if vals['is_foreign'] else 'new',
            'state': 'deleted' if vals['status'] in DELETED_STATUSES else 'registered',
            'line_ids': [fields.Command.create(line) for line in lines],
        }

    # ------------------------------------------------------------------ update

    def _update_from_portal(self, vals, lines, common):
        """Write what differs; return whether a person sees any of it.

        Status and amounts are tracked, so that old and new stand in the chatter.
        """
        self.ensure_one()
        changes = {name: value for name, value in vals.items() if self._differs(name, value)}
        line_commands = self._line_commands(lines)
        if line_commands:
            self._log_line_changes(lines)
            changes['line_ids'] = line_commands
        if not self.connector_id:
            changes['connector_id'] = common['connector_id']
        if not self._is_seen(changes):
            # The portal writes a number in another way, say: kept, but no news.
            self.write(changes)
            return False
        if common['import_job_id']:
            changes['import_job_id'] = common['import_job_id']
        if self._has_new_status() and 'status' in changes:
            changes['bill_question'] = False  # what was asked because of the status, if anything
        changes['to_follow'] = False if vals['is_foreign'] else self.to_follow or 'changed'
        if self.status == 'unknown' == changes.get('status', self.status) and 'status_code' in changes:
            # The tracked status says "Other" before and after.
            self._message_log(body=self.env._(
                "e-taxes status: %(old)s → %(new)s", old=self.status_code, new=changes['status_code']))
        if vals['status'] in DELETED_STATUSES and 'deleted' in TRANSITIONS[self.state]:
            self._set_state('deleted', **changes)
        else:
            self.write(changes)
        return True

    def _is_seen(self, changes):
        """Whether a person sees any of the ``changes``. The code of a status that we know stands nowhere."""
        unseen = {'raw', 'fingerprint', 'connector_id'}
        if self.status == changes.get('status', self.status) != 'unknown':
            unseen.add('status_code')
        return bool(changes.keys() - unseen)

    def _differs(self, name, value):
        """Whether ``value`` is news for field ``name``. An empty text is none: what we know stays."""
        field, present = self._fields[name], self[name]
        if field.type == 'float':
            return decimal(present) != decimal(value)
        if field.type == 'many2one':
            return bool(value) and present.id != value
        if field.type in ('char', 'selection', 'datetime'):
            return bool(value) and present != value
        return present != value

    def _line_commands(self, lines):
        """Return the commands that turn the present lines into ``lines``, row by row.

        A row that is about the same goods stays linked with its product and invoice line.
        """
        present = self.line_ids.sorted('sequence')
        commands = []
        for line, vals in zip(present, lines, strict=False):
            changes = {name: value for name, value in vals.items() if line._differs_from(name, value)}
            if {'product_code', 'name'} <= changes.keys():
                changes.update(product_id=False, move_line_id=False)
            if changes:
                commands.append(fields.Command.update(line.id, changes))
        commands += [fields.Command.delete(line.id) for line in present[len(lines):]]
        commands += [fields.Command.create(vals) for vals in lines[len(present):]]
        return commands

    def _log_line_changes(self, lines):
        """Tell in the chatter what changes in the rows: with the same sums, nothing else would. The first download of
        what was sent from here is no change."""
        if not self.fingerprint:
            return
        _, texts = self.env._, []
        for position, (line, vals) in enumerate(zip_longest(self.line_ids.sorted('sequence'), lines), 1):
            if not line:
                texts.append(_("Row %(row)s is new: %(text)s", row=position, text=_row_text(vals)))
            elif not vals:
                texts.append(_("Row %(row)s is gone: %(text)s", row=position, text=_row_text(line)))
            elif changes := line._changes_text(vals):
                texts.append(_("Row %(row)s: %(text)s", row=position, text=changes))
        more = len(texts) - ROWS_LOGGED
        if more > 0:
            texts[ROWS_LOGGED:] = [_("%s more rows have changed.", more)]
        if texts:
            self._message_log(body=Markup("<ul>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % text for text in texts))


class VatportalDocumentLine(models.Model):
    _inherit = 'vatportal.document.line'

    def _differs_from(self, name, value):
        """Whether ``value`` is news for field ``name``."""
        field, present = self._fields[name], self[name]
        if field.type == 'float':
            return decimal(present) != decimal(value)
        return (present or '') != (value or '')

    def _changes_text(self, vals):
        """What ``vals`` change in this row, old → new; '' where it is nothing that counts."""
        return '; '.join(
            f'{self._fields[name]._description_string(self.env)} {_shown(self[name])} → {_shown(vals[name])}'
            for name in LOGGED if name in vals and self._differs_from(name, vals[name]))


def _status(code):
    """Return the values of the status fields; a status that is new to us is kept as it came."""
    return {'status_code': code or False, 'status': (known_status(code) or 'unknown') if code else False}


def _shown(value):
    """A value of a row in the chatter: numbers without trailing zeros, texts not too long."""
    return f'{decimal(value):f}' if isinstance(value, float) else shorten(value or '–', 60, placeholder='…')


def _row_text(row):
    """A row in a few words; ``row`` is a record or values."""
    return f"{_shown(row['name'])}, {_shown(row['quantity'])} × {_shown(row['price_unit'])}"
