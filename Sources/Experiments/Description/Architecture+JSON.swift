// A network in JSON: its input, and each layer as an object of its name and settings.

import Libraries
import Network

extension Architecture {
    var json: JSONObject {
        [
            "input": .array(input.sizes.map { .integer($0) }),
            "layers": .array(layers.map { .object($0.layer.settings.json) }),
        ]
    }

    /// Shapes are inferred and checked again.
    init(_ json: JSON) throws(DescriptionError) {
        let sizes = json["input"]?.array?.map(\.integer) ?? []
        guard 1...3 ~= sizes.count, sizes.allSatisfy({ 1...(1 << 20) ~= $0 ?? 0 }) else {
            throw DescriptionError("the network's input is not a shape")
        }
        let layers = try [Layer](json["layers"])
        do throws(ShapeFault) { try self.init(input: Shape(sizes.compactMap(\.self)), layers: layers) } catch {
            throw DescriptionError(error.description)
        }
    }
}

extension LayerSettings {
    fileprivate var json: JSONObject {
        var object: JSONObject = ["layer": .string(name)]
        for value in values { object[value.label] = value.setting.json }
        return object
    }
}

extension LayerSetting {
    fileprivate var json: JSON {
        switch self {
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .flag(let value): .bool(value)
        case .choice(let value): .string(value)
        case .extent(let value): [.integer(value.height), .integer(value.width)]
        case .layers(let layers): layers.json
        case .branches(let branches): .array(branches.map(\.json))
        }
    }

    /// Objects in a list are layers, lists in a list are branches: which of them an empty one is, its label says.
    fileprivate init(_ label: String, _ json: JSON) throws(DescriptionError) {
        switch json {
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .bool(let value): self = .flag(value)
        case .string(let value): self = .choice(value)
        case .array(let items):
            if items.count == 2, let height = items[0].integer, let width = items[1].integer {
                self = .extent(Extent(height, width))
            } else if label == "branches" {
                var branches: [[Layer]] = []
                for item in items { branches.append(try [Layer](item)) }
                self = .branches(branches)
            } else {
                self = .layers(try [Layer](json))
            }
        case .null, .object: throw DescriptionError("`\(label)` of a layer is not a setting")
        }
    }
}

extension [Layer] {
    fileprivate var json: JSON { .array(map { .object($0.settings.json) }) }

    fileprivate init(_ json: JSON?) throws(DescriptionError) {
        guard let items = json?.array else { throw DescriptionError("layers are not a list") }
        self = []
        for item in items {
            guard let object = item.object, let name = object["layer"]?.string else {
                throw DescriptionError("a layer has no name")
            }
            var settings = LayerSettings(name)
            for label in object.keys where label != "layer" {
                guard let value = object[label] else { continue }
                settings.values.append(.init(label, try LayerSetting(label, value)))
            }
            do throws(LayerSettingsError) { append(try Layer(settings)) } catch {
                throw DescriptionError(error.description)
            }
        }
    }
}
