using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Identity;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Passkeys;

internal static class PasskeyName
{
    public const string Default = "Passkey";
    public const int Longest = 64;

    /// <summary>Null when it is none: 1–64 characters, none of them control characters.</summary>
    public static string? Clean(string? name) => name?.Trim() is { Length: > 0 and <= Longest } trimmed && !trimmed.Any(char.IsControl) ? trimmed : null;
}

/// <summary>Somebody's own passkeys (auth.md 11.2). Another's are not there. The last one may go too.</summary>
internal sealed class PasskeyList(AuthDbContext database, Credentials credentials, AccountMails mails, TrustedPages pages, SecurityLog security, TimeProvider time)
{
    public Task<List<Passkey>> OfAsync(CurrentUser caller, CancellationToken cancellationToken) =>
        database.Passkeys.AsNoTracking().Where(row => row.UserId == caller.UserId).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken);

    /// <summary>As it is then; null when there is no such passkey.</summary>
    public async Task<Passkey?> RenameAsync(CurrentUser caller, string id, string name, Visitor visitor, CancellationToken cancellationToken)
    {
        if (await database.Passkeys.Where(row => row.Id == id && row.UserId == caller.UserId).ExecuteUpdateAsync(row => row.SetProperty(it => it.Name, name), cancellationToken) == 0)
            return null;
        security.Record(SecurityEventTypes.PasskeyRenamed, caller.UserId, visitor.Client, ("passkeyId", id), ("name", name));
        return await database.Passkeys.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
    }

    /// <summary>False when there is no such passkey.</summary>
    public async Task<bool> RemoveAsync(CurrentUser caller, string id, Visitor visitor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(caller.UserId, cancellationToken) is not { } user
            || await database.Passkeys.SingleOrDefaultAsync(row => row.Id == id && row.UserId == caller.UserId, cancellationToken) is not { } passkey)
            return false;
        database.Passkeys.Remove(passkey);
        mails.Add(user, MailTemplates.PasskeyRemoved, visitor.Locale, null, ("passkey", passkey.Name), ("changedAt", AccountMails.Instant(time.GetUtcNow())), ("securityLink", pages.Security));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        security.Record(SecurityEventTypes.PasskeyDeleted, caller.UserId, visitor.Client, ("passkeyId", id), ("name", passkey.Name));
        return true;
    }
}
