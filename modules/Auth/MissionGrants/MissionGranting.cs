using System.Security.Cryptography;
using Mana.Auth.Data;
using Mana.Auth.Vault;
using Mana.Kernel.Errors;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.MissionGrants;

/// <summary>A grant as it leaves us: the mission's key, readable for the runner alone.</summary>
internal sealed record IssuedGrant(string Id, string WrappedKey, MissionScope Scope, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>Issues keys for missions (auth.md 21): derived from the master key, sealed to the runner, and entered in the register.</summary>
internal sealed class MissionGranting(
    AuthDbContext database, VaultRows rows, VaultKeys keys, MissionGrantOptions options, IIdSource ids, TimeProvider time)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromHours(1);
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);
    public static readonly TimeSpan Usual = TimeSpan.FromDays(7);
    const int MostActive = 1000;

    static readonly ApiError NotConfigured = VaultRefusals.Of(503, "GRANT_NOT_CONFIGURED", "Mission grants are not set up on this server");
    static readonly ApiError TooMany = VaultRefusals.Of(409, "GRANT_LIMIT_REACHED", $"There are {MostActive} grants in force; revoke some");

    /// <summary>The grant, or null; and what the audit says. A reply of <see cref="VaultReply.Done"/> stands for the grant.</summary>
    public async Task<(IssuedGrant? Grant, VaultOutcome Outcome)> IssueAsync(
        string userId, MissionScope? scope, string? problem, double? lifetimeMilliseconds, CancellationToken cancellationToken)
    {
        const string Action = VaultActions.MissionGrant;
        if (scope is null)
            return (null, VaultOutcome.Refused(Action, VaultRefusals.BadRequest(problem!)));
        var context = $"{scope.MissionId} {scope.Hash}";
        using var runner = options.PublicKey();
        if (runner is null)
            return (null, VaultOutcome.Refused(Action, NotConfigured, context));

        await using var transaction = await rows.EnterAsync(userId, cancellationToken);
        var now = Organization.WholeMicroseconds(time.GetUtcNow());
        if (await IsFullAsync(userId, now, cancellationToken))
            return (null, VaultOutcome.Refused(Action, TooMany, context));
        var opened = await keys.OpenAsync(userId, cancellationToken);
        if (opened is not VaultReply.Key { MasterKey: var key })
            return (null, opened switch
            {
                null => VaultOutcome.Refused(Action, VaultRefusals.NotInitialised, "not-initialised"),
                VaultReply.RecoveryBlob => VaultOutcome.Refused(Action, VaultRefusals.ZeroKnowledgeActive, "zk-active"),
                _ => VaultOutcome.Unopened(Action, opened),
            });

        var grant = new IssuedGrant(ids.NewId(), Sealed(scope, key, runner), scope, now, now + Lifetime(lifetimeMilliseconds));
        database.Set<MissionGrant>().Add(new MissionGrant
        {
            Id = grant.Id,
            UserId = userId,
            MissionId = scope.MissionId,
            Tables = scope.Tables,
            RecordCount = scope.RecordIds.Length,
            ScopeHash = scope.Hash,
            IssuedAt = grant.IssuedAt,
            ExpiresAt = grant.ExpiresAt,
        });
        await rows.SaveAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (grant, VaultOutcome.Done(Action, context));
    }

    /// <summary>From an hour to thirty days, seven unless said.</summary>
    internal static TimeSpan Lifetime(double? milliseconds) =>
        milliseconds is { } wanted ? TimeSpan.FromMilliseconds(Math.Clamp(wanted, Shortest.TotalMilliseconds, Longest.TotalMilliseconds)) : Usual;

    static string Sealed(MissionScope scope, MasterKey key, RSA runner)
    {
        using (key)
        {
            var derived = scope.DeriveKey(key);
            try
            {
                return Convert.ToBase64String(runner.Encrypt(derived, RSAEncryptionPadding.OaepSHA256));
            }
            finally
            {
                CryptographicOperations.ZeroMemory(derived);
            }
        }
    }

    async Task<bool> IsFullAsync(string userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // What has ended long ago nobody asks for any more.
        var old = now - Longest;
        var mine = database.Set<MissionGrant>().Where(grant => grant.UserId == userId);
        await mine.Where(grant => grant.ExpiresAt < old).ExecuteDeleteAsync(cancellationToken);
        return await mine.CountAsync(grant => grant.RevokedAt == null && grant.ExpiresAt > now, cancellationToken) >= MostActive;
    }
}
