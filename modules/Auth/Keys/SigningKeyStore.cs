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
    /// <summary>Every key that is not retired, exactly one of each algorithm active.</summary>
    Task<IReadOnlyList<LoadedKey>> LoadAsync(CancellationToken cancellationToken);
}

/// <summary>Table <c>signing_keys</c>. Creates the first keys, once, however many hosts ask at the same moment.</summary>
internal sealed class SigningKeyStore(
    IServiceScopeFactory scopes, KeyEncryption encryption, NewSigningKey newKey, ILogger<SigningKeyStore> log) : ISigningKeySource
{
    public async Task<IReadOnlyList<LoadedKey>> LoadAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        var keys = await ReadAsync(database, cancellationToken);
        var missing = NewSigningKey.Algorithms.Where(algorithm => !keys.Exists(key => key.Alg == algorithm && key.State == SigningKeyState.Active)).ToList();
        foreach (var algorithm in missing)
            await CreateFirstAsync(database, algorithm, cancellationToken);
        if (missing.Count > 0)
            keys = await ReadAsync(database, cancellationToken);

        return [.. keys.Select(Load)];
    }

    static Task<List<SigningKey>> ReadAsync(AuthDbContext database, CancellationToken cancellationToken) =>
        database.SigningKeys.AsNoTracking()
            .Where(key => NewSigningKey.Algorithms.Contains(key.Alg) && key.State != SigningKeyState.Retired)
            .OrderBy(key => key.Alg).ThenBy(key => key.Kid).ToListAsync(cancellationToken);

    async Task CreateFirstAsync(AuthDbContext database, string algorithm, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({KeyRotation.Lock})", cancellationToken);
        if (await database.SigningKeys.AnyAsync(key => key.Alg == algorithm && key.State == SigningKeyState.Active, cancellationToken))
            return;
        var key = newKey.Active(algorithm);
        database.SigningKeys.Add(key);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        log.LogInformation("Created signing key {Kid} for {Algorithm}", key.Kid, algorithm);
    }

    /// <summary>Only the active key is opened: a key that no longer signs needs no private half in memory.</summary>
    LoadedKey Load(SigningKey row)
    {
        // jsonb does not keep the order of members; the published form is written anew.
        using var jwk = JsonDocument.Parse(row.PublicJwk);
        byte[] Member(string name) => Base64Url.DecodeFromChars(jwk.RootElement.GetProperty(name).GetString());
        var secret = row.State == SigningKeyState.Active ? encryption.Open(row.Kid, row.PrivateKeyEncrypted, row.KeyVersion) : null;
        if (row.Alg == RsaKey.Name)
        {
            var rsa = secret is null ? RsaKey.FromPublic(Member("n"), Member("e")) : RsaKey.FromPrivate(secret);
            return new LoadedKey(row.Kid, row.State, Jwk.Public(row.Kid, rsa.Public), rsa) { ActivatedAt = row.ActivatedAt };
        }

        var ed25519 = secret is null ? Ed25519Key.FromPublicKey(Member("x")) : Ed25519Key.FromSeed(secret);
        return new LoadedKey(row.Kid, row.State, Jwk.Public(row.Kid, ed25519.PublicKey), ed25519) { ActivatedAt = row.ActivatedAt };
    }
}
