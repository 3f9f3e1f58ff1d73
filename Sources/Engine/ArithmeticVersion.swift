// Which rounding this engine does: part of what decides the bits of a run.

/// Goes up with every change of a kernel, an order of sums or a random stream that changes the bits of any training. The golden
/// digests of the tests fail where bits change without it.
public let arithmeticVersion = 1
