using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Tests.Calendar;

/// <summary>
/// One calendar at Google that can be written to, as Calendar v3 is documented: ids of clients, versions with If-Match, tombstones, patch semantics, instances of series, sync tokens
/// that tell what changed since. Times come back in the calendar's own zone. The clock is the real one, as that of our log is.
/// </summary>
internal sealed partial class GoogleStore
{
    readonly Lock _lock = new();
    readonly Dictionary<string, (JsonObject Item, int Version)> _items = new(StringComparer.Ordinal);
    int _version = 1;

    /// <summary>Every request that may change something: verb, id, If-Match, status of the answer.</summary>
    public List<(string Verb, string Id, string IfMatch, int Status)> Writes { get; } = [];

    /// <summary>Bodies of those requests.</summary>
    public List<JsonObject> Bodies { get; } = [];

    /// <summary>The connection breaks after what the next request asked for is done: whoever asked does not learn of it.</summary>
    public bool BreakNext { get; set; }

    public int FailNext { get; set; }

    /// <summary>Happens between the read of a run and its first write.</summary>
    public Action? BeforeWrite { get; set; }

    public bool TokensAreGone { get; set; }

    public int PageSize { get; set; } = 2;

    public List<JsonObject> Living
    {
        get
        {
            lock (_lock)
                return [.. _items.Values.Select(one => one.Item).Where(item => Text(item, "status") != "cancelled").Select(item => item.DeepClone().AsObject())];
        }
    }

    public JsonObject One(string summary) => Living.Single(item => Text(item, "summary") == summary);

    /// <summary>Somebody edits at Google.</summary>
    public void Edit(string id, JsonObject changes)
    {
        lock (_lock)
            Patch(id, changes);
    }

    public void Add(JsonObject item)
    {
        lock (_lock)
            Put(Text(item, "id")!, item.DeepClone().AsObject());
    }

    public void Remove(string id)
    {
        lock (_lock)
            Cancel(id);
    }

    /// <summary>Gone from the calendar without a trace, as after a long time.</summary>
    public void Forget(string id)
    {
        lock (_lock)
            _items.Remove(id);
    }

    public IResult List(HttpContext context)
    {
        lock (_lock)
        {
            var query = context.Request.Query;
            if (query["syncToken"].Count > 0 && (query["timeMin"].Count > 0 || TokensAreGone))
                return Error(TokensAreGone ? 410 : 400, TokensAreGone ? "fullSyncRequired" : "syncTokenWithRequestNonDefault");
            var since = query["syncToken"].Count > 0 ? int.Parse(query["syncToken"].ToString()["sync-".Length..], CultureInfo.InvariantCulture) : 0;
            var all = _items.Values.Where(one => one.Version > since && (since > 0 || Text(one.Item, "status") != "cancelled" || one.Item.ContainsKey("recurringEventId"))).OrderBy(one => one.Version).ToList();
            var from = query["pageToken"].Count > 0 ? int.Parse(query["pageToken"]!, CultureInfo.InvariantCulture) : 0;
            var page = new JsonArray([.. all.Skip(from).Take(PageSize).Select(one => Told(one.Item))]);
            return from + PageSize < all.Count ? Results.Json(new { items = page, nextPageToken = $"{from + PageSize}" }) : Results.Json(new { items = page, nextSyncToken = $"sync-{_version}" });
        }
    }

    public IResult Get(string id)
    {
        lock (_lock)
            return _items.TryGetValue(id, out var one) ? Results.Json(Told(one.Item)) : Error(404, "notFound");
    }

    /// <summary><c>events.instances</c> with <c>originalStart</c>: the one that began then.</summary>
    public IResult Instances(string id, string originalStart)
    {
        lock (_lock)
        {
            if (!_items.TryGetValue(id, out var series) || !series.Item.ContainsKey("recurrence"))
                return Error(404, "notFound");
            var item = InstanceOf(id, series.Item, originalStart);
            return Results.Json(new { items = new JsonArray(Told(_items.TryGetValue(Text(item, "id")!, out var changed) ? changed.Item : item)) });
        }
    }

    public Task<IResult> InsertAsync(HttpContext context) => WriteAsync(context, "POST", null, body =>
    {
        var id = Text(body, "id") ?? "made" + _version;
        if (!ClientId().IsMatch(id) || !IsTime(body["start"]) || !IsTime(body["end"]) || (body.ContainsKey("recurrence") && body["start"]!["dateTime"] is not null && body["start"]!["timeZone"] is null))
            return Error(400, "invalid");
        if (_items.ContainsKey(id))
            return Error(409, "duplicate");
        return Results.Json(Told(Put(id, body)));
    });

    public Task<IResult> PatchAsync(string id, HttpContext context) => WriteAsync(context, "PATCH", id, body =>
    {
        if (!_items.ContainsKey(id) && id.LastIndexOf('_') is > 0 and var cut && _items.TryGetValue(id[..cut], out var series))
            _items[id] = (InstanceOf(id[..cut], series.Item, id[(cut + 1)..]), 0);
        if (!_items.TryGetValue(id, out var one))
            return Error(404, "notFound");
        if (!Matches(context, one.Item))
            return Error(412, "conditionNotMet");
        if (body.ContainsKey("start") && !(IsTime(body["start"]) && IsTime(body["end"])))
            return Error(400, "invalid");
        return Results.Json(Told(Patch(id, body)));
    });

