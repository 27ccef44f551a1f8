using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Protocol;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Grants;

/// <summary>A token that is good now.</summary>
/// <param name="Standing">Null for a token of the client itself.</param>
internal sealed record StandingToken(OAuthToken Token, OAuthClient Client, StandingGrant? Standing)
{
    /// <summary>What it is good for today: an administrator who takes a scope from a client takes it from its tokens too.</summary>
    public IReadOnlyList<string> Scopes { get; } = [.. Token.Scopes.Where(Client.AllowedScopes.Contains)];
}

/// <summary>Finds the tokens that clients present.</summary>
internal sealed class ClientTokens(AuthDbContext database, ClientDirectory clients, GrantStanding grants, TimeProvider time)
{
    /// <summary>Null for what we did not make.</summary>
    public async Task<OAuthToken?> FindAsync(string? text, CancellationToken cancellationToken) =>
        OpaqueSecret.Hash(text) is { } hash ? await database.Set<OAuthToken>().AsNoTracking().SingleOrDefaultAsync(token => token.TokenHash == hash, cancellationToken) : null;

    /// <summary>Null for what is unknown, has ended, was used up or was revoked, by itself or with its grant, session, client or account.</summary>
    public async Task<StandingToken?> StandingAsync(string? text, CancellationToken cancellationToken)
    {
        if (await FindAsync(text, cancellationToken) is not { UsedAt: null, RevokedAt: null } token || token.ExpiresAt <= time.GetUtcNow())
            return null;
        if (await clients.FindAsync(token.ClientId, cancellationToken) is not { } client)
            return null;
        if (token.GrantId is null)
            return new StandingToken(token, client, null);
        return await grants.OfAsync(token.GrantId, cancellationToken) is { } grant ? new StandingToken(token, client, grant) : null;
    }

    /// <summary>Safe to repeat.</summary>
    public Task<int> RevokeAsync(OAuthToken token, CancellationToken cancellationToken)
    {
        DateTimeOffset? now = time.GetUtcNow();
        return database.Set<OAuthToken>().Where(row => row.TokenHash == token.TokenHash && row.RevokedAt == null).ExecuteUpdateAsync(row => row.SetProperty(one => one.RevokedAt, now), cancellationToken);
    }
}
