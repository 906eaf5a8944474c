using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>Instructions whose registers hold addresses and lengths.</summary>
internal sealed partial class ProgramWriter
{
    private const int Third = 2700;

    private void Long(Op op, ref Operands o, string[] roles)
    {
        // Registers 0 and 1 have uses of their own; pairs that differ, now and then an odd register.
        var first = dice.Below(6);
        o.R1 = (byte)(2 + 2 * first);
        o.R2 = (byte)(2 + 2 * ((first + 1 + dice.Below(2)) % 6));
        o.R3 = (byte)(2 + 2 * ((first + 3 + dice.Below(2)) % 6));
        for (var n = 0; n < 16; n++) _used[n] |= n < 2 || n / 2 == o.R1 / 2 || n / 2 == o.R2 / 2 || n / 2 == o.R3 / 2;
        if (dice.OneIn(40)) o.R1 |= 1;
        if (dice.OneIn(40)) o.R2 |= 1;
        if (dice.OneIn(40)) o.R3 |= 1;
        var nearby = Address(1);
        var apart = OperandRoles.MustNotOverlap(op) || !dice.OneIn(4) ? 0 : -1;
        foreach (var role in roles)
        {
            var register = role.Length == 1 ? 0 : role[1] switch { '1' => o.R1, '2' => o.R2, _ => o.R3 };
            switch (role[0])
            {
                case 'L': Pair(register, nearby, Length(op), ref apart); break;
                case 'U': Pair(register, nearby, (Length(op) & ~1UL) | (dice.OneIn(30) ? 1UL : 0), ref apart); break;
                case '4': Pair(register, nearby, Length(op) & ~3UL, ref apart); break;
                case 'A': SetRegister(register, Operand(nearby, 300, ref apart)); break;
                case 'E':
                    SetRegister(o.R2, Operand(nearby, 100, ref apart));
                    SetRegister(register, _known[o.R2]!.Value + (ulong)(dice.OneIn(5) ? dice.Below(5000) : dice.Below(100)));
                    break;
                case 'B' when op == Op.CSST && role[1] == '1': o.B1 = BaseFor(Address(16), o.D1); break;
                case 'B' when op == Op.CSST: o.B2 = BaseFor(Address(16), o.D2); break;
                case 'B': o.B2 = BaseFor((ulong)dice.Below(0x10000), o.D2); break;
                case 'C': SetRegister(0, (ulong)(dice.OneIn(30) ? 0x400 : dice.Pick(0, 0, 'a', 1, 2, 3, dice.Below(256)))); break;
                case 'W': SetRegister(0, (ulong)dice.Below(5) * 0x101); break;
                case 'Z': SetRegister(0, dice.OneIn(20) ? (ulong)dice.Below(0x10000) : 0); break;
                case 'S':
                    SetRegister(0, (ulong)dice.Below(12));
                    SetRegister(1, (ulong)dice.Below(4));
                    break;
                case 'T': SetRegister(1, Operand(nearby, 1024, ref apart) & ~7UL); break;
                case 'P':
                    SetRegister(0, (ulong)(dice.Below(3) | dice.Between(0, 4) << 8));
                    SetRegister(1, Address(16));
                    o.R3 &= 14;
                    break;
            }
        }
    }

    private ulong Length(Op op)
    {
        var length = (ulong)(dice.Below(8) switch { 0 => dice.Below(5000), 1 => 0, _ => dice.Below(300) });
        return op is Op.MVCL or Op.CLCL ? length | (ulong)dice.Below(256) << 24 : length;
    }

    private void Pair(int register, ulong nearby, ulong length, ref int apart)
    {
        SetRegister(register, Operand(nearby, (int)(length & 0xFFFF) * 2, ref apart));
        SetRegister(register | 1, length);
    }

    // One operand after the other, each in a third of the pages; or anywhere.
    private ulong Operand(ulong nearby, int length, ref int apart)
    {
        if (apart < 0 || apart > 2)
            return dice.OneIn(3) ? nearby + (ulong)dice.Between(-40, 40) : Address(dice.OneIn(3) ? 16 : 1);
        var slack = Math.Max(1, Third - 100 - length);
        return TestLayout.Data + (ulong)(apart++ * Third + dice.Below(slack));
    }
}
