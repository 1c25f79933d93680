import logging

from odoo import SUPERUSER_ID, api

from odoo.addons.l10n_az_vatportal.vatportal.names import text_key

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """A box holds what its vendor puts into it. "qutu" was the name of Odoo's pack of six since the installation; what
    people said of boxes in the list of aliases is kept for the products that are known."""
    env = api.Environment(cr, SUPERUSER_ID, {'active_test': False})
    pack = env.ref('uom.product_uom_pack_6', raise_if_not_found=False)
    if pack and pack.vatportal_unit == 'qutu':
        pack.vatportal_unit = 'qutu (6 ədəd)'
        _open_drafts(env, pack)
    for alias in env['vatportal.unit.alias'].search([]):
        if not alias.uom_id._vatportal_is_meant_by(alias.name):
            mappings = env['vatportal.product.mapping'].search(
                [
                    ('uom_id', '=', False),
                    ('unit', '!=', False),
                    ('product_id', '!=', False),
                    *([('company_id', '=', alias.company_id.id)] if alias.company_id else []),
                ]
            )
            mappings = mappings.filtered(
                lambda mapping, alias=alias: text_key(mapping.unit) == alias.key and mapping.product_id.uom_id._has_common_reference(alias.uom_id)
            )
            mappings.uom_id = alias.uom_id
            _logger.info('VatPortal: the alias “%s” of %s was kept for %s products of vendors', alias.name, alias.uom_id.name, len(mappings))
            alias.unlink()


def _open_drafts(env, pack):
    """Of drafts the product's own unit stands there again, with the warning: nobody had chosen the pack."""
    lines = env['account.move.line'].search([('vatportal_line_id', '!=', False), ('parent_state', '=', 'draft'), ('product_uom_id', '=', pack.id)])
    for line in lines.filtered(lambda line: text_key(line.vatportal_line_id.unit) == 'qutu'):
        line.with_context(vatportal_billing=True).product_uom_id = line.product_id.uom_id
