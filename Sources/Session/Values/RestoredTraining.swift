// Model and options of a run as its record has them: from its description, or in the record of an older version from
// its line of the language.

import Datasets
import Experiments
import Language
import Network

struct RestoredTraining {
    let model: Model
    let architecture: Architecture
    /// `nil` where nothing was trained.
    let options: TrainingOptions?

    /// - Throws: why its description cannot be read; a `Diagnostic` in the line of an older record, which has none.
    init(_ record: RunRecord, reader: any ProgramReader) throws {
        let (expression, name) = (record.context.modelExpression, record.model)
        if let fault = record.descriptionFault { throw fault }
        if let description = record.description {
            architecture = description.architecture
            options = description.options
            let source = SourceText(architecture.program)
            model = Model(
                expression: expression, boundName: name, input: architecture.input,
                layers: architecture.layers.map { WrittenLayer($0.layer, in: source) }, architecture: architecture)
            return
        }
        let program = try reader.training(record.context.program)
        architecture = program.architecture
        options = program.options
        model = Model(
            expression: expression, boundName: name, input: program.model.input, layers: program.model.layers,
            architecture: architecture)
    }
}

extension WrittenLayer {
    /// A layer that no cell holds, as it would be typed.
    fileprivate init(_ layer: Layer, in source: SourceText) {
        self.init(
            layer: layer, text: layer.description, source: source, range: SourceRange(0, source.text.utf8.count),
            sizes: [], trail: [])
        for block in layer.blocks { branches[block.name] = block.layers.map { WrittenLayer($0, in: source) } }
    }
}
