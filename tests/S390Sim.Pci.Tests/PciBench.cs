using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Pci.Tests;

/// <summary>One enabled function over a device of plain memory, on bare-machine translation; results are read as text.</summary>
internal sealed class PciBench : IDisposable
{
    public const ulong Sdma = 0x1_0000_0000, Pal = 0x1_7FFF_FFFF;
    public const ulong Fib = 0x1000, Clp = 0x2000, Block = 0x5000;
    public const ulong Region = 0x10000, Segment = 0x14000, Page = 0x18000, Frame = 0x20000;
    public const ulong Aibv = 0x30000, Aisb = 0x31000;

    public PciBench(bool enable = true, PciGroup? group = null, PciDevice? device = null, bool all = false, byte type = 0)
    {
        Storage = new Storage(1 << 20);
        Iommu = new HostIommu(Storage);
        Context = new FakeContext(Storage);
        Clock = new PciClock(() => Now, Events);
        Configuration = new PciConfiguration(Iommu, Storage, new HardwareTranslation(Iommu, Storage), Sink, Clock)
        {
            OffersMemoryIo = all,
            OffersDirectedInterruptions = all,
        };
        Function = new PciFunction(0, 0, device ?? new MemoryDevice()) { Group = group ?? PciGroup.Default, FunctionType = type };
        Configuration.Add(Function);
        BuildTables();
        if (!enable) return;
        Function.Enable();
        Function.Device.Configuration.Store(4, 2, ConfigurationSpace.CommandMaster);
    }

    public Storage Storage { get; }
    public HostIommu Iommu { get; }
    public FakeContext Context { get; }
    public PciConfiguration Configuration { get; }
    public PciFunction Function { get; }
    public RecordingSink Sink { get; } = new();
    public TimedEvents Events { get; } = new();
    public PciClock Clock { get; }
    public ulong Now { get; set; }
    public uint Handle => Function.Handle;

    /// <summary>The text of how an instruction ended: "PGM 0006", "cc3", "cc1 st20".</summary>
    public string Run(int statusRegister, Func<FakeContext, PciConfiguration, PciOutcome> instruction)
    {
        Context.Begin();
        var outcome = instruction(Context, Configuration);
        if (outcome == PciOutcome.Interrupted) return $"PGM {(int)Context.Exception:X4}";
        Assert.Equal(ProgramCode.None, Context.Exception);
        var status = Context.ConditionCode == 1 ? $" st{(Context[statusRegister] >> 24) & 0xFF}" : "";
        return $"cc{Context.ConditionCode}{status}";
    }

    public string Load(int space, int length, ulong offset, uint? handle = null)
    {
        Context[8] = Request(space, length, handle);
        Context[9] = offset;
        return Run(8, (c, p) => PciInstructions.Pcilg(c, p, 3, 8));
    }

    public string Store(int space, int length, ulong offset, ulong value, uint? handle = null)
    {
        Context[8] = Request(space, length, handle);
        Context[9] = offset;
        Context[3] = value;
        return Run(8, (c, p) => PciInstructions.Pcistg(c, p, 3, 8));
    }

    public string StoreBlock(int space, int length, ulong offset, ulong address = Block, uint? handle = null)
    {
        Context[2] = Request(space, length, handle);
        Context[5] = offset;
        return Run(2, (c, p) => PciInstructions.Pcistb(c, p, 2, 5, address, 0));
    }

    public string Modify(
        int operation, Action<FunctionInformationBlock>? fill = null, int space = 0, uint? handle = null, ulong at = Fib)
    {
        unsafe
        {
            new Span<byte>(Storage.Base + Fib, FunctionInformationBlock.Size).Clear();
            fill?.Invoke(new FunctionInformationBlock(Storage.Base + Fib));
        }
        Context[1] = Request(space, operation, handle);
        return Run(1, (c, p) => PciInstructions.Mpcifc(c, p, 1, at, 0));
    }

