from itertools import zip_longest
from textwrap import shorten

from markupsafe import Markup

from odoo import api, fields, models

from ..amounts import decimal
from ..states import DELETED_STATUSES, TRANSITIONS
from .portal_import import PortalImport

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
        string='Not Ours',
        readonly=True,
        copy=False,
        index=True,
        help="The VÖEN on the document is not the company's. It is kept apart: no bill is made of it, no invoice matched with it.",
    )
    fingerprint = fields.Char(readonly=True, copy=False, help='Tells whether a download brings anything new.')
    import_job_id = fields.Many2one(
        'vatportal.job',
        string='Last Changed by',
        readonly=True,
        copy=False,
        ondelete='set null',
        index='btree_not_null',
        help='The import that brought this document, or its last change.',
    )

    counterparty_name = fields.Char(
        string='Counterparty',
        compute='_compute_counterparty_name',
        store=True,
        help='The seller of what was received, the buyer of what was sent, as e-taxes names them; of what was read from a file, as the partner is called here.',
    )

    @api.depends('direction', 'seller_name', 'buyer_name', 'partner_id.name')
    def _compute_counterparty_name(self):
        for document in self:
            name = document.seller_name if document.direction == 'incoming' else document.buyer_name
            # A file names no seller.
            document.counterparty_name = name or document.partner_id.sudo().name

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
        work = PortalImport(self, connector, direction, job)
        work.store(documents)
        # Also what is left from an earlier import: whoever imports once more expects it to be done.
        problems = self._follow_waiting([('company_id', '=', connector.company_id.id), ('direction', '=', direction)])
        return {
            'created': len(work.new_ids),
            'updated': len(work.changed_ids),
            'unchanged': work.unchanged,
            'foreign': work.foreign,
            'bad': work.bad,
            'problems': [*problems, *work.problems][:BAD_SHOWN],
            # A document that turned out to be one that was sent from here has been merged with it.
            'new': self.browse(work.new_ids).exists(),
            'changed': self.browse(work.changed_ids).exists(),
        }

    # ------------------------------------------------------------------ update

    def _update_from_portal(self, vals, lines, common):
        """Write what differs; return whether a person sees any of it.

        Status and amounts are tracked, so that old and new stand in the chatter.
        """
        self.ensure_one()
        returns = self._may_return(self.env['vatportal.job'].browse(common['import_job_id'])) and self._is_shown_standing(vals['status'])
        changes = self._changes(vals, lines)
        if not self.connector_id:
            changes['connector_id'] = common['connector_id']
        if not self._is_seen(changes) and not returns:
            # The portal writes a number in another way, say: kept, but no news.
            if changes:
                self.write(changes)
            return False
        if common['import_job_id']:
            changes['import_job_id'] = common['import_job_id']
        if self._has_new_status() and 'status' in changes:
            changes['bill_question'] = False  # what was asked because of the status, if anything
        changes['to_follow'] = False if vals['is_foreign'] else self.to_follow or 'changed'
        if self.status == 'unknown' == changes.get('status', self.status) and 'status_code' in changes:
            # The tracked status says "Other" before and after.
            self._message_log(body=self.env._('e-taxes status: %(old)s → %(new)s', old=self.status_code, new=changes['status_code']))
        if vals['status'] in DELETED_STATUSES and 'deleted' in TRANSITIONS[self.state]:
            self._set_state('deleted', **changes)
        else:
            self.write(changes)
            if returns:
                self._return_shown()
        self._ask_again(changes)
        return True

    def _changes(self, vals, lines):
        """What of ``vals``, and of its ``lines``, is news, as values to write; the chatter tells which rows change."""
        changes = {name: value for name, value in vals.items() if self._differs(name, value)}
        line_commands = self._line_commands(lines)
        if line_commands:
            self._log_line_changes(lines)
            changes['line_ids'] = line_commands
        return changes

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
        commands += [fields.Command.delete(line.id) for line in present[len(lines) :]]
        commands += [fields.Command.create(vals) for vals in lines[len(present) :]]
        return commands

    def _log_line_changes(self, lines):
        """Tell in the chatter what changes in the rows: with the same sums, nothing else would. The first download of
        what was sent from here is no change."""
        if not self.fingerprint:
            return
        _, texts = self.env._, []
        for position, (line, vals) in enumerate(zip_longest(self.line_ids.sorted('sequence'), lines), 1):
            if not line:
                texts.append(_('Row %(row)s is new: %(text)s', row=position, text=_row_text(vals)))
            elif not vals:
                texts.append(_('Row %(row)s is gone: %(text)s', row=position, text=_row_text(line)))
            elif changes := line._changes_text(vals):
                texts.append(_('Row %(row)s: %(text)s', row=position, text=changes))
        more = len(texts) - ROWS_LOGGED
        if more > 0:
            texts[ROWS_LOGGED:] = [_('%s more rows have changed.', more)]
        if texts:
            self._message_log(body=Markup('<ul>%s</ul>') % Markup().join(Markup('<li>%s</li>') % text for text in texts))


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
            for name in LOGGED
            if name in vals and self._differs_from(name, vals[name])
        )


def _shown(value):
    """A value of a row in the chatter: numbers without trailing zeros, texts not too long."""
    return f'{decimal(value):f}' if isinstance(value, float) else shorten(value or '–', 60, placeholder='…')


def _row_text(row):
    """A row in a few words; ``row`` is a record or values."""
    return f'{_shown(row["name"])}, {_shown(row["quantity"])} × {_shown(row["price_unit"])}'
