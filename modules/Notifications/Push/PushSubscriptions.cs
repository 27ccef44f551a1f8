using System.Buffers.Text;
using Mana.Kernel.Ids;
using Mana.Kernel.Wire;
using Mana.Notifications.Data;
using Mana.Notifications.Outbound;
using Microsoft.EntityFrameworkCore;

namespace Mana.Notifications.Push;

/// <summary>Browsers of a person (compute.md 8.4, 8.10).</summary>
internal sealed class PushSubscriptions(NotificationsDbContext database, PushOptions options, GuardedHttp http, IIdSource ids, TimeProvider time)
{
    public const int MostPerUser = 10;
    const int LongestEndpoint = 2000;
    const int LongestUserAgent = 300;

    /// <summary>
    /// An endpoint that somebody else had goes to the caller: one browser, another person. The eleventh replaces the oldest.
    /// </summary>
    public async Task<PushSubscribing> AddAsync(string userId, NewSubscription wanted, CancellationToken cancellationToken)
    {
        if (Problems(wanted) is { Count: > 0 } problems)
            return new PushSubscribing.Invalid(problems);
        var endpoint = new Uri(wanted.Endpoint!);
        if (!http.Allows(endpoint) || !IsKnownHost(endpoint.IdnHost))
            return new PushSubscribing.NotAllowed();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('push:' || {wanted.Endpoint}, 0)), pg_advisory_xact_lock(hashtextextended('push:' || {userId}, 1))", cancellationToken);
        var stored = await database.PushSubscriptions.SingleOrDefaultAsync(row => row.Endpoint == wanted.Endpoint, cancellationToken);
        var created = stored is null || stored.UserId != userId;
        if (stored is not null && created)
        {
            // Under another id: what still waits for the former person must not find the browser.
            await database.PushSubscriptions.Where(row => row.Id == stored.Id).ExecuteDeleteAsync(cancellationToken);
            database.Entry(stored).State = EntityState.Detached;
            stored = null;
        }

        if (stored is null)
            database.PushSubscriptions.Add(stored = new PushSubscription { Id = ids.NewGuid(), UserId = userId, Endpoint = wanted.Endpoint!, P256dh = [], Auth = [] });
        (stored.P256dh, stored.Auth) = (Base64Url.DecodeFromChars(wanted.P256dh), Base64Url.DecodeFromChars(wanted.Auth));
        (stored.Ua, stored.Failures, stored.ExpiresAt) = (wanted.Ua is { Length: > LongestUserAgent } ua ? ua[..LongestUserAgent] : wanted.Ua, 0, wanted.ExpiresAt);
        if (created)
            stored.CreatedAt = time.GetUtcNow();
        await database.SaveChangesAsync(cancellationToken);
        var surplus = await database.PushSubscriptions.Where(row => row.UserId == userId).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            .Skip(MostPerUser).Select(row => row.Id).ToListAsync(cancellationToken);
        await database.PushSubscriptions.Where(row => surplus.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new PushSubscribing.Stored(stored, created);
    }

    public async Task<List<PushSubscription>> OfAsync(string userId, CancellationToken cancellationToken) =>
        await database.PushSubscriptions.AsNoTracking().Where(row => row.UserId == userId).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken);

    /// <summary>By id or by endpoint, of the caller only.</summary>
    public async Task<bool> RemoveAsync(string userId, Guid? id, string? endpoint, CancellationToken cancellationToken) =>
        (endpoint is null || StorableText.IsText(endpoint)) && await database.PushSubscriptions.Where(row => row.UserId == userId && (row.Id == id || row.Endpoint == endpoint)).ExecuteDeleteAsync(cancellationToken) > 0;

    static List<(string Path, string Message)> Problems(NewSubscription wanted)
    {
        List<(string, string)> problems = [];
        if (wanted.Endpoint is not { Length: > 0 and <= LongestEndpoint } || !StorableText.IsText(wanted.Endpoint) || !Uri.TryCreate(wanted.Endpoint, UriKind.Absolute, out _))
            problems.Add(("endpoint", "must be an absolute URL"));
        if (wanted.Ua is not null && !StorableText.IsText(wanted.Ua))
            problems.Add(("ua", "must be a text"));
        if (!TryDecode(wanted.P256dh, WebPushEncryption.PublicKeyLength, out var point) || !Point.IsValid(point))
            problems.Add(("keys.p256dh", "must be a public key of P-256 in base64url"));
        if (!TryDecode(wanted.Auth, WebPushEncryption.AuthLength, out _))
            problems.Add(("keys.auth", "must be 16 bytes in base64url"));
        return problems;
    }

    static bool TryDecode(string? text, int length, out byte[] bytes)
    {
        bytes = [];
        if (text is null || !Base64Url.IsValid(text))
            return false;
        bytes = Base64Url.DecodeFromChars(text);
        return bytes.Length == length;
    }

    bool IsKnownHost(string host)
    {
        var known = options.HostNames().ToList();
        return known.Count == 0 || known.Exists(name => host == name || host.EndsWith("." + name, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>As a browser's <c>PushSubscription.toJSON()</c> says it.</summary>
internal sealed record NewSubscription(string? Endpoint, string? P256dh, string? Auth, string? Ua, DateTimeOffset? ExpiresAt);

/// <summary>What became of a subscription.</summary>
internal abstract record PushSubscribing
{
    public sealed record Stored(PushSubscription Subscription, bool Created) : PushSubscribing;

    public sealed record Invalid(IReadOnlyList<(string Path, string Message)> Problems) : PushSubscribing;

    public sealed record NotAllowed : PushSubscribing;
}
