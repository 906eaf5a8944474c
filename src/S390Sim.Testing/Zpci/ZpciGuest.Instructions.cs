using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing.Zpci;

/// <summary>The driver's instructions. Registers that one does not use hold patterns, so that a change shows.</summary>
public sealed partial class ZpciGuest
{
    private const int Displacement = -0x345;

    /// <summary>The handle of function 0 now.</summary>
    public uint Handle => Function.Handle;

    /// <summary>The register that holds the request: its bits 32-39 receive the status.</summary>
    public int RequestRegister { get; private set; }

    /// <summary>PCI LOAD or PCI STORE: R1 the data, R2 and R2 + 1 request and offset.</summary>
    public GuestResult LoadStore(Op op, ulong request, ulong offset, ulong data, int r1 = 3, int r2 = 8, ulong mask = 0)
    {
        Prepare(r2);
        Gr[r1] = data;
        Gr[r2] = request;
        Gr[(r2 + 1) & 15] = offset;
        return Execute(Text((op, new() { R1 = (byte)r1, R2 = (byte)r2 })), mask);
    }

    /// <summary>PCI STORE BLOCK: R1 the request, R3 the offset, the bytes in storage.</summary>
    public GuestResult StoreBlock(ulong request, ulong offset, ulong from, int r1 = 2, int r3 = 5, ulong mask = 0)
    {
        Prepare(r1);
        Gr[r1] = request;
        Gr[r3] = offset;
        Gr[7] = from - unchecked((ulong)Displacement);
        return Execute(Text((Op.PCISTB, new() { R1 = (byte)r1, R3 = (byte)r3, B2 = 7, D2 = Displacement })), mask);
    }

    /// <summary>PCI LOAD or PCI STORE of memory I/O: R1 the data, R2 the address, R2 + 1 the length, then the status.</summary>
    public GuestResult LoadStoreMemory(Op op, ulong address, ulong length, ulong data, int r1 = 3, int r2 = 8, ulong mask = 0)
    {
        Prepare((r2 + 1) & 15);
        Gr[r1] = data;
        Gr[r2] = address;
        Gr[(r2 + 1) & 15] = length;
        return Execute(Text((op, new() { R1 = (byte)r1, R2 = (byte)r2 })), mask);
    }

    /// <summary>PCI STORE BLOCK of memory I/O: R1 the length and then the status, R3 the address, the bytes in storage.</summary>
    public GuestResult StoreBlockMemory(ulong length, ulong address, ulong from, ulong mask = 0)
    {
        Prepare(2);
        Gr[2] = length;
        Gr[5] = address;
        Gr[7] = from - unchecked((ulong)Displacement);
        return Execute(Text((Op.PCISTBI, new() { R1 = 2, R3 = 5, B2 = 7, D2 = Displacement })), mask);
    }

    /// <summary>PCI WRITE BARRIER.</summary>
    public GuestResult WriteBarrier(ulong mask = 0)
    {
        Prepare(-1);
        return Execute(Text((Op.PCIWB, default)), mask);
    }

    /// <summary>MODIFY or STORE PCI FUNCTION CONTROLS: R1 the request, the block in storage.</summary>
    public GuestResult Controls(Op op, ulong request, ulong fib = ZpciLayout.Fib, int r1 = 1, ulong mask = 0)
    {
        Prepare(r1);
        Gr[r1] = request;
        Gr[7] = fib - unchecked((ulong)Displacement) - 0x1000;
        Gr[5] = 0x1000;
        return Execute(Text((op, new() { R1 = (byte)r1, X2 = 5, B2 = 7, D2 = Displacement })), mask);
    }

    /// <summary>REFRESH PCI TRANSLATIONS: R1 the request, R2 and R2 + 1 start and length.</summary>
    public GuestResult Refresh(ulong request, ulong start, ulong length, int r1 = 4, int r2 = 6, ulong mask = 0)
    {
        Prepare(r1);
        Gr[r1] = request;
        Gr[r2] = start;
        Gr[(r2 + 1) & 15] = length;
        return Execute(Text((Op.RPCIT, new() { R1 = (byte)r1, R2 = (byte)r2 })), mask);
    }

    /// <summary>SET INTERRUPTION CONTROLS: R1 the operation, R3 the subclass in bits 34-36, the block in storage.</summary>
    public GuestResult InterruptionControls(ulong operation, ulong subclass, ulong block = ZpciLayout.Data, ulong mask = 0)
    {
        Prepare(-1);
        Gr[4] = operation;
        Gr[6] = subclass << 27;
        Gr[7] = block - unchecked((ulong)Displacement);
        return Execute(Text((Op.SIC, new() { R1 = 4, R3 = 6, B2 = 7, D2 = Displacement })), mask);
    }

    /// <summary>CALL LOGICAL PROCESSOR for the block in storage; M3 and M4 as given.</summary>
    public GuestResult CallLogicalProcessor(ulong block = ZpciLayout.Block, int m3 = 0, int m4 = 2, ulong mask = 0)
    {
        Prepare(-1);
        Gr[2] = block;
        return Execute(Text((Op.CLP, new() { R1 = 1, R2 = 2, M3 = (byte)m3, M4 = (byte)m4 })), mask);
    }

    /// <summary>CHANNEL SUBSYSTEM CALL for the block in storage.</summary>
    public GuestResult ChannelSubsystemCall(ulong block = ZpciLayout.Channel, ulong mask = 0)
    {
        Prepare(-1);
        Gr[2] = block;
        return Execute(Text((Op.CHSC, new() { R1 = 2 })), mask);
    }

    /// <summary>An instruction whose one operand is in storage: STORE CHANNEL REPORT WORD, TEST PENDING INTERRUPTION.</summary>
    public GuestResult Store(Op op, ulong address, ulong mask = 0)
    {
        Prepare(-1);
        Gr[7] = address;
        return Execute(Text((op, new() { B2 = 7 })), mask);
    }

