"""Package files to read."""

import io
import zipfile

import pytest

from vatportal import QaimeXmlError, read_package

ROW_205 = (
    '<row no="0"><c1>1234567890</c1><c2>Kağız</c2><c3>kq</c3><c4>2</c4><c5>50</c5><c6>100</c6><c7>0</c7><c8>0</c8>'
    '<c9>100</c9><c10>60</c10><c11>30</c11><c12>10</c12><c13>10.8</c13><c14>115.8</c14><c15>5</c15></row>'
)
OLD = (
    '<?xml version="1.0"?><root version="205" kod="QAIME_1"><qaimeKime>1234567891</qaimeKime>'
    '<qaimeKimden>9900003871</qaimeKimden><qaimeKimeAd>Alıcı &amp; Co</qaimeKimeAd><vo>25000100</vo><sn>MT2412</sn>'
    '<ds>AA</ds><dn>17</dn><des>Müqavilə</des><des2/><ma>Anbar</ma><mk>7</mk><product><qaimeTable>'
    + ROW_205
    + '</qaimeTable><qaimeYekunTable><row><c1>100</c1><c2>0</c2><c3>100</c3><c4>60</c4><c5>30</c5><c6>10</c6>'
    '<c7>10.8</c7><c8>115.8</c8></row></qaimeYekunTable></product></root>'
)


def package(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def refused(data):
    with pytest.raises(QaimeXmlError) as caught:
        read_package(data if isinstance(data, bytes) else data.encode())
    return caught.value
