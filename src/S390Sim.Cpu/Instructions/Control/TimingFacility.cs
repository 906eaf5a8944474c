using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>PERFORM TIMING FACILITY FUNCTION (chapter 10).</summary>
internal static unsafe class TimingFacility
{
    private const int QueryAvailableFunctions = 0, QueryTodOffset = 1, QuerySteeringInformation = 2, QueryPhysicalClock = 3;
    /// <summary>Bit of the function code in general register 0: the function controls the clock.</summary>
    internal const ulong Controls = 0x40;

    private const int AdjustTodOffset = 64, SetTodOffset = 65, SetFineSteeringRate = 66, SetGrossSteeringRate = 67;

    /// <summary>
    /// Register 0 holds the function code in bits 57-63, register 1 the address of the parameter block. The functions that change
    /// the clock are privileged, and not for guests; one that does not exist is condition code 3.
    /// </summary>
    [Instruction(Op.PTFF)]
    public static Insn* Ptff(CpuState* c, Insn* i)
    {
        if ((c->Gr[0] & 0x80) != 0) return c->Program(ProgramCode.Specification);
        var function = (int)c->Gr[0] & 0x7F;
        if (function is >= AdjustTodOffset and <= SetGrossSteeringRate)
        {
            if (c->ProblemState) return c->Program(ProgramCode.PrivilegedOperation);
            return c->SieLevel == 0 ? Control(c, i, function) : Ends(c, i, 3);
        }
        var physical = c->Processor.Tod;
        var steering = c->Processor.Clock.Steering;
        switch (function)
        {
            case QueryAvailableFunctions: return Store(c, i, [Bits(0, 4), c->SieLevel == 0 ? Bits(AdjustTodOffset - 64, 4) : 0]);
            case QueryTodOffset:
                var difference = steering.EpochDifference + c->TodEpoch;
                var offset = steering.TodOffset(physical);
                return Store(c, i, [physical, offset, offset + difference, difference]);
            case QuerySteeringInformation:
                var (old, current) = (steering.Old, steering.New);
                return Store(c, i,
                    [physical, old.Start, old.BaseOffset, Rates(old), current.Start, current.BaseOffset, Rates(current)]);
            case QueryPhysicalClock: return Store(c, i, [physical]);
            default: return Ends(c, i, 3);
        }
    }

    private static Insn* Control(CpuState* c, Insn* i, int function)
    {
        var physical = c->Processor.Tod;
        var clock = c->Processor.Clock;
        var address = c->Gr[1] & c->AddressMask;
        if (function is AdjustTodOffset or SetTodOffset)
        {
            if (!c->Load64(address, 1, out var offset)) return null;
            if (function == AdjustTodOffset) clock.Steering.Adjust(physical, offset);
            else clock.Steering.Set(physical, offset);
        }
        else
        {
            if (!c->Load32(address, 1, out var rate)) return null;
            if (function == SetFineSteeringRate) clock.Steering.SetFineRate(physical, (int)rate);
            else clock.Steering.SetGrossRate(physical, (int)rate);
        }
        clock.ForgetUnique();
        return Ends(c, i, 0);
    }

    private static ulong Bits(int first, int count) => ((1UL << count) - 1) << (64 - count - first);

    private static ulong Rates(in TodSteering.Episode episode) => ((ulong)(uint)episode.FineRate << 32) | (uint)episode.GrossRate;

    private static Insn* Store(CpuState* c, Insn* i, ReadOnlySpan<ulong> values)
    {
        Span<byte> bytes = stackalloc byte[values.Length * 8];
        for (var n = 0; n < values.Length; n++) BinaryPrimitives.WriteUInt64BigEndian(bytes[(n * 8)..], values[n]);
        return c->Store(c->Gr[1] & c->AddressMask, 1, bytes) ? Ends(c, i, 0) : null;
    }

    private static Insn* Ends(CpuState* c, Insn* i, int conditionCode)
    {
        c->Cc = conditionCode;
        return c->ResumeAfter(i);
    }
}
