using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// CONVERT UTF-8, UTF-16, UTF-32 TO one another (chapter 7). The R1 pair designates the destination, the R2 pair the source.
/// Condition code 0: the source is used up, or ends within a character; 1: the destination is full; 2: a character is not
/// valid; 3: so many characters were converted.
/// </summary>
internal static unsafe class Unicode
{
    private const int Limit = 1024;

    /// <summary>STFLE bit 30: extended-translation facility 3 has the well-formedness-checking control.</summary>
    private const int Enhancement3 = 30;

    /// <summary>What became of one character.</summary>
    private enum Outcome { SourceEnded = 0, DestinationFull = 1, Invalid = 2, AccessException, Done }

    private interface IDecoder
    {
        static abstract Outcome Decode(ref Source source, out uint character, out int length);
    }

    private interface IEncoder
    {
        /// <summary>Writes a character; the number of its bytes.</summary>
        static abstract int Encode(uint character, Span<byte> bytes);
    }

    /// <summary>The rest of the source.</summary>
    private ref struct Source
    {
        public CpuState* C;
        public int Register;
        public ulong Address;
        public ulong Length;
        public bool ChecksWellFormedness;

        public readonly bool Load(int offset, int size, out uint value)
            => LongOperand.LoadCharacter(C, (Address + (uint)offset) & C->AddressMask, Register, size, out value);
    }

    [Instruction(Op.CU12)]
    public static Insn* Cu12(CpuState* c, Insn* i) => Convert<Utf8, Utf16>(c, i);

    [Instruction(Op.CU14)]
    public static Insn* Cu14(CpuState* c, Insn* i) => Convert<Utf8, Utf32>(c, i);

    [Instruction(Op.CU21)]
    public static Insn* Cu21(CpuState* c, Insn* i) => Convert<Utf16, Utf8>(c, i);

    [Instruction(Op.CU24)]
    public static Insn* Cu24(CpuState* c, Insn* i) => Convert<Utf16, Utf32>(c, i);

    [Instruction(Op.CU41)]
    public static Insn* Cu41(CpuState* c, Insn* i) => Convert<Utf32, Utf8>(c, i);

    [Instruction(Op.CU42)]
    public static Insn* Cu42(CpuState* c, Insn* i) => Convert<Utf32, Utf16>(c, i);

    private static Insn* Convert<TDecoder, TEncoder>(CpuState* c, Insn* i)
        where TDecoder : struct, IDecoder where TEncoder : struct, IEncoder
    {
        if (((i->R1 | i->R2) & 1) != 0) return c->Program(ProgramCode.Specification);
        var source = new Source
        {
            C = c,
            Register = i->R2,
            Address = LongOperand.Address(c, i->R2),
            Length = LongOperand.Length(c, i->R2 + 1),
            ChecksWellFormedness = (i->M3 & 1) != 0 && c->Processor.Facilities[Enhancement3],
        };
        var to = LongOperand.Address(c, i->R1);
        var room = LongOperand.Length(c, i->R1 + 1);
        var outcome = Outcome.Done;
        var count = 0;
        Span<byte> bytes = stackalloc byte[4];
        for (; count < Limit && outcome == Outcome.Done; count++)
        {
            outcome = TDecoder.Decode(ref source, out var character, out var taken);
            if (outcome != Outcome.Done) break;
            var made = TEncoder.Encode(character, bytes);
            if ((ulong)made > room) outcome = Outcome.DestinationFull;
            else if (!c->Store(to, i->R1, bytes[..made])) outcome = Outcome.AccessException;
            if (outcome != Outcome.Done) break;
            to = (to + (uint)made) & c->AddressMask;
            room -= (uint)made;
            source.Address = (source.Address + (uint)taken) & c->AddressMask;
            source.Length -= (uint)taken;
        }
        if (outcome == Outcome.AccessException && count == 0) return null;
        LongOperand.SetAddress(c, i->R1, to);
        LongOperand.SetLength(c, i->R1 + 1, room);
        LongOperand.SetAddress(c, i->R2, source.Address);
        LongOperand.SetLength(c, i->R2 + 1, source.Length);
        c->Cc = outcome > Outcome.Invalid ? 3 : (int)outcome;
        return i + 2;
    }

