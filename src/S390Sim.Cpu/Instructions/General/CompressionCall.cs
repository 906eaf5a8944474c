using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// COMPRESSION CALL (chapter 7; SA22-7208, "Data Compression"). A unit of operation is one index symbol: it is done completely,
/// registers and all, or not at all.
/// </summary>
internal static unsafe partial class CompressionCall
{
    // General register 0.
    private const ulong ZeroPadding = 0x2_0000, SymbolTranslation = 0x1_0000, FormatOne = 0x200, Expansion = 0x100;
    // General register 1: dictionary address, offset of the symbol-translation table, compressed-data bit number.
    private const ulong DictionaryMask = ~0xFFFUL, TranslationMask = 0xFF8, BitNumberMask = 7;

    private const int EnhancementFacility = 47;
    private const uint PaddingBoundary = 256;

    /// <summary>Dictionary entries examined in one execution, about: the CPU-determined amount of processing.</summary>
    private const int Work = 2048;

    /// <summary>Characters that one symbol may stand for, and children that one entry may have.</summary>
    private const int MaxCharacters = 260, MaxChildren = 260;

    /// <summary>How a unit of operation went.</summary>
    private enum Outcome
    {
        /// <summary>A symbol was processed.</summary>
        Done,
        /// <summary>Condition code 0: the second operand has no more symbols.</summary>
        SecondEnded,
        /// <summary>Condition code 1: the first operand has no room for the next.</summary>
        FirstEnded,
        /// <summary>An exception was recorded, and nothing changed.</summary>
        Exception,
    }

    /// <summary>What the registers say, and how far the operation has come.</summary>
    private struct Call
    {
        public CpuState* State;
        public int B1, B2;
        public ulong Dictionary, TranslationTable;
        public bool Translates, IsFormatOne;
        public int SymbolBits;
        public ulong First, FirstLength, Second, SecondLength;
        public int BitNumber;
        public int Examined;

        /// <summary>Fetches an entry; the dictionary is in the second operand's address space.</summary>
        public bool Load(ulong table, uint index, out ulong entry)
        {
            Examined++;
            return State->Load64((table + index * 8) & State->AddressMask, B2, out entry);
        }
    }

    [Instruction(Op.CMPSC)]
    public static Insn* Cmpsc(CpuState* c, Insn* i)
    {
        var size = (int)(c->Gr[0] >> 12) & 0xF;
        if (((i->R1 | i->R2) & 1) != 0 || i->R1 == 0 || i->R2 == 0 || size is 0 or > 5)
            return c->Program(ProgramCode.Specification);
        var call = new Call
        {
            State = c,
            B1 = i->R1,
            B2 = i->R2,
            Dictionary = c->Gr[1] & DictionaryMask & c->AddressMask,
            TranslationTable = (c->Gr[1] & DictionaryMask & c->AddressMask) + ((c->Gr[1] & TranslationMask) << 4),
            Translates = (c->Gr[0] & SymbolTranslation) != 0,
            IsFormatOne = (c->Gr[0] & FormatOne) != 0,
            SymbolBits = size + 8,
            First = LongOperand.Address(c, i->R1),
            FirstLength = LongOperand.Length(c, i->R1 + 1),
            Second = LongOperand.Address(c, i->R2),
            SecondLength = LongOperand.Length(c, i->R2 + 1),
            BitNumber = (int)(c->Gr[1] & BitNumberMask),
        };
        return Process(ref call, i);
    }

    private static Insn* Process(ref Call call, Insn* i)
    {
        var c = call.State;
        var expands = (c->Gr[0] & Expansion) != 0;
        var isFirstUnit = true;
        Outcome outcome;
        do
        {
            outcome = expands ? ExpandSymbol(ref call) : CompressSymbol(ref call);
            // The units before an exception are done; it is recognised when the instruction is executed again.
            if (outcome == Outcome.Exception && isFirstUnit) return null;
            if (outcome == Outcome.Done) isFirstUnit = false;
        }
        while (outcome == Outcome.Done && call.Examined < Work);

        if (!isFirstUnit)
        {
            if ((c->Gr[0] & ZeroPadding) != 0 && c->Processor.Facilities[EnhancementFacility]) Pad(ref call, expands);
            LongOperand.SetAddress(c, i->R1, call.First);
            LongOperand.SetLength(c, i->R1 + 1, call.FirstLength);
            LongOperand.SetAddress(c, i->R2, call.Second);
            LongOperand.SetLength(c, i->R2 + 1, call.SecondLength);
            c->Gr[1] = (c->Gr[1] & ~BitNumberMask) | (uint)call.BitNumber;
        }
        c->Cc = outcome switch { Outcome.SecondEnded => 0, Outcome.FirstEnded => 1, _ => 3 };
        return i + 2;
    }

    /// <summary>Zeros up to the next boundary, of which the last byte stored has been on this side too.</summary>
    private static void Pad(ref Call call, bool expands)
    {
        var start = call.First;
        var length = call.FirstLength;
        if (!expands && call.BitNumber != 0)
        {
            start++;
            length--;
        }
        var room = (uint)(0 - start) & (PaddingBoundary - 1);
        Span<byte> zeros = stackalloc byte[(int)Math.Min(room, length)];
        zeros.Clear();
        call.State->Store(start & call.State->AddressMask, call.B1, zeros);
    }
}
