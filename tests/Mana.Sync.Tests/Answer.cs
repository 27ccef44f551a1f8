using System.Net;
using System.Text.Json.Nodes;

namespace Mana.Sync.Tests;

/// <summary>What the server said, read as a client would read it.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, HttpResponseMessage Message)
{
    JsonNode? _body;

    public JsonNode Body => _body ??= JsonNode.Parse(Text)!;

    public JsonArray Changes => Body["serverChanges"]!.AsArray();

    public IEnumerable<string> Ids => Changes.Select(change => (string)change!["id"]!);

    public JsonArray Conflicts => Body["conflicts"]!.AsArray();

    public JsonArray? Acks => Body["acks"] as JsonArray;

    public string SyncedUntil => (string)Body["syncedUntil"]!;

    public string Cursor => (string)Body["cursor"]!;

    public bool HasMore => (bool?)Body["hasMore"] == true;

    public string? Error => (string?)Body["error"];

    public int? Index => (int?)Body["index"];

    public JsonObject Only => Assert.Single(Changes)!.AsObject();

    public Answer Ok()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{(int)Status} {Text}");
        return this;
    }

    /// <summary>Refused with this status, code and position, and with nothing of the server's inside in the text.</summary>
    public void Refused(int status, string error, int? index = null)
    {
        Assert.True(status == (int)Status, $"{(int)Status} {Text}");
        Assert.Equal((error, index), (Error, Index));
        Assert.Equal("application/json", Message.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("Exception", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Npgsql", Text, StringComparison.Ordinal);
    }
}