    public Task<IResult> DeleteAsync(string id, HttpContext context) => WriteAsync(context, "DELETE", id, _ =>
    {
        if (!_items.TryGetValue(id, out var one))
            return Error(404, "notFound");
        if (Text(one.Item, "status") == "cancelled")
            return Error(410, "deleted");
        if (!Matches(context, one.Item))
            return Error(412, "conditionNotMet");
        Cancel(id);
        return Results.NoContent();
    });

    async Task<IResult> WriteAsync(HttpContext context, string verb, string? id, Func<JsonObject, IResult> change)
    {
        var body = context.Request.ContentLength > 0 ? (await JsonNode.ParseAsync(context.Request.Body))!.AsObject() : [];
        var (before, failing, breaking) = (BeforeWrite, FailNext, BreakNext);
        (BeforeWrite, FailNext) = (null, 0);
        before?.Invoke();
        IResult result;
        lock (_lock)
        {
            result = failing != 0 ? Error(failing, failing == 403 ? "rateLimitExceeded" : "backendError") : change(body);
            Writes.Add((verb, id ?? Text(body, "id") ?? "", context.Request.Headers.IfMatch.ToString(), (result as IStatusCodeHttpResult)?.StatusCode ?? 200));
            Bodies.Add(body);
        }

        if (failing == 0 && breaking)
        {
            BreakNext = false;
            context.Abort();
        }

        if (failing is 403 or 429)
            context.Response.Headers.RetryAfter = "120";
        return result;
    }

    JsonObject Patch(string id, JsonObject changes)
    {
        var item = _items[id].Item.DeepClone().AsObject();
        foreach (var (name, value) in changes)
            if (value is null)
                item.Remove(name);
            else if (value is JsonObject part && item[name] is JsonObject held)
                foreach (var (inner, value2) in part)
                    if (value2 is null)
                        held.Remove(inner);
                    else
                        held[inner] = value2.DeepClone();
            else
                item[name] = value.DeepClone();
        return Put(id, item);
    }

    JsonObject Put(string id, JsonObject item)
    {
        item = item.DeepClone().AsObject();
        foreach (var time in (string[])["start", "end"])
            if (item[time] is JsonObject part)
                foreach (var (name, _) in part.Where(member => member.Value is null).ToList())
                    part.Remove(name);
        _version++;
        (item["id"], item["etag"], item["updated"], item["status"]) = (id, $"\"{_version}\"", TimeProvider.System.GetUtcNow().UtcDateTime.ToString("o"), Text(item, "status") ?? "confirmed");
        _items[id] = (item, _version);
        return item;
    }

    void Cancel(string id) => Put(id, With(_items[id].Item, "status", "cancelled"));

    static JsonObject With(JsonObject item, string name, string value)
    {
        item = item.DeepClone().AsObject();
        item[name] = value;
        return item;
    }

    static JsonObject InstanceOf(string seriesId, JsonObject series, string original)
    {
        var start = DateTimeOffset.TryParseExact(original, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var compact) ? compact : DateTimeOffset.Parse(original, CultureInfo.InvariantCulture);
        var length = DateTimeOffset.Parse(Text(series["end"]!.AsObject(), "dateTime")!, CultureInfo.InvariantCulture) - DateTimeOffset.Parse(Text(series["start"]!.AsObject(), "dateTime")!, CultureInfo.InvariantCulture);
        var zone = Text(series["start"]!.AsObject(), "timeZone");
        JsonObject Time(DateTimeOffset at) => new() { ["dateTime"] = at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture), ["timeZone"] = zone };
        var item = series.DeepClone().AsObject();
        item.Remove("recurrence");
        (item["id"], item["recurringEventId"], item["originalStartTime"]) = ($"{seriesId}_{start.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}", seriesId, Time(start));
        (item["start"], item["end"]) = (Time(start), Time(start + length));
        return item;
    }

    /// <summary>A tombstone has its id and little more; times are told in the zone of the calendar.</summary>
    static JsonObject Told(JsonObject item)
    {
        if (Text(item, "status") == "cancelled")
        {
            var gone = new JsonObject { ["id"] = Text(item, "id"), ["status"] = "cancelled", ["etag"] = Text(item, "etag"), ["updated"] = Text(item, "updated") };
            if (item["recurringEventId"] is { } series)
                (gone["recurringEventId"], gone["originalStartTime"]) = (series.DeepClone(), item["originalStartTime"]!.DeepClone());
            return gone;
        }

        var told = item.DeepClone().AsObject();
        foreach (var name in (string[])["start", "end"])
            if (told[name] is JsonObject time && Text(time, "dateTime") is { } at)
                time["dateTime"] = TimeZoneInfo.ConvertTime(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        if (Text(told, "transparency") == "opaque")
            told.Remove("transparency");
        if (Text(told, "visibility") == "default")
            told.Remove("visibility");
        foreach (var empty in (string[])["description", "location"])
            if (Text(told, empty) == "")
                told.Remove(empty);
        return told;
    }

    static bool Matches(HttpContext context, JsonObject item) => context.Request.Headers.IfMatch.Count == 0 || context.Request.Headers.IfMatch == Text(item, "etag");

    static bool IsTime(JsonNode? time) => time is JsonObject part && (Text(part, "date") is not null) != (Text(part, "dateTime") is not null);

    static IResult Error(int status, string reason) => Results.Json(new { error = new { errors = new[] { new { domain = "global", reason } }, code = status } }, statusCode: status);

    static string? Text(JsonObject item, string name) => item[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    [GeneratedRegex("^[a-v0-9]{5,1024}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClientId();
}
