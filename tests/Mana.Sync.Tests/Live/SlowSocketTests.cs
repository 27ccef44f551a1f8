using System.Diagnostics.Metrics;
using System.Net.WebSockets;
using System.Text;
using Mana.Sync.Live;
using Mana.Sync.Live.Sockets;
using Mana.Sync.Spaces;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Live;

/// <summary>sync.md 9.3, 9.5: a device that does not take what is sent costs itself the connection and nobody else anything.</summary>
public sealed class SlowSocketTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    readonly FakeClock _clock = new(DateTimeOffset.UnixEpoch);
    readonly LiveMetrics _metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), new Connections(new LiveOptions()));

    [Fact]
    public async Task A_write_that_takes_longer_than_five_seconds_ends_the_connection_and_no_other()
    {
        var (slow, fast) = (new Pipe(isStuck: true), new Pipe(isStuck: false));
        SocketConnection slowOne = Connect(slow), fastOne = Connect(fast);
        foreach (var connection in (SocketConnection[])[slowOne, fastOne])
            connection.Hear(Told("tasks"));
        await slow.Writing.Task.WaitAsync(Patience);
        await fastOne.Wake().WaitAsync(Patience);
        // The stuck write has reached the socket; the clock may only move when its time is being taken, too.
        await Soon.TrueAsync("the write is timed", () => _clock.Timers == 1);
        Assert.Contains("tasks", Assert.Single(fast.Sent), StringComparison.Ordinal);

        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(WebSocketState.Open, slow.State);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await slowOne.Wake().WaitAsync(Patience);
        Assert.Equal(WebSocketState.Aborted, slow.State);
        Assert.Equal(WebSocketState.Open, fast.State);
    }

    [Fact]
    public async Task What_happens_while_a_device_reads_slowly_is_told_once_when_it_has_read()
    {
        var slow = new Pipe(isStuck: true);
        var connection = Connect(slow);
        connection.Hear(Told("first"));
        await slow.Writing.Task.WaitAsync(Patience);
        for (var i = 0; i < 1000; i++)
            connection.Hear(Told($"table-{i % 3}", position: i));
        connection.Hear(Told("events", "calendar"));
        slow.Free();
        await connection.Wake().WaitAsync(Patience);

        Assert.Equal(3, slow.Sent.Count);
        Assert.Contains("\"appId\":\"calendar\",\"tables\":[\"events\"]", slow.Sent[1], StringComparison.Ordinal);
        Assert.Contains("\"tables\":[\"table-0\",\"table-1\",\"table-2\"],\"syncedUntil\":\"1970-01-01T00:00:00.000999Z\"", slow.Sent[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_too_far_behind_is_asked_to_come_again()
    {
        var slow = new Pipe(isStuck: true);
        var connection = Connect(slow);
        connection.Hear(Told("first"));
        await slow.Writing.Task.WaitAsync(Patience);
        for (var i = 0; i <= DirtyTables.Most; i++)
            connection.Hear(Told($"table-{i}"));
        slow.Free();
        await connection.Wake().WaitAsync(Patience);
        Assert.Equal((1013, "too far behind"), ((int)slow.CloseStatus!, slow.CloseStatusDescription));
    }

    [Fact]
    public async Task A_client_that_does_not_answer_a_close_is_cut_off()
    {
        var mute = new Pipe(isStuck: false);
        var connection = Connect(mute);
        await connection.CloseAsync(1008, "any");
        connection.Tick(_clock.GetUtcNow());
        Assert.NotEqual(WebSocketState.Aborted, mute.State);
        connection.Tick(_clock.GetUtcNow().AddSeconds(2));
        Assert.Equal(WebSocketState.Aborted, mute.State);
    }

    SocketConnection Connect(WebSocket socket)
    {
        var connection = new SocketConnection(socket, socket.Abort, null, _clock.GetUtcNow().AddSeconds(10), _clock, _metrics);
        var roster = new Roster();
        roster.Add(connection);
        Assert.True(roster.TryIdentify(connection, new LiveIdentity("u", null, "device", DateTimeOffset.MaxValue, new Tenant("u")), 1));
        return connection;
    }

    static Announcement Told(string table, string app = "todo", long position = 0) => new("user:u", app, [table], "u", "other", position, null);

    /// <summary>A socket whose other end takes everything, or nothing until it is freed.</summary>
    sealed class Pipe(bool isStuck) : WebSocket
    {
        readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        WebSocketState _state = WebSocketState.Open;
        WebSocketCloseStatus? _closeStatus;
        string? _closeReason;

        public TaskCompletionSource Writing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Sent { get; } = [];

        public override WebSocketCloseStatus? CloseStatus => _closeStatus;

        public override string? CloseStatusDescription => _closeReason;

        public override WebSocketState State => _state;

        public override string? SubProtocol => null;

        public void Free() => _freed.SetResult();

        public override void Abort() => _state = WebSocketState.Aborted;

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
        {
            (_state, _closeStatus, _closeReason) = (WebSocketState.CloseSent, closeStatus, statusDescription);
            return Task.CompletedTask;
        }

        public override void Dispose()
        {
        }

        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override async Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
        {
            Writing.TrySetResult();
            if (isStuck)
                await _freed.Task;
            Sent.Add(Encoding.UTF8.GetString(buffer));
        }
    }
}
