using System.Runtime.InteropServices;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>
/// Predecoded instructions of one 4 KB block of storage: a slot for each halfword, then sentinels that lead to the next
/// logical page. Slots are decoded when first reached.
/// </summary>
internal sealed unsafe class CodePage : IDisposable
{
    /// <summary>Halfwords in a block.</summary>
    public const int Slots = Storage.PageSize / 2;
    private const int Sentinels = 3, MaxHalfwords = 3;

    private readonly Insn* _slots;

    /// <summary>Makes the page of the block at an absolute address, nothing decoded yet.</summary>
    public CodePage(ulong absolute)
    {
        Absolute = absolute;
        _slots = (Insn*)NativeMemory.AlignedAlloc((Slots + Sentinels) * (nuint)sizeof(Insn), 64);
        Reset(0, Slots - 1);
        for (var index = Slots; index < Slots + Sentinels; index++)
            _slots[index] = new Insn { Handler = &CodeSteps.NextPage, Index = (ushort)index, Block = absolute };
    }

    /// <summary>Host absolute address of the block.</summary>
    public ulong Absolute { get; }

    /// <summary>Slot of halfword 0.</summary>
    public Insn* First => _slots;

    /// <summary>
    /// Forgets the slots of a range of halfwords: they are decoded again when reached. So are those before that may be one case
    /// with one of them.
    /// </summary>
    public void Reset(int from, int to)
    {
        for (var index = Math.Max(0, from - MaxHalfwords); index <= to; index++)
        {
            _slots[index].Handler = &CodeSteps.Decode;
            _slots[index].Case = 0;
            _slots[index].Index = (ushort)index;
        }
    }

    /// <summary>Fills a slot from instruction text.</summary>
    public static void Fill(Insn* slot, ulong text, HandlerTable handlers)
    {
        var op = Decoder.Decode(text);
        slot->Op = op;
        slot->Case = handlers.Case(op);
        slot->Length = (byte)Decoder.Length((byte)(text >> 56));
        slot->Handler = handlers.Entry(op);
        if (op == Op.Invalid) return;
        Decoder.Extract(op, text, out var o);
        slot->R1 = (byte)(o.R1 | o.V1 | o.M1);
        slot->R2 = (byte)(o.R2 | o.V2 | o.L2);
        slot->R3 = (byte)(o.R3 | o.V3);
        slot->B1 = Base(o.B1 | o.B4 | o.B3);
        slot->B2 = Base(o.B2);
        slot->X2 = Base(o.X2);
        slot->M3 = (byte)(o.M3 | o.I3);
        slot->M4 = (byte)(o.M4 | o.I4);
        slot->M5 = (byte)(o.M5 | o.I5);
        slot->L1 = (byte)(o.L1 | o.V4 | o.M6);
        if (InstructionTable.Get(op).Format == Format.RIE_f)
        {
            slot->Selected = Fixed.SelectedBits(o.I3 & 63, o.I4 & 63);
            return;
        }
        slot->D2 = o.D2 | o.I2 | o.RI2 | o.I1;
        slot->D1 = o.D1 | o.D4 | o.D3 | o.RI3 | o.RI4;
        if (RelativeOperand.Of(op) != RelativeField.None) slot->Near = 0;
    }

    /// <summary>Notes in a page's slot how far a relative operand is away, when that is in the same page.</summary>
    public static void FindNear(Insn* slot)
    {
        if (RelativeOperand.Of(slot->Op) == RelativeField.None) return;
        var halfwords = RelativeOperand.In(slot);
        if ((uint)(slot->Index + halfwords) < Slots) slot->Near = (short)halfwords;
    }

    /// <summary>Makes a page's slot one case with its neighbours, where there is such a case.</summary>
    public static void Join(Insn* slot, HandlerTable handlers)
    {
        if (handlers.Case(slot->Op) == 0) return;
        var next = slot + (slot->Length >> 1);
        if (next->Case != 0) Pair(slot, next);
        for (var halfwords = 1; halfwords <= Math.Min(MaxHalfwords, (int)slot->Index); halfwords++)
        {
            var previous = slot - halfwords;
            if (previous->Case != 0 && previous->Length == halfwords * 2) Pair(previous, slot);
        }
    }

    private static void Pair(Insn* first, Insn* second)
    {
        var pair = Dispatcher.PairCase(first->Op, second->Op);
        if (pair != 0) first->Case = pair;
    }

    private static byte Base(int register) => (byte)(register == 0 ? CpuState.ZeroRegister : register);

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_slots);
}
