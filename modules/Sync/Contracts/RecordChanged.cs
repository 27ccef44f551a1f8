using Mana.Kernel.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Contracts;

/// <summary>
/// Records of a table changed, by whomever. Stored in the transaction of the change and delivered at least once, in no promised order: read
/// the records to learn what they are now. Only for tables that somebody asked for by <see cref="RecordFeed.AddRecordFeed"/>.
/// </summary>
/// <param name="OwnerUserId">Whose own records; null when they lie in a space.</param>
/// <param name="RecordIds">Distinct, at most as many as one push may carry.</param>
/// <param name="Position">Newest position of the change, even µs since 1970.</param>
public sealed record RecordChanged(
    string AuthorId, string? OwnerUserId, string? SpaceId, string AppId, string Table, IReadOnlyList<string> RecordIds, long Position) : IManaEvent
{
    public static string Name => "sync.record_changed";
}

public static class RecordFeed
{
    /// <summary>Asks for <see cref="RecordChanged"/> of a table. Tables that nobody asked for cost nothing.</summary>
    public static IServiceCollection AddRecordFeed(this IServiceCollection services, string appId, string table) =>
        services.AddSingleton(new WatchedTable(appId, table));
}

/// <summary>A table that some module follows.</summary>
public sealed record WatchedTable(string AppId, string Table);
