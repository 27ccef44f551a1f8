using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mana.Apps.Calendar.Ics;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>What of an event is mirrored, and changes by itself: somebody may rename it here while somebody moves it there.</summary>
internal enum Facet
{
    Title,
    Description,
    Location,
    Time,
    Recurrence,
    Visibility,
    Alarms,
}

/// <summary>An event, facet by facet, in a form that can be compared. Of what was agreed with Google only hashes are kept.</summary>
internal sealed class EventFacets
{
    public static readonly Facet[] All = Enum.GetValues<Facet>();
    const int HashLength = 16;

    readonly string[] _values;

    EventFacets(string[] values) => _values = values;

    public static EventFacets Of(IcsEvent item) => new(
    [
        item.Title ?? "",
        item.Description ?? "",
        item.Location ?? "",
        Time(item),
        item.RecurrenceId is null ? $"{item.Rule}|{Instants(item.ExDates)}|{Instants(item.RDates)}" : "",
        $"{(item.Transparency == "TRANSPARENT" ? item.Transparency : "")}|{item.Visibility}",
        string.Join(',', item.Alarms.Select(alarm => alarm.MinutesBefore).OfType<int>().Order()),
    ]);

    public string HashOf(Facet facet) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_values[(int)facet])))[..HashLength];

    public bool Equal(Facet facet, EventFacets other) => _values[(int)facet] == other._values[(int)facet];

    /// <summary>All hashes, as they are stored.</summary>
    public string Hashes => string.Join('.', All.Select(HashOf));

    /// <summary>The zone counts only where it decides something: for what is repeated.</summary>
    static string Time(IcsEvent item) => item.Start.IsDate ? $"{item.Start.Text}/{item.End.Text}"
        : string.Create(CultureInfo.InvariantCulture, $"{item.Start.Instant.ToUnixTimeSeconds()}/{item.End.Instant.ToUnixTimeSeconds()}/{(item.Rule is null && item.RDates.Count == 0 ? "" : item.Start.Zone?.Id ?? "UTC")}");

    static string Instants(IReadOnlyList<IcsTime> times) => string.Join(',', times.Select(time => time.Instant.ToUnixTimeSeconds()).Distinct().Order());
}

/// <summary>Hashes of facets as they were when both sides agreed; one that was never agreed is empty.</summary>
internal sealed class AgreedFacets
{
    readonly string[] _hashes;

    AgreedFacets(string[] hashes) => _hashes = hashes;

    public static AgreedFacets Read(string text) => new(text.Split('.') is { } parts && parts.Length == EventFacets.All.Length ? parts : [.. EventFacets.All.Select(_ => "")]);

    public static AgreedFacets None => Read("");

    public string this[Facet facet]
    {
        get => _hashes[(int)facet];
        set => _hashes[(int)facet] = value;
    }

    public bool Holds(Facet facet, EventFacets now) => _hashes[(int)facet] == now.HashOf(facet);

    public Facet[] ChangedIn(EventFacets now) => [.. EventFacets.All.Where(facet => !Holds(facet, now))];

    public override string ToString() => string.Join('.', _hashes);
}
