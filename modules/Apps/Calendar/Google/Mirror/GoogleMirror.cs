using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Records;
using Mana.Sync.Contracts;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>One run of a mirror that writes to Google (compute.md 9.5): with <c>both</c> Google's changes first, then ours.</summary>
internal sealed class GoogleMirror(GoogleFeed feed, GoogleClient google, GoogleAccounts accounts, EventLinks store, ISyncRecords records, TimeProvider time)
{
    /// <summary>Counts in the run what was done on either side.</summary>
    /// <param name="stillHere">Called now and then: the run is alive.</param>
    public async Task<SourceResult> RunAsync(ExternalCalendar calendar, FoundCalendar target, ExternalRun run, Func<Task> stillHere, CancellationToken cancellationToken)
    {
        var remote = new RemoteCalendar(google, accounts, calendar, cancellationToken);
        var token = calendar.SyncToken;
        var listed = calendar.Direction == MirrorDirection.Both ? await feed.ReadAsync(calendar, cancellationToken) : new GoogleItems([], null, null);
        if (listed.Failed is { } failed)
            return failed;
        var links = new LinkSet(await store.OfAsync(calendar.Id, cancellationToken));
        var state = await MirrorState.LoadAsync(records, target, cancellationToken);
        if (calendar.Direction == MirrorDirection.Both && await PullAsync(calendar, target, run, listed, state, links, remote, cancellationToken) is { } unfinished)
        {
            calendar.SyncToken = token;
            return unfinished;
        }

        var push = new PushChanges(calendar, state, links, store, remote, feed.Oldest, stillHere, cancellationToken);
        var refused = await push.RunAsync();
        (run.Created, run.Updated, run.Deleted) = (run.Created + push.Created, run.Updated + push.Updated, run.Deleted + push.Deleted);
        if (refused is not null)
            return refused;
        calendar.MirroredPosition = state.Position;
        return new SourceResult(null, [], []) { GoesOn = push.GoesOn };
    }

    /// <summary>Null when all that Google said is stored; otherwise it must be asked for again.</summary>
    async Task<SourceResult?> PullAsync(
        ExternalCalendar calendar, FoundCalendar target, ExternalRun run, GoogleItems listed, MirrorState state, LinkSet links, RemoteCalendar remote, CancellationToken cancellationToken)
    {
        var writes = new LocalWrites(records, calendar.UserId, target.SpaceId, time);
        var pull = new PullMerge(calendar, state, links, writes);
        pull.Take(listed.Items);
        foreach (var link in pull.Missing(listed).ToList())
        {
            var answer = await remote.FindAsync(link.RemoteId);
            if (answer.Failure is GoogleFailure.NotFound or GoogleFailure.Gone || (answer.Failure == GoogleFailure.None && GoogleEvent.IsCancelled(answer.Body)))
                pull.Cancelled(link, answer.Failure == GoogleFailure.None ? answer.Body : null);
            else if (answer.Failure != GoogleFailure.None)
                return GoogleFeed.ResultOf(answer);
        }

        switch (await writes.StoreAsync(cancellationToken))
        {
            case AppendResult.Changed:
                return new SourceResult(null, [], []) { GoesOn = true };
            case not null:
                return SourceResult.Failed("REFUSED");
        }

        await links.StoreAsync(store, cancellationToken);
        (run.Created, run.Updated, run.Deleted) = (pull.Created, pull.Updated, pull.Deleted);
        return null;
    }
}
