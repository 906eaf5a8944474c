using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// PERFORM LOCKED OPERATION (chapter 7). A function code is an operation (compare and load, compare and swap, double compare
/// and swap, compare and swap and store, and double, and triple store) in one of four sizes: words in registers, doublewords
/// in the parameter list, doublewords in registers, quadwords in the parameter list.
/// </summary>
internal static unsafe class PerformLockedOperation
{
    private const uint TestBit = 0x100;                 // bit 55 of register 0
    private const uint ReservedBits = 0xFFFF_FE00;      // bits 32-54
    private const int LastFunction = 23;

    private enum Operation
    {
        CompareAndLoad, CompareAndSwap, DoubleCompareAndSwap, SwapAndStore, SwapAndDoubleStore, SwapAndTripleStore,
    }

    /// <summary>Where the operands of one execution are.</summary>
    private ref struct Locked
    {
        public CpuState* C;
        public Insn* I;
        public int Size;
        public bool InRegisters;
        public ulong List;
    }

    [Instruction(Op.PLO)]
    public static Insn* Plo(CpuState* c, Insn* i)
    {
        var code = c->Low(0) & 0xFF;
        if ((c->Low(0) & ReservedBits) != 0) return c->Program(ProgramCode.Specification);
        if ((c->Low(0) & TestBit) != 0)
        {
            c->Cc = code <= LastFunction ? 0 : 3;
            return i + 3;
        }
        if (code > LastFunction) return c->Program(ProgramCode.Specification);
        var operation = (Operation)(code / 4);
        var locked = new Locked
        {
            C = c,
            I = i,
            Size = (code & 3) switch { 0 => 4, 3 => 16, _ => 8 },
            InRegisters = (code & 1) == 0,
            List = i->Address1(c),      // B1 and D1 of the slot hold B4 and D4
        };
        return IsSpecified(locked, operation) && Perform(locked, operation) ? i + 3 : null;
    }

    // Register pairs are even, operands on their boundary, the parameter list on that of a doubleword or quadword.
    private static bool IsSpecified(in Locked o, Operation operation)
    {
        var bits = o.I->Address2(o.C) & (uint)(o.Size - 1);
        if (o.InRegisters)
        {
            if (operation != Operation.CompareAndLoad) bits |= o.I->R1 & 1u;
            if (operation == Operation.DoubleCompareAndSwap) bits |= o.I->R3 & 1u;
        }
        if (operation >= Operation.SwapAndDoubleStore || (!o.InRegisters)) bits |= o.List & (o.Size == 16 ? 15u : 7u);
        else if (operation != Operation.CompareAndSwap) bits |= o.List & (uint)(o.Size - 1);
        if (bits == 0) return true;
        o.C->Program(ProgramCode.Specification);
        return false;
    }

    private static bool Perform(in Locked o, Operation operation)
    {
        var second = o.I->Address2(o.C);
        if (!FirstOperand(o, 0, out var comparison) || !Load(o, second, o.I->B2, out var value)) return false;
        if (comparison != value)
        {
            if (operation != Operation.CompareAndLoad && !CanStore(o, second, o.I->B2)) return false;
            return Unequal(o, 0, value, 1);
        }
        if (operation == Operation.CompareAndLoad) return LoadFourth(o);
        if (!FirstOperand(o, 1, out var replacement) || !CanStore(o, second, o.I->B2)) return false;
        if (operation == Operation.DoubleCompareAndSwap)
        {
            if (!Fourth(o, 4, out var fourth, out var b) || !ThirdOperand(o, 0, out var third)) return false;
            if (!Load(o, fourth, b, out var current) || !CanStore(o, fourth, b)) return false;
            if (third != current) return Unequal(o, 2, current, 2);
            if (!ThirdOperand(o, 1, out var other)) return false;
            Store(o, fourth, b, other);
        }
        else if (operation >= Operation.SwapAndStore && !StoreOthers(o, operation - Operation.SwapAndStore + 1))
            return false;
        Store(o, second, o.I->B2, replacement);
        o.C->Cc = 0;
        return true;
    }

    // CL: the fourth operand replaces the third.
    private static bool LoadFourth(in Locked o)
    {
        if (!Fourth(o, 4, out var address, out var b) || !Load(o, address, b, out var value)) return false;
        if (o.InRegisters) SetRegister(o, o.I->R3, value);
        else if (!StoreChecked(o, Slot(o, 2), o.I->B1, value)) return false;
        o.C->Cc = 0;
        return true;
    }

