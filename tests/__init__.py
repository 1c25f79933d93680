from .receive import *
from .send import *
from .lifecycle import *
from .files import *
from .connector import *
from .platform import *
from .faults import *
