using System.CommandLine;
using System.CommandLine.Parsing;
using S390Sim.Cpu;
using S390Sim.Machine;

namespace S390Sim.Cli.Commands;

/// <summary>The options that describe a machine, for every command that switches one on.</summary>
internal sealed class MachineOptions
{
    private static readonly (string Key, string Value, string Description)[] s_settings =
    [
        ("memory", "SIZE", "main storage, with K, M or G; a multiple of 1M (default 512M)"),
        ("cpus", "N", $"number of CPUs, 1 to {MachineConfiguration.MaxCpus} (default 1); CPU 0 starts, the others are stopped"),
        ("cpu", "MODEL[,+FACILITY][,-FACILITY]...",
            $"CPU model and facilities; s390sim cpus lists them (default {CpuModel.MaxName})"),
        ("system", "KEY=VALUE,...", $"what STSI says: {string.Join(", ", SystemIdentity.Keys)} (repeatable)"),
        ("interleave", "round-robin|random", $"how CPUs take turns: {Interleaving.Quantum} instructions each, or as drawn from "
            + "--seed, down to a single instruction (default round-robin)"),
        ("append", "TEXT", "command line for a program entered at 0x10000"),
        ("initrd", "FILE", "initial RAM disk for a program entered at 0x10000"),
        ("device", "TYPE[,KEY=VALUE]...",
            $"plug a PCI function; types and their keys: {string.Join(", ", DeviceType.All.Select(t => t.Usage))}; all have "
                + "fid, uid, util (a string that CLP tells), state (configured, standby) and container (functions with the same "
                + "number share the host's limits of mappings) (repeatable)"),
        ("pci", "KEY=VALUE,...", $"what PCI functions have in common: {string.Join(", ", PciPlatform.Keys)}; designations are "
            + $"{string.Join("+", PciPlatform.DesignationNames)} (repeatable)"),
        ("kvm", "DESIGN", $"run as a guest of the modelled KVM with this IOMMU-domain design: {string.Join(", ", MachineConfigurationBuilder.KvmDesigns)} "
            + $"(--kvm alone: {MachineConfigurationBuilder.DefaultKvmDesign}); or with a historic, faulty RPCIT handler: "
            + string.Join(", ", MachineConfigurationBuilder.HistoricKvmDesigns)),
        ("kvm-nested", "on|off", "let the guest of KVM execute SIE and be a host itself (--kvm-nested alone: on; default off)"),
        ("memlock", "SIZE", "most memory that the virtual machine may pin for DMA, with K, M or G (default: no limit)"),
        ("frame-limit", "SIZE",
            "most memory of the host for the virtual machine's storage, which is paged then, with K, M or G (default: "
            + "no limit); not with designs that pin the whole guest"),
        ("inject", "KIND,KEY=VALUE,...", "let something fail, at its Nth occasion or every Kth; kinds and their keys: "
            + $"{string.Join(", ", InjectionKind.All.Select(k => k.Usage))}; see docs/injection.md (repeatable)"),
        ("clock", "virtual|host", "where time comes from: the instruction count, or the host (default virtual)"),
        ("max-instructions", "N", "end after N instructions (exit 124)"),
        ("timeout", "SECONDS", "end after so much time of the host (exit 124)"),
        ("seed", "N", "what anything random is drawn from (default 0)"),
        ("load", "FILE@ADDR", "load a file at a hexadecimal address, after the image; in order with --store (repeatable)"),
        ("store", "ADDR=HEX", "store bytes at a hexadecimal address (repeatable)"),
        ("psw", "restart|MASK,ADDR", "first PSW: the restart-new PSW at 0x1a0, or this one in hexadecimal"),
        ("dump", "ADDR,LENGTH", "show storage after the end (repeatable)"),
        ("expect-wait", "ADDR", "the disabled wait at this address is success, any other a crash"),
    ];

    private readonly Argument<string?> _image = new("IMAGE")
    {
        Description = "ELF file, raw image or kernel; may be left out with --load or --store and --psw",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _machine = new("--machine")
    {
        Description = "JSON file with the same settings as members; options override it",
        HelpName = "FILE",
    };

    private readonly Dictionary<string, string> _keys = [];
    private readonly string _command;

    /// <summary>Adds the options to a command, all but those that make no sense for it.</summary>
    public MachineOptions(Command command, params string[] without)
    {
        _command = command.Name;
        command.Arguments.Add(_image);
        command.Options.Add(_machine);
        foreach (var (key, value, description) in s_settings.Where(s => !without.Contains(s.Key)))
        {
            var repeatable = MachineConfigurationBuilder.IsRepeatable(key);
            Option option = repeatable
                ? new Option<string[]>($"--{key}") { Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false }
                : new Option<string>($"--{key}") { Arity = ArgumentArity.ExactlyOne };
            option.Description = description;
            option.HelpName = value;
            command.Options.Add(option);
            _keys.Add($"--{key}", key);
        }
    }

    /// <summary>The configuration that a command line describes.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="kvm">The design, of a command that does not ask for it.</param>
    /// <exception cref="ConfigurationException">A value is wrong, or something is missing.</exception>
    public MachineConfiguration Configure(ParseResult result, string? kvm = null)
    {
        var builder = new MachineConfigurationBuilder();
        if (result.GetValue(_machine) is { } file) MachineFile.Apply(file, builder);
        if (kvm is not null) builder.Set("kvm", kvm);
        if (result.GetValue(_image) is { } image) builder.Set("image", Image(image, _command));
        // Token by token, since --load and --store take effect in the order in which they stand.
        string? key = null;
        foreach (var token in result.Tokens)
        {
            if (token.Type == TokenType.Option) key = _keys.GetValueOrDefault(token.Value);
            else if (token.Type == TokenType.Argument && key is not null)
            {
                Set(builder, key, token.Value);
                key = null;
            }
        }
        return builder.Build();
    }

    // An option that nobody knows would be taken for the image.
    private static string Image(string image, string command) => image.StartsWith("--", StringComparison.Ordinal)
        && !File.Exists(image)
        ? throw new ConfigurationException($"{image}: no such option; see s390sim {command} --help") : image;

    private static void Set(MachineConfigurationBuilder builder, string key, string value)
    {
        try
        {
            builder.Set(key, value);
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException($"--{e.Message}", e);
        }
    }
}
