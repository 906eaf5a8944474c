using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>Operands of control instructions: what they load is put into the data of the case.</summary>
internal sealed partial class ProgramWriter
{
    private readonly List<(int Offset, byte[] Bytes)> _patches = [];
    private readonly List<(int Offset, int Label, ulong Mask)> _pswPatches = [];

    // Operands of the instructions of which nothing in general can be said; null for others.
    private CodeLine? Control(Op op, Operands o)
    {
        switch (op)
        {
            case Op.LCTL or Op.LCTLG: return LoadControl(op, o);
            case Op.LPSW or Op.LPSWE: return LoadPsw(op, o);
            case Op.SSM:
                o.I2 = 0;
                o.B1 = BaseFor(Patched([SystemMask()], 1), o.D1);
                break;
            case Op.STNSM or Op.STOSM:
                o.I2 = op == Op.STOSM ? SystemMask() : (byte)~SystemMask();
                o.B1 = BaseFor(Address(1), o.D1);
                break;
            case Op.SPX:
                var prefix = new byte[4];
                var area = dice.OneIn(12) ? dice.Next() : TestLayout.Prefixes[dice.Below(TestLayout.Prefixes.Length)];
                BinaryPrimitives.WriteUInt32BigEndian(prefix, (uint)area | (dice.OneIn(4) ? dice.Pick(1U, 0x80000000) : 0));
                o.B2 = BaseFor(Patched(prefix, 4), o.D2);
                break;
            case Op.SPKA:
                (o.B2, o.D2) = dice.OneIn(4)
                    ? ((byte)dice.Below(16), o.D2) : ((byte)0, SupervisorSetting.Key(dice) << 4 | dice.Below(16));
                break;
            case Op.SAC or Op.SACF:
                (o.B2, o.D2) = (0, dice.OneIn(12) ? dice.Below(4096) : dice.Pick(0, 0, 0, 1, 1, 3) << 8);
                break;
            case Op.LURA or Op.LURAG or Op.STURA or Op.STURG or Op.TB or Op.IVSK or Op.LPTEA:
                o.R2 = AddressRegister(dice.OneIn(24) ? Address(1) : Address(8) & ~7UL);
                break;
            case Op.RRBE or Op.ISKE or Op.RRBM or Op.IRBM:
                o.R2 = KeyedRegister();
                break;
            case Op.SSKE or Op.PFMF:
                o.R2 = KeyedRegister();
                o.R1 = Register(SupervisorSetting.StorageKey(dice, SupervisorSetting.Key(dice))
                    | (op == Op.PFMF ? (ulong)dice.Below(4) << 16 : 0));
                o.M3 = dice.OneIn(4) ? (byte)(dice.Below(8) << 1) : (byte)0;
                break;
            case Op.TPROT:
                o.B1 = BaseFor(dice.OneIn(4) ? Anywhere() : Address(1), o.D1);
                (o.B2, o.D2) = (0, SupervisorSetting.Key(dice) << 4);
                break;
            case Op.IPTE: return InvalidatePage(o);
            case Op.IDTE: return InvalidateTable(o);
            case Op.CSP or Op.CSPG: return Swap(op, o);
            case Op.SSAR or Op.SSAIR:
                o.R1 = Register((ulong)dice.Below(3));
                break;
            case Op.MVCP or Op.MVCS or Op.MVCK:
                o.R1 = Register((ulong)(dice.OneIn(4) ? dice.Below(600) : dice.Below(64)));
                o.R3 = Register((ulong)SupervisorSetting.Key(dice) << 4);
                o.B1 = BaseFor(Address(1), o.D1);
                o.B2 = BaseFor(Address(1), o.D2);
                break;
            case Op.MVCSK or Op.MVCDK:
                SetRegister(0, (ulong)dice.Below(256));
                SetRegister(1, (ulong)SupervisorSetting.Key(dice) << 4);
                o.B1 = BaseFor(Address(1), o.D1);
                o.B2 = BaseFor(Address(1), o.D2);
                break;
            case Op.MVCOS:
                SetRegister(0, OperandAccessControls() << 16 | OperandAccessControls());
                o.R3 = Register((ulong)(dice.OneIn(4) ? dice.Below(5000) : dice.Below(64)));
                o.B1 = BaseFor(Address(1), o.D1);
                o.B2 = BaseFor(Address(1), o.D2);
                break;
            case Op.SCKPF:
                SetRegister(0, (ulong)dice.Below(dice.OneIn(8) ? 0x20000 : 0x10000));
                break;
            case Op.LRA or Op.LRAY or Op.LRAG when dice.OneIn(3):
                o.B2 = BaseFor(Anywhere(), o.D2);
                break;
            default: return null;
        }
        return new CodeLine(op, o);
    }

