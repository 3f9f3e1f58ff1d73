// The parts of an ONNX graph as messages (onnx/onnx, onnx.proto, whose field numbers these are): a node with its
// attributes, a tensor, and what flows in and out.

import Libraries
import Network

struct ONNXNode {
    /// `Conv`
    let type: String
    /// Names of values and tensors.
    let inputs: [String]
    var output: String
    var attributes: [(name: String, value: ONNXStep.Attribute)] = []

    /// A `NodeProto`.
    var message: ProtocolBuffer {
        var message = ProtocolBuffer()
        for input in inputs { message.add(1, input) }
        message.add(2, output)
        message.add(3, output)
        message.add(4, type)
        for attribute in attributes { message.add(5, attribute.value.message(attribute.name)) }
        return message
    }
}

extension ONNXStep.Attribute {
    /// An `AttributeProto`.
    fileprivate func message(_ name: String) -> ProtocolBuffer {
        var message = ProtocolBuffer()
        message.add(1, name)
        switch self {
        case .integer(let number):
            message.add(3, number)
            message.add(20, 2)
        case .integers(let numbers):
            for number in numbers { message.add(8, number) }
            message.add(20, 7)
        case .decimal(let number):
            message.add(2, Float(number))
            message.add(20, 1)
        }
        return message
    }
}

/// A tensor of constants: weights, the numbers of a formula, or sizes.
struct ONNXTensor {
    let name: String
    /// Empty for a single number.
    let shape: [Int]
    private let content: Content

    private enum Content {
        case numbers([Float])
        case sizes([Int])
    }

    init(name: String, shape: [Int], values: [Float]) {
        (self.name, self.shape, content) = (name, shape, .numbers(values))
    }

    init(name: String, sizes: [Int]) {
        (self.name, shape, content) = (name, [sizes.count], .sizes(sizes))
    }

    var byteCount: Int {
        switch content {
        case .numbers(let values): 4 * values.count
        case .sizes(let sizes): 8 * sizes.count
        }
    }

    /// A `TensorProto`.
    var message: ProtocolBuffer {
        var message = ProtocolBuffer()
        message.reserve(byteCount + 100)
        for size in shape { message.add(1, size) }
        switch content {
        case .numbers(let values):
            message.add(2, ONNXTensor.float)
            message.add(8, name)
            message.add(9, raw: values)
        case .sizes(let sizes):
            message.add(2, ONNXTensor.int64)
            message.add(7, packed: sizes)
            message.add(8, name)
        }
        return message
    }

    /// `TensorProto.DataType.FLOAT` and `INT64`
    static let float = 1
    private static let int64 = 7
}

/// What flows into or out of the graph: any number of images, and the sizes of one.
struct ONNXValue {
    let name: String
    let sizes: [Int]

    /// A `ValueInfoProto`.
    var message: ProtocolBuffer {
        var shape = ProtocolBuffer()
        var batch = ProtocolBuffer()
        batch.add(2, "batch")
        shape.add(1, batch)
        for size in sizes {
            var dimension = ProtocolBuffer()
            dimension.add(1, size)
            shape.add(1, dimension)
        }
        var tensor = ProtocolBuffer()
        tensor.add(1, ONNXTensor.float)
        tensor.add(2, shape)
        var type = ProtocolBuffer()
        type.add(1, tensor)
        var message = ProtocolBuffer()
        message.add(1, name)
        message.add(2, type)
        return message
    }
}
