namespace S390Sim.Hypervisor;

/// <summary>
/// The shadows of a virtual machine: as many as it has CPUs, found by the address of the guest's block, and reused in turn
/// (sie.md section 11).
/// </summary>
internal sealed class NestedPool : IDisposable
{
    private readonly VirtualMachine _machine;
    private readonly NestedBlock[] _blocks;
    private int _next;

    /// <summary>Makes a shadow for each CPU.</summary>
    /// <exception cref="ConfigurationLimitException">The host has not the storage.</exception>
    public NestedPool(VirtualMachine machine, int cpus)
    {
        _machine = machine;
        _blocks = new NestedBlock[cpus];
        try
        {
            for (var n = 0; n < cpus; n++) _blocks[n] = new NestedBlock(machine);
        }
        catch (ConfigurationLimitException)
        {
            foreach (var block in _blocks) block?.Dispose();
            throw;
        }
        machine.Memory.Map.Unmapped += Forget;
    }

    /// <summary>Finds the shadow of a block, or has an unused one become it.</summary>
    /// <param name="guest">Absolute address in the guest.</param>
    /// <returns>Null when another CPU runs the block, or all shadows are in use.</returns>
    public NestedBlock? Take(ulong guest)
    {
        foreach (var block in _blocks)
        {
            if (block.Guest != guest) continue;
            if (block.IsInUse) return null;
            block.Assign(guest);
            return block;
        }
        for (var tries = 0; tries < _blocks.Length; tries++)
        {
            var block = _blocks[_next];
            _next = (_next + 1) % _blocks.Length;
            if (block.IsInUse) continue;
            block.Assign(guest);
            return block;
        }
        return null;
    }

    /// <summary>
    /// Purges of TLBs that the guest's CPUs ordered at their own level: what a map holds from before may not be used any more.
    /// </summary>
    public ulong Purges
    {
        get
        {
            var purges = 0UL;
            foreach (var cpu in _machine.Cpus) purges += cpu.Nested!.HostPurges;
            return purges;
        }
    }

    // The host took a page away or protected one: its own processors forget what they know by themselves.
    private void Forget()
    {
        foreach (var block in _blocks) block.Map.Clear();
    }

    /// <summary>Returns all storage; no CPU may run a nested guest.</summary>
    public void Dispose()
    {
        _machine.Memory.Map.Unmapped -= Forget;
        foreach (var block in _blocks) block.Dispose();
    }
}