    /// <summary>Puts bytes at the same place of both pages of data, so that every address space has them; tells where.</summary>
    private ulong Patched(byte[] bytes, int alignment)
    {
        var offset = dice.Between(300, 3900 - bytes.Length) & -alignment;
        _patches.Add((offset, bytes));
        return TestLayout.Data + (ulong)(offset + (dice.OneIn(2) ? 4096 : 0));
    }

    // Bits 0-7 of the PSW: DAT, and the masks of what does not come anyway.
    private byte SystemMask() => dice.OneIn(24) ? (byte)dice.Below(256) : dice.Pick<byte>(0, 0, 4, 4, 3, 7, 1, 6);

    private byte Register(ulong value)
    {
        var register = Free();
        SetRegister(register, value);
        return register;
    }

    private byte AddressRegister(ulong address) => Register(dice.OneIn(24) ? OperandValues.Doubleword(dice) : address);

    // A frame with a storage key of the case, or none at all.
    private byte KeyedRegister()
        => Register((dice.Below(24) switch
        {
            0 => TestLayout.StorageSize,
            1 => TestLayout.Code,
            _ => TestLayout.Data + 4096 * (uint)dice.Below(3),
        }) + (uint)dice.Below(4096));

    // Also where nothing is mapped, and what is protected in some space.
    private ulong Anywhere() => dice.Below(6) switch
    {
        0 => TestLayout.Code,
        1 => TestLayout.ReadOnly,
        2 => TestLayout.ReadOnly + 4096,
        3 => (ulong)dice.Below(16) << 20,
        4 => (ulong)dice.Below(3) << 12,
        _ => OperandValues.Doubleword(dice),
    };

    private CodeLine LoadControl(Op op, Operands o)
    {
        var first = dice.OneIn(2) ? dice.Pick(0, 1, 7, 13) : dice.Below(16);
        var count = dice.Between(1, 3);
        var size = op == Op.LCTLG ? 8 : 4;
        var values = new byte[count * size];
        for (var n = 0; n < count; n++)
        {
            var value = SupervisorSetting.Control(dice, first + n & 15);
            if (size == 8) BinaryPrimitives.WriteUInt64BigEndian(values.AsSpan(8 * n), value);
            else BinaryPrimitives.WriteUInt32BigEndian(values.AsSpan(4 * n), (uint)value);
        }
        (o.R1, o.R3) = ((byte)first, (byte)(first + count - 1 & 15));
        o.B2 = BaseFor(Patched(values, dice.OneIn(24) ? 1 : size), o.D2);
        return new CodeLine(op, o);
    }

    private CodeLine LoadPsw(Op op, Operands o)
    {
        var mask = SupervisorSetting.Mask(dice) | (ulong)dice.Below(64) << 40;
        if (dice.OneIn(24)) mask ^= 1UL << dice.Below(64);
        o.I2 = 0;
        var place = Patched(new byte[16], dice.OneIn(24) ? 4 : 8);
        if (op == Op.LPSWE) o.B2 = BaseFor(place, o.D2);
        else o.B1 = BaseFor(place, o.D1);
        var offset = _patches[^1].Offset;
        // What set the base up moved this line.
        _pswPatches.Add((offset, _lines.Count + 1 + dice.Below(3), op == Op.LPSWE ? mask : Short(mask)));
        return new CodeLine(op, o);
    }

