using System.Runtime.CompilerServices;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// Operands whose address and length are in registers. In the 24- and 31-bit addressing modes bits 0-31 of the registers
/// remain unchanged, and the bits of a word that are no part of an address are set to zeros.
/// </summary>
internal static unsafe class LongOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsExtended(CpuState* c) => c->AddressMask == ulong.MaxValue;

    /// <summary>The address in a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address(CpuState* c, int register) => c->Gr[register] & c->AddressMask;

    /// <summary>Puts an address into a register; it is made to fit the addressing mode.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetAddress(CpuState* c, int register, ulong address)
    {
        if (IsExtended(c)) c->Gr[register] = address;
        else c->Low(register) = (uint)(address & c->AddressMask);
    }

    /// <summary>Moves the address in a register on.</summary>
    public static void Advance(CpuState* c, int register, long bytes)
        => SetAddress(c, register, Address(c, register) + (ulong)bytes);

    /// <summary>An unsigned length: bits 32-63 of the register, or all of it in the 64-bit addressing mode.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Length(CpuState* c, int register) => IsExtended(c) ? c->Gr[register] : c->Low(register);

    /// <summary>Puts a length into a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetLength(CpuState* c, int register, ulong length)
    {
        if (IsExtended(c)) c->Gr[register] = length;
        else c->Low(register) = (uint)length;
    }

    /// <summary>Moves the address in an even-odd pair on and shortens its length by as much.</summary>
    public static void Consume(CpuState* c, int pair, ulong bytes)
    {
        SetAddress(c, pair, Address(c, pair) + bytes);
        SetLength(c, pair + 1, Length(c, pair + 1) - bytes);
    }

    /// <summary>How many of the bytes lie in the block of the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int InBlock(ulong address, ulong length)
        => (int)Math.Min(length, Storage.PageSize - (address & (Storage.PageSize - 1)));

    /// <summary>The same for bytes that go down from an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int InBlockDown(ulong address, ulong length)
        => (int)Math.Min(length, (address & (Storage.PageSize - 1)) + 1);

    /// <summary>
    /// Fetches a character of one or two bytes, or of four.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LoadCharacter(CpuState* c, ulong address, int b, int size, out uint character)
    {
        if (size == 1)
        {
            var done = c->Load8(address, b, out var one);
            character = one;
            return done;
        }
        if (size == 2)
        {
            var done = c->Load16(address, b, out var two);
            character = two;
            return done;
        }
        return c->Load32(address, b, out character);
    }

    /// <summary>Stores a character of one or two bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool StoreCharacter(CpuState* c, ulong address, int b, int size, uint character)
        => size == 1 ? c->Store8(address, b, (byte)character) : c->Store16(address, b, (ushort)character);
}
