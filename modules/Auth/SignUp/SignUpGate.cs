using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.SignUp;

/// <summary>auth.md 5.7. <c>spotsRemaining</c> is null, <c>limit</c> 0 and <c>resetsAt</c> empty when there is no limit.</summary>
internal sealed record SignUpStatus(bool RegistrationOpen, int? SpotsRemaining, int TotalToday, int Limit, string ResetsAt);

/// <summary>
/// So many new accounts per day, UTC. The day's row counts accounts that were committed, and is the lock of the last place. Beside it are the
/// requests that were answered alike: only those are told to strangers, who could see otherwise whether a registration made an account.
/// </summary>
internal sealed class SignUpGate(AuthDbContext database, AuthOptions options, TimeProvider time)
{
    public async Task<SignUpStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var today = Today();
        var day = await database.SignUpDays.AsNoTracking().SingleOrDefaultAsync(row => row.Day == today, cancellationToken);
        var total = Math.Max(day?.Accepted ?? 0, day?.Registered ?? 0);
        if (options.MaxDailySignups == 0)
            return new SignUpStatus(true, null, total, 0, "");
        var open = (day?.Registered ?? 0) < options.MaxDailySignups;
        // While it is open there is a place, whatever the requests that made no account add up to.
        return new SignUpStatus(open, Math.Max(open ? 1 : 0, options.MaxDailySignups - total), total, options.MaxDailySignups, $"{today.AddDays(1):yyyy-MM-dd}T00:00:00.000Z");
    }

    /// <summary>Whole seconds until it opens again; null when it is open. Only <see cref="TakeAsync"/> decides.</summary>
    public async Task<int?> ClosedForAsync(CancellationToken cancellationToken) =>
        options.MaxDailySignups == 0 || (await StatusAsync(cancellationToken)).RegistrationOpen ? null : SecondsLeft();

    /// <summary>The last statement of the transaction that creates an account: others wait for this row until it ends. False: full.</summary>
    public async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var most = options.MaxDailySignups == 0 ? int.MaxValue : options.MaxDailySignups;
        var today = Today();
        return await database.Database.ExecuteSqlAsync($"""
            INSERT INTO auth.signup_days AS row (day, registered, accepted) VALUES ({today}, 1, 1)
            ON CONFLICT (day) DO UPDATE SET registered = row.registered + 1, accepted = row.accepted + 1 WHERE row.registered < {most}
            """, cancellationToken) == 1;
    }

    /// <summary>The same statement for a request that makes no account and must not show that. False: full.</summary>
    public async Task<bool> TakeNoneAsync(CancellationToken cancellationToken)
    {
        var most = options.MaxDailySignups == 0 ? int.MaxValue : options.MaxDailySignups;
        var today = Today();
        return await database.Database.ExecuteSqlAsync($"""
            INSERT INTO auth.signup_days AS row (day, registered, accepted) VALUES ({today}, 0, 1)
            ON CONFLICT (day) DO UPDATE SET accepted = row.accepted + 1 WHERE row.registered < {most}
            """, cancellationToken) == 1;
    }

    public int SecondsLeft()
    {
        var now = time.GetUtcNow();
        return (int)Math.Ceiling((new DateTimeOffset(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero) - now).TotalSeconds);
    }

    DateOnly Today() => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
}
