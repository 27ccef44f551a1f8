using System.Threading.Channels;

namespace Mana.Kernel.Outbox;

/// <summary>
/// Wakes the dispatcher of this host. For outboxes without the trigger of <see cref="OutboxModel.TriggerSql"/>: transactions that NOTIFY commit one after the other
/// (PostgreSQL takes one lock for all of them), which is too slow for what is written with every push. Ring after the commit; a ring that a crash has swallowed is made up for by the poll.
/// </summary>
public sealed class OutboxBell
{
    readonly Channel<bool> _rings = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Returns at once; ringing twice is ringing once.</summary>
    public void Ring() => _rings.Writer.TryWrite(true);

    internal async Task WaitAsync(CancellationToken cancellationToken) => await _rings.Reader.ReadAsync(cancellationToken);
}
