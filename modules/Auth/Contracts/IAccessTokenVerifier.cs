using Mana.Kernel.Identity;

namespace Mana.Auth.Contracts;

/// <summary>
/// Judges an access token that did not arrive in an <c>Authorization</c> header (the first message of a WebSocket).
/// Everything else takes <see cref="CurrentUser"/> and the policy <see cref="Policies.User"/>.
/// </summary>
public interface IAccessTokenVerifier
{
    /// <summary>Never throws for any text, however malformed. A token that is bound to a key (RFC 9449) is refused as <c>unproven</c>.</summary>
    ValueTask<TokenVerdict> VerifyAsync(string token, CancellationToken cancellationToken);

    /// <summary>The same for a token that comes with a proof of its key, and must be bound to it.</summary>
    ValueTask<TokenVerdict> VerifyAsync(string token, PossessionProof proof, CancellationToken cancellationToken);
}

/// <summary>What a caller sends to show that it holds the key of its token (RFC 9449 4).</summary>
/// <param name="Text">The proof, a JWT; used once.</param>
/// <param name="Method">HTTP method of the request, which the proof must name.</param>
/// <param name="Path">Path of the request below <c>BASE_URL</c>, percent-encoded, without query.</param>
public sealed record PossessionProof(string Text, string Method, string Path);

/// <summary>What became of a token (auth.md 25). Of a request with an <c>Authorization</c> header it is among the features.</summary>
public abstract record TokenVerdict
{
    private TokenVerdict()
    {
    }

    public sealed record Valid(CurrentUser User) : TokenVerdict
    {
        /// <summary>RFC 7638: the key that the token is bound to, and that was proved; null for a bearer token.</summary>
        public string? KeyThumbprint { get; init; }
    }

    /// <summary>Genuine in every other respect: the client refreshes and comes again.</summary>
    public sealed record Expired : TokenVerdict;

    /// <summary>Not a token of ours, or not for this server.</summary>
    /// <param name="Reason">
    /// For metrics, never for the client: <c>malformed</c>, <c>algorithm</c>, <c>type</c>, <c>key</c>, <c>signature</c>, <c>claims</c>,
    /// <c>issuer</c>, <c>audience</c>, <c>subject</c>, <c>id_token</c>, <c>no_expiry</c>, <c>not_yet_valid</c>, <c>session</c> (it has ended; known within 30 seconds, auth.md 7.1),
    /// <c>unproven</c> (its key was not shown, or it is bound to none and should be).
    /// </param>
    public sealed record Invalid(string Reason) : TokenVerdict;

    /// <summary>The keys could not be read and none are cached: 503, never 401.</summary>
    public sealed record KeysUnavailable : TokenVerdict;
}
