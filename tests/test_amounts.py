from .common import VatportalCommon


class TestAmounts(VatportalCommon):
    pass
