namespace Mana.Load.Day;

/// <summary>What a device does while its app is open.</summary>
internal enum DayAction
{
    Push,
    Pull,
    Refresh,
    Settings,
    Tags,
    Balance,
    Feed,
    React,
    Expand,
    NextOccurrence,
    Import,
    Remind,
}

/// <summary>What happens whether or not a certain device is there.</summary>
internal enum DayEvent
{
    Register,
    SignIn,
    Debit,
    Webhook,
    ReadShare,
    OidcToken,
}

/// <summary>
/// A person's day. The base is the arithmetic of the README, "When one box is not enough": two devices, 40 pushes and about 120 pulls a day (those after a hint among them), a peak
/// of four times the mean, a token refreshed every quarter of an hour that a device is in use, a password once a month. The rest are assumptions of ours.
/// <para>
/// Compressed (24 hours into <c>--minutes 10</c>: 144 times) is <em>when</em> things happen: the pauses between them, how long an app stays open, how often a token is refreshed. Not
/// compressed is everything that the host does by its own clock or that costs what it costs: how long a request, a password hash, a connection's opening takes; lifetimes of tokens,
/// heartbeats, the outbox, jobs and compaction. So a person here is as much work per minute as 144 people are on a real day, but each of them keeps no more records, connections or
/// sessions than one.
/// </para>
/// </summary>
internal static class DayHabits
{
    public static readonly (string App, string Table)[] Apps = [("todo", "tasks"), ("contacts", "contacts"), ("notes", "notes")];

    /// <summary>How often a day a device is taken up, and for how many minutes: together three hours, so that at the peak a third of the people are connected.</summary>
    public static readonly (int Sessions, double Minutes)[] Devices = [(8, 10), (3, 35)];

    /// <summary>Simulated time between refreshes of an app that stays open: as before the end of a token of 15 minutes.</summary>
    public const double RefreshHours = 0.25;

    public const int MostChanges = 3;

    /// <summary>Of a hundred changes, how many edit a record that exists.</summary>
    public const int Edits = 60;

    public const int EventsPerImport = 50;

    /// <summary>One in so many people has a calendar that others read by a link, and a laptop that listens to a stream instead of a socket.</summary>
    public const int ShareEvery = 10;
    public const int StreamEvery = 5;

    /// <summary>Per person and day, beyond what every opening of an app brings: a refresh, a pull of each app, now and then settings and tags.</summary>
    public static readonly (DayAction Action, double Times)[] Actions =
    [
        (DayAction.Push, 40), (DayAction.Pull, 47), (DayAction.Settings, 2), (DayAction.Tags, 2), (DayAction.Balance, 2), (DayAction.Feed, 0.5), (DayAction.React, 0.3),
        (DayAction.Expand, 4), (DayAction.NextOccurrence, 3), (DayAction.Import, 0.02), (DayAction.Remind, 2),
    ];

    /// <summary>Per person and day.</summary>
    public static readonly (DayEvent Event, double Times)[] Events =
    [
        (DayEvent.Register, 0.01), (DayEvent.SignIn, 1 / 30.0), (DayEvent.Debit, 0.6), (DayEvent.Webhook, 0.02), (DayEvent.ReadShare, 2.4), (DayEvent.OidcToken, 0.5),
    ];

    /// <summary>A number of times around <paramref name="mean"/>: a whole one, right on average.</summary>
    public static int Times(double mean, Random random) => (int)mean + (random.NextDouble() < mean - (int)mean ? 1 : 0);
}