    private readonly struct Utf8 : IDecoder, IEncoder
    {
        public static Outcome Decode(ref Source source, out uint character, out int length)
        {
            character = 0;
            length = 0;
            if (source.Length < 1) return Outcome.SourceEnded;
            if (!source.Load(0, 1, out var first)) return Outcome.AccessException;
            var checks = source.ChecksWellFormedness;
            if (first < 0x80)
            {
                character = first;
                length = 1;
                return Outcome.Done;
            }
            if (first < (checks ? 0xC2 : 0xC0) || first > (checks ? 0xF4 : 0xF7)) return Outcome.Invalid;
            length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
            if (source.Length < (ulong)length) return Outcome.SourceEnded;
            character = first & (0x7Fu >> length);
            for (var n = 1; n < length; n++)
            {
                if (!source.Load(n, 1, out var next)) return Outcome.AccessException;
                if (checks && (next & 0xC0) != 0x80) return Outcome.Invalid;
                character = (character << 6) | (next & 0x3F);
            }
            if (!checks) return Outcome.Done;
            return length switch
            {
                3 when character < 0x800 || character is >= 0xD800 and <= 0xDFFF => Outcome.Invalid,
                4 when character is < 0x1_0000 or > 0x10_FFFF => Outcome.Invalid,
                _ => Outcome.Done,
            };
        }

        public static int Encode(uint character, Span<byte> bytes)
        {
            var length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4;
            if (length == 1)
            {
                bytes[0] = (byte)character;
                return 1;
            }
            for (var n = length - 1; n > 0; n--, character >>= 6) bytes[n] = (byte)(0x80 | (character & 0x3F));
            bytes[0] = (byte)(0xF00 >> length | (int)character);
            return length;
        }
    }

    private readonly struct Utf16 : IDecoder, IEncoder
    {
        public static Outcome Decode(ref Source source, out uint character, out int length)
        {
            character = 0;
            length = 2;
            if (source.Length < 2) return Outcome.SourceEnded;
            if (!source.Load(0, 2, out var high)) return Outcome.AccessException;
            character = high;
            if ((high & 0xFC00) != 0xD800) return Outcome.Done;
            length = 4;
            if (source.Length < 4) return Outcome.SourceEnded;
            if (!source.Load(2, 2, out var low)) return Outcome.AccessException;
            if (source.ChecksWellFormedness && (low & 0xFC00) != 0xDC00) return Outcome.Invalid;
            character = ((((high >> 6) & 0xF) + 1) << 16) | ((high & 0x3F) << 10) | (low & 0x3FF);
            return Outcome.Done;
        }

        public static int Encode(uint character, Span<byte> bytes)
        {
            if (character < 0x1_0000)
            {
                BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)character);
                return 2;
            }
            var plane = ((character >> 16) - 1) & 0xF;
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(0xD800 | (plane << 6) | ((character >> 10) & 0x3F)));
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)(0xDC00 | (character & 0x3FF)));
            return 4;
        }
    }

    private readonly struct Utf32 : IDecoder, IEncoder
    {
        public static Outcome Decode(ref Source source, out uint character, out int length)
        {
            character = 0;
            length = 4;
            if (source.Length < 4) return Outcome.SourceEnded;
            if (!source.Load(0, 4, out character)) return Outcome.AccessException;
            return character is >= 0xD800 and <= 0xDBFF or > 0x10_FFFF ? Outcome.Invalid : Outcome.Done;
        }

        public static int Encode(uint character, Span<byte> bytes)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, character);
            return 4;
        }
    }
}
