namespace S390Sim.Hypervisor;

/// <summary>
/// What a refresh brings in step with the guest's tables, page by page. Addresses are those of the host's tables: without the
/// bits that the anchor's tables ignore.
/// </summary>
internal interface IShadow
{
    /// <summary>Pages taken away so far: what a page lacked may be there now.</summary>
    ulong Released { get; }

    /// <summary>Takes away whatever is mapped in a range.</summary>
    void Unmap(ulong start, ulong length);

    /// <summary>
    /// Maps a page as the guest has it now, in place of what was there. False for want of resources: then nothing is mapped
    /// there, and what was there is taken away all the same.
    /// </summary>
    /// <param name="iova">Page address.</param>
    /// <param name="guest">Guest absolute address of the frame.</param>
    /// <param name="writable">Whether the device may store.</param>
    bool TryMap(ulong iova, ulong guest, bool writable);
}
