using Mana.Kernel.Configuration;

namespace Mana.Apps.Reminders;

/// <summary>Section <c>Reminders</c> (compute.md 27.5).</summary>
internal sealed class ReminderOptions : IManaOptions
{
    /// <summary>Whether this host claims and sends; others on the database may. The schedule is kept in any case.</summary>
    public bool Enabled { get; set; } = true;

    public int PollSeconds { get; set; } = 30;

    public int BatchSize { get; set; } = 200;

    /// <summary>How long a delivery is left to the host that took it: longer than any attempt lasts.</summary>
    public int LeaseSeconds { get; set; } = 60;

    public int MaxAttempts { get; set; } = 6;

    /// <summary>What is later than this is not sent any more.</summary>
    public int MissedAfterMinutes { get; set; } = 60;

    /// <summary>What is later than this is told as overdue, and paced.</summary>
    public int OverdueAfterSeconds { get; set; } = 60;

    /// <summary>One summary for everything that somebody missed.</summary>
    public bool MissedSummary { get; set; } = true;

    /// <summary>Of overdue messages, over all hosts; so an outage does not end in a flood.</summary>
    public int DispatchPerSecond { get; set; } = 50;

    public int DispatchPerSecondAndUser { get; set; } = 5;

    /// <summary>Messages that one host sends at once.</summary>
    public int Lanes { get; set; } = 64;

    public int RulesPerRecord { get; set; } = 20;

    public int RulesPerUser { get; set; } = 5000;

    public int DeliveryDays { get; set; } = 30;

    public int InstanceDays { get; set; } = 90;

    /// <summary>Where links of mails lead; unset: <c>BASE_URL</c>.</summary>
    public string? WebBaseUrl { get; set; }

    public IEnumerable<string> Problems(bool production)
    {
        if (PollSeconds is < 1 or > 300 || BatchSize is < 1 or > 2000 || Lanes is < 1 or > 1000)
            yield return "Reminders:PollSeconds must be 1–300, Reminders:BatchSize 1–2000, Reminders:Lanes 1–1000.";
        if (LeaseSeconds is < 3 or > 3600 || MaxAttempts is < 1 or > 6)
            yield return "Reminders:LeaseSeconds must be 3–3600 and Reminders:MaxAttempts 1–6.";
        if (MissedAfterMinutes is < 1 or > 1440 || OverdueAfterSeconds is < 1 or > 3600 || DispatchPerSecond < 1 || DispatchPerSecondAndUser < 1)
            yield return "Reminders:MissedAfterMinutes must be 1–1440, Reminders:OverdueAfterSeconds 1–3600, the rates positive.";
        if (RulesPerRecord < 1 || RulesPerUser < 1 || DeliveryDays < 1 || InstanceDays < DeliveryDays)
            yield return "Reminders:RulesPerRecord and RulesPerUser must be positive, InstanceDays at least DeliveryDays.";
    }
}
