using Mana.Sync.Cursors;
using Mana.Sync.Spaces;

namespace Mana.Sync.Live.Streams;

/// <summary>What a stream has to do next; several at once are one round of work.</summary>
[Flags]
internal enum StreamWork
{
    None = 0,
    Read = 1,
    Heartbeat = 2,
    AskGate = 4,
    End = 8,
    Regroup = 16,
}

/// <summary>
/// The listening half of one event stream (sync.md 8). Level-triggered: however much happens while the stream is busy sending, all that is
/// kept of it is that it has to read again, from its own position. Nothing can be lost between a read and the next wait.
/// </summary>
/// <param name="selection">The apps and collections that it carries.</param>
internal sealed class StreamConnection(Selection selection, DateTimeOffset openedAt, TimeSpan heartbeat, LiveMetrics metrics) : ILiveConnection
{
    readonly Lock _lock = new();
    readonly List<string> _removedSpaces = [];
    LiveIdentity? _identity;
    StreamWork _work;
    TaskCompletionSource? _waiting;
    StreamWork _later;
    DateTimeOffset _heartbeatAt = openedAt + heartbeat;

    public LiveIdentity? Identity
    {
        get
        {
            lock (_lock)
                return _identity;
        }

        set
        {
            lock (_lock)
                _identity = value;
        }
    }

    /// <summary>Why it has to end; null while it goes on.</summary>
    public LiveEnd? EndReason { get; private set; }

    public void Hear(Announcement announcement)
    {
        if (Identity?.Hears(announcement) != true || !selection.Apps.Contains(announcement.AppId, StringComparer.Ordinal))
            return;
        if (selection.Collections.Count > 0 && !announcement.Tables.Any(table => selection.Collections.Contains(table, StringComparer.Ordinal)))
            return;
        metrics.Notified("sse", Signal(StreamWork.Read) ? "sent" : "coalesced");
    }

    public void Wake() => Signal(StreamWork.Read);

    /// <summary>With the next tick, after an attempt that failed.</summary>
    public void Later(StreamWork work)
    {
        lock (_lock)
            _later |= work;
    }

    /// <summary>The subscription may have ended: the stream asks whether it may go on.</summary>
    public void AskGate() => Signal(StreamWork.AskGate);

    public void Regrouped(Tenant earlier)
    {
        lock (_lock)
            _removedSpaces.AddRange(_identity?.SpacesLostSince(earlier) ?? []);
        Signal(StreamWork.Read);
    }

    public void Tick(DateTimeOffset now)
    {
        if (Identity is { } identity && now >= identity.ExpiresAt)
            End(LiveEnd.TokenExpired);
        if (TakeLater() is not StreamWork.None and var later)
            Signal(later);
        if (now < _heartbeatAt)
            return;
        _heartbeatAt = now + heartbeat;
        // A lost notification must not wait for the next one, nor a lost end of a membership or subscription.
        Signal(StreamWork.Heartbeat | StreamWork.Read | StreamWork.AskGate | StreamWork.Regroup);
    }

    public void End(LiveEnd reason)
    {
        lock (_lock)
            EndReason ??= reason;
        Signal(StreamWork.End);
    }

    /// <summary>Waits until there is something to do, and takes all of it.</summary>
    public async Task<StreamWork> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task signalled;
            lock (_lock)
            {
                if (_work != StreamWork.None)
                {
                    var work = _work;
                    _work = StreamWork.None;
                    return work;
                }

                _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                signalled = _waiting.Task;
            }

            await signalled.WaitAsync(cancellationToken);
        }
    }

    /// <summary>What became due besides reading, without waiting for it: a long backlog must not keep a stream from being asked whether it may go on.</summary>
    public StreamWork TakeOther()
    {
        lock (_lock)
        {
            var other = _work & ~StreamWork.Read;
            _work &= StreamWork.Read;
            return other;
        }
    }

    StreamWork TakeLater()
    {
        lock (_lock)
        {
            var later = _later;
            _later = StreamWork.None;
            return later;
        }
    }

    public IReadOnlyList<string> TakeRemovedSpaces()
    {
        lock (_lock)
        {
            string[] removed = [.. _removedSpaces];
            _removedSpaces.Clear();
            return removed;
        }
    }

    /// <summary>False when this was to be done already.</summary>
    bool Signal(StreamWork work)
    {
        lock (_lock)
        {
            var isNew = (_work & work) != work;
            _work |= work;
            _waiting?.TrySetResult();
            return isNew;
        }
    }
}
