using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Mana.Load.Live;

/// <summary>A hint: somebody changed these tables. <paramref name="ArrivedAt"/> is on the clock of <see cref="Stopwatch"/>.</summary>
internal readonly record struct Hint(string AppId, string? SyncedUntil, long ArrivedAt);

/// <summary>One authenticated WebSocket (sync.md 9) on a bare socket: <c>ClientWebSocket</c> costs the generator tens of kilobytes each.</summary>
internal sealed class LiveSocket : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly CancellationTokenSource _stop = new();
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly FrameReader _frames;
    readonly Action<Hint>? _onHint;
    Task _listening = Task.CompletedTask;

    LiveSocket(Action<Hint>? onHint) => (_frames, _onHint) = (new FrameReader(_socket), onHint);

    /// <summary>Why the connection ended without being asked to; null while it lives.</summary>
    public string? Ended { get; private set; }

    public bool IsOpen => Ended is null && !_listening.IsCompleted;

    /// <summary>Pings of the host that were answered.</summary>
    public int Pings { get; private set; }

    /// <summary>Connected, upgraded and told <c>auth-ok</c>.</summary>
    public static async Task<LiveSocket> OpenAsync(Uri server, string path, string token, string clientId, Action<Hint>? onHint = null)
    {
        var opened = new LiveSocket(onHint);
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            await opened._socket.ConnectAsync(server.Host, server.Port, patience.Token);
            var upgrade = $"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Convert.ToBase64String(Guid.NewGuid().ToByteArray())}\r\n\r\n";
            await opened._socket.SendAsync(Encoding.ASCII.GetBytes(upgrade), patience.Token);
            var head = await opened._frames.ReadHeadAsync(patience.Token);
            if (!head.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
                throw new IOException($"GET {path}: {head.Split('\r')[0]}");
            opened._listening = opened.ListenAsync();
            await opened.AuthenticateAsync(token, clientId);
            await opened._ready.Task.WaitAsync(patience.Token);
            return opened;
        }
        catch (Exception failure)
        {
            await opened.DisposeAsync();
            throw failure is OperationCanceledException ? new IOException($"GET {path}: no auth-ok within {Patience.TotalSeconds:0} s") : new IOException(failure.Message, failure);
        }
    }

    /// <summary>Also before the token of a living connection expires: that extends it.</summary>
    public async Task AuthenticateAsync(string token, string clientId) =>
        await SendAsync(Opcode.Text, JsonSerializer.SerializeToUtf8Bytes(new { type = "auth", token, clientId }));

    public async Task CloseAsync()
    {
        if (!IsOpen)
            return;
        var normal = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(normal, 1000);
        _stop.CancelAfter(Farewell);
        await SendAsync(Opcode.Close, normal);
        await _listening;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        _socket.Dispose();
        _stop.Dispose();
    }

    async Task SendAsync(Opcode opcode, ReadOnlyMemory<byte> payload)
    {
        try
        {
            await _socket.SendAsync(FrameReader.Write(opcode, payload.Span), _stop.Token);
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
            // The listener sees the same and says why.
        }
    }

    async Task ListenAsync()
    {
        try
        {
            while (await _frames.ReadAsync(_stop.Token) is var frame && await HandleAsync(frame))
            {
                // Next frame.
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed, or the farewell was not answered in time.
        }
        catch (Exception broken) when (broken is SocketException or EndOfStreamException or InvalidDataException or JsonException)
        {
            Ended = broken.Message;
        }

        _ready.TrySetException(new IOException(Ended ?? "The connection ended before auth-ok."));
        _ = _ready.Task.Exception;
    }

    async Task<bool> HandleAsync(Frame frame)
    {
        var arrived = Stopwatch.GetTimestamp();
        switch (frame.Opcode)
        {
            case Opcode.Ping:
                Pings++;
                await SendAsync(Opcode.Pong, frame.Payload);
                return true;
            case Opcode.Close:
                // While we are leaving ourselves this is the host's answer.
                if (frame.Payload.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(frame.Payload.Span) is var code && code != 1000)
                    Ended = $"closed by the host: {code} {Encoding.UTF8.GetString(frame.Payload.Span[2..])}";
                return false;
            case Opcode.Text:
                Take(frame, arrived);
                return true;
            default:
                return true;
        }
    }

    void Take(Frame frame, long arrived)
    {
        if (!frame.IsLast)
            throw new InvalidDataException("The host sent a message in pieces.");
        using var json = JsonDocument.Parse(frame.Payload);
        var message = json.RootElement;
        switch (message.GetProperty("type").GetString())
        {
            case "auth-ok":
                _ready.TrySetResult();
                break;
            case "error":
                _ready.TrySetException(new IOException("The host refused: " + message.GetRawText()));
                break;
            case "sync-available":
                _onHint?.Invoke(new Hint(message.GetProperty("appId").GetString()!, message.TryGetProperty("syncedUntil", out var until) ? until.GetString() : null, arrived));
                break;
            default:
                break;
        }
    }
}
