using System.Buffers.Binary;
using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>The handlers of slots that are not instructions yet, or lie across two pages.</summary>
internal static unsafe class CodeSteps
{
    /// <summary>First execution of a slot: decodes it, then executes it.</summary>
    public static Insn* Decode(CpuState* c, Insn* i)
    {
        var offset = i->Index * 2;
        var page = c->Processor.Storage.Base + c->PageSlots[CodePage.Slots].Block;
        var first = page[offset];
        var length = Decoder.Length(first);
        if (offset + length > Storage.PageSize)
        {
            i->Handler = &Cross;
            i->Length = (byte)length;
            return Cross(c, i);
        }
        CodePage.Fill(i, Text(page + offset, length), c->Processor.Handlers);
        CodePage.FindNear(i);
        CodePage.Join(i, c->Processor.Handlers);
        return i->Handler(c, i);
    }

    /// <summary>An instruction that goes on in the next page: fetched anew each time, since that page may be mapped anywhere.</summary>
    public static Insn* Cross(CpuState* c, Insn* i)
    {
        var address = c->AddressOf(i);
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        var head = Storage.PageSize - i->Index * 2;
        if (!c->FetchInstruction(address, bytes[..head])) return null;
        var length = Decoder.Length(bytes[0]);
        if (!c->FetchInstruction((address + (ulong)head) & c->AddressMask, bytes[head..length])) return null;
        var target = &c->Target;
        c->TargetText = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        CodePage.Fill(target, c->TargetText, c->Processor.Handlers);
        target->Index = i->Index;
        i->Length = target->Length;
        var next = target->Handler(c, target);
        return next == target + (target->Length >> 1) ? c->BranchOut(address + target->Length) : next;
    }

    /// <summary>The end of a page of code: goes on in the next logical page.</summary>
    public static Insn* NextPage(CpuState* c, Insn* i)
    {
        c->InstructionCount--;
        return c->BranchOut(c->AddressOf(i));
    }

    /// <summary>Instruction bytes left-justified.</summary>
    public static ulong Text(byte* bytes, int length)
    {
        ulong text = 0;
        for (var n = 0; n < length; n++)
            text |= (ulong)bytes[n] << (56 - n * 8);
        return text;
    }
}
