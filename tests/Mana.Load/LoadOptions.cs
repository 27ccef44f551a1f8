using System.Globalization;

namespace Mana.Load;

/// <summary>The command line: <c>Mana.Load &lt;scenario&gt; [--name value]…</c>.</summary>
internal sealed record LoadOptions(string Scenario, Dictionary<string, string> Values)
{
    public const string Usage = """
        Mana.Load <scenario> [options]        drives a running host and prints a table

          push     pushes in a closed loop                --clients 16 --batch 100 --seconds 10 --preload 0
          pull     one cold read of a whole collection    --changes 100000 --readers 1
          empty    pulls that find nothing new            --changes 1000000 --clients 4 --seconds 10
          mixed    pushes and pulls side by side          --clients 16 --seconds 20

          --url http://localhost:3001   --runs 3 (the median is reported)   --json FILE (append the results)
        """;

    public string Url => Text("url", "http://localhost:3001");

    public int Clients => Number("clients", Scenario == "empty" ? 4 : 16);

    public int Batch => Number("batch", 100);

    public int Runs => Number("runs", 3);

    public int Changes => Number("changes", 100_000);

    public int Preload => Number("preload", 0);

    public int Readers => Number("readers", 1);

    public TimeSpan Duration => TimeSpan.FromSeconds(Number("seconds", 10));

    public string? JsonFile => Values.GetValueOrDefault("json");

    public static LoadOptions? Parse(string[] args)
    {
        if (args.Length == 0 || args.Length % 2 == 0 || args[0].StartsWith('-'))
            return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1; i + 1 < args.Length; i += 2)
            values[args[i].TrimStart('-')] = args[i + 1];
        return new LoadOptions(args[0], values);
    }

    string Text(string name, string otherwise) => Values.GetValueOrDefault(name, otherwise);

    int Number(string name, int otherwise) =>
        Values.TryGetValue(name, out var text) ? int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : otherwise;
}
