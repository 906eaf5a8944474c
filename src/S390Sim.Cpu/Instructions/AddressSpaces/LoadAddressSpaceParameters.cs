using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>LOAD ADDRESS SPACE PARAMETERS (chapter 10).</summary>
internal static unsafe class LoadAddressSpaceParameters
{
    // Bits 61-63 of the second-operand address.
    private const ulong ForceTranslation = 4, UseIndex = 2, SkipAuthorization = 1;

    /// <summary>The parameters: those given, then those that will be loaded.</summary>
    private struct Parameters
    {
        public ushort KeyMask, SecondaryAsn, Index, Asn;
        public uint SecondaryInstance, Instance, Origin;
        public ulong Primary, Secondary;
    }

    private const int Recorded = -1;

    [Instruction(Op.LASP)]
    public static Insn* Lasp(CpuState* c, Insn* i)
    {
        if (!c->AsnTranslationEnabled) return c->Program(ProgramCode.SpecialOperation);
        var address = i->Address1(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        if (!TryFetch(c, address, i->B1, out var p)) return null;
        var options = i->Address2(c);
        var code = FindPrimary(c, options, ref p);
        if (code == 0) code = FindSecondary(c, options, ref p);
        if (code == Recorded) return null;
        c->Cc = code;
        if (code == 0) Load(c, p);
        return c->ResumeAfter(i);
    }

    // With ASN-and-LX reuse each half has an instance in front.
    private static bool TryFetch(CpuState* c, ulong address, int b, out Parameters p)
    {
        Span<byte> bytes = stackalloc byte[16];
        p = default;
        var length = c->ReuseEnabled ? 16 : 8;
        if (!c->Fetch(address, b, bytes[..length])) return false;
        ReadOnlySpan<byte> secondary = bytes, primary = bytes[(length / 2)..];
        if (length == 16)
        {
            p.SecondaryInstance = BinaryPrimitives.ReadUInt32BigEndian(secondary);
            p.Instance = BinaryPrimitives.ReadUInt32BigEndian(primary);
            secondary = secondary[4..];
            primary = primary[4..];
        }
        p.KeyMask = BinaryPrimitives.ReadUInt16BigEndian(secondary);
        p.SecondaryAsn = BinaryPrimitives.ReadUInt16BigEndian(secondary[2..]);
        p.Index = BinaryPrimitives.ReadUInt16BigEndian(primary);
        p.Asn = BinaryPrimitives.ReadUInt16BigEndian(primary[2..]);
        return true;
    }

    // cc 1: the primary space is not available; cc 3: there would be a space-switch event.
    private static int FindPrimary(CpuState* c, ulong options, ref Parameters p)
    {
        var index = c->AuthorizationIndex;
        if ((options & ForceTranslation) == 0 && p.Asn == c->Pasn)
        {
            p.Primary = c->Cr[1];
            p.Origin = (uint)c->Cr[5];
            p.Instance = (uint)(c->Cr[4] >> 32);
        }
        else
        {
            if (!c->TranslateAsn(p.Asn, out var space, out p.Origin, out var code)) return Recorded;
            if (code != ProgramCode.None || (c->ReuseEnabled && space.InstanceNumber != p.Instance)) return 1;
            if (!c->ReplaceBySubspace(space, p.Origin, out p.Primary, out code)) return Recorded;
            if (code != ProgramCode.None) return 1;
            if (((c->Cr[1] | space.Asce) & CpuState.AsceSpaceSwitchEvent) != 0) return 3;
            index = space.AuthorizationIndex;
        }
        if ((options & UseIndex) == 0) p.Index = index;
        return 0;
    }

    // cc 2: the secondary space is not available or not authorized.
    private static int FindSecondary(CpuState* c, ulong options, ref Parameters p)
    {
        if (p.SecondaryAsn == p.Asn)
        {
            p.Secondary = p.Primary;
            p.SecondaryInstance = p.Instance;
            return 0;
        }
        if ((options & (ForceTranslation | SkipAuthorization)) == SkipAuthorization && p.SecondaryAsn == c->Sasn)
        {
            p.Secondary = c->Cr[7];
            p.SecondaryInstance = (uint)(c->Cr[3] >> 32);
            return 0;
        }
        if (!c->TranslateAsn(p.SecondaryAsn, out var space, out var origin, out var code)) return Recorded;
        if (code != ProgramCode.None || (c->ReuseEnabled && space.InstanceNumber != p.SecondaryInstance)) return 2;
        if (!c->ReplaceBySubspace(space, origin, out p.Secondary, out code)) return Recorded;
        if (code != ProgramCode.None) return 2;
        if ((options & SkipAuthorization) != 0) return 0;
        if (!c->TryAuthorize(space, p.Index, CpuState.SecondaryAuthorityBit, out var authorized)) return Recorded;
        return authorized ? 0 : 2;
    }

    private static void Load(CpuState* c, in Parameters p)
    {
        var (secondaryInstance, instance) = (c->Cr[3] & ~0xFFFF_FFFFUL, c->Cr[4] & ~0xFFFF_FFFFUL);
        if (c->ReuseEnabled) (secondaryInstance, instance) = ((ulong)p.SecondaryInstance << 32, (ulong)p.Instance << 32);
        c->Cr[3] = secondaryInstance | ((ulong)p.KeyMask << 16) | p.SecondaryAsn;
        c->Cr[4] = instance | ((ulong)p.Index << 16) | p.Asn;
        c->Cr[5] = (c->Cr[5] & ~0xFFFF_FFFFUL) | p.Origin;
        c->PurgeAlb();
        c->SetAsces(p.Primary, p.Secondary);
    }
}
