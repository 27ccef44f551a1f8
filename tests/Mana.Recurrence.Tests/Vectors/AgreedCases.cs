using System.Text.Json;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Tests.Vectors;

/// <summary>dev.jsonl: 2,991 cases, RFC 5545's own examples among them.</summary>
public sealed class AgreedCases
{
    static readonly IReadOnlyList<JsonElement> Rows = VectorFile.Read("dev.jsonl");
    static readonly RecurrenceExpander Expander = new();

    public static TheoryData<string, int> Categories => [.. Rows.GroupBy(row => row.Text("category")!).Select(group => new TheoryDataRow<string, int>(group.Key, group.Count()))];

    [Theory]
    [MemberData(nameof(Categories))]
    public void Every_case_is_equal(string category, int count)
    {
        var rows = Rows.Where(row => row.Text("category") == category).ToList();
        var wrong = rows.Select(row => Difference(row, VectorFile.Set(row), "expected")).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} differ:\n{string.Join('\n', wrong.Take(20))}");
        Assert.Equal(count, rows.Count);
    }

    [Fact]
    public void Without_instances_in_gaps_the_other_reading_comes_out()
    {
        var rows = Rows.Where(row => row.Texts("expected_if_gap_omitted").Length > 0).ToList();
        Assert.Empty(rows.Select(row => Difference(row, VectorFile.Set(row) with { Gap = GapPolicy.Skip }, "expected_if_gap_omitted")).OfType<string>());
        Assert.True(rows.Count >= 50);
    }

    [Fact]
    public void Every_case_can_be_cut_counted_and_walked_backwards()
    {
        var wrong = Rows.Select(Inconsistency).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n{string.Join('\n', wrong.Take(20))}");
    }

    static string? Difference(JsonElement row, RecurrenceSet set, string field)
    {
        var expected = row.Texts(field);
        var actual = Expander.Expand(set, Window(row, set)).Select(occurrence => VectorFile.Write(set, occurrence)).Take(row.Number("limit") ?? expected.Length + 3).ToArray();
        return actual.SequenceEqual(expected) ? null
            : $"{row.Text("id")} {row.Text("dtstart")} {row.Text("tzid")} {row.Text("rrule")}\n  expected {string.Join(' ', expected.Take(12))}\n  actual   {string.Join(' ', actual.Take(12))}";
    }

    /// <summary>Seeking into the middle gives the rest; the instance before it is the previous one; counting agrees.</summary>
    static string? Inconsistency(JsonElement row)
    {
        var set = VectorFile.Set(row);
        var all = Expander.Expand(set).Take(40).ToList();
        if (all.Count < 3)
            return null;
        var middle = all.Count / 2;
        var rest = Expander.Expand(set, new OccurrenceWindow(all[middle].StartUtc)).Take(all.Count - middle).ToList();
        var previous = Expander.Previous(set, all[middle].StartUtc);
        var count = Expander.Count(set, new OccurrenceWindow(all[1].StartUtc, all[middle].StartUtc));
        var same = rest.Select(occurrence => occurrence.Id).SequenceEqual(all.Skip(middle).Select(occurrence => occurrence.Id));
        return same && previous?.Id == all[middle - 1].Id && count == middle - 1
            ? null
            : $"{row.Text("id")} {row.Text("dtstart")} {row.Text("tzid")} {row.Text("rrule")}: seek {same}, previous {previous?.StartUtc} for {all[middle - 1].StartUtc}, count {count} for {middle - 1}";
    }

    static OccurrenceWindow Window(JsonElement row, RecurrenceSet set)
    {
        if (!row.TryGetProperty("window", out var window) || window.ValueKind != JsonValueKind.Object)
            return default;
        return new OccurrenceWindow(Instant(window.Text("from")!), Instant(window.Text("to")!));

        static Instant Instant(string text) => VectorFile.Time(text).InUtc().ToInstant();
    }
}
