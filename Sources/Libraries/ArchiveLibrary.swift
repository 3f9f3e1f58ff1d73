// libarchive, opened at its first use: with the ten shared objects that it loads, a start without a download loads a
// third fewer.

import CArchive
import Glibc

/// The functions of libarchive that `Archive` calls, found by name.
struct ArchiveLibrary: @unchecked Sendable {
    typealias Handle = OpaquePointer?
    typealias Make = @convention(c) () -> Handle
    typealias Free = @convention(c) (Handle) -> Int32
    typealias Support = @convention(c) (Handle) -> Int32
    typealias Open = @convention(c) (Handle, UnsafePointer<CChar>?, Int) -> Int32
    typealias Next = @convention(c) (Handle, UnsafeMutablePointer<OpaquePointer?>?) -> Int32
    typealias Read = @convention(c) (Handle, UnsafeMutableRawPointer?, Int) -> Int
    typealias Text = @convention(c) (Handle) -> UnsafePointer<CChar>?
    typealias Mode = @convention(c) (Handle) -> mode_t

    // Unchecked: the pointers are written once and point to code.
    let make: Make
    let free: Free
    let supportGzip: Support
    let supportTar: Support
    let supportZip: Support
    let open: Open
    let next: Next
    let read: Read
    let errorText: Text
    let entryName: Text
    let entryHardLink: Text
    let entryType: Mode

    /// `nil` where libarchive is not installed.
    static let shared = ArchiveLibrary()

    private init?() {
        guard let library = DynamicLibrary("libarchive.so.13") else { return nil }
        guard let make = library.find("archive_read_new", as: Make.self),
            let free = library.find("archive_read_free", as: Free.self),
            let supportGzip = library.find("archive_read_support_filter_gzip", as: Support.self),
            let supportTar = library.find("archive_read_support_format_tar", as: Support.self),
            let supportZip = library.find("archive_read_support_format_zip", as: Support.self),
            let open = library.find("archive_read_open_filename", as: Open.self),
            let next = library.find("archive_read_next_header", as: Next.self),
            let read = library.find("archive_read_data", as: Read.self),
            let errorText = library.find("archive_error_string", as: Text.self),
            let entryName = library.find("archive_entry_pathname", as: Text.self),
            let entryHardLink = library.find("archive_entry_hardlink", as: Text.self),
            let entryType = library.find("archive_entry_filetype", as: Mode.self)
        else { return nil }
        self.make = make
        self.free = free
        self.supportGzip = supportGzip
        self.supportTar = supportTar
        self.supportZip = supportZip
        self.open = open
        self.next = next
        self.read = read
        self.errorText = errorText
        self.entryName = entryName
        self.entryHardLink = entryHardLink
        self.entryType = entryType
    }
}
