using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Vault;

/// <summary>
/// The body of a request that may hold a key: at most 4 kB, never a string, cleared when it is done with (auth.md 20.5). What cannot be read
/// as a JSON object is an empty one: the members that are missing then are what is refused, and audited.
/// </summary>
internal sealed class VaultBody : IDisposable
{
    public const int Largest = 4096;
    static readonly JsonDocument Nothing = JsonDocument.Parse("{}");

    readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(Largest + 1, pinned: true);
    JsonDocument _json = Nothing;

    public bool IsTooLarge { get; private set; }

    public static async Task<VaultBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new VaultBody();
        var length = await request.Body.ReadAtLeastAsync(body._buffer, body._buffer.Length, throwOnEndOfStream: false, cancellationToken);
        body.IsTooLarge = length > Largest;
        try
        {
            if (!body.IsTooLarge && JsonDocument.Parse(body._buffer.AsMemory(0, length)) is { RootElement.ValueKind: JsonValueKind.Object } json)
                body._json = json;
        }
        catch (JsonException)
        {
            body._json = Nothing;
        }

        return body;
    }

    /// <summary>Null when it is missing, no string, or text that cannot be written in Unicode.</summary>
    public string? Text(string name)
    {
        try
        {
            return _json.RootElement.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public bool? Flag(string name) => _json.RootElement.TryGetProperty(name, out var member)
        ? member.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
        : null;

    /// <summary>Null when it is missing or not base64 of 32 bytes.</summary>
    public MasterKey? Key(string name) =>
        _json.RootElement.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String && member.TryGetBytesFromBase64(out var bytes)
            ? MasterKey.Take(bytes)
            : null;

    public void Dispose()
    {
        if (_json != Nothing)
            _json.Dispose();
        CryptographicOperations.ZeroMemory(_buffer);
    }
}
