// What Slurm's commands answer.

import Testing

@testable import Cluster

struct SlurmJobTests {
    @Test func theStateOfAJobIsThatOfItsElements() {
        let state = SlurmJob.State([
            "RUNNING None n1", "RUNNING None n2", "PENDING Priority ", "COMPLETING None n3", "COMPLETED None n4",
        ])
        #expect(state.running == 3 && state.waiting == 1 && !state.isGone && state.nodes == ["n1", "n2", "n3"])
        #expect(state.text == "3 running, 1 waiting (Priority)")
        #expect(SlurmJob.State(["PENDING None "]).text == "1 waiting")
        for gone in [[], ["COMPLETED None n1"], ["FAILED NonZeroExitCode n1", ""], ["what is this"]] {
            #expect(SlurmJob.State(gone).isGone)
        }
    }

    @Test(arguments: [
        ("2:03", 123), ("0:00", 0), ("1:02:03", 3723), ("2-00:00:10", 172_810), ("59", 59), ("UNLIMITED", nil),
        ("INVALID", nil), ("NOT_SET", nil), ("", nil), ("1-2-3:00", nil), ("1:2:3:4", nil),
    ])
    func timesAreReadAsSlurmWritesThem(text: String, seconds: Int?) { #expect(SlurmJob.seconds(text[...]) == seconds) }

    @Test func aRefusalIsItsLastLineWithoutTheCommand() {
        let lines = [
            "sbatch: error: invalid partition specified: nope",
            "sbatch: error: Batch job submission failed: Invalid partition name specified", "",
        ]
        #expect(
            SlurmJob.Refusal(lines).reason == "Batch job submission failed: Invalid partition name specified")
        #expect(SlurmJob.Refusal([]).reason == "it gives no reason")
    }
}
