using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Apps.Calendar.Export;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Wire;
using Mana.Sync.Contracts;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>
/// What Google changed, brought together with what changed here since both agreed, facet by facet: a change of one side is taken by the other; of two changes of one facet the
/// later one stays; a change that a deletion had not seen wins over it. What wins here is left to the export that follows.
/// </summary>
internal sealed class PullMerge(ExternalCalendar calendar, MirrorState state, LinkSet links, LocalWrites writes)
{
    readonly string _source = $"external|{calendar.Id:N}";
    readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public int Created { get; private set; }

    public int Updated { get; private set; }

    public int Deleted { get; private set; }

    /// <summary>Series before their instances, which need them.</summary>
    public void Take(IReadOnlyList<JsonElement> items)
    {
        foreach (var item in items.OrderBy(GoogleEvent.IsInstance))
            if (GoogleEvent.Text(item, "id") is { } id)
            {
                _seen.Add(id);
                if (GoogleEvent.IsInstance(item))
                    TakeInstance(item, id);
                else if (GoogleEvent.IsCancelled(item))
                    Cancelled(links.OfRemote(id), item);
                else
                    TakeEvent(item, id, null);
            }
    }

    /// <summary>After everything was listed: what should have been among it and was not. Whoever asks for it learns whether it is gone.</summary>
    public IEnumerable<EventLink> Missing(GoogleItems listed) => listed.CompleteFrom is not { } from ? [] : links.All.Where(link => link.ETag is not null && !_seen.Contains(link.RemoteId)
        && state.Find(link.EventId) is { Item: { RecurrenceId: null } item } one && !state.IsGone(one) && item.Start.Instant < listed.CompleteTo && (item.Rule is not null || item.End.Instant > from));

    /// <summary>Google has it no more, or says that it is cancelled.</summary>
    public void Cancelled(EventLink? link, JsonElement? item)
    {
        if (link is null)
            return;
        if (state.Find(link.EventId) is not { Facets: { } ours } one || state.IsGone(one))
        {
            links.Drop(link);
            return;
        }

        if (AgreedFacets.Read(link.Ours).ChangedIn(ours).Length > 0)
        {
            // Changed here without knowing of the deletion: it is given to Google again, as a whole.
            (link.ETag, link.Ours, link.Theirs) = (item is { } known ? GoogleEvent.Text(known, "etag") : null, AgreedFacets.None.ToString(), AgreedFacets.None.ToString());
            links.Put(link);
            return;
        }

        foreach (var gone in state.InstancesOf(one).Append(one))
        {
            writes.Delete(gone);
            state.Put(gone.Record with { IsDeleted = true }, gone.Block is { } block ? block with { IsDeleted = true } : null);
            if (links.OfEvent(gone.Record.Id) is { } dead)
                links.Drop(dead);
        }

        Deleted++;
    }

    void TakeInstance(JsonElement item, string id)
    {
        var series = links.OfRemote(GoogleEvent.SeriesOf(item)) is { } of ? state.Find(of.EventId) : null;
        if (series is null || state.IsGone(series) || GoogleEvent.Read(item) is not { RecurrenceId: { } original } read)
            return;
        if (!GoogleEvent.IsCancelled(item))
        {
            TakeEvent(item, id, series);
            return;
        }

        if (links.OfRemote(id) is { } link && state.Find(link.EventId) is { Facets: { } ours } && AgreedFacets.Read(link.Ours).ChangedIn(ours).Length > 0)
        {
            Cancelled(link, item);
            return;
        }

        Cancelled(links.OfRemote(id), item);
        Except(series, original);
    }

    /// <summary>Takes an instance out of its series.</summary>
    void Except(MirroredEvent series, IcsTime original)
    {
        var held = (series.Block ?? series.Record).Fields["exdates"];
        if (series.Item!.ExDates.Any(date => date.Instant == original.Instant))
            return;
        var changes = new JsonObject { ["exdates"] = FacetFields.Dates(held, new JsonArray(AppsJson.Text(original.Instant))) };
        var link = links.OfEvent(series.Record.Id)!;
        var agreed = AgreedFacets.Read(link.Ours);
        var wasAgreed = agreed.Holds(Facet.Recurrence, series.Facets!);
        var after = Write(series, [], changes);
        if (wasAgreed)
        {
            agreed[Facet.Recurrence] = after.Facets!.HashOf(Facet.Recurrence);
            link.Ours = agreed.ToString();
            links.Put(link);
        }

        Updated++;
    }

    void TakeEvent(JsonElement item, string id, MirroredEvent? series)
    {
        var (link, etag) = (links.OfRemote(id), GoogleEvent.Text(item, "etag"));
        // What we wrote comes back like this.
        if ((link?.ETag is { } known && known == etag) || GoogleEvent.Read(item) is not { } read)
            return;
        var record = EventRecord.Of(read, calendar.CalendarId, _source);
        if (series?.Block is { } parent)
            record.Block["parentBlockId"] = parent.Id;
        if (link is not null)
        {
            Merge(link, item, read, record, isAdopted: false);
            return;
        }

        var same = Same(series, read);
        // An instance that somebody changed and changed back is none that differs.
        if (same is null && series?.Item is { } whole && EventFacets.Of(MirroredEvent.Regular(whole, read.RecurrenceId!)) is var regular && EventFacets.Of(read) is var told && EventFacets.All.All(facet => told.Equal(facet, regular)))
            return;
        var eventId = RemoteId.EventOf(calendar, item) ?? same?.Record.Id ?? record.EventId;
        link = new EventLink { ExternalId = calendar.Id, EventId = eventId, RemoteId = id, ETag = etag, Ours = AgreedFacets.None.ToString(), Theirs = AgreedFacets.None.ToString() };
        // Both had deleted it, and Google took it back.
        if (state.Find(eventId) is { } gone && state.IsGone(gone) && !gone.Record.IsPrivate)
            Restore(link, gone, EventFacets.Of(read), record);
        else if (state.Find(eventId) is not null)
            Merge(link, item, read, record, isAdopted: true);
        else if (eventId == record.EventId)
            Create(link, read, record);
        else
            links.Put(link);
    }

