using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Sessions;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.TwoFactor;

/// <summary>What was begun with a first factor and waits for the second (auth.md 10): ten minutes, five codes.</summary>
internal sealed class PendingSignIns(AuthDbContext database, IIdSource ids, TimeProvider time)
{
    public const int MostAttempts = 5;
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>What a client may finish it with.</summary>
    public static readonly IReadOnlyList<string> Methods = ["totp", "backup_code"];

    /// <summary>The text, which exists nowhere else: for the cookie, and for clients without cookies.</summary>
    public async Task<string> BeginAsync(User user, string method, SignInOrigin origin, CancellationToken cancellationToken)
    {
        var (text, now) = (OpaqueToken.New(ids), time.GetUtcNow());
        database.ChangeTracker.Clear();
        database.PendingSignIns.Add(new PendingSignIn
        {
            TokenHash = OpaqueToken.Hash(text)!,
            UserId = user.Id,
            SecurityStamp = user.SecurityStamp,
            Method = method,
            DeviceId = origin.DeviceId,
            DeviceName = origin.DeviceName,
            RememberMe = origin.RememberMe,
            UntilClosed = origin.UntilClosed,
            CreatedAt = now,
            ExpiresAt = now + Lifetime,
        });
        await database.SaveChangesAsync(cancellationToken);
        return text;
    }

    /// <summary>With its account as it is now; null when it is over, or the account is no longer what it was.</summary>
    public async Task<(PendingSignIn Pending, User User)?> FindAsync(string? text, CancellationToken cancellationToken)
    {
        if (OpaqueToken.Hash(text) is not { } hash)
            return null;
        var now = time.GetUtcNow();
        var row = await database.PendingSignIns.Where(pending => pending.TokenHash == hash && pending.ExpiresAt > now && pending.Attempts < MostAttempts)
            .Join(database.Users, pending => pending.UserId, user => user.Id, (pending, user) => new { pending, user }).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        return row is not null && row.user is { DeletedAt: null, BlockedAt: null, TwoFactorEnabled: true } && row.user.SecurityStamp == row.pending.SecurityStamp
            ? (row.pending, row.user)
            : null;
    }

    /// <summary>Before a code is looked at, so that however many are tried at once, only five are. False: it is over.</summary>
    public async Task<bool> CountAsync(PendingSignIn pending, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await database.PendingSignIns.Where(row => row.TokenHash == pending.TokenHash && row.ExpiresAt > now && row.Attempts < MostAttempts)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.Attempts, it => it.Attempts + 1), cancellationToken) == 1;
    }

    /// <summary>Inside the transaction that starts the session: a pending sign-in becomes one session at most.</summary>
    public async Task<bool> TakeAsync(PendingSignIn pending, CancellationToken cancellationToken) =>
        await database.PendingSignIns.Where(row => row.TokenHash == pending.TokenHash).ExecuteDeleteAsync(cancellationToken) == 1;
}
