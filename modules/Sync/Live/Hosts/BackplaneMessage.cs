using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mana.Sync.Live.Hosts;

/// <summary>
/// One notification between hosts. PostgreSQL takes less than 8,000 bytes, so announcements are spread over as many messages as they
/// need, and the names of members are short. Hosts of two releases may run side by side: a kind that is not known is ignored.
/// </summary>
internal sealed record BackplaneMessage
{
    public const string Channel = "mana_sync";
    public const int MostBytes = 7_500;

    static readonly JsonSerializerOptions Format = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Who sends: a host does not listen to itself.</summary>
    [JsonPropertyName("h")]
    public required string Host { get; init; }

    [JsonPropertyName("c")]
    public IReadOnlyList<Change>? Changes { get; init; }

    [JsonPropertyName("members")]
    public string? MembershipsOf { get; init; }

    [JsonPropertyName("entitled")]
    public string? EntitlementOf { get; init; }

    [JsonPropertyName("session")]
    public string? Session { get; init; }

    /// <summary>Of <see cref="Session"/>.</summary>
    [JsonPropertyName("user")]
    public string? User { get; init; }

    /// <summary>Anything behind this position may have changed.</summary>
    [JsonPropertyName("since")]
    public long? Since { get; init; }

    /// <summary>An announcement on the wire.</summary>
    internal sealed record Change(
        [property: JsonPropertyName("s")] string Scope, [property: JsonPropertyName("a")] string App, [property: JsonPropertyName("t")] IReadOnlyList<string> Tables,
        [property: JsonPropertyName("u")] string Author, [property: JsonPropertyName("d")] string Device, [property: JsonPropertyName("p")] long Position,
        [property: JsonPropertyName("o")] string? OnlyUser)
    {
        public Announcement Announcement => new(Scope, App, Tables, Author, Device, Position, OnlyUser);
    }

    public static string Of(string host, LiveSignal signal) => (signal switch
    {
        LiveSignal.Memberships changed => new BackplaneMessage { Host = host, MembershipsOf = changed.UserId },
        LiveSignal.Entitlement changed => new BackplaneMessage { Host = host, EntitlementOf = changed.UserId },
        LiveSignal.Session ended => new BackplaneMessage { Host = host, Session = ended.SessionId, User = ended.UserId },
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    }).Text();

    public static string OfEverything(string host, long since) => new BackplaneMessage { Host = host, Since = since }.Text();

    /// <summary>As few messages as hold all of them; one with very many tables is told in several parts.</summary>
    public static IEnumerable<string> Of(string host, IEnumerable<Announcement> announcements)
    {
        var envelope = Size(new BackplaneMessage { Host = host, Changes = [] });
        var (page, used) = (new List<Change>(), envelope);
        foreach (var change in announcements.SelectMany(announcement => Parts(announcement, MostBytes - envelope)))
        {
            var size = Size(change) + 1;
            if (used + size > MostBytes && page.Count > 0)
            {
                yield return new BackplaneMessage { Host = host, Changes = page }.Text();
                (page, used) = ([], envelope);
            }

            page.Add(change);
            used += size;
        }

        if (page.Count > 0)
            yield return new BackplaneMessage { Host = host, Changes = page }.Text();
    }

    /// <summary>Null for what is no message of ours.</summary>
    public static BackplaneMessage? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<BackplaneMessage>(text, Format);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static IEnumerable<Change> Parts(Announcement announcement, int most)
    {
        var whole = new Change(
            announcement.Scope, announcement.AppId, announcement.Tables, announcement.AuthorId, announcement.ClientId, announcement.Position, announcement.OnlyUser);
        if (Size(whole) < most || whole.Tables.Count < 2)
            return [whole];
        var half = whole.Tables.Count / 2;
        return Parts(announcement with { Tables = [.. whole.Tables.Take(half)] }, most).Concat(Parts(announcement with { Tables = [.. whole.Tables.Skip(half)] }, most));
    }

    static int Size<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Format).Length;

    string Text() => JsonSerializer.Serialize(this, Format);
}
