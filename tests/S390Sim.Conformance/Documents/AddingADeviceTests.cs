using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using S390Sim.Machine;

namespace S390Sim.Conformance.Documents;

/// <summary>The steps of docs/adding-a-pci-device.md: its device is compiled and plugged, its guest built and run.</summary>
public sealed class AddingADeviceTests
{
    private static readonly Dictionary<string, string> s_blocks = Regex.Matches(
            File.ReadAllText(Path.Combine(Repository.Root, "docs", "adding-a-pci-device.md")),
            @"<!-- (\w+) -->\n```\w+\n(.*?)```", RegexOptions.Singleline)
        .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);

    [GuideFact]
    public void The_guest_uses_the_device()
    {
        DeviceType.Add(CompileType());
        var build = Directory.CreateTempSubdirectory("s390sim-");
        try
        {
            var elf = BuildGuest(build.FullName);
            foreach (var configuration in GuestRun.Configurations)
            {
                var run = GuestRun.Of(elf, configuration, ("device", "sum,time=5"));
                Assert.Equal(s_blocks["console"], run.ConsoleText);
                Assert.Equal(0, run.Outcome.Code);
            }
        }
        finally
        {
            build.Delete(recursive: true);
        }
    }

    [GuideFact]
    public void The_type_refuses_what_it_does_not_know()
    {
        var words = new[] { "time=0" };
        var refusal = Assert.Throws<ConfigurationException>(() => CompileType().Parse("sum,time=0", words));
        Assert.Contains("out of range", refusal.Message);
    }

    private static DeviceType CompileType()
    {
        const string usings = "global using System;";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var trees = new[] { usings, s_blocks["device"], s_blocks["type"] }.Select(text => CSharpSyntaxTree.ParseText(text));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
            .WithNullableContextOptions(NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create("Guide", trees, references, options);
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.Empty(result.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning).Select(d => d.ToString()));
        var assembly = Assembly.Load(image.ToArray());
        return (DeviceType)assembly.GetType("SumType")!.GetProperty("Type")!.GetValue(null)!;
    }

    // As a sample among the samples, in a copy of the two folders.
    private static string BuildGuest(string folder)
    {
        var firmware = Directory.CreateDirectory(Path.Combine(folder, "firmware")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "firmware")))
            File.WriteAllBytes(Path.Combine(firmware, Path.GetFileName(file)), File.ReadAllBytes(file));
        var samples = Directory.CreateDirectory(Path.Combine(folder, "samples")).FullName;
        File.WriteAllText(Path.Combine(samples, "Makefile"), File.ReadAllText(Path.Combine(Repository.Samples, "Makefile")));
        Directory.CreateDirectory(Path.Combine(samples, "sum"));
        File.WriteAllText(Path.Combine(samples, "sum", "sum.c"), s_blocks["guest"]);
        CrossBuild.Make(samples, "build/sum.elf");
        return Path.Combine(samples, "build", "sum.elf");
    }
}

/// <summary>A fact about the guide; skipped, saying what is missing, where its guest cannot be built.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GuideFactAttribute : FactAttribute
{
    public GuideFactAttribute() => Skip = CrossBuild.Missing;
}
