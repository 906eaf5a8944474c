using S390Sim.Cpu;
using S390Sim.Testing;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Nested;

/// <summary>
/// A program that executes SIE, and the storage that it does so in: on the bare machine, or as a guest of the modelled KVM.
/// Both are used in the same way, so that a test can have both do the same.
/// </summary>
internal abstract class HostLevel : IDisposable
{
    /// <summary>
    /// Where the host keeps things: its state description, its tables, and 1 MB for its guest, mapped as it is.
    /// </summary>
    public const ulong Block = 0x6_0000, SegmentTable = 0x4_0000, PageTable = 0x5_0000, Origin = 0x10_0000;
    /// <summary>Where its guest starts.</summary>
    public const ulong GuestCode = 0x2000;
    /// <summary>A page of the guest that the host's tables miss, and one that they protect.</summary>
    public const ulong Missing = 0x2_0000, Protected = 0x2_1000;
    /// <summary>Supervisor state, 64-bit mode.</summary>
    public const ulong Mask = HypervisorBench.SupervisorMask;
    private const ulong Size = 0x200;

    /// <summary>The bare machine, or KVM.</summary>
    public static HostLevel Create(bool isNested) => isNested ? new KvmLevel() : new BareLevel();

    public abstract void Write(ulong address, ReadOnlySpan<byte> bytes);
    public abstract byte[] Read(ulong address, int length);
    public abstract ulong this[int register] { get; set; }
    public abstract void SetControl(int register, ulong value);
    /// <summary>Executes code and then ends in a wait.</summary>
    public StopReason Run(ReadOnlySpan<byte> code, ulong mask = Mask, ulong limit = 100_000)
    {
        Write(HypervisorBench.CodeAddress, code);
        Write(HypervisorBench.CodeAddress + (ulong)code.Length, [0xB2, 0xB2, 0x0F, 0xF0]);
        SetPsw(new Psw(mask, HypervisorBench.CodeAddress));
        return Continue(limit);
    }
    public abstract void SetPsw(Psw psw);
    /// <summary>Goes on for so many instructions.</summary>
    public abstract StopReason Continue(ulong limit);
    public abstract void Dispose();

    public void Write64(ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Write(address, bytes);
    }

    public ulong Read64(ulong address) => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(Read(address, 8));

    /// <summary>Changes the state description.</summary>
    public unsafe void Describe(Action<StateDescription> change)
    {
        var bytes = Read(Block, (int)Size);
        fixed (byte* p = bytes) change(new StateDescription(p));
        Write(Block, bytes);
    }

    /// <summary>A field of the state description.</summary>
    public unsafe T Field<T>(Func<StateDescription, T> field)
    {
        fixed (byte* p = Read(Block, (int)Size)) return field(new StateDescription(p));
    }

    /// <summary>The host's program-interruption code; zero when its program ended.</summary>
    public ProgramCode Interruption => (ProgramCode)(ushort)Read64((ulong)Lowcore.ProgramInterruptionCodeOffset - 6);
    public ulong ProgramOld => Read64(0x158);
    public ulong Teid => Read64(0xA8);

    /// <summary>Tables and state description as all tests want them, and a guest's code.</summary>
    public HostLevel Prepare(string guest)
    {
        for (var n = 0UL; n < 512; n++) Write64(SegmentTable + n * 8, n == 1 ? PageTable : 0x20);
        for (var n = 0UL; n < 256; n++)
            Write64(PageTable + n * 8, n == Missing >> 12 ? 0x400 : (Origin + (n << 12)) | (n == Protected >> 12 ? 0x200UL : 0));
        Write(Block, new byte[Size]);
        Describe(sd =>
        {
            sd.CpuFlags = SieFlags.ZArchitecture | SieFlags.Running;
            sd.HostCpu = 0xFFFF;
            sd.MainStorageOrigin = Origin;
            sd.MainStorageLimit = Origin;
            sd.PswMask = Mask;
            sd.PswAddress = GuestCode;
            (sd.Gr14, sd.Gr15) = (0xE, 0xF);
            sd.Cr0 = 0xE0;
            sd.CpuTimer = 1UL << 50;
            sd.ClockComparator = ulong.MaxValue;
            sd.Ecb = ExecutionControlsB.HostProtection;
            sd.Eca = ExecutionControlsA.ProtectionExceptions;
            sd.InterceptionControl = (uint)(InterceptionControls.Iske | InterceptionControls.Sske | InterceptionControls.Rrbe);
        });
        Write(Origin + GuestCode, Convert.FromHexString(guest));
        SetControl(1, SegmentTable);
        this[2] = Block;
        (this[14], this[15]) = (0x14, 0x15);
        for (var n = 3; n < 14; n++) this[n] = (ulong)n;
        return this;
    }

    /// <summary>Executes SIE once.</summary>
    public HostLevel Start(ulong mask = Mask, ulong limit = 100_000)
    {
        Run([0xB2, 0x14, 0x20, 0x00], mask, limit);
        return this;
    }
}

/// <summary>The bare machine.</summary>
internal sealed unsafe class BareLevel : HostLevel
{
    private readonly CpuBench _bench = new();

    public BareLevel()
    {
        Write64((ulong)Lowcore.ProgramNewMaskOffset + 8, HypervisorBench.ProgramNewAddress);
        Write64(HypervisorBench.EndPsw, Mask | Psw.Wait);
        Write64(HypervisorBench.EndPsw + 8, HypervisorBench.EndAddress);
    }

    public override void Write(ulong address, ReadOnlySpan<byte> bytes) => _bench.Storage.Write(address, bytes);
    public override byte[] Read(ulong address, int length) => _bench.Storage.Read(address, length).ToArray();
    public override ulong this[int register] { get => _bench.State->Gr[register]; set => _bench.State->Gr[register] = value; }
    public override void SetControl(int register, ulong value) => _bench.State->Cr[register] = value;

    public override void SetPsw(Psw psw) => _bench.State->LoadPsw(psw);
    public override StopReason Continue(ulong limit) => _bench.Processor.Run(_bench.State->InstructionCount + limit);

    public override void Dispose() => _bench.Dispose();
}

/// <summary>A guest of the modelled KVM.</summary>
internal sealed class KvmLevel(HypervisorBenchOptions? options = null) : HostLevel
{
    public HypervisorBench Bench { get; } = new(options ?? new("lent") { OffersNesting = true });

    public override void Write(ulong address, ReadOnlySpan<byte> bytes) => Assert.True(Bench.Memory.TryWrite(address, bytes));

    public override byte[] Read(ulong address, int length)
    {
        var bytes = new byte[length];
        Assert.True(Bench.Memory.TryRead(address, bytes));
        return bytes;
    }

    public override ulong this[int register] { get => Bench.Cpu.GetGr(register); set => Bench.Cpu.SetGr(register, value); }
    public override void SetControl(int register, ulong value) => Bench.Cpu.SetCr(register, value);

    public override void SetPsw(Psw psw) => Bench.Cpu.Psw = psw;
    public override StopReason Continue(ulong limit) => Bench.Cpu.Run(CountOf(Bench.Cpu) + limit);

    /// <summary>Instructions that a virtual CPU's processor has executed, by which its runs are limited.</summary>
    public static unsafe ulong CountOf(VirtualCpu cpu) => cpu.Processor.State->InstructionCount;

    public override void Dispose() => Bench.Dispose();
}
