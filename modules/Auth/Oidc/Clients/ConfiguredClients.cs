using System.Security.Cryptography;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Protocol;
using Mana.Kernel.Ids;
using Mana.Kernel.Stopping;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Auth.Oidc.Clients;

/// <summary>
/// Clients of the server's configuration: today the Matrix homeserver (auth.md 13.4). A row that is there stays as an administrator left it, but
/// its secret is the configured one; the one before stays good for a day, so that both sides need not restart at once.
/// </summary>
internal sealed class ConfiguredClients(NpgsqlDataSource source, IServiceScopeFactory scopes, OidcOptions options, IIdSource ids, TimeProvider time, ILogger<ConfiguredClients> log) : Worker
{
    public const string Synapse = "matrix-synapse";
    static readonly TimeSpan Overlap = TimeSpan.FromDays(1);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Before the first request when the database is there; otherwise as soon as it is.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryAsync(cancellationToken))
            await base.StartAsync(cancellationToken);
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        do
            await Task.Delay(Pause, time, stoppingToken);
        while (!await TryAsync(stoppingToken));
    }

    async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SeedAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or InvalidOperationException { InnerException: NpgsqlException })
        {
            log.LogWarning("Client {ClientId} cannot be set up ({Kind}); trying again", Synapse, exception.GetType().Name);
            return false;
        }
    }

    /// <summary>Without EF: most servers have none, and a model that is not built is memory and time of every start.</summary>
    async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM auth.oauth_client_secrets WHERE client_id = $1 AND configured") { Parameters = { new() { Value = Synapse } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("UPDATE auth.oauth_clients SET disabled = true WHERE client_id = $1 AND source = 'configuration' AND NOT disabled") { Parameters = { new() { Value = Synapse } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task SeedAsync(CancellationToken cancellationToken)
    {
        if (options.SynapseSecret() is not { } secret)
        {
            await RemoveAsync(cancellationToken);
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        var clients = database.Set<OAuthClient>();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        // Hosts that start at once take turns.
        await ResourceServers.LockAsync(database, cancellationToken);
        var now = time.GetUtcNow();
        if (await clients.SingleOrDefaultAsync(client => client.ClientId == Synapse, cancellationToken) is not { } known)
            clients.Add(New(now));
        // Off for want of a secret, and here is one. Whoever else switched it off meant it.
        else if (known.Disabled && !await database.Set<OAuthClientSecret>().AnyAsync(row => row.ClientId == Synapse && row.Configured, cancellationToken))
            known.Disabled = false;
        await database.SaveChangesAsync(cancellationToken);
        await SetSecretAsync(database, secret, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    async Task SetSecretAsync(AuthDbContext database, string secret, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = OpaqueSecret.Hash(secret)!;
        var configured = await database.Set<OAuthClientSecret>().Where(row => row.ClientId == Synapse && row.Configured).ToListAsync(cancellationToken);
        var current = configured.Find(row => CryptographicOperations.FixedTimeEquals(row.SecretHash, hash));
        foreach (var old in configured.Where(row => row != current && row.ExpiresAt is null))
            old.ExpiresAt = now + Overlap;
        if (current is not null)
            current.ExpiresAt = null;
        else
            database.Add(new OAuthClientSecret { Id = ids.NewId(), ClientId = Synapse, SecretHash = hash, Configured = true, CreatedAt = now });
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>auth.md 13.4 and synapse.md.</summary>
    OAuthClient New(DateTimeOffset now) => new()
    {
        ClientId = Synapse,
        Name = "Matrix",
        Type = OAuthClientType.Confidential,
        RedirectUris = [Home + "/_synapse/client/oidc/callback"],
        PostLogoutRedirectUris = [options.ElementUrl.TrimEnd('/'), Home],
        AllowedScopes = [Scopes.OpenId, Scopes.Profile, Scopes.Email],
        GrantTypes = [GrantTypes.AuthorizationCode],
        TokenEndpointAuthMethod = ClientAuthMethods.Basic,
        SkipConsent = true,
        ClaimsInIdToken = true,
        BackchannelLogoutUri = Home + "/_synapse/client/oidc/backchannel_logout",
        Source = OAuthClientSource.Configuration,
        CreatedAt = now,
        UpdatedAt = now,
    };

    string Home => options.SynapseUrl.TrimEnd('/');
}
