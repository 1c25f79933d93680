from . import account_move
from . import account_move_send
from . import connector
from . import job
from . import pos_order
from . import pos_session
