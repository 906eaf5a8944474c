using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Machine;
using S390Sim.Pci;

namespace S390Sim.Testing.Zpci;

/// <summary>How a <see cref="ZpciGuest"/> is made.</summary>
/// <param name="Design">Domain design of the modelled KVM; null for the bare machine.</param>
public sealed record ZpciGuestOptions(string? Design)
{
    /// <summary>The function's group.</summary>
    public PciGroup Group { get; init; } = PciGroup.Default;
    /// <summary>Type of function 0: it decides the format of its measurement block.</summary>
    public byte FunctionType { get; init; }
    /// <summary>More settings of the machine, as in a machine file.</summary>
    public IReadOnlyList<(string Key, string Value)> Settings { get; init; } = [];
    /// <summary>Where stages are reported; null for nowhere.</summary>
    public StageReporter? Stages { get; init; }
    /// <summary>The function's device; a <see cref="ProbeDevice"/> when null.</summary>
    public PciDevice? Device { get; init; }
}

/// <summary>How a piece of the guest's code ended.</summary>
public enum GuestEnd
{
    /// <summary>It came to its end.</summary>
    Completed,
    /// <summary>A program interruption.</summary>
    Program,
    /// <summary>An input/output interruption.</summary>
    Io,
    /// <summary>A machine-check interruption.</summary>
    MachineCheck,
    /// <summary>An external interruption.</summary>
    External,
}

/// <summary>What a piece of the guest's code left.</summary>
/// <param name="End">How it ended.</param>
/// <param name="ConditionCode">Condition code at the end.</param>
/// <param name="Exception">Program-interruption code; None when there was none.</param>
/// <param name="Gr">General registers.</param>
public readonly record struct GuestResult(GuestEnd End, int ConditionCode, ProgramCode Exception, ulong[] Gr);

/// <summary>
/// The product's machine, bare or with a modelled KVM, whose program is a PCI driver made of single instructions: each call
/// executes real instruction text on the CPU, with registers that the text before it loaded from storage. Function 0 is over a
/// <see cref="ProbeDevice"/>, function 1 over an <see cref="EduDevice"/>; both start configured and disabled.
/// </summary>
public sealed partial class ZpciGuest : IDisposable
{
    private const ulong Supervisor = Psw.ExtendedAddressing | Psw.BasicAddressing;
    private const ulong ExternalWait = 0x0A00, SvcWait = 0x0B00, ProgramWait = 0x0C00, CheckWait = 0x0D00, IoWait = 0x0E00;
    private const ulong WaitPsw = 0xFE0;
    private const ulong Limit = 1_000_000;

    private static readonly byte[] s_prologue = Text(
        (Op.LCTLG, new() { R1 = 0, R3 = 15, D2 = (int)ZpciLayout.Controls }),
        (Op.LMG, new() { R1 = 0, R3 = 15, D2 = (int)ZpciLayout.Registers }),
        (Op.LPSWE, new() { D2 = (int)ZpciLayout.TargetPsw }));

    private static readonly byte[] s_end = Text((Op.SVC, default));

    private readonly S390Machine _machine;

    /// <summary>Makes the machine.</summary>
    public ZpciGuest(ZpciGuestOptions options)
    {
        var builder = new MachineConfigurationBuilder();
        builder.Set("memory", $"{ZpciLayout.StorageSize}");
        builder.Set("device", "edu");
        builder.Set("psw", "180000000,10000");
        if (options.Design is { } design) builder.Set("kvm", design);
        foreach (var (key, value) in options.Settings) builder.Set(key, value);
        _machine = S390Machine.Create(builder.Build(), Stream.Null, options.Stages);
        Device = options.Device ?? new ProbeDevice();
        Function = Plug(options);
        WriteLowcore();
        WriteDatTables();
        Set(ZpciLayout.Prologue, s_prologue);
        Cr[1] = ZpciLayout.DatSegmentTable;      // one table of 512 entries
        Cr[6] = 0xFF00_0000;
        Cr[14] = 0x1000_0000;
    }

    /// <summary>The machine's program.</summary>
    public IConfigurationHost Host => _machine.Host;
    /// <summary>Its PCI functions.</summary>
    public PciConfiguration Pci => Host.Pci;
    /// <summary>Function 0.</summary>
    public PciFunction Function { get; }
    /// <summary>Its device.</summary>
    public PciDevice Device { get; }
    /// <summary>Control registers that instructions are executed with.</summary>
    public ulong[] Cr { get; } = new ulong[16];
    /// <summary>General registers that the next instruction is executed with.</summary>
    public ulong[] Gr { get; } = new ulong[16];

