namespace S390Sim.Hypervisor;

/// <summary>A design with a parent domain: the whole guest is pinned from the start, whatever its functions map.</summary>
public abstract class ParentedDesign : DomainDesign, IParentUser
{
    private protected ParentedDesign(VirtualMachine machine, string name) : base(machine)
    {
        Name = name;
        Parent = ParentDomain.Create(machine, name);
        Parent.AddUser(this);
    }

    /// <inheritdoc/>
    public sealed override string Name { get; }

    /// <summary>The parent of all that the functions map.</summary>
    public ParentDomain Parent { get; }

    /// <summary>The functions' handles are the machine's own.</summary>
    public override uint SimulationBits => 0;

    bool IParentUser.TryExtend(ParentRange range) => TryExtend(range);

    void IParentUser.Withdraw(ParentRange range) => Withdraw(range);

    /// <summary>The guest has more storage; false when there is no room for what must be mapped to it.</summary>
    private protected virtual bool TryExtend(ParentRange range) => true;

    /// <summary>Storage goes: nothing leads there any more, and nothing of it is cached, when this returns.</summary>
    private protected abstract void Withdraw(ParentRange range);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        Parent.RemoveUser(this);
        Parent.Dispose();
        GC.SuppressFinalize(this);
    }
}
