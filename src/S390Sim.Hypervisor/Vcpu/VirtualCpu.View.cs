using System.Buffers.Binary;
using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>Access to the guest through its own translation, for handlers of intercepted instructions.</summary>
public sealed unsafe partial class VirtualCpu
{
    /// <summary>A page may need to be provided once for each block an operand or the prefix area touches; more is a loop.</summary>
    private const int MaxFaultsPerAccess = 64;

    /// <summary>Length by which the guest's PSW is ahead of the intercepted instruction, in bytes.</summary>
    public uint InstructionLength => Block.InstructionLength;

    /// <summary>
    /// PER for the intercepted instruction, whose instruction-fetching event the machine leaves to the host to present; where it
    /// is, for the events that its emulation may have.
    /// </summary>
    internal PerReport FetchEvent()
    {
        var psw = Psw;
        if ((psw.Mask & Cpu.Psw.Per) == 0) return default;
        return new PerReport
        {
            Events = (Block.InterceptionStatus & StateDescription.PerFetchStatus) != 0 ? PerEvents.InstructionFetch : PerEvents.None,
            Address = (psw.Address - InstructionLength) & Cpu.Psw.AddressMask(psw.Mask),
            Mode = PerReport.ModeOf(psw.Mask),
        };
    }

    /// <summary>Text of the intercepted instruction, left-justified.</summary>
    public ulong InstructionText => ((ulong)Block.Ipa << 48) | ((ulong)Block.Ipb << 16);

    /// <summary>Fetches bytes at a guest logical address; false after recording the guest's access exception.</summary>
    public bool TryFetch(ulong address, int baseRegister, Span<byte> bytes, out ProgramFault fault)
    {
        fixed (byte* p = bytes) return Access(address, baseRegister, p, bytes.Length, AccessKind.Fetch, out fault);
    }

    /// <summary>Stores bytes at a guest logical address; false after recording the guest's access exception.</summary>
    public bool TryStore(ulong address, int baseRegister, ReadOnlySpan<byte> bytes, out ProgramFault fault)
    {
        fixed (byte* p = bytes) return Access(address, baseRegister, p, bytes.Length, AccessKind.Store, out fault);
    }

    /// <summary>
    /// Translates a guest logical address to a guest absolute one, which need not be in storage; false after recording the guest's
    /// access exception.
    /// </summary>
    public bool TryTranslate(ulong address, int baseRegister, AccessKind kind, out ulong absolute, out ProgramFault fault)
    {
        var c = _processor.State;
        for (var tries = 0; tries < MaxFaultsPerAccess; tries++)
        {
            OpenView();
            var done = c->TranslateBeyondStorage(address, baseRegister, kind, out absolute);
            var exit = c->Exit;
            fault = c->Fault;
            _processor.Sie.Leave(c);
            if (done) return true;
            if (exit != ExitKind.HostFault) return false;
            if (!Machine.Memory.TryResolve(c->HostFault)) break;
        }
        absolute = 0;
        fault = new ProgramFault { Code = ProgramCode.Addressing };
        return false;
    }

    /// <summary>The guest absolute address of a guest real one.</summary>
    internal ulong ToAbsolute(ulong real)
    {
        ulong prefix = Block.Prefix;
        var area = real & ~0x1FFFUL;
        return area == 0 ? real | prefix : area == prefix ? real & 0x1FFF : real;
    }

    /// <summary>Reads at a guest real address, within a block of 8 KB; false where the guest has no storage.</summary>
    internal bool TryReadReal(ulong real, Span<byte> bytes) => Machine.Memory.TryRead(ToAbsolute(real), bytes);

    private bool Access(ulong address, int b, byte* bytes, int length, AccessKind kind, out ProgramFault fault)
    {
        var c = _processor.State;
        for (var tries = 0; tries < MaxFaultsPerAccess; tries++)
        {
            OpenView();
            var done = Move(c, address, b, bytes, length, kind);
            var exit = c->Exit;
            fault = c->Fault;
            _processor.Sie.Leave(c);
            if (done) return true;
            if (exit != ExitKind.HostFault) return false;
            if (!Machine.Memory.TryResolve(c->HostFault)) break;
        }
        fault = new ProgramFault { Code = ProgramCode.Addressing };
        return false;
    }

