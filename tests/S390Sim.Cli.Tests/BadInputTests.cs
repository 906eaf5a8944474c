using System.Runtime.Versioning;

namespace S390Sim.Cli.Tests;

/// <summary>A user's mistake is one line on standard error, nothing on standard output, exit code 2.</summary>
public sealed class BadInputTests(BadFiles files) : IClassFixture<BadFiles>
{
    // A colon stands for the folder of bad files.
    [Theory]
    [InlineData("run :missing.elf", "missing.elf: no such file")]
    [InlineData("run :no/folder.elf", "folder.elf: no such file")]
    [InlineData("run :.", "is a directory")]
    [InlineData("run :empty", "empty: is empty")]
    [InlineData("run :short.elf", "torn ELF file")]
    [InlineData("run :torn-headers.elf", "torn ELF file")]
    [InlineData("run :torn-segment.elf", "torn ELF file")]
    [InlineData("run :x86.elf", "not big-endian")]
    [InlineData("run :little.elf", "not big-endian")]
    [InlineData("run :ppc.elf", "another machine (e_machine 21")]
    [InlineData("run :narrow.elf", "ELF class 1")]
    [InlineData("run :object.elf", "link it first")]
    [InlineData("run :no-segment.elf", "nothing to load")]
    [InlineData("run :huge.elf", "does not fit into storage of 512M")]
    [InlineData("run :overlap.elf", "overlap")]
    [InlineData("run :wrap.elf", "wraps around")]
    [InlineData("run :beyond.elf", "does not fit into storage of 512M")]
    [InlineData("run :entry.elf", "entry point")]
    [InlineData("run :raw2m --memory 1M", "does not fit into storage of 1M")]
    [InlineData("run :three", "neither an ELF file nor an image with a PSW")]
    [InlineData("run :raw2m", "neither an ELF file nor an image with a PSW")]
    [InlineData("run :good.elf --initrd :missing", "missing: no such file (initrd)")]
    public void Files(string command, string says)
    {
        ToolRun.Of(files.Words(command)).IsRefused(says);
        ToolRun.Of(files.Words($"{command} --kvm=lent")).IsRefused(says);
    }

