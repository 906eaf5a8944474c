using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>Clocks and timers (chapter 10; the general instructions STORE CLOCK are with chapter 7).</summary>
internal static unsafe class Timing
{
    /// <summary>
    /// SET CLOCK: moves the epoch of the level that sets it, so that neither CPU timers nor devices notice; on the bare machine
    /// that of all processors. The clock can be set, so the condition code is 0.
    /// </summary>
    [Instruction(Op.SCK)]
    public static Insn* Sck(CpuState* c, Insn* i)
    {
        if (!TryOperand(c, i, out var value)) return null;
        var clock = c->Processor.Clock;
        if (c->SieLevel == 0)
        {
            clock.Steering.EpochDifference += value - c->Processor.GuestTod;
            clock.ForgetUnique();
        }
        else
        {
            c->TodEpoch += value - c->Processor.GuestTod;
        }
        c->Cc = 0;
        return c->ResumeAfter(i);
    }

    /// <summary>SET CLOCK COMPARATOR.</summary>
    [Instruction(Op.SCKC)]
    public static Insn* Sckc(CpuState* c, Insn* i)
    {
        if (!TryOperand(c, i, out var value)) return null;
        c->ClockComparator = value;
        return c->ResumeAfter(i);
    }

    /// <summary>STORE CLOCK COMPARATOR.</summary>
    [Instruction(Op.STCKC)]
    public static Insn* Stckc(CpuState* c, Insn* i) => StoreOperand(c, i, c->ClockComparator);

    /// <summary>SET CPU TIMER.</summary>
    [Instruction(Op.SPT)]
    public static Insn* Spt(CpuState* c, Insn* i)
    {
        if (!TryOperand(c, i, out var value)) return null;
        c->CpuTimer = value;
        c->CpuTimerBase = c->Processor.Tod;
        return c->ResumeAfter(i);
    }

    /// <summary>STORE CPU TIMER.</summary>
    [Instruction(Op.STPT)]
    public static Insn* Stpt(CpuState* c, Insn* i) => StoreOperand(c, i, c->Processor.CpuTimer);

    /// <summary>
    /// EXTRACT CPU TIME: GR0 gets the first operand less the CPU timer, GR1 the second operand, and R3 the doubleword that it
    /// designates.
    /// </summary>
    [Instruction(Op.ECTG)]
    public static Insn* Ectg(CpuState* c, Insn* i)
    {
        if (!c->Load64(i->Address1(c), i->B1, out var first) || !c->Load64(i->Address2(c), i->B2, out var second)
            || !c->Load64(c->Gr[i->R3] & c->AddressMask, i->R3, out var third)) return null;
        c->Gr[0] = first - c->Processor.CpuTimer;
        c->Gr[1] = second;
        c->Gr[i->R3] = third;
        return i + 3;
    }

    /// <summary>SET CLOCK PROGRAMMABLE FIELD: GR0 bits 48-63; bits 32-47 must be zero.</summary>
    [Instruction(Op.SCKPF)]
    public static Insn* Sckpf(CpuState* c, Insn* i)
    {
        if ((c->Gr[0] & 0xFFFF_0000) != 0) return c->Program(ProgramCode.Specification);
        c->TodProgrammable = (ushort)c->Gr[0];
        return i + 1;
    }

    private static bool TryOperand(CpuState* c, Insn* i, out ulong value)
    {
        value = 0;
        var address = i->Address2(c);
        if ((address & 7) == 0) return c->Load64(address, i->B2, out value);
        c->Program(ProgramCode.Specification);
        return false;
    }

    private static Insn* StoreOperand(CpuState* c, Insn* i, ulong value)
    {
        var address = i->Address2(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        return c->Store64(address, i->B2, value) ? i + 2 : null;
    }
}
