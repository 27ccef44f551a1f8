using Mana.Apps.Calendar.Ics;
using Mana.Apps.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar.CalDav;

/// <summary>What is known of a calendar's objects during a run, and what of that is to be stored when its events are.</summary>
internal sealed class KnownObjects(Guid externalId, IEnumerable<DavObject> stored)
{
    readonly Dictionary<string, DavObject> _known = stored.ToDictionary(one => one.Href, StringComparer.Ordinal);
    readonly Dictionary<string, (string? ETag, string? Uid)> _changed = new(StringComparer.Ordinal);
    readonly HashSet<string> _dropped = new(StringComparer.Ordinal);
    readonly HashSet<string> _deleted = new(StringComparer.Ordinal);

    /// <summary>Whether it must be fetched. Who gives no versions is asked for everything.</summary>
    public bool IsNew(DavEntry entry) => entry.ETag is null || !_known.TryGetValue(entry.Key, out var held) || held.ETag != entry.ETag;

    public List<string> NotAmong(IEnumerable<DavEntry> entries) => [.. _known.Keys.Except(entries.Select(entry => entry.Key), StringComparer.Ordinal)];

    /// <summary>Gone from the server with its event; or only out of the window, and then the event stays.</summary>
    public void Forget(string key, bool isGone)
    {
        if (!_known.TryGetValue(key, out var held))
            return;
        _dropped.Add(key);
        if (isGone && held.Uid is { } uid)
            _deleted.Add(uid);
    }

    public void Keep(DavEntry entry) => _changed[entry.Key] = (entry.ETag, _known.GetValueOrDefault(entry.Key)?.Uid);

    /// <summary>It was read, and holds this event now.</summary>
    /// <param name="isWhole">Everything in it was read: instances that it does not name any more are gone.</param>
    public void Replace(DavEntry entry, string? uid, bool isWhole)
    {
        var before = _known.GetValueOrDefault(entry.Key)?.Uid;
        _changed[entry.Key] = (entry.ETag, uid ?? (isWhole ? null : before));
        if (!isWhole)
            return;
        if (uid is not null)
            _deleted.Add(uid);
        if (before is not null)
            _deleted.Add(before);
    }

    /// <summary>Events whose records go, but for those that are written now and those that another object still holds.</summary>
    public List<string> DeletedUids(IEnumerable<IcsEvent> events)
    {
        var elsewhere = _known.Values.Where(one => !_dropped.Contains(one.Href) && !_changed.ContainsKey(one.Href)).Select(one => one.Uid).ToHashSet(StringComparer.Ordinal);
        var written = events.Select(item => item.Uid).ToHashSet(StringComparer.Ordinal);
        return [.. _deleted.Where(uid => written.Contains(uid) || !elsewhere.Contains(uid))];
    }

    public void Store(AppsDbContext database)
    {
        foreach (var key in _dropped.Where(key => !_changed.ContainsKey(key)))
            database.Remove(_known[key]);
        foreach (var (key, (etag, uid)) in _changed)
            if (_known.TryGetValue(key, out var held))
                (held.ETag, held.Uid) = (etag, uid);
            else
                database.Add(new DavObject { ExternalId = externalId, Href = key, ETag = etag, Uid = uid });
    }
}
