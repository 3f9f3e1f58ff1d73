// Runs a piece of work on a thread with a stack large enough for the deepest program the parser lets through, whatever
// thread a front end happens to call from.

import Glibc

public enum LargeStack {
    /// Bytes; pages are only taken when touched. The parser takes up to 8 MB for the deepest program in a debug build,
    /// 4 MB in a release build; walking the tree takes more.
    static let size = 256 << 20

    /// Carries the work and its result across the thread that is started and joined here: no two threads ever touch it
    /// at once, hence unchecked.
    private final class Work<Result>: @unchecked Sendable {
        let body: () -> Result
        var result: Result?
        init(_ body: @escaping () -> Result) { self.body = body }
        func perform() { result = body() }
    }

    /// Set on threads that were started here: what they run has the large stack already.
    private static let mark: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Runs `body` to its end and returns its result; the caller waits. On a thread with a large stack it is a plain
    /// call.
    public static func run<Result>(_ body: () -> Result) -> Result {
        if pthread_getspecific(mark) != nil { return body() }
        return withoutActuallyEscaping(body) { body in
            let work = Work(body)
            let perform: () -> Void = { work.perform() }
            let box = Unmanaged.passRetained(Box(perform))
            var attributes = pthread_attr_t()
            pthread_attr_init(&attributes)
            pthread_attr_setstacksize(&attributes, size)
            var thread = pthread_t()
            let status = pthread_create(
                &thread, &attributes,
                { argument in
                    guard let argument else { return nil }
                    pthread_setspecific(LargeStack.mark, argument)
                    Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().perform()
                    return nil
                }, box.toOpaque())
            pthread_attr_destroy(&attributes)
            if status == 0 {
                pthread_join(thread, nil)
            } else {
                // No thread to be had: the caller's stack serves all but the deepest programs.
                box.release()
            }
            return work.result ?? body()
        }
    }

    private final class Box {
        let perform: () -> Void
        init(_ perform: @escaping () -> Void) { self.perform = perform }
    }
}
