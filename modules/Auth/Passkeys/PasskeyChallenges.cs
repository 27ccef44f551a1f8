using Mana.Auth.Data;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Passkeys;

/// <summary>Questions to authenticators (auth.md 11.1): on the server, good for five minutes and for one answer.</summary>
internal sealed class PasskeyChallenges(AuthDbContext database, IIdSource ids, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    const int Length = 32;

    /// <summary>A new question.</summary>
    /// <param name="userId">Whose answer it must be; null: anybody's.</param>
    public async Task<PasskeyChallenge> AskAsync(bool registration, string? userId, CancellationToken cancellationToken)
    {
        var challenge = new PasskeyChallenge { Id = ids.NewId(), Registration = registration, UserId = userId, Challenge = new byte[Length], ExpiresAt = time.GetUtcNow() + Lifetime };
        ids.Fill(challenge.Challenge);
        database.PasskeyChallenges.Add(challenge);
        await database.SaveChangesAsync(cancellationToken);
        return challenge;
    }

    /// <summary>Takes it away, whatever becomes of the answer. Null: unknown, too late, or answered before.</summary>
    public async Task<PasskeyChallenge?> TakeAsync(string? id, bool registration, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var taken = await database.PasskeyChallenges.FromSql($"DELETE FROM auth.passkey_challenges WHERE id = {id} AND registration = {registration} RETURNING *")
            .AsNoTracking().ToListAsync(cancellationToken);
        return taken is [var challenge] && challenge.ExpiresAt > now ? challenge : null;
    }
}
