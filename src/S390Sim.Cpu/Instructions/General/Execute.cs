using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// EXECUTE and EXECUTE RELATIVE LONG (chapter 7; chapter 5, "Execution of the target instruction"). The target is executed
/// from <see cref="CpuState.Target"/> as if it stood in the place of the EXECUTE; only its relative operands belong to its own.
/// </summary>
internal static unsafe class Execute
{
    [Instruction(Op.EX)]
    public static Insn* Ex(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 1) != 0) return c->Program(ProgramCode.Specification);
        return At(c, i, address, 4);
    }

    [Instruction(Op.EXRL)]
    public static Insn* Exrl(CpuState* c, Insn* i) => At(c, i, c->Relative(i, i->RI2), 6);

    private static Insn* At(CpuState* c, Insn* i, ulong address, uint length)
    {
        // The EXECUTE itself is in the target slot when it lies across two pages.
        var index = i->Index;
        var register = i->R1;
        if (!FetchTarget(c, address, out var text)) return null;
        if (register != 0) text |= (c->Gr[register] & 0xFF) << 48;
        var target = &c->Target;
        if (text != c->TargetText || target->Handler == null || RelativeOperand.Of(target->Op) != RelativeField.None)
            CodePage.Fill(target, text, c->Processor.Handlers);
        c->TargetText = text;
        target->Index = index;
        if (target->Op is Op.EX or Op.EXRL) return c->Program(ProgramCode.Execute);
        c->Executing = true;
        c->ExecuteLength = length;
        c->TargetAddress = address;
        if (RelativeOperand.Of(target->Op) != RelativeField.None) Rebase(c, target);
        var end = target + (target->Length >> 1);
        var next = target->Handler(c, target);
        if (next == null) return null;
        c->Executing = false;
        if (next != end) return next;
        if (i == target) Restore(c, length);
        return i + (length >> 1);
    }

    // CodeSteps.Cross still looks at the slot as that of the EXECUTE; it holds no whole target any more.
    private static void Restore(CpuState* c, uint length)
    {
        c->Target.Length = (byte)length;
        c->Target.Handler = null;
    }

    /// <summary>Fetches the target; an access exception ends the EXECUTE.</summary>
    private static bool FetchTarget(CpuState* c, ulong address, out ulong text)
    {
        var offset = (int)(address & 0xFFF);
        var slots = Slots(c, address & ~0xFFFUL);
        if (slots != null && offset <= Storage.PageSize - 8)
        {
            var bytes = c->HostStorage.Base + slots[CodePage.Slots].Block + offset;
            var length = Decoder.Length(*bytes);
            text = BinaryPrimitives.ReverseEndianness(*(ulong*)bytes) & (ulong.MaxValue << (64 - length * 8));
            return true;
        }
        return FetchTargetSlow(c, address, out text);
    }

    // Slots of a page of code that may be fetched from, if they are at hand.
    private static Insn* Slots(CpuState* c, ulong page)
    {
        if (page == c->FetchBase) return c->PageSlots;
        var entry = c->FetchTlb + (int)((page >> 12) & (Tlb.FetchEntries - 1));
        return entry->Tag == (page | c->FetchTag) ? entry->Slots : null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool FetchTargetSlow(CpuState* c, ulong address, out ulong text)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        text = 0;
        // The first halfword tells the length; the rest may lie in the next block.
        var length = 2;
        for (var n = 0; n < length; n += 2)
        {
            if (!c->FetchInstruction((address + (ulong)n) & c->AddressMask, bytes.Slice(n, 2))) return false;
            length = Decoder.Length(bytes[0]);
        }
        text = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        return true;
    }

    // A slot counts halfwords from the EXECUTE's place.
    private static void Rebase(CpuState* c, Insn* target)
    {
        ref var field = ref RelativeOperand.In(target);
        var halfwords = field + ((long)(c->TargetAddress - c->AddressOf(target)) >> 1);
        c->FarRelative = field;
        field = halfwords is > int.MinValue and <= int.MaxValue ? (int)halfwords : CpuState.FarMarker;
    }
}
