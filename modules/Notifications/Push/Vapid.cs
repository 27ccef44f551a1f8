using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Mana.Notifications.Push;

/// <summary>Who we are, for a push service (RFC 8292): a token per origin, signed once and used for half its life.</summary>
internal sealed class Vapid(PushOptions options, TimeProvider time) : IDisposable
{
    static readonly TimeSpan Life = TimeSpan.FromHours(12);
    static readonly TimeSpan Used = TimeSpan.FromHours(6);
    const int MostOrigins = 1000;
    static readonly string Header = Base64Url.EncodeToString("""{"typ":"JWT","alg":"ES256"}"""u8);

    readonly ConcurrentDictionary<string, (string Value, DateTimeOffset Until)> _tokens = new(StringComparer.Ordinal);
    /// <summary>A failure is not kept: the next message tries again.</summary>
    readonly Lazy<ECDsa> _key = new(options.CreateKey, LazyThreadSafetyMode.PublicationOnly);
    readonly Lock _signing = new();

    /// <summary>Value of <c>Authorization</c> for a push to this endpoint.</summary>
    public string Authorization(Uri endpoint)
    {
        var (origin, now) = (endpoint.GetLeftPart(UriPartial.Authority), time.GetUtcNow());
        if (_tokens.TryGetValue(origin, out var known) && known.Until > now && known.Until - now <= Used)
            return known.Value;
        // Whoever subscribes chooses origins; they are not to fill the memory.
        if (_tokens.Count >= MostOrigins)
            _tokens.Clear();
        var value = $"vapid t={Sign(origin, now + Life)}, k={options.VapidPublicKey}";
        _tokens[origin] = (value, now + Used);
        return value;
    }

    public void Dispose()
    {
        if (_key.IsValueCreated)
            _key.Value.Dispose();
    }

    string Sign(string origin, DateTimeOffset expires)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(new { aud = origin, exp = expires.ToUnixTimeSeconds(), sub = options.VapidSubject });
        var signed = $"{Header}.{Base64Url.EncodeToString(claims)}";
        byte[] signature;
        lock (_signing)
            signature = _key.Value.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }
}
