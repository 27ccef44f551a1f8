using System.Text;
using Mana.Sync.Push;

namespace Mana.Sync.Tests.Push;

/// <summary>Fields that lost a tie move from what is delivered to what is kept.</summary>
public sealed class StoredBodyTests
{
    [Theory]
    [InlineData(
        """{"fields":{"a":{"value":9007199254740993,"at":"T"},"b":{"value":1.10,"at":"T"},"c":{"value":[1e400,-0,"\u00e9<&>"],"at":"T"}},"origin":"user"}""", null,
        """{"fields":{"b":{"value":1.10,"at":"T"},"c":{"value":[1e400,-0,"\u00e9<&>"],"at":"T"}},"origin":"user"}""",
        """{"a":{"value":9007199254740993,"at":"T"}}""")]
    [InlineData(
        """{"data":{"id":"t1","a":1.50,"b":2},"fieldMeta":{"a":"T","b":"U"},"actor":{"x":1}}""", """{"z":{"value":0,"at":"S"}}""",
        """{"data":{"id":"t1","b":2},"fieldMeta":{"b":"U"},"actor":{"x":1}}""",
        """{"z":{"value":0,"at":"S"},"a":{"value":1.50,"at":"T"}}""")]
    [InlineData("""{"fields":{"a":{"value":1,"at":"T"}},"spaceId":"s"}""", null, null, """{"a":{"value":1,"at":"T"}}""")]
    [InlineData("""{"data":{"id":"t1","a":1},"fieldMeta":{"a":"T"}}""", null, null, """{"a":{"value":1,"at":"T"}}""")]
    [InlineData("""{"fields":{"b":{"value":1,"at":"T"}}}""", null, """{"fields":{"b":{"value":1,"at":"T"}}}""", "{}")]
    [InlineData(null, """{"a":{"value":1,"at":"T"}}""", null, """{"a":{"value":1,"at":"T"}}""")]
    public void One_field_moves_and_every_digit_stays(string? body, string? lost, string? expectedBody, string expectedLost)
    {
        var (left, kept) = StoredBody.WithoutFields(Bytes(body), Bytes(lost), ["a"]);
        Assert.Equal((Canonical(expectedBody), Canonical(expectedLost)), (Canonical(Text(left)), Canonical(Text(kept))));
        Assert.All(Numbers, number => Assert.Equal(
            Occurrences(body, number) + Occurrences(lost, number), Occurrences(Text(left), number) + Occurrences(Text(kept), number)));
    }

    [Fact]
    public void A_deletion_that_lost_is_no_longer_delivered()
    {
        var (left, kept) = StoredBody.WithoutFields("""{"deletedAt":"T","origin":"user"}"""u8.ToArray(), null, ["deletedAt"]);
        Assert.Null(left);
        Assert.Equal("""{"deletedAt":{"value":"T","at":"T"}}""", Text(kept));
    }

    static readonly string[] Numbers = ["9007199254740993", "1.10", "1.50", "1e400", "-0", "<&>"];

    static int Occurrences(string? text, string part) => text is null ? 0 : text.Split(part).Length - 1;

    /// <summary>Escapes may be respelled, nothing else.</summary>
    static string? Canonical(string? text) => text?.Replace("\\u00e9", "é", StringComparison.Ordinal);

    static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
