#!/usr/bin/env python3
"""Writes Arrays/: small files in the formats of MNIST and SVHN, and of NumPy, as `gzip`, SciPy and NumPy write them. Run with SciPy;
the files are kept, so that the tests need none of them. Pixel (channel, row, column) of image i is
(5 row + 3 column + 50 channel + 7 i) mod 256, and its label i mod 10."""
import gzip, pathlib, struct
import numpy, scipy.io

folder = pathlib.Path(__file__).resolve().parent / "Arrays"


def images(count, channels, height, width):
    i, c, y, x = numpy.ogrid[:count, :channels, :height, :width]
    return ((5 * y + 3 * x + 50 * c + 7 * i) % 256).astype("uint8")


def labels(count):
    return numpy.arange(count) % 10


def idx(name, values, pack=True):
    data = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.astype("uint8").tobytes()
    (folder / name).write_bytes(gzip.compress(data, mtime=0) if pack else data)


(folder / "mnist").mkdir(parents=True, exist_ok=True)
idx("mnist/train-images-idx3-ubyte.gz", images(20, 1, 28, 28)[:, 0])
idx("mnist/train-labels-idx1-ubyte.gz", labels(20))
# Unpacked, and with the name that some mirrors give it.
idx("mnist/t10k-images.idx3-ubyte", images(10, 1, 28, 28)[:, 0], pack=False)
idx("mnist/t10k-labels-idx1-ubyte", labels(10), pack=False)

(folder / "svhn").mkdir(exist_ok=True)
for name, count, packs, kind in [("train", 12, True, "uint8"), ("test", 4, False, "float64")]:
    digits = numpy.where(labels(count) == 0, 10, labels(count)).astype(kind)[:, None]
    scipy.io.savemat(
        folder / f"svhn/{name}_32x32.mat", {"X": images(count, 3, 32, 32).transpose(2, 3, 1, 0), "y": digits},
        do_compression=packs)
