#!/usr/bin/env python3
"""Writes Images/redrawn-*.png: what torchvision makes of Images/plain.png (and of it in gray), one below the other. The tests
have the same lists of settings. Run with torchvision 0.29 and Pillow 13; the files are kept, so that the tests need neither."""
import pathlib
import numpy, PIL, torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode, functional as F
from torchvision.transforms.autoaugment import RandAugment, _apply_op

folder = pathlib.Path(__file__).resolve().parent / "Images"
colored = Image.open(folder / "plain.png").convert("RGB")
noise = Image.open(folder / "large.png").convert("RGB").crop((0, 0, 20, 20))
gray = colored.convert("L")
flat = Image.new("RGB", (8, 8), (40, 90, 200))
thin = colored.crop((3, 3, 9, 5))


def write(name, images):
    Image.fromarray(numpy.concatenate([numpy.asarray(image) for image in images])).save(folder / f"redrawn-{name}.png")


def zooms(image):
    height, width = image.height, image.width
    for top, left, rows, columns in [(0, 0, height, width), (3, 5, 12, 16), (0, 0, 24, 20), (4, 1, 20, 20), (2, 36, 7, 1), (23, 0, 1, 9)]:
        yield F.resized_crop(image, top, left, rows, columns, [height, width], InterpolationMode.BILINEAR)


def rotations(image):
    for angle in [0.0, 7.25, -15.0, 33.3, 90.0, -90.0, 179.5, 180.0, -120.0, 0.001]:
        yield F.rotate(image, angle)


def colors(image):
    changes = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation]
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    for order, factors in zip(orders, [(0.6, 1.4, 0.75), (1.3, 0.7, 1.4), (0.9, 1.1, 0.0), (1.25, 0.0, 1.0), (0.0, 1.2, 2.5), (1.39, 3.0, 0.61)]):
        result = image
        for change in order:
            result = changes[change](result, factors[change])
        yield result


def operations(image):
    for magnitude in [0, 3, 9, 14, 20, 30]:
        space = RandAugment()._augmentation_space(31, (image.height, image.width))
        for name, (magnitudes, signed) in space.items():
            value = float(magnitudes[magnitude].item()) if magnitudes.ndim > 0 else 0.0
            for sign in [1.0, -1.0] if signed else [1.0]:
                yield _apply_op(image, name, sign * value, InterpolationMode.NEAREST, None)


for name, results in [("zoom", zooms), ("rotate", rotations), ("color", colors), ("randaugment", operations)]:
    write(name, results(colored))
    write(f"{name}-gray", results(gray))
write("rotate-square", rotations(noise))
write("randaugment-noise", operations(noise))
write("randaugment-flat", operations(flat))
write("randaugment-thin", operations(thin))
print(f"torchvision {torchvision.__version__}, Pillow {PIL.__version__}")
