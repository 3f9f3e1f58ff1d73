// Random resized crops (Szegedy et al. 2015) as torchvision's RandomResizedCrop with its ratio of 3/4 to 4/3: a window
// of the image, resized to the image's size by Pillow's bilinear resampling.

import Libraries
import Runtime

public struct Zoom: RedrawingTransform {
    /// The share of the area that is taken; `nil`: the image stays whole.
    private let scale: ClosedRange<Double>?

    /// - Parameter scale: above 0, at most 1.
    public init(_ scale: ClosedRange<Double>?) { self.scale = scale }

    public static let idle = Zoom(nil)
    public static let labels = ["zoom"]

    public var text: String {
        guard let scale else { return "" }
        return
            "cropped to \(percentText(scale.lowerBound)) to \(percentText(scale.upperBound)) % of the area and enlarged"
    }
    public var digestText: String { scale.map { "zoom \($0.lowerBound) \($0.upperBound)" } ?? "" }
    public var settings: JSONObject {
        scale.map { ["zoom": .array([.number($0.lowerBound), .number($0.upperBound)])] } ?? [:]
    }

    public init?(settings: JSON) {
        guard let setting = settings["zoom"] else {
            self.init(nil)
            return
        }
        let shares = setting.array?.compactMap(\.number) ?? []
        guard shares.count == 2, setting.array?.count == 2, 0 < shares[0], shares[0] <= shares[1], shares[1] <= 1
        else { return nil }
        self.init(shares[0]...shares[1])
    }

    struct Window: Equatable {
        let top: Int
        let left: Int
        let height: Int
        let width: Int
    }

    func window(_ random: ImageRandom, height: Int, width: Int) -> Window {
        guard let scale else { return Window(top: 0, left: 0, height: height, width: width) }
        let (lowest, highest) = (3.0 / 4, 4.0 / 3)
        // Ten attempts at a window that fits.
        for attempt in 1...10 {
            let words = random.words(.zoom, attempt)
            let share = scale.lowerBound + (scale.upperBound - scale.lowerBound) * ImageRandom.unit(words.x)
            let (low, high) = (logarithm(lowest), logarithm(highest))
            let ratio = exponential(low + (high - low) * ImageRandom.unit(words.y))
            let area = Double(height * width) * share
            let columns = Int((area * ratio).squareRoot().rounded(.toNearestOrEven))
            let rows = Int((area / ratio).squareRoot().rounded(.toNearestOrEven))
            guard 1...width ~= columns, 1...height ~= rows else { continue }
            return Window(
                top: ImageRandom.draw(words.z, height - rows + 1), left: ImageRandom.draw(words.w, width - columns + 1),
                height: rows, width: columns)
        }
        // Else as much as the ratios allow, at the center.
        let ratio = Double(width) / Double(height)
        let rows = ratio < lowest ? Int((Double(width) / lowest).rounded(.toNearestOrEven)) : height
        let columns = ratio > highest ? Int((Double(height) * highest).rounded(.toNearestOrEven)) : width
        return Window(top: (height - rows) / 2, left: (width - columns) / 2, height: rows, width: columns)
    }

    public func redraw(_ canvas: inout Canvas, _ random: ImageRandom) {
        canvas.enlarge(window(random, height: canvas.height, width: canvas.width))
    }
}

extension Canvas {
    /// Shows a window of the image in its size.
    mutating func enlarge(_ window: Zoom.Window) {
        guard window.height < height || window.width < width else { return }
        Resampling.resize(
            pixels + window.top * width + window.left, channels: channels, height: window.height, width: window.width,
            layout: (area, width, 1), to: (height, width), window: (0..<height, 0..<width), into: spare)
        showSpare()
    }
}
