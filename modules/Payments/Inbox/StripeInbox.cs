using Mana.Payments.Contracts;
using Mana.Payments.Reconciliation;

namespace Mana.Payments.Inbox;

/// <summary>What the outside may ask of the inbox.</summary>
internal sealed class StripeInbox(InboxDispatcher dispatcher, EventPull pull) : IStripeInbox
{
    public Task<int> DrainAsync(CancellationToken cancellationToken) => dispatcher.DrainAsync(cancellationToken);

    public Task<StripeResult<int>> PullAsync(DateTimeOffset since, CancellationToken cancellationToken) => pull.PullAsync(since, cancellationToken);
}
