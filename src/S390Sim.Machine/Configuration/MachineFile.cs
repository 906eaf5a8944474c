using System.Text.Json;

namespace S390Sim.Machine;

/// <summary>
/// A machine as a JSON object whose members are the settings of <see cref="MachineConfigurationBuilder"/>: strings, numbers,
/// or arrays of them for settings that repeat. Files it names are sought beside it.
/// </summary>
public static class MachineFile
{
    private static readonly JsonDocumentOptions s_options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Makes the settings of a file.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, is not JSON, or a setting is wrong.</exception>
    public static void Apply(string path, MachineConfigurationBuilder builder)
    {
        var bytes = HostFile.Read(path, "machine file");
        try
        {
            using var document = JsonDocument.Parse(bytes, s_options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ConfigurationException("the machine is not a JSON object");
            var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
            foreach (var member in document.RootElement.EnumerateObject()) Apply(member, folder, builder);
        }
        catch (JsonException e)
        {
            throw new ConfigurationException($"{path}: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: not JSON", e);
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException($"{path}: {e.Message}", e);
        }
    }

    private static void Apply(JsonProperty member, string folder, MachineConfigurationBuilder builder)
    {
        var (key, value) = (member.Name, member.Value);
        if (key == "kvm" && value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            if (value.ValueKind == JsonValueKind.True) builder.Set(key, MachineConfigurationBuilder.DefaultKvmDesign);
            return;
        }
        if (key == "kvm-nested" && value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            builder.Set(key, value.ValueKind == JsonValueKind.True ? MachineConfigurationBuilder.On : MachineConfigurationBuilder.Off);
            return;
        }
        if (value.ValueKind != JsonValueKind.Array)
        {
            builder.Set(key, Located(key, Scalar(key, value), folder));
            return;
        }
        if (!MachineConfigurationBuilder.IsRepeatable(key)) throw new ConfigurationException($"{key}: takes one value, not an array");
        foreach (var item in value.EnumerateArray()) builder.Set(key, Located(key, Scalar(key, item), folder));
    }

    private static string Scalar(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        _ => throw new ConfigurationException($"{key}: the value is neither a string nor a number"),
    };

    private static string Located(string key, string value, string folder) => key switch
    {
        "image" or "initrd" or "load" => Path.Combine(folder, value),
        "device" => LocatedDevice(value.Split(','), folder),
        _ => value,
    };

    // Words that are wrong are left alone: the builder says what is wrong with them.
    private static string LocatedDevice(string[] words, string folder)
    {
        var files = DeviceType.All.FirstOrDefault(t => t.Name == words[0])?.Keys.Where(k => k.IsFile) ?? [];
        return string.Join(',', words.Select(word => files.FirstOrDefault(k => word.StartsWith($"{k.Name}=", StringComparison.Ordinal))
            is { } key ? $"{key.Name}={Path.Combine(folder, word[(key.Name.Length + 1)..])}" : word));
    }
}
