using System.Security.Cryptography;
using Mana.Auth.Data;
using Mana.Kernel.Ids;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Vault;

/// <summary>Makes, gives out and replaces master keys (auth.md 20.4). Every method is one transaction; the audit is its caller's.</summary>
internal sealed class VaultKeys(VaultRows rows, IMasterKeyWrapping wrapping, IIdSource random, TimeProvider time, ILogger<VaultKeys> log)
{
    public async Task<VaultOutcome> InitAsync(string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await rows.EnterAsync(userId, cancellationToken);
        var created = await rows.FindAsync(userId, cancellationToken) is null && await TryCreateAsync(userId, cancellationToken);
        // Read again whoever made it: two tabs at a first sign-in must get one key.
        var opened = await OpenAsync(userId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return opened switch
        {
            VaultReply.Key when created => new VaultOutcome(VaultActions.Init, 201, "created", opened),
            VaultReply.Key => new VaultOutcome(VaultActions.Init, 200, "already-exists", opened),
            VaultReply.RecoveryBlob => new VaultOutcome(VaultActions.Init, 200, "already-exists-zk", opened),
            _ => Failed(opened),
        };
    }

    public async Task<VaultOutcome> FetchAsync(string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await rows.EnterAsync(userId, cancellationToken);
        var opened = await OpenAsync(userId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return opened switch
        {
            VaultReply.Key => new VaultOutcome(VaultActions.Fetch, 200, null, opened),
            VaultReply.RecoveryBlob => new VaultOutcome(VaultActions.Fetch, 200, "zk-recovery-blob", opened),
            null => VaultOutcome.Refused(VaultActions.FailedFetch, VaultRefusals.NotInitialised, "not-initialised"),
            _ => Failed(opened),
        };
    }

    /// <summary>A new key. The recovery wrap holds the old one and goes with it.</summary>
    public async Task<VaultOutcome> RotateAsync(string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await rows.EnterAsync(userId, cancellationToken);
        var vault = await rows.LockAsync(userId, cancellationToken);
        if (vault is null && await TryCreateAsync(userId, cancellationToken))
        {
            var made = await OpenAsync(userId, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return new VaultOutcome(VaultActions.Rotate, 201, "init-on-rotate", made!);
        }

        vault ??= (await rows.LockAsync(userId, cancellationToken))!;
        if (vault.ZeroKnowledge)
            return VaultOutcome.Refused(VaultActions.Rotate, VaultRefusals.RotateForbidden, "zk-rotate-forbidden");

        var key = MasterKey.Generate(random);
        Put(vault, await wrapping.WrapAsync(userId, key, cancellationToken), key);
        (vault.RecoveryWrappedMk, vault.RecoveryIv, vault.RecoverySetAt) = (null, null, null);
        vault.RotatedAt = time.GetUtcNow();
        await rows.SaveAsync(cancellationToken);
        await rows.RevokeGrantsAsync(userId, time.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new VaultOutcome(VaultActions.Rotate, 200, null, new VaultReply.Key(key, vault.KekId));
    }

    /// <summary>
    /// Inside a transaction of <see cref="VaultRows.EnterAsync"/>. Null: no vault. A wrap of an older format or by an older key is made anew
    /// on the way.
    /// </summary>
    public async Task<VaultReply?> OpenAsync(string userId, CancellationToken cancellationToken)
    {
        var vault = await rows.FindAsync(userId, cancellationToken);
        // Locked before it is written: what was read without a lock may have been rotated since.
        if (vault is { ZeroKnowledge: false } && (vault.MkCheck is null || !wrapping.IsCurrent(WrapOf(vault))))
            vault = await rows.LockAsync(userId, cancellationToken);
        if (vault is null)
            return null;
        if (vault.ZeroKnowledge)
            return new VaultReply.RecoveryBlob(vault.RecoveryWrappedMk!, vault.RecoveryIv!, vault.RecoveryFormatVersion);
        try
        {
            var key = await wrapping.UnwrapAsync(userId, WrapOf(vault), cancellationToken);
            if (vault.MkCheck is null || !wrapping.IsCurrent(WrapOf(vault)))
            {
                Put(vault, await wrapping.WrapAsync(userId, key, cancellationToken), key);
                await rows.SaveAsync(cancellationToken);
            }

            return new VaultReply.Key(key, vault.KekId);
        }
        catch (CryptographicException wrong)
        {
            log.LogError("The vault of user {UserId} cannot be opened: {Reason}", userId, wrong.Message);
            return new VaultReply.Unopened(wrong.Message);
        }
    }

    public static void Put(EncryptionVault vault, WrappedKey wrapped, MasterKey key)
    {
        (vault.WrappedMk, vault.WrapIv, vault.FormatVersion, vault.KekId) = (wrapped.Ciphertext, wrapped.Iv, wrapped.FormatVersion, wrapped.KekId);
        vault.MkCheck = key.Check();
    }

    async Task<bool> TryCreateAsync(string userId, CancellationToken cancellationToken)
    {
        using var key = MasterKey.Generate(random);
        var vault = new EncryptionVault { UserId = userId, CreatedAt = time.GetUtcNow() };
        Put(vault, await wrapping.WrapAsync(userId, key, cancellationToken), key);
        return await rows.TryAddAsync(vault, cancellationToken);
    }

    static WrappedKey WrapOf(EncryptionVault vault) => new(vault.WrappedMk!, vault.WrapIv!, vault.FormatVersion, vault.KekId);

    static VaultOutcome Failed(VaultReply? reply) => VaultOutcome.Unopened(VaultActions.FailedFetch, reply);
}
