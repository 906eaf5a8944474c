using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// TRANSLATE EXTENDED, TRANSLATE ONE OR TWO TO ONE OR TWO, TRANSLATE AND TEST EXTENDED and REVERSE EXTENDED (chapter 7).
/// Each execution translates so many characters at most and then ends with condition code 3. An access exception after the
/// first character also ends it so: the next execution meets it with nothing done.
/// </summary>
internal static unsafe class TranslateExtended
{
    private const int Limit = 4096;

    /// <summary>STFLE bit 24: extended-translation facility 2 has the test-character-comparison control.</summary>
    private const int Enhancement2 = 24;

    [Instruction(Op.TRE)]
    public static Insn* Tre(CpuState* c, Insn* i)
    {
        if ((i->R1 & 1) != 0) return c->Program(ProgramCode.Specification);
        var address = LongOperand.Address(c, i->R1);
        var length = LongOperand.Length(c, i->R1 + 1);
        var table = LongOperand.Address(c, i->R2);
        var test = (byte)c->Low(0);
        var limit = Math.Min(length, Limit);
        ulong n = 0;
        var found = false;
        for (; n < limit && !found; n++)
        {
            var at = (address + n) & c->AddressMask;
            if (!c->Load8(at, i->R1, out var argument)) break;
            found = argument == test;
            if (found) break;
            if (!c->Load8((table + argument) & c->AddressMask, i->R2, out var function)) break;
            if (!c->Store8(at, i->R1, function)) break;
        }
        if (n == 0 && limit != 0 && !found) return null;
        LongOperand.Consume(c, i->R1, n);
        c->Cc = found ? 1 : n == length ? 0 : 3;
        return i + 2;
    }

    [Instruction(Op.TROO)]
    public static Insn* Troo(CpuState* c, Insn* i) => Characters(c, i, 1, 1);

    [Instruction(Op.TROT)]
    public static Insn* Trot(CpuState* c, Insn* i) => Characters(c, i, 1, 2);

    [Instruction(Op.TRTO)]
    public static Insn* Trto(CpuState* c, Insn* i) => Characters(c, i, 2, 1);

    [Instruction(Op.TRTT)]
    public static Insn* Trtt(CpuState* c, Insn* i) => Characters(c, i, 2, 2);

    // From source characters at R2 to characters at R1; the length in R1 + 1 counts source bytes.
    private static Insn* Characters(CpuState* c, Insn* i, int sourceSize, int size)
    {
        var length = LongOperand.Length(c, i->R1 + 1);
        if ((i->R1 & 1) != 0 || (length & (uint)(sourceSize - 1)) != 0) return c->Program(ProgramCode.Specification);
        var to = LongOperand.Address(c, i->R1);
        var from = LongOperand.Address(c, i->R2);
        var table = LongOperand.Address(c, 1) & ~7UL;
        var compares = (i->M3 & 1) == 0 || !c->Processor.Facilities[Enhancement2];
        var test = size == 1 ? (byte)c->Low(0) : (ushort)c->Low(0);
        var limit = Math.Min(length / (uint)sourceSize, Limit);
        ulong n = 0;
        var found = false;
        for (; n < limit; n++)
        {
            var at = (from + n * (uint)sourceSize) & c->AddressMask;
            if (!LongOperand.LoadCharacter(c, at, i->R2, sourceSize, out var argument)) break;
            if (!LongOperand.LoadCharacter(c, (table + argument * (uint)size) & c->AddressMask, 1, size, out var function)) break;
            found = compares && function == test;
            if (found) break;
            if (!LongOperand.StoreCharacter(c, (to + n * (uint)size) & c->AddressMask, i->R1, size, function)) break;
        }
        if (n == 0 && limit != 0 && !found) return null;
        LongOperand.SetAddress(c, i->R1, to + n * (uint)size);
        LongOperand.SetLength(c, i->R1 + 1, length - n * (uint)sourceSize);
        LongOperand.SetAddress(c, i->R2, from + n * (uint)sourceSize);
        c->Cc = found ? 1 : n * (uint)sourceSize == length ? 0 : 3;
        return i + 2;
    }

    [Instruction(Op.TRTE)]
    public static Insn* Trte(CpuState* c, Insn* i) => Test(c, i, 1);

    [Instruction(Op.TRTRE)]
    public static Insn* Trtre(CpuState* c, Insn* i) => Test(c, i, -1);

    // M3: bit 0 two-byte arguments, bit 1 two-byte function codes, bit 2 arguments above 255 have function code zero.
    private static Insn* Test(CpuState* c, Insn* i, int direction)
    {
        var size = (i->M3 & 8) != 0 ? 2 : 1;
        var functionSize = (i->M3 & 4) != 0 ? 2 : 1;
        var isLimited = (i->M3 & 2) != 0;
        var length = LongOperand.Length(c, i->R1 + 1);
        if ((i->R1 & 1) != 0 || (length & (uint)(size - 1)) != 0) return c->Program(ProgramCode.Specification);
        var address = LongOperand.Address(c, i->R1);
        var table = LongOperand.Address(c, 1) & ~7UL;
        var limit = Math.Min(length / (uint)size, Limit);
        uint function = 0;
        ulong n = 0;
        for (; n < limit; n++)
        {
            var at = (address + (ulong)((long)n * size * direction)) & c->AddressMask;
            if (!LongOperand.LoadCharacter(c, at, i->R1, size, out var argument)) break;
            if (isLimited && argument > 255) continue;
            var entry = (table + argument * (uint)functionSize) & c->AddressMask;
            if (!LongOperand.LoadCharacter(c, entry, 1, functionSize, out function)) break;
            if (function != 0) break;
        }
        if (n == 0 && limit != 0 && function == 0) return null;
        var bytes = n * (uint)size;
        LongOperand.SetAddress(c, i->R1, address + (ulong)((long)bytes * direction));
        LongOperand.SetLength(c, i->R1 + 1, length - bytes);
        c->Cc = function != 0 ? 1 : bytes == length ? 0 : 3;
        if (c->Cc != 3) LongOperand.SetLength(c, i->R2, function);
        return i + 2;
    }
}
