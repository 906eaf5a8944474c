using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>TRACE (chapter 10): an explicit entry of time, operand and the registers R1 to R3.</summary>
internal static unsafe class Tracing
{
    private const int ShortHead = 12, LongHead = 16;
    private const uint NotTraced = 0x8000_0000;     // bit 0 of the operand

    [Instruction(Op.TRACE)]
    public static Insn* Trace(CpuState* c, Insn* i) => Make(c, i, ShortHead, 4);

    [Instruction(Op.TRACG)]
    public static Insn* Tracg(CpuState* c, Insn* i) => Make(c, i, LongHead, 8);

    // Whether the longest entry fits is what counts.
    private static Insn* Make(CpuState* c, Insn* i, int head, int size)
    {
        var address = i->Address2(c);
        if ((address & 3) != 0) return c->Program(ProgramCode.Specification);
        if (!TraceTable.IsOn(c, TraceTable.Explicit)) return i + (i->Length >> 1);
        if (!c->Load32(address, i->B2, out var operand)) return null;
        if ((operand & NotTraced) != 0) return i + (i->Length >> 1);
        if (!TraceTable.TryReserve(c, head + 16 * size, out var place)) return null;

        Span<byte> entry = stackalloc byte[LongHead + 128];
        entry.Clear();
        var tod = c->Processor.GuestTod;
        // Bits 0-15 of the short entry's clock make room for its format.
        BinaryPrimitives.WriteUInt64BigEndian(entry[(head == LongHead ? 2 : 0)..], tod);
        var count = ((i->R3 - i->R1) & 15) + 1;
        entry[0] = (byte)(0x70 | (count - 1));
        entry[1] = head == LongHead ? (byte)0x80 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(entry[(head - 4)..], operand);
        for (var n = 0; n < count; n++)
        {
            var register = (i->R1 + n) & 15;
            if (size == 8) BinaryPrimitives.WriteUInt64BigEndian(entry[(head + n * 8)..], c->Gr[register]);
            else BinaryPrimitives.WriteUInt32BigEndian(entry[(head + n * 4)..], c->Low(register));
        }
        TraceTable.Make(c, place, entry[..(head + count * size)]);
        return i + (i->Length >> 1);
    }
}
