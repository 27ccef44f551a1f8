using System.Globalization;

namespace Mana.Load;

/// <summary>The command line: <c>Mana.Load &lt;scenario&gt; [--name value]…</c>.</summary>
internal sealed record LoadOptions(string Scenario, Dictionary<string, string> Values)
{
    static readonly string[] Secrets = ["service-key", "webhook-secret", "registration", "postgres"];

    public const string Usage = """
        Mana.Load <scenario> [options]        drives a running host and prints a table

          push     pushes in a closed loop                --clients 16 --batch 1,10,100 --seconds 10 --preload 0
          paced    pushes on a fixed schedule, latency    --rate 50 --batch 100 --clients 16 --seconds 30 --preload 0
                   counted from the scheduled time              --postgres CONNECTION (compacts meanwhile)
          storage  edits of few records, then their size  --records 10000 --changes 1000000 --window 5 (s) --postgres CONNECTION
          pull     one cold read of a whole collection    --changes 1000,10000,100000 --readers 1
          hydrate  the same by cursor, of one account     --changes 1000000 --view log,state --edits 0 (% of the changes)
          empty    pulls that find nothing new            --changes 10000,100000,1000000 --clients 4 --seconds 10
          mixed    pushes and pulls side by side          --clients 16 --seconds 20
          sockets  idle authenticated WebSockets          --sockets 10000 --users 500 --parallel 32 --seconds 30
                                                          --accounts FILE (keeps the people for a host started anew)
          hint     from POST to the other device's hint   --sockets 5000 --users 250 --seconds 20
          devices  many devices; every acknowledged       --users 50 --devices 3 --seconds 60
                   change must reach all others
          race     writers of one account against a       --writers 8 --seconds 20
                   reader with `since` cursors
          survive  changes sent again until acknowledged  --clients 4 --seconds 20 (infra/drills breaks things meanwhile)
          soak     everything, moderately, for long       --minutes 60 --rate 100 --users 20 --sockets 20 --streams 5
                                                          --every 30 (s) --csv FILE --postgres CONNECTION
          mixed-day  a simulated day of people with two  --users 1000 --minutes 10 --seed 1 --service-key KEY
                   devices: everything, by the hour             --webhook-secret SECRET --registration TOKEN
          refresh  refresh tokens in a closed loop        --clients 16 --seconds 10
          noop     a guarded route that does nothing      --clients 16 --seconds 10
          login    sign-ins by password, beside the       --clients 4 --seconds 10
                   bare hashes of the same machine
          storm    sign-ins at 4 times that rate          --clients 50 --seconds 10
          debit    debits over HTTP                       --clients 32 --users 200 --by service,user --service-key KEY
                                                          (--users 1: one hot account)
          balance  reads of a balance on a schedule       --rate 200 --clients 16 --seconds 10 --service-key KEY
          postings bookings in process, in batches        --clients 4 --batch 500 --users 1000 --postgres CONNECTION
                                                          --postings N (fills the table instead)
          oidc     tokens of the OpenID Connect provider  --view token,code,refresh --clients 16 --seconds 10
                                                          --registration TOKEN (--rate 600: on a schedule)
          webhooks signed events of Stripe on a schedule  --rate 50 --clients 16 --seconds 10 --webhook-secret SECRET
          feed     the public feed on a schedule          --rate 100 --clients 8 --changes 100000 --postgres CONNECTION (fills the board)
          react    reactions in a closed loop             --clients 16 --by service,user --postgres CONNECTION
          reminders  how late they are, beside many     --rate 50 --seconds 20 --records 100000 --users 25 --postgres CONNECTION
                   that wait; needs VAPID keys
          start    time to ready and idle memory          --host src/Mana.Host/bin/Release/net10.0/Mana.Host.dll

          recurrence  the shared workload, op by op       --workload ../shared/rrule --round 0.2 (s); needs no host
          rules    random rules against brute force       --rules 1000000 --seed 1; rules-quartz: against Quartz' trigger
          rule-texts  random texts for the parsers        --rules 1000000 --seed 1
          expand   a year of a zoned series on a          --rate 500 --clients 16 --seconds 20
                   schedule, over HTTP
          ics-import  calendar files over HTTP            --records 10000 --seconds 10
          ics-fuzz random calendar files; needs no host   --rules 1000000 --seed 1

          --url http://localhost:3001   --runs 3 (the median is reported; soak, storage, mixed-day: 1)
          --json FILE (append the results)   --plot FILE.svg (percentiles of each; mixed-day: over the day)
        A comma-separated list runs one after the other.

        Mana.Load plot FILE.json FILE.svg     draws what was stored
        Mana.Load compare A.json B.json       B beside A: throughput, latencies, memory; what is more than noise is marked
                                                    --fail-above 15 (exit code 1 when B is worse by more percent, or fails more)
        """;

    public string Url => Text("url", "http://localhost:3001");

    public int Clients => Number("clients", Scenario switch { "empty" or "login" or "postings" or "survive" => 4, "storm" => 50, "debit" => 32, _ => 16 });

