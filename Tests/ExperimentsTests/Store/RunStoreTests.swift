// The run store: what is found again and what is not, where a training continues, and what becomes of it when files are
// damaged, missing, of another version, or used by two at once.

import Engine
import Foundation
import Libraries
import Network
import Runtime
import Synchronization
import Testing

@testable import Datasets
@testable import Experiments

/// A store in a folder, and what is trained into it.
private struct Home {
    let folder: String
    let store: RunStore

    init() throws {
        folder = try Trained.folder()
        store = RunStore(folder: folder)
    }

    init(folder: String) {
        self.folder = folder
        store = RunStore(folder: folder)
    }

    /// The same folder as another process would see it.
    func another() -> Home {
        store.wait()
        return Home(folder: folder)
    }

    func remove() {
        store.wait()
        try? FileSystem.removeTree(folder)
    }

    @discardableResult
    func train(
        _ options: TrainingOptions, cutAfter epochs: Int? = nil, isFresh: Bool = false, keepsWeights: Bool = true
    ) throws -> Run {
        let architecture = try Trained.architecture()
        let keeper = store.begin(
            try Trained.record(options), architecture, options, attempt: isFresh ? .drawn() : nil,
            keepsWeights: keepsWeights)
        let cancellation = Cancellation()
        let run = try Trainer(
            model: "Net", architecture: architecture, dataset: Trained.data(options), options: options
        )
        .train(from: keeper?.beginning, keeper: keeper, cancellation: cancellation) { event in
            if case .epoch(let metrics) = event, metrics.epoch == epochs { cancellation.cancel() }
        }
        store.wait()
        return run
    }

    func kept(_ options: TrainingOptions) throws -> Run? {
        try store.kept(try Trained.record(options).kept!.identity).flatMap {
            store.load($0, try Trained.architecture(), options)
        }
    }

