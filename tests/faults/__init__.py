"""Restored databases, comparisons, and random schedules of faults."""

from . import test_compare
from . import test_faults
from . import test_restored
