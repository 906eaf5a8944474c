namespace S390Sim.Hypervisor;

/// <summary>Somebody who keeps what follows from a parent domain's translations: host entries, cached translations.</summary>
internal interface IParentUser
{
    /// <summary>
    /// The guest has storage in a range where it had none, and the parent translates it. False for want of resources: the storage
    /// is then taken away again.
    /// </summary>
    bool TryExtend(ParentRange range) => true;

    /// <summary>Storage goes: when this returns, no entry and no cached translation leads to the range's frames.</summary>
    void Withdraw(ParentRange range);
}
