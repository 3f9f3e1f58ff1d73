// What `tandem bench` measures: steps of training and inference of a network on this machine, and its layers.

import Engine
import Glibc
import Libraries
import Network
import Runtime

/// What was asked for after `tandem bench`.
private struct Settings {
    var isJSON = false
    var network = BenchmarkNetwork.experiment
    var precisions: [Precision] = Precision.measured
    var threads = ThreadPool.availableThreads
    var steps = 20
    private var givenBatch: Int?
    var batch: Int { givenBatch ?? network.batch }

    /// `nil` for wrong usage.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--json" {
                isJSON = true
                continue
            }
            guard let value = rest.popFirst() else { return nil }
            let number = Int(value).flatMap { (1...100_000).contains($0) ? $0 : nil }
            switch (word, number) {
            case ("--network", _):
                guard let network = BenchmarkNetwork(rawValue: value) else { return nil }
                self.network = network
            case ("--precision", _):
                guard let precision = Precision(rawValue: value) else { return nil }
                precisions = [precision]
            case ("--threads", let number?): threads = number
            case ("--batch", let number?): givenBatch = number
            case ("--steps", let number?): steps = number
            default: return nil
            }
        }
    }

    static let usage =
        "usage: tandem bench [--json] [--network \(BenchmarkNetwork.allCases.map(\.rawValue).joined(separator: "|"))]\n"
        + "                    [--precision \(Precision.allCases.map(\.rawValue).joined(separator: "|"))] [--threads N] "
        + "[--batch B] [--steps S]\n"
}

extension Precision {
    /// Those that are measured unless one is asked for.
    fileprivate static let measured: [Precision] = [.float32, .mixed]
}

/// One measurement, as a line of `tandem bench --json`.
private struct Measurement {
    /// `train` or `infer`
    let what: String
    let network: BenchmarkNetwork
    let precision: Precision
    /// Of training steps, with times of its layers.
    let profile: Profile
    /// The median of a step.
    let milliseconds: Double
    /// Peak resident size in training, less that at the start.
    let residentMegabytes: Double

    var imagesPerSecond: Double { Double(profile.batch) / milliseconds * 1000 }

    var json: JSON {
        var object: JSONObject = [
            "what": .string(what), "network": .string(network.rawValue), "precision": .string(precision.rawValue),
            "threads": .integer(profile.threads), "batch": .integer(profile.batch),
            "ms": .number(rounded(milliseconds)), "images_per_s": .number(rounded(imagesPerSecond)),
            "peak_gflops": .number(rounded(profile.peakGigaflops)),
            "memory_gb_per_s": .number(rounded(profile.gigabytesPerSecond)),
            "rss_mb": .number(rounded(residentMegabytes)),
        ]
        if what == "train" { object["layers"] = profile.json }
        return .object(object)
    }

    var text: String {
        "\(what)  \(network.rawValue)  \(precision.rawValue)  "
            + "\(profile.threads) \(profile.threads == 1 ? "thread" : "threads")  batch \(profile.batch): "
            + "\(rounded(milliseconds)) ms a step, \(rounded(imagesPerSecond)) images/s, \(rounded(residentMegabytes)) MB\n"
    }

    private func rounded(_ number: Double) -> Double { (number * 10).rounded() / 10 }
}

/// Runs `tandem bench` with the words behind it. Returns the exit code: 2 for wrong usage or surroundings.
public func runBench(arguments: [String]) -> Int32 {
    guard let settings = Settings(arguments) else {
        StandardStream.error.write(Settings.usage)
        return 2
    }
    let faults = EngineError.environmentFaults
    for fault in faults { StandardStream.complain("\(fault)") }
    guard faults.isEmpty else { return 2 }
    do {
        for precision in settings.precisions {
            let measurements = try measure(settings, precision)
            for measurement in measurements {
                StandardStream.output.write(
                    settings.isJSON ? String(decoding: measurement.json.bytes, as: UTF8.self) + "\n" : measurement.text)
            }
            guard !settings.isJSON, let profile = measurements.first?.profile else { continue }
            StandardStream.output.write("\n" + profile.table.text(columns: StandardStream.output.columns ?? 120) + "\n")
        }
        return 0
    } catch {
        StandardStream.complain("\(error)")
        return 1
    }
}

private func measure(_ settings: Settings, _ precision: Precision) throws -> [Measurement] {
    let start = residentMegabytes(isReset: true)
    let bench = try TrainingBench(
        settings.network.architecture(), batch: settings.batch, precision: precision, threads: settings.threads)
    func median(_ body: () throws -> Void) rethrows -> Double {
        // Three steps to warm up, as in the yardstick.
        var times: [Double] = []
        for number in 0..<settings.steps + 3 {
            let before = Clock.seconds
            try body()
            if number >= 3 { times.append((Clock.seconds - before) * 1000) }
        }
        return times.sorted()[times.count / 2]
    }
    let cancellation = Cancellation()
    let training = try median { try bench.train(cancellation) }
    let trainingMegabytes = residentMegabytes() - start
    let inference = try median { try bench.evaluate(cancellation) }
    let profile = try bench.profile(steps: 5, cancellation)
    return [("train", training), ("infer", inference)].map { what, milliseconds in
        Measurement(
            what: what, network: settings.network, precision: precision, profile: profile, milliseconds: milliseconds,
            residentMegabytes: trainingMegabytes)
    }
}

/// The peak of the process.
///
/// - Parameter isReset: whether it begins anew, as what is resident now: for a second network in the same process.
private func residentMegabytes(isReset: Bool = false) -> Double {
    // proc(5): "/proc/pid/clear_refs" with 5 sets VmHWM to what is resident.
    if isReset, let file = fopen("/proc/self/clear_refs", "w") {
        fputs("5", file)
        fclose(file)
    }
    return Double(SystemFile.bytes("VmHWM", in: "/proc/self/status") ?? 0) / 1_048_576
}
