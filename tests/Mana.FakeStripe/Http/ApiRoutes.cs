using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;
using Mana.FakeStripe.World;

namespace Mana.FakeStripe.Http;

/// <summary>The calls of Stripe's API that we make, on one screen.</summary>
internal sealed class ApiRoutes(StripeWorld world)
{
    /// <summary>One call; throws what it refuses.</summary>
    /// <param name="path">Behind <c>/v1</c>.</param>
    public JsonObject Answer(string method, string[] path, JsonObject form) => (method, path) switch
    {
        ("POST", ["customers"]) => world.NewCustomer(form.At("email"), form.Branch("metadata")),
        ("POST", ["customers", var id]) => world.ChangeCustomer(id, form),
        ("DELETE", ["customers", var id]) => world.DeleteCustomer(id),
        ("POST", ["products"]) => world.NewProduct(form.At("name") ?? "", form.Branch("metadata"), form.At("id")),
        ("POST", ["prices"]) => world.NewPrice(form.At("product") ?? "", form.NumberAt("unit_amount") ?? 0, form.At("currency") ?? "eur", form.At("recurring", "interval"), form.At("lookup_key")),
        ("POST", ["checkout", "sessions"]) => world.NewSession(form),
        ("POST", ["checkout", "sessions", var id, "expire"]) => world.ExpireSession(id),
        ("POST", ["payment_intents"]) => world.NewPaymentIntent(form),
        ("POST", ["payment_intents", var id, "cancel"]) => world.CancelIntent(id),
        ("POST", ["subscriptions", var id]) => world.ChangeSubscription(id, form),
        ("DELETE", ["subscriptions", var id]) => world.CancelSubscription(id),
        ("POST", ["invoices", "create_preview"]) => world.PreviewInvoice(form),
        ("POST", ["billing_portal", "sessions"]) => world.NewPortalSession(form),
        ("POST", ["refunds"]) => world.Refund(form.At("payment_intent") ?? "", form.NumberAt("amount"), metadata: form.Branch("metadata")),
        ("GET", ["checkout", "sessions", var id]) => One("checkout.session", id, form),
        ("GET", ["checkout", "sessions"]) => List("checkout.session", form),
        ("GET", ["events", var id]) => world.Events.FirstOrDefault(one => one.Text("id") == id) ?? throw StripeRefusalException.Missing("event", id),
        ("GET", ["events"]) => Page(world.Events.Where(one => IsWanted(one, form)), form),
        ("GET", [var kind, var id]) when Kinds.TryGetValue(kind, out var singular) => One(singular, id, form),
        ("GET", [var kind]) when Kinds.TryGetValue(kind, out var singular) => List(singular, form),
        _ => throw new StripeRefusalException(404, "invalid_request_error", null, $"Unrecognized request URL ({method}: /v1/{string.Join('/', path)})."),
    };

    static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["customers"] = "customer", ["products"] = "product", ["prices"] = "price", ["payment_intents"] = "payment_intent", ["charges"] = "charge", ["refunds"] = "refund", ["disputes"] = "dispute",
        ["subscriptions"] = "subscription", ["invoices"] = "invoice", ["invoice_payments"] = "invoice_payment", ["balance_transactions"] = "balance_transaction",
    };

    JsonObject One(string kind, string id, JsonObject form)
    {
        if (world.Find(id) is not { } found || found.Text("object") != kind)
            throw StripeRefusalException.Missing(kind, id);
        foreach (var path in form.Branch("expand")?.Select(one => one.Value!.GetValue<string>()) ?? [])
            if (found[path] is JsonValue reference && world.Find(reference.GetValue<string>()) is { } whole)
                found[path] = whole;
        return found;
    }

    JsonObject List(string kind, JsonObject form)
    {
        var found = world.All(kind, one =>
            Is(one, "customer", form.At("customer")) && Is(one, "payment_intent", form.At("payment_intent")) && Is(one["payment"] as JsonObject ?? one, "payment_intent", form.At("payment", "payment_intent"))
            && (form.At("subscription") is not { } subscription || one["parent"]?["subscription_details"]?["subscription"]?.GetValue<string>() == subscription)
            && (form.Branch("lookup_keys") is not { } keys || keys.Any(key => one["lookup_key"]?.GetValue<string>() == key.Value!.GetValue<string>()))
            && IsInState(kind, one, form.At("status")));
        return Page(found, form);
    }

    static bool IsInState(string kind, JsonObject one, string? status) => status switch
    {
        "all" => true,
        null => kind != "subscription" || one.Text("status") is not ("canceled" or "incomplete_expired"),
        _ => one.Text("status") == status,
    };

    static bool IsWanted(JsonObject happened, JsonObject form) =>
        happened.Number("created") >= (form.NumberAt("created", "gte") ?? 0) && (form.Branch("types") is not { } types || types.Any(type => type.Value!.GetValue<string>() == happened.Text("type")));

    static bool Is(JsonObject one, string member, string? wanted) => wanted is null || (one[member] is JsonValue value && value.TryGetValue<string>(out var text) && text == wanted);

    /// <summary>Newest first, as Stripe has it.</summary>
    static JsonObject Page(IEnumerable<JsonObject> found, JsonObject form)
    {
        var all = found.Reverse().ToList();
        if (form.At("starting_after") is { } after)
            all = [.. all.SkipWhile(one => one.Text("id") != after).Skip(1)];
        var limit = (int)Math.Clamp(form.NumberAt("limit") ?? 10, 1, 100);
        return new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. all.Take(limit).Select(one => one.DeepClone())]), ["has_more"] = all.Count > limit, ["url"] = "/v1" };
    }
}
