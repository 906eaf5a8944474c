using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>
/// A predecoded instruction: the 32-byte slot of one halfword of a code page. It holds no virtual address, so that one
/// page serves every mapping and every processor. Absent operands are zero, an absent base or index is
/// <see cref="CpuState.ZeroRegister"/>.
/// </summary>
/// <remarks>
/// The two words at the end are shared by operands that no format has both of: D2, I2 and RI2 in the first; D1, D4, RI3
/// and RI4 in the second. I3 to I5 of RIE-f lie on M3 to M5.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public unsafe struct Insn
{
    /// <summary>The method that executes the instruction and returns the next slot, or null to leave the loop.</summary>
    [FieldOffset(0)] public delegate*<CpuState*, Insn*, Insn*> Handler;
    /// <summary>The row.</summary>
    [FieldOffset(8)] public Op Op;
    /// <summary>Halfword index within the 4 KB page of code.</summary>
    [FieldOffset(10)] public ushort Index;
    /// <summary>Length in bytes: 2, 4 or 6.</summary>
    [FieldOffset(12)] public byte Length;
    /// <summary>R1, V1 or M1.</summary>
    [FieldOffset(13)] public byte R1;
    /// <summary>R2 or V2.</summary>
    [FieldOffset(14)] public byte R2;
    /// <summary>L2: second operand's length code; formats that have one have no R2.</summary>
    [FieldOffset(14)] public byte L2;
    /// <summary>R3 or V3.</summary>
    [FieldOffset(15)] public byte R3;
    /// <summary>Base of the first operand; B4 of RIS, RRS and SS-e; B3 of SMI.</summary>
    [FieldOffset(16)] public byte B1;
    /// <summary>Of a relative branch in a page of code to a place in the same page: the distance in slots. Else zero.</summary>
    [FieldOffset(16)] internal short Near;
    /// <summary>Base of the second operand.</summary>
    [FieldOffset(17)] public byte B2;
    /// <summary>Index register of the second operand.</summary>
    [FieldOffset(18)] public byte X2;
    /// <summary>M3, or I3 of RIE-f.</summary>
    [FieldOffset(19)] public byte M3;
    /// <summary>M4, or I4 of RIE-f.</summary>
    [FieldOffset(20)] public byte M4;
    /// <summary>M5, or I5 of RIE-f.</summary>
    [FieldOffset(21)] public byte M5;
    /// <summary>L or L1: operand length code, one less than the number of bytes; V4 and M6 of vector formats.</summary>
    [FieldOffset(22)] public byte L1;
    /// <summary>
    /// The case in the loop's switch, of the row or of it and its neighbour's; zero when <see cref="Handler"/> is to be called.
    /// </summary>
    [FieldOffset(23)] internal byte Case;
    /// <summary>Displacement of the second operand: 12 bits unsigned or 20 bits signed.</summary>
    [FieldOffset(24)] public int D2;
    /// <summary>Immediate operand, extended as its row says.</summary>
    [FieldOffset(24)] public int I2;
    /// <summary>Signed number of halfwords relative to the instruction.</summary>
    [FieldOffset(24)] public int RI2;
    /// <summary>Displacement of the first operand; D4 of RIS, RRS and SS-e; D3 of SMI.</summary>
    [FieldOffset(28)] public int D1;
    /// <summary>RI3 or RI4: signed number of halfwords relative to the instruction.</summary>
    [FieldOffset(28)] public int RI4;
    /// <summary>Of RIE-f: ones in the bits of a doubleword from I3 through I4, which select.</summary>
    [FieldOffset(24)] internal ulong Selected;
    /// <summary>In a page's sentinel slots: host absolute address of the block.</summary>
    [FieldOffset(24)] internal ulong Block;

    /// <summary>I3 of RIE-f.</summary>
    public readonly byte I3 => M3;
    /// <summary>I4 of RIE-f.</summary>
    public readonly byte I4 => M4;
    /// <summary>I5 of RIE-f.</summary>
    public readonly byte I5 => M5;

    /// <summary>Second-operand address: base + index + displacement in the addressing mode.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Address2(CpuState* c) => (c->Gr[B2] + c->Gr[X2] + (ulong)(long)D2) & c->AddressMask;

    /// <summary>First-operand address: base + displacement in the addressing mode.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Address1(CpuState* c) => (c->Gr[B1] + (ulong)(long)D1) & c->AddressMask;
}
