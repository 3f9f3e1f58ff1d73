// `diagram`

import Graphics
import Language

private let models = RestOption("models", .model, workedOut: "the last model", "one model or two")

extension Word {
    static let diagram = Word(
        "diagram", .looking, "A picture of a model's layers; of two models with their differences marked",
        [models, CommonOptions.to], result: .picture, example: LookingExample.model + "diagram Net",
        aliases: ["draw", "plot_model"], .perform(showDiagram))
}

private func showDiagram(_ call: Invocation) throws -> Value {
    let given = call[models].map { (model: $0.value, place: $0.range) }
    let subjects = try given.isEmpty ? [(model: call.lastModel(), place: call.range)] : given
    guard subjects.count <= 2 else {
        throw call.fault(
            .wrongCount, "`diagram` takes one model, or two to compare, not \(subjects.count)",
            at: subjects.last?.place,
            fix: "draw them two by two: `diagram \(subjects.prefix(2).map(\.model.name).joined(separator: ", "))`")
    }
    let networks = try subjects.map { model, place in
        guard let image = model.input ?? call.context.session.lastData?.image else {
            throw call.noInput(model, at: place)
        }
        return (name: model.name, architecture: try model.architecture(on: image))
    }
    let diagram = DiagramReport.diagram(networks)
    return try call.show(PictureValue(diagram, plainText: diagram.text(on: TextTerminal(columns: 100))))
}
