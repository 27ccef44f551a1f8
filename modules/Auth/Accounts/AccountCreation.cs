using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.SignUp;
using Mana.Auth.Spaces;
using Mana.Auth.Verification;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Auth.Accounts;

internal enum Creation
{
    Created,

    /// <summary>Somebody took the address a moment ago.</summary>
    AddressTaken,

    /// <summary>Somebody took the day's last place a moment ago.</summary>
    DayIsFull,
}

/// <summary>
/// All that a new account consists of, in one transaction: the account, its personal space, their events, the first verification mail and the
/// place in the day's count. Nothing of it is there without the rest.
/// </summary>
internal sealed class AccountCreation(
    AuthDbContext database, UserManager<User> users, NewSpace spaces, SpaceSlugs slugs, EmailVerification verification, SignUpGate gate, EventWriter events, IIdSource ids)
{
    const string UniqueSlug = "organizations_slug_key";
    const int Attempts = 3;

    public async Task<Creation> CreateAsync(User user, string target, string locale, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
            try
            {
                await AddAsync(user, target, locale, cancellationToken);
                if (!await gate.TakeAsync(cancellationToken))
                    return Creation.DayIsFull;
                await transaction.CommitAsync(cancellationToken);
                return Creation.Created;
            }
            catch (DbUpdateException exception) when (Violated(exception) == UserConfiguration.UniqueEmail)
            {
                return Creation.AddressTaken;
            }
            catch (DbUpdateException exception) when (Violated(exception) == UniqueSlug && attempt < Attempts)
            {
                // Somebody chose that slug for another space meanwhile; the next look sees it.
            }
            finally
            {
                database.ChangeTracker.Clear();
            }
        }
    }

    /// <summary>
    /// What it would have cost to create this account, for an address that has one: the same writes for somebody who does not exist, taken
    /// back. Otherwise the time of the answer would tell who is registered.
    /// </summary>
    public async Task PretendAsync(User user, string target, string locale, CancellationToken cancellationToken)
    {
        var nobody = new User
        {
            Id = ids.NewId(),
            Name = user.Name,
            // No domain ends like this (RFC 2606), so nobody can register it and be in the way.
            Email = $"{EmailAddress.LocalPart(user.Email!)}@{ids.NewId()}.invalid",
            PasswordHash = user.PasswordHash,
            CreatedAt = user.CreatedAt,
            UpdatedAt = user.UpdatedAt,
        };
        var transaction = database.Database.CurrentTransaction ?? throw new InvalidOperationException("Only inside a transaction.");
        await transaction.CreateSavepointAsync("pretence", cancellationToken);
        try
        {
            await AddAsync(nobody, target, locale, cancellationToken);
        }
        catch (DbUpdateException)
        {
            // It is taken back anyway.
        }

        await transaction.RollbackToSavepointAsync("pretence", cancellationToken);
        database.ChangeTracker.Clear();
    }

    async Task AddAsync(User user, string target, string locale, CancellationToken cancellationToken)
    {
        events.Add(database, new UserRegistered(user.Id, user.CreatedAt));
        var result = await users.CreateAsync(user);
        if (!result.Succeeded)
            throw new InvalidOperationException("Identity refused a valid user: " + string.Join(", ", result.Errors.Select(error => error.Code)));
        spaces.Add(SpaceType.Personal, user.Name, user.Id, user.AccessTier, await slugs.FreeAsync(EmailAddress.LocalPart(user.Email!), cancellationToken));
        // Who came by a link in a mail has proved the address with it.
        if (user.EmailConfirmed)
            events.Add(database, new EmailVerified(user.Id, user.CreatedAt));
        else
            await verification.OweAsync(user, target, locale, null, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
    }

    static string? Violated(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } violation ? violation.ConstraintName : null;
}
