using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Mana.FakeStripe.Webhooks;

/// <summary>What can go wrong on the way, each by its share of deliveries.</summary>
/// <param name="Lost">Never delivered.</param>
/// <param name="Twice">Delivered a second time.</param>
/// <param name="Window">How far an event may come out of its order; 0: in order.</param>
/// <param name="LongestDelay">Only for automatic deliveries.</param>
public sealed record Chaos(int Seed, double Lost = 0, double Twice = 0, int Window = 0, TimeSpan LongestDelay = default);

/// <summary>Signed webhooks. By itself they go out at once and in order; a test rather holds them back and says how they come.</summary>
public sealed class Deliveries(TimeProvider clock) : IAsyncDisposable
{
    readonly Channel<JsonObject> _queue = Channel.CreateUnbounded<JsonObject>();
    readonly CancellationTokenSource _stop = new();
    HttpClient? _client;
    string _url = "";
    string[] _secrets = [];
    Task? _loop;
    Random _random = new(1);
    Chaos? _chaos;

    /// <summary>By chance that a seed decides.</summary>
    public Chaos? Chaos
    {
        get => _chaos;
        set => (_chaos, _random) = (value, new Random(value?.Seed ?? 1));
    }

    /// <summary>Sends from now on, to one address. Several secrets: each event carries a signature of each, as while a secret is replaced.</summary>
    /// <param name="automatic">False: only what <see cref="FlushAsync"/> and <see cref="SendAsync(JsonObject, string[])"/> send.</param>
    public void To(HttpClient client, string url, bool automatic, params string[] secrets)
    {
        (_client, _url, _secrets) = (client, url, secrets);
        if (automatic)
            _loop ??= Task.Run(LoopAsync);
    }

    internal void Enqueue(JsonObject happened) => _queue.Writer.TryWrite(happened);

    /// <summary>Everything that waits, taken out of the queue.</summary>
    public IReadOnlyList<JsonObject> Take()
    {
        var all = new List<JsonObject>();
        while (_queue.Reader.TryRead(out var one))
            all.Add(one);
        return all;
    }

    /// <summary>Sends what waits, as <see cref="Chaos"/> has it; returns what was sent.</summary>
    public async Task<IReadOnlyList<(string EventId, HttpStatusCode Status)>> FlushAsync()
    {
        var sent = new List<(string, HttpStatusCode)>();
        foreach (var happened in Planned(Take()))
            sent.Add((happened["id"]!.GetValue<string>(), await SendAsync(happened)));
        return sent;
    }

    /// <summary>One delivery, signed now.</summary>
    public async Task<HttpStatusCode> SendAsync(JsonObject happened, params string[] secrets)
    {
        var body = Encoding.UTF8.GetBytes(happened.ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.TryAddWithoutValidation("Stripe-Signature", Sign(body, clock.GetUtcNow(), secrets.Length > 0 ? secrets : _secrets));
        using var response = await (_client ?? throw new InvalidOperationException("Say where to first.")).SendAsync(request, _stop.Token);
        return response.StatusCode;
    }

    public static string Sign(byte[] body, DateTimeOffset at, params string[] secrets)
    {
        var time = at.ToUnixTimeSeconds();
        byte[] signed = [.. Encoding.UTF8.GetBytes(time + "."), .. body];
        return $"t={time}," + string.Join(',', secrets.Select(secret => "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))));
    }

    List<JsonObject> Planned(IReadOnlyList<JsonObject> events)
    {
        if (_chaos is not { } chaos)
            return [.. events];
        var planned = new List<(double Place, JsonObject Event)>();
        foreach (var (i, happened) in events.Index())
            for (var copies = Copies(chaos); copies > 0; copies--)
                planned.Add((i + (_random.NextDouble() * chaos.Window), happened));
        return [.. planned.OrderBy(one => one.Place).Select(one => one.Event)];
    }

    int Copies(Chaos chaos) => _random.NextDouble() < chaos.Lost ? 0 : _random.NextDouble() < chaos.Twice ? 2 : 1;

    async Task LoopAsync()
    {
        try
        {
            await foreach (var happened in _queue.Reader.ReadAllAsync(_stop.Token))
                for (var copies = _chaos is { } chaos ? Copies(chaos) : 1; copies > 0; copies--)
                    if (_chaos is { LongestDelay: { Ticks: > 0 } longest })
                        _ = DelayedAsync(happened, longest * _random.NextDouble());
                    else
                        await InsistAsync(happened);
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    async Task DelayedAsync(JsonObject happened, TimeSpan wait)
    {
        await Task.Delay(wait, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_stop.IsCancellationRequested)
            await InsistAsync(happened);
    }

    /// <summary>As in test mode: a few attempts, then no more.</summary>
    async Task InsistAsync(JsonObject happened)
    {
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            try
            {
                if ((int)await SendAsync(happened) is >= 200 and < 300)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not there yet, or no more.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300 * attempt * attempt), _stop.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_loop is not null)
            await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
