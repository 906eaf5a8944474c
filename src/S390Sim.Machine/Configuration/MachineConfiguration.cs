using S390Sim.Cpu;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>Where the machine's time comes from.</summary>
public enum ClockKind
{
    /// <summary>The instruction count: the same run every time.</summary>
    Virtual,
    /// <summary>The host's clock.</summary>
    Host,
}

/// <summary>A PCI function to plug.</summary>
/// <param name="Type">Device type, e.g. <c>edu</c>.</param>
/// <param name="FunctionId">FID, or null to take the next free one.</param>
/// <param name="UserId">UID, 1-0xFFFF, or null to take the next free one.</param>
public sealed record DeviceConfiguration(string Type, uint? FunctionId = null, ushort? UserId = null)
{
    private static readonly Dictionary<string, string> s_none = [];

    /// <summary>Whether its files stay as they are: what it changes is kept in memory, and gone with the run.</summary>
    public bool KeepsFiles { get; init; }

    /// <summary>Failures to inject into its disk image; null for none.</summary>
    public FailureInjection? Failures { get; init; }

    /// <summary>Values of the type's own keys, as written.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = s_none;

    /// <summary>A key's text, or what stands for it when it was left out.</summary>
    public string Text(string key, string other = "") => Options.GetValueOrDefault(key, other);

    /// <summary>Whether a flag is on.</summary>
    public bool IsOn(string key) => Text(key) == DeviceKey.On;

    /// <summary>A key's number, or what stands for it when it was left out.</summary>
    public ulong Number(string key, ulong other = 0) => Options.TryGetValue(key, out var value) ? DeviceKey.Parse(value) : other;
}

/// <summary>Something put into storage before the start, in the order given.</summary>
/// <param name="Address">Absolute address of its first byte.</param>
/// <param name="File">File with the bytes, or null.</param>
/// <param name="Bytes">The bytes themselves when no file has them.</param>
public sealed record StorageContent(ulong Address, string? File, ReadOnlyMemory<byte> Bytes);

/// <summary>Storage to show after the end.</summary>
/// <param name="Address">Absolute address.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct DumpRange(ulong Address, int Length);

/// <summary>Everything that determines a run, apart from the contents of the files it names.</summary>
public sealed record MachineConfiguration
{
    /// <summary>Storage increments are of this size at least: 1 MB.</summary>
    public const ulong StorageGranularity = 1 << 20;

    /// <summary>Largest storage on offer: 1 TB.</summary>
    public const ulong MaxMemory = 1UL << 40;

    /// <summary>Most CPUs on offer.</summary>
    public const int MaxCpus = 64;

    /// <summary>Least memory of a paged guest: what one instruction may need at a time.</summary>
    public const ulong LeastFrameLimit = Hypervisor.GuestMemory.MinimumFrames * Storage.PageSize;

    private const int ZpciFacility = 69;

    /// <summary>Facility bit of PCI memory I/O.</summary>
    public const int MemoryIoFacility = 153;

    /// <summary>At most this many bytes in one dump.</summary>
    public const int MaxDump = 16 << 20;