    // CSST, CSDST, CSTST: operands 3, 5, 7 are stored at 4, 6, 8, after all of these were checked.
    private static bool StoreOthers(in Locked o, int count)
    {
        var addresses = stackalloc ulong[3];
        var values = stackalloc UInt128[3];
        var b = 0;
        for (var n = 0; n < count; n++)
        {
            if (count == 1 && o.InRegisters) values[0] = Register(o, o.I->R3);
            else if (!Load(o, Slot(o, 3 + 2 * n), o.I->B1, out values[n])) return false;
            if (count == 1 && o.InRegisters)
            {
                addresses[0] = o.List;
                b = o.I->B1;
            }
            else if (!ListAddress(o, 4 + 2 * n, out addresses[n], out b)) return false;
            if (!CanStore(o, addresses[n], b)) return false;
        }
        for (var n = 0; n < count; n++) Store(o, addresses[n], b, values[n]);
        return true;
    }

    // Comparison (0) and replacement (1) values of the first operand: R1 and R1 + 1, or the first entries of the list.
    private static bool FirstOperand(in Locked o, int which, out UInt128 value)
    {
        if (!o.InRegisters) return Load(o, Slot(o, which), o.I->B1, out value);
        value = Register(o, o.I->R1 + which);
        return true;
    }

    private static bool ThirdOperand(in Locked o, int which, out UInt128 value)
    {
        if (!o.InRegisters) return Load(o, Slot(o, 2 + which), o.I->B1, out value);
        value = Register(o, o.I->R3 + which);
        return true;
    }

    // The comparison value is replaced by what was found.
    private static bool Unequal(in Locked o, int slot, UInt128 value, int conditionCode)
    {
        if (o.InRegisters) SetRegister(o, slot == 0 ? o.I->R1 : o.I->R3, value);
        else if (!StoreChecked(o, Slot(o, slot), o.I->B1, value)) return false;
        o.C->Cc = conditionCode;
        return true;
    }

    private static bool Fourth(in Locked o, int slot, out ulong address, out int b)
    {
        address = o.List;
        b = o.I->B1;
        return o.InRegisters || ListAddress(o, slot, out address, out b);
    }

    // An address in the list; in access-register mode its ALET, 4 bytes before, goes to access register R3.
    private static bool ListAddress(in Locked o, int slot, out ulong address, out int b)
    {
        var c = o.C;
        b = o.I->R3;
        var at = (o.List + (uint)(slot * 16)) & c->AddressMask;
        if (!c->Load64((at + 8) & c->AddressMask, o.I->B1, out address)) return false;
        if (!LongOperand.IsExtended(c)) address &= c->AddressMask;
        if ((address & (uint)(o.Size - 1)) != 0 || (c->Psw.Space == 1 && b == 0))
        {
            c->Program(ProgramCode.Specification);
            return false;
        }
        if (c->Psw.Space != 1) return true;
        if (!c->Load32((at + 4) & c->AddressMask, o.I->B1, out var alet)) return false;
        c->Ar[b] = alet;
        return true;
    }

    // Entries of the list are right-justified in 16 bytes.
    private static ulong Slot(in Locked o, int slot) => (o.List + (uint)(slot * 16 + 16 - o.Size)) & o.C->AddressMask;

    private static UInt128 Register(in Locked o, int register) => o.Size == 4 ? o.C->Low(register) : o.C->Gr[register];

    private static void SetRegister(in Locked o, int register, UInt128 value)
    {
        if (o.Size == 4) o.C->Low(register) = (uint)value;
        else o.C->Gr[register] = (ulong)value;
    }

    private static bool Load(in Locked o, ulong address, int b, out UInt128 value)
    {
        value = 0;
        if (!o.C->Locate(address, b, o.Size, AccessKind.Fetch, out var operand)) return false;
        for (var n = 0; n < o.Size; n++) value = (value << 8) | operand[n];
        return true;
    }

    // Asks only: program-event recording sees no alteration.
    private static bool CanStore(in Locked o, ulong address, int b)
    {
        var events = o.C->Per.Events;
        var done = o.C->Locate(address, b, o.Size, AccessKind.Store, out _);
        o.C->Per.Events = events;
        return done;
    }

    private static void Store(in Locked o, ulong address, int b, UInt128 value) => StoreChecked(o, address, b, value);

    private static bool StoreChecked(in Locked o, ulong address, int b, UInt128 value)
    {
        if (!o.C->Locate(address, b, o.Size, AccessKind.Store, out var operand)) return false;
        for (var n = 0; n < o.Size; n++) operand[n] = (byte)(value >> (8 * (o.Size - 1 - n)));
        operand.Stored();
        return true;
    }
}
