using Mana.Kernel.Identity;

namespace Mana.Auth.Contracts;

/// <summary>
/// Judges an access token that did not arrive in an <c>Authorization</c> header (the first message of a WebSocket).
/// Everything else takes <see cref="CurrentUser"/> and the policy <see cref="Policies.User"/>.
/// </summary>
public interface IAccessTokenVerifier
{
    /// <summary>Never throws for any text, however malformed.</summary>
    ValueTask<TokenVerdict> VerifyAsync(string token, CancellationToken cancellationToken);
}

/// <summary>What became of a token (auth.md 25).</summary>
public abstract record TokenVerdict
{
    private TokenVerdict()
    {
    }

    public sealed record Valid(CurrentUser User) : TokenVerdict;

    /// <summary>Genuine in every other respect: the client refreshes and comes again.</summary>
    public sealed record Expired : TokenVerdict;

    /// <summary>Not a token of ours, or not for this server.</summary>
    /// <param name="Reason">
    /// For metrics, never for the client: <c>malformed</c>, <c>algorithm</c>, <c>type</c>, <c>key</c>, <c>signature</c>, <c>claims</c>,
    /// <c>issuer</c>, <c>audience</c>, <c>subject</c>, <c>id_token</c>, <c>no_expiry</c>, <c>not_yet_valid</c>, <c>session</c> (it has ended; known within 30 seconds, auth.md 7.1).
    /// </param>
    public sealed record Invalid(string Reason) : TokenVerdict;

    /// <summary>The keys could not be read and none are cached: 503, never 401.</summary>
    public sealed record KeysUnavailable : TokenVerdict;
}
