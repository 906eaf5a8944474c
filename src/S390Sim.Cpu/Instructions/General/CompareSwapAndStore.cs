using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>COMPARE AND SWAP AND STORE (chapter 7).</summary>
internal static unsafe class CompareSwapAndStore
{
    private const int StoreValueOffset = 16;
    private const int Facility2 = 33;       // with operands of 16 bytes

    /// <summary>
    /// Register 0 holds the function code (bits 56-63: 4, 8, 16 bytes compared) and the store characteristic (bits 48-55: 1 to
    /// 16 bytes stored); register 1 the address of the parameter list: replacement value, then store value.
    /// </summary>
    [Instruction(Op.CSST)]
    public static Insn* Csst(CpuState* c, Insn* i)
    {
        var function = (int)(c->Low(0) & 0xFF);
        var characteristic = (int)((c->Low(0) >> 8) & 0xFF);
        var has16 = c->Processor.Facilities[Facility2];
        if (function > (has16 ? 2 : 1) || characteristic > (has16 ? 4 : 3) || (function == 2 && (i->R3 & 1) != 0))
            return c->Program(ProgramCode.Specification);
        var size = 4 << function;
        var storeSize = 1 << characteristic;
        var address = i->Address1(c);
        var storeAddress = i->Address2(c);
        if ((address & (uint)(size - 1)) != 0 || (storeAddress & (uint)(storeSize - 1)) != 0)
            return c->Program(ProgramCode.Specification);
        Span<byte> parameters = stackalloc byte[StoreValueOffset + 16];
        if (!c->Fetch(LongOperand.Address(c, 1) & ~15UL, 1, parameters[..(StoreValueOffset + storeSize)])) return null;
        if (!c->Locate(address, i->B1, size, AccessKind.Store, out var operand)) return null;
        if (!c->Locate(storeAddress, i->B2, storeSize, AccessKind.Store, out var target)) return null;

        Span<byte> expected = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(expected, function == 0 ? c->Gr[i->R3] << 32 : c->Gr[i->R3]);
        if (function == 2) BinaryPrimitives.WriteUInt64BigEndian(expected[8..], c->Gr[i->R3 + 1]);
        var current = new ReadOnlySpan<byte>(operand.First, size);
        if (current.SequenceEqual(expected[..size]))
        {
            operand.CopyFrom(ref *c, parameters[..size]);
            target.CopyFrom(ref *c, parameters.Slice(StoreValueOffset, storeSize));
            c->Cc = 0;
            return i + 3;
        }
        if (function == 0) c->Low(i->R3) = BinaryPrimitives.ReadUInt32BigEndian(current);
        else c->Gr[i->R3] = BinaryPrimitives.ReadUInt64BigEndian(current);
        if (function == 2) c->Gr[i->R3 + 1] = BinaryPrimitives.ReadUInt64BigEndian(current[8..]);
        c->Cc = 1;
        return i + 3;
    }
}
