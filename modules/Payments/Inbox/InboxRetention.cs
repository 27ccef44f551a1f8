using Mana.Kernel.Jobs;
using Npgsql;

namespace Mana.Payments.Inbox;

/// <summary>Payloads go after a time, events that were not ours altogether; the envelopes of ours stay (commerce.md 13.2).</summary>
internal sealed class InboxRetention(NpgsqlDataSource database, StripeOptions options, TimeProvider time) : IManaJob
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - TimeSpan.FromDays(options.PayloadDays);
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("DELETE FROM payments.events WHERE received_at < $1 AND outcome IN ('ignored_type', 'ignored_foreign')") { Parameters = { new() { Value = before } } });
        batch.BatchCommands.Add(new("UPDATE payments.events SET payload = NULL WHERE received_at < $1 AND payload IS NOT NULL AND status = 'processed'") { Parameters = { new() { Value = before } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
