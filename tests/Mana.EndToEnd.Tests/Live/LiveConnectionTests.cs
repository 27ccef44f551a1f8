using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Mana.Devices;
using Mana.Testing;

namespace Mana.EndToEnd.Tests.Live;

/// <summary>What only real sockets show: handshakes, protocol pings, readers that do not read, an end that does not hold the host up.</summary>
public sealed class LiveConnectionTests(LiveConnectionTests.Impatient live) : IClassFixture<LiveConnectionTests.Impatient>
{
    const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    [Theory]
    [InlineData("POST", "Upgrade", "websocket", "13", Key, 405)]
    [InlineData("GET", "keep-alive", "", "13", Key, 426)]
    [InlineData("GET", "Upgrade", "h2c", "13", Key, 426)]
    [InlineData("GET", "Upgrade", "websocket", "12", Key, 400)]
    [InlineData("GET", "Upgrade", "websocket", "13", "short", 400)]
    [InlineData("GET", "keep-alive, Upgrade", "WebSocket", "13", Key, 101)]
    public async Task A_handshake_is_accepted_or_refused_as_it_deserves(string method, string connection, string upgrade, string version, string key, int status)
    {
        using var raw = await RawConnection.OpenAsync(live.Host.Address);
        var answer = await raw.SendAsync(
            method, "/ws", (string?)null, ("Connection", connection), ("Upgrade", upgrade), ("Sec-WebSocket-Version", version), ("Sec-WebSocket-Key", key), ("Origin", "https://anywhere.test"));
        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task Scenario_24_7_98_a_socket_that_answers_pings_stays_and_one_that_does_not_is_dropped()
    {
        using var answering = await Wire.SocketAsync(live.Host.Address, live.Person, "answering");
        var reading = Wire.MessageAsync(answering);
        using var silent = new TcpClient();
        await silent.ConnectAsync(live.Host.Address.Host, live.Host.Address.Port);
        await silent.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Key}\r\n\r\n"));

        // Two pings, one second apart, remain without a pong; the time to sign in has not run out.
        var bytes = new List<byte>();
        var buffer = new byte[1024];
        while (await ReadAsync(silent, buffer) is > 0 and var count)
            bytes.AddRange(buffer.AsSpan(0, count));
        Assert.Contains((byte)0x89, bytes);
        Assert.DoesNotContain((byte)0x88, bytes.Skip(bytes.LastIndexOf((byte)'\n') + 1));

        Assert.False(reading.IsCompleted);
        await Wire.SendAsync(answering, """{"type":"ping"}""");
        Assert.Equal("pong", (string?)(await reading)["type"]);
    }

