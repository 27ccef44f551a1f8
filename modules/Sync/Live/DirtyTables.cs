using Mana.Sync.Wire;

namespace Mana.Sync.Live;

/// <summary>
/// What changed since a socket was last told: tables by app with the newest position, not a queue of events, so a slow reader costs as
/// much as a fast one. The common case, one announcement, is kept as it came and allocates nothing.
/// </summary>
internal sealed class DirtyTables
{
    /// <summary>What a few pushes can name. Who is further behind is better served by reconnecting and reading everything.</summary>
    public const int Most = 4 * Limits.Changes;

    readonly Dictionary<string, (SortedSet<string> Tables, long Position)> _apps = new(StringComparer.Ordinal);
    Announcement? _only;
    int _tables;

    /// <summary>Returns false when there is more than one connection should remember.</summary>
    public bool Add(Announcement announcement)
    {
        if (_only is null && _apps.Count == 0)
        {
            _only = announcement;
            return true;
        }

        if (_only is { } first)
        {
            _only = null;
            Merge(first);
        }

        Merge(announcement);
        return _tables <= Most;
    }

    /// <summary>One hint per app.</summary>
    public IEnumerable<byte[]> Hints()
    {
        if (_only is not null)
            return [_only.Hint];
        return _apps.OrderBy(app => app.Key, StringComparer.Ordinal).Select(app => Sockets.SocketMessages.SyncAvailable(app.Key, app.Value.Tables, app.Value.Position));
    }

    void Merge(Announcement announcement)
    {
        if (!_apps.TryGetValue(announcement.AppId, out var app))
            app = (new SortedSet<string>(StringComparer.Ordinal), 0);
        foreach (var table in announcement.Tables)
            if (app.Tables.Add(table))
                _tables++;
        _apps[announcement.AppId] = (app.Tables, Math.Max(app.Position, announcement.Position));
    }
}
