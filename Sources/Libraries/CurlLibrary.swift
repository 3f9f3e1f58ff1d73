// libcurl, opened at its first use: it loads 47 shared objects, 4 MB and 4 ms that a session without a download saves.

import CCurl
import Glibc

/// The functions of libcurl that `Download` calls, found by name.
struct CurlLibrary: @unchecked Sendable {
    /// A transfer (`CURL *`) or a set of them (`CURLM *`).
    typealias Handle = UnsafeMutableRawPointer?
    typealias MakeEasy = @convention(c) () -> Handle
    typealias FreeEasy = @convention(c) (Handle) -> Void
    typealias MakeMulti = @convention(c) () -> Handle
    typealias FreeMulti = @convention(c) (Handle) -> CURLMcode
    typealias Add = @convention(c) (Handle, Handle) -> CURLMcode
    typealias Remove = @convention(c) (Handle, Handle) -> CURLMcode
    typealias Perform = @convention(c) (Handle, UnsafeMutablePointer<Int32>?) -> CURLMcode
    typealias Poll = @convention(c) (Handle, Handle, UInt32, Int32, UnsafeMutablePointer<Int32>?) -> CURLMcode
    typealias ReadMessage = @convention(c) (Handle, UnsafeMutablePointer<Int32>?) -> UnsafeMutablePointer<CURLMsg>?
    typealias Describe = @convention(c) (CURLcode) -> UnsafePointer<CChar>?

    // The pointers are written once and point to code, so that any thread may use them.
    let setOption: UnsafeMutableRawPointer
    let getInfo: UnsafeMutableRawPointer
    let makeEasy: MakeEasy
    let freeEasy: FreeEasy
    let makeMulti: MakeMulti
    let freeMulti: FreeMulti
    let add: Add
    let remove: Remove
    let perform: Perform
    let poll: Poll
    let readMessage: ReadMessage
    let describe: Describe

    /// `nil` where libcurl is not installed.
    static let shared = CurlLibrary()

    private init?() {
        guard let library = DynamicLibrary("libcurl.so.4") else { return nil }
        guard let setOption = library.symbol("curl_easy_setopt"), let getInfo = library.symbol("curl_easy_getinfo"),
            let makeEasy = library.find("curl_easy_init", as: MakeEasy.self),
            let freeEasy = library.find("curl_easy_cleanup", as: FreeEasy.self),
            let makeMulti = library.find("curl_multi_init", as: MakeMulti.self),
            let freeMulti = library.find("curl_multi_cleanup", as: FreeMulti.self),
            let add = library.find("curl_multi_add_handle", as: Add.self),
            let remove = library.find("curl_multi_remove_handle", as: Remove.self),
            let perform = library.find("curl_multi_perform", as: Perform.self),
            let poll = library.find("curl_multi_poll", as: Poll.self),
            let readMessage = library.find("curl_multi_info_read", as: ReadMessage.self),
            let describe = library.find("curl_easy_strerror", as: Describe.self),
            let start = library.find("curl_global_init", as: (@convention(c) (Int) -> CURLcode).self),
            // CURL_GLOBAL_ALL, a macro Swift does not see.
            start(3) == CURLE_OK
        else { return nil }
        self.setOption = setOption
        self.getInfo = getInfo
        self.makeEasy = makeEasy
        self.freeEasy = freeEasy
        self.makeMulti = makeMulti
        self.freeMulti = freeMulti
        self.add = add
        self.remove = remove
        self.perform = perform
        self.poll = poll
        self.readMessage = readMessage
        self.describe = describe
    }
}
