#!/usr/bin/env python3
"""Writes Images/: small pictures in every form that image folders come in, and what Pillow makes of them (`.rgb`: height and width
as two bytes each, then [H, W, 3]). Run with Pillow; the files are kept, so that the tests need neither."""
import io, pathlib, struct
import numpy, PIL
from PIL import Image

folder = pathlib.Path(__file__).resolve().parent / "Images"
folder.mkdir(exist_ok=True)
height, width = 24, 37
y, x = numpy.mgrid[0:height, 0:width]
rgb = numpy.stack([x * 6, y * 10, 128 + 60 * numpy.sin(x / 5) * numpy.cos(y / 4)], -1).clip(0, 255).astype("uint8")
picture = Image.fromarray(rgb)
alpha = Image.fromarray(numpy.dstack([rgb, ((x + y) * 4).clip(0, 255).astype("uint8")]))
white = Image.new("RGBA", alpha.size, "white")


def write(name, image, shown=None, **options):
    image.save(folder / name, **options)
    shown = shown or Image.open(folder / name).convert("RGB")
    data = numpy.asarray(shown)
    (folder / (name + ".rgb")).write_bytes(struct.pack("<HH", *data.shape[:2]) + data.tobytes())


write("plain.png", picture)
write("grey.png", picture.convert("L"))
write("palette.png", picture.convert("P", palette=Image.ADAPTIVE, colors=16))
write("bits.png", picture.convert("1"))
sixteen = (numpy.asarray(picture.convert("L")).astype("uint16") * 257)
write("sixteen.png", Image.fromarray(sixteen), picture.convert("L").convert("RGB"))
write("alpha.png", alpha, Image.alpha_composite(white, alpha).convert("RGB"))
write("plain.jpg", picture, quality=90)
write("grey.jpeg", picture.convert("L"), quality=90)
write("progressive.jpg", picture, quality=90, progressive=True, subsampling=0)
write("cmyk.jpg", picture.convert("CMYK"), quality=95)
for size in [(12, 18), (9, 7), (48, 80), (24, 37)]:
    data = numpy.asarray(picture.resize(size[::-1], Image.BILINEAR))
    (folder / f"resized-{size[0]}x{size[1]}.rgb").write_bytes(struct.pack("<HH", *size) + data.tobytes())
print(f"Pillow {PIL.__version__}")
