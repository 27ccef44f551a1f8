using NodaTime;
using NodaTime.TimeZones;

namespace Mana.Apps.Reminders.Preferences;

/// <summary>
/// How somebody wants to be told. Until a person has chosen anything, what they asked of each reminder counts: then no channel is off, although the
/// original's default for mail reads false.
/// </summary>
/// <param name="MutedApps">Apps whose reminders are not told.</param>
internal sealed record PersonalSettings(
    bool Email, bool Push, bool Webhook, QuietHours? Quiet, DateTimeZone Zone, string Locale, LocalTime AllDayTime, IReadOnlySet<string> MutedApps)
{
    public const string DefaultZone = "Europe/Berlin";
    public const string DefaultLocale = "de";
    public static readonly LocalTime DefaultAllDayTime = new(9, 0);

    public static readonly PersonalSettings Default =
        new(true, true, true, null, DateTimeZoneProviders.Tzdb[DefaultZone], DefaultLocale, DefaultAllDayTime, new HashSet<string>(StringComparer.Ordinal));

    public bool Allows(string channel, string appId) => !MutedApps.Contains(appId) && channel switch
    {
        Notifications.Contracts.Channel.Push => Push,
        Notifications.Contracts.Channel.Email => Email,
        Notifications.Contracts.Channel.Webhook => Webhook,
        _ => true,
    };
}

/// <summary>A window of each day in which nobody is woken; one that ends before it begins goes over midnight.</summary>
internal sealed record QuietHours(LocalTime Start, LocalTime End)
{
    static readonly ZoneLocalMappingResolver Resolver = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    /// <summary>When the window that the instant lies in ends; null when it lies in none.</summary>
    public Instant? EndOf(Instant instant, DateTimeZone zone)
    {
        if (Start == End)
            return null;
        var now = instant.InZone(zone).LocalDateTime;
        var inside = Start < End ? now.TimeOfDay >= Start && now.TimeOfDay < End : now.TimeOfDay >= Start || now.TimeOfDay < End;
        if (!inside)
            return null;
        var day = Start < End || now.TimeOfDay < End ? now.Date : now.Date.PlusDays(1);
        var end = zone.ResolveLocal(day + End, Resolver).ToInstant();
        // An hour that comes twice: its second pass may lie behind the end of the first.
        return end > instant ? end : null;
    }
}
