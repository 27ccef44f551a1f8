using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Tests.Calendar;

namespace Mana.Load.Apps;

/// <summary>Expansions and calendar files over HTTP, and the sweep of the file reader (issue 8).</summary>
internal static class CalendarLoad
{
    const int PerSeed = 10_000;
    const int Shown = 8;

    /// <summary>A year of a daily series in a zone, on a schedule: each request is due at its time, and late is late.</summary>
    public static async Task<RunResult> ExpandAsync(LoadOptions options)
    {
        var people = await Accounts.ReuseAsync(options, options.Clients);
        var body = Encoding.UTF8.GetBytes("""{"rrule":"FREQ=DAILY","dtstart":"2026-01-01T09:00:00","tzid":"Europe/Berlin","maxOccurrences":365}""");
        async Task SendAsync(HttpClient http, Worker worker, long due)
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var answer = await http.PostAsync("/api/v1/calendar/events/expand", content);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode || !text.Contains("\"count\":365", StringComparison.Ordinal))
                worker.Fail($"expand: {(int)answer.StatusCode} {text[..Math.Min(200, text.Length)]}");
            worker.Latencies.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
        }

        foreach (var person in people)
            await SendAsync(person.Http, new Worker(), Stopwatch.GetTimestamp());
        var workers = people.ConvertAll(_ => new Worker());
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(people.Select(async (person, index) =>
        {
            for (var i = index; i / options.Rate < options.Duration.TotalSeconds; i += people.Count)
            {
                var due = Pace.After(start, TimeSpan.FromSeconds(i / options.Rate));
                await Pace.UntilAsync(due);
                await SendAsync(person.Http, workers[index], due);
            }
        }));
        return RunResult.Of($"expand 365 zoned, {options.Rate:n0}/s of {people.Count} people", workers, Stopwatch.GetElapsedTime(start)) with { HostMemory = await memory.StopAsync(), RateIsGiven = true };
    }

    /// <summary>One upload of a file after the other; latency is that of the whole import.</summary>
    public static async Task<RunResult> ImportAsync(LoadOptions options)
    {
        var person = (await Accounts.ReuseAsync(options, 1))[0];
        var file = File(options.Records);
        var worker = new Worker();
        using var memory = await HostMemory.WatchAsync(options.Url, TimeSpan.FromMilliseconds(100));
        var start = Stopwatch.GetTimestamp();
        do
        {
            var sent = Stopwatch.GetTimestamp();
            using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "file", "calendar.ics" } };
            using var answer = await person.Http.PostAsync("/api/v1/calendar/import/ics", form);
            var text = await answer.Content.ReadAsStringAsync();
            if (!text.Contains($"\"count\":{options.Records}", StringComparison.Ordinal))
                worker.Fail($"import: {(int)answer.StatusCode} {text[..Math.Min(200, text.Length)]}");
            worker.Latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(start) < options.Duration);
        return RunResult.Of($"import of {options.Records:n0} events, {file.Length / 1024.0 / 1024:0.0} MiB", [worker], Stopwatch.GetElapsedTime(start)) with
        {
            HostMemory = await memory.StopAsync(), Figures = new() { ["reader alone, s of processor"] = ReaderSeconds(file) },
        };
    }

    /// <summary>Random and broken files for the reader; drives no host.</summary>
    public static Task<RunResult> FuzzAsync(LoadOptions options)
    {
        var (done, wrong) = (0, 0);
        var started = Stopwatch.GetTimestamp();
        Parallel.For(0, Math.Max(1, options.Rules / PerSeed), index =>
        {
            if (IcsFuzz.Run(options.Seed + index, PerSeed) is { } problem && Interlocked.Increment(ref wrong) <= Shown)
                Console.WriteLine(problem);
            Interlocked.Add(ref done, PerSeed);
        });
        return Task.FromResult(new RunResult($"calendar files by chance, seeds from {options.Seed}", done, done, wrong, Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 0, 0, 0));
    }

    static double ReaderSeconds(byte[] file)
    {
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        var reading = new IcsReading();
        for (var at = 0; at < file.Length; at += 65_536)
            reading.Feed(file.AsSpan(at, Math.Min(65_536, file.Length - at)));
        reading.Complete();
        self.Refresh();
        return (self.TotalProcessorTime - before).TotalSeconds;
    }

    internal static byte[] File(int events)
    {
        var text = new ArrayBufferWriter<byte>();
        var writer = new IcsWriter(text);
        var zone = NodaTime.DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        var first = NodaTime.Instant.FromUtc(2026, 1, 1, 8, 0);
        IcsCalendarWriter.Begin(writer, "Load", null, null);
        for (var i = 0; i < events; i++)
        {
            var start = IcsTime.Zoned(first + NodaTime.Duration.FromHours(i), zone);
            IcsEventWriter.Write(writer, new IcsEvent
            {
                Uid = string.Create(CultureInfo.InvariantCulture, $"load-{i}@example.test"), Start = start, End = start.Plus(Mana.Recurrence.Contracts.SeriesDuration.Exact(NodaTime.Duration.FromHours(1))),
                Title = $"Termin {i}: Größe, Länge; Breite", Description = new string('x', 300), Location = "Straße 1, 12345 Ort", Rule = i % 3 == 0 ? "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20" : null,
                Alarms = i % 2 == 0 ? [new IcsAlarm(15, null, "DISPLAY")] : [], Status = "CONFIRMED", Categories = ["a", "b"],
            }, first);
        }

        IcsCalendarWriter.End(writer);
        return text.WrittenSpan.ToArray();
    }
}
