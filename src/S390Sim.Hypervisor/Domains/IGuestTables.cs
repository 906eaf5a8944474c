using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>A guest's I/O translation tables for the time of one walk, however they are reached.</summary>
internal interface IGuestTables : ITableReader
{
    /// <summary>Entries loaded so far.</summary>
    ulong Reads { get; }
}
