from typing import NamedTuple

from odoo import models


class Part(NamedTuple):
    """Some goods of a transfer: a line of it, and how much of that stands on the electronic document, in the unit of the
    line's move."""

    line: models.Model
    quantity: float


class StockPicking(models.Model):
    """What of a transfer is sent: the company's own goods that left their warehouse and did not come back before that."""

    _inherit = 'stock.picking'  # pylint: disable=consider-merging-classes-inherited

    def _vatportal_parts(self, planned=False):
        """The goods that stand on the electronic document, as a list of :class:`Part`.

        :param planned: whether without what will be taken off the transfer that it returns, see ``stock.move``, ``_vatportal_taken_off()``
        """
        return [Part(*entry) for move in self.move_ids for entry in move._vatportal_left_less_returns(move._vatportal_taken_off(planned))]

    def _vatportal_leaving_lines(self):
        return self.move_ids._vatportal_lines().filtered(lambda line: line._vatportal_leaves() and line._vatportal_is_ours())

    def _vatportal_is_taken_back(self):
        # EXTENDS l10n_az_vatportal: all of it came back, or is to be taken off what it returns
        return self.state == 'done' and not self._vatportal_parts(planned=True)

    def _action_done(self):
        # EXTENDS stock: what is asked of a transfer whose document is no more is done once it is returned
        with self._vatportal_related()._vatportal_following_ends():
            return super()._action_done()

    def _vatportal_related(self):
        """The transfers of which more or less is left where these are moved, sent, or no more at e-taxes; whoever asks."""
        return self.sudo().move_ids._vatportal_related_by_returns().picking_id - self

    # ------------------------------------------------------------------ warehouses

    def _vatportal_origin_warehouse(self):
        """The warehouse that the goods came from, whatever the head says; the first of several."""
        own = self.location_id.warehouse_id
        found = self._vatportal_leaving_lines().location_id.warehouse_id
        return own if own in found else found[:1] or own

    def _vatportal_found_warehouse(self):
        """The warehouse of the company that all the goods go to; empty where there is none, or more than one."""
        lines = self._vatportal_leaving_lines()
        if not lines:
            return self.move_ids._vatportal_target_behind(self.location_dest_id)
        found = [line._vatportal_target() for line in lines]
        return found[0] if all(target == found[0] for target in found) else found[0].browse()

    def _vatportal_place_problems(self):
        """What of the transfer's lines does not fit one document: goods of several warehouses, or for several."""
        lines, _ = self._vatportal_leaving_lines(), self.env._
        origin, target = self.vatportal_from_warehouse_id, self.vatportal_to_warehouse_id
        problems = []
        if len(lines.location_id.warehouse_id) > 1:
            strange = lines.filtered(lambda line: line.location_id.warehouse_id != origin)
            problems.append(
                (
                    _('From Warehouse'),
                    strange[0],
                    _(
                        '%(lines)s came from %(others)s, the rest from %(warehouse)s. One document has one warehouse: return these '
                        'lines, and move them by a transfer of their own.',
                        lines=self._vatportal_names(strange),
                        others=', '.join(strange.location_id.warehouse_id.mapped('name')),
                        warehouse=origin.name,
                    ),
                )
            )
        strange = lines.filtered(lambda line: target and line.location_dest_id.warehouse_id not in (target, target.browse()))
        targets = lines.location_dest_id.warehouse_id
        if strange:
            problems.append(
                (
                    _('To Warehouse'),
                    strange[0],
                    _(
                        '%(lines)s went to %(others)s, not to %(warehouse)s. One document has one warehouse: return these lines, and '
                        'move them by a transfer of their own.',
                        lines=self._vatportal_names(strange),
                        others=', '.join(strange.location_dest_id.warehouse_id.mapped('name')),
                        warehouse=target.name,
                    ),
                )
            )
        elif not target and len(targets) > 1:
            problems.append(
                (
                    _('To Warehouse'),
                    lines[0],
                    _(
                        'Its lines went to several warehouses: %s. One document has one warehouse: return all but those for one of '
                        'them, and move them by transfers of their own.',
                        ', '.join(targets.mapped('name')),
                    ),
                )
            )
        return [self._vatportal_problem(field, text, line=line.move_id) for field, line, text in problems]

    # ------------------------------------------------------------------ what does not stand on the document

    def _vatportal_left_out_problems(self):
        """Say what of the transfer does not stand on the document, and why; an error where nothing is left."""
        moved, _ = self.move_ids._vatportal_lines(), self.env._
        texts = []
        stayed = moved.filtered(lambda line: not line._vatportal_leaves())
        if stayed:
            texts.append(_('%s stayed in the warehouse, or did not leave one.', self._vatportal_names(stayed)))
        foreign = (moved - stayed).filtered(lambda line: not line._vatportal_is_ours())
        for owner, lines in foreign.grouped('owner_id').items():
            texts.append(
                _(
                    '%(lines)s is the property of %(owner)s, not of the company: no goods transfer of its own.',
                    lines=self._vatportal_names(lines),
                    owner=owner.display_name,
                )
            )
        texts += self._vatportal_return_texts()
        asked = self._vatportal_never_sent_texts()
        if self._vatportal_parts():
            return [self._vatportal_problem(_('Lines'), _('Left out: %s', text), level='warning') for text in texts] + [
                self._vatportal_problem(_('Return'), text, level='warning', asks=True) for text in asked
            ]
        return [self._vatportal_problem(_('Lines'), '\n'.join([_('There is nothing to send.'), *texts, *asked]))]

    def _vatportal_return_texts(self):
        _ = self.env._
        texts = []
        for move in self.move_ids:
            back = sum(move._vatportal_came_back().values())
            if move.product_uom.compare(back, 0) > 0:
                returns = move.sudo()._vatportal_unsent_returns().picking_id
                texts.append(
                    _(
                        '%(quantity)s %(unit)s of %(line)s came back with %(returns)s before this was sent.',
                        quantity=_plain(back),
                        unit=move.product_uom.name,
                        line=self._vatportal_move_label(move),
                        returns=', '.join(returns.mapped('name')),
                    )
                )
            taken = move._vatportal_taken_off()
            if move.product_uom.compare(taken, 0) > 0:
                texts.append(
                    _(
                        '%(quantity)s %(unit)s of %(line)s came back before %(transfer)s was sent, and were taken off there.',
                        quantity=_plain(taken),
                        unit=move.product_uom.name,
                        line=self._vatportal_move_label(move),
                        transfer=', '.join(move._vatportal_origin().picking_id.mapped('name')),
                    )
                )
        return texts

    def _vatportal_never_sent_texts(self):
        """What came back by a transfer that never goes is taken off here; whether that one is at e-taxes in another way, nobody knows."""
        return [
            self.env._(
                '%(return)s, which returns goods of %(transfer)s, is never sent: “%(reason)s”. Where it is at e-taxes in another way, all of %(transfer)s '
                'has to be there, too: enter that at e-taxes.gov.az by hand, and say on its page, tab e-taxes, why it is not sent.',
                **{'return': picking.name},
                transfer=self.name,
                reason=picking.vatportal_unsent_reason.strip(),
            )
            for picking in self._vatportal_returns_never_sent()
        ]

    def _vatportal_returns_never_sent(self):
        return self.browse().sudo().union(*(move._vatportal_returns_never_sent() for move in self.move_ids))

    def _vatportal_unsent_origin_problems(self):
        """Warn of a return that is sent before what it returns."""
        _, unsent = self.env._, self.move_ids._vatportal_unsent_origins().filtered(lambda picking: picking._vatportal_is_to_go())
        left = unsent.filtered(lambda picking: picking._vatportal_parts(planned=True))
        taken_off = unsent.filtered(lambda picking: picking._vatportal_is_taken_off())
        texts = [text for picking in unsent - left - taken_off for text in picking._vatportal_never_sent_texts()]
        if left:
            text = _(
                'It returns goods of %s, which is not at e-taxes. Send that one instead: what came back is taken off there. If this '
                'one is sent, nothing is taken off.',
                ', '.join(left.mapped('name')),
            )
            texts.append(text)
        if taken_off:
            text = _(
                'It returns goods of %s, which is not at e-taxes, and nothing of that one is left: neither has to be sent. If this one is sent, '
                'that one has to be, too.',
                ', '.join(taken_off.mapped('name')),
            )
            texts.append(text)
        return [self._vatportal_problem(_('Return'), text, level='warning') for text in texts]

    def _vatportal_together_problems(self):
        # EXTENDS vatportal.source: a return does not go together with what it returns
        stopped = {}
        for picking in self:
            origins = picking.move_ids._vatportal_unsent_origins() & self
            if origins:
                stopped[picking] = [
                    picking._vatportal_problem(
                        self.env._('Return'),
                        self.env._('It returns goods of %s, which is sent now: what came back is taken off there.', ', '.join(origins.mapped('name'))),
                    )
                ]
        return super()._vatportal_together_problems() | stopped

    def _vatportal_names(self, lines):
        return ', '.join(dict.fromkeys(self._vatportal_move_label(move) for move in lines.move_id))


def _plain(number):
    return f'{number:.6f}'.rstrip('0').rstrip('.')