    public string RegisterTranslation(
        ulong pba = Sdma, ulong pal = Pal, ulong iota = Region | 0x804, int operation = 4, int space = 0)
        => Modify(operation, fib => (fib.BaseAddress, fib.AddressLimit, fib.Iota) = (pba, pal, iota), space);

    public string RegisterInterruptions(
        int count = 3, int offset = 0, bool summary = true, int summaryOffset = 5, int subclass = 2)
        => Modify(2, fib => (fib.Interruption, fib.BitVector, fib.SummaryBit) = (
            ((uint)subclass << 28) | ((uint)count << 16) | ((uint)offset << 8) | (summary ? 0x80u : 0) | (uint)summaryOffset,
            Aibv, Aisb));

    public string StoreControls(int space = 0, uint? handle = null, ulong at = Fib)
    {
        Context[1] = Request(space, 0, handle);
        return Run(1, (c, p) => PciInstructions.Stpcifc(c, p, 1, at, 0));
    }

    public string Refresh(ulong start, ulong length, uint? handle = null)
    {
        Context[1] = Request(0, 0, handle);
        (Context[2], Context[3]) = (start, length);
        return Run(1, (c, p) => PciInstructions.Rpcit(c, p, 1, 2));
    }

    public FunctionInformationBlock StoredFib
    {
        get { unsafe { return new FunctionInformationBlock(Storage.Base + Fib); } }
    }

    /// <summary>"-" or the codes of all queued events; drains them.</summary>
    public string DrainEvents()
    {
        var codes = new List<string>();
        for (; Configuration.Events.TryPeek(out var item); Configuration.Events.Take()) codes.Add($"{item.Code:X}");
        return codes.Count == 0 ? "-" : string.Join(" ", codes);
    }

    /// <summary>How an instruction ended, the function's state afterwards, and the events.</summary>
    public string Effect(string outcome) => $"{outcome} {Function.State} {DrainEvents()}";

