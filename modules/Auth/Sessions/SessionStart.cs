using Mana.Auth.Cookies;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Mails;
using Mana.Auth.Pages;
using Mana.Auth.Passwords;
using Mana.Auth.Tokens;
using Mana.Kernel.Ids;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Sessions;

/// <summary>A session that has just begun: what the app gets, and what its browser gets.</summary>
/// <param name="CookieToken">For <see cref="SessionCookies"/>; never part of a body.</param>
/// <param name="NewDevice">Its owner has other sessions, and none of them was on this device.</param>
internal sealed record StartedSession(SessionTokens Tokens, Session Session, string CookieToken, bool NewDevice)
{
    /// <summary>For the cookie that spares this browser the second factor; null: leave it as it is.</summary>
    public string? TrustToken { get; init; }
}

/// <summary>One sign-in, one session, one family of refresh tokens (auth.md 5.3; W28).</summary>
internal sealed class SessionStart(
    AuthDbContext database, AccessTokens access, RefreshTokens refresh, SessionCookies cookies, ProvenKey proven, KnownDevices devices, AccountMails mails, MailBudget budget,
    TrustedPages pages, IIdSource ids, TimeProvider time)
{
    /// <summary>More would tell nobody more, and whoever collects cookies of one account must not fill its mailbox.</summary>
    const int MostMails = 3;

    /// <summary>Call inside a transaction: the session must not outlive a sign-in that fails later. Then <see cref="SignedIn.Complete"/>.</summary>
    /// <param name="key">Of <see cref="AccessTokens.SigningKeyAsync"/>, asked for before the transaction.</param>
    /// <param name="amr">How the user proved who they are, of <see cref="AuthenticationMethods"/>.</param>
    public async Task<StartedSession> StartAsync(
        LoadedKey key, User user, SignInOrigin origin, IReadOnlyList<string> amr, Visitor visitor, CancellationToken cancellationToken)
    {
        // Identity may have left a re-hash that lost a race on the tracked user; it is not ours to save.
        database.ChangeTracker.Clear();
        var now = time.GetUtcNow();
        var cookie = cookies.NewToken();
        var session = new Session
        {
            Id = ids.NewId(),
            UserId = user.Id,
            CreatedAt = now,
            UpdatedAt = now,
            LastActivityAt = now,
            AuthTime = now,
            ExpiresAt = SessionLifetime.Expiry(now, origin.RememberMe, now),
            Amr = [.. amr],
            SecondFactorAt = amr.Contains(AuthenticationMethods.MultiFactor, StringComparer.Ordinal) ? now : null,
            TokenHash = SessionCookies.Hash(cookie),
            IpAddress = origin.IpAddress,
            UserAgent = origin.UserAgent,
            DeviceId = origin.DeviceId,
            DeviceName = origin.DeviceName,
            RememberMe = origin.RememberMe,
        };
        var newDevice = await IsNewDeviceAsync(session, cancellationToken);
        database.Sessions.Add(session);
        var (_, refreshToken) = refresh.Issue(database, session, session.Id, null, proven, now);
        if (newDevice)
            await TellAsync(user, session, visitor, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        return new StartedSession(new SessionTokens(access.Mint(key, user, session, proven), refreshToken, proven.TokenType), session, cookie, newDevice);
    }

    /// <summary>A browser that was updated, or has another app open, still has the cookie of its last sign-in: its owner hears of strange ones only.</summary>
    async Task TellAsync(User user, Session session, Visitor visitor, CancellationToken cancellationToken)
    {
        if (devices.Recognize(visitor.DeviceCookie, user) is not null
            || !await budget.SpendAsync(MailTemplates.NewDevice, user.NormalizedEmail!, MostMails, TimeSpan.FromDays(1), cancellationToken))
            return;
        mails.Add(
            user, MailTemplates.NewDevice, visitor.Locale, null, ("device", session.DeviceName ?? DeviceLabel.Of(session.UserAgent) ?? (visitor.Locale == "de" ? "unbekannt" : "unknown")), ("address", visitor.Network),
            ("signedInAt", AccountMails.Instant(session.CreatedAt)), ("securityLink", pages.Security));
    }

    /// <summary>A device is known by the id that its app chose, else by its user agent, for as long as one of its sessions is kept.</summary>
    async Task<bool> IsNewDeviceAsync(Session session, CancellationToken cancellationToken)
    {
        var known = await database.Sessions.Where(row => row.UserId == session.UserId).GroupBy(_ => 1)
            .Select(rows => new
            {
                Here = rows.Any(row => session.DeviceId != null ? row.DeviceId == session.DeviceId : row.UserAgent == session.UserAgent),
            }).SingleOrDefaultAsync(cancellationToken);
        return known is { Here: false };
    }
}
