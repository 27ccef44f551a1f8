using System.Text.Json.Serialization;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Kernel.Identity;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Sessions;

/// <summary>A session as clients see it (auth.md 6.3). <c>token</c> is the id: no secret is ever sent back.</summary>
internal sealed record SessionView(
    string Id,
    string UserId,
    string Token,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset ExpiresAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset UpdatedAt,
    string? IpAddress,
    string? UserAgent,
    string? ActiveOrganizationId)
{
    public static SessionView Of(Session session) => new(
        session.Id, session.UserId, session.Id, session.ExpiresAt, session.CreatedAt, session.UpdatedAt, session.IpAddress, session.UserAgent, null);
}

internal sealed record SessionResponse(SessionView Session, AccountView User);

/// <summary>The session behind an access token, as the database knows it now.</summary>
internal sealed class CurrentSession(AuthDbContext database, TimeProvider time)
{
    /// <summary>Null when the session was revoked or ran out, although the token has not.</summary>
    public async Task<SessionResponse?> FindAsync(CurrentUser? caller, CancellationToken cancellationToken)
    {
        if (caller?.SessionId is not { } id)
            return null;
        var session = await database.Sessions.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.UserId == caller.UserId, cancellationToken);
        if (session is null || !session.IsAlive(time.GetUtcNow()))
            return null;
        var user = await database.Users.AsNoTracking().SingleAsync(row => row.Id == session.UserId, cancellationToken);
        return user.DeletedAt is null ? new SessionResponse(SessionView.Of(session), AccountView.Of(user)) : null;
    }
}
