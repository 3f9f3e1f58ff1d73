// `teacher`, and how a training comes to the weights of the one that it follows.

import Experiments
import Language
import Network

private let runOption = Option(
    "run", .run, isPositional: true, aliases: ["teacher", "model"], "the trained run whose outputs are followed")
private let temperature = Option(
    "temperature", .decimal(Teacher.temperatures), default: 4, aliases: ["T", "temp", "tau"],
    "what outputs are divided by before the softmax")
private let weight = Option(
    "weight", .decimal(0...1, excludesLowest: true), default: 0.5, aliases: ["alpha", "lambda"],
    "the share of the loss; the labels have the rest")

extension Word {
    static let teacher = Word(
        "teacher", .training,
        "A run whose outputs a training follows (distillation): the loss is (1 - weight) * cross-entropy + weight * T^2 * "
            + "KL(softmax(teacher / T), softmax(student / T))",
        [runOption, temperature, weight], result: .teacher,
        example: quickModel + "let a = train Net, on: data, epochs: 1\n"
            + "let b = train Net, on: data, epochs: 1, seed: 2, distill: teacher(a, temperature: 4)",
        aliases: ["KLDivLoss", "kl_div", "DistillationLoss", "KDLoss", "Distiller"], since: "0.2",
        .perform { call in
            let run = call[runOption].run
            guard !run.state.isDiverged else {
                throw call.fault(
                    .untrained, "\(run.label) diverged: its outputs say nothing", at: call.place(runOption),
                    fix: "take a run that did not")
            }
            do throws(TrainingError) {
                return .object(
                    TeacherValue(try Teacher(run, temperature: call[temperature], weight: call[weight])))
            } catch { throw call.fault(.training, error.message, at: call.place(runOption), fix: error.fix) }
        })
}

extension Invocation {
    /// The teacher takes the same images and has as many outputs.
    func checkTeacher(_ options: TrainingOptions, _ architecture: Architecture) throws(Diagnostic) {
        guard let teacher = options.teacher else { return }
        do throws(TrainingError) { try teacher.checkFit(architecture) } catch {
            throw fault(.training, error.message, at: place(TrainingOption.distill), fix: error.fix)
        }
    }

    /// The options with the weights of the teacher, which what is kept of a run only describes: they are found by their
    /// digest among the runs of the session and of the store.
    func withTeacher(_ options: TrainingOptions, of run: Run) throws -> TrainingOptions {
        guard let teacher = options.teacher, !teacher.isAtHand else { return options }
        // Of several runs with these weights the same is taken every time.
        let names = context.session.names
        let bound = names.keys.sorted().lazy.compactMap { name -> Run? in
            guard case .object(let object)? = names[name], let run = (object as? RunValue)?.run, run.parameters != nil,
                run.architecture == teacher.architecture, run.digest == teacher.digest
            else { return nil }
            return run
        }
        guard let found = bound.first ?? context.store?.run(digest: teacher.digest, teacher.architecture),
            let whole = try? Teacher(found, temperature: teacher.temperature, weight: teacher.weight),
            whole == teacher
        else {
            throw fault(
                .noContinuation,
                "\(run.label) follows \(teacher.run) as its teacher, whose weights are not here: no run of this session or of the store "
                    + "has those with the digest \(teacher.digest.prefix(16))…", at: place(CommonOptions.run),
                fix: "load or train \(teacher.run), and call `resume` again")
        }
        var options = options
        options.teacher = whole
        return options
    }
}