    [Fact]
    public async Task Scenario_24_7_107_messages_are_read_in_many_packets_up_to_their_limit()
    {
        using var socket = await Wire.SocketAsync(live.Host.Address, live.Person, "long");
        foreach (var length in (int[])[100, 5_000, 10_000, 32_768])
        {
            await Wire.SendAsync(socket, """{"type":"ping"}""".PadRight(length));
            Assert.Equal("pong", (string?)(await Wire.MessageAsync(socket))["type"]);
        }

        await Wire.SendAsync(socket, """{"type":"ping"}""".PadRight(32_769));
        var end = await socket.ReceiveAsync(new byte[100].AsMemory(), CancellationToken.None).AsTask().WaitAsync(Wire.Patience);
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.MessageTooBig), (end.MessageType, socket.CloseStatus));
    }

    [Fact]
    public async Task A_handshake_with_a_body_is_refused()
    {
        using var raw = await RawConnection.OpenAsync(live.Host.Address);
        var answer = await raw.SendAsync("GET", "/ws", "body", ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", Key));
        Assert.Equal(400, answer.Status);
    }

    [Fact]
    public async Task A_frame_against_the_protocol_is_answered_with_the_reason()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(live.Host.Address.Host, live.Host.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Key}\r\n\r\n"));
        // Text without a mask.
        await client.GetStream().WriteAsync((byte[])[0x81, 12, .. "without mask"u8]);
        var (bytes, buffer) = (new List<byte>(), new byte[1024]);
        while (await ReadAsync(client, buffer) is > 0 and var count)
            bytes.AddRange(buffer.AsSpan(0, count));
        var frames = bytes[(bytes.LastIndexOf((byte)'\n') + 1)..];
        // Pings come when they like.
        while (frames[0] == 0x89)
            frames = frames[(2 + frames[1])..];
        Assert.Equal([0x88, 0x03, 0xEA], [frames[0], frames[2], frames[3]]);
    }

    [Fact]
    public async Task A_stream_that_is_not_read_is_cut_off_and_the_others_go_on()
    {
        var person = await live.Host.CreateAccountAsync();
        await using var reading = new StreamReading(Wire.ClientOf(live.Host.Address, person), "reading");
        await reading.ConnectAsync();
        using var slow = new TcpClient { ReceiveBufferSize = 4096 };
        await slow.ConnectAsync(live.Host.Address.Host, live.Host.Address.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /sync/todo/stream HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {person.AccessToken}\r\n\r\n"));
        var before = (await Wire.PresenceAsync(live.Host.Address)).Streams;
        await Eventually.TrueAsync("Both streams are open", async () => (before = (await Wire.PresenceAsync(live.Host.Address)).Streams) >= 2);

        // More than the sockets of both sides can hold.
        using var pushing = Wire.ClientOf(live.Host.Address, person);
        for (var i = 0; i < 4; i++)
            await PushMegabytesAsync(pushing, i);
        await reading.UntilAsync("large-3-0");
        await Eventually.TrueAsync("The slow stream is cut off", async () => (await Wire.PresenceAsync(live.Host.Address)).Streams == before - 1);
        await Wire.PushAsync(pushing, "pusher", "after");
        await reading.UntilAsync("after");
    }

    [Fact]
    public async Task Scenario_24_8_122_a_stopping_host_takes_its_leave_and_is_not_held_up()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        await using (var host = await HostProcess.StartAsync(database, ("Server__DrainSeconds", "60")))
        {
            var person = await host.CreateAccountAsync();
            using var socket = await Wire.SocketAsync(host.Address, person, "socket");
            using var mute = await Wire.SocketAsync(host.Address, person, "mute");
            await using var stream = new StreamReading(Wire.ClientOf(host.Address, person), "stream");
            await stream.ConnectAsync();

            await host.SignalTerminationAsync();

            Assert.Equal(("closed", """{"reason":"server-shutdown"}"""), await stream.NextAsync());
            Assert.Null(await stream.NextAsync());
            var end = await socket.ReceiveAsync(new byte[100].AsMemory(), CancellationToken.None).AsTask().WaitAsync(Wire.Patience);
            Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.EndpointUnavailable), (end.MessageType, socket.CloseStatus));
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            // One socket never answers the close; far less than the drain must pass.
            Assert.Equal(0, await host.ExitAsync(seconds: 15));
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    static async Task PushMegabytesAsync(HttpClient http, int number)
    {
        var filler = new string('x', 40_000);
        var changes = string.Join(',', Enumerable.Range(0, 100).Select(i => $$$"""{"table":"tasks","id":"large-{{{number}}}-{{{99 - i}}}","op":"insert","data":{"title":"{{{filler}}}"}}"""));
        using var answer = await http.PostAsync(new Uri("/sync/todo", UriKind.Relative), new StringContent(
            $$$"""{"clientId":"pusher","since":"2100-01-01T00:00:00Z","changes":[{{{changes}}}]}""", Encoding.UTF8, "application/json"));
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
    }

    static async Task<int> ReadAsync(TcpClient client, byte[] buffer)
    {
        try
        {
            return await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Wire.Patience);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>A host that pings every second.</summary>
    public sealed class Impatient : IAsyncLifetime
    {
        string _database = "";

        public HostProcess Host { get; private set; } = null!;

        public Account Person { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _database = await TestCluster.CreateDatabaseAsync(migrated: false);
            Host = await HostProcess.StartAsync(_database, ("Sync__Live__PingSeconds", "1"), ("Sync__Live__AuthSeconds", "60"));
            Person = await Host.CreateAccountAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await TestCluster.DropDatabaseAsync(_database);
        }
    }
}
