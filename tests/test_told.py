from .common import VatportalCommon
from .walk_common import WalkCommon


class TestTold(WalkCommon, VatportalCommon):
    """Nothing of another company's documents is told, by whatever model, field, form or error."""

    def test_nothing_is_told(self):
        count, told, broken = self.walk()
        self.assertEqual(told[:60], [], f"{len(told)} of {count} answers")
        self.assertEqual(broken[:60], [], f"{len(broken)} of {count} answers")
        self.assertGreater(count, 1000, "the walk itself must not be empty")
