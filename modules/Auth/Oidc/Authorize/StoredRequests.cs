using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.Protocol;
using Mana.Kernel.Ids;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Oidc.Authorize;

internal abstract record StoredReading
{
    public sealed record Found(string Id, OAuthRequest Row) : StoredReading;

    /// <summary>Answered already, too old, or of another browser.</summary>
    /// <param name="ClientId">Whose it was, when it is still known.</param>
    public sealed record Gone(string? ClientId) : StoredReading;

    public sealed record NoCookies : StoredReading;
}

/// <summary>Requests that wait for a person (auth.md 13.5, step 3): expiring, of one browser, answered once.</summary>
internal sealed class StoredRequests(AuthDbContext database, RequestCookie cookie, IIdSource ids, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>RFC 9126 2.2.</summary>
    public static readonly TimeSpan PushedLifetime = TimeSpan.FromSeconds(60);

    const string PushedPrefix = "urn:ietf:params:oauth:request_uri:";

    /// <summary>Null: no address of the endpoint for pushed requests.</summary>
    public static string? PushedId(string? requestUri) => requestUri?.StartsWith(PushedPrefix, StringComparison.Ordinal) == true ? requestUri[PushedPrefix.Length..] : null;

    /// <summary>Returns the id for the address.</summary>
    /// <param name="browser">Of <see cref="RequestCookie.Write"/>; null: the first browser that comes with the id.</param>
    public async Task<string> KeepAsync<T>(OAuthRequestKind kind, string? clientId, T request, DateTimeOffset? authAfter, byte[]? browser, CancellationToken cancellationToken) =>
        await KeepAsync(kind, clientId, JsonSerializer.Serialize(request), authAfter, browser, Lifetime, cancellationToken);

    /// <summary>Returns the <c>request_uri</c>.</summary>
    public async Task<string> KeepPushedAsync(string clientId, OAuthParameters parameters, CancellationToken cancellationToken) => PushedPrefix
        + await KeepAsync(OAuthRequestKind.Pushed, clientId, parameters.ToJson(AuthorizeReader.Known), null, null, PushedLifetime, cancellationToken);

    /// <summary>A pushed request serves once (RFC 9126 4).</summary>
    public async Task<OAuthRequest?> TakePushedAsync(string id, string clientId, CancellationToken cancellationToken)
    {
        var (hash, now) = (OpaqueSecret.Hash(id) ?? [], time.GetUtcNow());
        var row = await database.Set<OAuthRequest>().AsNoTracking().SingleOrDefaultAsync(
            request => request.IdHash == hash && request.Kind == OAuthRequestKind.Pushed && request.ClientId == clientId && request.ExpiresAt > now, cancellationToken);
        return row is not null && await ConsumeAsync(row, cancellationToken) ? row : null;
    }

    public async Task<StoredReading> FindAsync(HttpContext context, string? id, OAuthRequestKind kind, CancellationToken cancellationToken)
    {
        var hash = OpaqueSecret.Hash(id) ?? [];
        var row = await database.Set<OAuthRequest>().AsNoTracking().SingleOrDefaultAsync(request => request.IdHash == hash && request.Kind == kind, cancellationToken);
        if (row is null || row.ConsumedAt is not null || row.ExpiresAt <= time.GetUtcNow())
            return new StoredReading.Gone(row?.ClientId);
        if (row.BrowserHash is null)
        {
            var browser = cookie.Write(context);
            var bound = await database.Set<OAuthRequest>().Where(request => request.IdHash == hash && request.BrowserHash == null)
                .ExecuteUpdateAsync(request => request.SetProperty(one => one.BrowserHash, browser), cancellationToken);
            return bound == 1 ? new StoredReading.Found(id!, row) : new StoredReading.Gone(row.ClientId);
        }

        if (cookie.Read(context) is not { } known)
            return new StoredReading.NoCookies();
        return row.BrowserHash.AsSpan().SequenceEqual(known) ? new StoredReading.Found(id!, row) : new StoredReading.Gone(row.ClientId);
    }

    /// <summary>True for one caller only. What it asked for goes with it: who comes late is told whose it was, and no more.</summary>
    public async Task<bool> ConsumeAsync(OAuthRequest row, CancellationToken cancellationToken)
    {
        DateTimeOffset? now = time.GetUtcNow();
        return await database.Set<OAuthRequest>().Where(request => request.IdHash == row.IdHash && request.ConsumedAt == null)
            .ExecuteUpdateAsync(request => request.SetProperty(one => one.ConsumedAt, now).SetProperty(one => one.Parameters, ExpiredGrants.NoParameters), cancellationToken) == 1;
    }

    async Task<string> KeepAsync(OAuthRequestKind kind, string? clientId, string parameters, DateTimeOffset? authAfter, byte[]? browser, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var (id, now) = (OpaqueSecret.New(ids), time.GetUtcNow());
        database.Add(new OAuthRequest
        {
            IdHash = OpaqueSecret.Hash(id)!,
            Kind = kind,
            ClientId = clientId,
            Parameters = parameters,
            BrowserHash = browser,
            AuthAfter = authAfter,
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        });
        await database.SaveChangesAsync(cancellationToken);
        return id;
    }
}