    [Theory]
    [InlineData("run", "nothing to run")]
    [InlineData("run --no-such-option", "--no-such-option")]
    [InlineData("run :good.elf --no-such-option", "--no-such-option")]
    [InlineData("run :good.elf :good.elf", "good.elf")]
    [InlineData("run :good.elf --memory", "--memory")]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("", "command")]
    [InlineData("run :good.elf --memory 1M --memory 2M", "--memory")]
    [InlineData("run :good.elf --device toaster", "known are edu")]
    [InlineData("run :good.elf --device edu,color=red", "has no key color")]
    [InlineData("run :good.elf --device virtio-blk", "name its disk image, file=PATH")]
    [InlineData("run :good.elf --device virtio-blk,file=:raw2m,size=1M", "name its disk image, file=PATH")]
    [InlineData("run :good.elf --device virtio-blk,file=", "names no file")]
    [InlineData("run :good.elf --device virtio-blk,file=:missing", "missing: no such file (disk image)")]
    [InlineData("run :good.elf --device virtio-blk,file=:.", "is a directory, not a disk image")]
    [InlineData("run :good.elf --device virtio-blk,file=:empty", "the disk image is empty")]
    [InlineData("run :good.elf --device virtio-blk,file=:three", "no multiple of the block size of 512: it is torn")]
    [InlineData("run :good.elf --device virtio-blk,file=:raw2m --device virtio-blk,file=:raw2m", "is in use by another")]
    [InlineData("run :good.elf --device virtio-blk,size=1000", "no multiple of the block size")]
    [InlineData("run :good.elf --device virtio-blk,size=2G", "out of range")]
    [InlineData("run :good.elf --device virtio-blk,size=1M,blocksize=513", "is none of 512, 1024, 2048, 4096")]
    [InlineData("run :good.elf --device virtio-blk,size=1M,queues=0", "out of range")]
    [InlineData("run :good.elf --device virtio-blk,size=1M,queues=65", "out of range")]
    [InlineData("run :good.elf --device virtio-blk,size=1M,readonly=maybe", "is none of on, off")]
    [InlineData("run :good.elf --device virtio-blk,size=1M,serial=123456789012345678901", "longer than 20 characters")]
    [InlineData("run :good.elf --device virtio-blk,size=1M,serial", "is not key=value")]
    [InlineData("run :good.elf --device edu,fid", "is not key=value")]
    [InlineData("run :good.elf --device edu,fid=x", "is not a number")]
    [InlineData("run :good.elf --device edu,uid=0", "out of range")]
    [InlineData("run :good.elf --device edu,uid=65536", "out of range")]
    [InlineData("run :good.elf --device edu,fid=0x100000000", "out of range")]
    [InlineData("run :good.elf --device edu,fid=1 --device edu,fid=1", "two devices have fid=0x1")]
    [InlineData("run :good.elf --device edu,uid=7 --device edu,uid=7", "two devices have uid=0x7")]
    [InlineData("run :good.elf --kvm=maybe", "known are type1, lent, nested, hardware, identity")]
    [InlineData("run :good.elf --kvm-nested", "no KVM whose guest could execute SIE")]
    [InlineData("run :good.elf --kvm --kvm-nested=maybe", "known are on, off")]
    [InlineData("run :good.elf --kvm=nested --memlock 1M", "pins the whole guest: 131072 pages of 4 KB, and 256 may be locked")]
    [InlineData("run :good.elf --kvm=hardware --memlock 1M", "the design 'hardware' pins the whole guest")]
    [InlineData("run :good.elf --kvm=identity --memory 2M --memlock 1M", "pins the whole guest: 512 pages of 4 KB, and 256 may be locked")]
    [InlineData("run :good.elf --kvm=nested --inject pin,nth=3", "the host could not give all 131072 pages of 4 KB")]
    [InlineData("run :good.elf --clock sundial", "known are virtual, host")]
    [InlineData("run :good.elf --memory 0", "positive multiple of 1M")]
    [InlineData("run :good.elf --memory 1", "positive multiple of 1M")]
    [InlineData("run :good.elf --memory 12Q", "not a size")]
    [InlineData("run :good.elf --memory=-1M", "not a size")]
    [InlineData("run :good.elf --memory 2048G", "at most 1024G")]
    [InlineData("run :good.elf --memory 99999999999999999999G", "not a size")]
    [InlineData("run :good.elf --memlock much", "not a size")]
    [InlineData("run :good.elf --frame-limit much", "not a size")]
    [InlineData("run :good.elf --frame-limit 255K --kvm=lent", "frame-limit 255K: a guest needs 256K")]
    [InlineData("run :good.elf --frame-limit 1M --kvm=nested", "the design 'nested' pins the whole guest: it cannot be paged")]
    [InlineData("run :good.elf --device edu,container=x", "container=x is not a number")]
    [InlineData("run :good.elf --device edu,container=65536", "container=65536 is out of range")]
    [InlineData("run :good.elf --inject lunch,nth=1", "unknown; known are pcilg")]
    [InlineData("run :good.elf --inject", "--inject")]
    [InlineData("run :good.elf --device edu --inject rpcit", "give nth or every")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=0,cc=2", "nth is a number from 1 on")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=x,cc=2", "nth is a number from 1 on")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1,every=2,cc=2", "give one of nth or every")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1", "give cc")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1,cc=0", "cc is 1 to 3")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1,cc=1", "a status comes with cc=1")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1,cc=2,status=16", "a status comes with cc=1")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1,cc=1,status=256", "status is 1 to 255")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1,cc=2,pec=7", "rpcit has no pec")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1,nth=1,cc=2", "nth is said twice")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth,cc=2", "nth is not key=value")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1,cc=2,fid=9", "no device has fid 9")]
    [InlineData("run :good.elf --device edu --inject rpcit,nth=1,cc=2 --inject rpcit,nth=1,cc=3", "contradicts rpcit,nth=1,cc=2")]
    [InlineData("run :good.elf --inject rpcit,nth=1,cc=2", "no device is plugged")]
    [InlineData("run :good.elf --device edu --inject mpcifc,nth=1,cc=2,oc=256", "oc is 0 to 255")]
    [InlineData("run :good.elf --device edu --inject clp,nth=1", "give response or cc")]
    [InlineData("run :good.elf --device edu --inject clp,nth=1,cc=3,response=108", "a response code comes with condition code 0")]
    [InlineData("run :good.elf --device edu --inject clp,nth=1,response=10000", "response is hexadecimal")]
    [InlineData("run :good.elf --device edu --inject dma,nth=1", "give pec")]
    [InlineData("run :good.elf --device edu --inject dma,nth=1,pec=0", "pec is hexadecimal, 1 to ff")]
    [InlineData("run :good.elf --device edu --inject error,pec=7", "give at")]
    [InlineData("run :good.elf --device edu --inject error,at=7", "give pec")]
    [InlineData("run :good.elf --device edu --inject interruption,nth=1", "give lost or duplicate")]
    [InlineData("run :good.elf --device edu --inject interruption,nth=1,lost,duplicate", "give lost or duplicate")]
    [InlineData("run :good.elf --device edu --inject interruption,nth=1,lost=1", "lost takes no value")]
    [InlineData("run :good.elf --device edu --inject pin,nth=1", "nothing to pin without --kvm")]
    [InlineData("run :good.elf --device edu --inject memlock,at=1,limit=1M", "nothing to pin without --kvm")]
    [InlineData("run :good.elf --device edu --kvm=lent --inject memlock,at=1", "give limit")]
    [InlineData("run :good.elf --device edu --kvm=lent --inject memlock,at=1,limit=much", "limit is not a size")]
    [InlineData("run :good.elf --inject read,nth=1", "no device is plugged")]
    [InlineData("run :good.elf --device edu --inject read,nth=1", "no device has a disk image")]
    [InlineData("run :good.elf --cpus 0", "0 cpus")]
    [InlineData("run :good.elf --cpus 99999999999", "cpus")]
    [InlineData("run :good.elf --cpus 65", "1 to 64")]
    [InlineData("run :good.elf --interleave fair", "known are round-robin, random")]
    [InlineData("run :good.elf --cpu z17", "no such model")]
    [InlineData("run :good.elf --cpu z13,+flux", "no such facility: flux")]
    [InlineData("run :good.elf --cpu z13,+unpack", "not implemented")]
    [InlineData("run :good.elf --cpu zEC12,-edat", "edat2 needs edat")]
    [InlineData("run :good.elf --cpu z10 --device edu", "give them zpci")]
    [InlineData("run :good.elf --system plant=TOOLONG", "1 to 4 printable")]
    [InlineData("run :good.elf --system colour=red", "no such key")]
    [InlineData("isa --cpu z17", "no such model")]
    [InlineData("run :good.elf --seed x", "not a number")]
    [InlineData("run :good.elf --max-instructions 1.5", "not a number")]
    [InlineData("run :good.elf --timeout 0", "give seconds")]
    [InlineData("run :good.elf --timeout soon", "give seconds")]
    public void Options(string command, string says) => ToolRun.Of(files.Words(command)).IsRefused(says);

    [Theory]
    [InlineData("run --psw 180000000", "give restart, or MASK,ADDR")]
    [InlineData("run --psw 18000000g,0", "give restart, or MASK,ADDR")]
    [InlineData("run --psw ,", "give restart, or MASK,ADDR")]
    [InlineData("run --psw 11112222333344445,0", "give restart, or MASK,ADDR")]
    [InlineData("run --psw restart --store 0", "give ADDR=HEX")]
    [InlineData("run --psw restart --store 0=", "give ADDR=HEX")]
    [InlineData("run --psw restart --store 0=abc", "give ADDR=HEX")]
    [InlineData("run --psw restart --store 0=xy", "give ADDR=HEX")]
    [InlineData("run --psw restart --store z=00", "give ADDR=HEX")]
    [InlineData("run --psw restart --memory 1M --store fffff=0000", "does not fit into storage of 1M")]
    [InlineData("run --psw restart --store ffffffffffffffff=0000", "does not fit")]
    [InlineData("run --psw restart --load :good.elf", "give FILE@ADDR")]
    [InlineData("run --psw restart --load @1000", "give FILE@ADDR")]
    [InlineData("run --psw restart --load :good.elf@here", "give FILE@ADDR")]
    [InlineData("run --psw restart --load :missing@1000", "missing: no such file")]
    [InlineData("run --psw restart --load :raw2m@1000 --memory 1M", "does not fit into storage of 1M")]
    [InlineData("run --psw restart --dump 0", "give ADDR,LENGTH")]
    [InlineData("run --psw restart --dump 0,0", "the length is 1 to 16M")]
    [InlineData("run --psw restart --dump 0,17M", "the length is 1 to 16M")]
    [InlineData("run --psw restart --dump 1fffffff,2", "storage ends at 0x20000000")]
    [InlineData("run --psw restart --expect-wait never", "not a hexadecimal address")]
    [InlineData("run --psw restart --append hello", "nothing was loaded as an image")]
    [InlineData("run --psw restart --initrd :good.elf", "needs an image")]
    public void Snippets(string command, string says) => ToolRun.Of(files.Words(command)).IsRefused(says);

    [Theory]
    [InlineData("run --machine :missing.json", "missing.json: no such file (machine file)")]
    [InlineData("run --machine :.", "is a directory")]
    [InlineData("run --machine :empty.json", "not JSON")]
    [InlineData("run --machine :torn.json", "line 2")]
    [InlineData("run --machine :array.json", "not a JSON object")]
    [InlineData("run --machine :unknown.json", "memroy: no such setting")]
    [InlineData("run --machine :value.json", "neither a string nor a number")]
    [InlineData("run --machine :good.elf", "not JSON")]
    public void MachineFiles(string command, string says) => ToolRun.Of(files.Words(command)).IsRefused(says);

    [Theory]
    [InlineData("dis", "dis")]
    [InlineData("dis :missing", "neither a file nor whole halfwords")]
    [InlineData("dis 1812a", "neither a file nor whole halfwords")]
    [InlineData("dis 181", "neither a file nor whole halfwords")]
    [InlineData("dis :.", "is a directory")]
    [InlineData("dis :x86.elf", "not big-endian")]
    [InlineData("dis 1812 --address here", "not a hexadecimal address")]
    [InlineData("isa everything", "everything")]
    public void OtherCommands(string command, string says) => ToolRun.Of(files.Words(command)).IsRefused(says);

    [UnprivilegedFact]
    [UnsupportedOSPlatform("windows")]
    public void UnreadableFile()
    {
        var path = files.Path("secret.elf");
        File.Copy(files.Path("good.elf"), path);
        File.SetUnixFileMode(path, UnixFileMode.None);
        ToolRun.Of("run", path).IsRefused("permission denied");
        ToolRun.Of("run", "--psw", "restart", "--load", $"{path}@1000").IsRefused("permission denied");
        ToolRun.Of("run", "--machine", path).IsRefused("permission denied");
    }

    [Fact]
    public void AWordThatIsNoPath() => ToolRun.Of("run", "a\0b").IsRefused("a");
}

/// <summary>A fact about what is forbidden: nothing is to the super-user.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnprivilegedFactAttribute : FactAttribute
{
    public UnprivilegedFactAttribute()
    {
        if (Environment.IsPrivilegedProcess) Skip = "root can read any file";
        else if (OperatingSystem.IsWindows()) Skip = "files have no modes on this system";
    }
}
