using Mana.Kernel.Configuration;

namespace Mana.Apps.Calendar;

/// <summary>Section <c>Calendar</c>.</summary>
internal sealed class CalendarOptions : IManaOptions
{
    /// <summary>Where this server is seen from outside; unset: <c>BASE_URL</c>.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Hosts (<c>name</c> or <c>name:port</c>) that subscriptions may lie on although their addresses are private; comma-separated.</summary>
    public string PrivateHosts { get; set; } = "";

    /// <summary>Where calendars of Apple are; another one for tests.</summary>
    public string AppleUrl { get; set; } = "https://caldav.icloud.com";

    /// <summary>How often somebody looks for subscriptions that are due.</summary>
    public int PollSeconds { get; set; } = 30;

    /// <summary>How many calendars of others one person may subscribe to.</summary>
    public int MostExternal { get; set; } = 50;

    /// <summary>How often one secret address may be read in a minute; a burst of as many.</summary>
    public int FeedReadsPerMinute { get; set; } = 20;

    public string[] PrivateHostList => PrivateHosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public string Public => (PublicUrl ?? "").TrimEnd('/');

    public IEnumerable<string> Problems(bool production)
    {
        if (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return "Calendar:PublicUrl or BASE_URL must be an absolute URL.";
        if (!Uri.TryCreate(AppleUrl, UriKind.Absolute, out var apple) || (production && apple.Scheme != "https"))
            yield return "Calendar:AppleUrl must be an absolute URL, https in Production.";
        if (PollSeconds < 1 || MostExternal < 1 || FeedReadsPerMinute < 1)
            yield return "Calendar:PollSeconds, Calendar:MostExternal and Calendar:FeedReadsPerMinute must be positive.";
    }
}
