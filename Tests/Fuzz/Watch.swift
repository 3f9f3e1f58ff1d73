// What may go wrong with an input, and how it is told.

import Glibc
import Libraries

/// The input that is being tried, for the handlers that print it.
nonisolated(unsafe) var current = (number: 0, text: "")
/// When it began, in seconds.
nonisolated(unsafe) var began = 0

/// Unoptimized, the parser takes 15 times as long (28,000 plus signs: 1.5 s against 0.1 s); the second is meant for a
/// release build.
#if DEBUG
    let slowness = 15
#else
    let slowness = 1
#endif

func fail(_ reason: String) -> Never {
    StandardStream.error.write("fuzz: \(reason) at input \(current.number):\n\(current.text)\n")
    exit(1)
}

func seconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec
}

/// Resident megabytes of this process.
func residentMegabytes() -> Int {
    let fields = ((try? FileSystem.readText("/proc/self/statm")) ?? "").split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 / 1_000_000 : 0
}

func watch() {
    for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
        Glibc.signal(signal) { number in
            // Not safe in general; the process is lost anyway, and the program that did it is what one needs.
            StandardStream.error.write("fuzz: signal \(number) at input \(current.number):\n\(current.text)\n")
            _exit(1)
        }
    }
    // A second on the clock may have begun just before: three of them are more than one that has passed.
    Glibc.signal(SIGALRM) { _ in
        if seconds() - began > 2 * slowness { fail("more than \(slowness) s") }
        alarm(1)
    }
}
