namespace S390Sim.Cpu.Instructions.General;

/// <summary>Compression: from the entry of the first character down the tree, as far as the characters match.</summary>
internal static unsafe partial class CompressionCall
{
    private static Outcome CompressSymbol(ref Call call)
    {
        var c = call.State;
        if (call.SecondLength == 0) return Outcome.SecondEnded;
        var end = call.BitNumber + call.SymbolBits;
        if ((uint)(end + 7) / 8 > call.FirstLength) return Outcome.FirstEnded;
        if (!FindSymbol(ref call, out var symbol, out var length)) return Outcome.Exception;
        if (call.Translates)
        {
            if (!c->Load16((call.TranslationTable + symbol * 2) & c->AddressMask, call.B2, out var translated))
                return Outcome.Exception;
            symbol = translated;
        }
        if (!StoreSymbol(ref call, symbol)) return Outcome.Exception;
        call.First = (call.First + (uint)(end / 8)) & c->AddressMask;
        call.FirstLength -= (uint)(end / 8);
        call.BitNumber = end % 8;
        call.Second = (call.Second + (uint)length) & c->AddressMask;
        call.SecondLength -= (uint)length;
        return Outcome.Done;
    }

    // What is to the left of the symbol in its first byte stays; to the right of it in the last are zeros.
    private static bool StoreSymbol(ref Call call, uint symbol)
    {
        var end = call.BitNumber + call.SymbolBits;
        var bytes = (end + 7) / 8;
        if (!call.State->Locate(call.First, call.B1, bytes, AccessKind.Store, out var operand)) return false;
        var kept = operand[0] & ~(0xFF >> call.BitNumber);
        var bits = (symbol & ((1u << call.SymbolBits) - 1)) << (8 * bytes - end) | (uint)kept << (8 * bytes - 8);
        for (var n = 0; n < bytes; n++) operand[n] = (byte)(bits >> (8 * (bytes - 1 - n)));
        operand.Stored();
        return true;
    }

    private static bool FindSymbol(ref Call call, out uint symbol, out int length)
    {
        length = 1;
        symbol = 0;
        if (!Character(ref call, 0, out var first)) return false;
        symbol = first;
        if (!LoadCharacterEntry(ref call, symbol, out var entry)) return false;
        while (entry.ChildCount != 0 && (uint)length < call.SecondLength)
        {
            if (!FindChild(ref call, entry, length, out var match)) return false;
            if (match.Length == 0) return true;
            symbol = match.Index;
            length += match.Length;
            if (length > MaxCharacters) return DataException(ref call);
            if (!match.IsExamined) return true;
            entry = match.Entry;
        }
        return true;
    }

    /// <summary>The child that was found: its characters, or none, and its entry if there was a reason to examine it.</summary>
    private struct Match
    {
        public int Length;
        public uint Index;
        public bool IsExamined;
        public CharacterEntry Entry;
    }

    /// <summary>
    /// Looks among the children of an entry, then among those of its sibling descriptors. When a child's first character matches
    /// but its additional extension characters do not, only children that follow it with the same character are tried.
    /// </summary>
    private static bool FindChild(ref Call call, CharacterEntry parent, int at, out Match match)
    {
        match = default;
        if (!Character(ref call, at, out var wanted)) return false;
        var hasFailed = false;
        for (var n = 0; n < parent.ChildrenHere; n++)
        {
            if (parent.Child(n) == wanted)
            {
                if (!Try(ref call, parent.FirstChild + (uint)n, parent.IsChildExamined(n), at, ref match)) return false;
                if (match.Length != 0) return true;
                hasFailed = true;
            }
            else if (hasFailed) return true;
        }
        return !parent.HasSiblings || FindSibling(ref call, parent, at, wanted, hasFailed, ref match);
    }

    private static bool FindSibling(ref Call call, CharacterEntry parent, int at, byte wanted, bool hasFailed, ref Match match)
    {
        var index = parent.FirstChild + (uint)parent.ChildrenHere;
        var children = parent.ChildrenHere;
        for (var isFirst = true; ; isFirst = false)
        {
            if (!LoadSiblings(ref call, index, out var siblings)) return false;
            for (var n = 0; n < siblings.Count; n++)
            {
                if (++children > MaxChildren) return DataException(ref call);
                if (siblings.Character(n) == wanted)
                {
                    var isExamined = siblings.IsExamined(n, isFirst ? parent.SiblingExamineBits : 3);
                    if (!Try(ref call, index + 1 + (uint)n, isExamined, at, ref match)) return false;
                    if (match.Length != 0) return true;
                    hasFailed = true;
                }
                else if (hasFailed) return true;
            }
            if (!siblings.HasMore) return true;
            index += (uint)siblings.Count + 1;
        }
    }

    /// <summary>Compares the additional extension characters of a child whose first one matches.</summary>
    private static bool Try(ref Call call, uint index, bool isExamined, int at, ref Match match)
    {
        var length = 1;
        if (isExamined)
        {
            if (!LoadCharacterEntry(ref call, index, out match.Entry)) return false;
            for (var n = 0; n < match.Entry.ExtensionCount; n++, length++)
            {
                if ((uint)(at + length) >= call.SecondLength) return true;
                if (!Character(ref call, at + length, out var character)) return false;
                if (character != match.Entry.Extension(n)) return true;
            }
        }
        match.IsExamined = isExamined;
        match.Index = index;
        match.Length = length;
        return true;
    }

    private static bool Character(ref Call call, int offset, out byte character)
        => call.State->Load8((call.Second + (uint)offset) & call.State->AddressMask, call.B2, out character);

    private static bool DataException(ref Call call)
    {
        call.State->Data(0);
        return false;
    }
}
