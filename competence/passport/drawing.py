"""A code as a picture that a phone's camera reads."""

import segno


def code_picture(text: str) -> str:
    """An address of the form "data:image/svg+xml..." with the code, black on white with its quiet zone."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=8, border=4, light="#fff"))
