// A user without rights, for the tests of what such a one may not do.

import Glibc

enum OtherUser {
    private typealias Setter = @convention(c) (UInt32) -> Int32
    private static let number: UInt32 = 23456

    /// Works with files as that user, on this thread alone: the process stays root's.
    static func does<Result>(_ work: () throws -> Result) rethrows -> Result {
        let setters = ["setfsgid", "setfsuid"].compactMap { (name: String) in
            dlsym(dlopen(nil, RTLD_NOW), name).map { unsafeBitCast($0, to: Setter.self) }
        }
        precondition(setters.count == 2, "this system cannot work with files as another user")
        for set in setters { _ = set(number) }
        defer { for set in setters.reversed() { _ = set(0) } }
        return try work()
    }
}
