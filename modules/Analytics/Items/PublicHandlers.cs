using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Analytics.Items;

/// <summary>What anybody may read, without a name (commerce.md 10.4). Caches may keep it for half a minute.</summary>
internal static partial class PublicHandlers
{
    [GeneratedRegex(@"^[0-9a-fA-F]{32,64}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex HashForm();

    public static async Task<IResult> FeedAsync(HttpContext context, FeedbackBoard board, CancellationToken cancellationToken) =>
        FeedQuery.Read(context.Request.Query, 50, out var filter) ?? Cached(context, new { items = await board.FeedAsync(null, filter, cancellationToken) });

    public static async Task<IResult> ItemAsync(string id, HttpContext context, FeedbackBoard board, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var known) && await board.ThreadAsync(null, known, cancellationToken) is { } thread
            ? Cached(context, new { item = thread.Item, replies = thread.Replies })
            : FeedbackRefusals.PublicNotFound;

    public static async Task<IResult> AuthorAsync(string hash, HttpContext context, FeedbackBoard board, CancellationToken cancellationToken)
    {
        if (!HashForm().IsMatch(hash))
            return FeedbackRefusals.BadHash;
        var (name, karma, items) = await board.AuthorAsync(hash.ToLowerInvariant(), cancellationToken);
        return Cached(context, new { displayHash = hash.ToLowerInvariant(), displayName = name, karma, items });
    }

    static IResult Cached(HttpContext context, object value)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, PlatformJson.Options);
        var headers = context.Response.Headers;
        // What is kept for one who asks from no page must not be given to a page: its browser needs the word that it may read it.
        headers.AppendCommaSeparatedValues("Vary", "Origin");
        headers.CacheControl = "public, max-age=30, stale-while-revalidate=300";
        headers.ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"";
        return context.Request.Headers.IfNoneMatch.Any(seen => seen is not null && seen.Contains(headers.ETag.ToString(), StringComparison.Ordinal))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Bytes(body, "application/json; charset=utf-8");
    }
}
