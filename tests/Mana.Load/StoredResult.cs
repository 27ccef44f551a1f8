using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mana.Load;

/// <summary>A line of a result file: what was run, all its runs, and the median one. The drills in infra read it.</summary>
internal sealed record StoredResult(
    [property: JsonPropertyName("at")] DateTimeOffset At, string Scenario, Dictionary<string, string> Values, [property: JsonPropertyName("median")] RunResult Median,
    [property: JsonPropertyName("runs")] IReadOnlyList<RunResult> Runs)
{
    static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public Task AppendAsync(string file) => File.AppendAllTextAsync(file, JsonSerializer.Serialize(this, Json) + "\n");

    public static List<StoredResult> ReadAll(string file)
    {
        if (!File.Exists(file))
            throw new LoadProblem($"There is no file {file}.");
        try
        {
            return [.. File.ReadLines(file).Where(line => line.Trim().Length > 0).Select(line => JsonSerializer.Deserialize<StoredResult>(line, Json) ?? throw new JsonException("null"))];
        }
        catch (JsonException broken)
        {
            throw new LoadProblem($"{file} is no file of results: {broken.Message}");
        }
    }
}
