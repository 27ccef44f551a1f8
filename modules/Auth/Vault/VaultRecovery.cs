using Mana.Auth.Contracts;
using Mana.Auth.Data;

namespace Mana.Auth.Vault;

/// <summary>A recovery wrap whose parts have their lengths; whether it opens, only its owner can tell (auth.md 20.5).</summary>
internal sealed record RecoveryWrap(string WrappedMk, string Iv)
{
    /// <summary>Null when either is missing or is not base64 of 48 and 12 bytes. Kept in canonical base64.</summary>
    public static RecoveryWrap? Of(string? wrappedMk, string? iv) =>
        EnvironmentWrapping.Exactly(wrappedMk, EnvironmentWrapping.WrappedLength) is { } wrapped && EnvironmentWrapping.Exactly(iv, EnvironmentWrapping.IvLength) is { } start
            ? new RecoveryWrap(Convert.ToBase64String(wrapped), Convert.ToBase64String(start))
            : null;
}

/// <summary>What comes with a wish for zero-knowledge.</summary>
/// <param name="KeyCheck">Base64 of HMAC-SHA-256(MK, "mana-zk-enable:" + user id); null when it was not sent.</param>
/// <param name="CodeEntered">The client's word that the recovery code was typed in once more; null when it said nothing.</param>
internal sealed record RecoveryProof(string? KeyCheck, bool? CodeEntered);

/// <summary>Recovery wraps and zero-knowledge (auth.md 20.4, 20.5). Every method is one transaction; the audit is its caller's.</summary>
internal sealed class VaultRecovery(VaultRows rows, VaultKeys keys, IMasterKeyWrapping wrapping, VaultOptions options, TimeProvider time)
{
    const int ProofLength = 32;

    public async Task<VaultOutcome> SetAsync(string userId, RecoveryWrap? wrap, CancellationToken cancellationToken)
    {
        const string Action = VaultActions.RecoverySet;
        if (wrap is null)
            return VaultOutcome.Refused(Action, VaultRefusals.BadRequest("recoveryWrappedMk must be base64 of 48 bytes and recoveryIv of 12"));
        await using var transaction = await rows.EnterAsync(userId, cancellationToken);
        if (await rows.LockAsync(userId, cancellationToken) is not { } vault)
            return VaultOutcome.Refused(Action, VaultRefusals.NotInitialised, "no-vault");
        (vault.RecoveryWrappedMk, vault.RecoveryIv, vault.RecoveryFormatVersion, vault.RecoverySetAt) = (wrap.WrappedMk, wrap.Iv, 1, time.GetUtcNow());
        await rows.SaveAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return VaultOutcome.Done(Action);
    }

    public async Task<VaultOutcome> ClearAsync(string userId, CancellationToken cancellationToken)
    {
        const string Action = VaultActions.RecoveryClear;
        await using var transaction = await rows.EnterAsync(userId, cancellationToken);
        if (await rows.LockAsync(userId, cancellationToken) is not { } vault)
            return VaultOutcome.Refused(Action, VaultRefusals.NotInitialised, "no-vault");
        if (vault.ZeroKnowledge)
            return VaultOutcome.Refused(Action, VaultRefusals.ZeroKnowledgeActive, "zk-active");
        (vault.RecoveryWrappedMk, vault.RecoveryIv, vault.RecoverySetAt) = (null, null, null);
        await rows.SaveAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return VaultOutcome.Done(Action);
    }

    /// <summary>Erases our wrap: from then on only the recovery code opens the vault.</summary>
    public async Task<VaultOutcome> EnableAsync(string userId, RecoveryProof proof, CancellationToken cancellationToken)
    {
        const string Action = VaultActions.ZeroKnowledgeEnable;
        var keyCheck = EnvironmentWrapping.Exactly(proof.KeyCheck, ProofLength);
        if (proof.KeyCheck is not null && keyCheck is null)
            return VaultOutcome.Refused(Action, VaultRefusals.BadRequest("keyCheck must be base64 of 32 bytes"));
        await using var transaction = await rows.EnterAsync(userId, cancellationToken);
        if (await rows.LockAsync(userId, cancellationToken) is not { } vault)
            return VaultOutcome.Refused(Action, VaultRefusals.NotInitialised, "no-vault");
        if (vault.ZeroKnowledge)
            return VaultOutcome.Done(Action, "already-enabled", zeroKnowledge: true);
        if (vault.RecoveryWrappedMk is null)
            return VaultOutcome.Refused(Action, VaultRefusals.RecoveryWrapMissing, "no-recovery-wrap");
        if (proof.CodeEntered == false || (keyCheck is null && options.RequireRecoveryProof))
            return VaultOutcome.Refused(Action, VaultRefusals.RecoveryProofRequired, "no-recovery-proof");
        if (await DoubtAsync(vault, keyCheck, cancellationToken) is { } doubt)
            return doubt;
        (vault.WrappedMk, vault.WrapIv, vault.ZeroKnowledge) = (null, null, true);
        rows.Announce(new ZeroKnowledgeEnabled(userId, time.GetUtcNow()));
        await rows.SaveAsync(cancellationToken);
        await rows.RevokeGrantsAsync(userId, time.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return VaultOutcome.Done(Action, zeroKnowledge: true);
    }

    /// <summary>Takes the key back into our care; it must be the one that left. <paramref name="key"/> stays the caller's.</summary>
    public async Task<VaultOutcome> DisableAsync(string userId, MasterKey? key, CancellationToken cancellationToken)
    {
        const string Action = VaultActions.ZeroKnowledgeDisable;
        if (key is null)
            return VaultOutcome.Refused(Action, VaultRefusals.BadRequest("masterKey must be base64 of 32 bytes"));
        await using var transaction = await rows.EnterAsync(userId, cancellationToken);
        if (await rows.LockAsync(userId, cancellationToken) is not { } vault)
            return VaultOutcome.Refused(Action, VaultRefusals.NotInitialised, "no-vault");
        if (!vault.ZeroKnowledge)
            return VaultOutcome.Done(Action, "already-disabled", zeroKnowledge: false);
        // A vault that was zero-knowledge in the original has no check; there was never anything to compare with.
        if (vault.MkCheck is { } check && !key.Matches(check))
            return VaultOutcome.Refused(Action, VaultRefusals.MasterKeyMismatch, "master-key-mismatch");
        VaultKeys.Put(vault, await wrapping.WrapAsync(userId, key, cancellationToken), key);
        vault.ZeroKnowledge = false;
        await rows.SaveAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return VaultOutcome.Done(Action, zeroKnowledge: false);
    }

    /// <summary>
    /// Opens the vault a last time. A key that does not open here must not be given away as the only copy; and its check is what a key
    /// brought back is compared with, so it has to be there before ours goes.
    /// </summary>
    async Task<VaultOutcome?> DoubtAsync(EncryptionVault vault, byte[]? keyCheck, CancellationToken cancellationToken)
    {
        const string Action = VaultActions.ZeroKnowledgeEnable;
        var opened = await keys.OpenAsync(vault.UserId, cancellationToken);
        if (opened is not VaultReply.Key { MasterKey: var key })
            return VaultOutcome.Unopened(Action, opened);
        using (key)
            return keyCheck is null || key.Proves(keyCheck, vault.UserId) ? null : VaultOutcome.Refused(Action, VaultRefusals.MasterKeyMismatch, "master-key-mismatch");
    }
}
