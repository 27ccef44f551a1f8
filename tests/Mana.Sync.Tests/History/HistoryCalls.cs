using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Mana.Sync.Tests.History;

internal static class HistoryCalls
{
    public static async Task<JsonNode> ReadAsync(SyncClient person, string query) => (await GetAsync(person, query)).Ok().Body;

    public static async Task<Answer> GetAsync(SyncClient person, string query, string table = "tasks")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sync/todo/history?table={table}&{query}");
        return await person.SendAsync(request);
    }

    /// <summary>Of task <c>t1</c>.</summary>
    public static Task<JsonNode> RevertAsync(SyncClient person, string eventId, params string[] fields) => RevertInAsync(null, person, eventId, fields);

    public static async Task<JsonNode> RevertInAsync(string? space, SyncClient person, string eventId, params string[] fields)
    {
        var body = new JsonObject { ["table"] = "tasks", ["id"] = "t1", ["eventId"] = eventId };
        if (space is not null)
            body["spaceId"] = space;
        if (fields.Length > 0)
            body["fields"] = new JsonArray([.. fields.Select(field => (JsonNode)field)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sync/todo/history/revert") { Content = JsonContent.Create(body) };
        return (await person.SendAsync(request)).Body;
    }
}
