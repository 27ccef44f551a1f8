using System.Diagnostics;
using System.Text.Json;
using NodaTime;

namespace Mana.Recurrence.Tests.Vectors;

/// <summary>pathological.jsonl: rules that never match, match once in centuries, overflow naive arithmetic or must not be walked.</summary>
public sealed class PathologicalCases
{
    /// <summary>The requirement; the file's own budgets are larger.</summary>
    static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(20);

    const long MostMemory = 1_000_000;

    [Fact]
    public void Every_answer_is_exact_and_quick()
    {
        var slow = new List<string>();
        foreach (var row in VectorFile.Read("pathological.jsonl"))
        {
            var answer = Answer(row);
            var memory = GC.GetAllocatedBytesForCurrentThread();
            var took = Enumerable.Range(0, 3).Min(_ => Time(row));
            memory = (GC.GetAllocatedBytesForCurrentThread() - memory) / 3;
            Assert.Equal((row.Text("id"), string.Join(' ', row.GetProperty("expect").Texts("instances"))), (row.Text("id"), string.Join(' ', answer.Select(Write))));
            if (took > Budget || memory > MostMemory)
                slow.Add($"{row.Text("id")} {row.Text("rrule")![..Math.Min(80, row.Text("rrule")!.Length)]}: {took.TotalMilliseconds} ms, {memory} bytes");
        }

        Assert.True(slow.Count == 0, string.Join('\n', slow));
    }

    [Fact]
    public void What_is_exhausted_has_no_further_instance()
    {
        foreach (var row in VectorFile.Read("pathological.jsonl").Where(row => row.GetProperty("expect").GetProperty("exhausted_by_year_9998").GetBoolean()))
        {
            var start = VectorFile.Time(row.Text("dtstart")!);
            var all = VectorFile.Rule(row.Text("rrule")!).Expand(start).Where(time => time.Year < 9999).Select(Write);
            Assert.Equal(row.GetProperty("expect").Texts("instances"), all);
        }
    }

    /// <summary>The shortest of three is not other tests' time.</summary>
    static TimeSpan Time(JsonElement row)
    {
        var started = Stopwatch.GetTimestamp();
        Answer(row);
        return Stopwatch.GetElapsedTime(started);
    }

    static List<LocalDateTime> Answer(JsonElement row)
    {
        var rule = VectorFile.Rule(row.Text("rrule")!);
        var start = VectorFile.Time(row.Text("dtstart")!);
        if (row.GetProperty("window") is { ValueKind: JsonValueKind.Object } window)
            return [.. rule.Expand(start, VectorFile.Time(window.Text("from")!), VectorFile.Time(window.Text("to")!))];
        return [.. rule.Expand(start).Take(row.Number("limit")!.Value)];
    }

    static string Write(LocalDateTime time) => $"{time.Year:D4}{time.Month:D2}{time.Day:D2}T{time.Hour:D2}{time.Minute:D2}{time.Second:D2}";
}
