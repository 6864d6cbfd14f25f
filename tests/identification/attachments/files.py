"""Small files that tell more than is seen on them. The word stands for whatever would tell."""

from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfWriter
from pypdf.generic import (
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from opennrm.identification.attachments.actions import Arrived, add_attachment

WORD = "PRIMERTRAG"
SIZE = (320, 200)


def an_attachment(case, by, *, data_class="person_identity", content=b"", words="Passport, first page", **more):
    arrived = Arrived(content or a_photo(), data_class, name=f"{WORD}.jpg", words=words)
    return add_attachment(case, arrived, by=by, **more)


def a_large_photo():
    """One that fills several pieces."""
    out = BytesIO()
    Image.effect_noise((400, 300), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def a_photo(form="JPEG", *, size=SIZE, turned=6, word=WORD):
    """A photo whose maker, place, comment, profile and notes hold the word, taken with the device on its side."""
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x9C9C] = word, turned, word.encode("utf-16-le")
    exif.get_ifd(0x8825)[1] = "N"
    told = {"exif": exif.tobytes(), "icc_profile": word.encode() + bytes(200)}
    if form == "PNG":
        notes = PngInfo()
        notes.add_text("Author", word)
        notes.add_itxt("XML:com.adobe.xmp", word)
        told["pnginfo"] = notes
    else:
        told["xmp"] = f"<x>{word}</x>".encode()
    if form == "JPEG":
        told["comment"] = word.encode()
    out = BytesIO()
    picture.save(out, form, **told)
    return out.getvalue()


def a_pdf(*, pages=1, password="", text="Seen on the page"):
    """A PDF whose properties, script, attached file and picture hold the word; its page shows a text."""
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(300, 300)
        page[NameObject("/Contents")] = writer._add_object(_stream(f"BT /F1 12 Tf 20 20 Td ({text}) Tj ET".encode()))
        page[NameObject("/Resources")] = DictionaryObject(
            {
                NameObject("/XObject"): DictionaryObject({NameObject("/Im0"): writer._add_object(_picture(writer))}),
                NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(_font())}),
            }
        )
        page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/X"): TextStringObject(WORD)})
    writer.add_metadata({"/Author": WORD, "/Title": WORD, "/Producer": WORD})
    writer.add_attachment(f"{WORD}.txt", WORD.encode())
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(WORD)}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.root_object[NameObject("/Metadata")] = writer._add_object(_stream(WORD.encode()))
    if password:
        writer.encrypt(password)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _stream(content):
    made = DecodedStreamObject()
    made.set_data(content)
    return made


def _font():
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    return DictionaryObject({NameObject(key): NameObject(value) for key, value in names.items()})


def _picture(writer):
    made = StreamObject()
    made._data = a_photo()
    names = {"/Type": "/XObject", "/Subtype": "/Image", "/ColorSpace": "/DeviceRGB", "/Filter": "/DCTDecode"}
    made.update({NameObject(key): NameObject(value) for key, value in names.items()})
    for key, value in (("/Width", SIZE[0]), ("/Height", SIZE[1]), ("/BitsPerComponent", 8)):
        made[NameObject(key)] = NumberObject(value)
    made[NameObject("/Metadata")] = writer._add_object(_stream(WORD.encode()))
    return made