    /// <summary>SERVICE CALL for the block in storage, and the service signal that tells its end.</summary>
    public GuestResult ServiceCall(uint command, ulong block = ZpciLayout.Channel, ulong mask = 0)
    {
        Prepare(-1);
        Gr[1] = command;
        Gr[2] = block;
        var result = Execute(Text((Op.SERVC, new() { R1 = 1, R2 = 2 })), mask);
        Cr[0] = 0x200;
        if (result.End == GuestEnd.Completed && mask == 0) Execute([], Psw.External);
        Cr[0] = 0;
        return result;
    }

    /// <summary>Opens the CPU for interruptions: which kind of one it takes, Completed for none.</summary>
    public GuestEnd Open(ulong mask) => Execute([], mask).End;

    /// <summary>Stores the doubleword, by the program.</summary>
    public void StoreDoubleword(ulong address, ulong value)
    {
        Prepare(-1);
        Gr[1] = value;
        Gr[7] = address;
        if (Execute(Text((Op.STG, new() { R1 = 1, B2 = 7 }))).End != GuestEnd.Completed)
            throw new InvalidOperationException($"cannot store at {address:x}");
    }

    /// <summary>Sets a storage key: access control, fetch protection, reference and change in bits 56-62.</summary>
    public void SetKey(ulong address, ulong key)
    {
        Prepare(-1);
        (Gr[1], Gr[2]) = (key, address);
        Execute(Text((Op.SSKE, new() { R1 = 1, R2 = 2 })));
    }

    /// <summary>The storage key of a block, as the program sees it.</summary>
    public byte GetKey(ulong address)
    {
        Prepare(-1);
        (Gr[1], Gr[2]) = (0, address);
        return (byte)Execute(Text((Op.ISKE, new() { R1 = 1, R2 = 2 }))).Gr[1];
    }

    /// <summary>DIAGNOSE 308: resets the configuration, which goes on with the short PSW at 0, a wait.</summary>
    /// <param name="subcode">0 modified clear, 1 load normal.</param>
    public void ResetConfiguration(ulong subcode)
    {
        const ulong shortWait = 0x000A_0000_8000_0000;
        Set(0, shortWait | SvcWait);
        Prepare(-1);
        Gr[3] = subcode;
        Execute(Text((Op.DIAG, new() { R1 = 1, R3 = 3, D2 = 0x308 })));
    }

    /// <summary>Waits in the enabled state until a time in TOD units has passed.</summary>
    public void Wait(ulong units)
    {
        Prepare(-1);
        Gr[7] = ZpciLayout.Data;
        Execute(Text((Op.STCK, new() { B2 = 7 })));
        Set(ZpciLayout.Data, Get64(ZpciLayout.Data) + units);
        Cr[0] = 0x800;
        Execute(Text((Op.SCKC, new() { B2 = 7 }), (Op.LPSWE, new() { D2 = (int)WaitPsw })));
        Cr[0] = 0;
    }

    /// <summary>A request: the handle, an address space, and a length or an operation control.</summary>
    public static ulong Request(uint handle, ulong space = 0, ulong low = 0) => ((ulong)handle << 32) | (space << 16) | low;

    private void Prepare(int request)
    {
        RequestRegister = request;
        for (var n = 0; n < 16; n++) Gr[n] = 0x0101_0101_0101_0101UL * ((ulong)n | 0xA0);
    }

    /// <summary>PCI STORE of a little-endian value, as a driver's writel and writeq.</summary>
    public GuestResult StoreRegister(int space, ulong offset, int length, ulong value)
    {
        var bytes = BinaryPrimitives.ReverseEndianness(value) >> (64 - 8 * length);
        return LoadStore(Op.PCISTG, Request(Handle, (ulong)space, (ulong)length), offset, bytes);
    }

    /// <summary>Makes a CLP block: command, request behind its header, and lengths.</summary>
    public void SetClp(int command, ReadOnlySpan<byte> body, int length, int space, uint format = 0, ulong reserved = 0)
    {
        var block = new byte[8192];
        BinaryPrimitives.WriteUInt16BigEndian(block, (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(2), (ushort)command);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(4), format);
        BinaryPrimitives.WriteUInt64BigEndian(block.AsSpan(8), reserved);
        body.CopyTo(block.AsSpan(16));
        if (length is >= 4 and <= 8190) BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(length), (ushort)space);
        Set(ZpciLayout.Block, block);
    }

    /// <summary>CLP set PCI function; the response code.</summary>
    public int SetFunction(int operation, int spaces = 1, uint? handle = null)
    {
        Span<byte> body = stackalloc byte[16];
        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, handle ?? Handle);
        (body[6], body[7]) = ((byte)operation, (byte)spaces);
        SetClp(5, body, 32, 160);
        CallLogicalProcessor();
        return (int)(Get64(ZpciLayout.Block + 32) >> 32) & 0xFFFF;
    }

    /// <summary>Stores empty tables but for three pages: one mapped, one mapped read-only, one invalid as all others.</summary>
    public void SetIoTables()
    {
        for (var n = 0UL; n < 2048; n++)
        {
            Set(ZpciLayout.RegionTable + n * 8, n == 2 ? ZpciLayout.SegmentTable | 7 : 0x20);
            Set(ZpciLayout.SegmentTable + n * 8, n == 0 ? ZpciLayout.PageTable : 0x20);
            if (n >= 256) continue;
            Set(ZpciLayout.PageTable + n * 8, n switch { 0 => ZpciLayout.Frame, 1 => ZpciLayout.Frame | 0x200, _ => 0x400 });
        }
    }
}
