"""What was received and awaits the company's answer: with what it is compared, what is recommended, what a person decides."""

from . import advice
from . import facts
from . import answer
