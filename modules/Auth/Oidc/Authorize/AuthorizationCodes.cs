using Mana.Auth.Data;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Kernel.Ids;

namespace Mana.Auth.Oidc.Authorize;

/// <summary>Makes codes: with each the grant that it stands for, and the end of the request that it answers, in one transaction.</summary>
internal sealed class AuthorizationCodes(AuthDbContext database, StoredRequests stored, SecurityLog events, IIdSource ids, TimeProvider time)
{
    /// <summary>auth.md 13.5, step 6.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>Null when the request was answered in the meantime.</summary>
    /// <param name="row">The stored request; null when it never had to wait.</param>
    /// <param name="authAfter">What was proved before this does not count; null: everything does.</param>
    public async Task<string?> IssueAsync(AuthorizeRequest request, LiveSession live, OAuthRequest? row, DateTimeOffset? authAfter, ClientInfo from, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (row is not null && !await stored.ConsumeAsync(row, cancellationToken))
            return null;
        var (code, now) = (OpaqueSecret.New(ids), time.GetUtcNow());
        var grant = new OAuthGrant
        {
            Id = ids.NewId(),
            ClientId = request.ClientId,
            UserId = live.User.Id,
            SessionId = live.Session.Id,
            Scopes = [.. request.Scopes],
            AuthTime = live.Session.AuthTime,
            Amr = Proved(live.Session, authAfter),
            CreatedAt = now,
        };
        database.Add(grant);
        database.Add(new OAuthCode
        {
            CodeHash = OpaqueSecret.Hash(code)!,
            GrantId = grant.Id,
            RedirectUri = request.RedirectUri,
            CodeChallenge = request.CodeChallenge,
            Nonce = request.Nonce,
            DpopJkt = request.DpopJkt,
            ExpiresAt = now + Lifetime,
        });
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Record(SecurityEventTypes.OidcAuthorized, grant.UserId, from, ("clientId", grant.ClientId), ("scopes", grant.Scopes), ("sessionId", grant.SessionId));
        return code;
    }

    /// <summary>A password alone makes a sign-in recent again, and its second factor stays as old as it was: it must not pass for a new one.</summary>
    static List<string> Proved(Session session, DateTimeOffset? authAfter)
    {
        if (authAfter is null || session.SecondFactorAt >= authAfter)
            return session.Amr;
        var rest = session.Amr.Where(method => method != AuthenticationMethods.MultiFactor && !AuthenticationMethods.IsSecondFactor(method)).ToList();
        // Begun with a passkey alone: what was proved since is the password (see Recovery.PasswordChange).
        return rest.Count > 0 ? rest : [AuthenticationMethods.Password];
    }
}
