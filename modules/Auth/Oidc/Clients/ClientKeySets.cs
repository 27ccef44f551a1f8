using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Mana.Auth.Oidc.Jose;
using Mana.Auth.Oidc.Outbound;
using Mana.Auth.Tokens;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Oidc.Clients;

/// <summary>
/// The keys that clients publish (<c>jwks_uri</c>, RFC 7591 2): read when they are needed, kept for ten minutes, and read again when something was
/// signed with a key that is not among them, because it may be a new one. No key is believed beyond that time: who takes one away wants it gone.
/// </summary>
internal sealed class ClientKeySets(OutboundClient outbound, TimeProvider time, ILogger<ClientKeySets> log)
{
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    /// <summary>Nobody makes us call a client more often than this, whatever they send, and however it answers.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    public const int Largest = 64 * 1024;
    const int Most = 1000;
    const string Accept = "application/jwk-set+json, application/json";

    readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <summary>False also when the keys cannot be had.</summary>
    public async Task<bool> VerifyAsync(string address, CompactJws jws, CancellationToken cancellationToken)
    {
        if (_slots.Count >= Most)
            _slots.Clear();
        var slot = _slots.GetOrAdd(address, _ => new Slot());
        var now = time.GetUtcNow();
        var known = await slot.NewerAsync(address, now - Fresh, now, ReadAsync, cancellationToken);
        if (Verifies(known, jws))
            return true;
        var newer = await slot.NewerAsync(address, now - Pause, now, ReadAsync, cancellationToken);
        return newer != known && Verifies(newer, jws);
    }

    static bool Verifies(KeySet set, CompactJws jws) => set.Keys is { } keys && ClientKeys.Verify(keys, jws);

    async Task<KeySet> ReadAsync(string address)
    {
        string? keys = null;
        try
        {
            // Not given up with the request that needed it: else whoever hangs up early could have it read again and again.
            var answer = await outbound.GetAsync(new Uri(address), Accept, Largest, CancellationToken.None);
            keys = answer is null ? null : Usable(answer);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // Told below.
        }

        if (keys is null)
            log.LogWarning("The keys of a client cannot be had from {Host}", new Uri(address).Authority);
        return new KeySet(keys);
    }

    /// <summary>Keys of kinds that we do not know do no harm in a set of others; one that is private does.</summary>
    static string? Usable(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return ClientKeys.IsPublished(json.RootElement) ? Encoding.UTF8.GetString(answer) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What an address said.</summary>
    /// <param name="Keys">A JWK set; null: nothing that helps.</param>
    sealed record KeySet(string? Keys);

    /// <summary>One address: read once for all who wait.</summary>
    sealed class Slot
    {
        readonly Lock _lock = new();
        Task<KeySet>? _reading;
        DateTimeOffset _began;

        /// <summary>What was read after <paramref name="than"/>, or is being read, otherwise what is there now.</summary>
        public Task<KeySet> NewerAsync(string address, DateTimeOffset than, DateTimeOffset now, Func<string, Task<KeySet>> read, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                if (_reading is null || (_reading.IsCompleted && _began <= than))
                    (_reading, _began) = (read(address), now);
                return _reading.WaitAsync(cancellationToken);
            }
        }
    }
}
