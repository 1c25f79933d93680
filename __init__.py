from . import models
from . import wizards

# The e-taxes names of Odoo's own units; set once, at installation, and only where nobody chose one.
_UNITS = {
    'product_uom_unit': 'ədəd',
    'product_uom_pack_6': 'qutu (6 ədəd)',
    'product_uom_dozen': 'düjün',
    'product_uom_hour': 'saat',
    'product_uom_day': 'gün',
    'product_uom_minute': 'dəqiqə',
    'product_uom_millimeter': 'mm',
    'product_uom_cm': 'sm',
    'product_uom_meter': 'metr',
    'product_uom_km': 'km',
    'product_uom_square_meter': 'm²',
    'product_uom_milliliter': 'ml',
    'product_uom_litre': 'litr',
    'product_uom_cubic_meter': 'm³',
    'product_uom_gram': 'qram',
    'product_uom_kgm': 'kq',
    'product_uom_ton': 'ton',
    'product_uom_kwh': 'kVt-saat',
}


def _post_init(env):
    """Give Odoo's units their Azerbaijani names (install only, so that later choices of the users stay)."""
    for name, unit in _UNITS.items():
        uom = env.ref(f'uom.{name}', raise_if_not_found=False)
        if uom and not uom.vatportal_unit:
            uom.vatportal_unit = unit
