using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Protocol;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Mana.Auth.Oidc.Administration;

/// <summary>A client as administrators see it. Its secrets are counted, never shown.</summary>
internal sealed record ClientView(
    string ClientId, string Name, string Type, bool Native, IReadOnlyList<string> RedirectUris, IReadOnlyList<string> PostLogoutRedirectUris, IReadOnlyList<string> AllowedScopes,
    IReadOnlyList<string> GrantTypes, string TokenEndpointAuthMethod, string IdTokenSignedResponseAlg, bool RequirePkce, bool RequirePushedRequests, bool DpopBound, bool SkipConsent,
    bool ClaimsInIdToken, string? BackchannelLogoutUri, JsonElement? Jwks, string? JwksUri, IReadOnlyList<string> ResourceScopes, int AccessTokenTtl, int RefreshTokenTtl, bool Disabled, string Source, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    IReadOnlyList<SecretView> Secrets)
{
    public static ClientView Of(OAuthClient client, IEnumerable<OAuthClientSecret> secrets) => new(
        client.ClientId, client.Name, ClientRules.TypeText(client), client.Native, client.RedirectUris, client.PostLogoutRedirectUris, client.AllowedScopes, client.GrantTypes,
        client.TokenEndpointAuthMethod, client.IdTokenSignedResponseAlg, client.RequirePkce, client.RequirePushedRequests, client.DpopBound, client.SkipConsent, client.ClaimsInIdToken,
        client.BackchannelLogoutUri, client.Jwks is null ? null : JsonDocument.Parse(client.Jwks).RootElement, client.JwksUri, client.ResourceScopes, client.AccessTokenTtl, client.RefreshTokenTtl, client.Disabled,
        LowerCaseEnum.Text(client.Source), client.CreatedAt, client.UpdatedAt, [.. secrets.OrderBy(secret => secret.CreatedAt).Select(secret => new SecretView(secret.Id, secret.CreatedAt, secret.ExpiresAt, secret.Configured))]);
}

internal sealed record SecretView(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, bool Configured);

internal abstract record ClientChange
{
    /// <summary>The client as it is now.</summary>
    /// <param name="Secret">Shown in this answer and in no other; null when there is no new one.</param>
    public sealed record Done(ClientView Client, string? Secret) : ClientChange;

    public sealed record Invalid(ClientProblem Problem) : ClientChange;

    public sealed record Taken : ClientChange;

    public sealed record NotFound : ClientChange;
}

/// <summary>Clients in the hands of administrators, and of those that register themselves.</summary>
internal sealed class ClientAdministration(AuthDbContext database, ResourceServers resources, AuthOptions options, IHostEnvironment environment, IIdSource ids, TimeProvider time)
{
    /// <summary>How long the old secrets stay good when a new one is made and nothing else is said.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    const string SecretPrefix = "mcs_";

    public async Task<IReadOnlyList<ClientView>> ListAsync(CancellationToken cancellationToken)
    {
        var secrets = await Secrets().ToListAsync(cancellationToken);
        var clients = await database.Set<OAuthClient>().AsNoTracking().OrderBy(client => client.ClientId).ToListAsync(cancellationToken);
        return [.. clients.Select(client => ClientView.Of(client, secrets.Where(secret => secret.ClientId == client.ClientId)))];
    }

    public async Task<ClientView?> FindAsync(string clientId, CancellationToken cancellationToken) =>
        await database.Set<OAuthClient>().AsNoTracking().SingleOrDefaultAsync(client => client.ClientId == clientId, cancellationToken) is { } client ? await ViewAsync(client, cancellationToken) : null;

