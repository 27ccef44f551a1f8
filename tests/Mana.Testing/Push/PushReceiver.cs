using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Testing.Push;

/// <summary>What arrived at a push endpoint, a webhook, or the notify service.</summary>
public sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body, DateTimeOffset At)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
}

/// <summary>A browser with a push subscription: keys, endpoint, and what the push service answers next.</summary>
public sealed class TestBrowser(PushReceiver receiver, string path) : IDisposable
{
    readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    readonly byte[] _auth = RandomNumberGenerator.GetBytes(16);

    public string Endpoint => receiver.Address + path;

    public string P256dh
    {
        get
        {
            var q = _key.ExportParameters(false).Q;
            return Base64Url.EncodeToString([4, .. q.X!, .. q.Y!]);
        }
    }

    public string Auth => Base64Url.EncodeToString(_auth);

    public object Subscription => new { endpoint = Endpoint, keys = new { p256dh = P256dh, auth = Auth } };

    public IReadOnlyList<Received> Requests => receiver.At(path);

    /// <summary>Decrypted, in order of arrival.</summary>
    public IReadOnlyList<JsonElement> Messages => [.. Requests.Select(request => JsonDocument.Parse(PushDecryption.Open(request.Body, _key, _auth)).RootElement)];

    public void Answers(params (int Status, string? RetryAfter)[] script) => receiver.Script(path, script);

    public void Dispose() => _key.Dispose();
}

/// <summary>A push service, webhook receiver and notify service on a local port. Answers 201 unless it was told otherwise.</summary>
public sealed class PushReceiver : IAsyncDisposable
{
    readonly ConcurrentQueue<Received> _received = new();
    readonly ConcurrentDictionary<string, ConcurrentQueue<(int Status, string? RetryAfter)>> _scripts = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, string> _redirects = new(StringComparer.Ordinal);
    WebApplication? _app;
    int _browsers;

    public string Address { get; private set; } = "";

    public int Count => _received.Count;

    public IReadOnlyCollection<Received> All => _received;

    public static async Task<PushReceiver> StartAsync()
    {
        var receiver = new PushReceiver();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        receiver._app = builder.Build();
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        receiver.Address = receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return receiver;
    }

    public TestBrowser NewBrowser() => new(this, $"/push/{Interlocked.Increment(ref _browsers)}");

    public IReadOnlyList<Received> At(string path) => [.. _received.Where(request => request.Path == path)];

    /// <summary>The last answer of the script is given from then on.</summary>
    public void Script(string path, params (int Status, string? RetryAfter)[] script) => _scripts[path] = new(script);

    public void Redirect(string path, string to) => _redirects[path] = to;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var path = context.Request.Path.Value!;
        _received.Enqueue(new Received(
            path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray(), TimeProvider.System.GetUtcNow()));
        context.Response.StatusCode = StatusCodes.Status201Created;
        if (_redirects.TryGetValue(path, out var to))
        {
            context.Response.Redirect(to);
            return;
        }

        if (!_scripts.TryGetValue(path, out var script) || !(script.Count > 1 ? script.TryDequeue(out var answer) : script.TryPeek(out answer)))
            return;
        context.Response.StatusCode = answer.Status;
        if (answer.RetryAfter is not null)
            context.Response.Headers.RetryAfter = answer.RetryAfter;
    }
}

/// <summary>VAPID keys and the switch that lets a host reach the receiver, as settings of a host.</summary>
public static class PushSettings
{
    static readonly Lazy<(string Public, string Private)> Pair = new(() =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = key.ExportParameters(true);
        return (Base64Url.EncodeToString([4, .. parameters.Q.X!, .. parameters.Q.Y!]), Base64Url.EncodeToString(parameters.D!));
    });

    public static string PublicKey => Pair.Value.Public;

    public static string PrivateKey => Pair.Value.Private;

    public static TestHost WithPush(this TestHost host) => host.With("Push:VapidPublicKey", PublicKey).With("Push:VapidPrivateKey", PrivateKey)
        .With("Push:VapidSubject", "mailto:push@example.test").With("Notifications:Outbound:PrivateHosts", "127.0.0.1");
}
