// A library that is opened at its first use, because a start would wait for it and for all that it loads.

import Glibc

/// Stays open until the process ends, so that its functions may be kept.
struct DynamicLibrary {
    private let handle: UnsafeMutableRawPointer

    /// - Parameter name: with the version of its interface, as the linker would ask for it: `libcurl.so.4`.
    /// - Returns: `nil` where it is not installed.
    init?(_ name: String) {
        guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return nil }
        self.handle = handle
    }

    func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }

    /// - Parameter type: what its header declares, a `@convention(c)` function.
    func find<Function>(_ name: String, as type: Function.Type) -> Function? {
        symbol(name).map { unsafeBitCast($0, to: type) }
    }
}
