using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>STORE CLOCK, STORE CLOCK FAST, STORE CLOCK EXTENDED (chapter 7). The clock is always set: condition code 0.</summary>
internal static unsafe class Clock
{
    [Instruction(Op.STCK)]
    public static Insn* Stck(CpuState* c, Insn* i) => Store(c, i, Unique(c));

    [Instruction(Op.STCKF)]
    public static Insn* Stckf(CpuState* c, Insn* i) => Store(c, i, c->Processor.GuestTod);

    /// <summary>
    /// Sixteen bytes: the epoch index (zero, but for a guest with multiple epochs), the 104 bits of the TOD clock, of which the last
    /// ones differ from zero, and the programmable field.
    /// </summary>
    [Instruction(Op.STCKE)]
    public static Insn* Stcke(CpuState* c, Insn* i)
    {
        const ulong NonzeroBits = 0x1_0000;
        var tod = Unique(c);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (tod >> 8) | (ulong)EpochIndex(c, tod) << 56);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (tod << 56) | NonzeroBits | (ushort)c->TodProgrammable);
        if (!c->Store(i->Address2(c), i->B2, bytes)) return null;
        c->Cc = 0;
        return i + 2;
    }

    private static Insn* Store(CpuState* c, Insn* i, ulong tod)
    {
        if (!c->Store64(i->Address2(c), i->B2, tod)) return null;
        c->Cc = 0;
        return i + 2;
    }

    // The machine's clock with the guest's epoch, index and all; a sum that is less than an addend had a carry.
    private static byte EpochIndex(CpuState* c, ulong tod)
    {
        if (c->SieLevel == 0) return 0;
        var block = SieUnit.Block(c);
        if ((block.Ecd & ExecutionControlsD.MultipleEpochs) == 0) return 0;
        return (byte)(block.EpochIndex + (tod < c->TodEpoch ? 1 : 0));
    }

    // No two executions on any processor of the machine see the same value.
    private static ulong Unique(CpuState* c) => c->Processor.Clock.Unique(c->InstructionCount) + c->TodEpoch;
}
