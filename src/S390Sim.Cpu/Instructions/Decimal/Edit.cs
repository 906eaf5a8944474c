using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Decimal;

/// <summary>
/// EDIT and EDIT AND MARK (chapter 8). The pattern is replaced by the result; nothing is stored when a source digit is invalid
/// or a byte of the source cannot be fetched.
/// </summary>
internal static unsafe class Edit
{
    private const byte DigitSelector = 0x20, SignificanceStarter = 0x21, FieldSeparator = 0x22;
    private const byte Zone = 0xF0;

    [Instruction(Op.ED)]
    public static Insn* Ed(CpuState* c, Insn* i) => EditPattern(c, i, out _) ? i + 3 : null;

    /// <summary>
    /// General register 1 gets the address of the last result byte that ended a field's leading zeros without a significance
    /// starter; if there is none it stays. Only the bits of an address are replaced, and bit 32 in the 31-bit mode.
    /// </summary>
    [Instruction(Op.EDMK)]
    public static Insn* Edmk(CpuState* c, Insn* i)
    {
        var first = i->Address1(c);
        if (!EditPattern(c, i, out var mark)) return null;
        if (mark < 0) return i + 3;
        var address = (first + (ulong)mark) & c->AddressMask;
        if (c->AddressMask == 0xFF_FFFF) c->Low(1) = (c->Low(1) & 0xFF00_0000) | (uint)address;
        else LongOperand.SetAddress(c, 1, address);
        return i + 3;
    }

    private static bool EditPattern(CpuState* c, Insn* i, out int mark)
    {
        mark = -1;
        var length = i->L1 + 1;
        if (!c->Locate(i->Address1(c), i->B1, length, AccessKind.Store, out var operand)) return false;
        Span<byte> pattern = stackalloc byte[256];
        pattern = pattern[..length];
        operand.CopyTo(pattern);

        var source = new Source(i->Address2(c), i->B2);
        var fill = pattern[0];
        var isSignificant = false;
        var isNonzero = false;
        for (var n = 0; n < length; n++)
        {
            switch (pattern[n])
            {
                case DigitSelector or SignificanceStarter:
                    if (!source.Next(c, out var digit, out var isPlusNext)) return false;
                    if (digit != 0 && !isSignificant) mark = n;
                    var isStarter = pattern[n] == SignificanceStarter;
                    pattern[n] = digit != 0 || isSignificant ? (byte)(Zone | digit) : fill;
                    isNonzero |= digit != 0;
                    isSignificant = (isSignificant || digit != 0 || isStarter) && !isPlusNext;
                    break;
                case FieldSeparator:
                    pattern[n] = fill;
                    isSignificant = isNonzero = false;
                    break;
                default:
                    if (!isSignificant) pattern[n] = fill;
                    break;
            }
        }
        operand.CopyFrom(ref *c, pattern);
        c->Cc = !isNonzero ? 0 : isSignificant ? 1 : 2;
        return true;
    }

    /// <summary>The digits of the second operand, whose bytes are fetched only when the pattern asks for them.</summary>
    private struct Source(ulong address, int b)
    {
        private byte _right;
        private bool _hasRight;

        /// <summary>
        /// The next digit, and whether a plus sign follows it in the right half of its byte; false after an access exception, or
        /// after a data exception because a left half holds no digit.
        /// </summary>
        public bool Next(CpuState* c, out uint digit, out bool isPlusNext)
        {
            digit = _right;
            isPlusNext = false;
            if (_hasRight)
            {
                _hasRight = false;
                return true;
            }
            if (!c->Load8(address, b, out var value)) return false;
            address = (address + 1) & c->AddressMask;
            digit = (uint)value >> 4;
            if (digit > 9)
            {
                c->Data(0);
                return false;
            }
            _right = (byte)(value & 0xF);
            _hasRight = _right <= 9;
            isPlusNext = _right is 0xA or 0xC or 0xE or 0xF;
            return true;
        }
    }
}
