using System.Buffers.Text;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.SecurityEvents;
using Mana.Auth.StepUp;
using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Notifications.Contracts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Auth.Passkeys;

internal abstract record PasskeyRegistrationResult
{
    public sealed record Asked(CreationOptions Options, string ChallengeId) : PasskeyRegistrationResult;

    public sealed record Registered(Passkey Passkey) : PasskeyRegistrationResult;

    /// <summary>The challenge is unknown, answered before, or of another person.</summary>
    public sealed record NotAsked : PasskeyRegistrationResult;

    public sealed record Refused : PasskeyRegistrationResult;

    /// <summary>The account has a second factor, and it was not proved lately.</summary>
    public sealed record StepUpRequired : PasskeyRegistrationResult;

    public sealed record Exists : PasskeyRegistrationResult;

    public sealed record TooMany : PasskeyRegistrationResult;
}

/// <summary>A new passkey for somebody who is signed in (auth.md 11).</summary>
internal sealed class PasskeyRegistration(
    AuthDbContext database, RelyingParty party, Ceremony ceremony, PasskeyChallenges challenges, Credentials credentials, AccountMails mails, TrustedPages pages,
    SecurityLog security, AuthMetrics metrics, IIdSource ids, TimeProvider time)
{
    public const int MostPerUser = 20;
    public const int TimeoutMilliseconds = 60_000;
    const int LongestTransport = 32;
    const int MostTransports = 8;
    static readonly IReadOnlyList<CredentialParameter> Algorithms = [new("public-key", CoseKey.EdDsa), new("public-key", CoseKey.Es256), new("public-key", CoseKey.Rs256)];

    public async Task<PasskeyRegistrationResult> AskAsync(CurrentUser caller, CancellationToken cancellationToken)
    {
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == caller.UserId && row.DeletedAt == null, cancellationToken);
        var existing = await database.Passkeys.AsNoTracking().Where(row => row.UserId == caller.UserId).ToListAsync(cancellationToken);
        if (user is null || existing.Count >= MostPerUser)
            return new PasskeyRegistrationResult.TooMany();
        // A passkey signs in without a code: who has only the session and the password must not get one.
        var since = time.GetUtcNow() - SessionGuard.StepUpAge;
        if (user.TwoFactorEnabled && !await database.Sessions.AnyAsync(row => row.Id == caller.SessionId && row.SecondFactorAt >= since, cancellationToken))
            return new PasskeyRegistrationResult.StepUpRequired();
        var challenge = await challenges.AskAsync(registration: true, caller.UserId, cancellationToken);
        var options = new CreationOptions(
            new RelyingPartyEntity(party.Id, party.Name), new UserEntity(Base64Url.EncodeToString(party.HandleOf(user.Id)), user.Email!, user.Email!),
            Base64Url.EncodeToString(challenge.Challenge), Algorithms, TimeoutMilliseconds, [.. existing.Select(CredentialDescriptor.Of)],
            new AuthenticatorSelection("required", true, "required"), "none");
        return new PasskeyRegistrationResult.Asked(options, challenge.Id);
    }

    public async Task<PasskeyRegistrationResult> RegisterAsync(CurrentUser caller, PasskeyAnswer answer, string? name, Visitor visitor, CancellationToken cancellationToken)
    {
        if (await challenges.TakeAsync(answer.ChallengeId, registration: true, cancellationToken) is not { } challenge || challenge.UserId != caller.UserId)
            return new PasskeyRegistrationResult.NotAsked();
        if (ceremony.CheckRegistration(answer.Credential!, challenge.Challenge, out var data) is { } problem)
        {
            metrics.Passkey("register", problem);
            return new PasskeyRegistrationResult.Refused();
        }

        var passkey = NewPasskey(caller.UserId, data!, answer.Credential!, PasskeyName.Clean(name) ?? PasskeyName.Default);
        var result = await StoreAsync(passkey, visitor, cancellationToken);
        metrics.Passkey("register", result is PasskeyRegistrationResult.Registered ? "success" : "exists");
        return result;
    }

    async Task<PasskeyRegistrationResult> StoreAsync(Passkey passkey, Visitor visitor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(passkey.UserId, cancellationToken) is not { } user
            || await database.Passkeys.CountAsync(row => row.UserId == passkey.UserId, cancellationToken) >= MostPerUser)
            return new PasskeyRegistrationResult.TooMany();
        database.Passkeys.Add(passkey);
        mails.Add(user, MailTemplates.PasskeyAdded, visitor.Locale, null, ("passkey", passkey.Name), ("changedAt", AccountMails.Instant(passkey.CreatedAt)), ("securityLink", pages.Security));
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { ConstraintName: PasskeyConfiguration.UniqueCredential })
        {
            database.ChangeTracker.Clear();
            return new PasskeyRegistrationResult.Exists();
        }

        await transaction.CommitAsync(cancellationToken);
        security.Record(SecurityEventTypes.PasskeyRegistered, user.Id, visitor.Client, ("passkeyId", passkey.Id), ("name", passkey.Name), ("deviceType", passkey.DeviceType));
        return new PasskeyRegistrationResult.Registered(passkey);
    }

    Passkey NewPasskey(string userId, AuthenticatorData data, CredentialJson given, string name) => new()
    {
        Id = ids.NewId(),
        UserId = userId,
        CredentialId = Base64Url.EncodeToString(data.Credential!.Id),
        PublicKey = data.Credential.PublicKey,
        UserHandle = party.HandleOf(userId),
        Counter = data.SignCount,
        DeviceType = data.BackupEligible ? "multiDevice" : "singleDevice",
        BackedUp = data.BackedUp,
        Transports = string.Join(',', (given.Response!.Transports ?? []).Where(IsTransport).Distinct(StringComparer.Ordinal).Take(MostTransports)),
        Name = name,
        Aaguid = data.Credential.Aaguid.ToString(),
        CreatedAt = time.GetUtcNow(),
    };

    static bool IsTransport(string? text) => text is { Length: > 0 and <= LongestTransport } && text.All(letter => char.IsAsciiLetterLower(letter) || letter == '-');
}
