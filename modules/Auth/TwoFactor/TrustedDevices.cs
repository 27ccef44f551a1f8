using Mana.Auth.Cookies;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Passwords;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.TwoFactor;

/// <summary>Browsers that are spared the second factor (auth.md 10). The token in the cookie works once: each use hands out the next.</summary>
internal sealed class TrustedDevices(AuthDbContext database, SignedValue signed, IIdSource ids, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    const int MostPerUser = 20;

    /// <summary>The next token when this browser is trusted with this account, else null.</summary>
    public async Task<string?> UseAsync(Visitor visitor, User user, CancellationToken cancellationToken)
    {
        if (OpaqueToken.Hash(signed.Open(visitor.TrustCookie)) is not { } hash)
            return null;
        var (text, now) = (OpaqueToken.New(ids), time.GetUtcNow());
        var next = OpaqueToken.Hash(text)!;
        var used = await database.TrustedDevices.Where(row => row.TokenHash == hash && row.UserId == user.Id && row.ExpiresAt > now)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.TokenHash, next).SetProperty(it => it.LastUsedAt, now).SetProperty(it => it.ExpiresAt, now + Lifetime), cancellationToken);
        return used == 1 ? text : null;
    }

    /// <summary>Inside the transaction of a complete sign-in; the caller saves.</summary>
    public async Task<string> TrustAsync(User user, string? userAgent, CancellationToken cancellationToken)
    {
        var (text, now) = (OpaqueToken.New(ids), time.GetUtcNow());
        var kept = database.TrustedDevices.Where(row => row.UserId == user.Id).OrderByDescending(row => row.LastUsedAt).Take(MostPerUser - 1).Select(row => row.Id);
        await database.TrustedDevices.Where(row => row.UserId == user.Id && !kept.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
        database.TrustedDevices.Add(new TrustedDevice
        {
            Id = ids.NewId(),
            UserId = user.Id,
            TokenHash = OpaqueToken.Hash(text)!,
            UserAgent = userAgent,
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = now + Lifetime,
        });
        return text;
    }

    /// <summary>Nobody is spared anything any longer, and what was begun must be begun again. Inside the caller's transaction.</summary>
    public static Task ForgetAsync(AuthDbContext database, string userId, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync($"""
            WITH gone AS (DELETE FROM auth.pending_sign_ins WHERE user_id = {userId})
            DELETE FROM auth.trusted_devices WHERE user_id = {userId}
            """, cancellationToken);
}
