using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Tokens;
using Mana.Kernel.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Keys;

/// <summary>
/// Moves signing keys on (auth.md 7.4): staged, active, retiring, retired. Each run does whatever is due by now, under one lock for all
/// hosts, so it may run late, twice or beside itself.
/// </summary>
internal sealed class KeyRotation(AuthDbContext database, NewSigningKey newKey, SigningKeyRing ring, TimeProvider time, ILogger<KeyRotation> log)
    : IManaJob, ISigningKeyReplacement
{
    /// <summary>Advisory lock of everything that changes which key signs. "ManaKeys".</summary>
    public const long Lock = 0x4D616E61_4B657973;

    public static readonly TimeSpan Period = TimeSpan.FromDays(90);

    /// <summary>A day, and an hour for hosts and verifiers that still cache the set without it.</summary>
    public static readonly TimeSpan StagedFor = TimeSpan.FromHours(25);

    /// <summary>A day after the last token can have ended: an hour (id_tokens; access tokens a quarter), the leeway, and hosts that signed on for a minute.</summary>
    public static readonly TimeSpan RetiringFor = TimeSpan.FromHours(26);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Lock})", cancellationToken);
        var now = time.GetUtcNow();
        var keys = await database.SigningKeys.Where(key => key.State != SigningKeyState.Retired).ToListAsync(cancellationToken);
        var changed = false;
        foreach (var algorithm in NewSigningKey.Algorithms)
            changed |= await MoveOnAsync(algorithm, keys.FindAll(key => key.Alg == algorithm), now, cancellationToken);
        if (!changed)
            return;
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await ring.RenewAsync(cancellationToken);
    }

    public async Task<string> ReplaceNowAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Lock})", cancellationToken);
        DateTimeOffset? now = time.GetUtcNow();
        await database.SigningKeys.Where(key => key.State != SigningKeyState.Retired).ExecuteUpdateAsync(
            key => key.SetProperty(row => row.State, SigningKeyState.Retired).SetProperty(row => row.RemovedAt, now).SetProperty(row => row.PrivateKeyEncrypted, Array.Empty<byte>()),
            cancellationToken);
        var added = NewSigningKey.Algorithms.Select(newKey.Active).ToList();
        database.SigningKeys.AddRange(added);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var kid = added.Single(key => key.Alg == AccessTokens.Algorithm).Kid;
        log.LogWarning("Signing keys were replaced in an emergency; {Kid} signs access tokens, no older key is published", kid);
        await ring.RenewAsync(cancellationToken);
        return kid;
    }

    async Task<bool> MoveOnAsync(string algorithm, List<SigningKey> keys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Without an active key there is nothing to move on from; the first use makes one.
        if (keys.Find(key => key.State == SigningKeyState.Active) is not { } active)
            return false;
        var staged = keys.Where(key => key.State == SigningKeyState.Staged).OrderBy(key => key.NotBefore).FirstOrDefault();
        var changed = Withdraw(keys, now);
        if (staged is not null && staged.NotBefore <= now)
            changed |= await ReplaceAsync(active, staged, now, cancellationToken);
        else if (staged is null && now - active.ActivatedAt >= Period - StagedFor)
            changed |= Stage(algorithm, now);
        return changed;
    }

    bool Withdraw(List<SigningKey> keys, DateTimeOffset now)
    {
        var due = keys.FindAll(key => key.State == SigningKeyState.Retiring && key.RetireAt <= now);
        foreach (var key in due)
        {
            (key.State, key.RemovedAt) = (SigningKeyState.Retired, now);
            log.LogInformation("Signing key {Kid} is withdrawn", key.Kid);
        }

        return due.Count > 0;
    }

    bool Stage(string algorithm, DateTimeOffset now)
    {
        var next = newKey.Staged(algorithm, now + StagedFor);
        database.SigningKeys.Add(next);
        log.LogInformation("Signing key {Kid} is published and signs from {NotBefore}", next.Kid, next.NotBefore);
        return true;
    }

    /// <summary>Two statements, in this order: an index allows one active key.</summary>
    async Task<bool> ReplaceAsync(SigningKey active, SigningKey staged, DateTimeOffset now, CancellationToken cancellationToken)
    {
        (active.State, active.RetireAt, active.PrivateKeyEncrypted) = (SigningKeyState.Retiring, now + RetiringFor, []);
        await database.SaveChangesAsync(cancellationToken);
        (staged.State, staged.ActivatedAt) = (SigningKeyState.Active, now);
        log.LogInformation("Signing key {Kid} signs; {Old} stays published until {RetireAt}", staged.Kid, active.Kid, active.RetireAt);
        return true;
    }
}
