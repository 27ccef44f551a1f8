namespace Mana.Auth.Tokens;

/// <summary>
/// The key that whoever makes this request has proved to hold (RFC 9449); null: none. Every access and refresh token that the request is given
/// is bound to it. One for each request.
/// </summary>
internal sealed class ProvenKey
{
    /// <summary>RFC 7638.</summary>
    public string? Thumbprint { get; set; }

    /// <summary>What the tokens are to be sent as.</summary>
    public string TokenType => Thumbprint is null ? "Bearer" : "DPoP";
}
