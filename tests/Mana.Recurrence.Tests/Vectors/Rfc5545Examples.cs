using System.Text.Json;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Tests.Vectors;

/// <summary>RS-39: the examples of RFC 5545 3.8.5.3 and 3.3.10, each by the RFC's own words.</summary>
public sealed class Rfc5545Examples
{
    static readonly IReadOnlyList<JsonElement> Rows = [.. VectorFile.Read("dev.jsonl").Where(row => row.Text("category") == "rfc5545")];

    public static TheoryData<string, string> Names => [.. Rows.Select(row => new TheoryDataRow<string, string>(row.Text("notes")!, row.Text("id")!))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Example(string words, string id)
    {
        var row = Rows.Single(row => row.Text("id") == id);
        var set = VectorFile.Set(row);
        var expected = row.Texts("expected");
        var actual = new RecurrenceExpander().Expand(set).Select(occurrence => VectorFile.Write(set, occurrence)).Take(row.Number("limit") ?? expected.Length + 1);
        Assert.Equal([words, .. expected], [words, .. actual]);
    }

    [Fact]
    public void There_are_46() => Assert.Equal(46, Rows.Count);
}
