using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.InputOutput;

/// <summary>Instructions about the channel subsystem as a whole (chapter 14), and expanded storage: there is none.</summary>
internal static unsafe class ChannelSubsystem
{
    /// <summary>RESET CHANNEL PATH: none is operational. Bits 32-55 of register 1 must be zero.</summary>
    [Instruction(Op.RCHP)]
    public static Insn* Rchp(CpuState* c, Insn* i)
    {
        if ((c->Gr[1] & 0xFFFF_FF00) != 0) return c->Program(ProgramCode.Operand);
        c->Cc = 3;
        return i + 2;
    }

    /// <summary>SET ADDRESS LIMIT: register 1 bits 32 and 48-63 must be zero; nothing is there to be limited.</summary>
    [Instruction(Op.SAL)]
    public static Insn* Sal(CpuState* c, Insn* i)
        => (c->Gr[1] & 0x8000_FFFF) != 0 ? c->Program(ProgramCode.Operand) : i + 2;

    private const ulong MeasurementBlockUpdate = 2;     // register 1 bit 62

    /// <summary>
    /// SET CHANNEL MONITOR: bits 36-61 of register 1 must be zero, and with measurement-block update the origin in register 2
    /// lies on a 32-byte boundary. No subchannel is there to be measured.
    /// </summary>
    [Instruction(Op.SCHM)]
    public static Insn* Schm(CpuState* c, Insn* i)
    {
        var isValid = (c->Gr[1] & 0x0FFF_FFFC) == 0 && ((c->Gr[1] & MeasurementBlockUpdate) == 0 || (c->Gr[2] & 0x1F) == 0);
        return isValid ? i + 2 : c->Program(ProgramCode.Operand);
    }

    /// <summary>STORE CHANNEL PATH STATUS: a bit for each path that is active.</summary>
    [Instruction(Op.STCPS)]
    public static Insn* Stcps(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 0x1F) != 0) return c->Program(ProgramCode.Specification);
        Span<byte> status = stackalloc byte[32];
        status.Clear();
        return c->Store(address, i->B2, status) ? i + 2 : null;
    }

    /// <summary>
    /// TEST PENDING INTERRUPTION: takes an I/O interruption of a subclass that CR6 enables, whatever the PSW says. Its two-word
    /// code is stored at the operand, or all three words at real 184 when the operand's address is zero.
    /// </summary>
    [Instruction(Op.TPI)]
    public static Insn* Tpi(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 3) != 0) return c->Program(ProgramCode.Specification);
        var mask = (byte)(c->Cr[6] >> 24);
        var pending = c->Processor.LevelPending;
        if (pending is null || !pending.TryPeekIo(mask, out var interruption))
        {
            c->Cc = 0;
            return i + 2;
        }
        if (!TryStore(c, i, address, interruption)) return null;
        pending.TryTakeIo(mask, out _);
        c->Cc = 1;
        return i + 2;
    }

    private static bool TryStore(CpuState* c, Insn* i, ulong address, in IoInterruption interruption)
    {
        if (address == 0)
        {
            if (!c->TryLowcore(out var lowcore)) return false;
            lowcore.IoSubsystem = interruption.Subsystem;
            lowcore.IoParameter = interruption.Parameter;
            lowcore.IoIdentification = interruption.Identification;
            c->StoredAt(lowcore.Address, 512);
            return true;
        }
        Span<byte> code = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(code, interruption.Subsystem);
        BinaryPrimitives.WriteUInt32BigEndian(code[4..], interruption.Parameter);
        return c->Store(address, i->B2, code);
    }

    /// <summary>PAGE IN and PAGE OUT: the block of expanded storage is not available.</summary>
    [Instruction(Op.PGIN), Instruction(Op.PGOUT)]
    public static Insn* Pgin(CpuState* c, Insn* i)
    {
        c->Cc = 3;
        return i + 2;
    }
}
