using System.Globalization;

namespace Mana.Load;

/// <summary>The command line: <c>Mana.Load &lt;scenario&gt; [--name value]…</c>.</summary>
internal sealed record LoadOptions(string Scenario, Dictionary<string, string> Values)
{
    public const string Usage = """
        Mana.Load <scenario> [options]        drives a running host and prints a table

          push     pushes in a closed loop                --clients 16 --batch 1,10,100 --seconds 10 --preload 0
          pull     one cold read of a whole collection    --changes 1000,10000,100000 --readers 1
          empty    pulls that find nothing new            --changes 10000,100000,1000000 --clients 4 --seconds 10
          mixed    pushes and pulls side by side          --clients 16 --seconds 20
          start    time to ready and idle memory          --host src/Mana.Host/bin/Release/net10.0/Mana.Host.dll

          --url http://localhost:3001   --runs 3 (the median is reported)   --json FILE (append the results)
        A comma-separated list runs one after the other.
        """;

    public string Url => Text("url", "http://localhost:3001");

    public int Clients => Number("clients", Scenario == "empty" ? 4 : 16);

    public int Batch => Number("batch", 100);

    /// <summary>The host to start, for the scenario <c>start</c>.</summary>
    public string HostDll => Path.GetFullPath(Text("host", "src/Mana.Host/bin/Release/net10.0/Mana.Host.dll"));

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

    /// <summary>One set of options per combination of the lists in it.</summary>
    public IEnumerable<LoadOptions> Variants()
    {
        var variants = new List<Dictionary<string, string>> { new(StringComparer.Ordinal) };
        foreach (var (name, value) in Values)
            variants = [.. variants.SelectMany(_ => value.Split(','), (variant, one) => new Dictionary<string, string>(variant, StringComparer.Ordinal) { [name] = one })];
        return variants.Select(variant => this with { Values = variant });
    }

    string Text(string name, string otherwise) => Values.GetValueOrDefault(name, otherwise);

    int Number(string name, int otherwise) =>
        Values.TryGetValue(name, out var text) ? int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : otherwise;
}
