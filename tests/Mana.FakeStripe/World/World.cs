using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;
using Mana.FakeStripe.Webhooks;

namespace Mana.FakeStripe.World;

/// <summary>
/// Everything that the fake knows, and everything that can happen in it: calls of the API, and what people and banks do. One lock around all of it, so what
/// is told by events is always a state that was there.
/// </summary>
public sealed partial class StripeWorld(FakeStripeOptions options, Deliveries deliveries)
{
    readonly Lock _lock = new();
    readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    readonly List<JsonObject> _order = [];
    readonly List<JsonObject> _events = [];
    TimeSpan _offset;
    DateTimeOffset? _at;
    int _next;

    public FakeStripeOptions Options => options;

    /// <summary>Objects and events in the shape before <c>2025-03-31.basil</c>: periods on the subscription, the subscription on the invoice.</summary>
    public bool LegacyShapes { get; set; }

    /// <summary>The time that objects are stamped with; while the clock is advanced, the time at which each thing was due.</summary>
    public DateTimeOffset Now => _at ?? options.Clock.GetUtcNow() + _offset;

    /// <summary>Every event so far, oldest first.</summary>
    public IReadOnlyList<JsonObject> Events
    {
        get
        {
            lock (_lock)
                return [.. _events.Select(one => one.DeepClone().AsObject())];
        }
    }

    /// <summary>A copy of an object, as the API would show it; null when there is none.</summary>
    public JsonObject? Find(string id)
    {
        lock (_lock)
            return _objects.TryGetValue(id, out var found) ? Rendered(found) : null;
    }

    /// <summary>Copies of all objects of a kind that match, oldest first.</summary>
    public IReadOnlyList<JsonObject> All(string kind, Func<JsonObject, bool>? where = null)
    {
        lock (_lock)
            return [.. Of(kind).Where(where ?? (_ => true)).Select(Rendered)];
    }

    /// <summary>Something of the other mode under this id; only to see it refused.</summary>
    public void SetLivemode(string id, bool livemode)
    {
        lock (_lock)
            _objects[id]["livemode"] = livemode;
    }

    /// <summary>Tells of an object as it is now.</summary>
    public JsonObject Emit(string type, JsonObject subject)
    {
        lock (_lock)
        {
            var happened = Shape.New("event").With(
                ("id", Id("evt")), ("type", type), ("created", Shape.Seconds(Now)), ("livemode", options.Livemode),
                ("api_version", LegacyShapes ? "2025-02-24.acacia" : "2025-04-30.basil"), ("data", new JsonObject { ["object"] = Rendered(subject) }));
            _events.Add(happened);
            deliveries.Enqueue(happened.DeepClone().AsObject());
            return happened;
        }
    }

    /// <summary>Moves the fake's time and lets happen what was due meanwhile, each at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        lock (_lock)
            _offset += by;
        Tick();
    }

    JsonObject Add(JsonObject subject)
    {
        subject.With(("created", Shape.Seconds(Now)));
        // These two do not say it at Stripe either.
        if (subject.Text("object") is not ("refund" or "balance_transaction"))
            subject["livemode"] = options.Livemode;
        _objects.Add(subject.Text("id"), subject);
        _order.Add(subject);
        return subject;
    }

    IEnumerable<JsonObject> Of(string kind) => _order.Where(one => one.Text("object") == kind);

    JsonObject Get(string kind, string id) =>
        _objects.TryGetValue(id, out var found) && found.Text("object") == kind ? found : throw StripeRefusalException.Missing(kind, id);

    string Id(string prefix) => $"{prefix}_{options.Run}{++_next:D6}";

    JsonObject Rendered(JsonObject subject)
    {
        var copy = subject.DeepClone().AsObject();
        foreach (var own in copy.Where(member => member.Key.StartsWith('_')).Select(member => member.Key).ToList())
            copy.Remove(own);
        return LegacyShapes ? Legacy(copy) : copy;
    }

    static JsonObject Legacy(JsonObject copy)
    {
        if (copy.Text("object") == "subscription" && copy["items"]?["data"]?[0] is JsonObject item)
        {
            copy.With(("current_period_start", item["current_period_start"]?.DeepClone()), ("current_period_end", item["current_period_end"]?.DeepClone()));
            item.Remove("current_period_start");
            item.Remove("current_period_end");
        }

        if (copy.Text("object") == "invoice" && copy["parent"]?["subscription_details"] is JsonObject details)
        {
            copy.With(("subscription", details["subscription"]?.DeepClone()), ("subscription_details", new JsonObject { ["metadata"] = details["metadata"]?.DeepClone() }));
            copy.Remove("parent");
        }

        return copy;
    }
}
