using Mana.Apps.Calendar.Export;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Ics;
using NodaTime;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>
/// Gives Google what changed here (compute.md 9.5): each step is one call and then one stored link, so whatever dies in between finds by the event's id what it had done. With
/// <c>both</c> a call names the version that it was decided on, and whoever was faster at Google is read first; with <c>export</c> ours is what counts.
/// </summary>
internal sealed class PushChanges(ExternalCalendar calendar, MirrorState state, LinkSet links, EventLinks store, RemoteCalendar remote, Instant oldest, Func<Task> stillHere, CancellationToken cancellationToken)
{
    const int MostCalls = 250;
    readonly string _source = $"external|{calendar.Id:N}";
    readonly bool _guarded = calendar.Direction == MirrorDirection.Both;
    int _calls;

    public int Created { get; private set; }

    public int Updated { get; private set; }

    public int Deleted { get; private set; }

    /// <summary>Not everything is done: there was too much of it, or Google has a newer version.</summary>
    public bool GoesOn { get; private set; }

    /// <summary>Null, or why Google took no more.</summary>
    public async Task<SourceResult?> RunAsync()
    {
        foreach (var link in links.All)
            if ((state.Find(link.EventId) is not { } one || state.IsGone(one)) && await StepAsync(() => RemoveAsync(link)) is { } failed)
                return failed;
        foreach (var one in state.Events.Where(IsOurs).OrderBy(one => one.Item!.RecurrenceId is not null).ToList())
            if (await StepAsync(() => OfferAsync(one)) is { } failed)
                return failed;
        return null;
    }

    bool IsOurs(MirroredEvent one) => one.Item is { IsCancelled: false } item && !state.IsGone(one) && (links.OfEvent(one.Record.Id) is not null
        || ((StoredEvent.Text(one.Record.Fields, "importSource") is not { } source || !source.StartsWith("external|", StringComparison.Ordinal) || source == _source)
            && (item.Rule is not null || item.RecurrenceId is not null || item.End.Instant > oldest)));

    async Task<SourceResult?> StepAsync(Func<Task<GoogleAnswer?>> step)
    {
        if (_calls >= MostCalls)
        {
            GoesOn = true;
            return null;
        }

        var answer = await step();
        if (answer is not null && ++_calls % 5 == 0)
            await stillHere();
        await links.StoreAsync(store, cancellationToken);
        switch (answer?.Failure)
        {
            case GoogleFailure.Stale:
                GoesOn = true;
                return null;
            case null or GoogleFailure.None or GoogleFailure.Invalid or GoogleFailure.NotFound or GoogleFailure.Gone or GoogleFailure.Exists:
                return null;
            default:
                return GoogleFeed.ResultOf(answer);
        }
    }

    async Task<GoogleAnswer?> OfferAsync(MirroredEvent one)
    {
        var (facets, link) = (one.Facets!, links.OfEvent(one.Record.Id));
        if (link?.Refused == facets.Hashes)
            return null;
        if (link is { ETag: null } && one.Item!.RecurrenceId is null)
            return await InsertAsync(one);
        if (link is not null)
            return AgreedFacets.Read(link.Ours).ChangedIn(facets) is { Length: > 0 } changed ? await PatchAsync(one, link, changed, _guarded ? link.ETag : null) : null;
        return one.Item!.RecurrenceId is null ? await InsertAsync(one) : await ChangeInstanceAsync(one);
    }

    async Task<GoogleAnswer?> InsertAsync(MirroredEvent one)
    {
        var link = LinkOf(one, RemoteId.Of(calendar, one.Record.Id));
        var answer = await remote.InsertAsync(GoogleBody.Insert(one.Item!, link.RemoteId, RemoteId.Mark(calendar, one.Record.Id)));
        if (answer.Failure == GoogleFailure.None)
            return Agreed(one, link, answer, () => Created++);
        if (answer.Failure != GoogleFailure.Exists)
            return Refused(one, link, answer);
        // We were here before, and died before we wrote it down; or it was deleted there.
        var known = await remote.FindAsync(link.RemoteId);
        if (known.Failure is GoogleFailure.NotFound or GoogleFailure.Gone)
            return Refused(one, link, GoogleAnswer.Failed(GoogleFailure.Invalid));
        if (known.Failure != GoogleFailure.None)
            return known;
        return GoogleEvent.Read(known.Body) is { } theirs && !GoogleEvent.IsCancelled(known.Body) && EventFacets.Of(theirs) is var there && EventFacets.All.All(facet => one.Facets!.Equal(facet, there))
            ? Agreed(one, link, known, () => { }) : await PatchAsync(one, link, EventFacets.All, GoogleEvent.Text(known.Body, "etag"));
    }

