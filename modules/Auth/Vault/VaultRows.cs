using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Mana.Auth.Vault;

/// <summary>The vault's row of one person, behind row-level security: nothing is visible before <see cref="EnterAsync"/>.</summary>
internal sealed class VaultRows(AuthDbContext database, EventWriter events)
{
    /// <summary>A transaction that may see this person's vault and nobody else's.</summary>
    public async Task<IDbContextTransaction> EnterAsync(string userId, CancellationToken cancellationToken)
    {
        var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"SELECT set_config('app.current_user_id', {userId}, true)", cancellationToken);
        return transaction;
    }

    public Task<EncryptionVault?> FindAsync(string userId, CancellationToken cancellationToken) =>
        database.Set<EncryptionVault>().AsNoTracking().SingleOrDefaultAsync(vault => vault.UserId == userId, cancellationToken);

    /// <summary>To be changed: locked, as it is now, and written by <see cref="SaveAsync"/>.</summary>
    public async Task<EncryptionVault?> LockAsync(string userId, CancellationToken cancellationToken) =>
        (await database.Set<EncryptionVault>().FromSql($"SELECT * FROM auth.encryption_vaults WHERE user_id = {userId} FOR UPDATE")
            .AsTracking().ToListAsync(cancellationToken)).SingleOrDefault();

    /// <summary>False when somebody else was quicker; then their row is visible now.</summary>
    public async Task<bool> TryAddAsync(EncryptionVault vault, CancellationToken cancellationToken) =>
        await database.Database.ExecuteSqlAsync($"""
            INSERT INTO auth.encryption_vaults (user_id, wrapped_mk, wrap_iv, format_version, kek_id, mk_check, created_at)
            VALUES ({vault.UserId}, {vault.WrappedMk}, {vault.WrapIv}, {vault.FormatVersion}, {vault.KekId}, {vault.MkCheck}, {vault.CreatedAt})
            ON CONFLICT (user_id) DO NOTHING
            """, cancellationToken) == 1;

    /// <summary>A key that is replaced or withdrawn takes along what was granted by it.</summary>
    public Task RevokeGrantsAsync(string userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.Set<MissionGrant>().Where(grant => grant.UserId == userId && grant.RevokedAt == null && grant.ExpiresAt > now)
            .ExecuteUpdateAsync(grant => grant.SetProperty(row => row.RevokedAt, now), cancellationToken);

    /// <summary>Stored by the next <see cref="SaveAsync"/>.</summary>
    public void Announce(ZeroKnowledgeEnabled happened) => events.Add(database, happened);

    public Task SaveAsync(CancellationToken cancellationToken) => database.SaveChangesAsync(cancellationToken);
}
