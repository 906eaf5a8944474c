namespace S390Sim.Pci;

/// <summary>Where a failure can be injected: each is asked in one place of the machine.</summary>
public enum InjectionPoint
{
    /// <summary>PCI LOAD, when all its checks are passed.</summary>
    Load,
    /// <summary>PCI STORE, likewise.</summary>
    Store,
    /// <summary>PCI STORE BLOCK, likewise.</summary>
    StoreBlock,
    /// <summary>REFRESH PCI TRANSLATIONS of a function that is not in error.</summary>
    Refresh,
    /// <summary>MODIFY PCI FUNCTION CONTROLS, when its block was fetched.</summary>
    ModifyControls,
    /// <summary>STORE PCI FUNCTION CONTROLS, when all its checks are passed.</summary>
    StoreControls,
    /// <summary>SET INTERRUPTION CONTROLS of an operation that there is.</summary>
    SetInterruptionControls,
    /// <summary>CALL LOGICAL PROCESSOR, when its block was fetched.</summary>
    CallLogicalProcessor,
    /// <summary>A device's access to storage; messages are none.</summary>
    Dma,
    /// <summary>An adapter interruption that suppression let pass, floating or directed to a CPU that can take it.</summary>
    Interruption,
    /// <summary>A page that the hypervisor pins.</summary>
    Pin,
    /// <summary>A disk image is read.</summary>
    ImageRead,
    /// <summary>A disk image is written, or a part of it discarded or made zero.</summary>
    ImageWrite,
    /// <summary>A disk image is made durable.</summary>
    ImageFlush,
}

/// <summary>One injected failure: on which occasion of its kind it happens, and what happens then.</summary>
/// <param name="Point">The kind of occasion.</param>
/// <param name="Number">The number of the occasion from 1; or how many occasions are from one failure to the next.</param>
/// <param name="Repeats">Whether it happens at each multiple of the number.</param>
public sealed record InjectionRule(InjectionPoint Point, ulong Number, bool Repeats)
{
    private ulong _count;

    /// <summary>Only occasions of the function with this identifier count; of any when null.</summary>
    public uint? Fid { get; init; }
    /// <summary>Only this operation control or command counts; any when null.</summary>
    public int? Operation { get; init; }
    /// <summary>The condition code of an instruction.</summary>
    public int ConditionCode { get; init; }
    /// <summary>The status with condition code 1.</summary>
    public PciStatus Status { get; init; }
    /// <summary>The response code of CALL LOGICAL PROCESSOR with condition code 0.</summary>
    public ushort Response { get; init; }
    /// <summary>The event code of a DMA error.</summary>
    public ushort EventCode { get; init; }
    /// <summary>Whether an interruption comes once more, rather than never.</summary>
    public bool Duplicates { get; init; }

    /// <summary>Counts an occasion; whether the failure happens on this one.</summary>
    internal bool Count(uint fid, int operation)
    {
        if ((Fid is { } only && only != fid) || (Operation is { } one && one != operation)) return false;
        _count++;
        return Repeats ? _count % Number == 0 : _count == Number;
    }
}

/// <summary>
/// The failures that a run was asked to have. A machine without any has none of these objects. Everything is counted, nothing
/// drawn: the same run fails in the same places.
/// </summary>
public sealed class FailureInjection
{
    private readonly List<InjectionRule>[] _rules;

    /// <summary>Makes a plan.</summary>
    /// <param name="rules">When several fail on one occasion the first of them counts.</param>
    public FailureInjection(IEnumerable<InjectionRule> rules)
    {
        var byPoint = rules.ToLookup(r => r.Point);
        _rules = [.. Enum.GetValues<InjectionPoint>().Select(p => byPoint[p].ToList())];
    }

    /// <summary>Adds a rule, whose occasions count from now on.</summary>
    public void Add(InjectionRule rule) => _rules[(int)rule.Point].Add(rule);

    /// <summary>Takes a rule out of the plan; without effect when it is not in it.</summary>
    public void Remove(InjectionRule rule) => _rules[(int)rule.Point].RemoveAll(r => ReferenceEquals(r, rule));

    /// <summary>Counts an occasion.</summary>
    /// <param name="point">Its kind.</param>
    /// <param name="fid">The function's identifier; 0 where there is none.</param>
    /// <param name="operation">Operation control or command.</param>
    /// <returns>What shall fail now, or null.</returns>
    public InjectionRule? Next(InjectionPoint point, uint fid = 0, int operation = 0)
    {
        InjectionRule? first = null;
        foreach (var rule in _rules[(int)point])
        {
            if (rule.Count(fid, operation)) first ??= rule;
        }
        return first;
    }

    /// <summary>An image whose requests fail as planned; the image itself when nothing is planned for the function.</summary>
    public DiskImage Watch(DiskImage image, uint fid)
    {
        ReadOnlySpan<InjectionPoint> points = [InjectionPoint.ImageRead, InjectionPoint.ImageWrite, InjectionPoint.ImageFlush];
        foreach (var point in points)
        {
            if (_rules[(int)point].Exists(r => r.Fid is null || r.Fid == fid)) return new FailingImage(image, this, fid);
        }
        return image;
    }
}
