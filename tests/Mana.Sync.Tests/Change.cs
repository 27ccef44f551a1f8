using System.Globalization;

namespace Mana.Sync.Tests;

/// <summary>Changes as a client writes them.</summary>
internal static class Change
{
    /// <summary>A moment <paramref name="seconds"/> after the start of 2026, as JavaScript writes it.</summary>
    public static string At(double seconds) =>
        new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMilliseconds(Math.Round(seconds * 1000)).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>An insert whose <c>data</c> has an id, a title and, as every client writes it, <c>createdAt</c>.</summary>
    public static string Insert(string id, string title = "Milk", double at = 0, string table = "tasks") =>
        InsertData(id, $$"""{"id":"{{id}}","title":"{{title}}","createdAt":"{{At(at)}}"}""", table);

    public static string InsertData(string id, string data, string table = "tasks", string? more = null) =>
        $$"""{"table":"{{table}}","id":"{{id}}","op":"insert","data":{{data}}{{(more is null ? "" : "," + more)}}}""";

    /// <summary>An update of one field; <paramref name="value"/> is JSON.</summary>
    public static string Update(string id, string field, string value, double at, string? eventId = null) =>
        Update(id, $$"""{"{{field}}":{"value":{{value}},"at":"{{At(at)}}"}""" + "}", eventId is null ? null : $"\"eventId\":\"{eventId}\"");

    public static string Update(string id, string fields, string? more = null) =>
        $$"""{"table":"tasks","id":"{{id}}","op":"update","fields":{{fields}}{{(more is null ? "" : "," + more)}}}""";

    /// <summary>A soft delete; without a time a hard one.</summary>
    public static string Delete(string id, double? at = null, string? more = null) =>
        $$"""{"table":"tasks","id":"{{id}}","op":"delete"{{(at is { } time ? $",\"deletedAt\":\"{At(time)}\"" : "")}}{{(more is null ? "" : "," + more)}}}""";

    public static string Undelete(string id, double at) => Update(id, "deletedAt", "null", at);

    public static string Many(int count, Func<int, string> change) => string.Join(',', Enumerable.Range(0, count).Select(change));
}
