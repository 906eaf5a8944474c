namespace S390Sim.Cpu;

/// <summary>Numbers the types of collaborators: a processor finds its own by index, since PCI instructions ask each time.</summary>
internal static class ServiceNumbers
{
    private static int s_count = -1;

    public static int Take() => Interlocked.Increment(ref s_count);
}

/// <summary>The number of one type.</summary>
internal static class ServiceNumber<T>
{
    public static readonly int Value = ServiceNumbers.Take();
}
