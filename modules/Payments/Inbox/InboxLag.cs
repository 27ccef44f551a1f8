using Mana.Kernel.Database;
using Mana.Payments.Contracts;
using Npgsql;

namespace Mana.Payments.Inbox;

/// <summary>Asked of the database and not of the dispatcher's samples: a dispatcher that stands still samples nothing.</summary>
internal sealed class InboxLag(NpgsqlDataSource database, IStripeAvailability stripe, TimeProvider time) : IStripeInboxLag
{
    public async Task<TimeSpan?> OfOldestAsync(CancellationToken cancellationToken)
    {
        if (!stripe.CanCall)
            return null;
        var oldest = await database.Sql("SELECT min(received_at) FROM payments.events WHERE status = 'pending'").ValueAsync<DateTime>(cancellationToken);
        return oldest == default || time.GetUtcNow().UtcDateTime <= oldest ? TimeSpan.Zero : time.GetUtcNow().UtcDateTime - oldest;
    }
}
