"""The XML files of e-taxes."""

from . import test_xml_in
from . import test_xml_again
from . import test_xml_mail
from . import test_xml_out
from . import test_xml_same
from . import test_xml_sent
from . import test_xml_branch
from . import test_xml_pack
from . import test_archive