    async Task<GoogleAnswer?> PatchAsync(MirroredEvent one, EventLink link, Facet[] changed, string? etag)
    {
        var answer = await remote.PatchAsync(link.RemoteId, GoogleBody.Patch(one.Item!, changed), etag);
        if (answer.Failure == GoogleFailure.None)
            return Agreed(one, link, answer, () => Updated++);
        if (answer.Failure is not (GoogleFailure.NotFound or GoogleFailure.Gone))
            return Refused(one, link, answer);
        // Deleted there, and changed here since: it is offered anew.
        links.Drop(link);
        GoesOn = true;
        return answer;
    }

    async Task<GoogleAnswer?> ChangeInstanceAsync(MirroredEvent one)
    {
        if (state.SeriesOf(one) is not { } series || links.OfEvent(series.Record.Id) is not { ETag: not null } of)
            return null;
        var (instance, answer) = await remote.InstanceAsync(of.RemoteId, one.Item!.RecurrenceId!);
        if (instance is not { } found || GoogleEvent.Text(found, "id") is not { } id || links.OfRemote(id) is not null)
            return answer;
        return await PatchAsync(one, LinkOf(one, id), EventFacets.All.Where(facet => facet != Facet.Recurrence).ToArray(), GoogleEvent.Text(found, "etag"));
    }

    async Task<GoogleAnswer?> RemoveAsync(EventLink link)
    {
        if (state.Find(link.EventId) is { Item.RecurrenceId: { } original } instance)
            return await ResetAsync(link, instance, original);
        if (link.ETag is null && link.Refused is not null)
        {
            links.Drop(link);
            return null;
        }

        var answer = await remote.DeleteAsync(link.RemoteId, _guarded ? link.ETag : null);
        if (answer.Failure is GoogleFailure.None or GoogleFailure.NotFound or GoogleFailure.Gone)
        {
            links.Drop(link);
            Deleted++;
        }

        return answer;
    }

    /// <summary>A changed instance that is deleted is an instance like the others again, unless the series leaves it out or is gone itself.</summary>
    async Task<GoogleAnswer?> ResetAsync(EventLink link, MirroredEvent instance, IcsTime original)
    {
        var answer = (GoogleAnswer?)null;
        if (state.SeriesOf(instance) is { Item: { } series } parent && !state.IsGone(parent) && !series.ExDates.Any(date => date.Instant == original.Instant))
        {
            answer = await remote.PatchAsync(link.RemoteId, GoogleBody.Patch(MirroredEvent.Regular(series, original), EventFacets.All.Where(facet => facet != Facet.Recurrence)), _guarded ? link.ETag : null);
            if (answer.Failure is not (GoogleFailure.None or GoogleFailure.NotFound or GoogleFailure.Gone))
                return answer;
            Updated++;
        }

        links.Drop(link);
        return answer;
    }

    EventLink LinkOf(MirroredEvent one, string remoteId) =>
        new() { ExternalId = calendar.Id, EventId = one.Record.Id, RemoteId = remoteId, Ours = AgreedFacets.None.ToString(), Theirs = AgreedFacets.None.ToString() };

    GoogleAnswer Agreed(MirroredEvent one, EventLink link, GoogleAnswer answer, Action count)
    {
        (link.ETag, link.Ours, link.Refused) = (GoogleEvent.Text(answer.Body, "etag"), one.Facets!.Hashes, null);
        link.Theirs = GoogleEvent.Read(answer.Body) is { } theirs ? EventFacets.Of(theirs).Hashes : link.Theirs;
        links.Put(link);
        count();
        return answer;
    }

    /// <summary>What Google will never take is not offered again until it changes; everything else is.</summary>
    GoogleAnswer Refused(MirroredEvent one, EventLink link, GoogleAnswer answer)
    {
        if (answer.Failure == GoogleFailure.Invalid)
        {
            link.Refused = one.Facets!.Hashes;
            links.Put(link);
        }

        return answer;
    }
}
