using System.Diagnostics;

namespace S390Sim.Pci.Tests;

/// <summary>Files that are no images, and files that somebody else has.</summary>
[Collection("processes")]
public sealed class RawImageTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_file_is_refused()
    {
        Assert.Equal("no such file (disk image)", Refusal("missing"));
        Assert.Equal("no such file (disk image)", Refusal("missing/disk"));
        Assert.False(File.Exists(_folder.Path("missing")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_folder_is_refused(bool isReadOnly)
    {
        Directory.CreateDirectory(_folder.Path("folder"));
        Assert.Equal("is a directory, not a disk image", Refusal("folder", isReadOnly));
    }

    [Theory]
    [InlineData(1, 512u)]
    [InlineData(512 * 7 + 511, 512u)]
    [InlineData(512, 4096u)]
    public void A_torn_file_is_refused(long length, uint blockSize)
    {
        _folder.Create("torn", length);
        var refusal = $"the disk image has {length} bytes, no multiple of the block size of {blockSize}: "
            + "it is torn, or no disk image";
        Assert.Equal(refusal, Refusal("torn", blockSize: blockSize));
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        _folder.Create("empty", 0);
        Assert.Equal("the disk image is empty", Refusal("empty"));
    }

    [Fact]
    public void A_pipe_is_refused()
    {
        if (!Run("mkfifo", _folder.Path("pipe"))) return;
        Assert.Equal("is neither a file nor a disk", Refusal("pipe"));
        Assert.Equal("is neither a file nor a disk", Refusal("pipe", isReadOnly: true));
    }

    // A program that runs cannot be written by anybody, the superuser included.
    [Fact]
    public void A_file_that_cannot_be_written_can_still_be_read()
    {
        RawImage.Open(Environment.ProcessPath!, false, 1, out var refusal)?.Dispose();
        Assert.EndsWith("the device may have it with readonly", refusal);
        using var image = RawImage.Open(Environment.ProcessPath!, true, 1, out _);
        Assert.NotNull(image);
        Assert.Equal(ImageOutcome.ReadOnly, image.Write(0, [0]));
    }

    [Theory]
    [InlineData(false, false, "the disk image is in use by another simulator; only readers, with readonly, may share it")]
    [InlineData(true, false, "the disk image is in use by another simulator; only readers, with readonly, may share it")]
    [InlineData(false, true, "the disk image is in use: another simulator has it for writing")]
    [InlineData(true, true, null)]
    public void A_writer_has_a_file_to_itself_and_readers_share_it(bool firstReads, bool secondReads, string? refusal)
    {
        var path = _folder.Create("disk", 4096);
        using (RawImage.Open(path, firstReads, 512, out _)) Assert.Equal(refusal, Refusal("disk", secondReads));
        Assert.Null(Refusal("disk", secondReads));
    }

    [Fact]
    public void The_lock_of_a_process_goes_with_it()
    {
        var path = _folder.Create("disk", 4096);
        var start = new ProcessStartInfo("flock", ["-x", path, "-c", "echo; exec sleep 60"]) { RedirectStandardOutput = true };
        using var other = Process.Start(start)!;
        other.StandardOutput.ReadLine();
        Assert.NotNull(Refusal("disk"));
        other.Kill(entireProcessTree: true);
        other.WaitForExit();
        // The child of flock, which has the file open too, goes a moment later.
        Assert.True(SpinWait.SpinUntil(() => Refusal("disk") is null, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_file_made_shorter_meanwhile_is_an_error_where_it_ends()
    {
        var path = _folder.Create("disk", 8192);
        using var image = RawImage.Open(path, false, 512, out _)!;
        Assert.True(Run("truncate", "-s", "4196", path));
        Assert.Equal(ImageOutcome.Done, image.Read(0, new byte[4096]));
        Assert.Equal(ImageOutcome.IoError, image.Read(4096, new byte[512]));
    }

    private string? Refusal(string name, bool isReadOnly = false, uint blockSize = 512)
    {
        var path = _folder.Path(name);
        using var image = RawImage.Open(path, isReadOnly, blockSize, out var refusal);
        if (image is not null) return null;
        Assert.StartsWith(path + ": ", refusal);
        Assert.DoesNotContain('\n', refusal);
        return refusal[(path.Length + 2)..];
    }

    private static bool Run(string program, params string[] words)
    {
        using var process = Process.Start(program, words);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
