using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Clients;

/// <summary>The clients that may do anything at all.</summary>
internal sealed class ClientDirectory(AuthDbContext database, TimeProvider time)
{
    public const int LongestId = 200;

    /// <summary>Null for one that is unknown or switched off.</summary>
    public async Task<OAuthClient?> FindAsync(string? clientId, CancellationToken cancellationToken) => clientId is not { Length: > 0 and <= LongestId } ? null
        : await database.Set<OAuthClient>().AsNoTracking().SingleOrDefaultAsync(client => client.ClientId == clientId && !client.Disabled, cancellationToken);

    /// <summary>Hashes of the secrets that are good now.</summary>
    public async Task<IReadOnlyList<byte[]>> SecretsOfAsync(string clientId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await database.Set<OAuthClientSecret>().Where(secret => secret.ClientId == clientId && (secret.ExpiresAt == null || secret.ExpiresAt > now))
            .Select(secret => secret.SecretHash).ToListAsync(cancellationToken);
    }
}
