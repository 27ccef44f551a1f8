using Mana.Auth.Cookies;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Sessions;

/// <summary>Ends sessions on their owner's word, and leaves a note of it (auth.md 6.3, 22).</summary>
internal sealed class SignOut(SessionRevocation revocation, SessionCookies cookies, OriginCheck origins, SecurityLog log)
{
    /// <summary>
    /// Whatever of the three there is: the access token, a refresh token, the cookie. A cookie counts only from a trusted origin; when it is
    /// all there is, its refusal is the answer. Null: done, also when there was nothing to end.
    /// </summary>
    public async Task<ApiError?> SignOutAsync(HttpContext context, string? refreshToken, CancellationToken cancellationToken)
    {
        var caller = context.Features.Get<CurrentUser>();
        var token = cookies.Token(context);
        var refusal = token is null ? null : origins.Refusal(context);
        if (refusal is not null && refreshToken is null && caller is null)
            return refusal;
        var cookie = token is null || refusal is not null ? null : SessionCookies.Hash(token);
        foreach (var ended in await revocation.LogoutAsync(refreshToken, caller?.SessionId, cookie, cancellationToken))
            log.Record(SecurityEventTypes.Logout, ended.UserId, ClientInfo.Of(context), ("sessionId", ended.Id));
        cookies.Clear(context);
        return null;
    }

    /// <summary>This session, on the word of a client that knows its id: no other site could have told us (RP-Initiated Logout 2).</summary>
    public async Task EndAsync(HttpContext context, LiveSession live, CancellationToken cancellationToken)
    {
        foreach (var ended in await revocation.LogoutAsync(null, live.Session.Id, null, cancellationToken))
            log.Record(SecurityEventTypes.Logout, ended.UserId, ClientInfo.Of(context), ("sessionId", ended.Id));
        cookies.Drop(context);
    }

    /// <summary>False when the caller has no such session.</summary>
    public async Task<bool> RevokeAsync(HttpContext context, CurrentUser caller, string sessionId, CancellationToken cancellationToken) =>
        Note(context, caller, await revocation.RevokeOwnAsync(sessionId, caller.UserId, cancellationToken)) > 0;

    public async Task RevokeAllAsync(HttpContext context, CurrentUser caller, bool alsoThis, CancellationToken cancellationToken) =>
        Note(context, caller, await revocation.RevokeAllAsync(caller.UserId, alsoThis ? null : caller.SessionId, SessionRevocation.Owner, cancellationToken));

    int Note(HttpContext context, CurrentUser caller, IReadOnlyList<EndedSession> ended)
    {
        foreach (var session in ended)
            log.Record(SecurityEventTypes.SessionRevoked, session.UserId, ClientInfo.Of(context), ("sessionId", session.Id), ("by", caller.SessionId));
        if (ended.Any(session => session.Id == caller.SessionId))
            cookies.Clear(context);
        return ended.Count;
    }
}
