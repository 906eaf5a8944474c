using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor.Tests;

/// <summary>The loan of a domain: kvm-pci-design.md section 11, "Loan state machine".</summary>
public sealed class DomainTests : IDisposable
{
    private const ulong Iova = 0x1_0000_0000, Frame = 0x30_0000;

    private readonly Storage _storage = new(8 << 20);
    private readonly HostFrames _frames;
    private readonly HostIommu _iommu;
    private readonly S390Domain _domain;

    public DomainTests()
    {
        _frames = new HostFrames(_storage, 1 << 20);
        _iommu = new HostIommu(_storage);
        Assert.True(S390Domain.TryCreate(_storage, _frames, _iommu, new StageReporter(), out var domain));
        _domain = domain;
    }

    public void Dispose()
    {
        _domain.Dispose();
        Assert.Equal(0UL, _frames.InUse);
        _storage.Dispose();
    }

    [Fact]
    public void TheApiMapsAndUnmaps()
    {
        _domain.Attach(0, Iova, Iova + 0xFFFF);
        Assert.Equal(DomainStatus.Ok, _domain.Map(Iova, Frame, writable: true));
        Assert.Equal(IoError.None, _iommu.Translate(0, Iova + 8, 8, IoAccess.Write, out var absolute));
        Assert.Equal(Frame + 8, absolute);
        Assert.True(_iommu.IotlbContains(0, Iova));
        Assert.Equal(DomainStatus.Ok, _domain.Unmap(Iova));
        Assert.False(_iommu.IotlbContains(0, Iova));
        Assert.Equal(DomainStatus.Invalid, _domain.Unmap(Iova));
        Assert.Equal(4UL - 1, _domain.ApiCalls);
    }

    [Fact]
    public void WhileLentTheApiIsBusyAndModifiesNothing()
    {
        Assert.Equal(DomainStatus.Ok, _domain.Lend(this));
        Assert.True(_domain.Tables.TrySet(Iova, Frame, writable: false));       // as the borrower does
        var written = _domain.Tables.EntriesWritten;
        Assert.Equal(DomainStatus.Busy, _domain.Map(Iova, Frame + 0x1000, writable: true));
        Assert.Equal(DomainStatus.Busy, _domain.Unmap(Iova));
        Assert.Equal(written, _domain.Tables.EntriesWritten);
        Assert.True(_domain.TryIovaToPhys(Iova, out var frame));
        Assert.Equal(Frame, frame);
        Assert.Equal(DomainStatus.Busy, _domain.Lend(this));
    }

    [Fact]
    public void ARecallDrainsBeforeItEnds()
    {
        Assert.Equal(DomainStatus.Invalid, _domain.StartRecall());
        Assert.Throws<InvalidOperationException>(_domain.FinishRecall);
        var generation = _domain.Generation;
        _domain.Lend(this);
        Assert.Same(this, _domain.Borrower);
        Assert.True(_domain.Tables.TrySet(Iova, Frame, writable: true));
        Assert.Equal(DomainStatus.Ok, _domain.StartRecall());
        Assert.Equal((LoanState.Draining, DomainStatus.Busy, DomainStatus.Busy, DomainStatus.Busy, DomainStatus.Invalid),
            (_domain.Loan, _domain.Map(Iova, Frame, true), _domain.Unmap(Iova), _domain.Lend(this), _domain.StartRecall()));
        Assert.Throws<InvalidOperationException>(_domain.FinishRecall);
        Assert.True(_domain.Tables.Clear(Iova));
        _domain.FinishRecall();
        Assert.Equal((LoanState.Normal, null, generation + 2), (_domain.Loan, _domain.Borrower, _domain.Generation));
        Assert.Equal(DomainStatus.Ok, _domain.Lend(this));
        _domain.StartRecall();
        _domain.FinishRecall();
    }

    [Fact]
    public void OnlyAnEmptyDomainIsLent()
    {
        _domain.Map(Iova, Frame, writable: true);
        Assert.Equal((DomainStatus.Busy, LoanState.Normal, null), (_domain.Lend(this), _domain.Loan, _domain.Borrower));
        _domain.Unmap(Iova);
        Assert.Equal(DomainStatus.Ok, _domain.Lend(this));
    }

    [Fact]
    public void EveryAttachedFunctionIsFlushed()
    {
        _domain.Attach(0, Iova, Iova + 0xFFFF);
        _domain.Attach(1, Iova, Iova + 0xFFFF);
        _domain.Map(Iova, Frame, writable: true);
        _iommu.Translate(0, Iova, 8, IoAccess.Read, out _);
        _iommu.Translate(1, Iova, 8, IoAccess.Read, out _);
        _domain.Unmap(Iova);
        Assert.Empty(_iommu.IotlbContents());
        _domain.Detach(0);
        Assert.Equal(IoError.NoTranslation, _iommu.Translate(0, Iova, 8, IoAccess.Read, out _));
    }

    [Fact]
    public void WithoutStorageForATableNothingIsMapped()
    {
        var rest = 0;
        while (_frames.TryAllocate(4096, 4096, out _)) rest++;
        Assert.Equal(DomainStatus.NoMemory, _domain.Map(Iova, Frame, writable: true));
        Assert.Equal(0UL, _domain.Tables.ValidEntries);
        Assert.False(S390Domain.TryCreate(_storage, _frames, _iommu, new StageReporter(), out _));
        for (ulong at = 1 << 20; at < _storage.Size; at += 4096)
        {
            if (at / 0x4000 * 0x4000 != _domain.Tables.Iota.Origin && _frames.IsAllocated(at)) _frames.Free(at, 4096);
        }
    }
}
