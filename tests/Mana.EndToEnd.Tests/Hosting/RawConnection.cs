using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Mana.EndToEnd.Tests.Hosting;

/// <summary>One answer as it came over the wire.</summary>
public sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Error => (string?)Json["error"];
}

/// <summary>One TCP connection that speaks HTTP/1.1 with keep-alive and never reconnects behind the test's back.</summary>
public sealed class RawConnection : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    readonly TcpClient _client = new();
    readonly string _authority;
    Stream? _stream;

    RawConnection(Uri server) => _authority = server.Authority;

    Stream Stream => _stream ??= _client.GetStream();

    public static async Task<RawConnection> OpenAsync(Uri server)
    {
        var connection = new RawConnection(server);
        await connection._client.ConnectAsync(server.Host, server.Port);
        return connection;
    }

    public Task<RawResponse> SendAsync(string method, string path, string? body, params (string Name, string Value)[] headers) =>
        SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), headers);

    public async Task<RawResponse> SendAsync(string method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: {_authority}\r\n");
        foreach (var (name, value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (body is not null)
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        await Stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        if (body is not null)
            await Stream.WriteAsync(body);
        return await ReceiveAsync().WaitAsync(Patience);
    }

    async Task<RawResponse> ReceiveAsync()
    {
        var status = int.Parse((await LineAsync()).Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await LineAsync() is { Length: > 0 } line)
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        var chunked = headers.TryGetValue("Transfer-Encoding", out var encoding) && encoding == "chunked";
        var body = chunked ? await ChunksAsync() : await BytesAsync(headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0);
        return new RawResponse(status, headers, Encoding.UTF8.GetString(body));
    }

    async Task<byte[]> ChunksAsync()
    {
        var body = new List<byte>();
        while (int.Parse(await LineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
        {
            body.AddRange(await BytesAsync(size));
            await LineAsync();
        }

        await LineAsync();
        return [.. body];
    }

    async Task<byte[]> BytesAsync(int count)
    {
        var bytes = new byte[count];
        await Stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    async Task<string> LineAsync()
    {
        var line = new List<byte>();
        while (line.Count < 2 || line[^2] != '\r' || line[^1] != '\n')
            line.AddRange(await BytesAsync(1));
        return Encoding.ASCII.GetString([.. line[..^2]]);
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _client.Dispose();
    }
}