    // Bit 12 inverted; the address is in the second word.
    private static ulong Short(ulong mask) => mask ^ Psw.ShortFormat;

    private CodeLine InvalidatePage(Operands o)
    {
        var space = SupervisorSetting.Spaces[dice.Below(SupervisorSetting.Spaces.Count)];
        var isData = !dice.OneIn(8);
        o.R1 = Register(space.TableAddress + (isData ? 0x800UL : 0) | (dice.OneIn(4) ? dice.Next() & 0x7FF : 0));
        o.R2 = Register(isData ? Address(1) : TestLayout.Code);
        (o.R3, o.M4) = (0, (byte)(dice.OneIn(3) ? 1 : 0));
        if (dice.OneIn(4)) o.R3 = Register((ulong)dice.Below(dice.OneIn(4) ? 256 : 3));
        return new CodeLine(Op.IPTE, o);
    }

    private CodeLine InvalidateTable(Operands o)
    {
        var space = SupervisorSetting.Spaces[dice.Below(SupervisorSetting.Spaces.Count)];
        var level = dice.Below(space.Levels + 1);
        var table = space.TableAddress + (level == 0 ? 0x4000UL : 0x8000 + (ulong)(level - 1) * 0x4000) | (ulong)level << 2 | 3;
        var address = (ulong)(dice.OneIn(6) ? dice.Below(8) : 3) << 20;
        if (level > 0) address = dice.OneIn(2) ? 0 : (ulong)(uint)dice.Below(4) << 20 + 11 * level;
        o.R1 = Register(table);
        o.R2 = Register(address | (dice.OneIn(2) ? 0x800UL : 0) | (dice.OneIn(3) ? (uint)dice.Below(4) : 0));
        o.R3 = dice.OneIn(2) ? (byte)0 : Register(space.Asce);
        o.M4 = (byte)(dice.OneIn(3) ? 1 : 0);
        return new CodeLine(Op.IDTE, o);
    }

    private CodeLine Swap(Op op, Operands o)
    {
        var size = op == Op.CSPG ? 8 : 4;
        var bytes = new byte[size];
        dice.Fill(bytes);
        o.R1 = (byte)(2 * dice.Between(1, 7));
        _used[o.R1] = _used[o.R1 | 1] = true;
        if (dice.OneIn(24)) o.R1 |= 1;
        o.R2 = Register(Patched(bytes, size) | (uint)dice.Below(4));
        var equal = size == 8 ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (!dice.OneIn(3)) SetRegister(o.R1, equal);
        return new CodeLine(op, o);
    }

    // Key and address-space control of one operand of MOVE WITH OPTIONAL SPECIFICATIONS, each with its validity bit.
    private ulong OperandAccessControls()
        => (uint)SupervisorSetting.Key(dice) << 12 | dice.Pick(0U, 0U, 2U, 3U) << 6 | (uint)dice.Below(4);

    private byte[] WithPatches(byte[] data, MachineCase test)
    {
        if (_patches.Count == 0) return data;
        byte[] copy = [.. data];
        void Put(int offset, ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(copy.AsSpan(offset));
            bytes.CopyTo(copy.AsSpan(offset + 4096));
        }
        foreach (var (offset, bytes) in _patches) Put(offset, bytes);
        Span<byte> psw = stackalloc byte[16];
        foreach (var (offset, label, mask) in _pswPatches)
        {
            var address = test.AddressOf(Math.Min(label, test.Code.Count));
            var isShort = (mask & Psw.ShortFormat) != 0;
            BinaryPrimitives.WriteUInt64BigEndian(psw, isShort ? mask | address : mask);
            BinaryPrimitives.WriteUInt64BigEndian(psw[8..], address);
            Put(offset, psw);
        }
        return copy;
    }
}
