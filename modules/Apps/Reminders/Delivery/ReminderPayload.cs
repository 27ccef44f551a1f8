using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mana.Apps.Reminders.Data;
using NodaTime;

namespace Mana.Apps.Reminders.Delivery;

/// <summary>What is sent, the same to all channels (compute.md 8.8): at most 3,000 bytes, because every part is bounded.</summary>
internal sealed record ReminderPayload(
    int V, string Type, string? ReminderId, string AppId, string? RecordId, string Title, string Body, string Url, string Tag, string FireAt, bool Overdue, string? TitleEnc)
{
    const int Longest = 3000;

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static ReminderPayload Of(ReminderRule rule, string title, string body, Instant fireAt, bool overdue) => new(
        1, "reminder", Id(rule), rule.AppId, rule.SourceId, title, body, rule.Url ?? Path(rule), TagOf(rule), Iso(fireAt), overdue, rule.TitleHintEnc);

    public static ReminderPayload OfSummary(string title, string body, Instant now) =>
        new(1, "missed-reminders", null, "mana", null, title, body, "/", "mana-missed-reminders", Iso(now), true, null);

    /// <summary>Within the limit: what a client cannot do without stays.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(this, Json) is var json && Encoding.UTF8.GetByteCount(json) <= Longest ? json : JsonSerializer.Serialize(this with { TitleEnc = null, Url = "/" }, Json);

    public static ReminderPayload Read(string json) => JsonSerializer.Deserialize<ReminderPayload>(json, Json)!;

    /// <summary>That of the synchronised record, which the client knows.</summary>
    static string Id(ReminderRule rule) => rule.OriginKey is { } origin && origin.StartsWith("todo/reminders/", StringComparison.Ordinal) ? origin["todo/reminders/".Length..] : rule.Id.ToString("D");

    /// <summary>The browser's own scheduler shows the same thing under the same tag, in which case it is shown once.</summary>
    static string TagOf(ReminderRule rule) => $"{rule.AppId}-{Id(rule)}";

    static string Path(ReminderRule rule) => rule.AppId switch
    {
        "todo" => "/todo?task=" + Uri.EscapeDataString(rule.SourceId),
        "calendar" => "/calendar?event=" + Uri.EscapeDataString(rule.SourceId),
        _ => "/" + Uri.EscapeDataString(rule.AppId),
    };

    static string Iso(Instant instant) => instant.ToDateTimeUtc().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
