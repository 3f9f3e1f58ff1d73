// What launchers say of the processes that they start, in the variables of each.

import Testing

@testable import Cluster

struct LauncherTests {
    private func launcher(_ variables: [String: String]) -> Launcher? { Launcher { variables[$0] } }

    @Test func eachIsKnownByItsVariables() {
        let openMPI = launcher([
            "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
            "PMIX_NAMESPACE": "a.1",
        ])
        #expect(
            openMPI?.rank == 3 && openMPI?.size == 4 && openMPI?.localSize == 2 && openMPI?.job == "PMIX_NAMESPACE=a.1")
        let mpich = launcher(["PMI_RANK": "0", "PMI_SIZE": "2", "MPI_LOCALNRANKS": "2"])
        #expect(mpich?.rank == 0 && mpich?.size == 2 && mpich?.localSize == 2)
        let slurm = launcher([
            "SLURM_STEP_ID": "0", "SLURM_PROCID": "6", "SLURM_STEP_NUM_TASKS": "7", "SLURM_NODEID": "3",
            "SLURM_STEP_TASKS_PER_NODE": "2(x3),1", "SLURM_JOB_ID": "9",
        ])
        #expect(slurm?.rank == 6 && slurm?.size == 7 && slurm?.localSize == 1 && slurm?.job == "SLURM_JOB_ID=9")
    }

    /// `mpirun` binds each of two processes to a core.
    @Test func whatIsBoundToACoreOfManyIsToldSo() throws {
        func note(_ variables: [String: String], own: Int, all: Int) -> String? {
            launcher(variables)?.bindingNote(own: own, all: all)
        }
        let two = ["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_SIZE": "2"]
        #expect(note(two, own: 1, all: 64)?.contains("1 of 64 cores: `mpirun --bind-to none`") == true)
        #expect(note(two, own: 1, all: 2) == nil && note(two, own: 32, all: 64) == nil)
        #expect(note(["PMI_RANK": "0", "PMI_SIZE": "2", "MPI_LOCALNRANKS": "2"], own: 1, all: 64) == nil)
    }

    /// `mpirun` starts its daemons with `srun`: all ranks of a machine then have the daemon's number.
    @Test func slurmsComeLast() {
        let found = launcher([
            "OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4", "SLURM_STEP_ID": "0", "SLURM_PROCID": "0",
            "SLURM_STEP_NUM_TASKS": "1",
        ])
        #expect(found?.rank == 1 && found?.size == 4)
    }

    @Test(arguments: [
        [:],
        // A batch script has a number and is alone.
        ["SLURM_PROCID": "0", "SLURM_NTASKS": "4"],
        ["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "1"],
        ["PMI_RANK": "2", "PMI_SIZE": "2"], ["PMI_RANK": "-1", "PMI_SIZE": "2"], ["PMI_RANK": "x", "PMI_SIZE": "2"],
        ["PMI_RANK": "0"], ["PMI_RANK": "0", "PMI_SIZE": "2", "TANDEM_CLUSTER": "off"],
    ])
    func whoIsAloneHasNone(variables: [String: String]) { #expect(launcher(variables) == nil) }

    @Test func tasksOfANodeAreReadAsSlurmWritesThem() {
        #expect((0...4).map { Launcher.tasks(onNode: $0, of: "2(x3),1") } == [2, 2, 2, 1, nil])
        #expect(Launcher.tasks(onNode: 0, of: "16") == 16)
        for text in ["", "x", "(x3)"] { #expect(Launcher.tasks(onNode: 0, of: text) == nil) }
    }
}