    var files: [String] { (try? FileSystem.list(store.files)) ?? [] }
    var database: String { "\(folder)/tandem.sqlite" }
    func key(seed: UInt64) throws -> String { try #require(store.list().first { $0.seed == seed }).key }
    /// The file of the one record.
    func record() throws -> String {
        let names = try FileSystem.list(store.results).filter { $0.hasSuffix(".run") }
        return "\(store.results)/" + (try #require(names.count == 1 ? names[0] : nil))
    }
    func file(_ ending: String) throws -> String {
        "\(store.files)/" + (try #require(files.first { $0.hasSuffix(ending) }))
    }
}

extension RunRecord {
    fileprivate mutating func change(prediction: UInt16) {
        let outcomes = position.outcomes
        position.outcomes =
            TestOutcomes(
                classes: [prediction] + outcomes.classes.dropFirst(), areAmongFive: outcomes.areAmongFive,
                confidences: outcomes.confidences, losses: outcomes.losses) ?? outcomes
    }

    fileprivate mutating func changeLast(accuracy: Double? = nil, loss: Double? = nil) {
        position.metrics =
            position.metrics.dropLast()
            + position.metrics.suffix(1).map {
                EpochMetrics(
                    epoch: $0.epoch, trainLoss: $0.trainLoss, trainAccuracy: $0.trainAccuracy,
                    testLoss: loss ?? $0.testLoss,
                    testAccuracy: accuracy ?? $0.testAccuracy, seconds: $0.seconds, trainingSeconds: $0.trainingSeconds)
            }
    }
}

extension Database {
    /// Records as an earlier version has them.
    fileprivate func makeRecordsRows() throws {
        try execute("ALTER TABLE unfiled RENAME TO records")
        try execute("ALTER TABLE runs DROP COLUMN arithmetic")
    }
}

@Suite struct RunStoreTests {
    @Test func aTrainingThatIsCutAgainAndAgainTakesTheRoomOfOne() throws {
        let home = try Home()
        defer { home.remove() }
        var options = TrainingOptions()
        options.epochs = 4
        for epochs in [2, 3, 1, 2] { try home.train(options, cutAfter: epochs, isFresh: true) }
        // The furthest, and the last.
        #expect(home.store.list().map(\.epochs) == [2, 3])
        #expect(home.files.filter { $0.hasSuffix(".checkpoint") }.count == 2)
    }

    @Test func whatIsCancelledBeforeItsFirstStepLeavesNothingToGoOnFrom() throws {
        let home = try Home()
        defer { home.remove() }
        let (options, architecture, cancellation) = (TrainingOptions(), try Trained.architecture(), Cancellation())
        cancellation.cancel()
        #expect(throws: TrainingError.self) {
            let keeper = home.store.begin(try Trained.record(options), architecture, options)
            _ = try Trainer(model: "Net", architecture: architecture, dataset: Trained.data, options: options)
                .train(from: keeper?.beginning, keeper: keeper, cancellation: cancellation) { _ in }
        }
        #expect(home.files.isEmpty, "\(home.files)")
        let again = try home.train(options)
        #expect(again.state == .done && again.continuation == nil)
        #expect(try home.kept(options)?.digest == again.digest)
    }

    @Test func aRunIsFoundAgainWithAllThatIsKnownOfIt() throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        let another = home.another()
        let kept = try #require(try another.kept(Trained.options()))
        #expect(kept.digest == run.digest)
        #expect(kept.metrics == run.metrics)
        #expect(kept.predictions == run.predictions && kept.predictions.count == 40)
        #expect(kept.seconds == run.seconds && kept.state == .done)
        let row = try #require(another.store.list().first)
        #expect(row.label == "Net seed 1" && row.state == "done" && row.accuracy == run.accuracy && row.epochs == 3)
        let record = try #require(another.store.record(of: row))
        #expect(record.context == Trained.context && record.digest == run.digest)
        #expect(record.position.outcomes.classes.map(Int.init) == run.predictions)
        #expect(record.kept?.instructionSet.isEmpty == false && record.kept?.threads == 1)
        // The file next to it is one that PyTorch reads.
        let weights = try WeightsFile(parsing: try FileSystem.read(try another.file(".safetensors")))
        #expect(weights.record.digest == run.digest)
    }

    @Test func whatDecidesTheBitsDecidesWhatIsFound() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        var others = [
            Trained.options(epochs: 4), Trained.options(.sgd()), Trained.options(precision: .precise),
            Trained.options(precision: .mixed), Trained.options(schedule: .cosine(warmup: 0)), Trained.options(seed: 2),
            Trained.options(.adam(learningRate: 3.0000001e-3)),
        ]
        for role in [\Seeds.initialization, \.order, \.augmentation, \.dropout] {
            others.append(Trained.options())
            others[others.count - 1].seeds[keyPath: role] = 9
        }
        others.append(Trained.options())
        others[others.count - 1].gradient.largestNorm = nil
        others.append(Trained.options())
        others[others.count - 1].gradient.labelSmoothing = 0
        others.append(Trained.options())
        others[others.count - 1].batchSize = 17
        for options in others { #expect(try home.kept(options) == nil, "\(options)") }
        #expect(try home.kept(Trained.options(threads: 2)) != nil)
        let digests = try Set(others.map { try Trained.record($0).kept?.identity.digest })
        #expect(digests.count == others.count)
    }

    @Test func aCutRunGoesOnAndEndsWithTheSameBits() throws {
        let home = try Home()
        defer { home.remove() }
        let cut = try home.train(Trained.options(), cutAfter: 2)
        #expect(cut.state == .interrupted && cut.epochs == 2)
        let another = home.another()
        #expect(another.store.list().map(\.state) == ["interrupted"])
        let run = try another.train(Trained.options())
        #expect(run.state == .done)
        #expect(run.digest == (try Trained.train(Trained.options())).state.parameters.digest())
        #expect(run.metrics.prefix(2) == cut.metrics[...])
        let rows = another.store.list()
        #expect(rows.count == 1 && rows[0].state == "done" && rows[0].epochs == 3)
    }

    @Test func moreEpochsGoOnFromTheEndOfFewer() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options(epochs: 2))
        let longer = Trained.options(epochs: 4)
        let keeper = try #require(
            home.store.begin(try Trained.record(longer), try Trained.architecture(), longer))
        #expect(keeper.beginning?.position.epoch == 3)
        let run = try home.another().train(longer)
        #expect(run.digest == (try Trained.train(longer)).state.parameters.digest())
        // A cosine of four epochs is another training from its first step on.
        let cosine = Trained.options(epochs: 5, schedule: .cosine(warmup: 0))
        try home.train(Trained.options(epochs: 2, schedule: .cosine(warmup: 0)))
        #expect(
            home.store.begin(try Trained.record(cosine), try Trained.architecture(), cosine)?
                .beginning == nil)
    }

    @Test func aRunThatPatienceEndedIsDoneAndFoundAgain() throws {
        let home = try Home()
        defer { home.remove() }
        let options = Trained.options(epochs: 12, selection: Selection(isOfBest: true, patience: 1))
        let run = try home.train(options, cutAfter: 1)
        #expect(run.state == .interrupted && run.result?.epoch == 1)
        let whole = try home.another().train(options)
        try #require(whole.state == .done && whole.epochs < 12 && whole.endedEarly)
        #expect(whole.result == Selection.best(of: whole.metrics) && whole.result?.epoch == whole.epochs - 1)
        let another = home.another()
        let kept = try #require(try another.kept(options))
        #expect(kept.digest == whole.digest && kept.metrics == whole.metrics && kept.outcomes == whole.outcomes)
        #expect(another.store.list().map(\.state) == ["done"])
        #expect(another.store.list().map(\.accuracy) == [whole.accuracy])
        // A longer training of the same patience ends there too; so does one whose process was killed at its end.
        var longer = options
        longer.epochs = 20
        #expect(try another.train(longer).digest == whole.digest)
        let steps = options.batches(of: 56)
        let file = try WeightsFile(parsing: try FileSystem.read(try home.file(".safetensors")))
        #expect(try file.run(try Trained.architecture(), options).stepsOfWeights == steps * (whole.epochs - 1))
    }

    @Test func aRecordWhoseEpochsPatienceWouldNotHaveTrainedIsRefused() throws {
        let home = try Home()
        defer { home.remove() }
        let options = Trained.options(epochs: 12, selection: Selection(isOfBest: true, patience: 1))
        try home.train(options)
        let record = try RunRecordFile.read(try home.record()).record
        func reason(_ change: (inout RunRecord) -> Void) -> String? {
            var other = record
            change(&other)
            return other.reasonToRefuse
        }
        #expect(record.reasonToRefuse == nil)
        #expect(reason { $0.position.metrics.removeLast() }?.contains("its curve has") == true)
        #expect(
            reason { record in
                let count = record.position.metrics.count
                record.position.metrics[count - 1].validation = nil
            } == "its curve lacks measurements of a validation part")
        #expect(reason { $0.position.outcomes = TestOutcomes() } == nil)
        #expect(
            reason { record in
                let count = record.position.metrics.count
                let old = record.position.metrics[count - 2]
                record.position.metrics[count - 2] = EpochMetrics(
                    epoch: old.epoch, trainLoss: old.trainLoss, trainAccuracy: old.trainAccuracy,
                    testLoss: old.testLoss + 1, testAccuracy: old.testAccuracy, seconds: 0, trainingSeconds: 0,
                    validation: old.validation)
            } == "the loss of its result is not that of its outcomes")
    }

    @Test func aFreshRunTakesThePlaceOfTheOneBefore() throws {
        let home = try Home()
        defer { home.remove() }
        let first = try home.train(Trained.options())
        let key = home.store.list()[0].key
        let again = try home.train(Trained.options(), isFresh: true)
        #expect(again.digest == first.digest && again.steps == first.steps)
        #expect(home.store.list().count == 1 && home.store.list()[0].key != key)
        #expect(!home.files.contains { $0.hasPrefix(key) })
        #expect(home.store.takeFaults().isEmpty)
    }

    @Test func aRunThatDivergedIsKeptAsSuch() throws {
        let home = try Home()
        defer { home.remove() }
        let options = Trained.options(.sgd(learningRate: 1e30))
        guard case .diverged = try home.train(options).state else { return #expect(Bool(false), "it converged") }
        #expect(try home.kept(options)?.state == (try Trained.train(options)).ending)
        #expect(!home.files.contains { $0.hasSuffix(".checkpoint") })
    }

    @Test func aNameIsThatOfTheLastBinding() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        try home.train(Trained.options(seed: 2))
        home.store.setName("a", ofRun: home.store.list()[1].key)
        #expect(home.store.kept(called: "a")?.seed == 1)
        #expect(home.store.kept(called: "Net seed 2")?.seed == 2)
        #expect(home.store.kept(called: "b") == nil)
        #expect(home.store.list().map(\.label) == ["Net seed 2", "a"])
        home.store.setName("a", ofRun: home.store.list()[0].key)
        #expect(home.store.list().map(\.label) == ["a", "Net seed 1"])
        #expect(home.store.kept(called: "a")?.seed == 2)
    }

    @Test func aNamedRunStaysUntilItsNameMovesOn() throws {
        let home = try Home()
        defer { home.remove() }
        // Cut at an earlier place than others of the same training.
        try home.train(Trained.options(), cutAfter: 1)
        let key = home.store.list()[0].key
        home.store.setName("early", ofRun: key)
        for _ in 0..<2 { try home.train(Trained.options(), cutAfter: 2, isFresh: true) }
        #expect(home.store.kept(called: "early")?.key == key && home.files.contains("\(key).checkpoint"))
        try home.train(Trained.options(), isFresh: true)
        #expect(home.store.list().map(\.epochs) == [3, 1] && home.store.kept(called: "early")?.epochs == 1)
        home.store.setName("whole", ofRun: home.store.list()[0].key)
        // An ended one as well; it goes when the same training takes its name.
        try home.train(Trained.options(), isFresh: true)
        #expect(home.store.list().map(\.label) == ["Net seed 1", "whole", "early"])
        home.store.setName("whole", ofRun: home.store.list()[0].key)
        #expect(home.store.list().map(\.label) == ["whole", "early"])
        #expect(home.files.filter { $0.hasSuffix(".safetensors") }.count == 1)
    }

    // MARK: Room

    @Test func cleaningKeepsWhatHasANameAndWhatGoesOn() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        try home.train(Trained.options(seed: 2))
        try home.train(Trained.options(seed: 3), cutAfter: 1)
        let keys = home.store.list().map(\.key)
        home.store.setName("a", ofRun: keys[2])
        try FileSystem.write("half", to: "\(home.store.files)/\(keys[1]).checkpoint.999999999.part")
        let freed = try #require(home.store.clean())
        #expect(freed.files >= 4 && freed.byteCount > 10_000)
        #expect(
            Set(home.files.filter { !$0.hasSuffix(".lock") }) == [
                "\(keys[2]).safetensors", "\(keys[2]).name", "\(keys[0]).checkpoint",
            ])
        #expect(home.store.list().count == 3)
        #expect(home.store.record(of: home.store.list()[1])?.position.metrics.count == 3)
        #expect(try home.kept(Trained.options(seed: 2)) == nil)
        #expect(
            try home.train(Trained.options(seed: 3)).digest
                == (try Trained.train(Trained.options(seed: 3))).state.parameters.digest())
    }

    // MARK: Damage

    @Test func damagedWeightsAreSetAsideAndNamed() throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        let path = try home.file(".safetensors")
        var bytes = try FileSystem.read(path)
        bytes[bytes.count - 100] ^= 1
        try FileSystem.write(bytes, to: path)
        #expect(try home.kept(Trained.options()) == nil)
        let fault = try #require(home.store.takeFaults().first)
        #expect(fault.message.contains("the file of weights of Net seed 1 is damaged (its checksum does not match)"))
        #expect(try FileSystem.read("\(path).damaged") == bytes)
        // It continues from its last checkpoint, where nothing is left to do.
        #expect(try home.train(Trained.options()).digest == run.digest)
        #expect(try home.kept(Trained.options()) != nil)
    }

    @Test func aDamagedCheckpointIsSetAsideAndTheTrainingBeginsAnew() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options(), cutAfter: 2)
        let path = try home.file(".checkpoint")
        try FileSystem.write(Array(try FileSystem.read(path).dropLast(10)), to: path)
        let run = try home.train(Trained.options())
        #expect(run.state == .done && run.steps == 12)
        #expect(
            home.store.takeFaults().map(\.message) == [
                "the checkpoint of Net seed 1 is damaged (it is truncated) and was set aside as \(path).damaged"
            ])
        #expect(home.store.list().count == 1)
    }

    @Test func aFileThatIsNoDatabaseIsSetAsideAndRunsAreFoundAgain() throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        try home.train(Trained.options(seed: 2), cutAfter: 1)
        let another = home.another()
        try FileSystem.write("no database", to: home.database)
        for ending in ["-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
        #expect(try another.kept(Trained.options())?.digest == run.digest)
        let message = try #require(another.store.takeFaults().first).message
        #expect(message.hasPrefix("\(home.database) was damaged: it is now \(home.database).damaged"))
        #expect(message.hasSuffix("holds the 2 runs that were found again"))
        #expect(try FileSystem.readText("\(home.database).damaged") == "no database")
        #expect(Set(another.store.list().map(\.state)) == ["done", "interrupted"])
        #expect(try another.train(Trained.options(seed: 2)).metrics.count == 3)
    }

    @Test func aLostDatabaseIsMadeAgainFromTheFiles() throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        let another = home.another()
        for ending in ["", "-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
        #expect(try another.kept(Trained.options())?.digest == run.digest)
        #expect(
            another.store.takeFaults().map(\.message) == [
                "\(home.database) was lost or is an older one: 1 run was found again from its files"
            ])
    }

    /// The history of a kernel opens the file before the store does.
    @Test(arguments: ["lost", "damaged", "emptied"])
    func runsAreFoundAgainWhoeverOpensTheDatabaseFirst(_ fate: String) throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        try home.train(Trained.options(seed: 2), cutAfter: 1)
        let another = home.another()
        for ending in ["", "-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
        if fate == "damaged" { try FileSystem.write("no database", to: home.database) }
        if fate == "emptied" { try FileSystem.write("", to: home.database) }
        _ = try TandemDatabase(home.database)
        #expect(Set(another.store.list().map(\.state)) == ["done", "interrupted"])
        #expect(try another.kept(Trained.options())?.digest == run.digest)
        let (place, aside) = (home.database, "\(home.database).damaged")
        #expect(
            another.store.takeFaults().map(\.message) == [
                fate == "damaged"
                    ? "\(place) was damaged: it is now \(aside), and a new one holds the 2 runs that were found again"
                    : "\(place) was lost or is an older one: 2 runs were found again from their files"
            ])
        #expect(try another.train(Trained.options(seed: 2)).metrics.count == 3)
        // Once.
        let third = another.another()
        #expect(third.store.list().count == 2 && third.store.takeFaults().isEmpty)
    }

    @Test func aNameIsFoundAgainAndOfEqualOnesItIsTheLast() throws {
        let home = try Home()
        defer { home.remove() }
        for seed in UInt64(1)...3 {
            try home.train(Trained.options(seed: seed))
            home.store.setName(seed == 2 ? "b" : "a", ofRun: home.store.list()[0].key)
        }
        let another = home.another()
        for ending in ["", "-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
        #expect(another.store.kept(called: "a")?.seed == 3 && another.store.kept(called: "b")?.seed == 2)
        #expect(Set(another.store.list().map(\.label)) == ["a", "b", "Net seed 1"])
    }

    @Test func anOlderDatabaseIsCompletedFromTheFiles() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        home.store.close()
        do { try Database(home.database).execute("PRAGMA wal_checkpoint(TRUNCATE)") }
        let old = try FileSystem.read(home.database)
        let run = try home.train(Trained.options(seed: 2))
        home.store.close()
        for ending in ["", "-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
        try FileSystem.write(old, to: home.database)
        #expect(try home.another().kept(Trained.options(seed: 2))?.digest == run.digest)
    }

    @Test(arguments: ["put back", "changed", "changed in use"])
    func cleaningLeavesTheWeightsOfARunWhoseNameTheDatabaseDoesNotKnow(_ fate: String) throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        home.store.close()
        do { try Database(home.database).execute("PRAGMA wal_checkpoint(TRUNCATE)") }
        let old = try FileSystem.read(home.database)
        home.store.setName("best", ofRun: home.store.list()[0].key)
        let another = home.another()
        if fate == "changed in use" { #expect(another.store.count == 1) }
        if fate == "put back" {
            home.store.close()
            for ending in ["", "-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
            try FileSystem.write(old, to: home.database)
        } else {
            try Database(home.database).execute("UPDATE runs SET name = NULL")
        }
        _ = another.store.clean()
        #expect(try another.kept(Trained.options())?.digest == run.digest)
        #expect(another.another().store.kept(called: "best")?.name == "best")
    }

    @Test func aDamagedRecordIsTakenFromTheWeights() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        let kept = home.store.list()[0]
        let position = try #require(home.store.record(of: kept)).position
        let path = try home.record()
        let bytes = try FileSystem.read(path)
        for damaged in [Array(bytes.dropLast()), [], bytes.map { $0 ^ 1 }, nil] {
            try FileSystem.remove(path)
            if let damaged { try FileSystem.write(damaged, to: path) }
            let another = home.another()
            for store in [another.store, home.store] {
                let found = store.record(of: kept)?.position
                #expect(found?.outcomes == position.outcomes)
                #expect(found?.metrics.map(\.testLoss) == position.metrics.map(\.testLoss))
            }
            let faults = another.store.takeFaults().map(\.message)
            #expect(faults.allSatisfy { $0.contains("the record of Net seed 1 is damaged") })
            #expect(faults.count == (damaged == nil ? 0 : 1))
            #expect(another.another().store.takeFaults().isEmpty && FileSystem.exists(path))
        }
    }

    @Test func cleaningLeavesTheFilesOfARunWhoseRecordCannotBeRead() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        home.store.close()
        try FileSystem.write("no record", to: home.record())
        // Of an older Tandem, which wrote no record into it.
        for name in home.files where !name.hasSuffix(".lock") {
            try FileSystem.write("no record", to: "\(home.store.files)/\(name)")
        }
        let files = home.files.filter { !$0.hasSuffix(".lock") }
        #expect(files.count == 2)
        _ = home.store.clean()
        #expect(home.files.filter { !$0.hasSuffix(".lock") } == files)
        let faults = home.store.takeFaults().map(\.message)
        #expect(faults.count == 1 && faults[0].contains("the record of Net seed 1 is damaged"))
    }

    @Test(arguments: [
        ["DROP TABLE runs"], ["DROP TABLE runs", "CREATE TABLE runs (a)"], ["PRAGMA user_version = 0"],
        ["PRAGMA user_version = -1"], ["DROP TABLE unfiled"],
    ])
    func aDatabaseWithoutItsTablesIsSetAside(_ statements: [String]) throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        home.store.setName("a", ofRun: home.store.list()[0].key)
        let another = home.another()
        for statement in statements { try Database(home.database).execute(statement) }
        let message = "was damaged: it is now \(home.database).damaged, and a new one holds the 1 run"
        for home in statements[0].hasPrefix("DROP TABLE runs") ? [home] : [another] {
            #expect(home.store.kept(called: "a").flatMap { home.store.record(of: $0) }?.name == "a")
            #expect(home.store.takeFaults().first?.message.contains(message) == true)
        }
        #expect(try another.kept(Trained.options())?.digest == run.digest)
        try another.train(Trained.options(seed: 2))
        #expect(home.another().store.count == 2)
    }

    @Test(arguments: ["pipe", "folder", "link to a file that is not there", "device"])
    func whatStandsInPlaceOfTheDatabaseIsNamed(_ kind: String) throws {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let home = try Home()
            defer { home.remove() }
            let path = home.database + ending
            switch kind {
            case "pipe": #expect(mkfifo(path, 0o600) == 0)
            case "folder": try FileSystem.createDirectories(path)
            case "device": #expect(symlink("/dev/null", path) == 0)
            default: #expect(symlink("\(home.folder)/nowhere", path) == 0)
            }
            #expect(home.store.list().isEmpty)
            let faults = home.store.takeFaults()
            #expect(faults.map(\.fix) == ["move what is in its place elsewhere, or set TANDEM_HOME to another folder"])
            #expect(
                faults.map(\.message) == [
                    "runs are not kept: \(home.folder) cannot be used (\(path) is a \(kind), not a file: move it away)"
                ])
            #expect(!FileSystem.exists("\(home.folder)/nowhere"))
        }
    }

    @Test func aDatabaseThatIsRemovedWhileItIsOpenIsMadeAgain() throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        home.store.setName("a", ofRun: home.store.list()[0].key)
        for ending in ["", "-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
        let second = try home.train(Trained.options(seed: 2))
        let another = home.another()
        #expect(another.store.kept(called: "a")?.seed == 1 && another.store.count == 2)
        #expect(try another.kept(Trained.options())?.digest == run.digest)
        #expect(try another.kept(Trained.options(seed: 2))?.digest == second.digest)
    }

    @Test func aRunWhoseEndTheDatabaseMissedHasEnded() throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        home.store.use { file throws(DatabaseError) in try file.database.execute("UPDATE runs SET state = 'running'") }
        try FileSystem.remove(try home.file(".checkpoint"))
        #expect(try home.another().kept(Trained.options())?.digest == run.digest)
    }

    @Test func cleaningLeavesWhatIsInTheDatabaseByNobodysChoice() throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        let another = home.another()
        // Of an older Tandem, which kept names in the database alone.
        for ending in ["", "-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
        let strangers = [
            "notes.txt", "half.part", "0123456789abcdef.safetensors", "0123456789abcdef.safetensors.damaged",
        ]
        for name in strangers { try FileSystem.write("a stranger's", to: "\(home.store.files)/\(name)") }
        try FileSystem.write("all there was", to: "\(home.database).damaged")
        let files = home.files
        let freed = try #require(another.store.clean())
        #expect(freed.files == 0 && freed.foundAgain == 1)
        #expect(home.files == files)
        #expect(try another.kept(Trained.options())?.digest == run.digest)
        #expect(try FileSystem.readText("\(home.database).damaged") == "all there was")
        // What is trained since then is by choice.
        try another.train(Trained.options(seed: 2))
        let key = another.store.list()[0].key
        _ = another.store.clean()
        #expect(!home.files.contains("\(key).safetensors") && Set(files).isSubset(of: home.files))
    }

    /// Whatever happens to the bytes of the database, no complete run is lost, and no false one is told.
    @Test func damageOfTheDatabaseLosesNoCompleteRun() throws {
        let home = try Home()
        defer { home.remove() }
        var digests: [UInt64: String] = [:]
        for seed in UInt64(1)...3 { digests[seed] = try home.train(Trained.options(seed: seed)).digest }
        do { try Database(home.database).execute("PRAGMA wal_checkpoint(TRUNCATE)") }
        let whole = try FileSystem.read(home.database)
        var random = SystemRandomNumberGenerator()
        for turn in 0..<16 {
            var bytes = whole
            if turn % 4 == 0 {
                bytes.removeLast(Int.random(in: 1..<whole.count, using: &random))
            } else {
                for _ in 0..<(1 << (turn % 4 * 3)) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
                        1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            for name in try FileSystem.list(home.folder) where name.hasPrefix("tandem.sqlite") {
                try FileSystem.remove("\(home.folder)/\(name)")
            }
            try FileSystem.write(bytes, to: home.database)
            let another = home.another()
            for seed in UInt64(1)...3 {
                // A row that says otherwise is no row of this run: it continues from its file, or is trained again.
                let kept = try another.kept(Trained.options(seed: seed))
                let run = if let kept { kept } else { try another.train(Trained.options(seed: seed)) }
                #expect(run.digest == digests[seed])
            }
            another.store.wait()
        }
    }

    @Test func aStoreOfALaterVersionIsLeftAlone() throws {
        let home = try Home()
        defer { home.remove() }
        let kept = try home.train(Trained.options())
        try Database(home.database).execute("PRAGMA user_version = 99")
        let another = home.another()
        #expect(try another.kept(Trained.options())?.digest == kept.digest, "its files can be read")
        let run = try another.train(Trained.options())
        #expect(run.state == .done && run.digest == kept.digest)
        let faults = another.store.takeFaults()
        #expect(faults.count == 1)
        #expect(faults[0].message.contains("it is of version 99, made by a newer Tandem"))
        #expect(faults[0].fix.contains("TANDEM_HOME"))
        #expect(try Database(home.database).execute("SELECT count(*) FROM runs") == [[.integer(1)]])
    }

    @Test func whereNothingCanBeWrittenTheTrainingGoesOn() throws {
        let home = try Home()
        defer { home.remove() }
        let file = "\(home.folder)/file"
        try FileSystem.write("a file, no folder", to: file)
        let options = Trained.options()
        let store = RunStore(folder: "\(file)/home")
        #expect(store.begin(try Trained.record(options), try Trained.architecture(), options) == nil)
        #expect(store.list().isEmpty)
        let faults = store.takeFaults()
        #expect(faults.map(\.message) == ["runs are not kept: \(file)/home cannot be used (not a directory)"])
        #expect(faults[0].fix.hasPrefix("move what is in its place"))
        // Told once.
        _ = store.list()
        #expect(store.takeFaults().isEmpty)
    }

    @Test func anUnwritableCheckpointIsToldAndTheOldOneStays() throws {
        let home = try Home()
        defer { home.remove() }
        let options = Trained.options()
        let cut = try home.train(options, cutAfter: 1)
        // A link to a path that is as long as a path may be: next to it there is no room for a file under way.
        let path = try home.file(".checkpoint")
        let before = try FileSystem.read(path)
        var long = home.folder
        while long.utf8.count < 4080 {
            long += "/" + String(repeating: "a", count: min(200, 4084 - long.utf8.count))
            try FileSystem.createDirectories(long)
        }
        long += "/a"
        try FileSystem.rename(path, to: long)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: long)
        let more = try home.train(options, cutAfter: 2)
        #expect(cut.epochs == 1 && more.epochs == 2)
        let message = try #require(home.store.takeFaults().first).message
        #expect(
            message == "the checkpoint of Net seed 1 could not be written: file name too long; the previous one is kept"
        )
        #expect(try FileSystem.read(path) == before)
    }

    @Test func aClockThatIsSetBackChangesNoOrder() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        let later = Clock.secondsSince1970 + 100_000_000
        home.store.use { file throws(DatabaseError) in
            try file.database.execute("UPDATE runs SET started = ?", [.integer(later)])
        }
        let second = try home.train(Trained.options(seed: 2))
        #expect(home.store.list().map(\.seed) == [2, 1])
        #expect(home.store.list()[0].started < later)
        #expect(second.seconds >= 0 && second.metrics.allSatisfy { $0.seconds >= 0 })
    }

    // MARK: Privacy

    private func openToOthers(in folder: String) -> [String] {
        var open: [String] = []
        for path in [folder] + (FileManager.default.subpaths(atPath: folder) ?? []).map({ "\(folder)/\($0)" }) {
            var status = stat()
            if lstat(path, &status) == 0, status.st_mode & 0o077 != 0 { open.append(FileSystem.name(of: path)) }
        }
        return open
    }

    @Test func whatIsKeptIsForItsOwnerAlone() throws {
        let home = try Home()
        defer { home.remove() }
        let before = umask(0)
        defer { umask(before) }
        chmod(home.folder, 0o755)
        try home.train(Trained.options())
        home.store.setName("a", ofRun: home.store.list()[0].key)
        try home.train(Trained.options(seed: 2), cutAfter: 1)
        #expect(FileSystem.exists("\(home.database)-wal") && openToOthers(in: home.folder) == [])
        // As an older Tandem left them.
        for path in [home.folder, home.store.files] { chmod(path, 0o755) }
        for name in try FileSystem.list(home.folder) where name != "runs" { chmod("\(home.folder)/\(name)", 0o644) }
        for name in home.files { chmod("\(home.store.files)/\(name)", 0o664) }
        try FileSystem.write("print 1", to: "\(home.folder)/history.txt")
        #expect(home.another().store.list().count == 2)
        #expect(openToOthers(in: home.folder) == [])
        // A folder of the person's own, in which Tandem keeps things as well.
        chmod(home.folder, 0o755)
        try FileSystem.write("a letter", to: "\(home.folder)/letter.txt")
        #expect(home.another().store.list().count == 2)
        #expect(openToOthers(in: home.folder) == [FileSystem.name(of: home.folder), "letter.txt"])
        // One that takes the place of a damaged one, in that folder.
        home.store.close()
        try FileSystem.write("no database", to: home.database)
        #expect(home.another().store.list().count == 2)
        #expect(openToOthers(in: home.folder) == [FileSystem.name(of: home.folder), "letter.txt"])
    }

    /// Nobody reaches what is in a private folder: thousands of files are not asked for their modes at each opening.
    @Test func filesInAPrivateFolderAreNotLookedAt() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        home.store.close()
        for folder in [home.store.files, home.store.results] {
            for name in try FileSystem.list(folder) { chmod("\(folder)/\(name)", 0o644) }
        }
        let count = openToOthers(in: home.folder).count
        #expect(count > 0 && home.another().store.list().count == 1)
        #expect(openToOthers(in: home.folder).count == count)
        // They are made private before anybody can reach them.
        chmod(home.store.results, 0o755)
        chmod(home.store.files, 0o755)
        #expect(home.another().store.list().count == 1)
        #expect(openToOthers(in: home.folder) == [])
    }

    @Test func filesOfOthersStayAsTheyAre() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        home.store.close()
        let theirs = [
            "notes.txt", "model.safetensors", "0123456789abcdef.txt", "0123456789ABCDEF.safetensors", "x.lock",
            "0123456789abcdef.safetensors.gz", "x.checkpoint.1.999999999.part", "0123456789abcdef.name.old",
        ]
        for name in theirs { try FileSystem.write("theirs", to: "\(home.store.files)/\(name)") }
        let copies = ["tandem.sqlite.backup", "tandem.sqlite-old", "tandem.sqlite.damaged.gz"]
        for name in copies { try FileSystem.write("theirs", to: "\(home.folder)/\(name)") }
        for path in [home.folder, home.store.files] { chmod(path, 0o755) }
        let another = home.another()
        _ = another.store.clean()
        try another.train(Trained.options(seed: 2))
        let folders = [FileSystem.name(of: home.folder), "runs"]
        #expect(Set(openToOthers(in: home.folder)) == Set(theirs + copies + folders))
    }

    @Test func anOlderFileThatCannotBeWrittenIsRead() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        home.store.close()
        do {
            let database = try Database(home.database)
            try database.execute("ALTER TABLE runs DROP COLUMN found")
            try database.makeRecordsRows()
            try database.execute("PRAGMA user_version = 2")
        }
        let rows = try TandemDatabase(readingOnly: home.database).database.execute(
            "SELECT \(StoredRun.columns) FROM runs")
        #expect(rows.map { StoredRun($0, isLive: { _ in false }) }.map(\.label) == ["Net seed 1"])
    }

    // MARK: Records

    @Test func recordsOfAnEarlierVersionBecomeFiles() throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options())
        try home.train(Trained.options(seed: 2), cutAfter: 1)
        let keys = (try home.key(seed: 1), try home.key(seed: 2))
        home.store.close()
        try FileSystem.removeTree(home.store.results)
        var record = try Trained.record(Trained.options())
        record.position = try #require(WeightsFile.record(at: try home.file(".safetensors"))).position
        record.digest = run.digest
        record.description = nil
        let predictions = TestOutcomes(classes: record.position.outcomes.classes).bytes
        record.position.outcomes = TestOutcomes()
        do {
            let database = try Database(home.database)
            try database.makeRecordsRows()
            let checksum = Digest.sha256(Array(record.text.utf8) + predictions).hexadecimal
            for (key, sum) in [(keys.0, checksum), (keys.1, "damaged")] {
                try database.execute(
                    "INSERT INTO records VALUES (?, ?, ?, ?)",
                    [.text(key), .text(record.text), .bytes(predictions), .text(sum)])
            }
            try database.execute("PRAGMA user_version = 4")
        }
        // Its weights are gone: nothing but the row knows of it.
        try FileSystem.remove(try home.file(".safetensors"))
        let another = home.another()
        let kept = try #require(another.store.list().last)
        #expect(another.store.list().count == 2 && kept.state == "done" && !kept.isOfThisEngine)
        #expect(another.store.record(of: kept)?.digest == run.digest)
        #expect(another.store.record(of: kept)?.position.outcomes.predictions == run.predictions)
        #expect(try RunRecordFile.read(try home.record()).record.digest == run.digest)
        #expect(another.store.takeFaults().isEmpty)
        let left = try Database(home.database).execute("SELECT count(*) FROM unfiled")
        #expect(left.first?.first?.integer == 1, "what cannot be read stays where it was")
    }

    /// What a study trained has no weights: its record alone is a file.
    @Test func runsWithoutWeightsAreFoundAgainAfterTheDatabaseIsLost() throws {
        let home = try Home()
        defer { home.remove() }
        let run = try home.train(Trained.options(), keepsWeights: false)
        try home.train(Trained.options(seed: 2), keepsWeights: false)
        let identity = try Trained.record(Trained.options()).kept!.identity
        home.store.close()
        #expect(home.files.allSatisfy { !$0.hasSuffix(".safetensors") })
        for ending in ["", "-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
        let another = home.another()
        #expect(another.store.list().map(\.seed).sorted() == [1, 2])
        let record = try #require(another.store.endedRecord(identity))
        #expect(record.digest == run.digest && record.position.outcomes == run.outcomes && run.outcomes.isWhole)
    }

    @Test func recordsAreCarriedFromStoreToStore() throws {
        let (home, other) = (try Home(), try Home())
        defer {
            home.remove()
            other.remove()
        }
        let run = try home.train(Trained.options())
        try home.train(Trained.options(seed: 2), keepsWeights: false)
        try home.train(Trained.options(seed: 3), cutAfter: 1)
        home.store.setName("best", ofRun: try home.key(seed: 1))
        let folder = "\(home.folder)/carried/results"
        #expect(try home.store.export(home.store.list(), to: folder) == RunStore.Carried(count: 2))
        #expect(try home.store.export(home.store.list(), to: folder) == RunStore.Carried(known: 2))
        #expect(try FileSystem.list(folder).count == 2)

        #expect(try other.store.import(from: folder) == RunStore.Carried(count: 2))
        #expect(try other.store.import(from: folder) == RunStore.Carried(known: 2))
        #expect(other.store.list().map(\.seed).sorted() == [1, 2])
        #expect(other.store.kept(called: "best")?.seed == 1)
        let identity = try Trained.record(Trained.options()).kept!.identity
        for store in [other.store, other.another().store] {
            let record = try #require(store.endedRecord(identity))
            #expect(record.digest == run.digest && record.position.outcomes == run.outcomes)
            #expect(record.position.metrics == run.metrics && record.name == "best")
            #expect(store.kept(identity) == nil, "it has no weights")
        }
        // A training here takes its place.
        try other.train(Trained.options())
        other.store.setName("best", ofRun: other.store.list()[0].key)
        #expect(try other.kept(Trained.options())?.digest == run.digest)
        #expect(other.store.list().count == 2 && other.store.takeFaults().isEmpty)
    }

    @Test func whatIsNoRecordIsRefusedByItsName() throws {
        let (home, other) = (try Home(), try Home())
        defer {
            home.remove()
            other.remove()
        }
        try home.train(Trained.options())
        let folder = "\(home.folder)/carried"
        _ = try home.store.export(home.store.list(), to: folder)
        let name = try #require(try FileSystem.list(folder).first)
        let bytes = try FileSystem.read("\(folder)/\(name)")
        try FileSystem.write(Array(bytes.dropLast(3)), to: "\(folder)/cut.run")
        try FileSystem.write([], to: "\(folder)/empty.run")
        try FileSystem.write("a letter", to: "\(folder)/letter.txt")
        // The result of another training, which says that it is one of these.
        var forged = try RunRecordFile.read("\(folder)/\(name)").record
        forged.kept?.identity = try Trained.record(Trained.options(seed: 5)).kept!.identity
        try RunRecordFile.write(forged, key: "00000000000000ff", to: "\(folder)/forged.run")
        // Of an engine of which nothing is known, it is taken, and no training finds it.
        (forged.arithmetic, forged.description, forged.name) = (0, nil, "a\nb \u{1b}[31m")
        try RunRecordFile.write(forged, key: "00000000000000fe", to: "\(folder)/older.run")
        let carried = try other.store.import(from: folder)
        #expect(carried.count == 2 && carried.refused.map(\.name).sorted() == ["cut.run", "empty.run", "forged.run"])
        #expect(other.store.list().map(\.date).allSatisfy { !$0.isEmpty })
        #expect(other.store.list().filter { $0.key == "00000000000000fe" }.map(\.name) == [nil])
        #expect(other.store.endedRecord(try Trained.record(Trained.options(seed: 5)).kept!.identity) == nil)
        #expect(throws: FileError.self) { try other.store.import(from: "\(folder)/nowhere") }
    }

    @Test func aRunIsFoundByEveryNameItWasGiven() throws {
        let home = try Home()
        defer { home.remove() }
        for seed in UInt64(1)...2 { try home.train(Trained.options(seed: seed)) }
        let (first, second) = (try home.key(seed: 1), try home.key(seed: 2))
        for name in ["a", "best", "a"] { home.store.setName(name, ofRun: first) }
        for store in [home.store, home.another().store] {
            #expect(store.list().map(\.name) == [nil, "a"])
            #expect(["a", "best"].map { store.kept(called: $0)?.key } == [first, first])
        }
        // A name means one run.
        home.store.setName("a", ofRun: second)
        #expect(home.store.list().map(\.name) == ["a", "best"])
        home.store.setName("best", ofRun: second)
        #expect(home.store.list().map(\.name) == ["best", nil])
        for store in [home.store, home.another().store] {
            #expect(["a", "best"].map { store.kept(called: $0)?.key } == [second, second])
        }
        home.store.close()
        for ending in ["", "-wal", "-shm"] { try FileSystem.remove(home.database + ending) }
        #expect(home.another().store.kept(called: "a")?.seed == 2)
    }

    @Test func whatAnImportRefusesIsNotFoundInTheFolderEither() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options(), keepsWeights: false)
        let path = try home.record()
        var record = try RunRecordFile.read(path).record
        home.store.close()
        let other = try Trained.record(Trained.options(seed: 5)).kept!.identity
        record.kept?.identity = other
        let name = RunRecordFile.name(other.digest, "00000000000000ff")
        try RunRecordFile.write(record, key: "00000000000000ff", to: "\(home.store.results)/\(name)")
        let another = home.another()
        #expect(another.store.list().map(\.seed) == [1] && another.store.endedRecord(other) == nil)
        #expect(another.store.takeFaults().isEmpty)
        // And what was damaged here is taken from elsewhere again.
        let folder = "\(home.folder)/carried"
        _ = try another.store.export(another.store.list(), to: folder)
        try FileSystem.write([], to: path)
        #expect(try another.store.import(from: folder) == RunStore.Carried(count: 1))
        #expect(another.store.record(of: another.store.list()[0]) != nil)
    }

    @Test(arguments: [#""accuracy":1e308"#, #""accuracy":-5"#, #""seconds":1e300"#, #""trainaccuracy":101"#])
    func whatNoTrainingComesToIsNoRecord(_ member: String) throws {
        var record = try Trained.record(Trained.options())
        record.position = try Trained.train(Trained.options(epochs: 1)).position
        #expect(RunRecord(.object(record.json)) != nil)
        let key = member.split(separator: "\"")[0]
        let text = record.text.replacing(try Regex("\"\(key)\":[0-9.e-]+"), with: member)
        let json = try JSON(parsing: text)
        #expect(text != record.text && RunRecord(json) == nil)
    }

    private static let synthetic = DataDescription(
        source: .synthetic, steps: [], mean: [0, 0, 0], deviation: [1, 1, 1], augmentation: Augmentation())

    /// Each with a checksum of its own, as whoever changes a record makes it.
    private static let contradictions: [(reason: String, change: @Sendable (inout RunRecord) -> Void)] = [
        ("its curve has 2 epochs, and its training 3", { $0.position.metrics.removeLast() }),
        ("its curve has 0 epochs, and its training 3", { ($0.position.metrics, $0.position.outcomes) = ([], .init()) }),
        ("outcomes of images, and no epoch", { ($0.state, $0.position.metrics) = (.diverged(epoch: 1, batch: 0), []) }),
        ("do not follow one another", { $0.position.metrics.reverse() }),
        ("in an epoch that it does not have", { $0.state = .diverged(epoch: .min, batch: 0) }),
        ("its curve has 3 epochs, and its training 1", { $0.state = .diverged(epoch: 1, batch: 0) }),
        ("its epochs or its seed", { $0.epochs = 4 }), ("its epochs or its seed", { $0.seed = 7 }),
        ("outcomes of 40 images, and its data 2000 test images", { $0.description?.data = synthetic }),
        ("beyond the 10 of its network", { $0.change(prediction: 10) }),
        ("the accuracy of its result", { $0.changeLast(accuracy: 100) }),
        ("the accuracy of its result", { $0.changeLast(accuracy: 0.1) }),
        ("the accuracy of its result", { $0.changeLast(accuracy: .nan) }),
        ("the loss of its result", { $0.changeLast(loss: 0.01) }),
        ("its digest is not 64", { $0.digest = "AB" }),
        ("its digest is not 64", { $0.digest = $0.digest?.uppercased() }),
        ("its weights is missing", { $0.digest = nil }), ("its weights is missing", { $0.digest = "" }),
        ("begun in the future", { $0.kept?.started += 3 * 86_400 }),
        ("begun in the future", { $0.kept?.started = 67_768_036_191_000_000 }),
        ("its model's name has more than 500", { $0.model = String(repeating: "m", count: 501) }),
        ("its name has more than 500", { $0.name = String(repeating: "n", count: 501) }),
        ("its data set's name has more", { $0.dataset = String(repeating: "d", count: 501) }),
    ]

    @Test func aRecordThatContradictsItselfIsRefused() throws {
        let (home, other) = (try Home(), try Home())
        defer {
            home.remove()
            other.remove()
        }
        try home.train(Trained.options())
        let record = try RunRecordFile.read(try home.record()).record
        for (number, (reason, change)) in Self.contradictions.enumerated() {
            var forged = record
            change(&forged)
            let folder = "\(home.folder)/\(number)"
            try FileSystem.createDirectories(folder)
            try RunRecordFile.write(forged, key: "00000000000000ff", to: "\(folder)/a.run")
            let carried = try other.store.import(from: folder)
            #expect(carried.count == 0 && carried.refused.map(\.reason).allSatisfy { $0.contains(reason) }, "\(reason)")
            #expect(carried.refused.count == 1, "\(reason)")
        }
        #expect(other.store.list().isEmpty)
    }

    @Test func whatAnEarlierVersionDidNotKeepIsNoContradiction() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        let record = try RunRecordFile.read(try home.record()).record
        func reason(_ change: (inout RunRecord) -> Void) -> String? {
            var older = record
            change(&older)
            return older.reasonToRefuse
        }
        #expect(record.reasonToRefuse == nil && record.reasonToRefuseImport == nil)
        #expect(reason { $0.position.outcomes = TestOutcomes() } == nil)
        #expect(reason { $0.position.outcomes = TestOutcomes(classes: $0.position.outcomes.classes) } == nil)
        #expect(reason { ($0.epochs, $0.seed, $0.seeds) = (nil, nil, nil) } == nil)
        #expect(reason { ($0.arithmetic, $0.description, $0.digest) = (0, nil, nil) } == nil)
        #expect(reason { $0.kept?.started = Clock.secondsSince1970 + 3 * 86_400 } == nil, "this machine's own clock")
        // Its loss was no number in the third epoch, or at its end.
        #expect(reason { $0.state = .diverged(epoch: 3, batch: 3) } == nil)
        #expect(reason { ($0.state, _) = (.diverged(epoch: 3, batch: 1), $0.position.metrics.removeLast()) } != nil)
    }

    @Test func whereNoRecordCanBeWrittenAStudysRunHasNotEnded() throws {
        let home = try Home()
        defer { home.remove() }
        try FileSystem.write("in the way", to: home.store.results)
        let run = try home.train(Trained.options(), keepsWeights: false)
        #expect(run.state == .done && home.store.list().map(\.state) == ["interrupted"])
        let faults = home.store.takeFaults()
        #expect(faults.count == 1 && faults[0].message.contains("the record of Net seed 1 could not be written"))
        #expect(!faults[0].message.contains("the previous one is kept"))
        try FileSystem.remove(home.store.results)
        let again = home.another()
        let identity = try Trained.record(Trained.options()).kept!.identity
        #expect(again.store.endedRecord(identity) == nil)
        // It resumes where nothing is left to be done.
        let resumed = try again.train(Trained.options(), keepsWeights: false)
        #expect(resumed.digest == run.digest && again.store.list().map(\.state) == ["done"])
        #expect(again.store.endedRecord(identity)?.digest == run.digest)
    }

    @Test func theRecordOfALaterVersionStaysAsItIs() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        let path = try home.record()
        var bytes = try FileSystem.read(path)
        let place = try #require(bytes.firstRange(of: Array(#"\"format\":1,\"version"#.utf8)))
        bytes.replaceSubrange(place, with: Array(#"\"format\":9,\"version"#.utf8))
        try FileSystem.write(bytes, to: path)
        let another = home.another()
        #expect(another.store.record(of: another.store.list()[0]) != nil, "its weights tell of it")
        _ = try another.store.export(another.store.list(), to: "\(home.folder)/carried")
        #expect(try FileSystem.read(path) == bytes)
    }

    // MARK: Two at once

    /// From its first step on, and not from its next checkpoint.
    @Test func aRunThatIsContinuedIsRunningForOthers() throws {
        let home = try Home()
        defer { home.remove() }
        let options = Trained.options()
        try home.train(options, cutAfter: 1)
        let other = home.another().store
        #expect(other.list().map(\.state) == ["interrupted"])
        let keeper = home.store.begin(
            try Trained.record(options), try Trained.architecture(), options)
        #expect(keeper?.beginning != nil)
        #expect(other.list().map(\.state) == ["running"] && other.list().map(\.epochs) == [1])
        _ = other.clean()
        #expect(try home.file(".lock") == home.store.lock(try home.key(seed: 1)))
        #expect(other.isLive(try home.key(seed: 1)))
        // The same training of another process leaves it alone.
        let second = other.begin(try Trained.record(options), try Trained.architecture(), options)
        #expect(second != nil && second?.key != keeper?.key)
    }

    /// A lock file may be removed between being opened and being locked.
    @Test func whoTakesALockWhileItIsCleanedHasIt() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        let (store, other, turns) = (home.store, home.another().store, 300)
        let key = home.store.list()[0].key
        let taken = Mutex((missed: 0, lost: 0))
        DispatchQueue.concurrentPerform(iterations: 2) { place in
            for _ in 0..<turns {
                if place == 1 {
                    _ = other.clean()
                } else if let lock = store.acquireLock(key) {
                    if !store.isLive(key) { taken.withLock { $0.lost += 1 } }
                    lock.release()
                } else {
                    taken.withLock { $0.missed += 1 }
                }
            }
        }
        #expect(taken.withLock { $0.missed } == 0 && taken.withLock { $0.lost } == 0)
    }

    @Test(arguments: [true, false])
    func aRunIsKeptOnceAnotherProcessLetsGoOfTheDatabase(_ isOpen: Bool) throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options(seed: 2))
        if !isOpen { home.store.close() }
        let other = try Database(home.database)
        if isOpen {
            try other.execute("BEGIN IMMEDIATE")
        } else {
            // Nor can it be read.
            try other.execute("PRAGMA locking_mode = EXCLUSIVE")
            try other.execute("BEGIN EXCLUSIVE")
            try other.execute("UPDATE runs SET seconds = 1")
        }
        let run = try home.train(Trained.options())
        let cut = try home.train(Trained.options(seed: 3), cutAfter: 1)
        #expect(run.state == .done && cut.state == .interrupted)
        #expect(home.store.takeFaults() == [.held(path: home.database)])
        #expect(StoreFault.held(path: home.database).fix.contains("fuser"))
        try other.execute("COMMIT")
        if !isOpen {
            try other.execute("PRAGMA locking_mode = NORMAL")
            try other.execute("SELECT count(*) FROM runs")
        }
        home.store.wait()
        #expect(home.store.list().map(\.seed) == [3, 1, 2])
        #expect(home.store.list().map(\.state) == ["interrupted", "done", "done"])
        #expect(try home.another().kept(Trained.options())?.digest == run.digest)
        home.store.close()
        #expect(home.store.takeFaults().isEmpty)
    }

    /// Whether its weights are kept, and whether it is the first.
    @Test(arguments: [true, false], [true, false])
    func aRunIsFoundByTheNextSessionWhereTheDatabaseWasHeldToTheEnd(_ keepsWeights: Bool, _ isFirst: Bool) throws {
        let home = try Home()
        defer { home.remove() }
        if isFirst { _ = home.store.list() } else { try home.train(Trained.options(seed: 2)) }
        let other = try Database(home.database)
        try other.execute("BEGIN IMMEDIATE")
        let options = Trained.options()
        let keeper = try #require(
            home.store.begin(
                try Trained.record(options), try Trained.architecture(), options,
                keepsWeights: keepsWeights))
        let run = try Trainer(
            model: "Net", architecture: try Trained.architecture(), dataset: Trained.data, options: options
        ).train(keeper: keeper, cancellation: Cancellation()) { _ in }
        home.store.wait()
        home.store.setName("mine", ofRun: try #require(keeper.key))
        home.store.close()
        #expect(home.store.takeFaults() == [.held(path: home.database), .notListed(path: home.database)])
        try other.execute("COMMIT")
        let another = Home(folder: home.folder)
        #expect(another.store.kept(called: "mine")?.epochs == 3)
        let found = try another.kept(options)
        #expect(another.store.takeFaults().isEmpty)
        #expect((found != nil) == keepsWeights)
        #expect(try (found ?? another.train(options)).digest == run.digest)
        // One with a name stays beside the same training with weights.
        #expect(
            another.store.list().map(\.state)
                == [String](repeating: "done", count: (keepsWeights ? 1 : 2) + (isFirst ? 0 : 1)))
    }

    /// Nor can it be read, so that it cannot be asked who had the name before.
    @Test func aNameMovesWhileTheDatabaseIsHeld() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        home.store.setName("a", ofRun: home.store.list()[0].key)
        home.store.close()
        let other = try Database(home.database)
        try other.execute("PRAGMA locking_mode = EXCLUSIVE")
        try other.execute("BEGIN EXCLUSIVE")
        try other.execute("UPDATE runs SET seconds = 1")
        let options = Trained.options(seed: 2)
        let keeper = try #require(
            home.store.begin(try Trained.record(options), try Trained.architecture(), options))
        _ = try Trainer(
            model: "Net", architecture: try Trained.architecture(), dataset: Trained.data, options: options
        ).train(keeper: keeper, cancellation: Cancellation()) { _ in }
        home.store.setName("a", ofRun: try #require(keeper.key))
        home.store.close()
        try other.execute("COMMIT")
        try other.execute("PRAGMA locking_mode = NORMAL")
        try other.execute("SELECT count(*) FROM runs")
        #expect(Home(folder: home.folder).store.list().map(\.label) == ["a", "Net seed 1"])
    }

    /// What is in a file is found whether or not the index of the files can be read.
    @Test func runsAreFoundByTheirFilesWhileTheDatabaseIsHeld() throws {
        let home = try Home()
        defer { home.remove() }
        let ended = try home.train(Trained.options())
        home.store.setName("best", ofRun: try home.key(seed: 1))
        let cut = try home.train(Trained.options(seed: 2), cutAfter: 1)
        try home.train(Trained.options(seed: 3), keepsWeights: false)
        home.store.close()
        let elsewhere = try Home()
        defer { elsewhere.remove() }
        let whole = try elsewhere.train(Trained.options(seed: 2))
        let other = try Database(home.database)
        try other.execute("PRAGMA locking_mode = EXCLUSIVE")
        try other.execute("BEGIN EXCLUSIVE")
        try other.execute("UPDATE runs SET seconds = 1")

        let held = Home(folder: home.folder)
        #expect(held.store.list().map(\.seed).sorted() == [1, 2, 3] && held.store.count == 3)
        #expect(held.store.kept(called: "best")?.seed == 1)
        #expect(try held.kept(Trained.options())?.digest == ended.digest)
        #expect(held.store.endedRecord(try Trained.record(Trained.options(seed: 3)).kept!.identity) != nil)
        #expect(held.store.clean() == nil)
        // It continues where it was cut, twice, and so does one with more epochs.
        #expect(cut.epochs == 1 && whole.epochs == 3)
        let steps = (try held.train(Trained.options(seed: 2), cutAfter: 2)).steps
        #expect(steps > cut.steps && held.store.list().filter { $0.seed == 2 }.map(\.epochs) == [2])
        let resumed = try held.train(Trained.options(seed: 2))
        #expect(resumed.digest == whole.digest && resumed.metrics.prefix(1) == cut.metrics[...])
        #expect(held.store.takeFaults() == [.held(path: home.database)])
        let longer = Trained.options(epochs: 4)
        let keeper = held.store.begin(try Trained.record(longer), try Trained.architecture(), longer)
        #expect(keeper?.beginning?.position.epoch == 4 && keeper?.key != nil)

        try other.execute("COMMIT")
        try other.execute("PRAGMA locking_mode = NORMAL")
        try other.execute("SELECT count(*) FROM runs")
        held.store.wait()
        #expect(held.store.list().filter { $0.seed == 2 }.map(\.state) == ["done"])
        #expect(held.files.filter { $0.hasSuffix(".safetensors") }.count == 2)
    }

    /// In the mode in which the database is kept, who holds it for writing lets others read.
    @Test func whatWasTrainedWhileTheDatabaseCouldOnlyBeReadIsNotTrainedAgain() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        let early = Home(folder: home.folder)
        #expect(early.store.list().count == 1)
        let other = try Database(home.database)
        try other.execute("BEGIN EXCLUSIVE")

        // By itself, by a session that was there before, and by one that comes later.
        let ended = try home.train(Trained.options(seed: 2))
        let cut = try home.train(Trained.options(seed: 3), cutAfter: 1)
        home.store.setName("mine", ofRun: try home.key(seed: 2))
        let late = Home(folder: home.folder)
        for session in [home, early, late] {
            #expect(try session.kept(Trained.options(seed: 2))?.digest == ended.digest)
            #expect(session.store.list().map(\.seed).sorted() == [1, 2, 3])
            #expect(session.store.kept(called: "mine")?.seed == 2)
            #expect(session.store.clean() == nil)
            let options = Trained.options(seed: 3)
            let keeper = session.store.begin(
                try Trained.record(options), try Trained.architecture(), options)
            #expect(keeper?.beginning?.position.steps == cut.steps)
        }
        try other.execute("COMMIT")
        early.store.wait()
        #expect(early.store.clean() != nil)
        home.store.wait()
        #expect(home.store.list().map(\.seed).sorted() == [1, 2, 3] && home.store.clean() != nil)
        // Nothing was lost.
        #expect(Home(folder: home.folder).store.takeFaults().isEmpty)
    }

    /// A folder on a full or read-only disk, or a database of a later version.
    @Test func whatCannotBeKeptGoesOnFromWhatIs() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options(), cutAfter: 1)
        try home.train(Trained.options(seed: 2))
        home.store.close()
        try Database(home.database).execute("PRAGMA user_version = 99")
        let another = Home(folder: home.folder)
        for options in [Trained.options(), Trained.options(epochs: 4, seed: 2)] {
            let record = try Trained.record(options)
            let keeper = try #require(
                another.store.begin(record, try Trained.architecture(), options))
            #expect(keeper.key == nil && keeper.beginning?.position.epoch == keeper.source.map { $0.epochs + 1 })
            #expect(another.store.begin(record, try Trained.architecture(), options, attempt: .drawn()) == nil)
        }
        let elsewhere = try Home()
        defer { elsewhere.remove() }
        #expect(try another.train(Trained.options()).digest == elsewhere.train(Trained.options()).digest)
        #expect(another.store.takeFaults().count == 1)
        #expect(another.files == home.files, "nothing is written")
    }

    @Test func aRepairIsNotWaitedForWithoutAnEnd() throws {
        let home = try Home()
        defer { home.remove() }
        try FileSystem.write("no database", to: home.database)
        let lock = try FileLock("\(home.database).lock", isCancelled: { true })
        let error = #expect(throws: DatabaseError.self) { try TandemDatabase(home.database, patience: Patience(0.01)) }
        #expect(error?.kind == .busy)
        withExtendedLifetime(lock != nil) {}
    }

    @Test func aRunUnderWayIsLeftToTheOneThatTrainsIt() throws {
        let home = try Home()
        defer { home.remove() }
        let options = Trained.options()
        let architecture = try Trained.architecture()
        let keeper = try #require(home.store.begin(try Trained.record(options), architecture, options))
        let other = home.another()
        #expect(other.store.list().map(\.state) == ["running"])
        // The other trains the same, beside it.
        let run = try other.train(options)
        #expect(run.state == .done)
        #expect(other.store.list().map(\.state) == ["done", "running"])
        withExtendedLifetime(keeper) {}
    }

    @Test func aRunWhoseProcessIsGoneIsInterrupted() throws {
        let home = try Home()
        defer { home.remove() }
        let options = Trained.options()
        do { _ = home.store.begin(try Trained.record(options), try Trained.architecture(), options) }
        // As a killed one leaves it.
        try FileSystem.write("", to: home.store.lock(try home.key(seed: 1)))
        #expect(home.another().store.list().map(\.state) == ["interrupted"])
        #expect(home.store.clean()?.files == 1)
    }

    @Test func oneProcessAtATimeClaimsATraining() throws {
        let home = try Home()
        defer { home.remove() }
        let other = home.another().store
        let identity = try #require(try Trained.record(Trained.options()).kept?.identity)
        func isGranted(_ answer: TrainingClaim.Answer) -> Bool { if case .granted = answer { true } else { false } }
        do {
            let claim = home.store.claim(identity)
            guard case .held(let holder) = other.claim(identity) else { return #expect(Bool(false), "granted twice") }
            #expect(holder == "process \(getpid())" && other.removeLeftClaims() == 0)
            let cancellation = Cancellation()
            #expect(throws: TrainingError.self) {
                _ = try other.claim(identity, unless: cancellation) { _ in cancellation.cancel() }
            }
            #expect(isGranted(other.claim(try #require(try Trained.record(Trained.options(seed: 2)).kept?.identity))))
            withExtendedLifetime(claim) {}
        }
        #expect(try FileSystem.list(home.store.claims).isEmpty)
        // What a killed process has left.
        try FileSystem.write("{", to: "\(home.store.claims)/\(identity.digest)")
        #expect(isGranted(other.claim(identity)))
        try FileSystem.write("{", to: "\(home.store.claims)/\(identity.digest)")
        #expect(home.store.clean()?.files == 1)
        #expect(try FileSystem.list(home.store.claims).isEmpty)
        try FileSystem.write("{", to: "\(home.store.claims)/\(identity.digest)")
        home.store.close()
        #expect(try FileSystem.list(home.store.claims).isEmpty)
    }

    /// A lock of another machine: its run is being trained until the file has not changed for long enough, or until who
    /// has the claim says that it is lost.
    @Test func theLockOfAnotherMachineHolds() throws {
        let home = try Home()
        defer { home.remove() }
        let (options, architecture) = (Trained.options(), try Trained.architecture())
        let record = try Trained.record(options)
        let identity = try #require(record.kept?.identity)
        do { _ = home.store.begin(record, architecture, options) }
        let path = home.store.lock(try home.key(seed: 1))
        try FileSystem.write("ffffffff 3\n", to: path)
        let other = home.another().store
        #expect(other.list().map(\.state) == ["running"])
        #expect(other.clean()?.files == 0 && FileSystem.isThere(path))
        #expect(other.acquireLock(try home.key(seed: 1)) == nil)
        guard case .granted(let claim) = other.claim(identity) else { return #expect(Bool(false), "not granted") }
        let keeper = try #require(other.begin(record, architecture, options, claim))
        #expect(keeper.key == (try home.key(seed: 1)), "the lost machine's run goes on")
    }

    /// Another machine that has let go of a training has mostly ended it, and its result may be seen later: nobody
    /// begins the training at once.
    @Test func whatAnotherMachineHasLetGoOfIsWaitedFor() throws {
        let home = try Home()
        defer { home.remove() }
        let identity = try #require(try Trained.record(Trained.options()).kept?.identity)
        try FileSystem.createDirectories(home.store.claims, isPrivate: true)
        let path = "\(home.store.claims)/\(identity.digest)"
        try FileSystem.write("ffffffff 3\n{\"host\":\"n7\",\"process\":12}", to: path)
        func holder() -> String? { if case .held(let by) = home.store.claim(identity) { by } else { nil } }
        #expect(holder() == "process 12 on n7")
        try FileSystem.remove(path)
        #expect(holder() == "process 12 on n7")
        // With its result there is nothing to wait for.
        try home.train(Trained.options())
        #expect(holder() == nil)
    }

    /// `fresh: true` in several processes: one trains, the others find its run, and no other run of the identity
    /// counts.
    @Test func anAttemptIsTrainedOnceAndFoundByItsName() throws {
        let home = try Home()
        defer { home.remove() }
        let (options, attempt) = (Trained.options(), Attempt("job 1"))
        let identity = try #require(try Trained.record(options).kept?.identity)
        try home.train(options)
        #expect(home.store.kept(identity) != nil && home.store.kept(identity, attempt) == nil)
        guard case .granted(let claim) = home.store.claim(identity, attempt) else {
            return #expect(Bool(false), "not granted")
        }
        guard case .held = home.another().store.claim(identity, attempt) else {
            return #expect(Bool(false), "granted twice")
        }
        guard case .granted = home.another().store.claim(identity, Attempt("job 2")) else {
            return #expect(Bool(false), "another attempt waits")
        }
        let keeper = home.store.begin(
            try Trained.record(options), try Trained.architecture(), options, claim, attempt: attempt)
        #expect(keeper?.beginning == nil && keeper?.key == attempt.key(of: identity))
        #expect(home.store.withResults([(identity, nil), (identity, attempt)]) == [true, false])
    }

    @Test func onANetworkFileSystemEachMachineHasADatabase() throws {
        #expect(TandemDatabase.name(host: nil) == "tandem.sqlite")
        #expect(TandemDatabase.name(host: "n1.cluster-2") == "tandem-n1.cluster-2.sqlite")
        #expect(TandemDatabase.name(host: "a/b ü") == "tandem-a_b__.sqlite")
        #expect(!NetworkFileSystem.contains("/proc") && !NetworkFileSystem.contains("/nowhere/at/all"))
        // What one for all machines holds, of an earlier version, is taken over.
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        home.store.close()
        let own = try TandemDatabase("\(home.folder)/\(TandemDatabase.name(host: "n1"))")
        #expect(RunStore.count(own.database) == 1)
    }

    /// Whether it comes to its end.
    @Test(arguments: [true, false])
    func aClaimIsHeldUntilOthersFindWhatCameOfIt(isWhole: Bool) throws {
        let home = try Home()
        defer { home.remove() }
        let (options, architecture, other) = (Trained.options(), try Trained.architecture(), home.another())
        let record = try Trained.record(options)
        let identity = try #require(record.kept?.identity)
        do {
            guard case .granted(let claim) = home.store.claim(identity) else { return #expect(Bool(false)) }
            let keeper = home.store.begin(record, architecture, options, claim)
            let cancellation = Cancellation()
            _ = try Trainer(model: "Net", architecture: architecture, dataset: Trained.data, options: options)
                .train(keeper: keeper, cancellation: cancellation) { event in
                    guard case .held = other.store.claim(identity) else { return #expect(Bool(false), "granted twice") }
                    if case .epoch = event, !isWhole { cancellation.cancel() }
                }
        }
        _ = try other.store.claim(identity, unless: Cancellation()) { _ in }
        #expect(try (other.kept(options) != nil) == isWhole)
        let next = other.store.begin(record, architecture, options)
        #expect(isWhole || next?.beginning?.position.epoch == 2)
    }

    @Test func noLockIsLeftOfATrainingThatHasEnded() throws {
        let home = try Home()
        defer { home.remove() }
        try home.train(Trained.options())
        try home.train(Trained.options(seed: 2), cutAfter: 1)
        try home.train(Trained.options(seed: 3), cutAfter: 1)
        try home.train(Trained.options(seed: 3), cutAfter: 2)
        #expect(home.files.count == 4 && home.files.allSatisfy { !$0.hasSuffix(".lock") }, "\(home.files)")
    }

    @Test func twoStoresWriteAtOnce() throws {
        let home = try Home()
        defer { home.remove() }
        let homes = [home, home.another()]
        DispatchQueue.concurrentPerform(iterations: 2) { place in
            for seed in 0..<6 {
                _ = try? homes[place].train(Trained.options(epochs: 1, seed: UInt64(2 * seed + place)))
            }
        }
        #expect(Set(home.store.list().map(\.seed)) == Set(0..<12))
        #expect(home.store.list().allSatisfy { $0.state == "done" })
        for home in homes { #expect(home.store.takeFaults().isEmpty) }
    }
}
