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
    private const int Sentinels = 3;

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

    /// <summary>Forgets the slots of a range of halfwords: they are decoded again when reached.</summary>
    public void Reset(int from, int to)
    {
        for (var index = from; index <= to; index++)
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
    }

    private static byte Base(int register) => (byte)(register == 0 ? CpuState.ZeroRegister : register);

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_slots);
}
