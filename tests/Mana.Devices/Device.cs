using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Mana.Devices;

/// <summary>
/// A local-first client: edits go to its own store and a queue, <see cref="SyncAsync"/> brings it together with the server. Offline is
/// simply not calling it. The clock can be wrong by <paramref name="skew"/>.
/// </summary>
public sealed class Device(
    HttpClient http, string clientId, string appId = "todo", Generation generation = Generation.Modern, TimeSpan skew = default, TimeProvider? clock = null)
{
    const int BatchSize = 200;
    const string Epoch = "1970-01-01T00:00:00.000Z";
    readonly TimeProvider _clock = clock ?? TimeProvider.System;
    readonly List<JsonObject> _pending = [];
    string? _cursor;

    public LocalStore Store { get; } = new(generation);

    public string ClientId => clientId;

    public string SyncedUntil { get; private set; } = Epoch;

    public int PendingCount => _pending.Count;

    /// <summary>Called with every change that arrives, before it is applied.</summary>
    public Action<JsonNode>? OnIncoming { get; set; }

    /// <summary>What this device takes for the time, in the format of JavaScript's <c>toISOString</c>.</summary>
    public string Now() => (_clock.GetUtcNow() + skew).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public void Insert(string table, string id, JsonObject data)
    {
        var at = Now();
        var stored = (JsonObject)data.DeepClone();
        stored["id"] = id;
        stored["createdAt"] ??= at;
        foreach (var (name, value) in stored.Where(member => member.Key != "id"))
            Store.Set(table, id, name, value, at);
        Queue(table, id, "insert", change => change["data"] = stored);
    }

    public void Update(string table, string id, params (string Field, JsonNode? Value)[] edits)
    {
        var at = Now();
        var fields = new JsonObject();
        foreach (var (field, value) in edits)
        {
            Store.Set(table, id, field, value, at);
            fields[field] = new JsonObject { ["value"] = value?.DeepClone(), ["at"] = at };
        }

        Queue(table, id, "update", change => change["fields"] = fields);
    }

    public void Delete(string table, string id)
    {
        var at = Now();
        Store.Set(table, id, "deletedAt", at, at);
        Queue(table, id, "delete", change => change["deletedAt"] = at);
    }

    public void Undelete(string table, string id) => Update(table, id, ("deletedAt", null));

    /// <summary>Pushes everything that waits, then takes in what others wrote, until nothing is left on either side.</summary>
    public async Task SyncAsync(CancellationToken cancellationToken = default)
    {
        var more = true;
        while (more || _pending.Count > 0)
        {
            var batch = _pending.Take(BatchSize).ToList();
            var answer = await PushAsync(batch, cancellationToken);
            _pending.RemoveRange(0, batch.Count);
            Acknowledge(batch, answer["acks"] as JsonArray);
            Take(answer);
            more = (bool?)answer["hasMore"] == true;
        }
    }

    async Task<JsonNode> PushAsync(List<JsonObject> batch, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["clientId"] = clientId, ["schemaVersion"] = 1, ["since"] = SyncedUntil };
        if (generation == Generation.Modern && _cursor is not null)
            body["cursor"] = _cursor;
        body["changes"] = new JsonArray([.. batch.Select(change => change.DeepClone())]);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/sync/{appId}") { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Client-Id", clientId);
        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"push: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}", null, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!;
    }

    void Take(JsonNode answer)
    {
        foreach (var change in answer["serverChanges"]!.AsArray())
        {
            OnIncoming?.Invoke(change!);
            Store.Apply(change!, Now());
        }

        SyncedUntil = (string)answer["syncedUntil"]!;
        _cursor = (string?)answer["cursor"];
    }

    /// <summary>A time that the server set back is set back here too, or this device would shadow everybody else's edits until its own clock is reached.</summary>
    void Acknowledge(List<JsonObject> batch, JsonArray? acks)
    {
        foreach (var ack in acks ?? [])
        {
            if ((string?)ack!["at"] is not { } at)
                continue;
            var change = batch[(int)ack["index"]!];
            var (table, id) = ((string)change["table"]!, (string)change["id"]!);
            foreach (var (name, sent) in Versions(change))
                if (Store.Find(table, id)?.GetValueOrDefault(name) is { } local && local.At == sent)
                    Store.Set(table, id, name, name == "deletedAt" && local.Value is not null ? at : local.Value, at);
        }
    }

    static IEnumerable<(string Field, string At)> Versions(JsonObject change)
    {
        foreach (var (name, version) in change["fields"] as JsonObject ?? [])
            yield return (name, (string)version!["at"]!);
        foreach (var (name, _) in (change["data"] as JsonObject ?? []).Where(member => member.Key != "id"))
            yield return (name, (string)change["data"]!["createdAt"]!);
        if ((string?)change["deletedAt"] is { } deletedAt)
            yield return ("deletedAt", deletedAt);
    }

    void Queue(string table, string id, string op, Action<JsonObject> content)
    {
        var change = new JsonObject { ["table"] = table, ["id"] = id, ["op"] = op };
        if (generation == Generation.Modern)
            change["eventId"] = Guid.CreateVersion7(_clock.GetUtcNow()).ToString();
        content(change);
        _pending.Add(change);
    }
}
