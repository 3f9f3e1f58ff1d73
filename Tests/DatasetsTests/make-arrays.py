#!/usr/bin/env python3
"""Writes Arrays/: small files in the formats of MNIST and SVHN, and of NumPy, as `gzip`, SciPy and NumPy write them. Run with SciPy;
the files are kept, so that the tests need none of them. Pixel (channel, row, column) of image i is
(5 row + 3 column + 50 channel + 7 i) mod 256, and its label i mod 10."""
import gzip, pathlib, struct, zipfile
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

(folder / "numpy").mkdir(exist_ok=True)


def save(name, values, version=None):
    with open(folder / "numpy" / name, "wb") as file:
        numpy.lib.format.write_array(file, values, version=version)


gray, colors = images(20, 1, 6, 5)[:, 0], images(20, 3, 6, 5)
save("gray.npy", gray)
save("first.npy", colors, (2, 0))
save("last.npy", colors.transpose(0, 2, 3, 1).copy(), (3, 0))
save("both.npy", images(6, 3, 6, 3))
save("float32.npy", (colors / 255).astype("float32"))
save("float64.npy", (gray / 255).astype(">f8"))
save("signed.npy", (gray / 127.5 - 1).astype("float32"))
save("sixteenths.npy", (gray % 17).astype("float64"))
save("whole.npy", gray.astype("int64"))
save("booleans.npy", gray > 128)
save("flat.npy", gray.reshape(20, 30))
save("fortran.npy", numpy.asfortranarray(gray))
some = (colors / 255).astype("float32")
some[3, 1, 2] = numpy.nan
save("nan.npy", some)
save("nan-signed.npy", 20 * some - 10)
save("no-number.npy", numpy.full((20, 6, 5), numpy.nan))
save("texts.npy", numpy.array(["cat", "dog"])[labels(20) % 2])
save("objects.npy", numpy.array([{}, []], dtype=object))
# Sorted by class, as many keep them.
save("y.npy", numpy.sort(labels(20) % 4))
save("y-big-endian.npy", numpy.sort(labels(20) % 4).astype(">i2"))
save("y-column.npy", numpy.sort(labels(20) % 4).astype("uint8")[:, None])
save("y-float.npy", labels(20) / 2)
save("one-hot.npy", numpy.eye(4)[labels(20) % 4])
numpy.savez(folder / "numpy/plain.npz", x=gray, y=labels(20) % 4)
numpy.savez_compressed(
    folder / "numpy/parts.npz", train_images=colors, train_labels=labels(20) % 4, test_images=colors[:8],
    test_labels=labels(8) % 4, val_images=colors[:2], val_labels=labels(2))
numpy.savez(folder / "numpy/other.npz", a=gray, b=labels(20))
numpy.savez(folder / "numpy/fortran.npz", x=numpy.asfortranarray(gray), y=labels(20) % 4)
with zipfile.ZipFile(folder / "numpy/twice.npz", "w") as file:
    for name in ["gray", "y", "y"]:
        member = zipfile.ZipInfo("x.npy" if name == "gray" else "y.npy")
        file.writestr(member, (folder / f"numpy/{name}.npy").read_bytes())
