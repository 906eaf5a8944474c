namespace S390Sim.Cpu.Instructions.General;

/// <summary>Expansion: a symbol is the index of the entry with the last of its characters; others precede it.</summary>
internal static unsafe partial class CompressionCall
{
    /// <summary>Entries that the characters of one symbol may come from.</summary>
    private const int MaxPredecessors = 127;

    private static Outcome ExpandSymbol(ref Call call)
    {
        var c = call.State;
        var end = call.BitNumber + call.SymbolBits;
        if ((uint)(end + 7) / 8 > call.SecondLength) return Outcome.SecondEnded;
        if (!LoadSymbol(ref call, out var symbol)) return Outcome.Exception;
        Span<byte> characters = stackalloc byte[MaxCharacters];
        if (!Gather(ref call, symbol, characters, out var length)) return Outcome.Exception;
        if ((uint)length > call.FirstLength) return Outcome.FirstEnded;
        if (!c->Store(call.First, call.B1, characters[..length])) return Outcome.Exception;
        call.First = (call.First + (uint)length) & c->AddressMask;
        call.FirstLength -= (uint)length;
        call.Second = (call.Second + (uint)(end / 8)) & c->AddressMask;
        call.SecondLength -= (uint)(end / 8);
        call.BitNumber = end % 8;
        return Outcome.Done;
    }

    // A symbol lies in two or three bytes.
    private static bool LoadSymbol(ref Call call, out uint symbol)
    {
        var end = call.BitNumber + call.SymbolBits;
        symbol = 0;
        for (var n = 0; n < end; n += 8)
        {
            if (!call.State->Load8((call.Second + (uint)(n / 8)) & call.State->AddressMask, call.B2, out var value)) return false;
            symbol = symbol << 8 | value;
        }
        symbol = symbol >> (-end & 7) & ((1u << call.SymbolBits) - 1);
        return true;
    }

    private static bool Gather(ref Call call, uint symbol, Span<byte> characters, out int length)
    {
        length = 0;
        for (var n = 0; n < MaxPredecessors; n++)
        {
            if (!call.Load(call.Dictionary, symbol, out var entry)) return false;
            // A preceded entry says where its characters go; an unpreceded one has the first.
            var partial = (int)(entry >> 61);
            var complete = (int)(entry >> 56) & 7;
            var count = partial != 0 ? partial : complete;
            if (partial > 5 || count == 0) break;
            var offset = partial != 0 ? (int)(byte)entry : 0;
            if (length == 0) length = offset + count;
            for (var k = 0; k < count; k++) characters[offset + k] = (byte)(entry >> (partial != 0 ? 40 - 8 * k : 48 - 8 * k));
            if (partial == 0) return true;
            symbol = (uint)(entry >> 48) & 0x1FFF;
        }
        call.State->Data(0);
        return false;
    }
}
