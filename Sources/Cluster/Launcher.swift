// Whether this process is one of several that a launcher has started with the same command: `srun`, or `mpirun` and
// `mpiexec` of Open MPI and MPICH. Each says it in variables of its own; nothing of theirs is called.

import Glibc
import Libraries
import Runtime

public struct Launcher: Sendable, Equatable {
    /// Its number among them, from 0.
    public let rank: Int
    public let size: Int
    private let isOpenMPI: Bool
    /// Processes on this machine; `nil` where the launcher does not say it.
    let localSize: Int?
    /// What all of them have in common: a variable and its value.
    let job: String?
    /// A name that no others ever had; `nil` where the launcher gives none, as MPICH's own does not.
    public let name: String?

    /// Of this process; `nil` where it is alone, or `TANDEM_CLUSTER=off` says so.
    public static let current = Launcher(Environment.variable)

    /// - Parameter variable: the value of a variable.
    init?(_ variable: (String) -> String?) {
        guard variable("TANDEM_CLUSTER") != "off" else { return nil }
        func number(_ name: String) -> Int? { variable(name).flatMap(Int.init).flatMap { $0 >= 0 ? $0 : nil } }
        func job(_ names: String...) -> String? {
            for name in names { if let value = variable(name) { return "\(name)=\(value)" } }
            return nil
        }
        // `mpirun` within an allocation starts its own daemons with `srun`, whose variables all ranks of a machine
        // then have: Slurm's come last.
        let found: (rank: Int?, size: Int?, local: Int?, job: String?)
        if let rank = number("OMPI_COMM_WORLD_RANK") {
            found = (
                rank, number("OMPI_COMM_WORLD_SIZE"), number("OMPI_COMM_WORLD_LOCAL_SIZE"),
                job("PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid")
            )
        } else if let rank = number("PMI_RANK") {
            found = (
                rank, number("PMI_SIZE"), number("MPI_LOCALNRANKS"), job("PMI_JOBID", "HYDI_CONTROL_FD", "PMI_PORT")
            )
        } else if variable("SLURM_STEP_ID") != nil, let rank = number("SLURM_PROCID") {
            found = (
                rank, number("SLURM_STEP_NUM_TASKS"),
                Self.tasks(onNode: number("SLURM_NODEID") ?? 0, of: variable("SLURM_STEP_TASKS_PER_NODE") ?? ""),
                job("SLURM_JOB_ID")
            )
        } else {
            return nil
        }
        guard let rank = found.rank, let size = found.size, size > 1, rank < size else { return nil }
        (self.rank, self.size, localSize, self.job) = (rank, size, found.local, found.job)
        isOpenMPI = variable("OMPI_COMM_WORLD_RANK") != nil
        if isOpenMPI {
            name = variable("PMIX_NAMESPACE").map { "\($0) \(variable("OMPI_MCA_orte_hnp_uri") ?? "")" }
        } else if let job = variable("SLURM_JOB_ID"), let step = variable("SLURM_STEP_ID") {
            name = "\(job).\(step) \(variable("SLURM_CLUSTER_NAME") ?? "")"
        } else {
            name = nil
        }
    }

    /// - Parameter text: `2(x3),1`: two on each of three nodes, and one on the fourth.
    static func tasks(onNode node: Int, of text: String) -> Int? {
        var left = node
        for part in text.split(separator: ",") {
            let pieces = part.split(separator: "(")
            guard let tasks = pieces.first.flatMap({ Int($0) }) else { return nil }
            let nodes = pieces.count == 2 ? Int(pieces[1].dropFirst().dropLast()) ?? 1 : 1
            if left < nodes { return tasks }
            left -= nodes
        }
        return nil
    }

    // MARK: Threads

    /// Threads for this process: the cores that it may use, divided by the processes of the job on this machine that
    /// may use the same. Some launchers give each its own cores, and some give all of them to each.
    public var threads: Int {
        let cores = ThreadPool.availableThreads
        guard let localSize, localSize > 1, cores > 1 else { return cores }
        return max(1, cores / sharers(localSize))
    }

    /// What to say where the launcher keeps most of the machine from its processes; `nil` where it does not.
    ///
    /// - Parameters:
    ///   - own: cores that this process may use.
    ///   - all: of the machine.
    func bindingNote(own: Int, all: Int) -> String? {
        guard isOpenMPI, own == 1, let localSize, all >= 2 * localSize else { return nil }
        return "mpirun bound this process to 1 of \(all) cores: `mpirun --bind-to none` gives each process its share"
    }

    /// Of this process.
    public var bindingNote: String? {
        bindingNote(own: ThreadPool.availableThreads, all: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// How many processes of the job may use the cores of this one, which is one of them.
    private func sharers(_ count: Int) -> Int {
        guard let own = Self.cores(of: "self") else { return count }
        var sharing = 1
        // The others may begin a moment later.
        for _ in 0..<20 {
            let others = Self.processes(of: job).map { Self.cores(of: $0) }
            sharing = 1 + others.count { $0 == own }
            if others.count + 1 >= count { return sharing }
            usleep(50_000)
        }
        // Those that are not seen may do as this one.
        return max(sharing, count)
    }

    /// The other processes of this program and this job.
    private static func processes(of job: String?) -> [String] {
        guard let job, let program = FileSystem.identity("/proc/self/exe") else { return [] }
        let own = String(getpid())
        return ((try? FileSystem.list("/proc")) ?? []).filter { name in
            guard name != own, Int(name) != nil, FileSystem.identity("/proc/\(name)/exe") == program,
                let variables = try? FileSystem.read("/proc/\(name)/environ", limit: 1 << 20)
            else { return false }
            return variables.split(separator: 0).contains { $0.elementsEqual(job.utf8) }
        }
    }

    /// `Cpus_allowed` of a process (proc(5)).
    private static func cores(of process: String) -> String? {
        guard let text = try? FileSystem.readText("/proc/\(process)/status") else { return nil }
        return text.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }.map(String.init)
    }
}
