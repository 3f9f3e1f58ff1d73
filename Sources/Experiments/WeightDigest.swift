// The fingerprint of trained weights: two networks that end with the same bits have the same text.

import Engine
import Libraries

extension TrainedParameters {
    /// SHA-256 over the float32 values, little-endian, tensor after tensor in PyTorch's order. Names are left out: the
    /// same layers have other names where a layer that does nothing is between them.
    func digest() -> String {
        var digest = Digest(.sha256)
        for index in tensors.indices { values(index).withUnsafeBytes { digest.update($0) } }
        return digest.finish().hexadecimal
    }
}