    // An operand of more than a block is checked whole before any of it is stored.
    private static bool Move(CpuState* c, ulong address, int b, byte* bytes, int length, AccessKind kind)
    {
        var needsCheck = kind == AccessKind.Store && length > Storage.PageSize;
        for (var pass = needsCheck ? 0 : 1; pass < 2; pass++)
        {
            for (var done = 0; done < length;)
            {
                var piece = Math.Min(length - done, Storage.PageSize);
                var at = (address + (ulong)done) & c->AddressMask;
                var ok = pass == 0 ? c->Locate(at, b, piece, kind, out _)
                    : kind == AccessKind.Fetch ? c->Fetch(at, b, new Span<byte>(bytes + done, piece))
                    : c->Store(at, b, new ReadOnlySpan<byte>(bytes + done, piece));
                if (!ok) return false;
                done += piece;
            }
        }
        return true;
    }

    /// <summary>Reads instruction text where the guest would fetch it, without disturbing the guest; false where it cannot.</summary>
    public bool TryReadText(ulong address, Span<byte> text)
    {
        var c = _processor.State;
        OpenView();
        var done = c->Translate(address & c->AddressMask, 0, AccessKind.Instruction, out var frame);
        _processor.Sie.Leave(c);
        if (done) _processor.Storage.Read(frame, text.Length).CopyTo(text);
        return done;
    }

    /// <summary>Executes the intercepted instruction with its ordinary semantics at the guest's level.</summary>
    /// <param name="per">PER for the instruction, presented along with its own interruption or after it.</param>
    public bool Emulate(in PerReport per)
    {
        var c = _processor.State;
        var text = InstructionText;
        var length = InstructionLength;
        _processor.GuestPending = Pending;
        for (var tries = 0; tries < MaxFaultsPerAccess; tries++)
        {
            OpenView();
            var done = _processor.Sie.Emulate(c, text, length, per);
            var prefix = c->Prefix;
            if (!done) c->PswAddress += length;
            _processor.Sie.Leave(c);
            var block = Block;
            block.Prefix = (uint)prefix;
            if (done) return true;
            if (!Machine.Memory.TryResolve(c->HostFault))
                return InjectProgram(new ProgramFault { Code = ProgramCode.Addressing }, length, isAhead: true);
        }
        return InjectProgram(new ProgramFault { Code = ProgramCode.Addressing }, length, isAhead: true);
    }

    /// <summary>Presents a program interruption to the guest.</summary>
    /// <param name="fault">The condition.</param>
    /// <param name="length">Instruction length in bytes, for the ILC.</param>
    /// <param name="isAhead">Whether the guest's PSW already designates the next instruction.</param>
    /// <returns>False when even the guest's prefix area cannot be provided.</returns>
    public bool InjectProgram(in ProgramFault fault, uint length, bool isAhead)
    {
        var c = _processor.State;
        for (var tries = 0; tries < 2; tries++)
        {
            OpenView();
            var address = isAhead ? (c->PswAddress - length) & c->AddressMask : c->PswAddress;
            var done = SieUnit.Inject(c, fault, length, address, (address + length) & c->AddressMask);
            if (!done && isAhead) c->PswAddress += length;
            _processor.Sie.Leave(c);
            if (done) return true;
            if (!Machine.Memory.TryResolve(c->HostFault)) return false;
        }
        return false;
    }

    /// <summary>Presents an intercepted program interruption; the guest's PSW is already what the old PSW shall be.</summary>
    internal bool InjectAsStored(in ProgramFault fault, uint length)
    {
        var c = _processor.State;
        for (var tries = 0; tries < 2; tries++)
        {
            OpenView();
            var done = c->ProgramInterruption(fault, length);
            _processor.Sie.Leave(c);
            if (done) return true;
            if (!Machine.Memory.TryResolve(c->HostFault)) return false;
        }
        return false;
    }

    /// <summary>Whether the interruption cannot be presented, because the guest's own program-new PSW is invalid.</summary>
    internal bool IsProgramLoop(in ProgramFault fault)
    {
        if (fault.Code != ProgramCode.Specification) return false;
        Span<byte> bytes = stackalloc byte[16];
        var prefix = Block.Prefix;
        return Machine.Memory.TryRead(prefix + Lowcore.ProgramNewMaskOffset, bytes)
            && new Psw(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])).IsInvalid;
    }

    private void OpenView()
    {
        var c = _processor.State;
        c->Cr[1] = Machine.Memory.Map.Asce;
        c->Exit = ExitKind.Resume;
        _processor.Sie.EnterView(c, BlockAddress);
    }
}
