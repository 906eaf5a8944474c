namespace S390Sim.Cpu;

/// <summary>
/// TOD-clock steering (Principles of Operation, chapter 4, "TOD-Clock Steering"): the time of day is the physical clock plus an
/// offset that may grow at a rate, plus the difference that SET CLOCK made. All values are in TOD units and wrap.
/// </summary>
public sealed class TodSteering
{
    /// <summary>A stretch of physical time with one rate.</summary>
    /// <param name="Start">Physical time at which it begins.</param>
    /// <param name="BaseOffset">TOD offset at its beginning.</param>
    /// <param name="FineRate">Fine-steering rate, in units of 2**-44.</param>
    /// <param name="GrossRate">Gross-steering rate, likewise.</param>
    public readonly record struct Episode(ulong Start, ulong BaseOffset, int FineRate, int GrossRate)
    {
        /// <summary>Both rates.</summary>
        public long Rate => (long)FineRate + GrossRate;

        /// <summary>TOD offset at a physical time.</summary>
        public ulong Offset(ulong physical)
            => Rate == 0 ? BaseOffset : BaseOffset + (ulong)(long)(((Int128)Rate * (long)(physical - Start)) >> 44);
    }

    /// <summary>The episode before.</summary>
    public Episode Old { get; private set; }

    /// <summary>The episode that is in effect: a new one begins at once.</summary>
    public Episode New { get; private set; }

    /// <summary>TOD epoch difference: what SET CLOCK added.</summary>
    public ulong EpochDifference { get; set; }

    /// <summary>Whether the offset changes with time.</summary>
    public bool IsDrifting => New.Rate != 0;

    /// <summary>TOD offset at a physical time, without the epoch difference.</summary>
    public ulong TodOffset(ulong physical) => New.Offset(physical);

    /// <summary>Time of day less physical time.</summary>
    public ulong Offset(ulong physical) => New.Offset(physical) + EpochDifference;

    /// <summary>PTFF-ATO: moves the offset.</summary>
    public void Adjust(ulong physical, ulong change) => Set(physical, TodOffset(physical) + change);

    /// <summary>PTFF-STO: sets the offset.</summary>
    public void Set(ulong physical, ulong offset) => Begin(physical, offset, New.FineRate, New.GrossRate);

    /// <summary>PTFF-SFS: sets the fine-steering rate.</summary>
    public void SetFineRate(ulong physical, int rate) => Begin(physical, TodOffset(physical), rate, New.GrossRate);

    /// <summary>PTFF-SGS: sets the gross-steering rate.</summary>
    public void SetGrossRate(ulong physical, int rate) => Begin(physical, TodOffset(physical), New.FineRate, rate);

    /// <summary>
    /// A duration of the time of day in physical time, rather too short than too long by up to 2**-11: time of day runs at most
    /// so much faster.
    /// </summary>
    public ulong AtLeast(ulong duration) => IsDrifting ? duration - (duration >> 11) : duration;

    private void Begin(ulong physical, ulong offset, int fine, int gross)
        => (Old, New) = (New, new Episode(physical, offset, fine, gross));
}
