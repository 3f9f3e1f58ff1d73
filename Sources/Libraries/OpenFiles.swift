// How many files and sockets the process may have open.

import Glibc

public enum OpenFiles {
    /// Raises the soft limit to the hard one: 200 Jupyter clients take 1,000 sockets, and 1,024 is what many shells
    /// allow.
    public static func allowAll() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
