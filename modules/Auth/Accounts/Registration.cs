using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Auth.Accounts;

internal abstract record RegistrationResult
{
    /// <summary>Also the answer to an address that is taken: nobody learns from it who has an account.</summary>
    public sealed record Registered(AccountView Account, bool NeedsVerification) : RegistrationResult;

    public sealed record Invalid(string Problem) : RegistrationResult;

    public sealed record WeakPassword(string Problem) : RegistrationResult;

    public sealed record Busy : RegistrationResult;
}

/// <summary>Creates accounts (auth.md 5.2).</summary>
internal sealed class Registration(
    AuthDbContext database, UserManager<User> users, HashingGate gate, EventWriter events, VerificationRule verification, AuthMetrics metrics,
    IIdSource ids, TimeProvider time)
{
    const int LongestName = 100;

    public async Task<RegistrationResult> RegisterAsync(string? email, string? password, string? name, CancellationToken cancellationToken)
    {
        if (EmailAddress.Normalize(email) is not { } address)
            return Refuse("invalid", new RegistrationResult.Invalid("email: Invalid email address"));
        if (password is null)
            return Refuse("invalid", new RegistrationResult.Invalid("password: Required"));
        var displayName = string.IsNullOrWhiteSpace(name) ? EmailAddress.LocalPart(address) : name.Trim();
        if (displayName.Length > LongestName || displayName.Any(char.IsControl))
            return Refuse("invalid", new RegistrationResult.Invalid($"name: At most {LongestName} characters, none of them control characters"));
        if (PasswordPolicy.Weakness(password, address, displayName) is { } weakness)
            return Refuse("weak_password", new RegistrationResult.WeakPassword(weakness));

        var user = NewUser(address, displayName);
        using (var lease = await gate.EnterAsync(cancellationToken))
        {
            if (!lease.IsAcquired)
                return Refuse("busy", new RegistrationResult.Busy());
            user.PasswordHash = users.PasswordHasher.HashPassword(user, password);
        }

        // The hash is computed before anybody looks whether the address is free: both answers take the same time.
        var created = await users.FindByEmailAsync(address) is null && await TryCreateAsync(user, cancellationToken);
        metrics.Registration(created ? "created" : "duplicate");
        return new RegistrationResult.Registered(AccountView.Of(user), verification.Required);
    }

    /// <summary>False when a parallel registration took the address first.</summary>
    async Task<bool> TryCreateAsync(User user, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        events.Add(database, new UserRegistered(user.Id, user.CreatedAt));
        try
        {
            var result = await users.CreateAsync(user);
            if (!result.Succeeded)
                throw new InvalidOperationException("Identity refused a valid user: " + string.Join(", ", result.Errors.Select(error => error.Code)));
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException
                                                  { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: UserConfiguration.UniqueEmail })
        {
            return false;
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    User NewUser(string address, string name)
    {
        var now = time.GetUtcNow();
        return new User
        {
            Id = ids.NewId(),
            Name = name,
            Email = address,
            CreatedAt = now,
            UpdatedAt = now,
            PasswordChangedAt = now,
        };
    }

    RegistrationResult Refuse(string reason, RegistrationResult result)
    {
        metrics.Registration(reason);
        return result;
    }
}
