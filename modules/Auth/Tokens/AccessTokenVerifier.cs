using Mana.Auth.Contracts;
using Mana.Auth.Keys;
using Mana.Auth.Oidc.Dpop;
using Mana.Auth.Sessions;

namespace Mana.Auth.Tokens;

/// <summary>The whole judgement on a token, in the order of cost. Used by the authentication handler and, through the contract, by Sync.</summary>
internal sealed class AccessTokenVerifier(SigningKeyRing ring, VerifiedTokenCache cache, SessionStanding standing, DpopProofs proofs, ProofBudget budget, AuthOptions options, TimeProvider time)
    : IAccessTokenVerifier
{
    static readonly TokenVerdict.Invalid Unproven = new("unproven");

    public async ValueTask<TokenVerdict> VerifyAsync(string token, CancellationToken cancellationToken) =>
        await JudgeAsync(token, cancellationToken) is var verdict && verdict is TokenVerdict.Valid { KeyThumbprint: not null } ? Unproven : verdict;

    /// <summary>The token first: a proof costs a write, which only somebody with a good token may cause.</summary>
    public async ValueTask<TokenVerdict> VerifyAsync(string token, PossessionProof proof, CancellationToken cancellationToken)
    {
        var verdict = await JudgeAsync(token, cancellationToken);
        if (verdict is not TokenVerdict.Valid valid)
            return verdict;
        return valid.KeyThumbprint is { } bound && budget.Spend(valid.User.SessionId ?? valid.User.UserId) is null
            && await proofs.JudgeAsync(proof.Text, proof.Method, options.BaseUrl + proof.Path, token, cancellationToken) is DpopVerdict.Good good && good.Thumbprint == bound
            ? valid
            : Unproven;
    }

    async ValueTask<TokenVerdict> JudgeAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length is 0 or > CompactJws.LongestToken)
            return new TokenVerdict.Invalid("malformed");
        try
        {
            var digest = TokenDigest.Of(token);
            var verdict = cache.Find(digest) is { } verified
                ? await AgainAsync(verified, cancellationToken)
                : await FirstTimeAsync(token, digest, cancellationToken);
            return verdict is TokenVerdict.Valid { User.SessionId: { } session } && await standing.HasEndedAsync(session, cancellationToken)
                ? new TokenVerdict.Invalid("session")
                : verdict;
        }
        catch (KeysUnavailableException)
        {
            return new TokenVerdict.KeysUnavailable();
        }
    }

    /// <summary>What can have changed since the signature was checked: the time, the key's standing, and (see above) the session's.</summary>
    async ValueTask<TokenVerdict> AgainAsync(VerifiedToken verified, CancellationToken cancellationToken)
    {
        var keys = await ring.CurrentAsync(cancellationToken);
        if (keys.Find(verified.KeyId) is null)
            return new TokenVerdict.Invalid("key");
        return AccessTokenClaims.HasEnded(verified.User.ExpiresAt, time.GetUtcNow())
            ? new TokenVerdict.Expired()
            : new TokenVerdict.Valid(verified.User) { KeyThumbprint = verified.KeyThumbprint };
    }

    async ValueTask<TokenVerdict> FirstTimeAsync(string token, TokenDigest digest, CancellationToken cancellationToken)
    {
        if (CompactJws.Parse(token) is not { } jws)
            return new TokenVerdict.Invalid("malformed");
        if (jws.Algorithm != AccessTokens.Algorithm || jws.HasCritical)
            return new TokenVerdict.Invalid("algorithm");
        if (!IsAccessTokenType(jws.Type))
            return new TokenVerdict.Invalid("type");
        if (jws.KeyId is not { } keyId || await ring.FindAsync(keyId, cancellationToken) is not { Algorithm: AccessTokens.Algorithm } key)
            return new TokenVerdict.Invalid("key");
        if (!key.Verify(jws.SigningInput, jws.Signature))
            return new TokenVerdict.Invalid("signature");

        var verdict = AccessTokenClaims.Check(jws.Payload, options.BaseUrl, options.Audience, time.GetUtcNow());
        if (verdict is TokenVerdict.Valid valid)
            cache.Add(digest, new VerifiedToken(valid.User, valid.KeyThumbprint, keyId));
        return verdict;
    }

    /// <summary>Absent and <c>JWT</c> are what older issuers wrote (auth.md 25, migration window). Media types know no case.</summary>
    static bool IsAccessTokenType(string? type) =>
        type is null || type.Equals(AccessTokens.Type, StringComparison.OrdinalIgnoreCase) || type.Equals("JWT", StringComparison.OrdinalIgnoreCase);
}
