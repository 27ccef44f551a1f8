using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Mana.Kernel.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mana.Kernel.Tests.Connections;

/// <summary>A connection goes over from HTTP to a session that echoes what it is sent, on a real Kestrel.</summary>
public sealed class ConnectionHandoverTests : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    WebApplication _app = null!;
    WeakReference? _request;
    Action _abort = () => throw new InvalidOperationException("Nothing was handed over.");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.KeepAliveTimeout = kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseConnectionHandover());
        });
        _app = builder.Build();
        _app.MapGet("/plain", () => "plain");
        _app.MapGet("/take", TakeAsync);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task What_came_along_with_the_request_belongs_to_the_session()
    {
        using var client = await TakenAsync("one");
        Assert.Equal("one", await client.ReadAsync(3));
        await client.WriteAsync("two");
        Assert.Equal("two", await client.ReadAsync(3));
    }

    [Fact]
    public async Task Time_outs_of_HTTP_do_not_concern_what_was_handed_over()
    {
        using var client = await TakenAsync("a");
        Assert.Equal("a", await client.ReadAsync(1));
        // Twice in a row Kestrel closes a connection on which nothing happened: its clock has struck, and struck again.
        for (var i = 0; i < 2; i++)
        {
            using var idle = await OpenAsync();
            await idle.WriteAsync("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.EndsWith("plain", (await idle.ToEndAsync()).TrimEnd('\r', '\n', '0'), StringComparison.Ordinal);
        }

        await client.WriteAsync("b");
        Assert.Equal("b", await client.ReadAsync(1));
    }

    [Fact]
    public async Task The_request_is_let_go_while_the_session_lasts()
    {
        using var client = await TakenAsync("a");
        Assert.Equal("a", await client.ReadAsync(1));
        for (var waiting = Stopwatch.StartNew(); _request!.IsAlive; await Task.Delay(10))
        {
            Assert.True(waiting.Elapsed < Patience, "Something still holds on to the request.");
            GC.Collect();
        }

        await client.WriteAsync("b");
        Assert.Equal("b", await client.ReadAsync(1));
    }

    [Fact]
    public async Task The_end_of_the_session_is_the_end_of_the_connection()
    {
        using var client = await TakenAsync("all.");
        Assert.Equal("all.", await client.ToEndAsync());
        await _ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_session_that_waits_ends_when_the_client_goes()
    {
        using (var client = await TakenAsync("a"))
            Assert.Equal("a", await client.ReadAsync(1));
        await _ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_connection_that_is_cut_ends_for_both()
    {
        using var client = await TakenAsync("a");
        Assert.Equal("a", await client.ReadAsync(1));
        _abort();
        Assert.Equal("", await client.ToEndAsync());
        await _ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_stopping_server_waits_for_the_session()
    {
        using var client = await TakenAsync("a");
        Assert.Equal("a", await client.ReadAsync(1));
        var stopping = _app.StopAsync();
        await client.WriteAsync("b");
        Assert.Equal("b", await client.ReadAsync(1));
        Assert.False(stopping.IsCompleted);
        await client.WriteAsync(".");
        await stopping.WaitAsync(Patience);
        Assert.True(_ended.Task.IsCompleted);
    }

    [Fact]
    public async Task A_client_that_does_not_read_the_rest_is_cut_off()
    {
        using var client = await TakenAsync("!");
        await _ended.Task.WaitAsync(Patience);
        // Who does not read finds out by writing.
        var waiting = Stopwatch.StartNew();
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (; waiting.Elapsed < Patience; await Task.Delay(100))
                await client.WriteAsync("x");
        });
    }

    [Fact]
    public async Task Connections_that_nobody_takes_serve_one_request_after_the_other()
    {
        using var client = await OpenAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.WriteAsync("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.EndsWith("\r\n5\r\nplain\r\n0\r\n\r\n", await client.UntilAsync("0\r\n\r\n"), StringComparison.Ordinal);
        }
    }

    async Task TakeAsync(HttpContext context)
    {
        _request = Mark(context);
        var handover = context.Features.GetRequiredFeature<IConnectionHandover>();
        (context.Response.Headers.Connection, context.Response.Headers.Upgrade) = ("Upgrade", "echo");
        await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        _abort = handover.Abort;
        handover.Continue(new Echo(handover.Stream, _ended).RunAsync);
    }

    /// <summary>Kestrel's own object, which holds all the others.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Mark(HttpContext context) => new(context.Features.Get<IHttpRequestFeature>());

    /// <summary>An upgraded connection; the first bytes travel in the packet of the request.</summary>
    async Task<Client> TakenAsync(string first)
    {
        var client = await OpenAsync();
        await client.WriteAsync("GET /take HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n" + first);
        Assert.StartsWith("HTTP/1.1 101 ", await client.UntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        return client;
    }

    async Task<Client> OpenAsync() => await Client.OpenAsync(new Uri(_app.Urls.Single()).Port);

    /// <summary>Sends back what it gets, until that ends with a full stop. After an exclamation mark it sends until nobody reads.</summary>
    sealed class Echo(Stream stream, TaskCompletionSource ended)
    {
        public async Task RunAsync()
        {
            try
            {
                var buffer = new byte[100];
                while (await stream.ReadAsync(buffer) is > 0 and var count)
                {
                    await stream.WriteAsync(buffer.AsMemory(0, count));
                    if (buffer[count - 1] == '!')
                    {
                        await FillAsync();
                        return;
                    }

                    if (buffer[count - 1] == '.')
                        return;
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The client is gone, or the connection was cut.
            }
            finally
            {
                ended.TrySetResult();
            }
        }

        /// <summary>Until nothing goes out any more.</summary>
        async Task FillAsync()
        {
            for (var chunk = new byte[64 * 1024]; ;)
            {
                var write = stream.WriteAsync(chunk).AsTask();
                if (await Task.WhenAny(write, Task.Delay(TimeSpan.FromSeconds(1))) != write)
                    return;
            }
        }
    }

    sealed class Client(TcpClient tcp) : IDisposable
    {
        readonly NetworkStream _stream = tcp.GetStream();

        public static async Task<Client> OpenAsync(int port)
        {
            var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, port);
            return new Client(tcp);
        }

        public Task WriteAsync(string text) => _stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask().WaitAsync(Patience);

        public async Task<string> ReadAsync(int count)
        {
            var buffer = new byte[count];
            await _stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(Patience);
            return Encoding.ASCII.GetString(buffer);
        }

        public async Task<string> UntilAsync(string end)
        {
            var text = "";
            while (!text.EndsWith(end, StringComparison.Ordinal))
                text += await ReadAsync(1);
            return text;
        }

        /// <summary>What comes until the other side closes, gently or not.</summary>
        public async Task<string> ToEndAsync()
        {
            var (text, buffer) = ("", new byte[1000]);
            try
            {
                while (await _stream.ReadAsync(buffer).AsTask().WaitAsync(Patience) is > 0 and var count)
                    text += Encoding.ASCII.GetString(buffer, 0, count);
            }
            catch (IOException)
            {
                // Reset.
            }

            return text;
        }

        public void Dispose() => tcp.Dispose();
    }
}
