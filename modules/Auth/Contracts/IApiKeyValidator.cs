namespace Mana.Auth.Contracts;

/// <summary>Judges API keys (auth.md 15), in the form <c>sk_live_…</c>, that machines send in place of an access token.</summary>
public interface IApiKeyValidator
{
    /// <summary>
    /// Any text, however malformed, is at worst <see cref="ApiKeyVerdict.Invalid"/>. Notes the use. Revocation shows at once; whoever caches an
    /// answer does so per key and scope, for 5 minutes at most.
    /// </summary>
    /// <param name="scope">What the key is wanted for, e.g. <c>stt</c>; null: just whose it is.</param>
    ValueTask<ApiKeyVerdict> ValidateAsync(string apiKey, string? scope, CancellationToken cancellationToken);
}

/// <summary>What became of an API key.</summary>
public abstract record ApiKeyVerdict
{
    private ApiKeyVerdict()
    {
    }

    /// <summary>Good, and good for what was asked.</summary>
    /// <param name="UserId">Whom it acts for; the account exists.</param>
    /// <param name="Requests">How many requests the caller should let through in each window.</param>
    /// <param name="WindowSeconds">Length of a window.</param>
    public sealed record Valid(string KeyId, string UserId, IReadOnlyList<string> Scopes, int Requests, int WindowSeconds) : ApiKeyVerdict;

    /// <summary>A good key that was not made for this.</summary>
    public sealed record ScopeDenied : ApiKeyVerdict;

    /// <summary>Unknown, revoked, expired, or its account is gone.</summary>
    public sealed record Invalid : ApiKeyVerdict;
}
