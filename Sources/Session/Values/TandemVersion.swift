// What this program calls itself in files that it writes.

/// Tandem's own version.
let tandemVersion = "0.1.0"
