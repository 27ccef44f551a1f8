using System.Text.Json.Nodes;
using Mana.Auth.Contracts;
using Mana.Sync.Contracts;
using Mana.Sync.Spaces;
using Microsoft.Extensions.Logging;

namespace Mana.Sync.Singletons;

/// <summary>What was there already and what was made now.</summary>
/// <param name="Spaces">By space id.</param>
internal sealed record Bootstrapped(bool UserContext, IReadOnlyDictionary<string, bool> Spaces);

/// <summary>
/// Makes the records that exist once per person or per space (sync.md 16.4). Their ids follow from whose they are, they are inserted only
/// where there is none, and their values date from 1970: whatever a person writes wins, however late the bootstrap comes.
/// </summary>
internal sealed class SingletonBootstrap(ISyncRecords records, ISpaceDirectory spaces, ILogger<SingletonBootstrap> log)
{
    const string Writer = "system:bootstrap";

    public async Task<Bootstrapped> ForUserAsync(string userId, CancellationToken cancellationToken)
    {
        var userContext = await UserContextAsync(userId, cancellationToken);
        var made = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var membership in await spaces.MembershipsOfAsync(userId, cancellationToken))
            made[membership.SpaceId] = membership.MayWrite && await TrySpaceAsync(userId, membership.SpaceId, membership.IsPersonal, cancellationToken);
        return new Bootstrapped(userContext, made);
    }

    /// <summary>True when it was inserted now.</summary>
    public Task<bool> UserContextAsync(string userId, CancellationToken cancellationToken) => InsertAsync(
        userId, "profile", new RecordWrite(RecordOp.Insert, "userContext", "singleton", UserContextOf(userId), DateTimeOffset.UnixEpoch, ExpectedPosition: 0), cancellationToken);

    /// <summary>True when it was inserted now. An older document of the space, under whatever id, counts.</summary>
    public async Task<bool> SpaceAsync(string userId, string spaceId, bool personal, CancellationToken cancellationToken)
    {
        var owner = personal ? RecordOwner.OfUser(userId) : RecordOwner.OfSpace(spaceId);
        await foreach (var document in records.QueryAsync(owner, "kontext", "kontextDoc", cancellationToken))
            if (!personal || IsOfPersonal(document.Fields["spaceId"], spaceId))
                return false;
        return await InsertAsync(
            userId, "kontext", new RecordWrite(RecordOp.Insert, "kontextDoc", "kontext-" + spaceId, Document(), DateTimeOffset.UnixEpoch, spaceId, ExpectedPosition: 0), cancellationToken);
    }

    /// <summary>Clients wrote no space, the real id, or a placeholder of it (17.2); a personal scope holds what was meant for other spaces, too.</summary>
    static bool IsOfPersonal(JsonNode? written, string spaceId) =>
        written is not JsonValue value || !value.TryGetValue(out string? named) || named == spaceId || ScopeRules.IsPlaceholder(named);

    async Task<bool> TrySpaceAsync(string userId, string spaceId, bool personal, CancellationToken cancellationToken)
    {
        try
        {
            return await SpaceAsync(userId, spaceId, personal, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // One space must not keep the others, or the app, from starting; the next start tries again.
            log.LogWarning("The document of space {SpaceId} could not be made ({Kind})", spaceId, exception.GetType().Name);
            return false;
        }
    }

    async Task<bool> InsertAsync(string userId, string appId, RecordWrite write, CancellationToken cancellationToken)
    {
        var actor = new JsonObject { ["kind"] = "system", ["principalId"] = Writer, ["displayName"] = "Bootstrap" };
        return await records.AppendAsync(new AppendRequest(userId, appId, [write], Writer, actor, "system"), cancellationToken) switch
        {
            AppendResult.Stored => true,
            AppendResult.Changed => false,
            AppendResult.Refused refused => throw new InvalidOperationException($"A singleton was refused: {refused.Error}."),
            _ => throw new InvalidOperationException("Unknown result."),
        };
    }

    /// <summary><c>createdAt</c> is for unmodified clients: they date the fields of an insert by it, and by their own clock where it is missing (13.4).</summary>
    static JsonObject UserContextOf(string userId) => new()
    {
        ["about"] = new JsonObject(),
        ["interests"] = new JsonArray(),
        ["routine"] = new JsonObject(),
        ["nutrition"] = new JsonObject(),
        ["leisure"] = new JsonObject(),
        ["goals"] = new JsonArray(),
        ["social"] = new JsonObject(),
        ["freeform"] = "",
        ["interview"] = new JsonObject { ["answeredIds"] = new JsonArray(), ["skippedIds"] = new JsonArray() },
        ["userId"] = userId,
        ["createdAt"] = "1970-01-01T00:00:00.000Z",
    };

    static JsonObject Document() => new() { ["content"] = "", ["createdAt"] = "1970-01-01T00:00:00.000Z" };
}
