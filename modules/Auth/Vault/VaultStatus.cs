namespace Mana.Auth.Vault;

/// <summary>What a client may know before it asks for the key. Not audited.</summary>
internal sealed class VaultStatus(VaultRows rows)
{
    public async Task<VaultStatusResponse> OfAsync(string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await rows.EnterAsync(userId, cancellationToken);
        return await rows.FindAsync(userId, cancellationToken) is { } vault
            ? new VaultStatusResponse(true, vault.RecoveryWrappedMk is not null, vault.ZeroKnowledge, vault.RecoverySetAt)
            : new VaultStatusResponse(false, false, false, null);
    }
}
