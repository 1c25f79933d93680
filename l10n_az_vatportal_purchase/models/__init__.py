from . import account_move
from . import document
from . import answer
