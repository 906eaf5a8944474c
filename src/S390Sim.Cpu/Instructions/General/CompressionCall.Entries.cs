namespace S390Sim.Cpu.Instructions.General;

/// <summary>The compression dictionary's entries: eight bytes each, an alphabet entry for every character first.</summary>
internal static unsafe partial class CompressionCall
{
    private static uint Bits(ulong entry, int start, int count) => (uint)(entry >> (64 - start - count)) & ((1u << count) - 1);

    private static byte Byte(ulong entry, int n) => (byte)(entry >> (56 - 8 * n));

    /// <summary>
    /// A character entry. With at most one child up to four additional extension characters are in front of the child's; with
    /// more there is at most one.
    /// </summary>
    private readonly record struct CharacterEntry(ulong Entry)
    {
        public int ChildCount => (int)Bits(Entry, 0, 3);
        public int ExtensionCount => ChildCount <= 1 ? (int)Bits(Entry, 8, 3) : (int)Bits(Entry, 10, 1);

        /// <summary>The places for characters are full, and one more child stands for a sibling descriptor.</summary>
        public bool HasSiblings => ChildCount > 1 && ChildCount + ExtensionCount == 6;
        public int ChildrenHere => HasSiblings ? ChildCount - 1 : ChildCount;
        public bool IsValid => ChildCount <= 1 ? ExtensionCount <= 4 : ChildCount + ExtensionCount <= 6;

        public uint FirstChild => Bits(Entry, 11, 13);
        public byte Extension(int n) => Byte(Entry, 3 + n);
        public byte Child(int n) => Byte(Entry, 3 + ExtensionCount + n);
        public bool IsChildExamined(int n) => Bits(Entry, 3 + n, 1) != 0;

        /// <summary>Examine-child bits of the last two siblings in the first sibling descriptor.</summary>
        public uint SiblingExamineBits => Bits(Entry, 8, 2);
    }

    /// <summary>
    /// A sibling descriptor: seven characters, or fourteen in format 1, whose last eight are in the entry of the same index of
    /// the expansion dictionary.
    /// </summary>
    private readonly record struct SiblingDescriptor(ulong Entry, ulong Extension, bool IsFormatOne)
    {
        private int StatedCount => (int)Bits(Entry, 0, IsFormatOne ? 4 : 3);
        private int Capacity => IsFormatOne ? 14 : 7;

        /// <summary>A count of 0 in format 0, and of 15 in format 1, is a full descriptor that another one follows.</summary>
        public bool HasMore => StatedCount == (IsFormatOne ? 15 : 0);
        public int Count => HasMore ? Capacity : StatedCount;

        public byte Character(int n)
        {
            if (!IsFormatOne) return Byte(Entry, 1 + n);
            return n < 6 ? Byte(Entry, 2 + n) : Byte(Extension, n - 6);
        }

        /// <summary>The descriptor has no room for the last two examine-child bits.</summary>
        public bool IsExamined(int n, uint lastTwo)
        {
            var here = Capacity - 2;
            return n < here ? Bits(Entry, (IsFormatOne ? 4 : 3) + n, 1) != 0 : (lastTwo >> (1 - (n - here)) & 1) != 0;
        }
    }

    private static bool LoadCharacterEntry(ref Call call, uint index, out CharacterEntry entry)
    {
        var done = call.Load(call.Dictionary, index, out var bits);
        entry = new(bits);
        return done && (entry.IsValid || DataException(ref call));
    }

    private static bool LoadSiblings(ref Call call, uint index, out SiblingDescriptor siblings)
    {
        siblings = default;
        if (!call.Load(call.Dictionary, index, out var entry)) return false;
        ulong extension = 0;
        var expansionDictionary = call.Dictionary + (8UL << call.SymbolBits);
        if (call.IsFormatOne && !call.Load(expansionDictionary, index, out extension)) return false;
        siblings = new(entry, extension, call.IsFormatOne);
        return siblings.Count != 0 || DataException(ref call);
    }
}
