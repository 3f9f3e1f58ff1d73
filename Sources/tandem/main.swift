import Bench
import Glibc
exit(runBench(arguments: Array(CommandLine.arguments.dropFirst(2))))
