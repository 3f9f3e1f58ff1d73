// From layers as written to a network whose shapes fit, or the fault at the layer that does not.

import Language
import Network

extension Interpreter {
    func build(_ layers: [WrittenLayer], input: Shape, name: String, template: Template) throws -> Architecture? {
        nil
    }
}
