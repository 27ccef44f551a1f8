using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;

namespace Mana.EndToEnd.Tests.Load;

/// <summary>The load tool as a process, with a folder for what it writes.</summary>
internal sealed class LoadTool : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mana-load-").FullName;

    public string PathOf(string file) => Path.Combine(_folder, file);

    /// <summary>Exit code, and everything that was said.</summary>
    public async Task<(int Exit, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Mana.Load.dll"), .. arguments])
        {
            UseShellExecute = false, WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>A file with a result of one scenario: a run for each throughput, all with the same latencies.</summary>
    public async Task StoreAsync(string file, string scenario, double[] requestsPerSecond, double p99 = 20, int errors = 0)
    {
        const int Seconds = 10;
        var runs = requestsPerSecond.Select(rate => new
        {
            Scenario = scenario, Requests = (int)(rate * Seconds), Changes = 0, Errors = errors, Seconds, P50 = 5.0, P95 = 10.0, P99 = p99, Max = 30.0, HostMemory = new { Before = 200, Peak = 250, After = 240 },
        }).ToList();
        await File.AppendAllTextAsync(PathOf(file), JsonSerializer.Serialize(new { at = DateTimeOffset.UnixEpoch, Scenario = "mixed", Values = new { }, median = runs[runs.Count / 2], runs }) + "\n");
    }

    public async Task<JsonElement> ResultAsync(string file) => JsonDocument.Parse(await File.ReadAllTextAsync(PathOf(file))).RootElement;

    /// <summary>The texts of a picture; that all its numbers are some, and within it, is checked on the way.</summary>
    public List<string> TextsOf(string picture)
    {
        var svg = XDocument.Load(PathOf(picture)).Root!;
        Assert.Equal("{http://www.w3.org/2000/svg}svg", svg.Name.ToString());
        var (width, height) = ((double)svg.Attribute("width")!, (double)svg.Attribute("height")!);
        foreach (var attribute in svg.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "x" or "y" or "x1" or "x2" or "y1" or "y2" or "width" or "height"))
            Assert.InRange((double)attribute, 0, Math.Max(width, height));
        foreach (var path in svg.Descendants().Attributes("d"))
            Assert.Matches(@"^([ML]\d+(\.\d+)? \d+(\.\d+)?)+Z?$", path.Value);
        return [.. svg.Descendants(svg.Name.Namespace + "text").Select(text => text.Value)];
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
