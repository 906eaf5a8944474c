using S390Sim.Testing.Hypervisor;

namespace S390Sim.Properties.Hypervisor;

/// <summary>Traces as text: what is printed can be read again.</summary>
public sealed class TraceScriptTests
{
    [Fact]
    public void WhatIsPrintedIsRead()
    {
        var kinds = new HashSet<string>();
        TraceSearch.Draw(TraceGenerator.Traces(40), 100, trace =>
        {
            Assert.Equal(trace.Commands, TraceScript.Parse(trace.ToString()));
            kinds.UnionWith(trace.Commands.Select(c => c.GetType().Name));
        });
        Assert.Equal(TraceScript.Commands, kinds.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void CommentsAndEmptyLinesCountForNothing()
        => Assert.Equal([new Register(1, true), new Refresh(0x1000, 4096)],
            TraceScript.Parse("\n  # a guest\nRegister 1 true\n\n\tRefresh 0x1000 4096 true   # all of it\n"));

    [Theory]
    [InlineData("Nothing")]
    [InlineData("Register 1")]
    [InlineData("Register 1 true true")]
    [InlineData("Register one true")]
    [InlineData("Register 1 maybe")]
    [InlineData("Refresh 0xg 0 true")]
    [InlineData("SetPage 0 0 Odd 0 true")]
    public void WhatIsNoCommandIsRefused(string text) => Assert.Throws<FormatException>(() => TraceScript.Parse(text));
}
