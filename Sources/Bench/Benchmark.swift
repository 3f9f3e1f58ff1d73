// What `tandem bench` measures: steps of training and inference of the experiment's network on this machine.

import Engine
import Glibc
import Libraries
import Network
import Runtime

/// One measurement, as a line of `tandem bench --json`.
struct Measurement {
    /// `train` or `infer`
    let what: String
    let threads: Int
    let batch: Int
    /// The median of a step.
    let milliseconds: Double
    /// Of the machine: the best of some runs of the product kernel in cache, on all threads.
    let peakGigaflops: Double
    /// Maximum resident size less that at the start.
    let residentMegabytes: Double

    var imagesPerSecond: Double { Double(batch) / milliseconds * 1000 }

    var json: String {
        "{\"what\": \"\(what)\", \"network\": \"experiment\", \"precision\": \"float32\", \"threads\": \(threads), "
            + "\"batch\": \(batch), \"ms\": \(rounded(milliseconds)), \"images_per_s\": \(rounded(imagesPerSecond)), "
            + "\"peak_gflops\": \(rounded(peakGigaflops)), \"rss_mb\": \(rounded(residentMegabytes))}"
    }

    var text: String {
        "\(what)  experiment  float32  \(threads) threads  batch \(batch): \(rounded(milliseconds)) ms a step, "
            + "\(rounded(imagesPerSecond)) images/s, \(rounded(residentMegabytes)) MB"
    }

    private func rounded(_ number: Double) -> Double { (number * 10).rounded() / 10 }
}

/// Runs `tandem bench` with the words behind it. Returns the exit code: 2 for wrong usage.
public func runBench(arguments: [String]) -> Int32 {
    var numbers = ["--threads": ThreadPool.availableThreads, "--batch": 64, "--steps": 20]
    var isJSON = false
    var rest = arguments[...]
    while let word = rest.popFirst() {
        if word == "--json" {
            isJSON = true
        } else if numbers[word] != nil, let text = rest.popFirst(), let number = Int(text),
            (1...100_000).contains(number)
        {
            numbers[word] = number
        } else if word == "--network", rest.first == "experiment" {
            rest.removeFirst()
        } else if word == "--precision", rest.first == "float32" {
            rest.removeFirst()
        } else {
            StandardStream.error.write(
                "usage: tandem bench [--json] [--network experiment] [--precision float32] [--threads N] [--batch B] "
                    + "[--steps S]\n")
            return 2
        }
    }
    do {
        for measurement in try measure(
            threads: numbers["--threads"] ?? 1, batch: numbers["--batch"] ?? 64, steps: numbers["--steps"] ?? 20)
        {
            StandardStream.output.write((isJSON ? measurement.json : measurement.text) + "\n")
        }
        let layers = try profile(
            experiment(), batch: numbers["--batch"] ?? 64, threads: numbers["--threads"] ?? 1, steps: 5,
            cancellation: Cancellation())
        StandardStream.output.write(
            isJSON ? layers.json : "\n" + layers.table.text(columns: StandardStream.output.columns ?? 120) + "\n")
        return 0
    } catch {
        StandardStream.error.write("error: \(error)\n")
        return 1
    }
}

private func measure(threads: Int, batch: Int, steps: Int) throws -> [Measurement] {
    let start = residentMegabytes()
    let pool = ThreadPool(threadCount: threads)
    let architecture = try experiment()
    let executor = try Executor(
        architecture, batchSize: batch, optimizer: .adam(learningRate: 1e-4), seeds: Seeds(1), pool: pool)
    executor.initialize(seed: 1)
    let source = NoiseImages(shape: architecture.input, classes: architecture.output.count, count: batch)
    let cancellation = Cancellation()
    func median(_ body: () throws -> Void) rethrows -> Double {
        // Three steps to warm up, as in the yardstick.
        var times: [Double] = []
        for number in 0..<steps + 3 {
            let before = Clock.seconds
            try body()
            if number >= 3 { times.append((Clock.seconds - before) * 1000) }
        }
        return times.sorted()[times.count / 2]
    }
    let training = try median { _ = try executor.train(0..<batch, of: source, epoch: 1, cancellation: cancellation) }
    let inference = try median { _ = try executor.evaluate(0..<batch, of: source, cancellation: cancellation) }
    let peak = try peakGigaflops(pool)
    return [("train", training), ("infer", inference)].map { what, milliseconds in
        Measurement(
            what: what, threads: threads, batch: batch, milliseconds: milliseconds, peakGigaflops: peak,
            residentMegabytes: residentMegabytes() - start)
    }
}

/// The best of some runs, for other programs take the machine for moments.
func peakGigaflops(_ pool: ThreadPool) throws(EngineError) -> Double {
    var peak = 0.0
    for _ in 0..<5 {
        let before = Clock.seconds
        let operations = try Peak.run(on: pool)
        peak = max(peak, Double(operations) / (Clock.seconds - before) / 1e9)
    }
    return peak
}

/// The student's network: 11 convolutions of 3x3, then 2048-4096-4096-10.
private func experiment() throws -> Architecture {
    var layers: [Layer] = []
    for (width, depth) in [(64, 2), (128, 3), (256, 3), (512, 3)] {
        for _ in 0..<depth {
            layers += [.convolution(.init(width: width, padding: .exactly(Extent(1)))), .activation(.relu)]
        }
        layers.append(.maxPool(.init(size: Extent(2))))
    }
    layers += [
        .flatten, .linear(.init(width: 4096)), .activation(.relu), .linear(.init(width: 4096)), .activation(.relu),
        .dropout(rate: 0.2), .linear(.init(width: 10)),
    ]
    return try Architecture(input: Shape([3, 32, 32]), layers: layers)
}

private func residentMegabytes() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
}