    public int Batch => Number("batch", Scenario == "postings" ? 500 : 100);

    /// <summary>How many postings to make; 0: as many as the time allows.</summary>
    public long Postings => Number("postings", 0);

    /// <summary>Who debits: <c>service</c> or <c>user</c>.</summary>
    public string By => Text("by", "service");

    public string? WebhookSecret => Values.GetValueOrDefault("webhook-secret");

    public string? ServiceKey => Values.GetValueOrDefault("service-key");

    /// <summary>Requests per second of an open loop.</summary>
    public double Rate => Real("rate", Scenario switch { "soak" or "feed" => 100, "balance" => 200, "expand" => 500, _ => 50 });

    /// <summary>A rate was asked for, where a closed loop is the default.</summary>
    public bool IsPaced => Values.ContainsKey("rate");

    /// <summary>The host to start, for the scenario <c>start</c>.</summary>
    public string HostDll => Path.GetFullPath(Text("host", "src/Mana.Host/bin/Release/net10.0/Mana.Host.dll"));

    /// <summary>Where <c>workload.json</c> is.</summary>
    public string WorkloadFolder => Path.GetFullPath(Text("workload", "../shared/rrule"));

    /// <summary>How many rules or texts by chance.</summary>
    public int Rules => Number("rules", 1_000_000);

    public int Seed => Number("seed", 1);

    /// <summary>One round of one op.</summary>
    public TimeSpan RoundTime => TimeSpan.FromSeconds(Real("round", 0.2));

    public int Runs => Number("runs", Scenario is "soak" or "survive" or "storage" or "reminders" or "recurrence" or "rules" or "rule-texts" or "rules-quartz" or "ics-fuzz" or "mixed-day" ? 1 : 3);

    public int Changes => Number("changes", Scenario is "hydrate" or "storage" ? 1_000_000 : 100_000);

    /// <summary>Of a hundred preloaded changes, how many edit a record that exists.</summary>
    public int Edits => Number("edits", Scenario == "hydrate" ? 0 : 50);

    /// <summary><c>log</c> or <c>state</c> (sync.md 14.5).</summary>
    public string View => Text("view", "log");

    /// <summary>The host's <c>OIDC_REGISTRATION_TOKEN</c>.</summary>
    public string Registration => Text("registration", "");

    public int Preload => Number("preload", 0);

    public int Records => Number("records", Scenario == "reminders" ? 100_000 : 10_000);

    /// <summary>How long compaction leaves changes alone.</summary>
    public TimeSpan Window => TimeSpan.FromSeconds(Real("window", 5));

    public int Readers => Number("readers", 1);

    public int Writers => Number("writers", 8);

    public int Devices => Number("devices", Scenario == "soak" ? 2 : 3);

    public int Users => Number("users", Scenario switch { "devices" => 50, "soak" => 20, "hint" => 250, "reminders" => 25, "debit" => 200, "postings" or "mixed-day" => 1_000, _ => 500 });

    public int Sockets => Number("sockets", Scenario switch { "soak" => 20, "hint" => 5_000, _ => 10_000 });

    public int Streams => Number("streams", 5);

    /// <summary>Connections that are being opened at the same time.</summary>
    public int Parallel => Number("parallel", 32);

    public TimeSpan Duration => TimeSpan.FromSeconds(Real("seconds", Scenario switch { "sockets" or "paced" => 30, "hint" or "race" or "survive" or "reminders" => 20, "devices" => 60, _ => 10 }));

    public TimeSpan SoakTime => TimeSpan.FromMinutes(Real("minutes", 60));

    /// <summary>How long a simulated day takes.</summary>
    public TimeSpan DayTime => TimeSpan.FromMinutes(Real("minutes", 10));

    public TimeSpan SampleEvery => TimeSpan.FromSeconds(Real("every", 30));

    public string? Postgres => Values.GetValueOrDefault("postgres");

    /// <summary>Who was registered, with refresh tokens: read when it exists, written after each run.</summary>
    public string? AccountsFile => Values.GetValueOrDefault("accounts");

    public string? CsvFile => Values.GetValueOrDefault("csv");

    public string? JsonFile => Values.GetValueOrDefault("json");

    public string? PlotFile => Values.GetValueOrDefault("plot");

    /// <summary>What may be stored beside the results: no keys, and no connection that holds a password.</summary>
    public Dictionary<string, string> Told => Values.Where(value => !Secrets.Contains(value.Key)).ToDictionary(StringComparer.Ordinal);

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
            variants = [.. variants.SelectMany(_ => name == "postgres" ? [value] : value.Split(','), (variant, one) => new Dictionary<string, string>(variant, StringComparer.Ordinal) { [name] = one })];
        return variants.Select(variant => this with { Values = variant });
    }

    string Text(string name, string otherwise) => Values.GetValueOrDefault(name, otherwise);

    int Number(string name, int otherwise) =>
        Values.TryGetValue(name, out var text) ? int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : otherwise;

    double Real(string name, double otherwise) => Values.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
