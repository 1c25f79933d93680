from .receive import *
from .send import *
from .lifecycle import *
from .files import *
from .connector import *
from .reconcile import *
from .platform import *
from .faults import *
