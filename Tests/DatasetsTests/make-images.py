#!/usr/bin/env python3
"""Writes Images/: small pictures in every form that image folders come in, and what Pillow makes of them (`.rgb`: height and width
as two bytes each, then [H, W, 3]). Run with Pillow; the files are kept, so that the tests need neither."""
import pathlib, struct, zlib
import numpy, PIL
from PIL import Image

folder = pathlib.Path(__file__).resolve().parent / "Images"
folder.mkdir(exist_ok=True)
height, width = 24, 37
y, x = numpy.mgrid[0:height, 0:width]
rgb = numpy.stack([x * 6, y * 10, 128 + 60 * numpy.sin(x / 5) * numpy.cos(y / 4)], -1).clip(0, 255).astype("uint8")
picture = Image.fromarray(rgb)
alpha = Image.fromarray(numpy.dstack([rgb, ((x + y) * 4).clip(0, 255).astype("uint8")]))


def write(name, image, shown=None, **options):
    if image:
        image.save(folder / name, **options)
    shown = shown or Image.open(folder / name).convert("RGB")
    data = numpy.asarray(shown)
    (folder / (name + ".rgb")).write_bytes(struct.pack("<HH", *data.shape[:2]) + data.tobytes())


write("plain.png", picture)
noise = numpy.random.default_rng(1).integers(0, 256, (96, 80, 3), dtype="uint8")
write("large.png", Image.fromarray(noise))
write("grey.png", picture.convert("L"))
write("palette.png", picture.convert("P", palette=Image.ADAPTIVE, colors=16))
write("bits.png", picture.convert("1"))
sixteen = (numpy.asarray(picture.convert("L")).astype("uint16") * 257)
write("sixteen.png", Image.fromarray(sixteen), picture.convert("L").convert("RGB"))
write("alpha.png", alpha)
write("see-through.png", picture.convert("P", palette=Image.ADAPTIVE, colors=16), transparency=3)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(depth, color, rows, *chunks, interlaced=0):
    """A PNG of raw rows, which Pillow cannot write."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def passes(data):
    """The seven passes of Adam7, each row with the filter 0."""
    for top, left, down, right in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
        for row in data[top::down, left::right]:
            if row.size:
                yield b"\0" + row.tobytes()


def write_bytes(name, data):
    (folder / name).write_bytes(data)
    write(name, None)


deep = (rgb.astype("uint16") * 256 + 200).astype(">u2")
write_bytes("deep.png", png(16, 2, b"".join(b"\0" + row.tobytes() for row in deep)))
write_bytes("interlaced.png", png(8, 2, b"".join(passes(rgb)), interlaced=1))
write_bytes("gamma.png", png(8, 2, b"".join(b"\0" + row.tobytes() for row in rgb), chunk(b"gAMA", struct.pack(">I", 100000))))
write("plain.jpg", picture, quality=90)
write("grey.jpeg", picture.convert("L"), quality=90)
write("progressive.jpg", picture, quality=90, progressive=True, subsampling=0)
write("cmyk.jpg", picture.convert("CMYK"), quality=95)
write("quarter.jpg", picture, quality=90, subsampling=2)
whole = (folder / "plain.jpg").read_bytes()
scan = whole.index(b"\xff\xda")
# What libjpeg warns of and Pillow reads in silence.
write_bytes("bytes-behind.jpg", whole + bytes(300))
write_bytes("bytes-between.jpg", whole[:20] + bytes(4) + whole[20:])
write_bytes("bad-exif.jpg", whole[:2] + b"\xff\xe1\x00\x12Exif\0\0II*\0\xff\xff\xff\xff" + whole[2:])
write_bytes("fill-bytes.jpg", whole[:2] + b"\xff" * 5 + whole[2:])
write_bytes("unknown-marker.jpg", whole[:2] + b"\xff\xef\x00\x06abcd" + whole[2:])
write_bytes("bad-code.jpg", whole[:-60] + bytes(20) + whole[-40:])
write_bytes("ends-early.jpg", whole[:-100] + b"\xff\xd9")
for size in [(12, 18), (9, 7), (48, 80), (24, 37)]:
    data = numpy.asarray(picture.resize(size[::-1], Image.BILINEAR))
    (folder / f"resized-{size[0]}x{size[1]}.rgb").write_bytes(struct.pack("<HH", *size) + data.tobytes())


def fitted(image, size):
    """torchvision's Resize(size) and CenterCrop(size) of a PIL image, version 0.20."""
    columns, rows = image.size
    short, long = sorted(image.size)
    scaled = int(size * long / short)
    columns, rows = (size, scaled) if columns <= rows else (scaled, size)
    image = image.resize((columns, rows), Image.BILINEAR)
    top, left = int(round((rows - size) / 2.0)), int(round((columns - size) / 2.0))
    return image.crop((left, top, left + size, top + size))


for name, size in [("plain.png", 16), ("plain.jpg", 23), ("large.png", 31), ("large.png", 96), ("tall.png", 20), ("plain.png", 40)]:
    if name == "tall.png":
        write(name, Image.fromarray(numpy.ascontiguousarray(noise[:, :29])))
    data = numpy.asarray(fitted(Image.open(folder / name).convert("RGB"), size))
    (folder / f"{name}-{size}.rgb").write_bytes(struct.pack("<HH", size, size) + data.tobytes())
print(f"Pillow {PIL.__version__}")
