using System.Text;
using S390Sim.Machine;

namespace S390Sim.Conformance;

/// <summary>What one run of a guest program left behind.</summary>
internal sealed record GuestRun
{
    /// <summary>The configurations that every program must behave alike in: no virtual machine, and each design of one.</summary>
    public static IReadOnlyList<string> Configurations { get; } = ["bare", .. Hypervisor.DomainDesigns.Names];

    /// <summary>The console, byte for byte.</summary>
    public required byte[] Console { get; init; }
    /// <summary>How it ended.</summary>
    public required RunOutcome Outcome { get; init; }
    /// <summary>Work done.</summary>
    public required IReadOnlyDictionary<string, ulong> Statistics { get; init; }
    /// <summary>The storage that <c>dump</c> settings named, one after the other.</summary>
    public required byte[] Storage { get; init; }

    /// <summary>The console as text.</summary>
    public string ConsoleText => Encoding.UTF8.GetString(Console);

    /// <summary>Everything that a second run must repeat, as text that compares.</summary>
    public string Everything
    {
        get
        {
            var cpu = Outcome.Cpu;
            var lines = new List<string>
            {
                $"{Outcome.End} {Outcome.Code} after {Outcome.InstructionCount}",
                $"psw {cpu.Psw} prefix {cpu.Prefix:x} fpc {cpu.Fpc:x}",
                $"gr {string.Join(' ', cpu.Gr.Select(r => $"{r:x}"))}",
                $"cr {string.Join(' ', cpu.Cr.Select(r => $"{r:x}"))}",
                $"ar {string.Join(' ', cpu.Ar.Select(r => $"{r:x}"))}",
                $"fpr {string.Join(' ', cpu.Fpr.Select(r => $"{r:x}"))}",
            };
            lines.AddRange(Statistics.Select(s => $"{s.Key} {s.Value}"));
            lines.Add(ConsoleText);
            return string.Join('\n', lines);
        }
    }

    /// <summary>Runs an image as the tool does.</summary>
    /// <param name="image">ELF file.</param>
    /// <param name="configuration">One of <see cref="Configurations"/>.</param>
    /// <param name="settings">Names and values, as of the tool's options.</param>
    public static GuestRun Of(string image, string configuration, params (string Key, string Value)[] settings)
    {
        var builder = new MachineConfigurationBuilder();
        builder.Set("image", image);
        foreach (var (key, value) in settings) builder.Set(key, value);
        if (configuration != "bare") builder.Set("kvm", configuration);
        var built = builder.Build();
        using var console = new MemoryStream();
        using var machine = S390Machine.Create(built, console);
        var outcome = machine.Run();
        return new GuestRun
        {
            Outcome = outcome,
            Console = console.ToArray(),
            Statistics = machine.Host.Statistics.ToDictionary(s => s.Name, s => s.Value),
            Storage = [.. built.Dumps.SelectMany(d => Read(machine.Host, d))],
        };
    }

    private static byte[] Read(IConfigurationHost host, DumpRange range)
    {
        var bytes = new byte[range.Length];
        Assert.True(host.Storage.TryRead(range.Address, bytes));
        return bytes;
    }
}
