using System.Buffers.Text;
using System.Text.Json;
using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Keys;

/// <summary>Where the ring gets its keys from.</summary>
internal interface ISigningKeySource
{
    /// <summary>Every key that is not retired, exactly one of them active.</summary>
    Task<IReadOnlyList<LoadedKey>> LoadAsync(CancellationToken cancellationToken);
}

/// <summary>Table <c>signing_keys</c>. Creates the first key, once, however many hosts ask at the same moment.</summary>
internal sealed class SigningKeyStore(
    IServiceScopeFactory scopes, KeyEncryption encryption, NewSigningKey newKey, ILogger<SigningKeyStore> log) : ISigningKeySource
{
    const string Algorithm = NewSigningKey.Algorithm;

    public async Task<IReadOnlyList<LoadedKey>> LoadAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        var keys = await ReadAsync(database, cancellationToken);
        if (!keys.Exists(key => key.State == SigningKeyState.Active))
        {
            await CreateFirstAsync(database, cancellationToken);
            keys = await ReadAsync(database, cancellationToken);
        }

        return [.. keys.Select(Load)];
    }

    static Task<List<SigningKey>> ReadAsync(AuthDbContext database, CancellationToken cancellationToken) =>
        database.SigningKeys.AsNoTracking()
            .Where(key => key.Alg == Algorithm && key.State != SigningKeyState.Retired)
            .OrderBy(key => key.Kid).ToListAsync(cancellationToken);

    async Task CreateFirstAsync(AuthDbContext database, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({KeyRotation.Lock})", cancellationToken);
        if (await database.SigningKeys.AnyAsync(key => key.Alg == Algorithm && key.State == SigningKeyState.Active, cancellationToken))
            return;
        var key = newKey.Active();
        database.SigningKeys.Add(key);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        log.LogInformation("Created signing key {Kid}", key.Kid);
    }

    /// <summary>Only the active key is opened: a key that no longer signs needs no private half in memory.</summary>
    LoadedKey Load(SigningKey row)
    {
        // jsonb does not keep the order of members; the published form is written anew.
        using var jwk = JsonDocument.Parse(row.PublicJwk);
        var publicKey = Base64Url.DecodeFromChars(jwk.RootElement.GetProperty("x").GetString());
        var key = row.State == SigningKeyState.Active
            ? Ed25519Key.FromSeed(encryption.Open(row.Kid, row.PrivateKeyEncrypted, row.KeyVersion))
            : Ed25519Key.FromPublicKey(publicKey);
        return new LoadedKey(row.Kid, row.State, Jwk.Public(row.Kid, publicKey), key) { ActivatedAt = row.ActivatedAt };
    }
}
