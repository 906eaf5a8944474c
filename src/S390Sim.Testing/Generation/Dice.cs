using FsCheck;
using FsCheck.Fluent;

namespace S390Sim.Testing;

/// <summary>A sequence of random numbers that its seed determines (SplitMix64): what generators draw from.</summary>
/// <param name="seed">Equal seeds give equal sequences.</param>
public sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Any doubleword.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ z >> 27) * 0x94D0_49BB_1331_11EB;
        return z ^ z >> 31;
    }

    /// <summary>A number from zero up to, not including, a limit.</summary>
    public int Below(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>A number between two, both included.</summary>
    public int Between(int first, int last) => first + Below(last - first + 1);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    /// <summary>One of some things.</summary>
    public T Pick<T>(params ReadOnlySpan<T> things) => things[Below(things.Length)];

    /// <summary>Random bytes.</summary>
    public void Fill(Span<byte> bytes)
    {
        foreach (ref var item in bytes) item = (byte)(Next() >> 24);
    }

    /// <summary>A generator of FsCheck that draws from dice of FsCheck's seed.</summary>
    public static Gen<T> Draw<T>(Func<Dice, T> draw)
        => from high in Gen.Choose(int.MinValue, int.MaxValue)
           from low in Gen.Choose(int.MinValue, int.MaxValue)
           select draw(new Dice(((ulong)(uint)high << 32) | (uint)low));
}
