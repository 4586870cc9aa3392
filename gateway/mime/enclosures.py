"""Files packed into one part: TNEF (winmail.dat) and uuencoded blocks, found again by their number."""

from gateway.mime.charset import decode
from gateway.mime.limits import EXPANDED_BYTES
from gateway.mime.packed import Unpacked
from gateway.mime.parts import Part
from gateway.mime.uuencode import take_out


def enclosed_files(part: Part) -> Unpacked | None:
    """Unpack a TNEF part; None when it is none or damaged beyond use."""
    from gateway.mime.tnef import read_tnef  # rare

    data = part.decoded()
    return read_tnef(data[:EXPANDED_BYTES]) if len(data) > 6 else None


def enclosed_content(part: Part, number: int) -> bytes | None:
    """Return the n-th packed file of a part, counted from 1; None when there is none."""
    if part.type.startswith("text/"):
        text = decode(part.decoded(), part.params.get("charset", "")).replace("\r\n", "\n").replace("\r", "\n")
        files = [file.content for file in take_out(text)[1]]
    else:
        unpacked = enclosed_files(part)
        files = [file.content for file in unpacked.files] if unpacked else []
    return files[number - 1] if 0 < number <= len(files) else None
