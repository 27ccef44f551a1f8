using Mana.Auth.Data;
using Mana.Auth.Oidc.Protocol;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Clients;

/// <summary>
/// Clients that tokens of others are for (RFC 6749 1.1): an administrator names the scopes that a resource server answers to, and a token is meant for
/// it when it has one of them. A program that registered itself never gets such a scope by its own word.
/// </summary>
internal sealed class ResourceServers(AuthDbContext database)
{
    /// <summary>Changes to who has which scope take turns, on all hosts. Inside a transaction. "ManaOidc".</summary>
    public static Task LockAsync(AuthDbContext database, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({0x4D616E61_4F696463L})", cancellationToken);

    /// <summary>Of these scopes, by the name of each server.</summary>
    public async Task<IReadOnlyList<string>> OfAsync(IReadOnlyCollection<string> scopes, CancellationToken cancellationToken)
    {
        var wanted = scopes.Except(Scopes.Supported, StringComparer.Ordinal).ToArray();
        return wanted.Length == 0 ? [] : await database.Set<OAuthClient>().Where(client => !client.Disabled && client.ResourceScopes.Any(scope => wanted.Contains(scope)))
            .OrderBy(client => client.ClientId).Select(client => client.ClientId).ToListAsync(cancellationToken);
    }

    /// <summary>Null when nobody would get at a resource whom no administrator let in. Inside the transaction that saves the client.</summary>
    /// <param name="added">Scopes that it is the server of from now on.</param>
    public async Task<ClientProblem?> ConflictAsync(OAuthClient client, IReadOnlyCollection<string> added, CancellationToken cancellationToken)
    {
        await LockAsync(database, cancellationToken);
        var (own, taken) = (client.AllowedScopes.ToArray(), added.ToArray());
        if (database.Entry(client).State == EntityState.Detached && client.Source == OAuthClientSource.Registration
            && await database.Set<OAuthClient>().AnyAsync(server => server.ResourceScopes.Any(scope => own.Contains(scope)), cancellationToken))
            return new("scope", "one of these scopes belongs to a resource server: an administrator gives it");
        return taken.Length > 0 && await database.Set<OAuthClient>()
            .AnyAsync(other => other.Source == OAuthClientSource.Registration && other.AllowedScopes.Any(scope => taken.Contains(scope)), cancellationToken)
            ? new("resourceScopes", "a client that registered itself has one of these scopes: take it from that client first") : null;
    }
}