    /// <summary>Instruction text.</summary>
    public static byte[] Text(params ReadOnlySpan<(Op Op, Operands Operands)> program) => InstructionText.Of(program);

    /// <summary>Executes instruction text with <see cref="Gr"/>, and bits added to the PSW mask of supervisor state.</summary>
    public GuestResult Execute(ReadOnlySpan<byte> text, ulong mask = 0)
    {
        for (var n = 0; n < 16; n++)
        {
            Set(ZpciLayout.Registers + (ulong)n * 8, Gr[n]);
            Set(ZpciLayout.Controls + (ulong)n * 8, Cr[n]);
        }
        Set(ZpciLayout.TargetPsw, Supervisor | mask);
        Set(ZpciLayout.TargetPsw + 8, ZpciLayout.Code);
        Set(ZpciLayout.Code, text);
        Set(ZpciLayout.Code + (ulong)text.Length, s_end);
        Host.Start(new Psw(Supervisor, ZpciLayout.Prologue));
        Host.Run(Host.InstructionCount + Limit);
        return Result();
    }

    private GuestResult Result()
    {
        var cpu = Host.Snapshot();
        var (end, old) = cpu.Psw.Address switch
        {
            SvcWait => (GuestEnd.Completed, Lowcore.SvcOldMaskOffset),
            ProgramWait => (GuestEnd.Program, Lowcore.ProgramOldMaskOffset),
            IoWait => (GuestEnd.Io, Lowcore.IoOldMaskOffset),
            CheckWait => (GuestEnd.MachineCheck, Lowcore.MachineCheckOldMaskOffset),
            ExternalWait => (GuestEnd.External, Lowcore.ExternalOldMaskOffset),
            _ => throw new InvalidOperationException($"the guest's code did not end: PSW {cpu.Psw}"),
        };
        var cc = (int)(Get64((ulong)old) >> 44) & 3;
        var code = end == GuestEnd.Program
            ? (ProgramCode)(ushort)Get64((ulong)Lowcore.ProgramInterruptionCodeOffset - 6) : ProgramCode.None;
        return new GuestResult(end, cc, code, cpu.Gr);
    }

    /// <summary>Puts bytes into the guest's storage.</summary>
    public void Set(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (!Host.Storage.TryWrite(address, bytes)) throw new ArgumentOutOfRangeException(nameof(address));
    }

    /// <summary>Puts a doubleword into the guest's storage.</summary>
    public void Set(ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Set(address, bytes);
    }

    /// <summary>Bytes of the guest's storage.</summary>
    public byte[] Get(ulong address, int length)
    {
        var bytes = new byte[length];
        return Host.Storage.TryRead(address, bytes) ? bytes : throw new ArgumentOutOfRangeException(nameof(address));
    }

    /// <summary>A doubleword of the guest's storage.</summary>
    public ulong Get64(ulong address) => BinaryPrimitives.ReadUInt64BigEndian(Get(address, 8));

    // The machine's own device only told which simulation bits functions have under the design.
    private PciFunction Plug(ZpciGuestOptions options)
    {
        var group = options.Group;
        var template = Pci.Functions[0];
        Pci.Remove(template);
        var function = new PciFunction(0, 0, Device)
        {
            SimulationBits = template.SimulationBits,
            Group = group,
            FunctionType = options.FunctionType,
        };
        Pci.Add(function);
        Pci.Add(new PciFunction(1, 1, new EduDevice()) { SimulationBits = template.SimulationBits, Group = group });
        return function;
    }

    private void WriteLowcore()
    {
        ReadOnlySpan<(int Psw, ulong Wait)> waits =
        [
            (Lowcore.ExternalNewMaskOffset, ExternalWait), (Lowcore.SvcNewMaskOffset, SvcWait), (Lowcore.IoNewMaskOffset, IoWait),
            (Lowcore.ProgramNewMaskOffset, ProgramWait), (Lowcore.MachineCheckNewMaskOffset, CheckWait),
        ];
        foreach (var (psw, wait) in waits)
        {
            Set((ulong)psw, Supervisor | Psw.Wait);
            Set((ulong)psw + 8, wait);
        }
        Set(WaitPsw, Supervisor | Psw.Wait | Psw.External);
    }

    private void WriteDatTables()
    {
        for (var n = 0UL; n < 512; n++) Set(ZpciLayout.DatSegmentTable + n * 8, n == 0 ? ZpciLayout.DatPageTable : 0x20);
        for (var n = 0UL; n < 256; n++)
            Set(ZpciLayout.DatPageTable + n * 8, n << 12 == ZpciLayout.Hole ? 0x400 : n << 12);
    }

    /// <inheritdoc/>
    public void Dispose() => _machine.Dispose();
}
