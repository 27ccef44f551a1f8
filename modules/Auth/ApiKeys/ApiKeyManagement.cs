using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.ApiKeys;

/// <summary>What became of a wish for a key.</summary>
internal abstract record ApiKeyCreation
{
    /// <summary>The key itself is shown now and never again.</summary>
    public sealed record Created(ApiKey Key, string Text) : ApiKeyCreation;

    public sealed record Invalid(string Problem) : ApiKeyCreation;

    public sealed record TooMany : ApiKeyCreation;

    /// <summary>The account is gone although the token is not.</summary>
    public sealed record NoSuchUser : ApiKeyCreation;
}

/// <summary>Makes, lists and revokes the keys of a person (auth.md 15).</summary>
internal sealed class ApiKeyManagement(AuthDbContext database, SecurityLog events, IIdSource ids, TimeProvider time)
{
    public const int MostActive = 20;
    const int LongestName = 100;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(string userId, CancellationToken cancellationToken) =>
        await database.Set<ApiKey>().AsNoTracking().Where(key => key.UserId == userId)
            .OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id).ToListAsync(cancellationToken);

    public async Task<ApiKeyCreation> CreateAsync(
        string userId, string? name, IReadOnlyList<string?>? scopes, DateTimeOffset? expiresAt, ClientInfo client, CancellationToken cancellationToken)
    {
        var now = Organization.WholeMicroseconds(time.GetUtcNow());
        var title = name?.Trim();
        if (title is not { Length: > 0 and <= LongestName } || StoredText.Shortened(title, LongestName) != title)
            return new ApiKeyCreation.Invalid($"name: 1 to {LongestName} characters, none of them control characters");
        if (ApiKeyScopes.Checked(scopes) is not { } granted)
            return new ApiKeyCreation.Invalid("scopes: one of them is not known");
        if (expiresAt <= now)
            return new ApiKeyCreation.Invalid("expiresAt: an instant to come");

        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        // The row of the account is the lock of the count: parallel requests come one after the other.
        var users = await database.Database.SqlQuery<string>($"SELECT id FROM auth.users WHERE id = {userId} AND deleted_at IS NULL FOR NO KEY UPDATE").ToListAsync(cancellationToken);
        if (users.Count == 0)
            return new ApiKeyCreation.NoSuchUser();
        if (await database.Set<ApiKey>().CountAsync(key => key.UserId == userId && key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now), cancellationToken) >= MostActive)
            return new ApiKeyCreation.TooMany();

        var text = ApiKeyText.Generate(ids);
        var key = new ApiKey
        {
            Id = ids.NewId(),
            UserId = userId,
            Name = title,
            KeyPrefix = ApiKeyText.Prefix(text),
            KeyHash = ApiKeyText.Hash(text),
            Scopes = JsonSerializer.Serialize(granted),
            CreatedAt = now,
            ExpiresAt = expiresAt?.ToUniversalTime(),
        };
        database.Add(key);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Record(SecurityEventTypes.ApiKeyCreated, userId, client, ("keyId", key.Id), ("keyPrefix", key.KeyPrefix), ("scopes", granted));
        return new ApiKeyCreation.Created(key, text);
    }

    /// <summary>False when the person has no such key. Safe to repeat.</summary>
    public async Task<bool> RevokeAsync(string userId, string id, ClientInfo client, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var own = database.Set<ApiKey>().Where(key => key.Id == id && key.UserId == userId);
        var revoked = await own.Where(key => key.RevokedAt == null).ExecuteUpdateAsync(key => key.SetProperty(row => row.RevokedAt, now), cancellationToken);
        if (revoked > 0)
            events.Record(SecurityEventTypes.ApiKeyRevoked, userId, client, ("keyId", id));
        return revoked > 0 || await own.AnyAsync(cancellationToken);
    }
}
