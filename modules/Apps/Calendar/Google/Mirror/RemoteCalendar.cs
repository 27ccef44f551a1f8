using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Ics;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>One calendar at Google, in the name of the account that the mirror belongs to.</summary>
internal sealed class RemoteCalendar(GoogleClient google, GoogleAccounts accounts, ExternalCalendar calendar, CancellationToken cancellationToken)
{
    readonly Guid _account = calendar.AccountId!.Value;
    readonly string _id = calendar.RemoteId!;

    public Task<GoogleAnswer> FindAsync(string eventId) => CallAsync(token => google.EventAsync(token, _id, eventId, cancellationToken));

    /// <summary>Null with <see cref="GoogleFailure.None"/>: the series has no such instance.</summary>
    public async Task<(JsonElement? Instance, GoogleAnswer Answer)> InstanceAsync(string seriesId, IcsTime original)
    {
        var answer = await CallAsync(token => google.InstanceAsync(token, _id, seriesId, GoogleBody.OriginalStart(original), cancellationToken));
        var found = answer.Failure == GoogleFailure.None && answer.Body.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array && items.GetArrayLength() > 0 ? items[0] : (JsonElement?)null;
        return (found, answer);
    }

    public Task<GoogleAnswer> InsertAsync(JsonObject body) => CallAsync(token => google.InsertAsync(token, _id, body, cancellationToken));

    public Task<GoogleAnswer> DeleteAsync(string eventId, string? etag) => CallAsync(token => google.DeleteAsync(token, _id, eventId, etag, cancellationToken));

    /// <summary>What was deleted lives again by it.</summary>
    public async Task<GoogleAnswer> PatchAsync(string eventId, JsonObject body, string? etag)
    {
        var answer = await CallAsync(token => google.PatchAsync(token, _id, eventId, body, etag, cancellationToken));
        return answer.Failure == GoogleFailure.None && GoogleEvent.IsCancelled(answer.Body)
            ? await CallAsync(token => google.PatchAsync(token, _id, eventId, new JsonObject { ["status"] = "confirmed" }, GoogleEvent.Text(answer.Body, "etag"), cancellationToken)) : answer;
    }

    Task<GoogleAnswer> CallAsync(Func<string, Task<GoogleAnswer>> call) => accounts.CallAsync(_account, call, cancellationToken);
}
