using System.Diagnostics.Metrics;
using Npgsql;

namespace Mana.Kernel.Outbox;

/// <summary><c>mana_outbox_pending</c> and <c>mana_outbox_parked</c> by module: sampled, so that a scrape never asks the database.</summary>
internal sealed class OutboxGauges
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    readonly List<OutboxStore> _stores;
    readonly NpgsqlDataSource _database;
    readonly TimeProvider _time;
    readonly (long Pending, long Parked)[] _counts;
    DateTimeOffset _sampledAt = DateTimeOffset.MinValue;

    public OutboxGauges(Meter meter, List<OutboxStore> stores, NpgsqlDataSource database, TimeProvider time)
    {
        (_stores, _database, _time) = (stores, database, time);
        _counts = new (long, long)[stores.Count];
        meter.CreateObservableGauge("mana_outbox_pending", () => Read(count => count.Pending), description: "Events that wait for delivery");
        meter.CreateObservableGauge("mana_outbox_parked", () => Read(count => count.Parked), description: "Events given up after too many failures; see /api/v1/internal/outbox/parked");
    }

    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (now - _sampledAt < Interval)
            return;
        _sampledAt = now;
        for (var i = 0; i < _stores.Count; i++)
            _counts[i] = await _stores[i].CountAsync(_database, cancellationToken);
    }

    IEnumerable<Measurement<long>> Read(Func<(long Pending, long Parked), long> value) =>
        _stores.Select((store, i) => new Measurement<long>(value(_counts[i]), new KeyValuePair<string, object?>("module", store.Schema)));
}
