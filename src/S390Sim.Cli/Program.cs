using S390Sim.Cli;

using var console = Console.OpenStandardOutput();
return Tool.Run(args, console, Console.Error);
