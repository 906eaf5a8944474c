using System.Buffers.Binary;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>
/// The linkage stack that CR15 designates, in the home space (chapter 5, "Linkage-Stack Operations"). An entry ends with its
/// descriptor, and addresses of entries are those of their descriptors.
/// </summary>
internal static unsafe class LinkageStack
{
    /// <summary>Bytes of a state entry, its descriptor included.</summary>
    public const int EntrySize = 296;
    /// <summary>Type of a state entry that BRANCH AND STACK made.</summary>
    public const int BranchEntry = 0x0C;
    /// <summary>Type of a state entry that PROGRAM CALL made.</summary>
    public const int CallEntry = 0x0D;

    private const int HeaderEntry = 0x09;
    private const int DescriptorSize = 8;
    private const ulong Address = ~7UL;

    // Offsets in a state entry.
    private const int KeyMaskOffset = 128, PswOffset = 136, CalledOffset = 144, ModifiableOffset = 152, ReturnOffset = 168,
        InstancesOffset = 176, AccessOffset = 224, DescriptorOffset = 288;

    /// <summary>Bits of an entry descriptor, as a doubleword.</summary>
    internal readonly record struct Descriptor(ulong Value)
    {
        public bool SuppressesUnstacking => (long)Value < 0;
        public int Type => (int)(Value >> 56) & 0x7F;
        public int FreeSpace => (int)(Value >> 32) & 0xFFFF;

        public Descriptor Following(int type)
            => new(((ulong)type << 56) | (Value & 0x00FF_0000_0000_0000) | ((ulong)(FreeSpace - EntrySize) << 32));
    }

    /// <summary>What a state entry is made of, besides registers.</summary>
    /// <param name="Type">Branch or program-call state entry.</param>
    /// <param name="Psw">The PSW to return to.</param>
    /// <param name="Called">Branch address, or called-space identification and PC number.</param>
    public readonly record struct NewEntry(int Type, Psw Psw, ulong Called);

    /// <summary>The checked places of a stacking process.</summary>
    public ref struct Place
    {
        /// <summary>Address of the new entry's descriptor.</summary>
        public ulong Entry;
        internal StorageOperand Bytes, NextEntrySize, Backward;
        internal Descriptor New;
        internal ulong BackwardAddress;
        internal bool IsNewSection;
    }

    /// <summary>Finds space for a new entry; false after an exception or host fault.</summary>
    public static bool TryFindSpace(CpuState* c, int type, out Place place)
    {
        var mode = c->AccessLinkageStack();
        var done = TryFind(c, type, out place);
        c->EndAccess(mode);
        return done;
    }

    private static bool TryFind(CpuState* c, int type, out Place place)
    {
        place = default;
        var current = c->Cr[15] & Address;
        if (!c->Load64(current, CpuState.ZeroRegister, out var descriptor)) return false;
        if (new Descriptor(descriptor).FreeSpace < EntrySize)
        {
            place.BackwardAddress = current;
            if (!TryNextSection(c, ref current, ref descriptor)) return false;
            place.IsNewSection = true;
            var header = current - DescriptorSize;
            if (!c->Locate(header, CpuState.ZeroRegister, DescriptorSize, AccessKind.Store, out place.Backward)) return false;
        }
        place.New = new Descriptor(descriptor).Following(type);
        place.Entry = current + EntrySize;
        return c->Locate(current + DescriptorSize, CpuState.ZeroRegister, EntrySize, AccessKind.Store, out place.Bytes)
            && c->Locate(current + 4, CpuState.ZeroRegister, 2, AccessKind.Store, out place.NextEntrySize);
    }

    // The trailer entry of a full section designates the header entry of the next.
    private static bool TryNextSection(CpuState* c, ref ulong current, ref ulong descriptor)
    {
        var free = new Descriptor(descriptor).FreeSpace;
        if ((free & 7) != 0) return Fail(c, ProgramCode.StackSpecification);
        if (!c->Load64(current + DescriptorSize + (ulong)free, CpuState.ZeroRegister, out var forward)) return false;
        if ((forward & 1) == 0) return Fail(c, ProgramCode.StackFull);
        current = forward & Address;
        if (!c->Load64(current, CpuState.ZeroRegister, out descriptor)) return false;
        return new Descriptor(descriptor).FreeSpace >= EntrySize || Fail(c, ProgramCode.StackSpecification);
    }

    private static bool Fail(CpuState* c, ProgramCode code)
    {
        c->Program(code);
        return false;
    }

