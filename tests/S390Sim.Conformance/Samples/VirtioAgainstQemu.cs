using System.Text;

namespace S390Sim.Conformance.Samples;

/// <summary>The sample virtio-blk prints on QEMU, whose device is another's work, what it prints here.</summary>
public sealed class VirtioAgainstQemu
{
    [QemuFact]
    public void PrintsTheSameOnQemu()
    {
        using var disk = new QemuDisk(1 << 20, serial: "disk1");
        var console = disk.Run(SamplePrograms.Elf("virtio-blk"));
        Assert.Equal(Encoding.UTF8.GetString(SamplePrograms.Expected("virtio-blk", "bare")), console);
    }
}