    /// <summary>Device writes (or reads) eight bytes.</summary>
    public string Dma(ulong iova, bool write = true)
    {
        var done = write ? Function.Write(iova, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }) : Function.Read(iova, new byte[8]);
        return Effect(done ? "done" : "refused");
    }

    /// <summary>Device sends a message interruption.</summary>
    public bool Message(uint vector)
    {
        Span<byte> data = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, vector);
        return Function.Write(Function.Group.MessageAddress, data);
    }

    /// <summary>Issues a CLP command: the request's bytes from offset 16 on are given in hex.</summary>
    public string CallClp(int command, string body = "", int length = 32, int space = 64, uint format = 0, ulong reserved = 0,
        int processor = 2)
    {
        var block = new byte[8192];
        BinaryPrimitives.WriteUInt16BigEndian(block, (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(2), (ushort)command);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(4), format);
        BinaryPrimitives.WriteUInt64BigEndian(block.AsSpan(8), reserved);
        Convert.FromHexString(body.Replace(" ", "")).CopyTo(block.AsSpan(16));
        if (length <= 8190) BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(length), (ushort)space);
        Storage.Write(Clp, block.AsSpan(0, Math.Min(8192, length + Math.Max(space, 2))));
        Context[2] = Clp;
        var outcome = Run(0, (c, p) => PciInstructions.Clp(c, p, 0, 2, 0, processor));
        if (Context.Exception != ProgramCode.None) return outcome;
        return $"{outcome} {Storage.Read64(Clp + (ulong)length) >> 32 & 0xFFFF:X4}";
    }

    /// <summary>Issues CHANNEL SUBSYSTEM CALL, STORE EVENT INFORMATION unless another command is given.</summary>
    public string StoreEvent(ulong types = 0x2000_0000_0000_0000, ulong address = Clp, int length = 16, int command = 0xE)
    {
        Storage.Write64(Clp, ((ulong)length << 48) | ((ulong)command << 32));
        Storage.Write64(Clp + 8, types);
        return Run(0, (c, p) => PciInstructions.Chsc(c, p, address, 0));
    }

    public string StoreReport() => Run(0, (c, p) => PciInstructions.Stcrw(c, p, Clp, 0));

    /// <summary>Moves time on and does what is due.</summary>
    public void RunUntil(ulong tod)
    {
        if (tod == ulong.MaxValue) return;
        Now = tod;
        Events.RunDue(tod);
    }

    /// <summary>SET INTERRUPTION CONTROLS by a CPU; the words of the information block.</summary>
    public string SetInterruptions(ulong operation, ushort cpu = 0, int subclass = 2, params ReadOnlySpan<ulong> block)
    {
        for (var n = 0; n < 5; n++) Storage.Write64(Block + (ulong)n * 8, n < block.Length ? block[n] : 0);
        (Context[4], Context[6], Context.CpuAddress) = (operation, (ulong)subclass << 27, cpu);
        var outcome = Run(4, (c, p) => PciInstructions.Sic(c, p, 4, 6, Block, 0));
        Context.CpuAddress = 0;
        return outcome;
    }

    public ulong Read64(ulong at) => Storage.Read64(at);

    public void Dispose() => Storage.Dispose();

    private ulong Request(int space, int low, uint? handle)
        => ((ulong)(handle ?? Handle) << 32) | ((ulong)(uint)space << 16) | (uint)low;

    // Page 0 of the aperture maps Frame, page 1 the same read-only, page 2 nothing.
    private void BuildTables()
    {
        for (var n = 0UL; n < 2048; n++)
        {
            Storage.Write64(Region + n * 8, 0x20);
            Storage.Write64(Segment + n * 8, 0x20);
            if (n < 256) Storage.Write64(Page + n * 8, 0x400);
        }
        Storage.Write64(Region + 2 * 8, Segment | 7);
        Storage.Write64(Segment, Page);
        Storage.Write64(Page, Frame);
        Storage.Write64(Page + 8, Frame | 0x200);
    }
}

internal sealed class RecordingSink : IAdapterInterruptions
{
    public List<int> Requests { get; } = [];
    public int ChannelReports { get; private set; }

    /// <summary>Requests directed to CPUs 0 to 3: address and subclass; no other takes any.</summary>
    public List<(ushort Cpu, int Subclass)> Directed { get; } = [];

    public void Request(int subclass) => Requests.Add(subclass);
    public bool TakesDirected(ushort cpu) => cpu < 4;
    public void RequestDirected(ushort cpu, int subclass) => Directed.Add((cpu, subclass));

    public void RequestChannelReport() => ChannelReports++;
}

/// <summary>Modern virtio by its identity; BAR 0 is 16 KB of memory for any access, BAR 2 32 bytes, others are absent.</summary>
internal sealed class MemoryDevice : PciDevice
{
    public MemoryDevice() : base(new PciIdentity(0x1AF4, 0x1041, 0x020000))
    {
        AddBar(0, Memory = new MemoryRegion(0x4000), is64Bit: true, isPrefetchable: true);
        AddBar(2, new MemoryRegion(32));
    }

    public MemoryRegion Memory { get; }
}

internal sealed class MemoryRegion(int size) : IPciRegion
{
    public byte[] Bytes { get; } = new byte[size];
    public ulong Size => (ulong)Bytes.Length;

    public bool Accepts(ulong offset, int length) => offset <= Size && (ulong)length <= Size - offset;

    public ulong Load(ulong offset, int length)
    {
        ulong value = 0;
        for (var n = length - 1; n >= 0; n--) value = (value << 8) | Bytes[(int)offset + n];
        return value;
    }

    public void Store(ulong offset, int length, ulong value)
    {
        for (var n = 0; n < length; n++) Bytes[(int)offset + n] = (byte)(value >> (8 * n));
    }
}