    /// <summary>ELF file, raw image or kernel to load; null when <see cref="Contents"/> and <see cref="Start"/> say it all.</summary>
    public string? Image { get; init; }
    /// <summary>Bytes of main storage.</summary>
    public ulong MemorySize { get; init; } = 512UL << 20;
    /// <summary>Number of CPUs, 1 to <see cref="MaxCpus"/>.</summary>
    public int Cpus { get; init; } = 1;
    /// <summary>Model and facilities of the CPUs.</summary>
    public CpuSelection Cpu { get; init; } = CpuSelection.Default;
    /// <summary>What STORE SYSTEM INFORMATION says.</summary>
    public SystemIdentity System { get; init; } = new();
    /// <summary>How several CPUs take turns; random turns are drawn from <see cref="Seed"/>.</summary>
    public InterleavingKind Interleaving { get; init; }
    /// <summary>Words for the program, ASCII.</summary>
    public string CommandLine { get; init; } = "";
    /// <summary>File with an initial RAM disk, or null.</summary>
    public string? Initrd { get; init; }
    /// <summary>PCI functions in the order given.</summary>
    public IReadOnlyList<DeviceConfiguration> Devices { get; init; } = [];
    /// <summary>What the PCI functions have in common.</summary>
    public PciPlatform Pci { get; init; } = new();
    /// <summary>IOMMU-domain design of the modelled KVM, or null to run on the bare machine.</summary>
    public string? KvmDesign { get; init; }
    /// <summary>Whether the guest of the modelled KVM can execute SIE (the module parameter nested of Linux).</summary>
    public bool KvmNested { get; init; }
    /// <summary>RLIMIT_MEMLOCK of the virtual machine's process: at most so many bytes may be pinned for DMA.</summary>
    public ulong Memlock { get; init; } = ulong.MaxValue;
    /// <summary>
    /// Most bytes of the host's memory for the virtual machine's storage, which is paged then; null for no limit.
    /// </summary>
    public ulong? FrameLimit { get; init; }
    /// <summary>Whether the time that intercepted RPCITs take is measured.</summary>
    public bool MeasuresRefreshes { get; init; }
    /// <summary>Failures to inject, in the order given.</summary>
    public IReadOnlyList<InjectionConfiguration> Injections { get; init; } = [];
    /// <summary>Where time comes from.</summary>
    public ClockKind Clock { get; init; }
    /// <summary>The run ends after so many instructions.</summary>
    public ulong MaxInstructions { get; init; } = ulong.MaxValue;
    /// <summary>The run ends after so much time of the host; null for never.</summary>
    public TimeSpan? Timeout { get; init; }
    /// <summary>What anything random is drawn from.</summary>
    public ulong Seed { get; init; }
    /// <summary>First PSW; null to take the image's entry, or the restart-new PSW when <see cref="StartByRestart"/>.</summary>
    public Psw? Start { get; init; }
    /// <summary>Whether to start by a PSW restart: with the PSW at 0x1A0.</summary>
    public bool StartByRestart { get; init; }
    /// <summary>What is put into storage after the image, in order.</summary>
    public IReadOnlyList<StorageContent> Contents { get; init; } = [];
    /// <summary>What is shown after the end, in order.</summary>
    public IReadOnlyList<DumpRange> Dumps { get; init; } = [];
    /// <summary>Address of the disabled wait that means success; null for any address that ends in fff.</summary>
    public ulong? ExpectedWait { get; init; }

    /// <summary>Refuses what cannot be switched on.</summary>
    /// <exception cref="ConfigurationException">The first mistake found.</exception>
    public void Validate()
    {
        if (MemorySize == 0 || MemorySize % StorageGranularity != 0)
            throw new ConfigurationException($"memory of {Quantity.SizeText(MemorySize)} bytes: give a positive multiple of 1M");
        if (MemorySize > MaxMemory)
            throw new ConfigurationException($"memory of {Quantity.SizeText(MemorySize)}: at most 1024G is possible");
        if (Cpus is < 1 or > MaxCpus)
            throw new ConfigurationException($"{Cpus} cpus: give 1 to {MaxCpus}");
        if (Image is null && Start is null && !StartByRestart)
            throw new ConfigurationException("nothing to run: name an image, or give --load FILE@ADDR with --psw restart or --psw MASK,ADDR");
        if (Initrd is not null && Image is null)
            throw new ConfigurationException("an initrd needs an image to belong to");
        if (CommandLine.Any(c => c is '\0' or > '\x7e'))
            throw new ConfigurationException("the command line (--append) has a character that is not printable ASCII");
        if (Devices.Count != 0 && !Cpu.Facilities[ZpciFacility])
            throw new ConfigurationException($"device {Devices[0].Type}: the CPUs have no PCI instructions; give them zpci (--cpu)");
        if (KvmNested && KvmDesign is null)
            throw new ConfigurationException("kvm-nested: there is no KVM whose guest could execute SIE; give --kvm (a program of the bare machine can)");
        if (FrameLimit < LeastFrameLimit)
        {
            throw new ConfigurationException(
                $"frame-limit {Quantity.SizeText(FrameLimit.Value)}: a guest needs {Quantity.SizeText(LeastFrameLimit)}");
        }
        ValidateDevices();
        foreach (var injection in Injections) injection.Validate(this);
        foreach (var dump in Dumps)
        {
            if (dump.Address >= MemorySize || (ulong)dump.Length > MemorySize - dump.Address)
                throw new ConfigurationException(
                    $"dump of {dump.Length} bytes at 0x{dump.Address:x}: storage ends at 0x{MemorySize:x}");
        }
    }

    private void ValidateDevices()
    {
        var functionIds = new HashSet<uint>();
        var userIds = new HashSet<ushort>();
        foreach (var device in Devices)
        {
            if (device.FunctionId is { } fid && !functionIds.Add(fid))
                throw new ConfigurationException($"two devices have fid=0x{fid:x}");
            if (device.UserId is { } uid && !userIds.Add(uid))
                throw new ConfigurationException($"two devices have uid=0x{uid:x}");
        }
    }
}
