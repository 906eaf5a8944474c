using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>TRANSLATE, TRANSLATE AND TEST, TRANSLATE AND TEST REVERSE (chapter 7).</summary>
internal static unsafe class Translate
{
    [Instruction(Op.TR)]
    public static Insn* Tr(CpuState* c, Insn* i)
    {
        var length = i->L1 + 1;
        var destination = i->Address1(c);
        var table = i->Address2(c);
        var bytes = c->Writable(destination, length);
        var functions = c->Readable(table, 256);
        if (bytes == null || functions == null) return TrSlow(c, i, destination, table, length);
        for (var n = 0; n < length; n++) bytes[n] = functions[bytes[n]];
        return i + 3;
    }

    // Access exceptions are recognised only for those function bytes that are used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* TrSlow(CpuState* c, Insn* i, ulong destination, ulong table, int length)
    {
        if (!c->Locate(destination, i->B1, length, AccessKind.Store, out var operand)) return null;
        byte low = 255, high = 0;
        for (var n = 0; n < length; n++)
        {
            low = Math.Min(low, operand[n]);
            high = Math.Max(high, operand[n]);
        }
        if (!c->Locate((table + low) & c->AddressMask, i->B2, high - low + 1, AccessKind.Fetch, out var functions)) return null;
        for (var n = 0; n < length; n++) operand[n] = functions[operand[n] - low];
        operand.Stored();
        return i + 3;
    }

    [Instruction(Op.TRT)]
    public static Insn* Trt(CpuState* c, Insn* i) => Test(c, i, 1);

    [Instruction(Op.TRTR)]
    public static Insn* Trtr(CpuState* c, Insn* i) => Test(c, i, -1);

    private static Insn* Test(CpuState* c, Insn* i, int step)
    {
        var address = i->Address1(c);
        var table = i->Address2(c);
        for (int n = 0, last = i->L1; n <= last; n++)
        {
            var at = (address + (ulong)(n * step)) & c->AddressMask;
            if (!c->Load8(at, i->B1, out var argument)) return null;
            if (!c->Load8((table + argument) & c->AddressMask, i->B2, out var function)) return null;
            if (function == 0) continue;
            SetAddress(c, at);
            c->Low(2) = (c->Low(2) & 0xFFFF_FF00) | function;
            c->Cc = n == last ? 2 : 1;
            return i + 3;
        }
        c->Cc = 0;
        return i + 3;
    }

    // Unlike elsewhere, bits 32-39 of register 1 remain unchanged in the 24-bit addressing mode.
    private static void SetAddress(CpuState* c, ulong address)
    {
        if (c->AddressMask == 0xFF_FFFF) c->Low(1) = (c->Low(1) & 0xFF00_0000) | (uint)address;
        else LongOperand.SetAddress(c, 1, address);
    }
}
