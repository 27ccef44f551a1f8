namespace Mana.Auth.Contracts;

/// <summary>What the store of records tells the overview of a person's data (auth.md 19.1). Sync implements it.</summary>
public interface IRecordCounts
{
    /// <summary>Tables in which the person has records that are not deleted, in no promised order.</summary>
    Task<IReadOnlyList<RecordCount>> OfUserAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>One table of one app.</summary>
/// <param name="Count">Records, at least 1.</param>
/// <param name="LastChangedAt">When the newest of them last changed, UTC.</param>
public sealed record RecordCount(string AppId, string TableName, long Count, DateTimeOffset LastChangedAt);
