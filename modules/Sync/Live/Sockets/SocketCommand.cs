using System.Text.Json;

namespace Mana.Sync.Live.Sockets;

/// <summary>What a client may say. Everything else, garbage included, is ignored (sync.md 9.1).</summary>
internal abstract record SocketCommand
{
    private protected SocketCommand()
    {
    }

    /// <summary>Sign in, or extend the sign-in.</summary>
    /// <param name="Token">Empty when there is none.</param>
    /// <param name="ClientId">Null when the message does not name one.</param>
    /// <param name="Proof">Of the key that the token is bound to (RFC 9449); null for a bearer token.</param>
    internal sealed record Auth(string Token, string? ClientId, string? Proof) : SocketCommand;

    internal sealed record Ping : SocketCommand;

    /// <summary>Null for anything that is to be ignored.</summary>
    public static SocketCommand? Parse(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var json = JsonDocument.Parse(message);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            return Text(json.RootElement, "type") switch
            {
                "auth" => new Auth(Text(json.RootElement, "token") ?? "", Text(json.RootElement, "clientId"), Text(json.RootElement, "proof")),
                "ping" => new Ping(),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second: a string that is no valid UTF-16.
            return null;
        }
    }

    static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
