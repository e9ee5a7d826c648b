"""Which kinds of file are taken: told by their first bytes, never by name or by what is claimed."""

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"

PICTURES = frozenset({JPEG, PNG, WEBP})
TAKEN = (JPEG, PNG, WEBP, PDF)
ENDINGS = {JPEG: "jpg", PNG: "png", WEBP: "webp", PDF: "pdf"}


def kind_of(content: bytes) -> str | None:
    """Return the content type of a file that we take; None for any other."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    return None
