using Mana.Sync.Cursors;
using Mana.Sync.Devices;
using Mana.Sync.Pull;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.Extensions.Logging;

namespace Mana.Sync.Live.Streams;

/// <summary>
/// One stream from its greeting to its end. Backlog and live are the same thing: whenever there may be something new, a round reads from the
/// stream's own position to the newest positions and moves there. The connection listens before the first round begins, so what commits
/// during a round makes another one (sync.md 8.5).
/// </summary>
/// <param name="start">Position of the client when it connected.</param>
internal sealed class StreamSession(
    StreamConnection connection, StreamQuery query, ReadVector start, StreamOutput output, Feed feed, StreamReads reads, Memberships memberships, IStreamGate gate,
    DeviceNotes devices, ILogger<StreamSession> log)
{
    readonly StreamEvents _events = new();
    readonly OpenTables _open = new();
    ReadStart _since = query.Start;
    ReadVector _at = start;
    StreamWork _unfinished;
    long _told;
    long _noted;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _events.Greeting();
        await output.StartAsync(_events);
        connection.Wake();
        while (connection.EndReason is null)
        {
            var work = await connection.NextAsync(cancellationToken);
            try
            {
                await DoAsync(work, cancellationToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or IOException))
            {
                log.LogWarning("A stream could not read ({Kind}); it will try again", exception.GetType().Name);
                connection.Later(_unfinished | StreamWork.Read);
            }

            _events.End(null);
            await output.SendAsync(_events);
            NoteWhatWasTold();
        }

        _events.Closed(NameOf(connection.EndReason.Value));
        await output.SendAsync(_events);
    }

    /// <summary>
    /// After it was sent, for all apps whenever the scope has moved, whichever app moved it: lag is counted from there. Not with every heartbeat: what an
    /// idle stream repeats would crowd the notes of others out.
    /// </summary>
    void NoteWhatWasTold()
    {
        if (_noted == _told)
            return;
        _noted = _told;
        foreach (var app in query.Selection.Apps)
            devices.Read(connection.Identity!.UserId, query.ClientId, app, _told);
    }

    async Task DoAsync(StreamWork work, CancellationToken cancellationToken)
    {
        await DoOtherAsync(work, cancellationToken);
        if (work.HasFlag(StreamWork.Read) && connection.EndReason is null)
            await ReadAsync(connection.Identity!.Tenant, cancellationToken);
    }

    /// <summary>Everything but reading: it stays due until it has succeeded.</summary>
    async Task DoOtherAsync(StreamWork work, CancellationToken cancellationToken)
    {
        if (connection.EndReason is not null)
            return;
        _unfinished = work;
        if (work.HasFlag(StreamWork.Heartbeat))
        {
            _events.Heartbeat();
            // Sent once, however often the rest is tried.
            _unfinished = work & ~StreamWork.Heartbeat;
        }

        if (work.HasFlag(StreamWork.Regroup))
            await memberships.RefreshAsync(connection, cancellationToken);
        if (work.HasFlag(StreamWork.AskGate) && !await gate.MayStreamAsync(connection.Identity!.UserId, query.Selection.Apps, cancellationToken))
            connection.End(LiveEnd.Billing);
        foreach (var spaceId in connection.TakeRemovedSpaces())
            _events.SpaceRemoved(spaceId);
        _unfinished = StreamWork.None;
    }

    /// <summary>One round. It stops early when the stream ends or may read something else now; the next one goes on from where the cursor is.</summary>
    async Task ReadAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        var news = await reads.RunAsync(() => feed.NewsAsync(tenant, query.Selection.Apps, _at, cancellationToken), cancellationToken);
        foreach (var app in news.Apps)
        {
            if (await ReadAppAsync(tenant, app, news.Heads, cancellationToken))
                continue;
            connection.Wake();
            return;
        }

        var end = PageEnd.Of(RequestFor(tenant, query.Selection.Apps[0]), _at, news.Heads, null);
        foreach (var (app, table) in _open.TakeAll())
            Changes(app, table, [], end with { HasMore = false });
        // An empty scope has position 0, which would mean that the client still waits for its first state.
        _at = ReadVector.Of(tenant, scope => Math.Max(end.Vector.At(scope), Position.Step));
        _since = default;
        _told = end.Vector.Own;
        _events.End(Id());
    }

    async Task<bool> ReadAppAsync(Tenant tenant, string app, ScopeHeads heads, CancellationToken cancellationToken)
    {
        var request = RequestFor(tenant, app);
        for (var after = _at; ;)
        {
            var from = after;
            var page = await reads.RunAsync(() => feed.ReadAsync(request, from, heads, cancellationToken), cancellationToken);
            foreach (var table in page.Rows.GroupBy(row => row.Table, StringComparer.Ordinal))
            {
                Changes(app, table.Key, table, page.End);
                _open.Note(app, table.Key, page.End.HasMore);
            }

            if (!page.End.HasMore)
            {
                foreach (var table in _open.Take(app))
                    Changes(app, table, [], page.End);
                return true;
            }

            after = page.End.Vector;
            // Within one app every page is a place to resume from; of several, one may be read to the end and another not yet.
            if (!query.NamesApp)
                _at = after;
            _events.End(query.NamesApp ? null : Id());
            await output.SendAsync(_events);
            if (connection.TakeOther() is not StreamWork.None and var other)
                await DoOtherAsync(other, cancellationToken);
            if (connection.EndReason is not null || !ReferenceEquals(tenant, connection.Identity!.Tenant))
                return false;
        }
    }

    void Changes(string app, string table, IEnumerable<FeedRow> rows, PageEnd end) =>
        _events.Changes(query.NamesApp ? app : null, table, rows, end.SyncedUntil, end.HasMore);

    DeltaRequest RequestFor(Tenant tenant, string app) =>
        new(tenant, Selection.Of([app], query.Selection.Collections), query.ClientId, _since, Limits.PullPage);

    /// <summary>Null when the cursor would be too long to be accepted again; the client then resumes from an older one.</summary>
    string? Id()
    {
        var id = new SyncCursor(query.Selection, _at).Encode(connection.Identity!.UserId);
        return id.Length <= SyncCursor.LongestText ? id : null;
    }

    static string NameOf(LiveEnd reason) => reason switch
    {
        LiveEnd.TokenExpired => "token-expired",
        LiveEnd.SessionRevoked => "session-revoked",
        LiveEnd.Billing => "billing",
        LiveEnd.ServerShutdown => "server-shutdown",
    };
}

/// <summary>Tables whose last event promised more: each gets an event that says there is none, even when nothing of it follows.</summary>
internal sealed class OpenTables
{
    readonly Dictionary<string, SortedSet<string>> _byApp = new(StringComparer.Ordinal);

    public void Note(string app, string table, bool hasMore)
    {
        if (!_byApp.TryGetValue(app, out var tables))
            _byApp[app] = tables = new SortedSet<string>(StringComparer.Ordinal);
        _ = hasMore ? tables.Add(table) : tables.Remove(table);
    }

    public IReadOnlyCollection<string> Take(string app) => _byApp.Remove(app, out var tables) ? tables : [];

    public IEnumerable<(string App, string Table)> TakeAll() =>
        from app in _byApp.Keys.ToList()
        from table in Take(app)
        select (app, table);
}
