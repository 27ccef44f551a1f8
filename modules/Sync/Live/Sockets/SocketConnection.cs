using System.Net.WebSockets;
using Mana.Sync.Spaces;

namespace Mana.Sync.Live.Sockets;

/// <summary>How a socket is closed by this side.</summary>
internal sealed record SocketClose(int Code, string Reason);

/// <summary>
/// The sending half of one WebSocket (sync.md 9). What there is to say is kept as state, not as a queue, and one writer at a time says it:
/// a device that reads slowly costs a set of table names and delays nobody. While it is idle a connection holds no buffer and no timer.
/// </summary>
/// <param name="cut">Ends the connection below the socket at once.</param>
/// <param name="appId">Of <c>/ws/{appId}</c>: the only app that this socket hears of. Null: all.</param>
internal sealed class SocketConnection(WebSocket socket, Action cut, string? appId, DateTimeOffset authBy, TimeProvider time, LiveMetrics metrics) : ILiveConnection
{
    public static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long the other side may take to answer a close; then the connection is cut.</summary>
    static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    readonly Lock _lock = new();
    LiveIdentity? _identity;
    byte[]? _reply;
    DirtyTables? _dirty;
    Queue<string>? _removedSpaces;
    SocketClose? _close;
    DateTimeOffset? _cutAt;
    bool _isClosing;
    bool _isDead;
    Task _writer = Task.CompletedTask;

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
            {
                // What was to be said to the person who was there before is not for this one.
                if (_identity?.UserId != value?.UserId)
                    (_dirty, _removedSpaces) = (null, null);
                _identity = value;
            }
        }
    }

    public WebSocket Socket => socket;

    /// <summary>A close has been sent, or is about to be: nothing that still arrives matters.</summary>
    public bool IsClosing
    {
        get
        {
            lock (_lock)
                return _isClosing || _close is not null;
        }
    }

    public void Hear(Announcement announcement)
    {
        if (appId is not null && appId != announcement.AppId)
            return;
        lock (_lock)
        {
            if (_close is not null || _isDead || _identity?.Hears(announcement) != true)
                return;
            metrics.Notified("ws", _dirty is null ? "sent" : "coalesced");
            if (!(_dirty ??= new DirtyTables()).Add(announcement))
            {
                metrics.Notified("ws", "dropped");
                _close = new SocketClose(1013, "too far behind");
            }
        }

        _ = Wake();
    }

    public void Regrouped(Tenant earlier)
    {
        lock (_lock)
        {
            foreach (var spaceId in _identity?.SpacesLostSince(earlier) ?? [])
                (_removedSpaces ??= new Queue<string>()).Enqueue(spaceId);
        }

        _ = Wake();
    }

    /// <summary>Will be said before anything that is heard from now on; null takes it back.</summary>
    public void Prepare(byte[]? message)
    {
        lock (_lock)
            _reply = message;
    }

    /// <summary>Sends one message and returns when it, and what was due before it, is out: a client that asks faster than it reads waits for itself.</summary>
    public Task ReplyAsync(byte[] message)
    {
        Prepare(message);
        return Wake();
    }

    public Task CloseAsync(int code, string reason)
    {
        lock (_lock)
            _close ??= new SocketClose(code, reason);
        return Wake();
    }

    public void End(LiveEnd reason)
    {
        var close = reason switch
        {
            LiveEnd.TokenExpired => new SocketClose(1008, "token expired"),
            LiveEnd.SessionRevoked => new SocketClose(1008, "session revoked"),
            LiveEnd.ServerShutdown => new SocketClose(1001, "server shutdown"),
            // Hints are not gated (sync.md 5).
            LiveEnd.Billing => null,
        };
        if (close is not null)
            _ = CloseAsync(close.Code, close.Reason);
    }

    public void Tick(DateTimeOffset now)
    {
        if (_cutAt is { } cutAt && now >= cutAt)
            Drop();
        else if (Identity is { } identity && now >= identity.ExpiresAt)
            End(LiveEnd.TokenExpired);
        else if (Identity is null && now >= authBy && !IsClosing)
        {
            metrics.AuthFailed("timeout");
            _ = CloseAsync(1008, "auth timeout");
        }
    }

    /// <summary>Cuts the connection; the pending read of it fails and ends it everywhere.</summary>
    public void Drop()
    {
        lock (_lock)
            _isDead = true;
        cut();
    }

    /// <summary>Says what there is to say; the task ends when all of it is out.</summary>
    public Task Wake()
    {
        lock (_lock)
        {
            if (_writer.IsCompleted && !_isDead)
                _writer = Task.Run(WriteAsync);
            return _writer;
        }
    }

    async Task WriteAsync()
    {
        try
        {
            while (Next() is { } write)
                await write().WaitAsync(WriteTimeout, time);
        }
        catch (Exception exception) when (exception is WebSocketException or TimeoutException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            if (exception is TimeoutException)
                metrics.Notified("ws", "dropped");
            Drop();
        }
    }

    /// <summary>What to do next; null, under the same lock as the end of the writer, when everything has been said.</summary>
    Func<Task>? Next()
    {
        lock (_lock)
        {
            if (_isDead || _isClosing)
                return Rest();
            if (_reply is { } reply)
            {
                _reply = null;
                return () => SendAsync(reply);
            }

            if (_close is { } close)
            {
                (_isClosing, _cutAt) = (true, time.GetUtcNow() + ClosePatience);
                return () => socket.CloseOutputAsync((WebSocketCloseStatus)close.Code, close.Reason, CancellationToken.None);
            }

            if (_removedSpaces is { Count: > 0 } removed)
            {
                var spaceId = removed.Dequeue();
                return () => SendAsync(SocketMessages.SpaceRemoved(spaceId));
            }

            if (_dirty is not { } dirty)
                return Rest();
            _dirty = null;
            return () => SendAsync(dirty);
        }
    }

    Func<Task>? Rest()
    {
        // Whoever wakes the connection from now on must start a writer, although this one has not returned yet.
        _writer = Task.CompletedTask;
        return null;
    }

    async Task SendAsync(DirtyTables dirty)
    {
        foreach (var hint in dirty.Hints())
            await SendAsync(hint);
    }

    Task SendAsync(byte[] message) => socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
}