    /// <summary>Forms the entry and makes it the current one.</summary>
    public static void Push(CpuState* c, in Place place, in NewEntry entry)
    {
        Span<byte> bytes = stackalloc byte[EntrySize];
        bytes.Clear();
        for (var n = 0; n < 16; n++)
        {
            Write64(bytes, n * 8, c->Gr[n]);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[(AccessOffset + n * 4)..], c->Ar[n]);
        }
        BinaryPrimitives.WriteUInt32BigEndian(bytes[KeyMaskOffset..], (uint)c->Cr[3]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[(KeyMaskOffset + 4)..], ((uint)c->Cr[8] & 0xFFFF_0000) | c->Pasn);
        Write64(bytes, PswOffset, entry.Psw.Mask);
        Write64(bytes, CalledOffset, entry.Called);
        Write64(bytes, ReturnOffset, entry.Psw.Address);
        if (c->ReuseEnabled) Write64(bytes, InstancesOffset, (c->Cr[3] & ~0xFFFF_FFFFUL) | (c->Cr[4] >> 32));
        Write64(bytes, DescriptorOffset, place.New.Value);
        place.Bytes.CopyFrom(ref *c, bytes);
        ReadOnlySpan<byte> size = [EntrySize >> 8, EntrySize & 0xFF];
        place.NextEntrySize.CopyFrom(ref *c, size);
        if (place.IsNewSection)
        {
            Span<byte> backward = stackalloc byte[DescriptorSize];
            Write64(backward, 0, place.BackwardAddress | 1);
            place.Backward.CopyFrom(ref *c, backward);
        }
        c->Cr[15] = place.Entry;
    }

    private static void Write64(Span<byte> bytes, int offset, ulong value)
        => BinaryPrimitives.WriteUInt64BigEndian(bytes[offset..], value);

    /// <summary>A state entry that was found and read.</summary>
    public struct StateEntry
    {
        private fixed byte _bytes[EntrySize];

        /// <summary>Address of its descriptor.</summary>
        public ulong Address;
        /// <summary>Branch or program-call state entry.</summary>
        public int Type;

        internal bool TryRead(CpuState* c)
        {
            fixed (byte* bytes = _bytes)
                return c->Fetch(Address - DescriptorOffset, CpuState.ZeroRegister, new Span<byte>(bytes, DescriptorOffset));
        }

        private ulong Read64(int offset)
        {
            fixed (byte* bytes = _bytes) return BinaryPrimitives.ReverseEndianness(*(ulong*)(bytes + offset));
        }

        /// <summary>General register.</summary>
        public ulong Gr(int number) => Read64(number * 8);
        /// <summary>Access register.</summary>
        public uint Ar(int number) => (uint)(Read64(AccessOffset + (number & ~1) * 4) >> ((number & 1) == 0 ? 32 : 0));
        /// <summary>PSW-key mask, SASN, EAX and PASN.</summary>
        public ulong Authority => Read64(KeyMaskOffset);
        /// <summary>The PSW.</summary>
        public Psw Psw => new(Read64(PswOffset), Read64(ReturnOffset));
        /// <summary>Branch address, or called-space identification and PC number.</summary>
        public ulong Called => Read64(CalledOffset);
        /// <summary>What MODIFY STACKED STATE left there.</summary>
        public ulong Modifiable => Read64(ModifiableOffset);
        /// <summary>SASTEIN and PASTEIN.</summary>
        public ulong Instances => Read64(InstancesOffset);
    }

    /// <summary>Finds and reads the current state entry; false after an exception or host fault.</summary>
    /// <param name="c">The processor.</param>
    /// <param name="unstacks">PROGRAM RETURN: unstack suppression counts.</param>
    /// <param name="entry">The entry.</param>
    public static bool TryCurrent(CpuState* c, bool unstacks, out StateEntry entry)
    {
        var mode = c->AccessLinkageStack();
        entry = default;
        var done = TryLocate(c, unstacks, ref entry) && entry.TryRead(c);
        c->EndAccess(mode);
        return done;
    }

    private static bool TryLocate(CpuState* c, bool unstacks, ref StateEntry entry)
    {
        entry.Address = c->Cr[15] & Address;
        if (!c->Load64(entry.Address, CpuState.ZeroRegister, out var value)) return false;
        var descriptor = new Descriptor(value);
        if (descriptor.Type == HeaderEntry)
        {
            if (unstacks && descriptor.SuppressesUnstacking) return Fail(c, ProgramCode.StackOperation);
            if (!c->Load64(entry.Address - DescriptorSize, CpuState.ZeroRegister, out var backward)) return false;
            if ((backward & 1) == 0) return Fail(c, ProgramCode.StackEmpty);
            entry.Address = backward & Address;
            if (!c->Load64(entry.Address, CpuState.ZeroRegister, out value)) return false;
            descriptor = new Descriptor(value);
            if (descriptor.Type == HeaderEntry) return Fail(c, ProgramCode.StackSpecification);
        }
        entry.Type = descriptor.Type;
        if (entry.Type is not (BranchEntry or CallEntry)) return Fail(c, ProgramCode.StackType);
        return !unstacks || !descriptor.SuppressesUnstacking || Fail(c, ProgramCode.StackOperation);
    }

    /// <summary>Where the entry before says the size of the next; it becomes zero when the entry is unstacked.</summary>
    public static bool TryPreceding(CpuState* c, in StateEntry entry, out StorageOperand nextEntrySize)
        => TryStore(c, entry.Address - EntrySize + 4, 2, out nextEntrySize);

    /// <summary>The modifiable area of an entry.</summary>
    public static bool TryModifiable(CpuState* c, in StateEntry entry, out StorageOperand area)
        => TryStore(c, entry.Address - DescriptorOffset + ModifiableOffset, 8, out area);

    private static bool TryStore(CpuState* c, ulong address, int length, out StorageOperand operand)
    {
        var mode = c->AccessLinkageStack();
        var done = c->Locate(address, CpuState.ZeroRegister, length, AccessKind.Store, out operand);
        c->EndAccess(mode);
        return done;
    }
}
