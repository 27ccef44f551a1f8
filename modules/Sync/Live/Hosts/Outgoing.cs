namespace Mana.Sync.Live.Hosts;

/// <summary>What waits to be told to the other hosts: either announcements, or "everything behind this position".</summary>
internal sealed record OutgoingBatch(IReadOnlyCollection<Announcement> Announcements, long? EverythingSince)
{
    public bool IsEmpty => Announcements.Count == 0 && EverythingSince is null;
}

/// <summary>
/// Announcements on their way out, merged by who wrote what for whom. Bounded: when the database does not take them for a while they melt
/// into one number.
/// </summary>
internal sealed class Outgoing(LiveMetrics metrics)
{
    const int MostTables = 50_000;

    readonly Lock _lock = new();
    readonly Dictionary<(string Scope, string App, string Author, string Client, string? OnlyUser), Merged> _merged = [];
    int _tables;
    long? _everythingSince;

    public void Add(Announcement announcement)
    {
        lock (_lock)
        {
            if (_everythingSince is { } since)
            {
                _everythingSince = Math.Min(since, announcement.Position);
                metrics.Notified("backplane", "dropped");
                return;
            }

            Merge(announcement);
            if (_tables <= MostTables)
                return;
            metrics.Notified("backplane", "dropped", _merged.Count);
            _everythingSince = _merged.Values.Min(merged => merged.First);
            _merged.Clear();
            _tables = 0;
        }
    }

    public OutgoingBatch Take()
    {
        lock (_lock)
        {
            var batch = new OutgoingBatch([.. _merged.Select(pair => pair.Value.As(pair.Key))], _everythingSince);
            _merged.Clear();
            (_tables, _everythingSince) = (0, null);
            return batch;
        }
    }

    /// <summary>It could not be sent: it waits with what has come since.</summary>
    public void Return(OutgoingBatch batch)
    {
        lock (_lock)
        {
            if (batch.EverythingSince is { } since)
                _everythingSince = Math.Min(since, _everythingSince ?? long.MaxValue);
        }

        foreach (var announcement in batch.Announcements)
            Add(announcement);
    }

    void Merge(Announcement announcement)
    {
        var key = (announcement.Scope, announcement.AppId, announcement.AuthorId, announcement.ClientId, announcement.OnlyUser);
        if (!_merged.TryGetValue(key, out var merged))
            _merged[key] = merged = new Merged(announcement.Position);
        else
            metrics.Notified("backplane", "coalesced");
        _tables += merged.Add(announcement);
    }

    sealed class Merged(long first)
    {
        readonly SortedSet<string> _tables = new(StringComparer.Ordinal);
        long _newest;

        /// <summary>Position that was announced first: nothing of this lies before the push that took it.</summary>
        public long First => first;

        public int Add(Announcement announcement)
        {
            var before = _tables.Count;
            _tables.UnionWith(announcement.Tables);
            _newest = Math.Max(_newest, announcement.Position);
            return _tables.Count - before;
        }

        public Announcement As((string Scope, string App, string Author, string Client, string? OnlyUser) key) =>
            new(key.Scope, key.App, [.. _tables], key.Author, key.Client, _newest, key.OnlyUser);
    }
}
