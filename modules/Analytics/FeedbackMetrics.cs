using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;

namespace Mana.Analytics;

/// <summary>Meter <c>Mana.Analytics</c> (commerce.md 13.1). Labels come from closed sets.</summary>
internal sealed class FeedbackMetrics
{
    readonly Counter<long> _submissions;
    readonly Counter<long> _reactions;
    readonly Counter<long> _grants;
    readonly Counter<long> _titleFailures;

    public FeedbackMetrics(IMeterFactory meters)
    {
        var meter = meters.ForModule("Analytics");
        _submissions = meter.CreateCounter<long>("feedback_submissions_total", description: "Wishes, bugs and replies that were submitted");
        _reactions = meter.CreateCounter<long>("feedback_reactions_total", description: "Reactions that were added or removed");
        _grants = meter.CreateCounter<long>("feedback_grants_total", description: "Rewards, by what became of them");
        _titleFailures = meter.CreateCounter<long>("feedback_title_failures_total", description: "Titles that the gateway did not find");
    }

    public void Submitted(string category) => _submissions.Add(1, new KeyValuePair<string, object?>("category", category));

    public void Reacted(string emoji, bool added) => _reactions.Add(1, new("emoji", emoji), new("direction", added ? "add" : "remove"));

    public void Granted(string reason, string outcome) => _grants.Add(1, new("reason", reason), new("outcome", outcome));

    public void TitleFailed() => _titleFailures.Add(1);
}