    /// <summary>A new client, with its first secret when it uses one.</summary>
    /// <param name="wantedId">Null: a random one.</param>
    public async Task<ClientChange> CreateAsync(string? wantedId, ClientDraft draft, OAuthClientSource source, CancellationToken cancellationToken)
    {
        var (id, now) = (wantedId ?? ids.NewId(), time.GetUtcNow());
        if (!ClientRules.IsFreeId(id, options.Audience))
            return new ClientChange.Invalid(new("clientId", "3 to 100 letters, digits, dots, dashes and underscores, and no name of the platform itself"));
        var client = ClientRules.New(id, source, now, draft.Type == "public" ? OAuthClientType.Public : OAuthClientType.Confidential);
        if (ClientRules.Apply(client, draft, environment.IsProduction(), now) is { } problem)
            return new ClientChange.Invalid(problem);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await resources.ConflictAsync(client, client.ResourceScopes, cancellationToken) is { } conflict)
            return new ClientChange.Invalid(conflict);
        database.Add(client);
        var secret = ClientAuthMethods.UsesSecret(client.TokenEndpointAuthMethod) ? AddSecret(id, now) : null;
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException taken) when (taken.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation })
        {
            return new ClientChange.Taken();
        }

        await transaction.CommitAsync(cancellationToken);
        return new ClientChange.Done(await ViewAsync(client, cancellationToken), secret);
    }

    public async Task<ClientChange> UpdateAsync(string clientId, ClientDraft draft, CancellationToken cancellationToken)
    {
        if (await database.Set<OAuthClient>().SingleOrDefaultAsync(row => row.ClientId == clientId, cancellationToken) is not { } client)
            return new ClientChange.NotFound();
        var before = client.ResourceScopes;
        if (ClientRules.Apply(client, draft, environment.IsProduction(), time.GetUtcNow()) is { } problem)
            return new ClientChange.Invalid(problem);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await resources.ConflictAsync(client, [.. client.ResourceScopes.Except(before, StringComparer.Ordinal)], cancellationToken) is { } conflict)
            return new ClientChange.Invalid(conflict);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ClientChange.Done(await ViewAsync(client, cancellationToken), null);
    }

    /// <summary>With everything that it was ever given.</summary>
    public async Task<bool> DeleteAsync(string clientId, CancellationToken cancellationToken) =>
        await database.Set<OAuthClient>().Where(client => client.ClientId == clientId).ExecuteDeleteAsync(cancellationToken) > 0;

    /// <summary>One more secret; the others end after <paramref name="overlap"/>.</summary>
    public async Task<ClientChange> RotateAsync(string clientId, TimeSpan overlap, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var clients = await database.Set<OAuthClient>().FromSql($"SELECT * FROM auth.oauth_clients WHERE client_id = {clientId} FOR UPDATE").AsNoTracking().ToListAsync(cancellationToken);
        if (clients is not [var client])
            return new ClientChange.NotFound();
        if (!ClientAuthMethods.UsesSecret(client.TokenEndpointAuthMethod))
            return new ClientChange.Invalid(new("tokenEndpointAuthMethod", "this client has no secret"));
        var now = time.GetUtcNow();
        DateTimeOffset? end = now + overlap;
        await database.Set<OAuthClientSecret>().Where(secret => secret.ClientId == clientId && (secret.ExpiresAt == null || secret.ExpiresAt > end))
            .ExecuteUpdateAsync(secret => secret.SetProperty(row => row.ExpiresAt, end), cancellationToken);
        var text = AddSecret(clientId, now);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ClientChange.Done(await ViewAsync(client, cancellationToken), text);
    }

    public async Task<bool> DropSecretAsync(string clientId, string secretId, CancellationToken cancellationToken) =>
        await database.Set<OAuthClientSecret>().Where(secret => secret.ClientId == clientId && secret.Id == secretId).ExecuteDeleteAsync(cancellationToken) > 0;

    string AddSecret(string clientId, DateTimeOffset now)
    {
        var text = OpaqueSecret.New(ids, SecretPrefix);
        database.Add(new OAuthClientSecret { Id = ids.NewId(), ClientId = clientId, SecretHash = OpaqueSecret.Hash(text)!, CreatedAt = now });
        return text;
    }

    async Task<ClientView> ViewAsync(OAuthClient client, CancellationToken cancellationToken) =>
        ClientView.Of(client, await Secrets().Where(secret => secret.ClientId == client.ClientId).ToListAsync(cancellationToken));

    IQueryable<OAuthClientSecret> Secrets()
    {
        var now = time.GetUtcNow();
        return database.Set<OAuthClientSecret>().AsNoTracking().Where(secret => secret.ExpiresAt == null || secret.ExpiresAt > now);
    }
}
