using System.Globalization;
using BenchmarkDotNet.Running;
using S390Sim.Benchmarks.Peers;

// peers TOOL FOLDER [RUNS]: the table beside other emulators; anything else is BenchmarkDotNet's.
if (args is ["peers", var tool, var folder, .. var rest])
    return PeerTable.Print(tool, folder, rest is [var runs] ? int.Parse(runs, CultureInfo.InvariantCulture) : 3);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length == 0 ? ["--filter", "*", "--job", "short"] : args);
return 0;
