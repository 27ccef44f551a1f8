using System.Diagnostics;
using System.Text.RegularExpressions;
using OpenTelemetry;

namespace Mana.Kernel.Telemetry;

/// <summary>
/// Takes out of a span, before an exporter sees it, what must not leave the house: query strings, concrete paths (they can hold
/// share tokens; the route stays), secrets, e-mail addresses, and literals and parameters of SQL.
/// </summary>
internal sealed partial class SpanRedactor : BaseProcessor<Activity>
{
    internal const string Redacted = "[redacted]";

    private static readonly string[] Dropped =
        ["url.query", "url.path", "url.full", "http.url", "http.target", "client.address", "enduser.id", "db.connection_string"];

    private static readonly string[] DroppedPrefixes =
        ["db.query.parameter.", "db.operation.parameter.", "http.request.header.", "http.response.header."];

    private static readonly string[] SecretWords = ["token", "secret", "password", "passwd", "authorization", "cookie", "api_key", "apikey", "email"];

    private static readonly string[] Sql = ["db.query.text", "db.statement", "db.query.summary"];

    public override void OnEnd(Activity data)
    {
        List<KeyValuePair<string, object?>>? changes = null;
        foreach (ref readonly var tag in data.EnumerateTagObjects())
        {
            if (Replacement(tag.Key, tag.Value) is { Changed: true } change) (changes ??= []).Add(new(tag.Key, change.Value));
        }
        if (changes is not null)
            foreach (var change in changes) data.SetTag(change.Key, change.Value);

        // The framework names every request after its diagnostic event; method and route say more and hold no values.
        data.DisplayName = data.GetTagItem("http.route") is string route && data.GetTagItem("http.request.method") is string method
            ? $"{method} {route}"
            : Clean(data.DisplayName);
        if (data.StatusDescription is { } status) data.SetStatus(data.Status, Description(data.Source.Name, status));
    }

    // The framework and the driver put exception messages here, and those quote values; ours are written by us.
    private static string? Description(string source, string status) =>
        source.StartsWith(ManaMeters.Prefix, StringComparison.Ordinal) ? Clean(status) : null;

    /// <summary>The text without query strings, e-mail addresses and JSON web tokens; the same reference when there was nothing to take out.</summary>
    internal static string Clean(string text)
    {
        var suspicious = text.AsSpan().ContainsAny('?', '@')
            || text.Contains("eyJ", StringComparison.Ordinal)
            || text.Contains("earer ", StringComparison.Ordinal);
        if (!suspicious) return text;
        var cleaned = QueryString().Replace(text, "${path}");
        cleaned = Email().Replace(cleaned, Redacted);
        cleaned = Jwt().Replace(cleaned, Redacted);
        return Bearer().Replace(cleaned, Redacted);
    }

    internal static string CleanSql(string text) => Literal().Replace(text, "'?'");

    private static (bool Changed, object? Value) Replacement(string key, object? value)
    {
        if (Array.IndexOf(Dropped, key) >= 0 || Array.Exists(DroppedPrefixes, prefix => key.StartsWith(prefix, StringComparison.Ordinal))) return (true, null);
        if (Array.Exists(SecretWords, word => key.Contains(word, StringComparison.OrdinalIgnoreCase))) return (true, Redacted);
        if (value is not string text) return (false, null);
        var cleaned = Array.IndexOf(Sql, key) >= 0 ? CleanSql(text) : Clean(text);
        return (!string.Equals(cleaned, text, StringComparison.Ordinal), cleaned);
    }

    [GeneratedRegex(@"(?<path>/[^\s?]*)\?\S*", RegexOptions.NonBacktracking)]
    private static partial Regex QueryString();

    [GeneratedRegex(@"[^\s@/""'<>:=]+@[^\s@/""'<>]+", RegexOptions.NonBacktracking)]
    private static partial Regex Email();

    [GeneratedRegex(@"eyJ[\w-]+(?:\.[\w-]+)*", RegexOptions.NonBacktracking)]
    private static partial Regex Jwt();

    [GeneratedRegex(@"[Bb]earer\s+\S+", RegexOptions.NonBacktracking)]
    private static partial Regex Bearer();

    [GeneratedRegex(@"'(?:[^']|'')*'", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();
}
