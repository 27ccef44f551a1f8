using Mana.Payments.Contracts;

namespace Mana.Payments.Inbox;

/// <summary>Who wants to hear of what.</summary>
internal sealed class StripeSubscribers(IEnumerable<StripeSubscriber> subscribers)
{
    readonly List<StripeSubscriber> _all = [.. subscribers];

    public IReadOnlyCollection<string> Types => [.. _all.SelectMany(one => one.Types).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public bool Wants(string type) => _all.Exists(one => one.Types.Contains(type));

    public IEnumerable<StripeSubscriber> Of(string type) => _all.Where(one => one.Types.Contains(type));

    /// <summary>A metric's label: what nobody handles has no name of its own, so that a sender cannot make series.</summary>
    public string Label(string type) => Wants(type) ? type : "other";
}
