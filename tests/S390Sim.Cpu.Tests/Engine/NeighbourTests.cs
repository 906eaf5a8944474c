namespace S390Sim.Tests.Engine;

/// <summary>Two neighbours that the loop executes as one case behave as two instructions; so does a branch within a page.</summary>
public sealed unsafe class NeighbourTests : IDisposable
{
    private const string Loop = "A72B0001 A737FFFE 0700";       // AGHI 2,1; BRCTG 3,.-4; NOPR

    private readonly EngineBench _bench = new();

    [Theory]
    [InlineData(1, 1UL, 3UL, EngineBench.Code + 4)]
    [InlineData(2, 1UL, 2UL, EngineBench.Code)]
    [InlineData(3, 2UL, 2UL, EngineBench.Code + 4)]
    [InlineData(6, 3UL, 0UL, EngineBench.Code + 8)]
    public void The_count_of_instructions_may_end_between_them(int instructions, ulong sum, ulong left, ulong address)
    {
        Start(3);
        _bench.Run(Loop, 6);
        Start(3);
        _bench.Go(EngineBench.Code, instructions);
        Assert.Equal((sum, left, address), (_bench.C->Gr[2], _bench.C->Gr[3], _bench.C->PswAddress));
    }

    [Fact]
    public void The_second_is_replaced()
    {
        Start(3);
        _bench.Run(Loop, 6);
        _bench.Put(EngineBench.Code + 4, "A72B0010");           // AGHI 2,16
        Start(3);
        _bench.Go(EngineBench.Code, 2);
        Assert.Equal((17UL, 3UL, EngineBench.Code + 8), (_bench.C->Gr[2], _bench.C->Gr[3], _bench.C->PswAddress));
        _bench.Put(EngineBench.Code + 4, "A737FFFE");
        Start(3);
        _bench.Go(EngineBench.Code, 6);
        Assert.Equal((3UL, 0UL), (_bench.C->Gr[2], _bench.C->Gr[3]));
    }

    [Fact]
    public void The_second_is_decoded_before_the_first()
    {
        Start(2);
        _bench.Put(EngineBench.Code, Loop);
        _bench.Go(EngineBench.Code + 4, 4);
        Assert.Equal((1UL, 0UL, EngineBench.Code + 10), (_bench.C->Gr[2], _bench.C->Gr[3], _bench.C->PswAddress));
    }

    [Fact]
    public void The_second_ends_in_an_interruption()
    {
        _bench.C->Gr[4] = 0x4_0000_0000;
        for (var turn = 0; turn < 2; turn++)
        {
            _bench.C->Gr[2] = 7;
            _bench.C->Gr[5] = 1UL << 63;
            _bench.Run("EC250000 0055 E32040000004", 3);        // RISBG 2,5,0,0,0: R5's bit 0; LG 2,0(4)
            Assert.Equal($"5 6 {EngineBench.Code + 12:x}", _bench.Interruption);
            Assert.Equal(0x8000_0000_0000_0007UL, _bench.C->Gr[2]);
        }
    }

    [Fact]
    public void The_first_ends_in_an_interruption()
    {
        _bench.C->Gr[4] = 0x4_0000_0000;
        _bench.C->Gr[14] = EngineBench.Code + 0x100;
        for (var turn = 0; turn < 2; turn++)
        {
            _bench.Run("E32040000004 07FE", 2);                 // LG 2,0(4); BR 14
            Assert.Equal($"5 6 {EngineBench.Code + 6:x}", _bench.Interruption);
        }
    }

    [Fact]
    public void A_branch_within_a_page_is_the_breaking_event_in_the_next_page_too()
    {
        _bench.Put(EngineBench.Code + 0xFF0, "A7F40006");       // J .+12
        _bench.Put(EngineBench.Code + 0xFFC, "0700 0700");
        for (var turn = 0; turn < 2; turn++)
        {
            _bench.Storage.Write64(0x110, 0);
            _bench.Go(EngineBench.Code + 0xFF0, 4);
            Assert.Equal($"1 2 {EngineBench.Code + 0x1002:x}", _bench.Interruption);
            Assert.Equal(EngineBench.Code + 0xFF0, _bench.Lowcore.BreakingEventAddress);
        }
    }

    private void Start(ulong turns)
    {
        _bench.C->Gr[2] = 0;
        _bench.C->Gr[3] = turns;
    }

    public void Dispose() => _bench.Dispose();
}
