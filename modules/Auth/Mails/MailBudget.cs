using Mana.Auth.Data;
using Mana.Kernel.RateLimits;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Mails;

/// <summary>Mails that strangers can cause: so many per address, kind and span of time (auth.md 3.5, 5.2, 5.3).</summary>
internal sealed class MailBudget(AuthDbContext database, RateLimitRefusals refusals, TimeProvider time)
{
    /// <summary>Of the limit on mails of this kind.</summary>
    public static string NameOf(string kind) => "mails-" + kind;

    /// <summary>Call inside a transaction, which takes the spending along. False: the address had its share.</summary>
    public async Task<bool> SpendAsync(string kind, string address, int most, TimeSpan span, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var over = now - span;
        var isLeft = await database.Database.ExecuteSqlAsync($"""
            INSERT INTO auth.mail_allowances AS row (kind, email_normalized, since, spent) VALUES ({kind}, {address}, {now}, 1)
            ON CONFLICT (kind, email_normalized) DO UPDATE SET
              since = CASE WHEN row.since <= {over} THEN EXCLUDED.since ELSE row.since END,
              spent = CASE WHEN row.since <= {over} THEN 1 ELSE row.spent + 1 END
            WHERE row.since <= {over} OR row.spent < {most}
            """, cancellationToken) == 1;
        if (!isLeft)
            refusals.Count(NameOf(kind));
        return isLeft;
    }
}
