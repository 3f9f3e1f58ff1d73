// An SVG picture as a PNG or PDF file, by librsvg and Cairo. They are opened at their first use: they load 30 shared
// objects that a session without such a file saves.

import Glibc

public enum PictureFile {
    public enum Format: String, Sendable, CaseIterable {
        case png, pdf
    }

    /// - Parameters:
    ///   - title: kept in a PDF's properties. Its dates are fixed, so that the same picture gives the same bytes.
    ///   - resolution: pixels of a PNG for each of the picture's; three are enough for a column of a printed page.
    public static func make(
        _ format: Format, svg: String, title: String, resolution: Double = 3
    ) throws(PictureFileError) -> [UInt8] {
        guard let drawing = DrawingLibraries.shared else { throw .librariesMissing }
        let source = Array(svg.utf8)
        guard
            let handle = source.withUnsafeBufferPointer({
                drawing.newHandle($0.baseAddress, UInt(source.count), nil)
            })
        else { throw .unreadable }
        defer { drawing.unref(handle) }
        var (width, height) = (0.0, 0.0)
        guard drawing.size(handle, &width, &height) != 0, width >= 1, height >= 1, width < 20_000, height < 20_000
        else { throw .unreadable }
        let scale = format == .png ? min(resolution, 20_000 / max(width, height)) : 1
        let file = ByteCollector()
        let closure = Unmanaged.passUnretained(file).toOpaque()
        // The surface writes until it is freed, also after a failure.
        defer { withExtendedLifetime(file) {} }
        let surface: OpaquePointer?
        switch format {
        case .png:
            surface = drawing.newImage(0, Int32((width * scale).rounded(.up)), Int32((height * scale).rounded(.up)))
        case .pdf:
            // Points of 1/72 inch for pixels of 1/96.
            surface = drawing.newPDF(collect, closure, width * 0.75, height * 0.75)
        }
        guard let surface else { throw .unreadable }
        defer { drawing.freeSurface(surface) }
        if format == .pdf {
            for (key, value) in [(0, title), (5, "2000-01-01T00:00:00Z"), (6, "2000-01-01T00:00:00Z")]
                as [(Int32, String)]
            {
                drawing.setMetadata(surface, key, value)
            }
        }
        guard let context = drawing.newContext(surface) else { throw .unreadable }
        let factor = format == .png ? scale : 0.75
        drawing.scale(context, factor, factor)
        var viewport = DrawingLibraries.Rectangle(x: 0, y: 0, width: width, height: height)
        let isDrawn = drawing.render(handle, context, &viewport, nil) != 0
        drawing.freeContext(context)
        guard isDrawn else { throw .unreadable }
        if format == .png {
            guard drawing.writePNG(surface, collect, closure) == 0 else { throw .unreadable }
        } else {
            drawing.finish(surface)
        }
        return file.bytes
    }
}

public enum PictureFileError: Error, Hashable, CustomStringConvertible {
    case librariesMissing
    case unreadable

    public var description: String {
        switch self {
        case .librariesMissing: "`.png` and `.pdf` are drawn by librsvg and Cairo, which are not installed"
        case .unreadable: "librsvg cannot draw this picture"
        }
    }

    public var fix: String {
        switch self {
        case .librariesMissing: "install them (`apt-get install librsvg2-2`), or end the name in `.svg`"
        case .unreadable: "end the name in `.svg`"
        }
    }
}

private final class ByteCollector {
    var bytes: [UInt8] = []
}

private let collect: DrawingLibraries.Write = { closure, data, count in
    guard let closure, let data else { return 11 }  // CAIRO_STATUS_WRITE_ERROR
    let collector = Unmanaged<ByteCollector>.fromOpaque(closure).takeUnretainedValue()
    collector.bytes += UnsafeBufferPointer(start: data, count: Int(count))
    return 0
}

/// The functions of librsvg and Cairo that `PictureFile` calls, found by name.
private struct DrawingLibraries: @unchecked Sendable {
    struct Rectangle {
        var x: Double
        var y: Double
        var width: Double
        var height: Double
    }

    typealias Write = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32) -> Int32

    // Unchecked: the pointers are written once and point to code, so that any thread may use them.
    let newHandle: @convention(c) (UnsafePointer<UInt8>?, UInt, UnsafeMutableRawPointer?) -> OpaquePointer?
    let size: @convention(c) (OpaquePointer, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Int32
    let render:
        @convention(c) (OpaquePointer, OpaquePointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer?) -> Int32
    let unref: @convention(c) (OpaquePointer) -> Void
    let newImage: @convention(c) (Int32, Int32, Int32) -> OpaquePointer?
    let newPDF: @convention(c) (Write, UnsafeMutableRawPointer?, Double, Double) -> OpaquePointer?
    let setMetadata: @convention(c) (OpaquePointer, Int32, UnsafePointer<CChar>) -> Void
    let newContext: @convention(c) (OpaquePointer) -> OpaquePointer?
    let scale: @convention(c) (OpaquePointer, Double, Double) -> Void
    let freeContext: @convention(c) (OpaquePointer) -> Void
    let finish: @convention(c) (OpaquePointer) -> Void
    let freeSurface: @convention(c) (OpaquePointer) -> Void
    let writePNG: @convention(c) (OpaquePointer, Write, UnsafeMutableRawPointer?) -> Int32

    /// `nil` where one of them is not installed.
    static let shared = DrawingLibraries()

    private init?() {
        // librsvg brings Cairo and GLib along; their functions are found through it.
        guard let library = DynamicLibrary("librsvg-2.so.2"), let cairo = DynamicLibrary("libcairo.so.2") else {
            return nil
        }
        guard let newHandle = library.find("rsvg_handle_new_from_data", as: type(of: self.newHandle)),
            let size = library.find("rsvg_handle_get_intrinsic_size_in_pixels", as: type(of: self.size)),
            let render = library.find("rsvg_handle_render_document", as: type(of: self.render)),
            let unref = library.find("g_object_unref", as: type(of: self.unref)),
            let newImage = cairo.find("cairo_image_surface_create", as: type(of: self.newImage)),
            let newPDF = cairo.find("cairo_pdf_surface_create_for_stream", as: type(of: self.newPDF)),
            let setMetadata = cairo.find("cairo_pdf_surface_set_metadata", as: type(of: self.setMetadata)),
            let newContext = cairo.find("cairo_create", as: type(of: self.newContext)),
            let scale = cairo.find("cairo_scale", as: type(of: self.scale)),
            let freeContext = cairo.find("cairo_destroy", as: type(of: self.freeContext)),
            let finish = cairo.find("cairo_surface_finish", as: type(of: self.finish)),
            let freeSurface = cairo.find("cairo_surface_destroy", as: type(of: self.freeSurface)),
            let writePNG = cairo.find("cairo_surface_write_to_png_stream", as: type(of: self.writePNG))
        else { return nil }
        (self.newHandle, self.size, self.render, self.unref) = (newHandle, size, render, unref)
        (self.newImage, self.newPDF, self.setMetadata) = (newImage, newPDF, setMetadata)
        (self.newContext, self.scale, self.freeContext) = (newContext, scale, freeContext)
        (self.finish, self.freeSurface, self.writePNG) = (finish, freeSurface, writePNG)
    }
}
