using Mana.Auth.Accounts;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Passwords;
using Mana.Auth.Privacy.Erasures;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.Spaces;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Auth.Personas;

internal abstract record PersonaResult
{
    public sealed record Kept(string UserId, string Email) : PersonaResult;

    public sealed record Weak(string Sentence) : PersonaResult;

    /// <summary>The address belongs to somebody who is no persona: nothing was changed (W31).</summary>
    public sealed record NoPersona : PersonaResult;

    public sealed record NotFound : PersonaResult;

    public sealed record Busy : PersonaResult;

    public sealed record Removed(string UserId) : PersonaResult;
}

/// <summary>
/// Makes, changes and removes personas (auth.md 17.4). Making one again, by its address, changes it into what is asked for. It is a real
/// account, so other modules hear of it; it gets no mails and counts toward no limit of sign-ups.
/// </summary>
internal sealed class PersonaKeeping(
    AuthDbContext database, UserManager<User> users, IPasswordHasher<User> hasher, HashingGate gate, PasswordPolicy policy, NewSpace spaces, SpaceSlugs slugs,
    SessionRevocation sessions, AccountErasure erasure, EventWriter events, IIdSource ids, TimeProvider time)
{
    const string PasswordChanged = "password_change";

    public async Task<PersonaResult> KeepAsync(PersonaDescriptor wanted, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        string hash;
        using (var lease = await gate.EnterAsync(cancellationToken))
        {
            if (!lease.IsAcquired)
                return new PersonaResult.Busy();
            if (policy.Judge(wanted.Password, wanted.Address, wanted.Name ?? EmailAddress.LocalPart(wanted.Address)) is { } weakness)
                return new PersonaResult.Weak(weakness.Sentence);
            hash = hasher.HashPassword(new User { Name = "", CreatedAt = now, UpdatedAt = now }, wanted.Password);
        }

        // Twice: whoever loses the race for the address finds the account of the winner.
        return await ChangeAsync(wanted, hash, cancellationToken) ?? await CreateAsync(wanted, hash, cancellationToken) ?? await ChangeAsync(wanted, hash, cancellationToken)
            ?? new PersonaResult.NoPersona();
    }

    /// <summary>By the workflow of every account. Nobody inherits from a persona: shared spaces that only it owned go with it.</summary>
    public async Task<PersonaResult> RemoveAsync(string userId, ClientInfo client, CancellationToken cancellationToken)
    {
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == userId && row.DeletedAt == null, cancellationToken);
        if (user is null)
            return new PersonaResult.NotFound();
        if (user.Kind != UserKind.Persona)
            return new PersonaResult.NoPersona();
        await erasure.EraseAsync(userId, ErasureWish.None with { DeletesAll = true }, "de", client, cancellationToken);
        return new PersonaResult.Removed(userId);
    }

    /// <summary>Null when nobody has the address.</summary>
    async Task<PersonaResult?> ChangeAsync(PersonaDescriptor wanted, string hash, CancellationToken cancellationToken)
    {
        database.ChangeTracker.Clear();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var found = await database.Users.FromSql($"SELECT * FROM auth.users WHERE email_normalized = {wanted.Address} FOR NO KEY UPDATE").AsTracking().ToListAsync(cancellationToken);
        if (found is not [var user])
            return null;
        if (user.Kind != UserKind.Persona || user.DeletedAt is not null)
            return new PersonaResult.NoPersona();
        var isNewPassword = user.PasswordHash is not { } old || !await IsSameAsync(user, old, wanted.Password, cancellationToken);
        if (isNewPassword)
            (user.PasswordHash, user.SecurityStamp, user.PasswordChangedAt) = (hash, ids.NewId(), time.GetUtcNow());
        (user.Name, user.EmailConfirmed, user.UpdatedAt) = (wanted.Name ?? user.Name, true, time.GetUtcNow());
        if (user.AccessTier != AccessTier.Founder)
            events.Add(database, new TierChanged(user.Id, LowerCaseEnum.Text(AccessTier.Founder)));
        user.AccessTier = AccessTier.Founder;
        foreach (var space in await database.Organizations.Where(space => space.OwnerUserId == user.Id && space.Tier != AccessTier.Founder).AsTracking().ToListAsync(cancellationToken))
        {
            space.Tier = AccessTier.Founder;
            events.Add(database, new SpaceTierChanged(space.Id, LowerCaseEnum.Text(AccessTier.Founder)));
        }

        var persona = await database.Set<Persona>().AsTracking().SingleOrDefaultAsync(row => row.UserId == user.Id, cancellationToken);
        if (persona is null)
            database.Add(NewPersona(user.Id, wanted));
        else
            (persona.Archetype, persona.SystemPrompt, persona.ModuleMix, persona.TickCadence) = (wanted.Archetype, wanted.SystemPrompt, wanted.ModuleMix, wanted.TickCadence);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (isNewPassword)
            await sessions.RevokeAllAsync(user.Id, null, PasswordChanged, cancellationToken);
        return new PersonaResult.Kept(user.Id, user.Email!);
    }

    /// <summary>Null when somebody took the address a moment ago.</summary>
    async Task<PersonaResult?> CreateAsync(PersonaDescriptor wanted, string hash, CancellationToken cancellationToken)
    {
        database.ChangeTracker.Clear();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var user = new User
            {
                Id = ids.NewId(), Name = wanted.Name ?? EmailAddress.LocalPart(wanted.Address), Email = wanted.Address, EmailConfirmed = true, Kind = UserKind.Persona,
                AccessTier = AccessTier.Founder, PasswordHash = hash, PasswordChangedAt = now, CreatedAt = now, UpdatedAt = now,
            };
            events.Add(database, new UserRegistered(user.Id, now));
            var result = await users.CreateAsync(user);
            if (!result.Succeeded)
                throw new InvalidOperationException("Identity refused a valid user: " + string.Join(", ", result.Errors.Select(error => error.Code)));
            spaces.Add(SpaceType.Personal, user.Name, user.Id, AccessTier.Founder, await slugs.FreeAsync(EmailAddress.LocalPart(wanted.Address), cancellationToken));
            database.Add(NewPersona(user.Id, wanted));
            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return new PersonaResult.Kept(user.Id, user.Email!);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { ConstraintName: UserConfiguration.UniqueEmail })
        {
            return null;
        }
    }

    async Task<bool> IsSameAsync(User user, string hash, string password, CancellationToken cancellationToken)
    {
        using var lease = await gate.EnterAsync(cancellationToken);
        return lease.IsAcquired && hasher.VerifyHashedPassword(user, hash, password) == PasswordVerificationResult.Success;
    }

    Persona NewPersona(string userId, PersonaDescriptor wanted) => new()
    {
        UserId = userId, Archetype = wanted.Archetype, SystemPrompt = wanted.SystemPrompt, ModuleMix = wanted.ModuleMix, TickCadence = wanted.TickCadence, CreatedAt = time.GetUtcNow(),
    };
}
