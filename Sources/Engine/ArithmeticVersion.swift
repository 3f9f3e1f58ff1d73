// How this engine rounds: part of what decides the bits of a run.

/// Increases with every change of a kernel, an order of sums or a random stream that changes the bits of any training.
/// The golden digests of the tests fail where bits change without it.
///
/// * 2: Adam's `1 - beta` and step size are computed in double, as PyTorch's; `mixed` computes a dilated convolution of
///   1x1 as one that is not dilated.
/// * 3: layer norm sums floats within a lane, and squares of what is left after the mean.
/// * 4: convolutions of 3x3 cut the last tiles of a map to what is left of it.
public let arithmeticVersion = 4
