using System.Globalization;
using BenchmarkDotNet.Running;
using S390Sim.Benchmarks.Peers;

// peers TOOL FOLDER [RUNS], disks TOOL REPOSITORY, refreshes TOOL REPOSITORY: the tables beside other emulators; anything else is BenchmarkDotNet's.
if (args is ["peers", var tool, var folder, .. var rest])
    return PeerTable.Print(tool, folder, rest is [var runs] ? int.Parse(runs, CultureInfo.InvariantCulture) : 3);
if (args is ["disks", var simulator, var repository]) return DiskTable.Print(simulator, repository);
if (args is ["refreshes", var published, var solution]) return RefreshTable.Print(published, solution);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length == 0 ? ["--filter", "*", "--job", "short"] : args);
return 0;
