using System.Diagnostics;
using System.Net.WebSockets;
using Mana.Devices;

namespace Mana.EndToEnd.Tests.Live;

/// <summary>Who is blocked while connected is cut off: on their socket and their stream, within a second, and gets no further connection.</summary>
public sealed class BlockedAccountTests(SharedHost host)
{
    /// <summary>Of three people the quickest counts: what takes longer by itself takes longer each time, and a machine that stalls does not.</summary>
    [Fact]
    public async Task Sockets_and_streams_of_a_blocked_account_close_within_a_second()
    {
        var admin = await host.CreateAccountAsync();
        await host.ScalarAsync<object>("UPDATE auth.users SET role = 'admin' WHERE id = $1", admin.UserId);
        var took = new List<TimeSpan>();
        while (took.Count < 3 && !took.Exists(time => time < TimeSpan.FromSeconds(1)))
            took.Add(await BlockAsync(admin));
        Assert.True(took.Min() < TimeSpan.FromSeconds(1), string.Join(", ", took));
    }

    async Task<TimeSpan> BlockAsync(Account admin)
    {
        var person = await host.CreateAccountAsync();
        using var socket = await Wire.SocketAsync(host.Address, person, "socket");
        await using var stream = new StreamReading(Wire.ClientOf(host.Address, person), "stream");
        await stream.ConnectAsync();
        using var pushing = Wire.ClientOf(host.Address, person);
        await Wire.PushAsync(pushing, "device", "before");
        await stream.UntilAsync("before");

        using var administering = Wire.ClientOf(host.Address, admin);
        using var blocked = await administering.PostAsync(new Uri($"/api/v1/admin/users/{person.UserId}/block", UriKind.Relative), null);
        Assert.True(blocked.IsSuccessStatusCode, $"{(int)blocked.StatusCode}");
        var since = Stopwatch.StartNew();
        var (closed, ended) = (CloseAsync(socket), EndAsync(stream));
        await Task.WhenAll(closed, ended);
        var took = since.Elapsed;
        Assert.Equal(((WebSocketCloseStatus)1008, "session revoked"), await closed);

        using var refused = await pushing.GetAsync(new Uri("/sync/todo/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(401, (int)refused.StatusCode);
        return took;
    }

    static async Task<(WebSocketCloseStatus?, string?)> CloseAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().WaitAsync(Wire.Patience)).MessageType != WebSocketMessageType.Close)
        {
            // What was still on its way.
        }

        return (socket.CloseStatus, socket.CloseStatusDescription);
    }

    static async Task EndAsync(StreamReading stream)
    {
        while (await stream.NextAsync() is not null)
        {
            // "closed" is the last of them.
        }
    }
}