    /// <summary>The changed instance that was made here and not exported yet.</summary>
    MirroredEvent? Same(MirroredEvent? series, IcsEvent read) =>
        series is null ? null : state.InstancesOf(series).FirstOrDefault(one => !state.IsGone(one) && one.Item?.RecurrenceId?.Instant == read.RecurrenceId?.Instant);

    void Create(EventLink link, IcsEvent read, EventRecord record)
    {
        (record.Event["importHash"], record.Event["importSource"], record.Event["importEnds"]) = (record.Fingerprint, _source, read.Rule is null ? AppsJson.Text(read.End.Instant) : "9999");
        var block = new SyncRecord("timeblocks", "timeBlocks", record.BlockId, record.Block, 0, false, false);
        var what = new SyncRecord(CalendarAccess.App, "events", record.EventId, record.Event, 0, false, false);
        writes.Block(block, record.Block);
        writes.Event(what, record.Event);
        Agree(link, state.Put(what, block), EventFacets.Of(read), EventFacets.All);
        Created++;
    }

    void Merge(EventLink link, JsonElement item, IcsEvent read, EventRecord record, bool isAdopted)
    {
        var (theirs, theirBase, ourBase) = (EventFacets.Of(read), AgreedFacets.Read(link.Theirs), AgreedFacets.Read(link.Ours));
        var here = state.Find(link.EventId);
        if (here is null || state.IsGone(here))
        {
            link.ETag = GoogleEvent.Text(item, "etag");
            var edited = EventFacets.All.Any(facet => !theirBase.Holds(facet, theirs) && here?.Facets?.Equal(facet, theirs) != true);
            if (here is { Record.IsPrivate: false } && edited)
                Restore(link, here, theirs, record);
            else
                links.Put(link);
            return;
        }

        // Its block has not arrived; it is dealt with when it has.
        if (here.Facets is not { } ours)
            return;
        link.ETag = GoogleEvent.Text(item, "etag");
        var take = new List<Facet>();
        foreach (var facet in EventFacets.All)
        {
            var equal = ours.Equal(facet, theirs);
            var changedThere = isAdopted ? StoredEvent.Text(here.Record.Fields, "importHash") is { } held && held != record.Fingerprint : !theirBase.Holds(facet, theirs);
            var changedHere = isAdopted || !ourBase.Holds(facet, ours);
            if (!equal && changedThere && (!changedHere || GoogleBody.Updated(item) > here.Arrived(facet)))
                take.Add(facet);
            else if (equal)
                ourBase[facet] = ours.HashOf(facet);
            if (equal || changedThere || isAdopted)
                theirBase[facet] = theirs.HashOf(facet);
        }

        (link.Ours, link.Theirs) = (ourBase.ToString(), theirBase.ToString());
        links.Put(link);
        if (take.Count == 0)
            return;
        var (what, when) = FacetFields.Of(record, take, here);
        Agree(link, Write(here, what, when), theirs, take);
        Updated++;
    }

    /// <summary>Deleted here, and changed there by somebody who could not know: it lives again, as they left it.</summary>
    void Restore(EventLink link, MirroredEvent gone, EventFacets theirs, EventRecord record)
    {
        var (what, when) = FacetFields.Of(record, EventFacets.All, gone);
        Agree(link, Write(gone, what, when), theirs, EventFacets.All);
        Created++;
    }

    MirroredEvent Write(MirroredEvent one, JsonObject what, JsonObject when)
    {
        if (one.Block is not { } block)
        {
            foreach (var (name, value) in when.Where(change => !what.ContainsKey(change.Key)))
                what[name] = value?.DeepClone();
            writes.Event(one.Record, what);
            return state.Put(MirrorState.With(one.Record, what), null);
        }

        if (when.Count > 0 || block.IsDeleted)
            writes.Block(block, when);
        if (what.Count > 0 || one.Record.IsDeleted)
            writes.Event(one.Record, what);
        return state.Put(MirrorState.With(one.Record, what), MirrorState.With(block, when));
    }

    void Agree(EventLink link, MirroredEvent after, EventFacets theirs, IEnumerable<Facet> facets)
    {
        if (after.Facets is null)
            return;
        var (ourBase, theirBase) = (AgreedFacets.Read(link.Ours), AgreedFacets.Read(link.Theirs));
        foreach (var facet in facets)
            (ourBase[facet], theirBase[facet]) = (after.Facets.HashOf(facet), theirs.HashOf(facet));
        (link.Ours, link.Theirs) = (ourBase.ToString(), theirBase.ToString());
        links.Put(link);
    }
}
