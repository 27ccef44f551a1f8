namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>The links of a mirror during a run, and which of them are to be stored.</summary>
internal sealed class LinkSet
{
    readonly Dictionary<string, EventLink> _byEvent = new(StringComparer.Ordinal);
    readonly Dictionary<string, EventLink> _byRemote = new(StringComparer.Ordinal);
    readonly HashSet<EventLink> _changed = [];
    readonly List<EventLink> _dropped = [];

    public LinkSet(IEnumerable<EventLink> stored)
    {
        foreach (var link in stored)
            (_byEvent[link.EventId], _byRemote[link.RemoteId]) = (link, link);
    }

    public IReadOnlyCollection<EventLink> All => [.. _byEvent.Values];

    public EventLink? OfEvent(string eventId) => _byEvent.GetValueOrDefault(eventId);

    public EventLink? OfRemote(string remoteId) => _byRemote.GetValueOrDefault(remoteId);

    public void Put(EventLink link)
    {
        (_byEvent[link.EventId], _byRemote[link.RemoteId]) = (link, link);
        _changed.Add(link);
    }

    public void Drop(EventLink link)
    {
        _byEvent.Remove(link.EventId);
        _byRemote.Remove(link.RemoteId);
        _changed.Remove(link);
        _dropped.Add(link);
    }

    /// <summary>What was dropped goes first: its names may be used again.</summary>
    public async Task StoreAsync(EventLinks links, CancellationToken cancellationToken)
    {
        foreach (var link in _dropped)
            await links.DropAsync(link, cancellationToken);
        foreach (var link in _changed)
            await links.PutAsync(link, cancellationToken);
        _dropped.Clear();
        _changed.Clear();
    }
}
