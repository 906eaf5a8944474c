using System.Buffers.Binary;

namespace S390Sim.Conformance.Mips;

/// <summary>The compute-bound programs give the checksums that real machines and other emulators give.</summary>
public sealed class MipsTests(MipsImages images) : IClassFixture<MipsImages>
{
    private const ulong Magic = 0x600D_600D_600D_600D;
    private const string CountedCompiler = "12.2.0";

    public static TheoryData<string> Names => [.. MipsImages.Chosen.Select(i => i.Name)];

    [MipsTheory]
    [MemberData(nameof(Names))]
    public void GivesItsChecksum(string name) => Check(name, "bare");

    [MipsTheory]
    [InlineData("type1")]
    [InlineData("lent")]
    public void GivesItsChecksumAsAGuest(string configuration) => Check("e_string.s", configuration);

    private void Check(string name, string configuration)
    {
        var image = MipsImages.Chosen.Single(i => i.Name == name);
        var elf = images.Elf(image);
        var counted = images.Instructions(image);
        var run = GuestRun.Of(elf, configuration, ("dump", "9000,16"), ("max-instructions", $"{counted * 2}"));
        Assert.Equal(0, run.Outcome.Code);
        Assert.Equal(Magic, BinaryPrimitives.ReadUInt64BigEndian(run.Storage.AsSpan(8)));
        Assert.Equal($"{image.Checksum:X16}", $"{BinaryPrimitives.ReadUInt64BigEndian(run.Storage):X16}");
        if (CrossBuild.CompilerVersion() == CountedCompiler) Assert.Equal(counted, run.Outcome.InstructionCount);
    }
}
