// A data set as a value.

import Datasets

final class DataSet: ObjectValue {
    static let kind = "a data set"
    let boundName: String?
    init(boundName: String?) { self.boundName = boundName }
    func named(_ name: String) -> any ObjectValue { DataSet(boundName: name) }
    var rich: RichValue { RichValue(text: boundName ?? "data") }
    var completionKind: String { "data" }
    static let memberHelp: [(name: String, help: String)] = []
    func member(_ name: String) -> Value? { nil }
}
