using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mana.Host.Tests.Box;

/// <summary>The files of the repository that this test was built from.</summary>
internal static class Checkout
{
    public const string Compose = "docker-compose.macmini.yml";

    public static string Root { get; } = Find();

    public static string PathOf(string path) => Path.Combine(Root, path);

    public static string Text(string path) => File.ReadAllText(PathOf(path));

    /// <summary>YAML by a parser that is not ours; the aliases are resolved.</summary>
    public static async Task<JsonNode> YamlAsync(string path)
    {
        const string Program = "import sys, json, yaml; print(json.dumps([d for d in yaml.safe_load_all(open(sys.argv[1])) if d is not None], default=str))";
        var (exit, output) = await RunAsync("/usr/bin/python3", "-c", Program, PathOf(path));
        Assert.True(exit == 0, $"{path}: {output}");
        return JsonNode.Parse(output)!.AsArray() is [{ } one] ? one.DeepClone() : throw new JsonException(path + " holds no document.");
    }

    /// <summary>A program and everything that it wrote.</summary>
    public static async Task<(int Exit, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Mana.Platform.sln")))
                return folder;
        throw new InvalidOperationException("No Mana.Platform.sln above the test's own folder.");
    }
}
